;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; Divisions by variables: the tests before, the fault of the instruction for the overflow, -1 in a remainder.
(module
  (func $div_s (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func $rem_s (param i64 i64) (result i64) (i64.rem_s (local.get 0) (local.get 1)))
  (func $rem_u (param i32 i32) (result i32) (i32.rem_u (local.get 0) (local.get 1))))

;; div_s:
;; @0026    mov      ecx, edx
;;          test     ecx, ecx
;;          je       .l1
;;          mov      eax, esi
;;          cdq
;;          idiv     ecx                            ; integer overflow
;; @0027    ret
;;        .l1:
;; @0026    ud2                                     ; integer divide by zero
;;
;; rem_s:
;; @002e    mov      rcx, rdx
;;          test     rcx, rcx
;;          je       .l2
;;          mov      rax, rsi
;;          xor      edx, edx
;;          cmp      rcx, -1
;;          je       .l1
;;          cqo
;;          idiv     rcx
;;        .l1:
;;          mov      rax, rdx
;; @002f    ret
;;        .l2:
;; @002e    ud2                                     ; integer divide by zero
;;
;; rem_u:
;; @0036    mov      ecx, edx
;;          test     ecx, ecx
;;          je       .l1
;;          mov      eax, esi
;;          xor      edx, edx
;;          div      ecx
;;          mov      eax, edx
;; @0037    ret
;;        .l1:
;; @0036    ud2                                     ; integer divide by zero
