;; station=opt target=x64 strategy=passes=basic
;; A block parameter that is always one value is that value.
(module
  (func (param i32 i32) (result i32)
    (loop $again
      (local.set 1 (local.get 1))
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1)))

;; check: b0(v0: i64, $a: i32, $b: i32):
;; check: jump b1($a)
;; check: $n: i32) depth 1
;; check: return $b
