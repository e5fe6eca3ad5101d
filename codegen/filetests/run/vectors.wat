;; station=run target=x64
(module
  (memory 1)
  (data (i32.const 0) "\01\02\03\04\05\06\07\08\f9\fa\fb\fc\fd\fe\ff\00")
  (global $g (mut v128) (v128.const i64x2 5 6))
  (func $low (param v128) (result i64) (i64x2.extract_lane 0 (local.get 0)))
  (func $many (param v128 v128 v128 v128 v128 v128 v128 v128 v128 v128) (result v128 i64 v128)
    (v128.xor (local.get 8) (local.get 9)) (i64x2.extract_lane 1 (local.get 8)) (i64x2.add (local.get 0) (local.get 7)))
  (func (export "calls") (param i64) (result i64 i64 i64) (local $x v128) (local $n i64)
    (call $many
      (i64x2.splat (local.get 0)) (i64x2.splat (i64.const 1)) (i64x2.splat (i64.const 2)) (i64x2.splat (i64.const 3))
      (i64x2.splat (i64.const 4)) (i64x2.splat (i64.const 5)) (i64x2.splat (i64.const 6)) (i64x2.splat (i64.const 7))
      (v128.const i64x2 8 9) (v128.const i64x2 10 11))
    (local.set $x) (local.set $n)
    (call $low) (local.get $n) (i64x2.extract_lane 1 (local.get $x)))
  ;; More lives across a call than there are registers for.
  (func (export "pressure") (param i64) (result i64)
    (local $a v128) (local $b v128) (local $c v128) (local $i i32)
    (local.set $a (i64x2.splat (local.get 0)))
    (local.set $b (v128.const i64x2 3 4))
    (loop $next
      (local.set $c (i64x2.add (local.get $c) (i64x2.splat (call $low (local.get $a)))))
      (local.set $a (i64x2.add (local.get $a) (local.get $b)))
      (local.set $b (v128.bitselect (local.get $b) (local.get $a) (i64x2.gt_s (local.get $a) (local.get $b))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10))))
    (i64.add (i64x2.extract_lane 0 (local.get $c)) (i64x2.extract_lane 1 (v128.xor (local.get $a) (local.get $b)))))
  (func (export "global") (param i64) (result i64)
    (global.set $g (i64x2.add (global.get $g) (i64x2.splat (local.get 0))))
    (i64x2.extract_lane 1 (global.get $g)))
  (func (export "loads") (param i32) (result i64)
    (i64x2.extract_lane 1
      (i64x2.add (v128.load8x8_s (local.get 0)) (i64x2.add (v128.load8_splat offset=1 (local.get 0)) (v128.load32_zero (local.get 0))))))
  (func (export "lanes") (param i32) (result i64)
    (v128.store16_lane offset=16 2 (local.get 0) (v128.load8_lane 4 (local.get 0) (v128.load (i32.const 0))))
    (i64.load offset=16 (local.get 0)))
  (func (export "stored") (param i32) (result i64 i64 i64 i64) (local $x v128)
    (local.set $x (i8x16.add (i8x16.splat (local.get 0)) (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)))
    (f32.store offset=64 (i32.const 0) (f32x4.extract_lane 1 (local.get $x)))
    (f32.store offset=68 (i32.const 0) (f32x4.extract_lane 2 (local.get $x)))
    (f32.store offset=72 (i32.const 0) (f32x4.extract_lane 3 (local.get $x)))
    (f32.store offset=76 (i32.const 0) (f32x4.extract_lane 0 (local.get $x)))
    (f64.store offset=80 (i32.const 0) (f64x2.extract_lane 1 (local.get $x)))
    (v128.store8_lane offset=88 13 (i32.const 0) (local.get $x))
    (v128.store16_lane offset=90 6 (i32.const 0) (local.get $x))
    (v128.store32_lane offset=92 2 (i32.const 0) (local.get $x))
    (i64.load offset=64 (i32.const 0)) (i64.load offset=72 (i32.const 0))
    (i64.load offset=80 (i32.const 0)) (i64.load offset=88 (i32.const 0)))
  (func (export "past") (param i32) (result i32) (v128.any_true (v128.load (local.get 0))))
  (func (export "store_past") (param i32) (v128.store64_lane 1 (local.get 0) (v128.const i64x2 1 2)))
  (func (export "equal") (param i64 i64) (result i32)
    (if (result i32) (i64x2.all_true (i64x2.eq (i64x2.splat (local.get 0)) (i64x2.splat (local.get 1))))
      (then (i32.const 10)) (else (i32.const 20))))
  (func (export "any") (param i64 i64) (result i32)
    (if (result i32) (i32.eqz (v128.any_true (v128.and (i64x2.splat (local.get 0)) (i64x2.splat (local.get 1)))))
      (then (i32.const 10)) (else (i32.const 20))))
  (func (export "floats") (param f32 f32) (result f32)
    (f32.add (f32x4.extract_lane 2 (f32x4.max (f32x4.splat (local.get 0)) (f32x4.replace_lane 2 (f32x4.splat (local.get 0)) (local.get 1))))
      (f32x4.extract_lane 0 (f32x4.splat (local.get 0)))))
  ;; A lane that becomes the parameter of a block.
  (func (export "scalar") (param i32 f64) (result f64)
    (if (result f64) (local.get 0)
      (then (f64x2.extract_lane 0 (f64x2.add (f64x2.splat (local.get 1)) (f64x2.splat (f64.const 1)))))
      (else (local.get 1))))
  (func (export "choose") (param i32) (result i64)
    (i64x2.extract_lane 0 (select (v128.const i64x2 1 2) (v128.const i64x2 3 4) (local.get 0)))))

;; run: calls(100) == 2, 9, 107
;; run: pressure(5) == 226
;; run: pressure(-1000) == 0xfffffffffff835fd
;; run: loads(0) == 0x020a020902080207
;; run: lanes(0) == 0x601
;; run: global(1) == 7
;; run: global(-7) == 0
;; run: equal(5, 5) == 10
;; run: equal(5, 6) == 20
;; run: any(5, 10) == 10
;; run: any(5, 14) == 20
;; run: floats(1.5, 2.5) == 4.0
;; run: scalar(1, 2.5) == 3.5
;; run: scalar(0, 2.5) == 2.5
;; run: choose(1) == 1
;; run: choose(0) == 3
;; run: stored(16) == 0x1b1a191817161514, 0x131211101f1e1d1c, 0x1f1e1d1c1b1a1918, 0x1b1a19181d1c001d
;; run: past(65520) == 0
;; trap: past(65521): out of bounds memory access
;; run: store_past(65528)
;; trap: store_past(65529): out of bounds memory access
