;; station=run target=any strategy=all
;; Calls through tables: what the entry is, and what it is not.
(module
  (type $unary (func (param i32) (result i32)))
  (table $t 6 funcref)
  (elem (i32.const 1) $double $square $none)
  (func $double (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
  (func $square (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
  (func $none)
  (func (export "call") (param i32 i32) (result i32) (call_indirect (type $unary) (local.get 1) (local.get 0)))
  (func (export "set") (param i32 i32) (table.set $t (local.get 0) (table.get $t (local.get 1))))
  (func (export "is_null") (param i32) (result i32) (ref.is_null (table.get $t (local.get 0))))
  (func (export "grow") (param i32) (result i32) (table.grow $t (ref.func $double) (local.get 0)))
  (func (export "get") (param i32) (result funcref) (table.get $t (local.get 0))))

;; run: call(1, 21) == 42
;; run: call(2, 9) == 81
;; trap: call(3, 1): indirect call type mismatch
;; trap: call(0, 1): uninitialized element
;; trap: call(6, 1): undefined element
;; trap: call(-1, 1): undefined element
;; run: set(0, 2)
;; run: call(0, 7) == 49
;; run: is_null(5) == 1
;; run: is_null(0) == 0
;; trap: is_null(6): out of bounds table access
;; run: grow(2) == 6
;; run: call(7, 4) == 8
;; trap: set(8, 0): out of bounds table access
;; run: get(5) == null
;; run: get(2) == function
