;; station=run target=any strategy=all
;; Signed zeros, infinities, NaN; comparisons and selections by them.
(module
  (func (export "min") (param f64 f64) (result f64) (f64.min (local.get 0) (local.get 1)))
  (func (export "max") (param f32 f32) (result f32) (f32.max (local.get 0) (local.get 1)))
  (func (export "sqrt") (param f64) (result f64) (f64.sqrt (local.get 0)))
  (func (export "nearest") (param f32) (result f32) (f32.nearest (local.get 0)))
  (func (export "copysign") (param f64 f64) (result f64) (f64.copysign (local.get 0) (local.get 1)))
  (func (export "neg") (param f32) (result f32) (f32.neg (local.get 0)))
  (func (export "add") (param f32 f32) (result f32) (f32.add (local.get 0) (local.get 1)))
  (func (export "less_or") (param f64 f64) (result f64)
    (select (local.get 0) (local.get 1) (f64.lt (local.get 0) (local.get 1))))
  (func (export "equal") (param f64 f64) (result i32) (f64.eq (local.get 0) (local.get 1)))
  (func (export "select_equal") (param f32 f32 i64 i64) (result i64)
    (select (local.get 2) (local.get 3) (f32.eq (local.get 0) (local.get 1)))))

;; run: min(-0.0, 0.0) == -0.0
;; run: min(0.0, -0.0) == -0.0
;; run: min(NaN, 1) == nan
;; run: min(1, NaN) == nan
;; run: min(-inf, NaN) == nan
;; run: max(-0.0, 0.0) == 0.0
;; run: max(1.5, -inf) == 1.5
;; run: max(bits:0x7fa00000, 1) == nan
;; run: sqrt(-0.0) == -0.0
;; run: sqrt(-1) == nan
;; run: sqrt(2) == 1.4142135623730951
;; run: nearest(2.5) == 2
;; run: nearest(-0.4) == -0.0
;; run: copysign(1, -0.0) == -1
;; run: copysign(NaN, -1) == bits:0xfff8000000000000
;; run: neg(bits:0x7fa00001) == bits:0xffa00001
;; run: add(1e-45, -1e-45) == 0.0
;; run: add(3.4e38, 3.4e38) == inf
;; run: add(inf, -inf) == nan
;; run: less_or(1, 2) == 1
;; run: less_or(NaN, 2) == 2
;; run: equal(NaN, NaN) == 0
;; run: equal(-0.0, 0.0) == 1
;; run: select_equal(1, 1, 10, 20) == 10
;; run: select_equal(NaN, 1, 10, 20) == 20
