;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; Shifts and rotations by constants and variables.
(module
  (func (param i32 i32 i64) (result i32 i32 i32 i64)
    (i32.shl (local.get 0) (local.get 1))
    (i32.shr_u (local.get 0) (i32.const 3))
    (i32.rotl (local.get 0) (local.get 1))
    (i64.rotr (local.get 2) (i64.const 13))))

;; @0022    mov      rdi, rcx
;;          shlx     eax, esi, edx
;;          mov      r8d, esi
;; @0027    shr      r8d, 3
;;          mov      ecx, edx
;; @002c    rol      esi, cl
;; @0031    rorx     rdi, rdi, 0xd
;;          mov      edx, r8d
;;          mov      ecx, esi
;;          mov      rsi, rdi
;; @0032    ret
