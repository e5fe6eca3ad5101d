;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; A jump table behind the code.
(module
  (func (param i32) (result i32)
    (block $c (block $b (block $a
      (br_table $a $b $c $b $c (local.get 0)))
      (return (i32.const 10)))
      (return (i32.const 20)))
    (i32.const 30)))

;; @0021    mov      ecx, 4
;;          cmp      esi, ecx
;;          cmovb    ecx, esi
;;          lea      r11, [.d1]
;;          movsxd   rcx, dword ptr [r11 + rcx*4]
;;          add      rcx, r11
;;          jmp      rcx
;;        .l1:
;; @0029    mov      eax, 0xa
;; @002b    ret
;;        .l2:
;; @002d    mov      eax, 0x14
;; @002f    ret
;;        .l3:
;; @0031    mov      eax, 0x1e
;; @0033    ret
;;        .d1:
;;          table    .l1, .l2, .l3, .l2, .l3
