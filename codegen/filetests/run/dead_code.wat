;; station=run target=any strategy=all
;; What cannot be reached is not run, what nobody reads is run if it traps.
(module
  (memory 1)
  (func (export "after_return") (result i32) (return (i32.const 1)) (unreachable))
  (func (export "after_branch") (param i32) (result i32)
    (block (result i32) (br 0 (i32.const 5)) (drop) (i32.div_u (i32.const 1) (i32.const 0))))
  (func (export "unreachable") (unreachable))
  (func (export "table_out") (param i32) (result i32) (br_table 0 0 0 (i32.const 9) (local.get 0)))
  (func (export "infinite") (result i32) (loop $l (result i32) (br $l)))
  (func (export "effects") (param i32) (result i32)
    (drop (i32.load (local.get 0)))
    (drop (i32.trunc_f32_s (f32.const 1)))
    (i32.const 3)))

;; run: after_return() == 1
;; run: after_branch(0) == 5
;; trap: unreachable(): unreachable
;; run: table_out(0) == 9
;; run: table_out(77) == 9
;; run: effects(0) == 3
;; trap: effects(-1): out of bounds memory access
