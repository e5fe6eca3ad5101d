;; station=regalloc target=x64 strategy=passes=none,regalloc=linear
;; Results in several registers, of which one is not read.
(module
  (func $three (result i32 i32 i32) (i32.const 1) (i32.const 2) (i32.const 3))
  (func (result i32) (local i32) (call $three) (local.set 0) (drop) (i32.sub (local.get 0))))

;; three:
;; B0(): depth 0
;;       1f  args
;;           const #0, 1 [def %0]=r0
;;       21  const #0, 2 [def %1]=r2
;;       23  const #0, 3 [def %2]=r1
;;       25  return [%0@r0]=r0 [%1@r2]=r2 [%2@r1]=r1
;;
;; f1:
;; B0(): depth 0
;;       2a  args [def %3@r7]=r7
;;           call f0 [%3@r7]=r7 [def %1@r0]=r0 [def %2@r1]=r1
;;       31  sub32 #0, #2 [def %0@1]=r0 [%1]=r0 [%2~]=r1
;;       32  return [%0@r0]=r0
