;; station=asm target=x64 strategy=passes=none,regalloc=spill-all
;; The baseline: each step loads its inputs and stores its outputs.
(module
  (func (param i32 i32) (result i32) (i32.mul (i32.add (local.get 0) (local.get 1)) (local.get 0))))

;; @001e    push     rbp
;;          mov      rbp, rsp
;;          sub      rsp, 0x20
;;          mov      qword ptr [rbp - 0x18], rsi
;;          mov      qword ptr [rbp - 0x20], rdx
;;          mov      eax, dword ptr [rbp - 0x20]
;;          add      eax, dword ptr [rbp - 0x18]
;;          mov      qword ptr [rbp - 0x10], rax
;;          mov      eax, dword ptr [rbp - 0x10]
;; @0021    imul     eax, dword ptr [rbp - 0x18]
;;          mov      qword ptr [rbp - 8], rax
;;          mov      eax, dword ptr [rbp - 8]
;; @0022    add      rsp, 0x20
;;          pop      rbp
;;          ret
