;; station=run target=any strategy=all
;; Whether the flags of an instruction answer the test behind it: by width, by condition, by what stands between.
(module
  (func (export "count") (param i32) (result i32) (local i32)
    (local.set 0 (i32.and (local.get 0) (i32.const 15)))
    (loop (local.set 1 (i32.add (local.get 1) (local.get 0)))
      (br_if 0 (i32.gt_s (local.tee 0 (i32.sub (local.get 0) (i32.const 1))) (i32.const 0))))
    (local.get 1))
  (func (export "to_zero") (param i32) (result i32) (local i32)
    (local.set 0 (i32.or (i32.and (local.get 0) (i32.const 15)) (i32.const 1)))
    (loop (local.set 1 (i32.add (local.get 1) (local.get 0))) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1))
  (func (export "low_half") (param i64 i64) (result i32 i64) (local i64)
    (local.set 2 (i64.add (local.get 0) (local.get 1)))
    (if (result i32) (i32.wrap_i64 (local.get 2)) (then (i32.const 1)) (else (i32.const 2)))
    (local.get 2))
  (func (export "extended") (param i32 i32) (result i32 i32) (local i32)
    (local.set 2 (i32.add (local.get 0) (local.get 1)))
    (i64.lt_s (i64.extend_i32_u (local.get 2)) (i64.const 0))
    (i32.lt_s (local.get 2) (i32.const 0)))
  (func (export "overflow") (param i32 i32) (result i32 i32 i32 i32) (local i32)
    (local.set 2 (i32.sub (local.get 0) (local.get 1)))
    (i32.lt_s (local.get 2) (i32.const 0)) (i32.ge_s (local.get 2) (i32.const 0))
    (i32.le_s (local.get 2) (i32.const 0)) (i32.gt_s (local.get 2) (i32.const 0)))
  (func (export "shift_by_nothing") (param i32 i32) (result i32) (local i32)
    (local.set 2 (i32.add (local.get 1) (i32.const 1)))
    (local.set 0 (i32.shl (local.get 0) (i32.const 32)))
    (if (result i32) (local.get 0) (then (local.get 2)) (else (i32.const 7))))
  (func (export "shift") (param i64) (result i32) (local i32)
    (loop (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.eqz (i64.eqz (local.tee 0 (i64.shr_u (local.get 0) (i64.const 3)))))))
    (local.get 1))
  (func (export "negated") (param i64) (result i64) (local i64)
    (local.set 1 (i64.sub (i64.const 0) (local.get 0)))
    (select (local.get 0) (local.get 1) (i64.lt_s (local.get 1) (i64.const 0))))
  (func (export "another_between") (param i32 i32) (result i32) (local i32 i32)
    (local.set 2 (i32.and (local.get 0) (local.get 1)))
    (local.set 3 (i32.xor (local.get 0) (local.get 1)))
    (if (result i32) (local.get 2) (then (local.get 3)) (else (i32.add (local.get 3) (i32.const 1)))))
  (func (export "float_chosen") (param i32 i32 f64 f64) (result f64 i32)
    (local.set 0 (i32.or (local.get 0) (local.get 1)))
    (select (local.get 2) (local.get 3) (local.get 0)) (local.get 0))
  (func (export "divisor") (param i32 i32) (result i32)
    (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
    (i32.div_u (local.get 0) (local.get 1))))

