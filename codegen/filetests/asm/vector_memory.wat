;; station=asm target=x64 strategy=passes=basic,regalloc=linear
(module
  (memory 1)
  (global $g (mut v128) (v128.const i64x2 1 2))
  (func $operand (param i32 v128) (result v128) (i16x8.add (v128.load (local.get 0)) (local.get 1)))
  (func $extend (param i32) (result v128) (v128.load8x8_u (local.get 0)))
  (func $splat8 (param i32) (result v128) (v128.load8_splat (local.get 0)))
  (func $splat32 (param i32) (result v128) (v128.load32_splat (local.get 0)))
  (func $splat64 (param i32) (result v128) (v128.load64_splat (local.get 0)))
  (func $zero (param i32) (result v128) (v128.load64_zero (local.get 0)))
  (func $load_lane (param i32 v128) (result v128) (v128.load16_lane 3 (local.get 0) (local.get 1)))
  (func $store_lane (param i32 v128) (v128.store8_lane 5 (local.get 0) (local.get 1)))
  (func $store_lane0 (param i32 v128) (v128.store32_lane 0 (local.get 0) (local.get 1)))
  (func $store_lane1 (param i32 v128) (v128.store64_lane 1 (local.get 0) (local.get 1)))
  (func $global (param v128) (global.set $g (v128.xor (global.get $g) (local.get 0)))))

;; operand:
;; @004e    mov      rax, qword ptr [rdi + 0x50]
;; @0057    vpaddw   xmm0, xmm0, xmmword ptr [rax + rsi] ; out of bounds memory access
;; @005a    ret
;;
;; extend:
;; @005c    mov      rax, qword ptr [rdi + 0x50]
;; @005f    vpmovzxbw xmm0, qword ptr [rax + rsi]   ; out of bounds memory access
;; @0063    ret
;;
;; splat8:
;; @0065    mov      rax, qword ptr [rdi + 0x50]
;; @0068    vpbroadcastb xmm0, byte ptr [rax + rsi] ; out of bounds memory access
;; @006c    ret
;;
;; splat32:
;; @006e    mov      rax, qword ptr [rdi + 0x50]
;; @0071    vpbroadcastd xmm0, dword ptr [rax + rsi] ; out of bounds memory access
;; @0075    ret
;;
;; splat64:
;; @0077    mov      rax, qword ptr [rdi + 0x50]
;; @007a    vpbroadcastq xmm0, qword ptr [rax + rsi] ; out of bounds memory access
;; @007e    ret
;;
;; zero:
;; @0080    mov      rax, qword ptr [rdi + 0x50]
;; @0083    vmovsd   xmm0, qword ptr [rax + rsi]    ; out of bounds memory access
;; @0087    ret
;;
;; load_lane:
;; @0089    mov      rax, qword ptr [rdi + 0x50]
;; @008e    vpinsrw  xmm0, xmm0, word ptr [rax + rsi], 3 ; out of bounds memory access
;; @0093    ret
;;
;; store_lane:
;; @0095    mov      rax, qword ptr [rdi + 0x50]
;; @009a    vpextrb  ecx, xmm0, 5
;;          mov      byte ptr [rax + rsi], cl       ; out of bounds memory access
;; @009f    ret
;;
;; store_lane0:
;; @00a1    mov      rax, qword ptr [rdi + 0x50]
;; @00a6    vmovd    ecx, xmm0
;;          mov      dword ptr [rax + rsi], ecx     ; out of bounds memory access
;; @00ab    ret
;;
;; store_lane1:
;; @00ad    mov      rax, qword ptr [rdi + 0x50]
;; @00b2    vpextrq  rcx, xmm0, 1
;;          mov      qword ptr [rax + rsi], rcx     ; out of bounds memory access
;; @00b7    ret
;;
;; global:
;; @00be    vpxor    xmm0, xmm0, xmmword ptr [rdi + 0x70]
;; @00c0    vmovups  xmmword ptr [rdi + 0x70], xmm0
;; @00c2    ret
