;; station=lower target=x64 strategy=passes=none
;; Truncations that saturate, without a branch.
(module
  (func $to_i32 (param f64) (result i32) (i32.trunc_sat_f64_s (local.get 0)))
  (func $to_u32 (param f32) (result i32) (i32.trunc_sat_f32_u (local.get 0)))
  (func $to_i64 (param f64) (result i64) (i64.trunc_sat_f64_s (local.get 0)))
  (func $to_u64 (param f64) (result i64) (i64.trunc_sat_f64_u (local.get 0))))

;; to_i32:
;; B0(): depth 0
;;       28  args [def %1@x0]
;;           vcmpsd #0, #1, #2, 7 [def %2] [%1] [%1]
;;           vandpd #0, #1, #2 [def %3] [%1] [%2]
;;           vmaxsd #0, #1, pool[0] [def %4] [%3]
;;           vminsd #0, #1, pool[1] [def %5] [%4]
;;           vcvttsd2si32 #0, #1 [def %0] [%5]
;;       2a  return [%0@r0]
;;
;; to_u32:
;; B0(): depth 0
;;       2f  args [def %1@x0]
;;           vcvtss2sd #0, #1, #1 [def %2] [%1]
;;           vmaxsd #0, #1, pool[0] [def %3] [%2]
;;           vminsd #0, #1, pool[1] [def %4] [%3]
;;           vcvttsd2si64 #0, #1 [def %5] [%4]
;;           mov32 #0, #1 [def %0] [%5]
;;       31  return [%0@r0]
;;
;; to_i64:
;; B0(): depth 0
;;       36  args [def %1@x0]
;;           vcmpsd #0, #1, #2, 7 [def %2] [%1] [%1]
;;           vandpd #0, #1, #2 [def %3] [%1] [%2]
;;           vcmpsd #0, #1, pool[0], 13 [def %4] [%3]
;;           vmovq64 #0, #1 [def %5] [%4]
;;           vcvttsd2si64 #0, #1 [def %6] [%3]
;;           xor64 #0, #2 [def %0@1] [%6] [%5]
;;       38  return [%0@r0]
;;
;; to_u64:
;; B0(): depth 0
;;       3d  args [def %1@x0]
;;           vmaxsd #0, #1, pool[0] [def %2] [%1]
;;           vcmpsd #0, #1, pool[1], 13 [def %3] [%2]
;;           vmovq64 #0, #1 [def %4] [%3]
;;           vcvttsd2si64 #0, #1 [def %6] [%2]
;;           vaddsd #0, #1, pool[2] [def %7] [%2]
;;           vcvttsd2si64 #0, #1 [def %8] [%7]
;;           sar64 #0, 63 [def %9@1] [%6]
;;           and64 #0, #2 [def %10@1] [%8] [%9]
;;           or64 #0, #2 [def %5@1] [%6] [%10]
;;           or64 #0, #2 [def %0@1] [%5] [%4]
;;       3f  return [%0@r0]
