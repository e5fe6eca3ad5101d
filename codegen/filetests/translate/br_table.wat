;; station=translate target=x64 strategy=passes=none
;; A table whose entries lead to one block share an edge; the index is unsigned.
(module
  (func (param i32 i64) (result i64)
    (block $c (result i64)
      (block $b (result i64)
        (block $a (result i64)
          (br_table $a $b $a $c $a (local.get 1) (local.get 0)))
        (i64.add (i64.const 1)))
      (i64.mul (i64.const 3)))))

;; func 0 (i64, i32, i64) -> (i64)
;;
;; @0019   b0(v0: i64, v1: i32, v2: i64):
;; @0024   switch v1, [b3, b2(v2), b3, b1(v2)], b3
;;
;;         b3:
;; @002c   v4: i64 = const 1
;; @002e   v5: i64 = add v2, v4
;; @002f   jump b2(v5)
;;
;; @002f   b2(v7: i64):
;; @0030   v8: i64 = const 3
;; @0032   v9: i64 = mul v7, v8
;; @0033   jump b1(v9)
;;
;; @0033   b1(v11: i64):
;; @0034   return v11
