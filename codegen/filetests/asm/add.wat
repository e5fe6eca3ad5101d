;; station=asm target=x64 strategy=baseline
(module
  (memory 1)
  (func (param i32 i32) (result i32)
    (i32.add (local.get 0) (i32.load offset=8 (local.get 1))))
  (func $d (param i32 f64) (result f64)
    (drop (f64.add (f64.const 1.5) (local.get 1)))

    (call $d (i32.div_s (local.get 0) (i32.const 7)) (local.get 1))
  )
)

;; f0:
;; @002a    push     rbp
;;          mov      rbp, rsp
;;          sub      rsp, 0x30
;;          mov      qword ptr [rbp - 0x28], rdi
;;          mov      qword ptr [rbp - 0x10], rsi
;;          mov      qword ptr [rbp - 0x20], rdx
;;          mov      rax, qword ptr [rbp - 0x28]
;;          mov      rax, qword ptr [rax + 0x50]
;;          mov      qword ptr [rbp - 0x18], rax
;;          mov      eax, dword ptr [rbp - 0x10]
;;          mov      rcx, qword ptr [rbp - 0x18]
;;          mov      edx, dword ptr [rbp - 0x20]
;; @002d    add      eax, dword ptr [rcx + rdx + 8] ; out of bounds memory access
;;          mov      qword ptr [rbp - 8], rax
;;          mov      eax, dword ptr [rbp - 8]
;; @002e    add      rsp, 0x30
;;          pop      rbp
;;          ret
;;
;; d:
;; @0031    push     rbp
;;          mov      rbp, rsp
;;          mov      r11, qword ptr [rdi]
;;          cmp      rsp, qword ptr [r11]
;;          jb       .l1
;;          sub      rsp, 0x30
;;          mov      qword ptr [rbp - 0x10], rdi
;;          mov      qword ptr [rbp - 0x28], rsi
;;          vmovsd   qword ptr [rbp - 0x20], xmm0
;; @0040    mov      eax, 7
;;          mov      qword ptr [rbp - 0x30], rax
;;          mov      ecx, dword ptr [rbp - 0x30]
;;          mov      eax, dword ptr [rbp - 0x28]
;; @0042    cdq
;;          idiv     ecx                            ; integer overflow
;;          mov      qword ptr [rbp - 0x18], rax
;;          mov      rdi, qword ptr [rbp - 0x10]
;;          mov      esi, dword ptr [rbp - 0x18]
;;          vmovsd   xmm0, qword ptr [rbp - 0x20]
;; @0045    call     d
;;          vmovsd   qword ptr [rbp - 8], xmm0
;;          vmovsd   xmm0, qword ptr [rbp - 8]
;; @0047    add      rsp, 0x30
;;          pop      rbp
;;          ret
;;        .l1:
;; @0031    ud2                                     ; call stack exhausted
