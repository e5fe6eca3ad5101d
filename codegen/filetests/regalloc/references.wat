;; station=regalloc target=x64 strategy=passes=none,regalloc=linear
;; References that live across a call are in slots, which the safepoint reports.
(module
  (func $g)
  (func (param externref) (result externref) (call $g) (local.get 0)))

;; g:
;; B0(): depth 0
;;       1d  args
;;           return
;;
;; f1:
;; B0(): depth 0
;;       20  args [def %1@r7]=r7 [def %0@r6]=r6
;;             slot0 <- r6, 8 bytes
;;           call f0 [%1@r7]=r7 references in [slot0]
;;             r0 <- slot0, 8 bytes
;;       24  return [%0@r0]=r0
