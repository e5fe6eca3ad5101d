;; station=translate target=x64 strategy=passes=none
;; Entries of a table of functions are records; of references, handles. The bound is compared.
(module
  (table $functions 4 funcref)
  (table $handles 4 externref)
  (func (param i32) (result funcref)
    (table.get $functions (local.get 0)))
  (func (param i32 funcref)
    (table.set $functions (local.get 0) (local.get 1)))
  (func (param i32 externref) (result externref)
    (table.set $handles (local.get 0) (local.get 1))
    (table.get $handles (i32.const 0)))
  (func (param i32) (result i32 i32)
    (table.size $functions)
    (table.grow $handles (ref.null extern) (local.get 0))))

;; func 0 (i64, i32) -> (i64)
;;
;; @0035   b0(v0: i64, v1: i32):
;; @0038   v2: i64 = i64.extend_i32_u v1
;; @0038   v3: i64 = load i64 constant proven [v0+80]
;; @0038   v4: i64 = load i64 runtime proven [v3+8]
;; @0038   v5: i32 = i64.ge_u v2, v4
;; @0038   trap_if "out of bounds table access", v5
;; @0038   v7: i64 = load i64 runtime proven [v3]
;; @0038   v8: i64 = const 5
;; @0038   v9: i64 = shl v2, v8
;; @0038   v10: i64 = add v7, v9
;; @0038   v11: i64 = load i64 table0 proven [v10+24]
;; @003a   return v11
;;
;; func 1 (i64, i32, i64) -> ()
;;
;; @003c   b0(v0: i64, v1: i32, v2: i64):
;; @0041   v3: i64 = i64.extend_i32_u v1
;; @0041   v4: i64 = load i64 constant proven [v0+80]
;; @0041   v5: i64 = load i64 runtime proven [v4+8]
;; @0041   v6: i32 = i64.ge_u v3, v5
;; @0041   trap_if "out of bounds table access", v6
;; @0041   v8: i64 = load i64 runtime proven [v4]
;; @0041   v9: i64 = const 5
;; @0041   v10: i64 = shl v3, v9
;; @0041   v11: i64 = add v8, v10
;; @0041   v12: i64 = const 40
;; @0041   v13: i64 = add v0, v12
;; @0041   v14: i64 = const 0
;; @0041   v15: i32 = i64.eq v2, v14
;; @0041   v16: i64 = select v15, v13, v2
;; @0041   v17: i64 = load i64 constant proven [v16]
;; @0041   v18: i64 = load i64 constant proven [v16+8]
;; @0041   v19: i32 = load i32 constant proven [v16+16]
;; @0041   store i64 table0 proven [v11], v17
;; @0041   store i64 table0 proven [v11+8], v18
;; @0041   store i32 table0 proven [v11+16], v19
;; @0041   store i64 table0 proven [v11+24], v2
;; @0043   return
;;
;; func 2 (i64, i32, ref) -> (ref)
;;
;; @0045   b0(v0: i64, v1: i32, v2: ref):
;; @004a   v3: i64 = i64.extend_i32_u v1
;; @004a   v4: i64 = load i64 constant proven [v0+88]
;; @004a   v5: i64 = load i64 runtime proven [v4+8]
;; @004a   v6: i32 = i64.ge_u v3, v5
;; @004a   trap_if "out of bounds table access", v6
;; @004a   v8: i64 = load i64 runtime proven [v4]
;; @004a   v9: i64 = const 3
;; @004a   v10: i64 = shl v3, v9
;; @004a   v11: i64 = add v8, v10
;; @004a   store ref table1 proven [v11], v2
;; @004c   v13: i32 = const 0
;; @004e   v14: i64 = i64.extend_i32_u v13
;; @004e   v15: i64 = load i64 constant proven [v0+88]
;; @004e   v16: i64 = load i64 runtime proven [v15+8]
;; @004e   v17: i32 = i64.ge_u v14, v16
;; @004e   trap_if "out of bounds table access", v17
;; @004e   v19: i64 = load i64 runtime proven [v15]
;; @004e   v20: i64 = const 3
;; @004e   v21: i64 = shl v14, v20
;; @004e   v22: i64 = add v19, v21
;; @004e   v23: ref = load ref table1 proven [v22]
;; @0050   return v23
;;
;; func 3 (i64, i32) -> (i32, i32)
;; sig0 = (i64, i32, i64, ref) -> (i64)
;;
;; @0052   b0(v0: i64, v1: i32):
;; @0053   v2: i64 = load i64 constant proven [v0+80]
;; @0053   v3: i64 = load i64 runtime proven [v2+8]
;; @0053   v4: i32 = i32.wrap_i64 v3
;; @0056   v5: ref = const 0x0
;; @005a   v6: i64 = i64.extend_i32_u v1
;; @005a   v7: i32 = const 1
;; @005a   v9: i64 = call table_grow sig0(v0, v7, v6, v5)
;; @005a   v10: i32 = i32.wrap_i64 v9
;; @005d   return v4, v10
