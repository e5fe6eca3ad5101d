;; station=regalloc target=x64 strategy=passes=none,regalloc=linear
;; Values that live around a loop keep their registers; its parameters need no moves.
(module
  (func (param i32 i32) (result i32) (local i32)
    (loop $again
      (local.set 2 (i32.xor (i32.mul (local.get 2) (local.get 1)) (local.get 0)))
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 2)))

;; B0(): depth 0
;;       19  args [def %7@r6]=r6 [def %5@r2]=r2
;;           const #0, 0 [def %6]=r1
;;       1c  jump
;;             -> B1(%6, %7)
;; B1(%0, %1): depth 1
;;       22  imul32 #0, #2 [def %4@1]=r1 [%0]=r1 [%5~]=r2
;;       25  xor32 #0, #2 [def %2@1]=r1 [%4]=r1 [%1~]=r6
;;       2c  lea32 #0, [#1-1] [def %3]=r6 [%1]=r6
;;       2f  branch if ne of test32 #0, #0 [%3]=r6
;;             -> B2()
;;             -> B3()
;; B2(): depth 1
;;           jump
;;             -> B1(%2, %3)
;; B3(): depth 1
;;             r0 <- r1, 4 bytes
;;       34  return [%2@r0]=r0
