;; station=opt target=x64 strategy=passes=basic
;; Products by powers of two are shifts; the one of a float and two is a sum.
(module
  (func (param i32 f64) (result i32 f64)
    (i32.mul (local.get 0) (i32.const 64))
    (f64.div (local.get 1) (f64.const 4))))

;; check: b0(v0: i64, $a: i32, $b: f64):
;; not: mul
;; check: shl $a
;; not: fdiv
;; check: $quarter: f64 = const 0x3fd0000000000000
;; check: fmul $b, $quarter
