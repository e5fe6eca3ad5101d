;; station=lower target=x64 strategy=passes=none
;; Truncations that trap: unordered first, then each end of the range.
(module
  (func $to_i32 (param f32) (result i32) (i32.trunc_f32_s (local.get 0)))
  (func $to_u64 (param f64) (result i64) (i64.trunc_f64_u (local.get 0)))
  (func $unread (param f64) (drop (i32.trunc_f64_u (local.get 0)))))

;; to_i32:
;; B0(): depth 0
;;       26  args [def %1@x0]
;;           vcvtss2sd #0, #1, #1 [def %2] [%1]
;;           trap "invalid conversion to integer" if p of vucomisd #0, #0 [%2]
;;           trap "integer overflow" if be of vucomisd #0, pool[0] [%2]
;;           trap "integer overflow" if ae of vucomisd #0, pool[1] [%2]
;;           vcvttsd2si32 #0, #1 [def %0] [%2]
;;       27  return [%0@r0]
;;
;; to_u64:
;; B0(): depth 0
;;       2c  args [def %1@x0]
;;           trap "invalid conversion to integer" if p of vucomisd #0, #0 [%1]
;;           trap "integer overflow" if be of vucomisd #0, pool[0] [%1]
;;           trap "integer overflow" if ae of vucomisd #0, pool[1] [%1]
;;           vcvttsd2si64 #0, #1 [def %2] [%1]
;;           vaddsd #0, #1, pool[2] [def %3] [%1]
;;           vcvttsd2si64 #0, #1 [def %4] [%3]
;;           sar64 #0, 63 [def %5@1] [%2]
;;           and64 #0, #2 [def %6@1] [%4] [%5]
;;           or64 #0, #2 [def %0@1] [%2] [%6]
;;       2d  return [%0@r0]
;;
;; unread:
;; B0(): depth 0
;;       32  args [def %0@x0]
;;           trap "invalid conversion to integer" if p of vucomisd #0, #0 [%0]
;;           trap "integer overflow" if be of vucomisd #0, pool[0] [%0]
;;           trap "integer overflow" if ae of vucomisd #0, pool[1] [%0]
;;       34  return
