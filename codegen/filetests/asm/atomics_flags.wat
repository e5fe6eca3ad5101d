;; station=asm target=x64 strategy=passes=basic,regalloc=linear
;; What is asked of an old value only to know whether the new one is zero, of one bit, or whether an exchange was done, the flags say.
(module
  (memory 1 1 shared)
  (func $last (param i32) (result i32) (i32.eq (i32.atomic.rmw.sub (local.get 0) (i32.const 1)) (i32.const 1)))
  (func $same (param i32 i32) (result i32) (i32.eq (i32.atomic.rmw.xor (local.get 0) (local.get 1)) (local.get 1)))
  (func $take_bit (param i32) (result i32)
    (if (result i32) (i32.and (i32.atomic.rmw.or (local.get 0) (i32.const 32)) (i32.const 32)) (then (i32.const 7)) (else (i32.const 9))))
  (func $drop_bit (param i32) (result i32)
    (i64.eqz (i64.and (i64.const 0x4000000000) (i64.atomic.rmw.and (local.get 0) (i64.const 0xffffffbfffffffff)))))
  (func $bits_left (param i32 i32) (result i32)
    (i32.eqz (i32.and (i32.atomic.rmw.and (local.get 0) (local.get 1)) (local.get 1))))
  (func $lock (param i32) (result i32) (i32.eqz (i32.atomic.rmw.cmpxchg (local.get 0) (i32.const 0) (i32.const 1))))
  (func $exchanged (param i32 i32 i32) (result i32)
    (i32.eq (local.get 1) (i32.atomic.rmw.cmpxchg (local.get 0) (local.get 1) (local.get 2))))
  (func $exchanged_byte (param i32 i32) (result i32)
    (i32.eq (i32.const 200) (i32.atomic.rmw8.cmpxchg_u (local.get 0) (i32.const 200) (local.get 1))))
  ;; Not so if memory is touched in between, or somebody else reads the old value.
  (func $load_between (param i32) (result i32 i32) (local i32)
    (local.set 1 (i32.atomic.rmw.sub (local.get 0) (i32.const 1)))
    (i32.load offset=8 (local.get 0))
    (i32.eq (local.get 1) (i32.const 1)))
  (func $read_twice (param i32) (result i32 i32) (local i32)
    (local.set 1 (i32.atomic.rmw.sub (local.get 0) (i32.const 1)))
    (local.get 1)
    (i32.eq (local.get 1) (i32.const 1))))

;; last:
;; @003b    mov      rcx, qword ptr [rdi + 0x50]
;; @0040    test     sil, 3
;;          jne      .l1
;; @0046    lock dec dword ptr [rcx + rsi]          ; out of bounds memory access
;;          sete     al
;;          movzx    eax, al
;; @0047    ret
;;        .l1:
;; @0040    ud2                                     ; unaligned atomic
;;
;; same:
;; @0049    mov      rcx, qword ptr [rdi + 0x50]
;; @004e    test     sil, 3
;;          jne      .l1
;; @0054    lock xor dword ptr [rcx + rsi], edx     ; out of bounds memory access
;;          sete     al
;;          movzx    eax, al
;; @0055    ret
;;        .l1:
;; @004e    ud2                                     ; unaligned atomic
;;
;; take_bit:
;; @0057    mov      rcx, qword ptr [rdi + 0x50]
;; @005c    test     sil, 3
;;          jne      .l2
;; @0063    lock bts dword ptr [rcx + rsi], 5       ; out of bounds memory access
;;          jae      .l1
;; @0065    mov      eax, 7
;; @0067    ret
;;        .l1:
;; @0068    mov      eax, 9
;; @006b    ret
;;        .l2:
;; @005c    ud2                                     ; unaligned atomic
;;
;; drop_bit:
;; @006d    mov      rcx, qword ptr [rdi + 0x50]
;; @007e    test     sil, 7
;;          jne      .l1
;; @0083    lock btr qword ptr [rcx + rsi], 0x26    ; out of bounds memory access
;;          setae    al
;;          movzx    eax, al
;; @0084    ret
;;        .l1:
;; @007e    ud2                                     ; unaligned atomic
;;
;; bits_left:
;; @0086    mov      rcx, qword ptr [rdi + 0x50]
;; @008b    test     sil, 3
;;          jne      .l1
;; @0092    lock and dword ptr [rcx + rsi], edx     ; out of bounds memory access
;;          sete     al
;;          movzx    eax, al
;; @0093    ret
;;        .l1:
;; @008b    ud2                                     ; unaligned atomic
;;
;; lock:
;; @0095    mov      rcx, qword ptr [rdi + 0x50]
;; @0098    xor      eax, eax
;; @009a    mov      edx, 1
;; @009c    test     sil, 3
;;          jne      .l1
;;          lock cmpxchg dword ptr [rcx + rsi], edx ; out of bounds memory access
;; @00a0    sete     al
;;          movzx    eax, al
;; @00a1    ret
;;        .l1:
;; @009c    ud2                                     ; unaligned atomic
;;
;; exchanged:
;; @00a3    mov      rdi, qword ptr [rdi + 0x50]
;; @00ac    test     sil, 3
;;          jne      .l1
;;          mov      eax, edx
;;          lock cmpxchg dword ptr [rdi + rsi], ecx ; out of bounds memory access
;; @00b0    sete     al
;;          movzx    eax, al
;; @00b1    ret
;;        .l1:
;; @00ac    ud2                                     ; unaligned atomic
;;
;; exchanged_byte:
;; @00b3    mov      rcx, qword ptr [rdi + 0x50]
;; @00b4    mov      eax, 0xc8
;; @00be    lock cmpxchg byte ptr [rcx + rsi], dl   ; out of bounds memory access
;;          movzx    eax, al
;; @00c2    sete     al
;;          movzx    eax, al
;; @00c3    ret
;;
;; load_between:
;; @00c5    mov      rcx, qword ptr [rdi + 0x50]
;; @00cc    test     sil, 3
;;          jne      .l1
;;          mov      edi, 0xffffffff
;;          lock xadd dword ptr [rcx + rsi], edi    ; out of bounds memory access
;; @00d4    mov      eax, dword ptr [rcx + rsi + 8] ; out of bounds memory access
;; @00db    cmp      edi, 1
;;          sete     dl
;;          movzx    edx, dl
;; @00dc    ret
;;        .l1:
;; @00cc    ud2                                     ; unaligned atomic
;;
;; read_twice:
;; @00de    mov      rcx, qword ptr [rdi + 0x50]
;; @00e5    test     sil, 3
;;          jne      .l1
;;          mov      eax, 0xffffffff
;;          lock xadd dword ptr [rcx + rsi], eax    ; out of bounds memory access
;; @00f1    cmp      eax, 1
;;          sete     dl
;;          movzx    edx, dl
;; @00f2    ret
;;        .l1:
;; @00e5    ud2                                     ; unaligned atomic
