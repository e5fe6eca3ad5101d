;; The zero extension of an i32 is its register, so a block parameter of 8 bytes got an argument of 4: the verifier of flows objected.
(module
  (func (export "extend") (param i32 i64 i32) (result i64)
    (if (result i64) (local.get 2)
      (then (i64.extend_i32_u (local.get 0)))
      (else (local.get 1)))))
