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
  (func $store_float2 (param i32 v128) (f32.store (local.get 0) (f32x4.extract_lane 2 (local.get 1))))
  (func $store_float0 (param i32 v128) (f64.store (local.get 0) (f64x2.extract_lane 0 (local.get 1))))
  (func $global (param v128) (global.set $g (v128.xor (global.get $g) (local.get 0)))))

;; operand:
;; @0051    mov      rax, qword ptr [rdi + 0x50]
;; @005a    vpaddw   xmm0, xmm0, xmmword ptr [rax + rsi] ; out of bounds memory access
;; @005d    ret
;;
;; extend:
;; @005f    mov      rax, qword ptr [rdi + 0x50]
;; @0062    vpmovzxbw xmm0, qword ptr [rax + rsi]   ; out of bounds memory access
;; @0066    ret
;;
;; splat8:
;; @0068    mov      rax, qword ptr [rdi + 0x50]
;; @006b    vpbroadcastb xmm0, byte ptr [rax + rsi] ; out of bounds memory access
;; @006f    ret
;;
;; splat32:
;; @0071    mov      rax, qword ptr [rdi + 0x50]
;; @0074    vpbroadcastd xmm0, dword ptr [rax + rsi] ; out of bounds memory access
;; @0078    ret
;;
;; splat64:
;; @007a    mov      rax, qword ptr [rdi + 0x50]
;; @007d    vpbroadcastq xmm0, qword ptr [rax + rsi] ; out of bounds memory access
;; @0081    ret
;;
;; zero:
;; @0083    mov      rax, qword ptr [rdi + 0x50]
;; @0086    vmovsd   xmm0, qword ptr [rax + rsi]    ; out of bounds memory access
;; @008a    ret
;;
;; load_lane:
;; @008c    mov      rax, qword ptr [rdi + 0x50]
;; @0091    vpinsrw  xmm0, xmm0, word ptr [rax + rsi], 3 ; out of bounds memory access
;; @0096    ret
;;
;; store_lane:
;; @0098    mov      rax, qword ptr [rdi + 0x50]
;; @009d    vpextrb  byte ptr [rax + rsi], xmm0, 5  ; out of bounds memory access
;; @00a2    ret
;;
;; store_lane0:
;; @00a4    mov      rax, qword ptr [rdi + 0x50]
;; @00a9    vmovss   dword ptr [rax + rsi], xmm0    ; out of bounds memory access
;; @00ae    ret
;;
;; store_lane1:
;; @00b0    mov      rax, qword ptr [rdi + 0x50]
;; @00b5    vmovhps  qword ptr [rax + rsi], xmm0    ; out of bounds memory access
;; @00ba    ret
;;
;; store_float2:
;; @00bc    mov      rax, qword ptr [rdi + 0x50]
;; @00c4    vextractps dword ptr [rax + rsi], xmm0, 2 ; out of bounds memory access
;; @00c7    ret
;;
;; store_float0:
;; @00c9    mov      rax, qword ptr [rdi + 0x50]
;; @00d1    vmovsd   qword ptr [rax + rsi], xmm0    ; out of bounds memory access
;; @00d4    ret
;;
;; global:
;; @00db    vpxor    xmm0, xmm0, xmmword ptr [rdi + 0x70]
;; @00dd    vmovups  xmmword ptr [rdi + 0x70], xmm0
;; @00df    ret
