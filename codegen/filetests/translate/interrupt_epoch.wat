;; station=translate target=x64 strategy=passes=none,interrupt=epoch
;; Entry and loop headers compare the counter with the deadline.
(module
  (func (param i32)
    (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))

;; func 0 (i64, i32) -> ()
;; sig0 = (i64) -> (i32)
;;
;; @0017   b0(v0: i64, v1: i32):
;; @0017   v2: i64 = load i64 constant proven [v0+16]
;; @0017   v3: i64 = load i64 constant proven [v0]
;; @0017   v4: i64 = load i64 epoch proven [v2]
;; @0017   v5: i64 = load i64 runtime proven [v3+40]
;; @0017   v6: i32 = i64.ge_u v4, v5
;; @0017   branch v6, b1, b2
;;
;;         b1 cold:
;; @0017   v9: i32 = call interrupt sig0(v0)
;; @0017   trap_if "interrupted", v9
;; @0017   jump b2
;;
;;         b2:
;; @0018   jump b3(v1)
;;
;; @0018   b3(v21: i32) depth 1:
;; @0018   v13: i64 = load i64 epoch proven [v2]
;; @0018   v14: i64 = load i64 runtime proven [v3+40]
;; @0018   v15: i32 = i64.ge_u v13, v14
;; @0018   branch v15, b4, b5
;;
;;         b4 depth 1 cold:
;; @0018   v18: i32 = call interrupt sig0(v0)
;; @0018   trap_if "interrupted", v18
;; @0018   jump b5
;;
;;         b5 depth 1:
;; @001c   v22: i32 = const 1
;; @001e   v23: i32 = sub v21, v22
;; @0021   branch v23, b3(v23), b6
;;
;;         b6 depth 1:
;; @0024   return
