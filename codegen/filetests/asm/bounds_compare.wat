;; station=asm target=x64 strategy=passes=basic,regalloc=linear,bounds=compare
;; Accesses that compare with the length; one check covers the equal one behind it.
(module
  (memory 1)
  (func (param i32 i32) (result i32)
    (i32.store offset=4 (local.get 0) (local.get 1))
    (i32.load offset=4 (local.get 0))))

;; @0023    mov      rcx, qword ptr [rdi + 0x58]
;; @001e    mov      rdi, qword ptr [rdi + 0x50]
;; @0023    lea      r8, [rsi + 8]
;;          cmp      r8, qword ptr [rcx + 8]
;;          ja       .l1
;;          mov      dword ptr [rdi + rsi + 4], edx
;;          mov      eax, edx
;; @002b    ret
;;        .l1:
;; @0023    ud2                                     ; out of bounds memory access
