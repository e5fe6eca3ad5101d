;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; Results beyond the registers go to an area of the caller.
(module
  (func $callee (param i32) (result i32 i32 i32 i32 i32 i32 i32 f64)
    (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)
    (i32.const 7) (f64.const 8))
  (func $caller (result i32) (local f64)
    (call $callee (i32.const 1))
    (local.set 0)
    (i32.add) (i32.add) (i32.add) (i32.add) (i32.add) (i32.add)))

;; callee:
;; @0031    mov      edi, 7
;; @0033    vmovsd   xmm0, qword ptr [.d1]
;; @003c    mov      qword ptr [rsi], rdi
;;          mov      eax, edx
;;          mov      ecx, edx
;;          mov      esi, edx
;;          mov      r8d, edx
;;          mov      r9d, edx
;;          ret
;;        .d1:
;;          const    0x4020000000000000 ; 8.0
;;
;; caller:
;; @0041    push     rbp
;;          mov      rbp, rsp
;;          mov      r11, qword ptr [rdi]
;;          cmp      rsp, qword ptr [r11]
;;          jb       .l1
;;          sub      rsp, 0x10
;;          mov      edx, 1
;; @0043    lea      rsi, [rbp - 8]
;;          call     callee
;;          mov      edi, dword ptr [rbp - 8]
;; @0047    add      r9d, edi
;; @0048    add      r8d, r9d
;; @0049    add      esi, r8d
;; @004a    add      ecx, esi
;; @004b    add      edx, ecx
;; @004c    add      eax, edx
;; @004d    add      rsp, 0x10
;;          pop      rbp
;;          ret
;;        .l1:
;; @0041    ud2                                     ; call stack exhausted
