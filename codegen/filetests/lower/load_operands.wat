;; station=lower target=x64 strategy=passes=none
;; A load with one use, in the same block and with no store between, is the operand of what reads it.
(module
  (memory 1)
  (func $right (param i32 i32) (result i32)
    (i32.sub (local.get 1) (i32.load (local.get 0))))
  (func $left_of_commuting (param i32 i64) (result i64)
    (i64.mul (i64.load (local.get 0)) (local.get 1)))
  (func $left_of_others (param i32 i32) (result i32)
    (i32.sub (i32.load (local.get 0)) (local.get 1)))
  (func $product (param i32) (result i32)
    (i32.mul (i32.load (local.get 0)) (i32.const 100)))
  (func $shifted (param i32 i32) (result i32)
    (i32.shl (i32.load (local.get 0)) (local.get 1)))
  (func $counted (param i32) (result i64)
    (i64.popcnt (i64.load offset=16 (local.get 0))))
  (func $extended (param i32) (result i64)
    (i64.extend_i32_s (i32.load (local.get 0))))
  (func $converted (param i32) (result f64)
    (f64.convert_i32_s (i32.load (local.get 0)))))

;; right:
;; B0(): depth 0
;;       3a  args [def %4@r7] [def %3@r6] [def %1@r2]
;;           mov64 #0, [#1+80] [def %2] [%4]
;;       42  sub32 #0, [#2+#3] [def %0@1] [%1] [%2] [%3] !out of bounds memory access
;;       43  return [%0@r0]
;;
;; left_of_commuting:
;; B0(): depth 0
;;       45  args [def %4@r7] [def %3@r6] [def %1@r2]
;;           mov64 #0, [#1+80] [def %2] [%4]
;;       4d  imul64 #0, [#2+#3] [def %0@1] [%1] [%2] [%3] !out of bounds memory access
;;       4e  return [%0@r0]
;;
;; left_of_others:
;; B0(): depth 0
;;       50  args [def %5@r7] [def %4@r6] [def %2@r2]
;;           mov64 #0, [#1+80] [def %3] [%5]
;;       53  mov32 #0, [#1+#2] [def %1] [%3] [%4] !out of bounds memory access
;;       58  sub32 #0, #2 [def %0@1] [%1] [%2~]
;;       59  return [%0@r0]
;;
;; product:
;; B0(): depth 0
;;       5b  args [def %3@r7] [def %2@r6]
;;           mov64 #0, [#1+80] [def %1] [%3]
;;       64  imul32 #0, [#1+#2], 100 [def %0] [%1] [%2] !out of bounds memory access
;;       65  return [%0@r0]
;;
;; shifted:
;; B0(): depth 0
;;       67  args [def %4@r7] [def %3@r6] [def %1@r2]
;;           mov64 #0, [#1+80] [def %2] [%4]
;;       6f  shlx32 #0, [#2+#3], #1 [def %0] [%1] [%2] [%3] !out of bounds memory access
;;       70  return [%0@r0]
;;
;; counted:
;; B0(): depth 0
;;       72  args [def %3@r7] [def %2@r6]
;;           mov64 #0, [#1+80] [def %1] [%3]
;;       78  popcnt64 #0, [#1+#2+16] [def %0] [%1] [%2] !out of bounds memory access
;;       79  return [%0@r0]
;;
;; extended:
;; B0(): depth 0
;;       7b  args [def %3@r7] [def %2@r6]
;;           mov64 #0, [#1+80] [def %1] [%3]
;;       81  movsxd64.32 #0, [#1+#2] [def %0] [%1] [%2] !out of bounds memory access
;;       82  return [%0@r0]
;;
;; converted:
;; B0(): depth 0
;;       84  args [def %3@r7] [def %2@r6]
;;           mov64 #0, [#1+80] [def %1] [%3]
;;       8a  zero+vcvtsi2sd32 #0, #0, [#1+#2] [def %0] [%1] [%2] !out of bounds memory access
;;       8b  return [%0@x0]
