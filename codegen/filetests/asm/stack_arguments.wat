;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; Arguments beyond the registers are pushed by the caller and popped by the callee.
(module
  (func $callee (param i32 i64 i32 i64 i32 i64 i32 i64) (result i64)
    (i64.add (local.get 7) (i64.extend_i32_u (local.get 6))))
  (func $caller (param i32 i64) (result i64)
    (call $callee (local.get 0) (local.get 1) (local.get 0) (local.get 1)
      (local.get 0) (local.get 1) (local.get 0) (local.get 1))))

;; callee:
;; @002b    mov      rax, qword ptr [rsp + 0x10]
;; @002c    add      rax, qword ptr [rsp + 8]
;; @002d    ret      0x10
;;
;; caller:
;; @0040    push     rbp
;;          mov      rbp, rsp
;;          mov      r11, qword ptr [rdi]
;;          cmp      rsp, qword ptr [r11]
;;          jb       .l1
;;          sub      rsp, 0x10
;;          mov      qword ptr [rsp], rsi
;;          mov      qword ptr [rsp + 8], rdx
;;          mov      ecx, esi
;;          mov      r9d, esi
;;          mov      r8, rdx
;;          mov      rax, rdx
;;          call     callee
;; @0042    pop      rbp
;;          ret
;;        .l1:
;; @0040    ud2                                     ; call stack exhausted
