;; station=regalloc target=x64 strategy=passes=none,regalloc=spill-all
;; The same under the baseline: every value in a slot of its own.
(module
  (func (param i32 i32) (result i32) (local i32)
    (loop $again
      (local.set 2 (i32.xor (i32.mul (local.get 2) (local.get 1)) (local.get 0)))
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 2)))

;; B0(): depth 0
;;       19  args [def %7@r6]=r6 [def %5@r2]=r2
;;             slot7 <- r6, 4 bytes
;;             slot5 <- r2, 4 bytes
;;           const #0, 0 [def %6]=r0
;;             slot6 <- r0, 4 bytes
;;             r11 <- slot6, 4 bytes
;;             slot0 <- r11, 4 bytes
;;             r11 <- slot7, 4 bytes
;;             slot1 <- r11, 4 bytes
;;       1c  jump
;;             -> B1(%6, %7)
;; B1(%0, %1): depth 1
;;             r0 <- slot0, 4 bytes
;;       22  imul32 #0, #2 [def %4@1]=r0 [%0]=r0 [%5~]=slot5
;;             slot4 <- r0, 4 bytes
;;             r0 <- slot4, 4 bytes
;;       25  xor32 #0, #2 [def %2@1]=r0 [%4]=r0 [%1~]=slot1
;;             slot2 <- r0, 4 bytes
;;             r0 <- slot1, 4 bytes
;;       2c  lea32 #0, [#1-1] [def %3]=r0 [%1]=r0
;;             slot3 <- r0, 4 bytes
;;             r0 <- slot3, 4 bytes
;;       2f  branch if ne of test32 #0, #0 [%3]=r0
;;             -> B2()
;;             -> B3()
;; B2(): depth 1
;;             r11 <- slot2, 4 bytes
;;             slot0 <- r11, 4 bytes
;;             r11 <- slot3, 4 bytes
;;             slot1 <- r11, 4 bytes
;;           jump
;;             -> B1(%2, %3)
;; B3(): depth 1
;;             r0 <- slot2, 4 bytes
;;       34  return [%2@r0]=r0
