;; station=opt target=x64 strategy=passes=basic
;; A loop that goes back by a branch stays as it is, though its header tests too.
(module
  (func (param $n i32) (param $m i32) (result i32)
    (block $out
      (loop $again
        (br_if $out (i32.eq (local.get $n) (local.get $m)))
        (local.set $n (i32.sub (local.get $n) (i32.const 7)))
        (br_if $again (i32.gt_s (local.get $n) (i32.const 3)))))
    (local.get $n)))

;; check: b0(v0: i64
;; check: jump
;; check: b2($x: i32) depth 1
;; check: i32.eq $x
;; check: branch
;; check: add
;; check: i32.gt_s
;; check: branch
