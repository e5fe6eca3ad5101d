;; station=run target=any strategy=all
;; Recursion, arguments on the stack, results in memory.
(module
  (func $fac (export "fac") (param i64) (result i64)
    (if (result i64) (i64.eqz (local.get 0)) (then (i64.const 1))
      (else (i64.mul (local.get 0) (call $fac (i64.sub (local.get 0) (i64.const 1)))))))
  (func $even (export "even") (param i32) (result i32)
    (if (result i32) (local.get 0) (then (call $odd (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 1))))
  (func $odd (param i32) (result i32)
    (if (result i32) (local.get 0) (then (call $even (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 0))))
  (func $twelve (param i32 f64 i64 f32 i32 f64 i64 f32 i32 i64 i32 i64) (param f64 f64 f64 f64 f64 f64 f64) (result f64)
    (f64.add (f64.add
      (f64.convert_i32_s (i32.sub (i32.sub (i32.sub (local.get 0) (local.get 4)) (local.get 8)) (local.get 10)))
      (f64.convert_i64_s (i64.sub (i64.sub (i64.sub (local.get 2) (local.get 6)) (local.get 9)) (local.get 11))))
      (f64.sub (f64.add (local.get 1) (f64.promote_f32 (local.get 7))) (f64.sub (local.get 18) (local.get 12)))))
  (func (export "arguments") (param i32) (result f64)
    (call $twelve (local.get 0) (f64.const 1) (i64.const 2) (f32.const 3) (i32.const 4) (f64.const 5) (i64.const 6) (f32.const 7)
      (i32.const 8) (i64.const 9) (i32.const 10) (i64.const 11)
      (f64.const 12) (f64.const 13) (f64.const 14) (f64.const 15) (f64.const 16) (f64.const 17) (f64.const 18)))
  (func $nine (export "nine") (param i32) (result i32 i64 f32 i32 i64 i32 i64 f64 i32)
    (local.get 0) (i64.const 2) (f32.const 3) (i32.const 4) (i64.const 5) (i32.const 6) (i64.const 7) (f64.const 8)
    (i32.add (local.get 0) (i32.const 9)))
  (func (export "reader") (param i32) (result i32 f64) (local i32 f64)
    (call $nine (local.get 0))
    (local.set 1) (local.set 2) (drop) (drop) (drop) (drop) (drop) (drop)
    (i32.sub (local.get 1)) (local.get 2))
  (func (export "keeps") (param i32 i64 f32 f64) (result i32 i64 f32 f64)
    (drop (call $fac (i64.const 5)))
    (drop (call $even (i32.const 5)))
    (local.get 0) (local.get 1) (local.get 2) (local.get 3))
  (func $forever (export "forever") (call $forever)))

;; run: fac(20) == 2432902008176640000
;; run: even(1000) == 1
;; run: even(999) == 0
;; run: arguments(100) == 56
;; run: nine(1) == 1, 2, 3, 4, 5, 6, 7, 8, 10
;; run: reader(5) == -9, 8
;; run: keeps(1, -2, 3.5, -4.25) == 1, -2, 3.5, -4.25
;; trap: forever(): call stack exhausted
;; run: fac(3) == 6
