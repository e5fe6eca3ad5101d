;; station=opt target=x64 strategy=passes=basic
;; Divisions by constants are products and shifts; those by variables stay.
(module
  (func (param i32 i64) (result i32 i64 i32 i32)
    (i32.div_u (local.get 0) (i32.const 16))
    (i64.div_s (local.get 1) (i64.const 7))
    (i32.rem_u (local.get 0) (i32.const 8))
    (i32.div_u (local.get 0) (local.get 0))))

;; check: b0(v0: i64, $a: i32, $b: i64):
;; not: div_s
;; check: shr_u $a
;; check: mulhigh_s $b
;; check: and $a
;; check: div_u $a, $a
;; not: rem_u
;; not: div_s
