;; station=asm target=x64 strategy=passes=basic,regalloc=linear
(module
  (func $zero (result v128) (v128.const i64x2 0 0))
  (func $ones (result v128) (v128.const i64x2 -1 -1))
  (func $same32 (result v128) (v128.const i32x4 7 7 7 7))
  (func $same64 (result v128) (v128.const i64x2 0x100000007 0x100000007))
  (func $low (result v128) (v128.const i64x2 9 0))
  (func $whole (result v128) (v128.const i64x2 9 10))
  (func $operand (param v128) (result v128) (i8x16.add (local.get 0) (v128.const i64x2 9 10)))
  (func $not (param v128) (result v128) (v128.not (local.get 0))))

;; zero:
;; @0025    vxorps   xmm0, xmm0, xmm0
;; @0037    ret
;;
;; ones:
;; @003a    vpcmpeqd xmm0, xmm0, xmm0
;; @004c    ret
;;
;; same32:
;; @004f    vbroadcastss xmm0, dword ptr [.d1]
;; @0061    ret
;;        .d1:
;;          const    0x00000007 ; 1e-44
;;
;; same64:
;; @0064    vmovddup xmm0, qword ptr [.d1]
;; @0076    ret
;;        .d1:
;;          const    0x0000000100000007
;;
;; low:
;; @0079    vmovss   xmm0, dword ptr [.d1]
;; @008b    ret
;;        .d1:
;;          const    0x00000009 ; 1.3e-44
;;
;; whole:
;; @008e    vmovups  xmm0, xmmword ptr [.d1]
;; @00a0    ret
;;        .d1:
;;          const    0x000000000000000a0000000000000009
;;
;; operand:
;; @00b7    vpaddb   xmm0, xmm0, xmmword ptr [.d1]
;; @00b9    ret
;;        .d1:
;;          const    0x000000000000000a0000000000000009
;;
;; not:
;; @00be    vpcmpeqd xmm1, xmm1, xmm1
;;          vpxor    xmm0, xmm0, xmm1
;; @00c0    ret
