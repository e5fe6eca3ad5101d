;; station=opt target=x64 strategy=passes=basic
;; A wide constant and one of floats with two readers stand in front of the loop; what instructions hold themselves stays, and so does a constant
;; that one sum reads from memory.
(module
  (func (param i64 f64 f64) (result i64 f64)
    (loop $again
      (local.set 1 (f64.add (f64.mul (local.get 1) (f64.const 0.3)) (f64.const 7)))
      (local.set 2 (f64.mul (local.get 2) (f64.const 0.3)))
      (local.set 0 (i64.add (i64.xor (local.get 0) (i64.const 0x123456789abcdef)) (i64.const 5)))
      (br_if $again (i64.lt_u (local.get 0) (i64.const 77))))
    (local.get 0) (f64.add (local.get 1) (local.get 2))))

;; check: $third: f64 = const 0x3fd3333333333333
;; check: $wide: i64 = const 81985529216486895
;; check: jump
;; check: b1($y: f64, $z: f64, $x: i64) depth 1
;; check: fmul $y, $third
;; check: f64 = const 0x401c000000000000
;; check: fmul $z, $third
;; check: xor $x, $wide
;; check: i64 = const 5
;; check: i64 = const 77
;; check: branch
