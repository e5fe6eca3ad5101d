;; station=asm target=x64 strategy=passes=basic,regalloc=linear
;; A locked instruction is a fence: one beside it is nothing, of two one is left.
(module
  (memory 1 1 shared)
  (func $alone (param i32 i32) (i32.store (local.get 0) (local.get 1)) (atomic.fence))
  (func $twice (param i32) (result i32) (atomic.fence) (atomic.fence) (i32.load (local.get 0)))
  (func $behind_store (param i32 i32) (i32.atomic.store (local.get 0) (local.get 1)) (atomic.fence))
  (func $before_add (param i32) (atomic.fence) (drop (i32.atomic.rmw.add (local.get 0) (i32.const 1))))
  (func $beside_load (param i32) (result i32) (atomic.fence) (i32.atomic.load (local.get 0)))
  (func $access_between (param i32 i32) (i32.atomic.store (local.get 0) (local.get 1)) (i32.store offset=8 (local.get 0) (local.get 1)) (atomic.fence)))

;; alone:
;; @002c    mov      rax, qword ptr [rdi + 0x50]
;; @0031    mov      dword ptr [rax + rsi], edx     ; out of bounds memory access
;; @0034    lock or  dword ptr [rsp - 0x40], 0
;; @0037    ret
;;
;; twice:
;; @0039    mov      rcx, qword ptr [rdi + 0x50]
;; @003d    lock or  dword ptr [rsp - 0x40], 0
;; @0042    mov      eax, dword ptr [rcx + rsi]     ; out of bounds memory access
;; @0045    ret
;;
;; behind_store:
;; @0047    mov      rax, qword ptr [rdi + 0x50]
;; @004c    test     sil, 3
;;          jne      .l1
;;          xchg     dword ptr [rax + rsi], edx     ; out of bounds memory access
;; @0053    ret
;;        .l1:
;; @004c    ud2                                     ; unaligned atomic
;;
;; before_add:
;; @0055    mov      rax, qword ptr [rdi + 0x50]
;; @005d    test     sil, 3
;;          jne      .l1
;;          lock inc dword ptr [rax + rsi]          ; out of bounds memory access
;; @0062    ret
;;        .l1:
;; @005d    ud2                                     ; unaligned atomic
;;
;; beside_load:
;; @0064    mov      rcx, qword ptr [rdi + 0x50]
;; @0065    lock or  dword ptr [rsp - 0x40], 0
;; @006a    test     sil, 3
;;          jne      .l1
;;          mov      eax, dword ptr [rcx + rsi]     ; out of bounds memory access
;; @006e    ret
;;        .l1:
;; @006a    ud2                                     ; unaligned atomic
;;
;; access_between:
;; @0070    mov      rax, qword ptr [rdi + 0x50]
;; @0075    test     sil, 3
;;          jne      .l1
;;          mov      ecx, edx
;;          xchg     dword ptr [rax + rsi], ecx     ; out of bounds memory access
;; @007d    mov      dword ptr [rax + rsi + 8], edx ; out of bounds memory access
;; @0080    lock or  dword ptr [rsp - 0x40], 0
;; @0083    ret
;;        .l1:
;; @0075    ud2                                     ; unaligned atomic
