;; station=translate target=x64 strategy=
;; On unshared memory: what one thread can tell.
(module
  (memory 1)
  (func $rmw (param i32 i32) (result i32) (i32.atomic.rmw8.sub_u (local.get 0) (local.get 1)))
  (func $cmpxchg (param i32 i32 i32) (result i32) (i32.atomic.rmw16.cmpxchg_u (local.get 0) (local.get 1) (local.get 2)) (atomic.fence))
  (func $wait (param i32 i32 i64) (result i32) (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
  (func $notify (param i32 i32) (result i32) (memory.atomic.notify (local.get 0) (local.get 1))))

;; func 0 (i64, i32, i32) -> (i32)
;;
;; @002f   b0(v0: i64, v1: i32, v2: i32):
;; @002f   v3: i64 = load i64 constant proven [v0+80]
;; @0034   v4: i64 = heap_addr 0 v3 + v1 + 0 size 1
;; @0034   v5: i32 = load i32.8_u memory0 [v4]
;; @0034   v6: i32 = sub v5, v2
;; @0034   store i32.8_u memory0 [v4], v6
;; @0038   return v5
;;
;; func 1 (i64, i32, i32, i32) -> (i32)
;;
;; @003a   b0(v0: i64, v1: i32, v2: i32, v3: i32):
;; @003a   v7: i64 = load i64 constant proven [v0+80]
;; @0041   v4: i32 = const 1
;; @0041   v5: i32 = and v1, v4
;; @0041   trap_if "unaligned atomic", v5
;; @0041   v8: i64 = heap_addr 0 v7 + v1 + 0 size 2
;; @0041   v9: i32 = load i32.16_u memory0 [v8]
;; @0041   v10: i32 = const 65535
;; @0041   v11: i32 = and v2, v10
;; @0041   v12: i32 = i32.eq v9, v11
;; @0041   v13: i32 = select v12, v3, v9
;; @0041   store i32.16_u memory0 [v8], v13
;; @0048   return v9
;;
;; func 2 (i64, i32, i32, i64) -> (i32)
;;
;; @004a   b0(v0: i64, v1: i32, v2: i32, v3: i64):
;; @0051   v4: i32 = const 3
;; @0051   v5: i32 = and v1, v4
;; @0051   trap_if "unaligned atomic", v5
;; @0051   v7: i32 = const 1
;; @0051   trap_if "expected shared memory", v7
;; @0051   v9: i32 = const 0
;; @0055   return v9
;;
;; func 3 (i64, i32, i32) -> (i32)
;;
;; @0057   b0(v0: i64, v1: i32, v2: i32):
;; @0057   v6: i64 = load i64 constant proven [v0+80]
;; @005c   v3: i32 = const 3
;; @005c   v4: i32 = and v1, v3
;; @005c   trap_if "unaligned atomic", v4
;; @005c   v7: i64 = heap_addr 0 v6 + v1 + 0 size 4
;; @005c   v8: i32 = load i32 memory0 [v7]
;; @005c   v9: i32 = const 0
;; @0060   return v9
