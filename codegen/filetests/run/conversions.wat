;; station=run target=any strategy=all
;; Truncations at the ends of their ranges, conversions that round.
(module
  (func (export "i32_s") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
  (func (export "i32_u") (param f32) (result i32) (i32.trunc_f32_u (local.get 0)))
  (func (export "i64_s") (param f32) (result i64) (i64.trunc_f32_s (local.get 0)))
  (func (export "i64_u") (param f64) (result i64) (i64.trunc_f64_u (local.get 0)))
  (func (export "sat_u") (param f64) (result i64) (i64.trunc_sat_f64_u (local.get 0)))
  (func (export "sat_s") (param f32) (result i32) (i32.trunc_sat_f32_s (local.get 0)))
  (func (export "u64") (param i64) (result f32) (f32.convert_i64_u (local.get 0)))
  (func (export "u32") (param i32) (result f32) (f32.convert_i32_u (local.get 0)))
  (func (export "unread") (param f64) (drop (i32.trunc_f64_s (local.get 0)))))

;; run: i32_s(2147483647.9) == 2147483647
;; run: i32_s(-2147483648.9) == -2147483648
;; trap: i32_s(2147483648): integer overflow
;; trap: i32_s(-2147483649): integer overflow
;; trap: i32_s(NaN): invalid conversion to integer
;; run: i32_u(-0.9) == 0
;; trap: i32_u(-1): integer overflow
;; run: i32_u(4294967040) == 4294967040
;; trap: i32_u(4294967296): integer overflow
;; run: i64_s(-9223372036854775808) == -9223372036854775808
;; trap: i64_s(9223372036854775808): integer overflow
;; run: i64_u(18446744073709549568) == 18446744073709549568
;; trap: i64_u(18446744073709551616): integer overflow
;; run: i64_u(9223372036854775808) == 0x8000000000000000
;; run: sat_u(1e30) == -1
;; run: sat_u(-5) == 0
;; run: sat_u(NaN) == 0
;; run: sat_s(3e9) == 2147483647
;; run: sat_s(-3e9) == -2147483648
;; run: sat_s(NaN) == 0
;; run: u64(0xffffffffffffffff) == 18446744073709551615
;; run: u64(0x8000008000000001) == 9223373136366403584
;; run: u64(16777217) == 16777216
;; run: u32(0xffffffff) == 4294967295
;; run: unread(1)
;; trap: unread(inf): integer overflow
