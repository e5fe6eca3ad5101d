;; station=translate target=x64 strategy=passes=none
;; A call through a table: bound, then signature, then the call.
(module
  (type $t (func (param i64) (result i64)))
  (table 10 funcref)
  (func (param i32 i64) (result i64)
    (call_indirect (type $t) (local.get 1) (local.get 0))))

;; func 0 (i64, i32, i64) -> (i64)
;; sig0 = (i64, i64) -> (i64)
;;
;; @0024   b0(v0: i64, v1: i32, v2: i64):
;; @0029   v3: i64 = i64.extend_i32_u v1
;; @0029   v4: i64 = load i64 constant proven [v0+80]
;; @0029   v5: i64 = load i64 runtime proven [v4+8]
;; @0029   v6: i32 = i64.ge_u v3, v5
;; @0029   trap_if "undefined element", v6
;; @0029   v8: i64 = load i64 runtime proven [v4]
;; @0029   v9: i64 = const 5
;; @0029   v10: i64 = shl v3, v9
;; @0029   v11: i64 = add v8, v10
;; @0029   v12: i32 = load i32 table0 proven [v11+16]
;; @0029   v13: i32 = load i32 constant proven [v0+88]
;; @0029   v14: i32 = i32.ne v12, v13
;; @0029   branch v14, b1, b2
;;
;;         b1 cold:
;; @0029   v16: i32 = const 0
;; @0029   v17: i32 = i32.eq v12, v16
;; @0029   trap_if "uninitialized element", v17
;; @0029   unreachable "indirect call type mismatch"
;;
;;         b2:
;; @0029   v20: i64 = load i64 table0 proven [v11]
;; @0029   v21: i64 = load i64 table0 proven [v11+8]
;; @0029   v23: i64 = call [v20] caller v0 sig0(v21, v2)
;; @002c   return v23
