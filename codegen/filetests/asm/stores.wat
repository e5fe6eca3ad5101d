;; station=asm target=x64 strategy=passes=basic,regalloc=linear
;; Each width, immediates, and operations on memory.
(module
  (memory 1)
  (func (param i32 i32 i64 f32)
    (i32.store8 (local.get 0) (local.get 1))
    (i32.store16 offset=2 (local.get 0) (i32.const -1))
    (i64.store32 offset=4 (local.get 0) (local.get 2))
    (i64.store offset=8 (local.get 0) (i64.const -5))
    (f32.store offset=16 (local.get 0) (local.get 3))
    (i32.store offset=20 (local.get 0) (i32.or (i32.load offset=20 (local.get 0)) (local.get 1)))))

;; @001f    mov      rax, qword ptr [rdi + 0x50]
;; @0024    mov      byte ptr [rax + rsi], dl       ; out of bounds memory access
;; @002b    mov      word ptr [rax + rsi + 2], 0xffff ; out of bounds memory access
;; @0032    mov      dword ptr [rax + rsi + 4], ecx ; out of bounds memory access
;; @0039    mov      qword ptr [rax + rsi + 8], 0xfffffffffffffffb ; out of bounds memory access
;; @0040    vmovss   dword ptr [rax + rsi + 0x10], xmm0 ; out of bounds memory access
;; @004d    or       dword ptr [rax + rsi + 0x14], edx ; out of bounds memory access
;; @0050    ret
