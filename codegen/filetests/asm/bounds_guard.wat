;; station=asm target=x64 strategy=passes=basic,regalloc=linear,bounds=guard
;; Accesses whose fault is the trap.
(module
  (memory 1)
  (func (param i32 i32) (result i32)
    (i32.store offset=4 (local.get 0) (local.get 1))
    (i32.load offset=4 (local.get 0))))

;; @001e    mov      rcx, qword ptr [rdi + 0x50]
;; @0023    mov      dword ptr [rcx + rsi + 4], edx ; out of bounds memory access
;;          mov      eax, edx
;; @002b    ret
