;; station=translate target=x64 strategy=passes=none
;; A table without entries is a jump.
(module
  (func (param i32) (result i32)
    (block $a (result i32) (br_table $a (i32.const 5) (local.get 0)))))

;; func 0 (i64, i32) -> (i32)
;;
;; @0018   b0(v0: i64, v1: i32):
;; @001b   v2: i32 = const 5
;; @001f   jump b1
;;
;;         b1:
;; @0023   return v2
