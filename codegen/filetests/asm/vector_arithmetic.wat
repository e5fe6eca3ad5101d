;; station=asm target=x64 strategy=passes=basic,regalloc=linear
(module
  (func $fused (param v128 v128 v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 1) (local.get 2)))
  (func $min (param v128 v128) (result v128) (f32x4.min (local.get 0) (local.get 1)))
  (func $multiply (param v128 v128) (result v128) (i64x2.mul (local.get 0) (local.get 1)))
  (func $shift (param v128 i32) (result v128) (i32x4.shl (local.get 0) (local.get 1)))
  (func $bytes (param v128) (result v128) (i8x16.shr_s (local.get 0) (i32.const 3)))
  (func $saturate (param v128) (result v128) (i32x4.trunc_sat_f32x4_u (local.get 0)))
  (func $stack (param v128 v128 v128 v128 v128 v128 v128 v128 v128) (result v128) (i8x16.add (local.get 0) (local.get 8))))

;; fused:
;; @0045    vfmadd213ps xmm0, xmm1, xmm2
;; @0048    ret
;;
;; min:
;; @004f    vminps   xmm2, xmm0, xmm1
;;          vminps   xmm3, xmm1, xmm0
;;          vorps    xmm2, xmm2, xmm3
;;          vaddps   xmm3, xmm0, xmm1
;;          vcmpunordps xmm1, xmm0, xmm1
;;          vblendvps xmm0, xmm2, xmm3, xmm1
;; @0052    ret
;;
;; multiply:
;; @0059    vpshufd  xmm2, xmm1, 0xb1
;;          vpmulld  xmm2, xmm2, xmm0
;;          vpsrlq   xmm3, xmm2, 0x20
;;          vpaddd   xmm2, xmm3, xmm2
;;          vpsllq   xmm2, xmm2, 0x20
;;          vpmuludq xmm1, xmm0, xmm1
;;          vpaddq   xmm0, xmm1, xmm2
;; @005c    ret
;;
;; shift:
;; @0063    and      esi, 0x1f
;;          vmovd    xmm1, esi
;;          vpslld   xmm0, xmm0, xmm1
;; @0066    ret
;;
;; bytes:
;; @006d    vpsrlw   xmm1, xmm0, 3
;;          vpand    xmm1, xmm1, xmmword ptr [.d1]
;;          vpxor    xmm1, xmm1, xmmword ptr [.d2]
;;          vpsubb   xmm0, xmm1, xmmword ptr [.d2]
;; @006f    ret
;;        .d1:
;;          const    0x1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f
;;        .d2:
;;          const    0x10101010101010101010101010101010
;;
;; saturate:
;; @0074    vxorps   xmm1, xmm1, xmm1
;;          vmaxps   xmm2, xmm0, xmm1
;;          vsubps   xmm3, xmm2, xmmword ptr [.d1]
;;          vcmpgeps xmm4, xmm3, xmmword ptr [.d1]
;;          vcvttps2dq xmm3, xmm3
;;          vpxor    xmm3, xmm3, xmm4
;;          vpmaxsd  xmm1, xmm3, xmm1
;;          vcvttps2dq xmm2, xmm2
;;          vpaddd   xmm0, xmm2, xmm1
;; @0077    ret
;;        .d1:
;;          const    0x4f0000004f0000004f0000004f000000
;;
;; stack:
;; @007e    vpaddb   xmm0, xmm0, xmmword ptr [rsp + 8]
;; @0080    ret      0x10