;; run: count(0) == 0
;; run: count(1) == 1
;; run: count(-1) == 120
;; run: count(7) == 28
;; run: count(32) == 0
;; run: count(2147483647) == 120
;; run: count(-2147483648) == 0
;; run: count(65532) == 78
;; run: to_zero(0) == 1
;; run: to_zero(1) == 1
;; run: to_zero(-1) == 120
;; run: to_zero(7) == 28
;; run: to_zero(32) == 1
;; run: to_zero(2147483647) == 120
;; run: to_zero(-2147483648) == 1
;; run: to_zero(65532) == 91
;; run: low_half(0, 7) == 1, 7
;; run: low_half(1, 2147483648) == 1, 2147483649
;; run: low_half(-1, 0) == 1, -1
;; run: low_half(7, 1) == 1, 8
;; run: low_half(2147483648, 4294967295) == 1, 6442450943
;; run: low_half(4294967295, 9223372036854775807) == 1, -9223372032559808514
;; run: low_half(9223372036854775807, -1) == 1, 9223372036854775806
;; run: low_half(-9223372036854775808, 7) == 1, -9223372036854775801
;; run: extended(0, 7) == 0, 0
;; run: extended(1, 32) == 0, 0
;; run: extended(-1, 0) == 0, 1
;; run: extended(7, 1) == 0, 0
;; run: extended(32, 2147483647) == 0, 1
;; run: extended(2147483647, -2147483648) == 0, 1
;; run: extended(-2147483648, -1) == 0, 0
;; run: extended(65532, 7) == 0, 0
;; run: overflow(0, 7) == 1, 0, 1, 0
;; run: overflow(1, 32) == 1, 0, 1, 0
;; run: overflow(-1, 0) == 1, 0, 1, 0
;; run: overflow(7, 1) == 0, 1, 0, 1
;; run: overflow(32, 2147483647) == 1, 0, 1, 0
;; run: overflow(2147483647, -2147483648) == 1, 0, 1, 0
;; run: overflow(-2147483648, -1) == 1, 0, 1, 0
;; run: overflow(65532, 7) == 0, 1, 0, 1
;; run: shift_by_nothing(0, 7) == 7
;; run: shift_by_nothing(1, 32) == 33
;; run: shift_by_nothing(-1, 0) == 1
;; run: shift_by_nothing(7, 1) == 2
;; run: shift_by_nothing(32, 2147483647) == -2147483648
;; run: shift_by_nothing(2147483647, -2147483648) == -2147483647
;; run: shift_by_nothing(-2147483648, -1) == 0
;; run: shift_by_nothing(65532, 7) == 8
;; run: shift(0) == 1
;; run: shift(1) == 1
;; run: shift(-1) == 22
;; run: shift(7) == 1
;; run: shift(2147483648) == 11
;; run: shift(4294967295) == 11
;; run: shift(9223372036854775807) == 21
;; run: shift(-9223372036854775808) == 22
;; run: negated(0) == 0
;; run: negated(1) == 1
;; run: negated(-1) == 1
;; run: negated(7) == 7
;; run: negated(2147483648) == 2147483648
;; run: negated(4294967295) == 4294967295
;; run: negated(9223372036854775807) == 9223372036854775807
;; run: negated(-9223372036854775808) == -9223372036854775808
;; run: another_between(0, 7) == 8
;; run: another_between(1, 32) == 34
;; run: another_between(-1, 0) == 0
;; run: another_between(7, 1) == 6
;; run: another_between(32, 2147483647) == 2147483615
;; run: another_between(2147483647, -2147483648) == 0
;; run: another_between(-2147483648, -1) == 2147483647
;; run: another_between(65532, 7) == 65531
;; run: float_chosen(0, 7, -0.0, 1e+30) == -0.0, 7
;; run: float_chosen(1, 32, 1.5, 0.0) == 1.5, 33
;; run: float_chosen(-1, 0, 1e+30, 0.0) == 1e+30, -1
;; run: float_chosen(7, 1, 0.0, -0.0) == 0.0, 7
;; run: float_chosen(32, 2147483647, 1.5, -0.0) == 1.5, 2147483647
;; run: float_chosen(2147483647, -2147483648, -2.5, 1.5) == -2.5, -1
;; run: float_chosen(-2147483648, -1, 0.0, 1.5) == 0.0, -1
;; run: float_chosen(65532, 7, -0.0, -2.5) == -0.0, 65535
;; run: divisor(0, 7) == 0
;; run: divisor(1, 32) == 0
;; run: divisor(-1, 0) == 1
;; trap: divisor(7, 1): integer divide by zero
;; run: divisor(32, 2147483647) == 0
;; run: divisor(2147483647, -2147483648) == 1
;; run: divisor(-2147483648, -1) == 0
;; run: divisor(65532, 7) == 10922
