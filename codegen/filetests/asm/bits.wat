;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; Counting bits; sign extensions.
(module
  (func (param i32 i64) (result i32 i64 i32 i32 i64)
    (i32.clz (local.get 0))
    (i64.ctz (local.get 1))
    (i32.popcnt (local.get 0))
    (i32.extend8_s (local.get 0))
    (i64.extend32_s (local.get 1))))

;; @0020    lzcnt    eax, esi
;; @0023    tzcnt    rdi, rdx
;; @0026    popcnt   ecx, esi
;; @0029    movsx    esi, sil
;; @002c    movsxd   r8, edx
;;          mov      rdx, rdi
;; @002d    ret
