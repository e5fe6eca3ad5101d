;; station=translate target=x64 strategy=passes=none
;; Widths and extensions of loads and stores; offsets stay in the address.
(module
  (memory 1)
  (func (param i32 i64) (result i64)
    (i64.store16 offset=2 (local.get 0) (local.get 1))
    (i32.store8 (local.get 0) (i32.load16_s offset=0xffffffff (local.get 0)))
    (f32.store offset=16 (local.get 0) (f32.load offset=12 (local.get 0)))
    (i64.load32_u offset=4 (local.get 0))))

;; func 0 (i64, i32, i64) -> (i64)
;;
;; @001e   b0(v0: i64, v1: i32, v2: i64):
;; @001e   v3: i64 = load i64 constant proven [v0+80]
;; @0023   v4: i64 = heap_addr 0 v3 + v1 + 2 size 2
;; @0023   store i64.16_u memory0 [v4], v2
;; @002a   v6: i64 = heap_addr 0 v3 + v1 + 4294967295 size 2
;; @002a   v7: i32 = load i32.16_s memory0 [v6]
;; @0031   v8: i64 = heap_addr 0 v3 + v1 + 0 size 1
;; @0031   store i32.8_u memory0 [v8], v7
;; @0038   v10: i64 = heap_addr 0 v3 + v1 + 12 size 4
;; @0038   v11: f32 = load f32 memory0 [v10]
;; @003b   v12: i64 = heap_addr 0 v3 + v1 + 16 size 4
;; @003b   store f32 memory0 [v12], v11
;; @0040   v14: i64 = heap_addr 0 v3 + v1 + 4 size 4
;; @0040   v15: i64 = load i64.32_u memory0 [v14]
;; @0043   return v15
