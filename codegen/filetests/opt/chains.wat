;; station=opt target=x64 strategy=passes=basic
;; Constants of nested sums, masks and shifts come together.
(module
  (func (param i32 i64) (result i32 i64 i32)
    (i32.add (i32.const 5) (i32.sub (local.get 0) (i32.const 12)))
    (i64.and (i64.and (local.get 1) (i64.const 0xff0)) (i64.const 0xff))
    (i32.shl (i32.shl (local.get 0) (i32.const 3)) (i32.const 4))))

;; check: b0(v0: i64, $a: i32, $b: i64):
;; check: $sum: i32 = add $a,
;; not: add
;; check: and $b
;; not: and
;; check: shl $a
;; not: shl
;; check: return $sum
