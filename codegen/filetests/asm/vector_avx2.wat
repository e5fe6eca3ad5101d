;; station=asm target=x64 strategy=passes=basic,regalloc=linear,cpu=avx2
;; What `vector_avx512.wat` does otherwise.
(module
  (func $select (param v128 v128 v128) (result v128) (v128.bitselect (local.get 0) (local.get 1) (local.get 2)))
  (func $greater (param v128 v128 v128 v128) (result v128)
    (v128.bitselect (local.get 2) (local.get 3) (i16x8.gt_u (local.get 0) (local.get 1))))
  (func $rotate (param v128) (result v128) (v128.or (i32x4.shl (local.get 0) (i32.const 8)) (i32x4.shr_u (local.get 0) (i32.const 24))))
  (func $words (param v128 v128 v128) (result v128) (i16x8.relaxed_laneselect (local.get 0) (local.get 1) (local.get 2)))
  (func $sums (param v128) (result v128) (i32x4.extadd_pairwise_i16x8_u (local.get 0))))

;; select:
;; @0032    vpand    xmm3, xmm0, xmm2
;;          vpandn   xmm1, xmm2, xmm1
;;          vpor     xmm0, xmm3, xmm1
;; @0034    ret
;;
;; greater:
;; @003f    vpminuw  xmm1, xmm0, xmm1
;;          vpcmpeqw xmm1, xmm1, xmm0
;; @0041    vpblendvb xmm0, xmm2, xmm3, xmm1
;; @0043    ret
;;
;; rotate:
;; @0054    vpshufb  xmm0, xmm0, xmmword ptr [.d1]
;; @0056    ret
;;        .d1:
;;          const    0x0e0d0c0f0a09080b0605040702010003
;;
;; words:
;; @005f    vpblendvb xmm0, xmm1, xmm0, xmm2
;; @0062    ret
;;
;; sums:
;; @0067    vpsrld   xmm1, xmm0, 0x10
;;          vpblendw xmm2, xmm0, xmm1, 0xaa
;;          vpaddd   xmm0, xmm1, xmm2
;; @0069    ret
