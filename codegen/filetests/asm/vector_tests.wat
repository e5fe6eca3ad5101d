;; station=asm target=x64 strategy=passes=basic,regalloc=linear
(module
  (func $any (param v128) (result i32) (v128.any_true (local.get 0)))
  (func $branch (param v128 v128) (result i32)
    (if (result i32) (v128.any_true (v128.and (local.get 0) (local.get 1))) (then (i32.const 7)) (else (i32.const 9))))
  (func $none (param v128 v128) (result i32)
    (if (result i32) (i32.eqz (v128.any_true (v128.andnot (local.get 0) (local.get 1)))) (then (i32.const 7)) (else (i32.const 9))))
  (func $equal (param v128 v128) (result i32)
    (if (result i32) (i8x16.all_true (i8x16.eq (local.get 0) (local.get 1))) (then (i32.const 7)) (else (i32.const 9))))
  (func $select (param v128 v128 i32) (result v128) (select (local.get 0) (local.get 1) (local.get 2)))
  (func $blend (param v128 v128) (result v128)
    (v128.bitselect (local.get 0) (local.get 1) (i32x4.gt_s (local.get 0) (local.get 1)))))

;; any:
;; @0033    vptest   xmm0, xmm0
;;          setne    al
;;          movzx    eax, al
;; @0035    ret
;;
;; branch:
;; @0040    vptest   xmm0, xmm1
;;          je       .l1
;; @0042    mov      eax, 7
;; @0044    ret
;;        .l1:
;; @0045    mov      eax, 9
;; @0048    ret
;;
;; none:
;; @0054    vptest   xmm1, xmm0
;;          jae      .l1
;; @0056    mov      eax, 7
;; @0058    ret
;;        .l1:
;; @0059    mov      eax, 9
;; @005c    ret
;;
;; equal:
;; @0065    vpxor    xmm0, xmm0, xmm1
;; @0067    vptest   xmm0, xmm0
;;          jne      .l1
;; @0069    mov      eax, 7
;; @006b    ret
;;        .l1:
;; @006c    mov      eax, 9
;; @006f    ret
;;
;; select:
;; @0078    vmovd    xmm2, esi
;;          vpbroadcastd xmm2, xmm2
;;          vxorps   xmm3, xmm3, xmm3
;;          vpcmpeqd xmm2, xmm2, xmm3
;;          vpblendvb xmm0, xmm0, xmm1, xmm2
;; @0079    ret
;;
;; blend:
;; @0084    vpcmpgtd xmm2, xmm0, xmm1
;; @0086    vpblendvb xmm0, xmm1, xmm0, xmm2
;; @0088    ret
