;; station=run target=any strategy=all
;; Globals of each type keep what is written, across calls and traps.
(module
  (global $a (mut i32) (i32.const 7))
  (global $b (mut i64) (i64.const -1))
  (global $c (mut f32) (f32.const 1.5))
  (global $d (mut f64) (f64.const -0.0))
  (global $k i32 (i32.const 40))
  (func $set (export "set") (param i32 i64 f32 f64)
    (global.set $a (local.get 0)) (global.set $b (local.get 1)) (global.set $c (local.get 2)) (global.set $d (local.get 3)))
  (func (export "get") (result i32 i64 f32 f64)
    (global.get $a) (global.get $b) (global.get $c) (global.get $d))
  (func (export "count") (result i32)
    (global.set $a (i32.add (global.get $a) (i32.const 1)))
    (i32.add (global.get $a) (global.get $k)))
  (func (export "around_call") (result i32)
    (global.get $a)
    (call $set (i32.const 100) (i64.const 0) (f32.const 0) (f64.const 0))
    (i32.sub (global.get $a)))
  (func (export "set_and_trap") (global.set $a (i32.const 55)) (unreachable)))

;; run: get() == 7, -1, 1.5, -0.0
;; run: count() == 48
;; run: count() == 49
;; run: around_call() == -91
;; run: set(1, 2, 3, 4)
;; run: get() == 1, 2, 3, 4
;; trap: set_and_trap(): unreachable
;; run: get() == 55, 2, 3, 4
