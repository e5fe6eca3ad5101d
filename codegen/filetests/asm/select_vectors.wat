;; station=asm target=x64 strategy=passes=basic,regalloc=linear,cpu=avx2
;; By a mask, without a jump: of a comparison, of any number, and of a condition that a loop does not change.
(module
  (memory 1)
  (func $compare (param v128 v128 i32 i32) (result v128)
    (select (local.get 0) (local.get 1) (i32.lt_s (local.get 2) (local.get 3))))
  (func $number (param v128 v128 i32) (result v128)
    (select (local.get 0) (local.get 1) (local.get 2)))
  (func $invariant (param v128 i32 i32)
    (loop
      (v128.store (local.get 1) (select (v128.load (local.get 1)) (local.get 0) (local.get 2)))
      (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 16)))))))

;; compare:
;; @0038    cmp      esi, edx
;;          setl     al
;;          movzx    eax, al
;; @0039    neg      eax
;;          vmovd    xmm2, eax
;;          vpbroadcastd xmm2, xmm2
;;          vpblendvb xmm0, xmm1, xmm0, xmm2
;; @003a    ret
;;
;; number:
;; @0043    vmovd    xmm2, esi
;;          vpbroadcastd xmm2, xmm2
;;          vxorps   xmm3, xmm3, xmm3
;;          vpcmpeqd xmm2, xmm2, xmm3
;;          vpblendvb xmm0, xmm0, xmm1, xmm2
;; @0044    ret
;;
;; invariant:
;; @0046    mov      rax, qword ptr [rdi + 0x50]
;; @0055    vmovd    xmm1, edx
;;          vpbroadcastd xmm1, xmm1
;;          vxorps   xmm2, xmm2, xmm2
;;          vpcmpeqd xmm1, xmm1, xmm2
;; @0047    nop      word ptr [rax + rax]
;;          nop
;;        .l1:
;; @004d    vmovups  xmm2, xmmword ptr [rax + rsi]  ; out of bounds memory access
;; @0055    vpblendvb xmm2, xmm2, xmm0, xmm1
;; @0056    vmovups  xmmword ptr [rax + rsi], xmm2  ; out of bounds memory access
;; @005e    add      esi, -0x10
;; @0061    jne      .l1
;; @0064    ret
