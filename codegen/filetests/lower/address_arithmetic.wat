;; station=lower target=x64 strategy=passes=none
;; Sums of two, shifted operands, and products by 3, 5 and 9 are addresses.
(module
  (func $sum (param i32 i32) (result i32)
    (i32.add (i32.add (local.get 0) (local.get 1)) (i32.const 40)))
  (func $shifted (param i64 i64) (result i64)
    (i64.add (i64.shl (local.get 0) (i64.const 3)) (local.get 1)))
  (func $times (param i32) (result i32 i32 i32 i32)
    (i32.mul (local.get 0) (i32.const 3))
    (i32.mul (local.get 0) (i32.const 9))
    (i32.mul (local.get 0) (i32.const 10))
    (i32.mul (local.get 0) (i32.const 1000)))
  (func $twice (param i64) (result i64)
    (i64.shl (local.get 0) (i64.const 1))))

;; sum:
;; B0(): depth 0
;;       34  args [def %1@r6] [def %2@r2]
;;       37  lea32 #0, [#1+#2+40] [def %0] [%1] [%2]
;;       38  return [%0@r0]
;;
;; shifted:
;; B0(): depth 0
;;       3d  args [def %2@r6] [def %1@r2]
;;       42  lea64 #0, [#1+#2*8] [def %0] [%1] [%2]
;;       43  return [%0@r0]
;;
;; times:
;; B0(): depth 0
;;       48  args [def %4@r6]
;;       4a  lea32 #0, [#1+#2*2] [def %0] [%4] [%4]
;;       4f  lea32 #0, [#1+#2*8] [def %1] [%4] [%4]
;;       54  imul32 #0, #1, 10 [def %2] [%4~]
;;       5a  imul32 #0, #1, 1000 [def %3] [%4~]
;;       5b  return [%0@r0] [%1@r2] [%2@r1] [%3@r6]
;;
;; twice:
;; B0(): depth 0
;;       60  args [def %1@r6]
;;       62  lea64 #0, [#1+#2] [def %0] [%1] [%1]
;;       63  return [%0@r0]
