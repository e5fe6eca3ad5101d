;; station=opt target=x64 strategy=passes=basic
;; Rules that hold for every float: signs cancel, but x + 0 and x - x stay, for zeros and NaN.
(module
  (func (param f64) (result f64 f64 f64 f64)
    (f64.neg (f64.neg (local.get 0)))
    (f64.abs (f64.neg (local.get 0)))
    (f64.add (local.get 0) (f64.const 0))
    (f64.sub (local.get 0) (local.get 0))))

;; check: b0(v0: i64, $a: f64):
;; not: fneg
;; check: $abs: f64 = fabs $a
;; not: fneg
;; check: $sum: f64 = fadd $a
;; check: $difference: f64 = fsub $a, $a
;; check: return $a, $abs, $sum, $difference
