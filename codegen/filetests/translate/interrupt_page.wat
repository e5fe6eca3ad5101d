;; station=translate target=x64 strategy=passes=none,interrupt=page
;; Entry and loop headers read a page that is made unreadable to interrupt.
(module
  (func (param i32)
    (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))

;; func 0 (i64, i32) -> ()
;;
;; @0017   b0(v0: i64, v1: i32):
;; @0017   v2: i64 = load i64 constant proven [v0+24]
;; @0017   v3: i32 = load i32 epoch [v2]
;; @0018   jump b1(v1)
;;
;; @0018   b1(v6: i32) depth 1:
;; @0018   v5: i32 = load i32 epoch [v2]
;; @001c   v7: i32 = const 1
;; @001e   v8: i32 = sub v6, v7
;; @0021   branch v8, b1(v8), b2
;;
;;         b2 depth 1:
;; @0024   return
