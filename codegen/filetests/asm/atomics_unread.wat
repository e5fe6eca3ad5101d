;; station=asm target=x64 strategy=passes=basic,regalloc=linear
;; What nobody reads takes the short form on shared memory.
(module
  (memory 1 1 shared)
  (func $load (param i32) (drop (i32.atomic.load (local.get 0))))
  (func $add (param i32 i32) (drop (i32.atomic.rmw.add (local.get 0) (local.get 1))))
  (func $increment (param i32) (drop (i32.atomic.rmw.add (local.get 0) (i32.const 1))))
  (func $decrement (param i32) (drop (i64.atomic.rmw.add (local.get 0) (i64.const -1))))
  (func $sub (param i32) (drop (i64.atomic.rmw8.sub_u (local.get 0) (i64.const 0x1234))))
  (func $and (param i32 i64) (drop (i64.atomic.rmw.and (local.get 0) (local.get 1))))
  (func $or (param i32) (drop (i32.atomic.rmw.or (local.get 0) (i32.const 0x10000))))
  (func $xor (param i32 i32) (drop (i32.atomic.rmw16.xor_u (local.get 0) (local.get 1))))
  (func $xchg (param i32 i32) (drop (i32.atomic.rmw.xchg (local.get 0) (local.get 1))))
  (func $cmpxchg (param i32 i32 i32) (drop (i32.atomic.rmw8.cmpxchg_u (local.get 0) (local.get 1) (local.get 2)))))

;; load:
;; @0036    mov      rax, qword ptr [rdi + 0x50]
;; @0039    test     sil, 3
;;          jne      .l1
;;          mov      eax, dword ptr [rax + rsi]     ; out of bounds memory access
;; @003e    ret
;;        .l1:
;; @0039    ud2                                     ; unaligned atomic
;;
;; add:
;; @0040    mov      rax, qword ptr [rdi + 0x50]
;; @0045    test     sil, 3
;;          jne      .l1
;;          lock add dword ptr [rax + rsi], edx     ; out of bounds memory access
;; @004a    ret
;;        .l1:
;; @0045    ud2                                     ; unaligned atomic
;;
;; increment:
;; @004c    mov      rax, qword ptr [rdi + 0x50]
;; @0051    test     sil, 3
;;          jne      .l1
;;          lock inc dword ptr [rax + rsi]          ; out of bounds memory access
;; @0056    ret
;;        .l1:
;; @0051    ud2                                     ; unaligned atomic
;;
;; decrement:
;; @0058    mov      rax, qword ptr [rdi + 0x50]
;; @005d    test     sil, 7
;;          jne      .l1
;;          lock dec qword ptr [rax + rsi]          ; out of bounds memory access
;; @0062    ret
;;        .l1:
;; @005d    ud2                                     ; unaligned atomic
;;
;; sub:
;; @0064    mov      rax, qword ptr [rdi + 0x50]
;; @006a    lock sub byte ptr [rax + rsi], 0x34     ; out of bounds memory access
;; @006f    ret
;;
;; and:
;; @0071    mov      rax, qword ptr [rdi + 0x50]
;; @0076    test     sil, 7
;;          jne      .l1
;;          lock and qword ptr [rax + rsi], rdx     ; out of bounds memory access
;; @007b    ret
;;        .l1:
;; @0076    ud2                                     ; unaligned atomic
;;
;; or:
;; @007d    mov      rax, qword ptr [rdi + 0x50]
;; @0084    test     sil, 3
;;          jne      .l1
;;          lock or  dword ptr [rax + rsi], 0x10000 ; out of bounds memory access
;; @0089    ret
;;        .l1:
;; @0084    ud2                                     ; unaligned atomic
;;
;; xor:
;; @008b    mov      rax, qword ptr [rdi + 0x50]
;; @0090    test     sil, 1
;;          jne      .l1
;;          lock xor word ptr [rax + rsi], dx       ; out of bounds memory access
;; @0095    ret
;;        .l1:
;; @0090    ud2                                     ; unaligned atomic
;;
;; xchg:
;; @0097    mov      rax, qword ptr [rdi + 0x50]
;; @009c    test     sil, 3
;;          jne      .l1
;;          xchg     dword ptr [rax + rsi], edx     ; out of bounds memory access
;; @00a1    ret
;;        .l1:
;; @009c    ud2                                     ; unaligned atomic
;;
;; cmpxchg:
;; @00a3    mov      rdi, qword ptr [rdi + 0x50]
;;          mov      eax, edx
;; @00aa    lock cmpxchg byte ptr [rdi + rsi], cl   ; out of bounds memory access
;; @00af    ret
