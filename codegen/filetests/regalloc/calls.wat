;; station=regalloc target=x64 strategy=passes=none,regalloc=linear
;; Values that live across calls wait in slots, or in callee-saved registers if there are many calls; floats always in slots.
(module
  (func $g (param i32) (result i32) (local.get 0))
  (func $loop (param i32 f64) (result f64)
    (loop $again
      (local.set 1 (f64.add (local.get 1) (f64.const 1)))
      (br_if $again (local.tee 0 (call $g (i32.sub (local.get 0) (call $g (local.get 0)))))))
    (local.get 1))
  (func (param i32 f64) (result f64)
    (f64.add (f64.convert_i32_s (i32.add (call $g (local.get 0)) (call $g (local.get 0)))) (local.get 1))))

;; g:
;; B0(): depth 0
;;       23  args [def %0@r6]=r6
;;             r0 <- r6, 4 bytes
;;           return [%0@r0]=r0
;;
;; loop:
;; saves {r3, r12}
;; B0(): depth 0
;;       26  args [def %4@r7]=r7 [def %8@r6]=r6 [def %7@x0]=x0
;;             r3 <- r7, 8 bytes
;;             r12 <- r6, 4 bytes
;;           jump
;;             -> B1(%7, %8)
;; B1(%0, %1): depth 1
;;       33  vaddsd #0, #1, pool[0] [def %2]=x0 [%0]=x0
;;             r6 <- r12, 4 bytes
;;             r7 <- r3, 8 bytes
;;             slot0 <- x0, 8 bytes
;;       3a  call f0 [%4@r7]=r7 [%1@r6]=r6 [def %6@r0]=r0
;;       3c  sub32 #0, #2 [def %5@1]=r12 [%1]=r12 [%6~]=r0
;;             r7 <- r3, 8 bytes
;;             r6 <- r12, 4 bytes
;;       3d  call f0 [%4@r7]=r7 [%5@r6]=r6 [def %3@r0]=r0
;;             x0 <- slot0, 8 bytes
;;             r12 <- r0, 4 bytes
;;       41  branch if ne of test32 #0, #0 [%3]=r0
;;             -> B2()
;;             -> B3()
;; B2(): depth 1
;;           jump
;;             -> B1(%2, %3)
;; B3(): depth 1
;;             x0 <- slot0, 8 bytes
;;       46  return [%2@x0]=x0
;;
;; f2:
;; B0(): depth 0
;;       4b  args [def %6@r7]=r7 [def %7@r6]=r6 [def %2@x0]=x0
;;             slot0 <- x0, 8 bytes
;;             slot1 <- r7, 8 bytes
;;             slot2 <- r6, 4 bytes
;;           call f0 [%6@r7]=r7 [%7@r6]=r6 [def %4@r0]=r0
;;             r7 <- slot1, 8 bytes
;;             r6 <- slot2, 4 bytes
;;             slot3 <- r0, 4 bytes
;;       4f  call f0 [%6@r7]=r7 [%7@r6]=r6 [def %5@r0]=r0
;;             r1 <- r0, 4 bytes
;;             r0 <- slot3, 4 bytes
;;       51  add32 #0, #2 [def %3@1]=r0 [%4]=r0 [%5~]=r1
;;       52  zero+vcvtsi2sd32 #0, #0, #1 [def %1]=x1 [%3~]=r0
;;       55  vaddsd #0, #1, #2 [def %0]=x0 [%1]=x1 [%2~]=slot0
;;       56  return [%0@x0]=x0
