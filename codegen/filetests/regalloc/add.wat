;; station=regalloc target=x64 strategy=passes=none,regalloc=linear
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
;;       25  args [def %4@r7]=r7 [def %1@r6]=r6 [def %3@r2]=r2
;;           mov64 #0, [#1+80] [def %2]=r1 [%4]=r7
;;       2d  add32 #0, [#2+#3+8] [def %0@1]=r6 [%1]=r6 [%2]=r1 [%3]=r2 !out of bounds memory access
;;             r0 <- r6, 4 bytes
;;       2e  return [%0@r0]=r0
;;
;; d:
;; B0(): depth 0
;;       31  args [def %1@r7]=r7 [def %4@r6]=r6 [def %3@x0]=x0
;;       40  const #0, 7 [def %5]=r1
;;             r0 <- r6, 4 bytes
;;       42  div_s32 #1 [def %2@r0]=r0 [late %5]=r1 [%4@r0]=r0 !integer overflow
;;             r6 <- r0, 4 bytes
;;       45  call f1 [%1@r7]=r7 [%2@r6]=r6 [%3@x0]=x0 [def %0@x0]=x0
;;       47  return [%0@x0]=x0
