;; station=regalloc target=x64 strategy=passes=none,regalloc=linear
;; Two values change places around a loop.
(module
  (func (param i32 i32 i32) (result i32)
    (loop $again (result i32)
      (local.get 0) (local.set 0 (local.get 1)) (local.set 1)
      (br_if $again (local.tee 2 (i32.sub (local.get 2) (i32.const 1))))
      (local.get 0))))

;; B0(): depth 0
;;       1b  args [def %4@r6]=r6 [def %5@r2]=r2 [def %6@r1]=r1
;;           jump
;;             -> B1(%4, %5, %6)
;; B1(%0, %1, %2): depth 1
;;       29  add32 #0, -1 [def %3@1]=r1 [%2]=r1
;;       2c  branch if ne of test32 #0, #0 [%3]=r1
;;             -> B2()
;;             -> B3()
;; B2(): depth 1
;;             r11 <- r2, 4 bytes
;;             r2 <- r6, 4 bytes
;;             r6 <- r11, 4 bytes
;;           jump
;;             -> B1(%1, %0, %3)
;; B3(): depth 1
;;             r0 <- r2, 4 bytes
;;       31  return [%1@r0]=r0
