;; station=regalloc target=x64 strategy=passes=none,regalloc=linear
;; Arguments on the stack are stored one at a time; the others move to their registers at the call.
(module
  (func $callee (param i64 i64 i64 i64 i64 i64 i64 i64) (result i64) (local.get 7))
  (func (param i64 i64) (result i64)
    (call $callee (local.get 1) (local.get 0) (local.get 1) (local.get 0) (local.get 1) (local.get 0) (local.get 1) (local.get 0))))

;; callee:
;; B0(): depth 0
;;       29  args [def %0@caller]=slot0
;;             r0 <- slot0, 8 bytes
;;           return [%0@r0]=r0
;;
;; f1:
;; B0(): depth 0
;;       3c  args [def %3@r7]=r7 [def %2@r6]=r6 [def %1@r2]=r2
;;           reserve 16
;;           mov64 [outgoing], #0 [%1]=r2
;;           mov64 [outgoing+8], #0 [%2]=r6
;;             r1 <- r2, 8 bytes
;;             r9 <- r2, 8 bytes
;;             r8 <- r6, 8 bytes
;;             r0 <- r6, 8 bytes
;;             r11 <- r2, 8 bytes
;;             r2 <- r6, 8 bytes
;;             r6 <- r11, 8 bytes
;;           call f0 [%3@r7]=r7 [%1@r6]=r6 [%2@r2]=r2 [%1@r1]=r1 [%2@r8]=r8 [%1@r9]=r9 [%2@r0]=r0 [def %0@r0]=r0
;;       3e  return [%0@r0]=r0
