;; station=translate target=x64 strategy=
;; On shared memory: alignment first, then an atomic op; waiting and growing are calls.
(module
  (memory 1 2 shared)
  (func $rmw (param i32 i32) (result i32) (i32.atomic.rmw16.add_u offset=3 (local.get 0) (local.get 1)))
  (func $cmpxchg (param i32 i64 i64) (result i64) (i64.atomic.rmw.cmpxchg (local.get 0) (local.get 1) (local.get 2)))
  (func $access (param i32) (i32.atomic.store8 (local.get 0) (i32.atomic.load8_u (local.get 0))) (atomic.fence))
  (func $size (result i32) (memory.size))
  (func $grow (result i32) (memory.grow (i32.const 1)))
  (func $wait (param i32 i64 i64) (result i32) (memory.atomic.wait64 offset=8 (local.get 0) (local.get 1) (local.get 2)))
  (func $notify (param i32 i32) (result i32) (memory.atomic.notify (local.get 0) (local.get 1))))

;; func 0 (i64, i32, i32) -> (i32)
;;
;; @003b   b0(v0: i64, v1: i32, v2: i32):
;; @003b   v8: i64 = load i64 constant proven [v0+80]
;; @0040   v3: i32 = const 1
;; @0040   v4: i32 = add v1, v3
;; @0040   v5: i32 = const 1
;; @0040   v6: i32 = and v4, v5
;; @0040   trap_if "unaligned atomic", v6
;; @0040   v9: i64 = heap_addr 0 v8 + v1 + 3 size 2
;; @0040   v10: i32 = rmw add i32.16_u [v9], v2
;; @0044   return v10
;;
;; func 1 (i64, i32, i64, i64) -> (i64)
;;
;; @0046   b0(v0: i64, v1: i32, v2: i64, v3: i64):
;; @0046   v7: i64 = load i64 constant proven [v0+80]
;; @004d   v4: i32 = const 7
;; @004d   v5: i32 = and v1, v4
;; @004d   trap_if "unaligned atomic", v5
;; @004d   v8: i64 = heap_addr 0 v7 + v1 + 0 size 8
;; @004d   v9: i64 = cmpxchg i64 [v8], v2, v3
;; @0051   return v9
;;
;; func 2 (i64, i32) -> ()
;;
;; @0053   b0(v0: i64, v1: i32):
;; @0053   v2: i64 = load i64 constant proven [v0+80]
;; @0058   v3: i64 = heap_addr 0 v2 + v1 + 0 size 1
;; @0058   v4: i32 = atomic_load i32.8_u [v3]
;; @005c   v5: i64 = heap_addr 0 v2 + v1 + 0 size 1
;; @005c   atomic_store i32.8_u [v5], v4
;; @0060   fence
;; @0063   return
;;
;; func 3 (i64) -> (i32)
;;
;; @0065   b0(v0: i64):
;; @0066   v1: i64 = load i64 constant proven [v0+88]
;; @0066   v2: i64 = const 8
;; @0066   v3: i64 = add v1, v2
;; @0066   v4: i64 = atomic_load i64 proven [v3]
;; @0066   v5: i64 = const 16
;; @0066   v6: i64 = shr_u v4, v5
;; @0066   v7: i32 = i32.wrap_i64 v6
;; @0068   return v7
;;
;; func 4 (i64) -> (i32)
;; sig0 = (i64, i32, i64) -> (i64)
;;
;; @006a   b0(v0: i64):
;; @006b   v1: i32 = const 1
;; @006d   v2: i64 = i64.extend_i32_u v1
;; @006d   v3: i32 = const 0
;; @006d   v5: i64 = call memory_grow sig0(v0, v3, v2)
;; @006d   fence
;; @006d   v7: i32 = i32.wrap_i64 v5
;; @006f   return v7
;;
;; func 5 (i64, i32, i64, i64) -> (i32)
;; sig0 = (i64, i32, i64, i64, i64) -> (i32)
;;
;; @0071   b0(v0: i64, v1: i32, v2: i64, v3: i64):
;; @0078   v4: i32 = const 7
;; @0078   v5: i32 = and v1, v4
;; @0078   trap_if "unaligned atomic", v5
;; @0078   v7: i64 = i64.extend_i32_u v1
;; @0078   v8: i64 = const 8
;; @0078   v9: i64 = add v7, v8
;; @0078   v10: i32 = const 0
;; @0078   v12: i32 = call memory_wait64 sig0(v0, v10, v9, v2, v3)
;; @0078   v13: i32 = const -1
;; @0078   v14: i32 = i32.eq v12, v13
;; @0078   trap_if "out of bounds memory access", v14
;; @0078   v16: i32 = const -2
;; @0078   v17: i32 = i32.eq v12, v16
;; @0078   trap_if "interrupted", v17
;; @007c   return v12
;;
;; func 6 (i64, i32, i32) -> (i32)
;; sig0 = (i64, i32, i64, i32) -> (i32)
;;
;; @007e   b0(v0: i64, v1: i32, v2: i32):
;; @0083   v3: i32 = const 3
;; @0083   v4: i32 = and v1, v3
;; @0083   trap_if "unaligned atomic", v4
;; @0083   v6: i64 = i64.extend_i32_u v1
;; @0083   v7: i64 = const 0
;; @0083   v8: i64 = add v6, v7
;; @0083   v9: i32 = const 0
;; @0083   v11: i32 = call memory_notify sig0(v0, v9, v8, v2)
;; @0083   v12: i32 = const -1
;; @0083   v13: i32 = i32.eq v11, v12
;; @0083   trap_if "out of bounds memory access", v13
;; @0087   return v11
