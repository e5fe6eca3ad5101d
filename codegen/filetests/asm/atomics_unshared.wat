;; station=asm target=x64 strategy=passes=basic,regalloc=linear
;; On unshared memory an atomic operator is a load, an operator and a store, and nothing is fenced.
(module
  (memory 1)
  (func $add (param i32 i32) (result i32) (i32.atomic.rmw.add (local.get 0) (local.get 1)))
  (func $add_unread (param i32 i32) (drop (i32.atomic.rmw.add (local.get 0) (local.get 1))))
  (func $store (param i32 i32) (i32.atomic.store (local.get 0) (local.get 1)) (atomic.fence))
  (func $cmpxchg (param i32 i32 i32) (result i32) (i32.atomic.rmw8.cmpxchg_u (local.get 0) (local.get 1) (local.get 2)))
  (func $notify (param i32 i32) (result i32) (memory.atomic.notify (local.get 0) (local.get 1))))

;; add:
;; @002e    mov      rcx, qword ptr [rdi + 0x50]
;; @0033    test     sil, 3
;;          jne      .l1
;;          mov      eax, dword ptr [rcx + rsi]     ; out of bounds memory access
;;          add      edx, eax
;;          mov      dword ptr [rcx + rsi], edx     ; out of bounds memory access
;; @0037    ret
;;        .l1:
;; @0033    ud2                                     ; unaligned atomic
;;
;; add_unread:
;; @0039    mov      rax, qword ptr [rdi + 0x50]
;; @003e    test     sil, 3
;;          jne      .l1
;;          add      dword ptr [rax + rsi], edx     ; out of bounds memory access
;; @0043    ret
;;        .l1:
;; @003e    ud2                                     ; unaligned atomic
;;
;; store:
;; @0045    mov      rax, qword ptr [rdi + 0x50]
;; @004a    test     sil, 3
;;          jne      .l1
;;          mov      dword ptr [rax + rsi], edx     ; out of bounds memory access
;; @0051    ret
;;        .l1:
;; @004a    ud2                                     ; unaligned atomic
;;
;; cmpxchg:
;; @0053    mov      rdi, qword ptr [rdi + 0x50]
;; @005a    movzx    eax, byte ptr [rdi + rsi]      ; out of bounds memory access
;;          movzx    edx, dl
;;          mov      r8d, eax
;;          cmp      r8d, edx
;;          cmove    r8d, ecx
;;          mov      byte ptr [rdi + rsi], r8b      ; out of bounds memory access
;; @005e    ret
;;
;; notify:
;; @0060    mov      rcx, qword ptr [rdi + 0x50]
;; @0065    test     sil, 3
;;          jne      .l1
;;          mov      ecx, dword ptr [rcx + rsi]     ; out of bounds memory access
;;          xor      eax, eax
;; @0069    ret
;;        .l1:
;; @0065    ud2                                     ; unaligned atomic
