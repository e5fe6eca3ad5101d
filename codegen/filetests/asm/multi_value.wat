;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; Several results in registers, and through a loop.
(module
  (func $swap (param i32 i32) (result i32 i32) (local.get 1) (local.get 0))
  (func $gcd (param i32 i32) (result i32)
    (local.get 0) (local.get 1)
    (loop $again (param i32 i32) (result i32)
      (local.set 1) (local.set 0)
      (local.get 1)
      (i32.rem_u (local.get 0) (if (result i32) (local.get 1) (then (local.get 1)) (else (return (local.get 0)))))
      (br $again))))

;; swap:
;; @0026    mov      eax, edx
;;          mov      edx, esi
;;          ret
;;
;; gcd:
;; @002d    mov      eax, esi
;;          mov      ecx, edx
;;          nop      word ptr [rax + rax]
;;          nop      word ptr [rax + rax]
;;          nop      word ptr [rax + rax]
;;          nop
;;        .l1:
;; @0039    test     ecx, ecx
;;          jne      .l2
;; @0040    ret
;;        .l2:
;; @0042    test     ecx, ecx
;;          je       .l3
;;          xor      edx, edx
;;          div      ecx
;;          mov      eax, ecx
;;          mov      ecx, edx
;; @0043    jmp      .l1
;;        .l3:
;; @0042    ud2                                     ; integer divide by zero
