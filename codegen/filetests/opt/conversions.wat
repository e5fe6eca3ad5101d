;; station=opt target=x64 strategy=passes=basic
;; What an extension adds and a wrap takes away.
(module
  (func (param i32 i64) (result i32 i64 i32)
    (i32.wrap_i64 (i64.extend_i32_s (local.get 0)))
    (i64.extend_i32_u (i32.wrap_i64 (i64.and (local.get 1) (i64.const 0xffff))))
    (i32.extend8_s (i32.extend8_s (local.get 0)))))

;; check: b0(v0: i64, $a: i32, $b: i64):
;; not: wrap_i64
;; not: extend_i32_s
;; check: $low: i64 = and $b
;; not: extend_i32_u
;; check: $signed: i32 = extend8_s $a
;; not: extend8_s
;; check: return $a, $low, $signed
