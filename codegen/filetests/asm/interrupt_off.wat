;; station=asm target=x64 strategy=passes=basic,regalloc=linear,interrupt=off
;; Nothing stops the loop.
(module
  (func (param i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))

;;        .l1:
;; @001e    add      esi, -1
;; @0021    jne      .l1
;; @0024    ret
