;; station=translate target=x64 strategy=passes=none
;; What follows a branch, a return or `unreachable` up to the end of its block is validated and forgotten.
(module
  (func (param i32) (result i32)
    (block $b
      (br $b)
      (drop (i32.div_s (i32.const 1) (i32.const 0)))
      (loop (br 0)))
    (if (local.get 0)
      (then (return (i32.const 1)) (drop (i32.const 2)))
      (else (unreachable) (i32.add) (drop)))
    (i32.const 3)))

;; func 0 (i64, i32) -> (i32)
;;
;; @0018   b0(v0: i64, v1: i32):
;; @001b   jump b1
;;
;;         b1:
;; @002b   branch v1, b2, b3
;;
;;         b2:
;; @002d   v4: i32 = const 1
;; @002f   return v4
;;
;;         b3 cold:
;; @0034   unreachable "unreachable"
