;; station=regalloc target=x64 strategy=passes=none,regalloc=linear
;; Divisions want rax and rdx, rotations rcx: what is there moves away or starts elsewhere.
(module
  (func (param i32 i32 i32) (result i32)
    (i32.rotl (i32.rem_u (i32.div_u (local.get 0) (local.get 1)) (local.get 2)) (local.get 1))))

;; B0(): depth 0
;;       1f  args [def %5@r6]=r6 [def %2@r2]=r2 [def %4@r1]=r1
;;             r0 <- r6, 4 bytes
;;             r6 <- r1, 4 bytes
;;             r1 <- r2, 4 bytes
;;           trap "integer divide by zero" if e of test32 #0, #0 [%2]=r1
;;           div_u32 #1 [def %3@r0]=r0 [late %2]=r1 [%5@r0]=r0
;;       22  trap "integer divide by zero" if e of test32 #0, #0 [%4]=r6
;;           rem_u32 #1 [def %1@r2]=r2 [late %4]=r6 [%3@r0]=r0
;;       25  rol32 #0, #2 [def %0@1]=r2 [%1]=r2 [%2@r1]=r1
;;             r0 <- r2, 4 bytes
;;       26  return [%0@r0]=r0
