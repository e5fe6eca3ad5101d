;; station=lower target=x64 strategy=passes=none
;; What goes into an address: the offset, a constant index; 2^31 and more is added first.
(module
  (memory 1)
  (func (param i32) (result i32 i32 i32 i64)
    (i32.load (local.get 0))
    (i32.load8_u offset=0x7fffffff (local.get 0))
    (i32.load16_u offset=0x80000000 (local.get 0))
    (i64.load32_s offset=4 (i32.const 0x1000)))
  (func $constant_index_past_31_bits (result i32)
    (i32.load offset=0xffffffff (i32.const -1)))
  (func $index_wraps (param i32) (result i32)
    (i32.load (i32.add (local.get 0) (i32.const 16)))))

;; f0:
;; B0(): depth 0
;;       2b  args [def %8@r7] [def %5@r6]
;;           mov64 #0, [#1+80] [def %4] [%8]
;;       2e  mov32 #0, [#1+#2] [def %0] [%4] [%5] !out of bounds memory access
;;       33  movzx32.8 #0, [#1+#2+2147483647] [def %1] [%4] [%5] !out of bounds memory access
;;       3c  const #0, 0x80000000 [def %6]
;;           lea64 #0, [#1+#2] [def %7] [%6] [%5]
;;           movzx32.16 #0, [#1+#2] [def %2] [%4] [%7] !out of bounds memory access
;;       46  movsxd64.32 #0, [#1+4100] [def %3] [%4] !out of bounds memory access
;;       49  return [%0@r0] [%1@r2] [%2@r1] [%3@r6]
;;
;; constant_index_past_31_bits:
;; B0(): depth 0
;;       4b  args [def %5@r7]
;;           mov64 #0, [#1+80] [def %1] [%5]
;;       4c  const #0, 0xffffffff [def %2]
;;       4e  const #0, 0xffffffff [def %3]
;;           lea64 #0, [#1+#2] [def %4] [%3] [%2]
;;           mov32 #0, [#1+#2] [def %0] [%1] [%4] !out of bounds memory access
;;       55  return [%0@r0]
;;
;; index_wraps:
;; B0(): depth 0
;;       57  args [def %4@r7] [def %3@r6]
;;           mov64 #0, [#1+80] [def %1] [%4]
;;       5c  add32 #0, 16 [def %2@1] [%3]
;;       5d  mov32 #0, [#1+#2] [def %0] [%1] [%2] !out of bounds memory access
;;       60  return [%0@r0]
