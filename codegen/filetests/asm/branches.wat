;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; Branches by integers, floats and bits; the fall-through side is next.
(module
  (func $loop (param i32) (result i32) (local i32)
    (loop $again
      (local.set 1 (i32.add (local.get 1) (local.get 0)))
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1))
  (func $float (param f64 f64) (result i32)
    (if (result i32) (f64.ge (local.get 0) (local.get 1)) (then (i32.const 1)) (else (i32.const 2))))
  (func $float_equal (param f32 f32) (result i32)
    (if (result i32) (f32.eq (local.get 0) (local.get 1)) (then (i32.const 1)) (else (i32.const 2))))
  (func $bit (param i32) (result i32)
    (if (result i32) (i32.and (local.get 0) (i32.const 4)) (then (i32.const 1)) (else (i32.const 2)))))

;; loop:
;; @0027    xor      ecx, ecx
;; @002a    nop      word ptr [rax + rax]
;;          nop      word ptr [rax + rax]
;;          nop      word ptr [rax + rax]
;;          nop      dword ptr [rax]
;;        .l1:
;; @0030    add      ecx, esi
;; @0037    add      esi, -1
;; @003a    jne      .l1
;;          mov      eax, ecx
;; @003f    ret
;;
;; float:
;; @0047    vucomisd xmm0, xmm1
;;          jb       .l1
;; @0049    mov      eax, 1
;; @004b    ret
;;        .l1:
;; @004c    mov      eax, 2
;; @004f    ret
;;
;; float_equal:
;; @0057    vucomiss xmm0, xmm1
;;          jne      .l1
;;          jp       .l1
;; @0059    mov      eax, 1
;; @005b    ret
;;        .l1:
;; @005c    mov      eax, 2
;; @005f    ret
;;
;; bit:
;; @0067    test     sil, 4
;;          je       .l1
;; @0069    mov      eax, 1
;; @006b    ret
;;        .l1:
;; @006c    mov      eax, 2
;; @006f    ret
