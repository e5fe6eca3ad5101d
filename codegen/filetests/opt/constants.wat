;; station=opt target=x64 strategy=passes=basic
;; Operators of constants are their results, traps stay.
(module
  (func (param i32) (result i32)
    (i32.add (i32.mul (i32.const 6) (i32.const 7)) (i32.clz (i32.const 1))))
  (func (result f64)
    (f64.sqrt (f64.convert_i32_u (i32.const -1))))
  (func (result i32)
    (i32.div_s (i32.const 0x80000000) (i32.const -1))))

;; check: func 0
;; not: add
;; check: $sum: i32 = const 73
;; check: return $sum
;; check: func 1
;; not: fsqrt
;; check: $root: f64 = const
;; check: return $root
;; check: func 2
;; check: "integer overflow"
;; not: return
