;; station=opt target=x64 strategy=passes=basic
;; A select between equal values, or by a constant.
(module
  (func (param i32 i64 i64) (result i64 i64 i32)
    (select (local.get 1) (local.get 1) (local.get 0))
    (select (local.get 1) (local.get 2) (i32.const 0))
    (select (i32.const 1) (i32.const 0) (i32.lt_s (local.get 0) (i32.const 5)))))

;; check: b0(v0: i64, $a: i32, $b: i64, $c: i64):
;; not: select
;; check: $less: i32 = i32.lt_s $a
;; check: return $b, $c, $less
