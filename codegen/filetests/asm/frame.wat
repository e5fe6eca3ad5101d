;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; A frame: stack check, saved registers, slots; the trap is out of line.
(module
  (func $g (param i32) (result i32) (local.get 0))
  (func $keeps_across_calls (param i32 f64) (result f64)
    (f64.add
      (f64.convert_i32_s (i32.add (call $g (local.get 0)) (call $g (i32.sub (local.get 0) (i32.const 1)))))
      (local.get 1))))

;; g:
;; @0022    mov      eax, esi
;;          ret
;;
;; keeps_across_calls:
;; @0027    push     rbp
;;          mov      rbp, rsp
;;          mov      r11, qword ptr [rdi]
;;          cmp      rsp, qword ptr [r11]
;;          jb       .l1
;;          push     rbx
;;          sub      rsp, 0x18
;;          mov      ebx, esi
;;          vmovsd   qword ptr [rbp - 0x10], xmm0
;;          mov      qword ptr [rbp - 0x18], rdi
;;          call     g
;;          mov      qword ptr [rbp - 0x20], rax
;; @002d    lea      esi, [rbx - 1]
;;          mov      rdi, qword ptr [rbp - 0x18]
;; @002e    call     g
;;          mov      ecx, eax
;;          mov      eax, dword ptr [rbp - 0x20]
;; @0030    add      eax, ecx
;; @0031    vxorps   xmm1, xmm1, xmm1
;;          vcvtsi2sd xmm1, xmm1, eax
;; @0034    vaddsd   xmm0, xmm1, qword ptr [rbp - 0x10]
;; @0035    add      rsp, 0x18
;;          pop      rbx
;;          pop      rbp
;;          ret
;;        .l1:
;; @0027    ud2                                     ; call stack exhausted
