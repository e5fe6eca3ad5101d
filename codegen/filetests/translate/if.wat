;; station=translate target=x64 strategy=passes=none
;; Both arms of an `if` jump to one block, whose parameter is the result; without `else` the value before flows through.
(module
  (func (param i32 i64 i64) (result i64)
    (if (result i64) (local.get 0)
      (then (i64.add (local.get 1) (local.get 2)))
      (else (i64.sub (local.get 1) (local.get 2)))))
  (func (param i32 i32) (result i32)
    (if (local.get 0)
      (then (local.set 1 (i32.mul (local.get 1) (local.get 1)))))
    (local.get 1)))

;; func 0 (i64, i32, i64, i64) -> (i64)
;;
;; @0021   b0(v0: i64, v1: i32, v2: i64, v3: i64):
;; @0024   branch v1, b2, b3
;;
;;         b2:
;; @002a   v5: i64 = add v2, v3
;; @002b   jump b1(v5)
;;
;;         b3:
;; @0030   v7: i64 = sub v2, v3
;; @0031   jump b1(v7)
;;
;; @0031   b1(v9: i64):
;; @0032   return v9
;;
;; func 1 (i64, i32, i32) -> (i32)
;;
;; @0034   b0(v0: i64, v1: i32, v2: i32):
;; @0037   branch v1, b2, b1(v2)
;;
;;         b2:
;; @003d   v4: i32 = mul v2, v2
;; @0040   jump b1(v4)
;;
;; @0040   b1(v6: i32):
;; @0043   return v6
