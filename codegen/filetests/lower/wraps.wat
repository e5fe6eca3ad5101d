;; station=lower target=x64 strategy=passes=none
;; A wrap or zero extension is the register itself where only the lower half is read or the upper half is zero.
(module
  (func $wrap (param i64 i64) (result i32)
    (i32.add (i32.wrap_i64 (local.get 0)) (i32.wrap_i64 (local.get 1))))
  (func $extend (param i32) (result i64)
    (i64.mul (i64.extend_i32_u (local.get 0)) (i64.extend_i32_u (local.get 0))))
  (func $wrap_result (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
  (func $sign (param i64) (result i64 i32)
    (i64.extend_i32_s (i32.wrap_i64 (local.get 0)))
    (i32.extend8_s (i32.wrap_i64 (local.get 0)))))

;; wrap:
;; B0(): depth 0
;;       2f  args [def %1@r6] [def %2@r2]
;;       33  add32 #0, #2 [def %0@1] [%1] [%2~]
;;       34  return [%0@r0]
;;
;; extend:
;; B0(): depth 0
;;       39  args [def %1@r6]
;;       3d  imul64 #0, #2 [def %0@1] [%1] [%1~]
;;       3e  return [%0@r0]
;;
;; wrap_result:
;; B0(): depth 0
;;       43  args [def %1@r6]
;;           mov32 #0, #1 [def %0] [%1~]
;;       44  return [%0@r0]
;;
;; sign:
;; B0(): depth 0
;;       49  args [def %2@r6]
;;       4a  movsxd64.32 #0, #1 [def %0] [%2~]
;;       4e  movsx32.8 #0, #1 [def %1] [%2~]
;;       4f  return [%0@r0] [%1@r2]
