;; station=opt target=x64 strategy=passes=basic
;; Comparisons of comparisons, with the ends of the range, and with what a value can be at most.
(module
  (func $not (param i32 i32) (result i32) (i32.eqz (i32.lt_s (local.get 0) (local.get 1))))
  (func $never (param i32) (result i32) (i32.lt_u (local.get 0) (i32.const 0)))
  (func $bound (param i32) (result i32) (i32.gt_u (i32.and (local.get 0) (i32.const 7)) (i32.const 7)))
  (func $at_least_one (param i32) (result i32) (i32.ge_u (local.get 0) (i32.const 1))))

;; check: func 0
;; check: b0(v0: i64, $a: i32, $b: i32):
;; not: lt_s
;; check: $c: i32 = i32.ge_s $a, $b
;; check: return $c
;; check: func 1
;; not: lt_u
;; check: $no: i32 = const 0
;; check: return $no
;; check: func 2
;; not: gt_u
;; check: $no2: i32 = const 0
;; check: return $no2
;; check: func 3
;; not: ge_u
;; check: i32.ne
