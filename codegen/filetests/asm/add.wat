;; station=asm target=x64 strategy=passes=none,regalloc=linear
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
;; @0025    mov      rcx, qword ptr [rdi + 0x50]
;; @002d    add      esi, dword ptr [rcx + rdx + 8] ; out of bounds memory access
;;          mov      eax, esi
;; @002e    ret
;;
;; d:
;; @0031    push     rbp
;;          mov      rbp, rsp
;;          mov      r11, qword ptr [rdi]
;;          cmp      rsp, qword ptr [r11]
;;          jb       .l1
;; @0040    mov      ecx, 7
;;          mov      eax, esi
;; @0042    cdq
;;          idiv     ecx                            ; integer overflow
;;          mov      esi, eax
;; @0045    call     d
;; @0047    pop      rbp
;;          ret
;;        .l1:
;; @0031    ud2                                     ; call stack exhausted
