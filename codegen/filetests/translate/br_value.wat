;; station=translate target=x64 strategy=passes=none
;; Branches that carry a value out of several blocks at once.
(module
  (func (param i32) (result i32)
    (block $out (result i32)
      (block $in (result i32)
        (drop (br_if $out (i32.const 10) (local.get 0)))
        (drop (br_if $in (i32.const 20) (i32.eq (local.get 0) (i32.const 7))))
        (br $out (i32.const 30)))
      (i32.add (i32.const 1)))))

;; func 0 (i64, i32) -> (i32)
;;
;; @0018   b0(v0: i64, v1: i32):
;; @001d   v2: i32 = const 10
;; @0021   branch v1, b1(v2), b3
;;
;;         b3:
;; @0024   v4: i32 = const 20
;; @0028   v5: i32 = const 7
;; @002a   v6: i32 = i32.eq v1, v5
;; @002b   branch v6, b2, b4
;;
;;         b4:
;; @002e   v8: i32 = const 30
;; @0030   jump b1(v8)
;;
;;         b2:
;; @0033   v10: i32 = const 1
;; @0035   v11: i32 = add v4, v10
;; @0036   jump b1(v11)
;;
;; @0036   b1(v13: i32):
;; @0037   return v13
