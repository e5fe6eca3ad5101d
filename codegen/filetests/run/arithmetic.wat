;; station=run target=any strategy=all
;; Wrapping, division and its traps.
(module
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "mul") (param i64 i64) (result i64) (i64.mul (local.get 0) (local.get 1)))
  (func (export "div") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func (export "rem") (param i64 i64) (result i64) (i64.rem_s (local.get 0) (local.get 1)))
  (func (export "unread") (param i32) (drop (i32.rem_u (i32.const 1) (local.get 0)))))

;; run: add(1, 0xffffffff) == 0
;; run: mul(0x100000000, 0x100000000) == 0
;; run: div(-7, 2) == -3
;; trap: div(1, 0): integer divide by zero
;; trap: div(0x80000000, -1): integer overflow
;; run: rem(0x8000000000000000, -1) == 0
;; run: rem(-7, 3) == -1
;; trap: rem(5, 0): integer divide by zero
;; run: unread(3)
;; trap: unread(0): integer divide by zero
