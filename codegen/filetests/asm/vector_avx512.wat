;; station=asm target=x64 strategy=passes=basic,regalloc=linear,cpu=avx512
(module
  (memory 1)
  (func $multiply (param v128 v128) (result v128) (i64x2.mul (local.get 0) (local.get 1)))
  (func $multiply_memory (param v128 i32) (result v128) (i64x2.mul (local.get 0) (v128.load (local.get 1))))
  (func $select (param v128 v128 v128) (result v128) (v128.bitselect (local.get 0) (local.get 1) (local.get 2)))
  (func $select_memory (param v128 v128 i32) (result v128) (v128.bitselect (local.get 0) (v128.load (local.get 2)) (local.get 1)))
  (func $not (param v128) (result v128) (v128.not (local.get 0)))
  (func $three (param v128 v128 v128) (result v128) (v128.xor (local.get 0) (v128.xor (local.get 1) (local.get 2))))
  (func $rotate (param v128) (result v128) (v128.or (i32x4.shl (local.get 0) (i32.const 7)) (i32x4.shr_u (local.get 0) (i32.const 25))))
  (func $bytes (param v128) (result v128) (i8x16.shr_s (local.get 0) (i32.const 3)))
  (func $bytes_by (param v128 i32) (result v128) (i8x16.shr_s (local.get 0) (local.get 1)))
  (func $shuffle (param v128 v128) (result v128)
    (i8x16.shuffle 0 17 3 18 9 30 1 1 25 2 19 31 4 6 21 8 (local.get 0) (local.get 1)))
  (func $min (param v128 v128) (result v128) (f32x4.min (local.get 0) (local.get 1)))
  (func $saturate (param v128) (result v128) (i32x4.trunc_sat_f32x4_u (local.get 0)))
  (func $splat (param i32) (result v128) (i8x16.splat (local.get 0))))

;; multiply:
;; @004e    vpmullq  xmm0, xmm0, xmm1
;; @0051    ret
;;
;; multiply_memory:
;; @0053    mov      rax, qword ptr [rdi + 0x50]
;; @005c    vpmullq  xmm0, xmm0, xmmword ptr [rax + rsi] ; out of bounds memory access
;; @005f    ret
;;
;; select:
;; @0068    vpternlogd xmm0, xmm1, xmm2, 0xe4
;; @006a    ret
;;
;; select_memory:
;; @006c    mov      rax, qword ptr [rdi + 0x50]
;; @0077    vpternlogd xmm0, xmm1, xmmword ptr [rax + rsi], 0xe2 ; out of bounds memory access
;; @0079    ret
;;
;; not:
;; @007e    vpternlogd xmm0, xmm0, xmm0, 0xf
;; @0080    ret
;;
;; three:
;; @008b    vpternlogd xmm0, xmm1, xmm2, 0x96
;; @008d    ret
;;
;; rotate:
;; @009e    vprold   xmm0, xmm0, 7
;; @00a0    ret
;;
;; bytes:
;; @00a7    vgf2p8affineqb xmm0, xmm0, xmmword ptr [.d1], 0
;; @00a9    ret
;;        .d1:
;;          const    0x08102040808080800810204080808080
;;
;; bytes_by:
;; @00b0    vmovddup xmm1, qword ptr [.d1]
;;          and      esi, 7
;;          vpbroadcastb xmm2, esi
;;          vmovddup xmm3, qword ptr [.d2]
;;          vpsubusb xmm2, xmm3, xmm2
;;          vpshufb  xmm1, xmm1, xmm2
;;          vgf2p8affineqb xmm0, xmm0, xmm1, 0
;; @00b2    ret
;;        .d1:
;;          const    0x0102040810204080
;;        .d2:
;;          const    0x0706050403020100
;;
;; shuffle:
;; @00b9    vmovups  xmm2, xmmword ptr [.d1]
;;          vpermt2b xmm0, xmm2, xmm1
;; @00cb    ret
;;        .d1:
;;          const    0x081506041f13021901011e0912031100
;;
;; min:
;; @00d2    vrangeps xmm2, xmm0, xmm1, 4
;;          vaddps   xmm3, xmm0, xmm1
;;          vcmpunordps xmm1, xmm0, xmm1
;;          vblendvps xmm0, xmm2, xmm3, xmm1
;; @00d5    ret
;;
;; saturate:
;; @00da    vxorps   xmm1, xmm1, xmm1
;;          vmaxps   xmm1, xmm0, xmm1
;;          vcvttps2udq xmm0, xmm1
;; @00dd    ret
;;
;; splat:
;; @00e2    vpbroadcastb xmm0, esi
;; @00e4    ret
