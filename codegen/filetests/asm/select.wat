;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; Conditional moves; floats by a jump, equality of floats by two.
(module
  (func $i32 (param i32 i32 i32) (result i32) (select (local.get 0) (local.get 1) (local.get 2)))
  (func $i64 (param i64 i64 f64 f64) (result i64)
    (select (local.get 0) (local.get 1) (f64.eq (local.get 2) (local.get 3))))
  (func $f64 (param f64 f64 i32) (result f64)
    (select (local.get 0) (local.get 1) (i32.gt_s (local.get 2) (i32.const 5)))))

;; i32:
;; @0032    test     ecx, ecx
;;          cmovne   edx, esi
;;          mov      eax, edx
;; @0033    ret
;;
;; i64:
;; @003f    vucomisd xmm0, xmm1
;;          jp       .l1
;;          cmove    rdx, rsi
;;        .l1:
;;          mov      rax, rdx
;; @0040    ret
;;
;; f64:
;; @004c    cmp      esi, 5
;;          jle      .l1
;;          vmovaps  xmm1, xmm0
;;        .l1:
;;          vmovaps  xmm0, xmm1
;; @004d    ret
