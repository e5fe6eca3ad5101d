;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; Minimum and maximum without a branch.
(module
  (func $min (param f64 f64) (result f64) (f64.min (local.get 0) (local.get 1)))
  (func $max (param f32 f32) (result f32) (f32.max (local.get 0) (local.get 1))))

;; min:
;; @0025    vminsd   xmm2, xmm0, xmm1
;;          vminsd   xmm3, xmm1, xmm0
;;          vorpd    xmm2, xmm2, xmm3
;;          vaddsd   xmm3, xmm0, xmm1
;;          vcmpunordsd xmm1, xmm0, xmm1
;;          vblendvpd xmm0, xmm2, xmm3, xmm1
;; @0026    ret
;;
;; max:
;; @002d    vmaxss   xmm2, xmm0, xmm1
;;          vmaxss   xmm3, xmm1, xmm0
;;          vandps   xmm2, xmm2, xmm3
;;          vaddss   xmm3, xmm0, xmm1
;;          vcmpunordss xmm1, xmm0, xmm1
;;          vblendvps xmm0, xmm2, xmm3, xmm1
;; @002e    ret
