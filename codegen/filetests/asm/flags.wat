;; station=asm target=x64 strategy=passes=basic,regalloc=linear
;; A test for zero or for the sign behind an instruction that sets these flags is left out; an address that goes back to its own register is an addition.
(module
  (func $down (param i32) (result i32) (local i32)
    (loop (local.set 1 (i32.xor (local.get 1) (local.get 0))) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1))
  (func $sign (param i64 i64) (result i64)
    (local.set 0 (i64.sub (local.get 0) (local.get 1)))
    (if (i64.lt_s (local.get 0) (i64.const 0)) (then (return (local.get 1))))
    (local.get 0))
  (func $other_width (param i64 i64) (result i64)
    (local.set 0 (i64.sub (local.get 0) (local.get 1)))
    (if (i32.wrap_i64 (local.get 0)) (then (return (local.get 1))))
    (local.get 0)))

;; down:
;; @0020    xor      ecx, ecx
;; @0023    nop      word ptr [rax + rax]
;;          nop      word ptr [rax + rax]
;;          nop      word ptr [rax + rax]
;;          nop      dword ptr [rax]
;;        .l1:
;; @0029    xor      ecx, esi
;; @0030    add      esi, -1
;; @0033    jne      .l1
;;          mov      eax, ecx
;; @0038    ret
;;
;; sign:
;; @003f    sub      rsi, rdx
;; @0047    jns      .l1
;;          mov      rax, rdx
;; @004b    ret
;;        .l1:
;;          mov      rax, rsi
;; @004f    ret
;;
;; other_width:
;; @0056    sub      rsi, rdx
;; @005c    test     esi, esi
;;          je       .l1
;;          mov      rax, rdx
;; @0060    ret
;;        .l1:
;;          mov      rax, rsi
;; @0064    ret
