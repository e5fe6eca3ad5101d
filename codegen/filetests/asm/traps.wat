;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; Every kind of trap: at the faulting instruction, or a `ud2` out of line with its row and wasm offset.
(module
  (memory 1)
  (table 1 funcref)
  (type $t (func (result i32)))
  (func (param i32 f32) (result i32)
    (drop (i32.div_s (i32.load (local.get 0)) (local.get 0)))
    (drop (i32.trunc_f32_u (local.get 1)))
    (if (local.get 0) (then (unreachable)))
    (call_indirect (type $t) (local.get 0))))

;; @0028    push     rbp
;;          mov      rbp, rsp
;;          mov      r11, qword ptr [rdi]
;;          cmp      rsp, qword ptr [r11]
;;          jb       .l3
;;          mov      rcx, qword ptr [rdi + 0x50]
;; @002b    mov      eax, dword ptr [rcx + rsi]     ; out of bounds memory access
;; @0030    test     esi, esi
;;          je       .l4
;;          cdq
;;          idiv     esi                            ; integer overflow
;; @0034    vcvtss2sd xmm0, xmm0, xmm0
;;          vucomisd xmm0, xmm0
;;          jp       .l5
;;          vucomisd xmm0, qword ptr [.d1]
;;          jbe      .l6
;;          vucomisd xmm0, qword ptr [.d2]
;;          jae      .l7
;; @0038    test     esi, esi
;;          jne      .l1
;; @003e    mov      rcx, qword ptr [rdi + 0x60]
;;          cmp      rsi, qword ptr [rcx + 8]
;;          jae      .l8
;;          shl      rsi, 5
;;          add      rsi, qword ptr [rcx]
;;          mov      ecx, dword ptr [rsi + 0x10]
;;          cmp      ecx, dword ptr [rdi + 0x68]
;;          jne      .l2
;;          mov      rcx, qword ptr [rsi + 8]
;;          mov      r10, rdi
;;          mov      rdi, rcx
;;          call     qword ptr [rsi]
;; @0041    pop      rbp
;;          ret
;;        .l1:
;; @003a    ud2                                     ; unreachable
;;        .l2:
;; @003e    test     ecx, ecx
;;          je       .l9
;;          ud2                                     ; indirect call type mismatch
;;        .l3:
;; @0028    ud2                                     ; call stack exhausted
;;        .l4:
;; @0030    ud2                                     ; integer divide by zero
;;        .l5:
;; @0034    ud2                                     ; invalid conversion to integer
;;        .l6:
;;          ud2                                     ; integer overflow
;;        .l7:
;;          ud2                                     ; integer overflow
;;        .l8:
;; @003e    ud2                                     ; undefined element
;;        .l9:
;;          ud2                                     ; uninitialized element
;;        .d1:
;;          const    0xbff0000000000000 ; -1.0
;;        .d2:
;;          const    0x41f0000000000000 ; 4294967296.0
