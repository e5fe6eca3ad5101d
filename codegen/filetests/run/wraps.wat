;; station=run target=any strategy=all
;; The upper half of a register that held an i64 is not seen through a wrap.
(module
  (func (export "add") (param i64 i64) (result i64)
    (i64.extend_i32_u (i32.add (i32.wrap_i64 (local.get 0)) (i32.wrap_i64 (local.get 1)))))
  (func (export "rotate") (param i64 i64) (result i64)
    (i64.extend_i32_u (i32.rotl (i32.wrap_i64 (local.get 0)) (i32.wrap_i64 (local.get 1)))))
  (func (export "less") (param i64 i64) (result i32)
    (i32.lt_u (i32.wrap_i64 (local.get 0)) (i32.wrap_i64 (local.get 1))))
  (func (export "select") (param i64 i64 i32) (result i64)
    (i64.extend_i32_u (select (i32.wrap_i64 (local.get 0)) (i32.wrap_i64 (local.get 1)) (local.get 2))))
  (func (export "sign") (param i64) (result i64)
    (i64.extend_i32_s (i32.wrap_i64 (local.get 0))))
  (func (export "through_block") (param i32 i64 i32) (result i64)
    (if (result i64) (local.get 2) (then (i64.extend_i32_u (local.get 0))) (else (local.get 1))))
  (func (export "switch") (param i64) (result i32)
    (block $b (block $a (br_table $a $b (i32.wrap_i64 (local.get 0)))) (return (i32.const 1))) (i32.const 2))
  (func (export "branch") (param i64) (result i32)
    (if (result i32) (i32.wrap_i64 (local.get 0)) (then (i32.const 1)) (else (i32.const 2)))))

;; run: add(0xdeadbeef00000001, 0xcafe0000ffffffff) == 0
;; run: rotate(0x1234567880000000, 0x100000000) == 0x80000000
;; run: rotate(0x1234567880000000, 0x100000020) == 0x80000000
;; run: rotate(0x1234567880000000, 1) == 1
;; run: less(0xff00000001, 0x2) == 1
;; run: select(0x500000001, 0x600000002, 0) == 2
;; run: select(0x500000001, 0x600000002, 1) == 1
;; run: sign(0x1280000000) == -0x80000000
;; run: through_block(-1, 7, 1) == 0xffffffff
;; run: through_block(-1, -7, 0) == -7
;; run: switch(0x700000000) == 1
;; run: switch(0x700000001) == 2
;; run: branch(0x700000000) == 2
;; run: branch(0x700000001) == 1
