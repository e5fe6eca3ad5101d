;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; Each width and extension, and what of the address is folded.
(module
  (memory 1)
  (func (param i32) (result i32 i32 i64 i64)
    (i32.load8_s (local.get 0))
    (i32.load16_u offset=2 (local.get 0))
    (i64.load32_s offset=0x1000 (local.get 0))
    (i64.load (i32.const 16)))
  (func $floats (param i32) (result f32 f64)
    (f32.load (local.get 0))
    (f64.load offset=8 (local.get 0)))
  (func $operand (param i32 i32) (result i32)
    (i32.add (local.get 1) (i32.load offset=4 (local.get 0)))))

;; f0:
;; @002e    mov      rdi, qword ptr [rdi + 0x50]
;; @0031    movsx    eax, byte ptr [rdi + rsi]      ; out of bounds memory access
;; @0036    movzx    edx, word ptr [rdi + rsi + 2]  ; out of bounds memory access
;; @003b    movsxd   rcx, dword ptr [rdi + rsi + 0x1000] ; out of bounds memory access
;; @0041    mov      rsi, qword ptr [rdi + 0x10]    ; out of bounds memory access
;; @0044    ret
;;
;; floats:
;; @0046    mov      rax, qword ptr [rdi + 0x50]
;; @0049    vmovss   xmm0, dword ptr [rax + rsi]    ; out of bounds memory access
;; @004e    vmovsd   xmm1, qword ptr [rax + rsi + 8] ; out of bounds memory access
;; @0051    ret
;;
;; operand:
;; @0053    mov      rcx, qword ptr [rdi + 0x50]
;; @005b    add      edx, dword ptr [rcx + rsi + 4] ; out of bounds memory access
;;          mov      eax, edx
;; @005c    ret
