;; station=translate target=x64 strategy=passes=none
;; Sizes are read, the rest are calls of the runtime; those that may fail are followed by a trap.
(module
  (memory 1)
  (data $d "abc")
  (func (param i32 i32 i32) (result i32)
    (memory.copy (local.get 0) (local.get 1) (local.get 2))
    (memory.fill (local.get 0) (local.get 1) (local.get 2))
    (memory.init $d (local.get 0) (local.get 1) (local.get 2))
    (data.drop $d)
    (i32.add (memory.grow (local.get 0)) (memory.size))))

;; func 0 (i64, i32, i32, i32) -> (i32)
;; sig0 = (i64, i32, i32, i64, i64, i64) -> (i32)
;; sig1 = (i64, i32, i64, i32, i64) -> (i32)
;; sig2 = (i64, i32, i32, i64, i32, i32) -> (i32)
;; sig3 = (i64, i32) -> ()
;; sig4 = (i64, i32, i64) -> (i64)
;;
;; @0022   b0(v0: i64, v1: i32, v2: i32, v3: i32):
;; @0029   v4: i64 = i64.extend_i32_u v3
;; @0029   v5: i64 = i64.extend_i32_u v2
;; @0029   v6: i64 = i64.extend_i32_u v1
;; @0029   v7: i32 = const 0
;; @0029   v8: i32 = const 0
;; @0029   v10: i32 = call memory_copy sig0(v0, v7, v8, v6, v5, v4)
;; @0029   trap_if "out of bounds memory access", v10
;; @0033   v12: i64 = i64.extend_i32_u v3
;; @0033   v13: i64 = i64.extend_i32_u v1
;; @0033   v14: i32 = const 0
;; @0033   v16: i32 = call memory_fill sig1(v0, v14, v13, v2, v12)
;; @0033   trap_if "out of bounds memory access", v16
;; @003c   v18: i64 = i64.extend_i32_u v1
;; @003c   v19: i32 = const 0
;; @003c   v20: i32 = const 0
;; @003c   v22: i32 = call memory_init sig2(v0, v19, v20, v18, v2, v3)
;; @003c   trap_if "out of bounds memory access", v22
;; @0040   v24: i32 = const 0
;; @0040   call data_drop sig3(v0, v24)
;; @0045   v26: i64 = i64.extend_i32_u v1
;; @0045   v27: i32 = const 0
;; @0045   v29: i64 = call memory_grow sig4(v0, v27, v26)
;; @0045   v30: i32 = i32.wrap_i64 v29
;; @0047   v31: i64 = load i64 constant proven [v0+88]
;; @0047   v32: i64 = load i64 runtime proven [v31+8]
;; @0047   v33: i64 = const 16
;; @0047   v34: i64 = shr_u v32, v33
;; @0047   v35: i32 = i32.wrap_i64 v34
;; @0049   v36: i32 = add v30, v35
;; @004a   return v36
