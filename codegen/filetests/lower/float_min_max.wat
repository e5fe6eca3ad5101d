;; station=lower target=x64 strategy=passes=none
;; Both orders of the instruction, joined for zeros; the sum where unordered.
(module
  (func $min (param f64 f64) (result f64) (f64.min (local.get 0) (local.get 1)))
  (func $max (param f32 f32) (result f32) (f32.max (local.get 0) (local.get 1))))

;; min:
;; B0(): depth 0
;;       25  args [def %1@x0] [def %2@x1]
;;           vminsd #0, #1, #2 [def %3] [%1] [%2]
;;           vminsd #0, #1, #2 [def %4] [%2] [%1]
;;           vorpd #0, #1, #2 [def %5] [%3] [%4]
;;           vaddsd #0, #1, #2 [def %6] [%1] [%2]
;;           vcmpsd #0, #1, #2, 3 [def %7] [%1] [%2]
;;           vblendvpd #0, #1, #2, #3 [def %0] [%5] [%6] [%7]
;;       26  return [%0@x0]
;;
;; max:
;; B0(): depth 0
;;       2d  args [def %1@x0] [def %2@x1]
;;           vmaxss #0, #1, #2 [def %3] [%1] [%2]
;;           vmaxss #0, #1, #2 [def %4] [%2] [%1]
;;           vandps #0, #1, #2 [def %5] [%3] [%4]
;;           vaddss #0, #1, #2 [def %6] [%1] [%2]
;;           vcmpss #0, #1, #2, 3 [def %7] [%1] [%2]
;;           vblendvps #0, #1, #2, #3 [def %0] [%5] [%6] [%7]
;;       2e  return [%0@x0]
