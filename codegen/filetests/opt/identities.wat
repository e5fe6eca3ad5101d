;; station=opt target=x64 strategy=passes=basic
;; Operators that do nothing, or always the same.
(module
  (func (param i32 i64) (result i32 i32 i64 i32 i64)
    (i32.add (local.get 0) (i32.const 0))
    (i32.sub (local.get 0) (local.get 0))
    (i64.and (local.get 1) (i64.const -1))
    (i32.or (local.get 0) (local.get 0))
    (i64.mul (local.get 1) (i64.const 1))))

;; check: b0(v0: i64, $a: i32, $b: i64):
;; not: add
;; not: sub
;; not: and
;; not: or
;; not: mul
;; check: $zero: i32 = const 0
;; check: return $a, $zero, $b, $a, $b
