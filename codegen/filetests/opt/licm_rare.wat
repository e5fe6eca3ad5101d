;; station=opt target=x64 strategy=passes=basic
;; What only some turns of the loop need stays where it is.
(module
  (func (param $x i32) (param $y f64) (param $s f64) (param $n i32) (result f64)
    (loop $again
      (if (i32.eq (local.get $x) (local.get $n))
        (then (local.set $s (f64.mul (local.get $s) (f64.sqrt (local.get $y))))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s)))

;; not: fsqrt
;; check: depth 1
;; check: branch
;; check: depth 1
;; check: fsqrt
