;; station=asm target=x64 strategy=passes=basic,regalloc=linear
;; A loop around a switch: each case ends in a copy of the look-up.
(module (memory 1)
  (func (param i32) (result i32) (local i32)
    (loop $next
      (block $twice (block $add (block $stop
        (br_table $add $twice $stop (i32.load8_u (local.get 0))))
        (return (local.get 1)))
        (local.set 1 (i32.add (local.get 1) (i32.load8_u offset=1 (local.get 0))))
        (local.set 0 (i32.add (local.get 0) (i32.const 2)))
        (br $next))
      (local.set 1 (i32.mul (local.get 1) (local.get 1)))
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br $next))
    (unreachable)))

;; @001d    mov      rcx, qword ptr [rdi + 0x50]
;;          xor      eax, eax
;; @0020    nop      word ptr [rax + rax]
;;          nop      word ptr [rax + rax]
;;          nop      dword ptr [rax + rax]
;; @002a    movzx    edx, byte ptr [rcx + rsi]      ; out of bounds memory access
;; @002d    mov      edi, 2
;;          cmp      edx, edi
;;          cmovb    edi, edx
;;          lea      r11, [.d1]
;;          movsxd   rdx, dword ptr [r11 + rdi*4]
;;          add      rdx, r11
;;          jmp      rdx
;;        .l1:
;; @0035    ret
;;        .l2:
;; @003b    movzx    edx, byte ptr [rcx + rsi + 1]  ; out of bounds memory access
;; @003e    add      edx, eax
;; @0045    add      esi, 2
;;          mov      eax, edx
;; @002a    movzx    edx, byte ptr [rcx + rsi]      ; out of bounds memory access
;; @002d    mov      edi, 2
;;          cmp      edx, edi
;;          cmovb    edi, edx
;;          lea      r11, [.d1]
;;          movsxd   rdx, dword ptr [r11 + rdi*4]
;;          add      rdx, r11
;;          jmp      rdx
;;        .l3:
;; @004f    imul     eax, eax
;; @0056    add      esi, 1
;; @002a    movzx    edx, byte ptr [rcx + rsi]      ; out of bounds memory access
;; @002d    mov      edi, 2
;;          cmp      edx, edi
;;          cmovb    edi, edx
;;          lea      r11, [.d1]
;;          movsxd   rdx, dword ptr [r11 + rdi*4]
;;          add      rdx, r11
;;          jmp      rdx
;;        .d1:
;;          table    .l2, .l3, .l1
