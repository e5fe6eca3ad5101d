;; station=regalloc target=x64 strategy=baseline
(module
  (memory 1)
  (func (param i32 i32) (result i32)
    (i32.add (local.get 0) (i32.load offset=8 (local.get 1))))
  (func $d (param i32 f64) (result f64)
    (drop (f64.add (f64.const 1.5) (local.get 1)))

    (call $d (i32.div_s (local.get 0) (i32.const 7)) (local.get 1))
  )
)

;; f0:
;; B0(): depth 0
;;       2a  args [def %4@r7]=r7 [def %1@r6]=r6 [def %3@r2]=r2
;;             slot4 <- r7, 8 bytes
;;             slot1 <- r6, 4 bytes
;;             slot3 <- r2, 4 bytes
;;             r0 <- slot4, 8 bytes
;;           mov64 #0, [#1+80] [def %2]=r0 [%4]=r0
;;             slot2 <- r0, 8 bytes
;;             r0 <- slot1, 4 bytes
;;             r1 <- slot2, 8 bytes
;;             r2 <- slot3, 4 bytes
;;       2d  add32 #0, [#2+#3+8] [def %0@1]=r0 [%1]=r0 [%2]=r1 [%3]=r2 !out of bounds memory access
;;             slot0 <- r0, 4 bytes
;;             r0 <- slot0, 4 bytes
;;       2e  return [%0@r0]=r0
;;
;; d:
;; B0(): depth 0
;;       31  args [def %1@r7]=r7 [def %4@r6]=r6 [def %3@x0]=x0
;;             slot1 <- r7, 8 bytes
;;             slot4 <- r6, 4 bytes
;;             slot3 <- x0, 8 bytes
;;       40  const #0, 7 [def %5]=r0
;;             slot5 <- r0, 4 bytes
;;             r1 <- slot5, 4 bytes
;;             r0 <- slot4, 4 bytes
;;       42  div_s32 #1 [def %2@r0]=r0 [late %5]=r1 [%4@r0]=r0 !integer overflow
;;             slot2 <- r0, 4 bytes
;;             r7 <- slot1, 8 bytes
;;             r6 <- slot2, 4 bytes
;;             x0 <- slot3, 8 bytes
;;       45  call f1 [%1@r7]=r7 [%2@r6]=r6 [%3@x0]=x0 [def %0@x0]=x0
;;             slot0 <- x0, 8 bytes
;;             x0 <- slot0, 8 bytes
;;       47  return [%0@x0]=x0
