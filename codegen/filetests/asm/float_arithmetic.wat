;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; Constants in the pool behind the code.
(module
  (func (param f64 f32) (result f64 f32 f64)
    (f64.mul (f64.add (local.get 0) (f64.const 0.5)) (f64.const 3))
    (f32.abs (f32.sub (local.get 1) (f32.const 0x1p-149)))
    (f64.floor (f64.sqrt (local.get 0)))))

;; @0027    vaddsd   xmm3, xmm0, qword ptr [.d1]
;; @0031    vmulsd   xmm3, xmm3, qword ptr [.d2]
;; @0039    vsubss   xmm4, xmm1, dword ptr [.d3]
;; @003a    vandps   xmm1, xmm4, xmmword ptr [.d4]
;; @003d    vsqrtsd  xmm4, xmm0, xmm0
;; @003e    vroundsd xmm2, xmm4, xmm4, 9
;;          vmovaps  xmm0, xmm3
;; @003f    ret
;;        .d1:
;;          const    0x3fe0000000000000 ; 0.5
;;        .d2:
;;          const    0x4008000000000000 ; 3.0
;;        .d3:
;;          const    0x00000001 ; 1e-45
;;        .d4:
;;          const    0x7fffffff7fffffff7fffffff7fffffff
