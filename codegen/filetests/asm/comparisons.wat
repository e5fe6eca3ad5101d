;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; Results of comparisons as numbers.
(module
  (func $i32 (param i32 i32) (result i32) (i32.le_s (local.get 0) (local.get 1)))
  (func $zero (param i64) (result i32) (i64.eqz (local.get 0)))
  (func $feq (param f64 f64) (result i32) (f64.eq (local.get 0) (local.get 1)))
  (func $flt (param f32 f32) (result i32) (f32.lt (local.get 0) (local.get 1))))

;; i32:
;; @0032    cmp      esi, edx
;;          setle    al
;;          movzx    eax, al
;; @0033    ret
;;
;; zero:
;; @0038    test     rsi, rsi
;;          sete     al
;;          movzx    eax, al
;; @0039    ret
;;
;; feq:
;; @0040    vucomisd xmm0, xmm1
;;          sete     al
;;          setnp    r11b
;;          and      al, r11b
;;          movzx    eax, al
;; @0041    ret
;;
;; flt:
;; @0048    vucomiss xmm1, xmm0
;;          seta     al
;;          movzx    eax, al
;; @0049    ret
