;; station=lower target=x64 strategy=passes=none
;; Sign bits by logic, rounding, square roots.
(module
  (func (param f32 f64 f64) (result f32 f64 f64 f64 f32)
    (f32.neg (local.get 0))
    (f64.abs (local.get 1))
    (f64.copysign (local.get 1) (local.get 2))
    (f64.nearest (local.get 1))
    (f32.sqrt (local.get 0))))

;; B0(): depth 0
;;       21  args [def %5@x0] [def %6@x1] [def %7@x2]
;;           vxorps #0, #1, pool[2] [def %0] [%5]
;;       24  vandpd #0, #1, pool[0] [def %1] [%6]
;;       29  vandpd #0, #1, pool[0] [def %8] [%6]
;;           vandpd #0, #1, pool[1] [def %9] [%7]
;;           vorpd #0, #1, #2 [def %2] [%8] [%9]
;;       2c  vroundsd #0, #1, #1, 8 [def %3] [%6]
;;       2f  vsqrtss #0, #1, #1 [def %4] [%5]
;;       30  return [%0@x0] [%1@x1] [%2@x2] [%3@x3] [%4@x4]
