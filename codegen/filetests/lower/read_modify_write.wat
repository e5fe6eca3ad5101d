;; station=lower target=x64 strategy=passes=basic
;; A load, an operation and a store at one address are one instruction.
(module
  (memory 1)
  (func $add (param i32 i32)
    (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (local.get 1))))
  (func $constant (param i32)
    (i64.store offset=8 (local.get 0) (i64.xor (i64.load offset=8 (local.get 0)) (i64.const 5))))
  (func $another_offset (param i32 i32)
    (i32.store offset=4 (local.get 0) (i32.add (i32.load (local.get 0)) (local.get 1))))
  (func $value_is_read (param i32 i32) (result i32) (local i32)
    (i32.store (local.get 0) (local.tee 2 (i32.add (i32.load (local.get 0)) (local.get 1))))
    (local.get 2)))

;; add:
;; B0(): depth 0
;;       2a  args [def %3@r7] [def %2@r6] [def %0@r2]
;;           mov64 #0, [#1+80] [def %1] [%3]
;;       35  add32 [#1+#2], #0 [%0] [%1] [%2] !out of bounds memory access
;;       38  return
;;
;; constant:
;; B0(): depth 0
;;       3a  args [def %2@r7] [def %1@r6]
;;           mov64 #0, [#1+80] [def %0] [%2]
;;       45  xor64 [#0+#1+8], 5 [%0] [%1] !out of bounds memory access
;;       48  return
;;
;; another_offset:
;; B0(): depth 0
;;       4a  args [def %4@r7] [def %2@r6] [def %3@r2]
;;           mov64 #0, [#1+80] [def %1] [%4]
;;       54  add32 #0, [#2+#3] [def %0@1] [%3] [%1] [%2] !out of bounds memory access
;;       55  mov32 [#1+#2+4], #0 [%0] [%1] [%2] !out of bounds memory access
;;       58  return
;;
;; value_is_read:
;; B0(): depth 0
;;       5a  args [def %4@r7] [def %2@r6] [def %3@r2]
;;           mov64 #0, [#1+80] [def %1] [%4]
;;       66  add32 #0, [#2+#3] [def %0@1] [%3] [%1] [%2] !out of bounds memory access
;;       69  mov32 [#1+#2], #0 [%0] [%1] [%2] !out of bounds memory access
;;       6e  return [%0@r0]
