;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; A function that calls nothing and keeps nothing in memory has no frame.
(module
  (func $add (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func $nothing)
  (func $constants (result i32 i64 i64 f64 f32)
    (i32.const 0) (i64.const 0xffffffff) (i64.const -1) (f64.const 0) (f32.const 1)))

;; add:
;; @002b    add      esi, edx
;;          mov      eax, esi
;; @002c    ret
;;
;; nothing:
;; @002f    ret
;;
;; constants:
;; @0032    xor      eax, eax
;; @0034    mov      edx, 0xffffffff
;; @003a    mov      rcx, 0xffffffffffffffff
;; @003c    vxorps   xmm0, xmm0, xmm0
;; @0045    vmovss   xmm1, dword ptr [.d1]
;; @004a    ret
;;        .d1:
;;          const    0x3f800000 ; 1.0
