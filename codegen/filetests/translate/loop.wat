;; station=translate target=x64 strategy=passes=none
;; A loop block has parameters for the locals that are written in it, and only those.
(module
  (func (param $n i32) (param $step i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (local.get $n)))
      (local.set $n (i32.sub (local.get $n) (local.get $step)))
      (br_if $again (i32.gt_s (local.get $n) (i32.const 0))))
    (local.get $sum)))

;; func 0 (i64, i32, i32) -> (i32)
;;
;; @0019   b0(v0: i64, v1: i32, v2: i32):
;; @0019   v11: i32 = const 0
;; @001c   jump b1(v11, v1)
;;
;; @001c   b1(v4: i32, v5: i32) depth 1:
;; @0022   v6: i32 = add v4, v5
;; @0029   v7: i32 = sub v5, v2
;; @002e   v8: i32 = const 0
;; @0030   v9: i32 = i32.gt_s v7, v8
;; @0031   branch v9, b1(v6, v7), b2
;;
;;         b2 depth 1:
;; @0036   return v6
