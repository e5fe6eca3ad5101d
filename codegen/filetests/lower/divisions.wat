;; station=lower target=x64 strategy=passes=none
;; A divisor of zero is tested before, -1 is looked for in a signed remainder; a constant divisor needs neither.
(module
  (func $div_s (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func $div_u (param i64 i64) (result i64) (i64.div_u (local.get 0) (local.get 1)))
  (func $rem_s (param i64 i64) (result i64) (i64.rem_s (local.get 0) (local.get 1)))
  (func $rem_u (param i32 i32) (result i32) (i32.rem_u (local.get 0) (local.get 1)))
  (func $constant (param i32) (result i32) (i32.rem_s (local.get 0) (i32.const 10)))
  (func $unread (param i32 i32) (drop (i32.div_u (local.get 0) (local.get 1)))))

;; div_s:
;; B0(): depth 0
;;       33  args [def %1@r6] [def %2@r2]
;;           trap "integer divide by zero" if e of test32 #0, #0 [%2]
;;           div_s32 #1 [def %0@r0] [late %2] [%1@r0] !integer overflow
;;       34  return [%0@r0]
;;
;; div_u:
;; B0(): depth 0
;;       3b  args [def %1@r6] [def %2@r2]
;;           trap "integer divide by zero" if e of test64 #0, #0 [%2]
;;           div_u64 #1 [def %0@r0] [late %2] [%1@r0]
;;       3c  return [%0@r0]
;;
;; rem_s:
;; B0(): depth 0
;;       43  args [def %1@r6] [def %2@r2]
;;           trap "integer divide by zero" if e of test64 #0, #0 [%2]
;;           rem_s64 #1, which may be -1 [def %0@r2] [late %2] [%1@r0]
;;       44  return [%0@r0]
;;
;; rem_u:
;; B0(): depth 0
;;       4b  args [def %1@r6] [def %2@r2]
;;           trap "integer divide by zero" if e of test32 #0, #0 [%2]
;;           rem_u32 #1 [def %0@r2] [late %2] [%1@r0]
;;       4c  return [%0@r0]
;;
;; constant:
;; B0(): depth 0
;;       51  args [def %1@r6]
;;           const #0, 10 [def %2]
;;       53  rem_s32 #1 [def %0@r2] [late %2] [%1@r0]
;;       54  return [%0@r0]
;;
;; unread:
;; B0(): depth 0
;;       5b  args [def %1@r6] [def %2@r2]
;;           trap "integer divide by zero" if e of test32 #0, #0 [%2]
;;           div_u32 #1 [def %0@r0] [late %2] [%1@r0]
;;       5d  return
