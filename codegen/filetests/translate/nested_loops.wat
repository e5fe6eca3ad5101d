;; station=translate target=x64 strategy=passes=none
;; Depths of loops, and a branch out of the inner one into the outer.
(module
  (func (param i32 i32)
    (block $done
      (loop $outer
        (br_if $done (i32.eqz (local.get 0)))
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (loop $inner
          (br_if $outer (i32.eqz (local.get 1)))
          (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
          (br $inner))))))

;; func 0 (i64, i32, i32) -> ()
;;
;; @0018   b0(v0: i64, v1: i32, v2: i32):
;; @001b   jump b2(v1, v2)
;;
;; @001b   b2(v4: i32, v18: i32) depth 1:
;; @001f   v5: i32 = const 0
;; @001f   v6: i32 = i32.eq v4, v5
;; @0020   branch v6, b1, b3
;;
;;         b3 depth 1:
;; @0024   v8: i32 = const 1
;; @0026   v9: i32 = sub v4, v8
;; @0029   jump b4(v18)
;;
;; @0029   b4(v11: i32) depth 2:
;; @002d   v12: i32 = const 0
;; @002d   v13: i32 = i32.eq v11, v12
;; @002e   branch v13, b2(v9, v11), b5
;;
;;         b5 depth 2:
;; @0032   v15: i32 = const 1
;; @0034   v16: i32 = sub v11, v15
;; @0037   jump b4(v16)
;;
;;         b1:
;; @003c   return
