;; station=asm target=x64 strategy=passes=basic,regalloc=linear
;; A test for zero or for the sign behind an instruction that sets these flags is left out; an address that goes back to its own register is an addition.
(module
  (func $down (param i32) (result i32) (local i32)
    (loop (local.set 1 (i32.xor (local.get 1) (local.get 0))) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1))
  (func $sign (param i64 i64) (result i64)
    (local.set 0 (i64.sub (local.get 0) (local.get 1)))
    (if (i64.lt_s (local.get 0) (i64.const 0)) (then (return (local.get 1))))
    (local.get 0))
  (func $other_width (param i64 i64) (result i64)
    (local.set 0 (i64.sub (local.get 0) (local.get 1)))
    (if (i32.wrap_i64 (local.get 0)) (then (return (local.get 1))))
    (local.get 0)))
