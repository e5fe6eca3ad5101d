;; station=regalloc target=x64 strategy=passes=none,regalloc=linear
;; More values than registers: some wait in slots, and are read from there.
(module
  (memory 1)
  (func (param i32) (result i32) (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 )
    (local.set 1 (i32.load offset=4 (local.get 0)))
    (local.set 2 (i32.load offset=8 (local.get 0)))
    (local.set 3 (i32.load offset=12 (local.get 0)))
    (local.set 4 (i32.load offset=16 (local.get 0)))
    (local.set 5 (i32.load offset=20 (local.get 0)))
    (local.set 6 (i32.load offset=24 (local.get 0)))
    (local.set 7 (i32.load offset=28 (local.get 0)))
    (local.set 8 (i32.load offset=32 (local.get 0)))
    (local.set 9 (i32.load offset=36 (local.get 0)))
    (local.set 10 (i32.load offset=40 (local.get 0)))
    (local.set 11 (i32.load offset=44 (local.get 0)))
    (local.set 12 (i32.load offset=48 (local.get 0)))
    (local.set 13 (i32.load offset=52 (local.get 0)))
    (local.set 14 (i32.load offset=56 (local.get 0)))
    (local.set 15 (i32.load offset=60 (local.get 0)))
    (local.set 16 (i32.load offset=64 (local.get 0)))
    (i32.store (local.get 0) (i32.const 0))
    (local.get 1)
    (i32.xor (local.get 2))
    (i32.xor (local.get 3))
    (i32.xor (local.get 4))
    (i32.xor (local.get 5))
    (i32.xor (local.get 6))
    (i32.xor (local.get 7))
    (i32.xor (local.get 8))
    (i32.xor (local.get 9))
    (i32.xor (local.get 10))
    (i32.xor (local.get 11))
    (i32.xor (local.get 12))
    (i32.xor (local.get 13))
    (i32.xor (local.get 14))
    (i32.xor (local.get 15))
    (i32.xor (local.get 16))
  ))

;; saves {r3, r12, r13, r14, r15}
;; B0(): depth 0
;;       1f  args [def %33@r7]=r7 [def %32@r6]=r6
;;           mov64 #0, [#1+80] [def %31]=r1 [%33]=r7
;;       24  mov32 #0, [#1+#2+4] [def %29]=r0 [%31]=r1 [%32]=r6 !out of bounds memory access
;;       2b  mov32 #0, [#1+#2+8] [def %30]=r2 [%31]=r1 [%32]=r6 !out of bounds memory access
;;       32  mov32 #0, [#1+#2+12] [def %28]=r7 [%31]=r1 [%32]=r6 !out of bounds memory access
;;       39  mov32 #0, [#1+#2+16] [def %26]=r8 [%31]=r1 [%32]=r6 !out of bounds memory access
;;       40  mov32 #0, [#1+#2+20] [def %24]=r9 [%31]=r1 [%32]=r6 !out of bounds memory access
;;       47  mov32 #0, [#1+#2+24] [def %22]=r10 [%31]=r1 [%32]=r6 !out of bounds memory access
;;       4e  mov32 #0, [#1+#2+28] [def %20]=r3 [%31]=r1 [%32]=r6 !out of bounds memory access
;;       55  mov32 #0, [#1+#2+32] [def %18]=r12 [%31]=r1 [%32]=r6 !out of bounds memory access
;;       5c  mov32 #0, [#1+#2+36] [def %16]=r13 [%31]=r1 [%32]=r6 !out of bounds memory access
;;       63  mov32 #0, [#1+#2+40] [def %14]=r14 [%31]=r1 [%32]=r6 !out of bounds memory access
;;       6a  mov32 #0, [#1+#2+44] [def %12]=r15 [%31]=r1 [%32]=r6 !out of bounds memory access
;;             slot0 <- r15, 4 bytes
;;       71  mov32 #0, [#1+#2+48] [def %10]=r15 [%31]=r1 [%32]=r6 !out of bounds memory access
;;             slot1 <- r15, 4 bytes
;;       78  mov32 #0, [#1+#2+52] [def %8]=r15 [%31]=r1 [%32]=r6 !out of bounds memory access
;;             slot2 <- r15, 4 bytes
;;       7f  mov32 #0, [#1+#2+56] [def %6]=r15 [%31]=r1 [%32]=r6 !out of bounds memory access
;;             slot3 <- r15, 4 bytes
;;       86  mov32 #0, [#1+#2+60] [def %4]=r15 [%31]=r1 [%32]=r6 !out of bounds memory access
;;             slot4 <- r15, 4 bytes
;;       8d  mov32 #0, [#1+#2+64] [def %2]=r15 [%31]=r1 [%32]=r6 !out of bounds memory access
;;       96  mov32 [#0+#1], 0 [%31]=r1 [%32]=r6 !out of bounds memory access
;;       9d  xor32 #0, #2 [def %27@1]=r0 [%29]=r0 [%30~]=r2
;;       a0  xor32 #0, #2 [def %25@1]=r0 [%27]=r0 [%28~]=r7
;;       a3  xor32 #0, #2 [def %23@1]=r0 [%25]=r0 [%26~]=r8
;;       a6  xor32 #0, #2 [def %21@1]=r0 [%23]=r0 [%24~]=r9
;;       a9  xor32 #0, #2 [def %19@1]=r0 [%21]=r0 [%22~]=r10
;;       ac  xor32 #0, #2 [def %17@1]=r0 [%19]=r0 [%20~]=r3
;;       af  xor32 #0, #2 [def %15@1]=r0 [%17]=r0 [%18~]=r12
;;       b2  xor32 #0, #2 [def %13@1]=r0 [%15]=r0 [%16~]=r13
;;       b5  xor32 #0, #2 [def %11@1]=r0 [%13]=r0 [%14~]=r14
;;       b8  xor32 #0, #2 [def %9@1]=r0 [%11]=r0 [%12~]=slot0
;;       bb  xor32 #0, #2 [def %7@1]=r0 [%9]=r0 [%10~]=slot1
;;       be  xor32 #0, #2 [def %5@1]=r0 [%7]=r0 [%8~]=slot2
;;       c1  xor32 #0, #2 [def %3@1]=r0 [%5]=r0 [%6~]=slot3
;;       c4  xor32 #0, #2 [def %1@1]=r0 [%3]=r0 [%4~]=slot4
;;       c7  xor32 #0, #2 [def %0@1]=r0 [%1]=r0 [%2~]=r15
;;       c8  return [%0@r0]=r0
