;; station=opt target=x64 strategy=passes=basic
;; A branch to a bare trap is a check.
(module
  (func (param i32) (result i32)
    (if (i32.gt_s (local.get 0) (i32.const 100)) (then (unreachable)))
    (local.get 0)))

;; check: $big: i32 = i32.gt_s
;; not: branch
;; check: trap_if "unreachable", $big
;; check: return
