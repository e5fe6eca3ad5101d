;; station=regalloc target=x64 strategy=passes=none,regalloc=linear
;; Constants that live across a call are made again.
(module
  (func $g (param i32 f64) (result f64) (local.get 1))
  (func (result f64) (local i32 f64)
    (local.set 0 (i32.const 1000))
    (local.set 1 (f64.const 2.5))
    (f64.add (call $g (local.get 0) (local.get 1)) (call $g (local.get 0) (local.get 1)))))

;; g:
;; B0(): depth 0
;;       21  args [def %0@x0]=x0
;;           return [%0@x0]=x0
;;
;; f1:
;; B0(): depth 0
;;       28  args [def %3@r7]=r7
;;             slot0 <- r7, 8 bytes
;;           const #0, 1000 [def %4]=r6
;;       2d  vmovsd #0, pool[0] [def %5]=x0
;;       3c  call f0 [%3@r7]=r7 [%4@r6]=r6 [%5@x0]=x0 [def %1@x0]=x0
;;             r7 <- slot0, 8 bytes
;;             slot1 <- x0, 8 bytes
;;             r6 <- %4 again
;;             x0 <- %5 again
;;       42  call f0 [%3@r7]=r7 [%4@r6]=r6 [%5@x0]=x0 [def %2@x0]=x0
;;             x1 <- x0, 8 bytes
;;             x0 <- slot1, 8 bytes
;;       44  vaddsd #0, #1, #2 [def %0]=x0 [%1]=x0 [%2~]=x1
;;       45  return [%0@x0]=x0
