;; station=asm target=x64 strategy=passes=basic,regalloc=linear
;; Divisions by constants are shifts and products.
(module
  (func $by_8 (param i32) (result i32) (i32.div_s (local.get 0) (i32.const 8)))
  (func $by_7 (param i32) (result i32) (i32.div_u (local.get 0) (i32.const 7)))
  (func $rem_10 (param i64) (result i64) (i64.rem_s (local.get 0) (i64.const 10))))

;; by_8:
;; @0024    mov      eax, esi
;;          sar      esi, 0x1f
;;          shr      esi, 0x1d
;;          add      esi, eax
;;          sar      esi, 3
;;          mov      eax, esi
;; @0025    ret
;;
;; by_7:
;; @002c    add      rsi, 1
;;          mov      ecx, 0x92492492
;;          imul     rsi, rcx
;;          shr      rsi, 0x22
;;          mov      eax, esi
;; @002d    ret
;;
;; rem_10:
;; @0034    movabs   rcx, 0x6666666666666667
;;          mov      rax, rsi
;;          imul     rcx
;;          sar      rdx, 2
;;          mov      rcx, rsi
;;          sar      rcx, 0x3f
;;          sub      rdx, rcx
;;          imul     rcx, rdx, 0xa
;;          sub      rsi, rcx
;;          mov      rax, rsi
;; @0035    ret
