;; station=lower target=x64 strategy=passes=none
;; Integers to floats and back.
(module
  (func $to_float (param i32 i64) (result f32 f64 f32 f64)
    (f32.convert_i32_s (local.get 0))
    (f64.convert_i32_u (local.get 0))
    (f32.convert_i64_s (local.get 1))
    (f64.convert_i64_u (local.get 1)))
  (func $reinterpret (param i32 f64) (result f32 i64)
    (f32.reinterpret_i32 (local.get 0))
    (i64.reinterpret_f64 (local.get 1)))
  (func $between (param f32 f64) (result f64 f32)
    (f64.promote_f32 (local.get 0))
    (f32.demote_f64 (local.get 1))))

;; to_float:
;; B0(): depth 0
;;       2f  args [def %11@r6] [def %4@r2]
;;           zero+vcvtsi2ss32 #0, #0, #1 [def %0] [%11~]
;;       32  zero+vcvtsi2sd64 #0, #0, #1 [def %1] [%11~]
;;       35  zero+vcvtsi2ss64 #0, #0, #1 [def %2] [%4~]
;;       38  shr64 #0, 1 [def %5@1] [%4]
;;           and32 #0, 1 [def %6@1] [%4]
;;           or64 #0, #2 [def %7@1] [%5] [%6]
;;           move64 #0, #2 if s of test64 #3, #3 [def %8@1] [%4] [%7] [%4]
;;           zero+vcvtsi2sd64 #0, #0, #1 [def %9] [%8~]
;;           vaddsd #0, #1, #2 [def %10] [%9] [%9]
;;           move_vec #0, #2 if s of test64 #3, #3 [def %3@1] [%9] [late %10] [%4]
;;       39  return [%0@x0] [%1@x1] [%2@x2] [%3@x3]
;;
;; reinterpret:
;; B0(): depth 0
;;       3e  args [def %3@r6] [def %2@x0]
;;           vmovd32 #0, #1 [def %0] [%3~]
;;       41  vmovq64 #0, #1 [def %1] [%2]
;;       42  return [%0@x0] [%1@r0]
;;
;; between:
;; B0(): depth 0
;;       47  args [def %3@x0] [def %2@x1]
;;           vcvtss2sd #0, #1, #1 [def %0] [%3]
;;       4a  vcvtsd2ss #0, #1, #1 [def %1] [%2]
;;       4b  return [%0@x0] [%1@x1]
