;; station=asm target=x64 strategy=passes=basic,regalloc=linear
;; Atomic operators on shared memory whose result is read.
(module
  (memory 1 1 shared)
  (func $load (param i32) (result i32 i64) (i32.atomic.load (local.get 0)) (i64.atomic.load8_u (local.get 0)))
  (func $store (param i32 i32) (i32.atomic.store offset=4 (local.get 0) (local.get 1)))
  (func $store_narrow (param i32 i64) (i64.atomic.store16 (local.get 0) (local.get 1)))
  (func $add (param i32 i32) (result i32) (i32.atomic.rmw.add (local.get 0) (local.get 1)))
  (func $add_narrow (param i32 i32) (result i32) (i32.atomic.rmw8.add_u (local.get 0) (local.get 1)))
  (func $sub (param i32 i64) (result i64) (i64.atomic.rmw.sub (local.get 0) (local.get 1)))
  (func $sub_constant (param i32) (result i64) (i64.atomic.rmw16.sub_u (local.get 0) (i64.const 3)))
  (func $or (param i32 i32) (result i32) (i32.atomic.rmw.or (local.get 0) (local.get 1)))
  (func $and_narrow (param i32) (result i32) (i32.atomic.rmw16.and_u (local.get 0) (i32.const 0x7ff)))
  (func $xchg (param i32 i32) (result i32) (i32.atomic.rmw16.xchg_u (local.get 0) (local.get 1)))
  (func $cmpxchg (param i32 i64 i64) (result i64) (i64.atomic.rmw.cmpxchg (local.get 0) (local.get 1) (local.get 2)))
  (func $cmpxchg_narrow (param i32 i64 i64) (result i64) (i64.atomic.rmw32.cmpxchg_u (local.get 0) (local.get 1) (local.get 2))))

;; load:
;; @0052    mov      rcx, qword ptr [rdi + 0x50]
;; @0055    test     sil, 3
;;          jne      .l1
;;          mov      eax, dword ptr [rcx + rsi]     ; out of bounds memory access
;; @005b    movzx    edx, byte ptr [rcx + rsi]      ; out of bounds memory access
;; @005f    ret
;;        .l1:
;; @0055    ud2                                     ; unaligned atomic
;;
;; store:
;; @0061    mov      rax, qword ptr [rdi + 0x50]
;; @0066    test     sil, 3
;;          jne      .l1
;;          xchg     dword ptr [rax + rsi + 4], edx ; out of bounds memory access
;; @006a    ret
;;        .l1:
;; @0066    ud2                                     ; unaligned atomic
;;
;; store_narrow:
;; @006c    mov      rax, qword ptr [rdi + 0x50]
;; @0071    test     sil, 1
;;          jne      .l1
;;          xchg     word ptr [rax + rsi], dx       ; out of bounds memory access
;; @0075    ret
;;        .l1:
;; @0071    ud2                                     ; unaligned atomic
;;
;; add:
;; @0077    mov      rcx, qword ptr [rdi + 0x50]
;; @007c    test     sil, 3
;;          jne      .l1
;;          lock xadd dword ptr [rcx + rsi], edx    ; out of bounds memory access
;;          mov      eax, edx
;; @0080    ret
;;        .l1:
;; @007c    ud2                                     ; unaligned atomic
;;
;; add_narrow:
;; @0082    mov      rcx, qword ptr [rdi + 0x50]
;; @0087    lock xadd byte ptr [rcx + rsi], dl      ; out of bounds memory access
;;          movzx    eax, dl
;; @008b    ret
;;
;; sub:
;; @008d    mov      rcx, qword ptr [rdi + 0x50]
;; @0092    test     sil, 7
;;          jne      .l1
;;          neg      rdx
;;          lock xadd qword ptr [rcx + rsi], rdx    ; out of bounds memory access
;;          mov      rax, rdx
;; @0096    ret
;;        .l1:
;; @0092    ud2                                     ; unaligned atomic
;;
;; sub_constant:
;; @0098    mov      rcx, qword ptr [rdi + 0x50]
;; @009d    test     sil, 1
;;          jne      .l1
;;          mov      edx, 0xfffd
;;          lock xadd word ptr [rcx + rsi], dx      ; out of bounds memory access
;;          movzx    eax, dx
;; @00a1    ret
;;        .l1:
;; @009d    ud2                                     ; unaligned atomic
;;
;; or:
;; @00a3    mov      rcx, qword ptr [rdi + 0x50]
;; @00a8    test     sil, 3
;;          jne      .l2
;;          mov      eax, dword ptr [rcx + rsi]     ; out of bounds memory access
;;        .l1:
;;          mov      edi, eax
;;          or       edi, edx
;;          lock cmpxchg dword ptr [rcx + rsi], edi
;;          jne      .l1
;; @00ac    ret
;;        .l2:
;; @00a8    ud2                                     ; unaligned atomic
;;
;; and_narrow:
;; @00ae    mov      rcx, qword ptr [rdi + 0x50]
;; @00b4    test     sil, 1
;;          jne      .l2
;;          movzx    eax, word ptr [rcx + rsi]      ; out of bounds memory access
;;        .l1:
;;          mov      edx, eax
;;          and      edx, 0x7ff
;;          lock cmpxchg word ptr [rcx + rsi], dx
;;          jne      .l1
;; @00b8    ret
;;        .l2:
;; @00b4    ud2                                     ; unaligned atomic
;;
;; xchg:
;; @00ba    mov      rcx, qword ptr [rdi + 0x50]
;; @00bf    test     sil, 1
;;          jne      .l1
;;          xchg     word ptr [rcx + rsi], dx       ; out of bounds memory access
;;          movzx    eax, dx
;; @00c3    ret
;;        .l1:
;; @00bf    ud2                                     ; unaligned atomic
;;
;; cmpxchg:
;; @00c5    mov      rdi, qword ptr [rdi + 0x50]
;; @00cc    test     sil, 7
;;          jne      .l1
;;          mov      rax, rdx
;;          lock cmpxchg qword ptr [rdi + rsi], rcx ; out of bounds memory access
;; @00d0    ret
;;        .l1:
;; @00cc    ud2                                     ; unaligned atomic
;;
;; cmpxchg_narrow:
;; @00d2    mov      rdi, qword ptr [rdi + 0x50]
;; @00d9    test     sil, 3
;;          jne      .l1
;;          mov      rax, rdx
;;          lock cmpxchg dword ptr [rdi + rsi], ecx ; out of bounds memory access
;;          mov      eax, eax
;; @00dd    ret
;;        .l1:
;; @00d9    ud2                                     ; unaligned atomic
