;; station=opt target=x64 strategy=passes=basic
;; The same operator of the same operands is computed once, in dominated blocks too; the one with exchanged operands is the same.
(module
  (func (param i32 i32) (result i32)
    (if (result i32) (i32.mul (local.get 0) (local.get 1))
      (then (i32.mul (local.get 1) (local.get 0)))
      (else (i32.const 3)))))

;; check: b0(v0: i64, $a: i32, $b: i32):
;; check: $product: i32 = mul
;; not: mul
;; check: branch $product
