;; station=opt target=x64 strategy=passes=basic
;; A branch on what is known is a jump; blocks that nothing reaches go, straight lines become one block.
(module
  (func (param i32) (result i32)
    (if (result i32) (i32.eq (local.get 0) (i32.const 0))
      (then
        (if (result i32) (local.get 0)
          (then (i32.const 1))
          (else (i32.const 2))))
      (else (i32.const 3)))))

;; check: branch
;; not: branch
;; not: const 1
;; check: const 2
;; not: const 1
