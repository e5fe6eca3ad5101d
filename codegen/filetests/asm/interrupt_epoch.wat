;; station=asm target=x64 strategy=passes=basic,regalloc=linear,interrupt=epoch
;; A counter that is compared at the head of a loop; the call is out of line.
(module
  (func (param i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))

;; @0017    push     rbp
;;          mov      rbp, rsp
;;          mov      r11, qword ptr [rdi]
;;          cmp      rsp, qword ptr [r11]
;;          jb       .l5
;;          push     rbx
;;          push     r12
;;          push     r13
;;          push     r14
;;          sub      rsp, 0x10
;;          mov      rbx, rdi
;;          mov      qword ptr [rbp - 0x28], rdi
;;          mov      r12, qword ptr [rbx + 0x10]
;;          mov      rbx, qword ptr [rbx]
;;          mov      rcx, qword ptr [r12]
;;          mov      r13d, esi
;;          cmp      rcx, qword ptr [rbx + 0x28]
;;          jae      .l3
;;          nop      word ptr [rax + rax]
;;          nop
;;        .l1:
;; @0018    mov      rcx, qword ptr [r12]
;;          cmp      rcx, qword ptr [rbx + 0x28]
;;          jae      .l4
;;        .l2:
;; @001e    add      r13d, -1
;; @0021    jne      .l1
;; @0024    add      rsp, 0x10
;;          pop      r14
;;          pop      r13
;;          pop      r12
;;          pop      rbx
;;          pop      rbp
;;          ret
;;        .l3:
;;          mov      rdi, qword ptr [rbp - 0x28]
;;          mov      qword ptr [rbp - 0x30], rsi
;; @0017    mov      rcx, qword ptr [rdi + 8]
;;          call     qword ptr [rcx + 0x50]
;;          test     eax, eax
;;          jne      .l6
;;          mov      r13d, dword ptr [rbp - 0x30]
;;          jmp      .l1
;;        .l4:
;;          mov      r14, qword ptr [rbp - 0x28]
;; @0018    mov      rcx, qword ptr [r14 + 8]
;;          mov      rdi, r14
;;          call     qword ptr [rcx + 0x50]
;;          test     eax, eax
;;          jne      .l7
;;          jmp      .l2
;;        .l5:
;; @0017    ud2                                     ; call stack exhausted
;;        .l6:
;;          ud2                                     ; interrupted
;;        .l7:
;; @0018    ud2                                     ; interrupted
