;; station=run target=any strategy=all
;; Loads and stores that may touch the same bytes keep their order; a trap keeps what was stored before it.
(module
  (memory 1)
  (func (export "overlap") (param i32 i32) (result i64)
    (i64.store (local.get 0) (i64.const 0x1111111111111111))
    (i32.store (local.get 1) (i32.const 0x22222222))
    (i64.load (local.get 0)))
  (func (export "old_value") (param i32) (result i32)
    (i32.store (local.get 0) (i32.const 5))
    (i32.load (local.get 0))
    (i32.store (local.get 0) (i32.const 6))
    (i32.add (i32.load (local.get 0)))
    (i32.mul (i32.load16_u (local.get 0))))
  (func (export "stored_then_trap") (param i32)
    (i32.store (i32.const 100) (local.get 0))
    (drop (i32.load (i32.const -4)))
    (i32.store (i32.const 100) (i32.const 0)))
  (func (export "at") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "narrow") (param i32 i64) (result i64)
    (i64.store8 (local.get 0) (local.get 1))
    (i64.store16 offset=1 (local.get 0) (i64.shr_u (local.get 1) (i64.const 8)))
    (i64.store32 offset=3 (local.get 0) (i64.shr_u (local.get 1) (i64.const 24)))
    (i64.store8 offset=7 (local.get 0) (i64.shr_u (local.get 1) (i64.const 56)))
    (i64.load (local.get 0))))

;; run: overlap(0, 8) == 0x1111111111111111
;; run: overlap(0, 0) == 0x1111111122222222
;; run: overlap(0, 4) == 0x2222222211111111
;; run: overlap(2, 0) == 0x1111111111112222
;; run: overlap(0, 6) == 0x2222111111111111
;; run: old_value(200) == 66
;; trap: stored_then_trap(77): out of bounds memory access
;; run: at(100) == 77
;; run: narrow(300, 0x0123456789abcdef) == 0x0123456789abcdef
