;; station=asm target=x64 strategy=passes=basic,regalloc=linear,interrupt=page
;; A page that is read at the head of a loop.
(module
  (func (param i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))

;; @0017    mov      rax, qword ptr [rdi + 0x18]
;;          mov      ecx, dword ptr [rax]           ; interrupted
;; @0018    nop      word ptr [rax + rax]
;;          nop      word ptr [rax + rax]
;;          nop      dword ptr [rax + rax]
;;        .l1:
;;          mov      ecx, dword ptr [rax]           ; interrupted
;; @001e    add      esi, -1
;; @0021    jne      .l1
;; @0024    ret
