;; station=translate target=x64 strategy=passes=none
;; A loop with parameters of its own on the stack.
(module
  (func (param i32) (result i32)
    (i32.const 1)
    (local.get 0)
    (loop $again (param i32 i32) (result i32)
      (local.set 0)
      (i32.mul (local.get 0))
      (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))
      (br_if $again (local.get 0))
      (drop))))

;; func 0 (i64, i32) -> (i32)
;;
;; @001e   b0(v0: i64, v1: i32):
;; @001f   v2: i32 = const 1
;; @0023   jump b1(v2, v1)
;;
;; @0023   b1(v4: i32, v5: i32) depth 1:
;; @0029   v6: i32 = mul v4, v5
;; @002c   v7: i32 = const 1
;; @002e   v8: i32 = sub v5, v7
;; @0033   branch v8, b1(v6, v8), b2
;;
;;         b2 depth 1:
;; @0037   return v6
