;; station=translate target=x64 strategy=passes=none
;; Loads and stores of parts of a vector are scalar accesses of just those bytes; a local that is not set yet is zero.
(module
  (memory 1)
  (global $limit v128 (v128.const i32x4 1 2 3 4))
  (func (param i32) (result v128) (local v128)
    (v128.store16_lane offset=2 3 (local.get 0) (v128.load8x8_s (local.get 0)))
    (i16x8.shl
      (i8x16.shuffle 0 1 2 3 4 5 6 7 24 25 26 27 28 29 30 31
        (v128.load32_lane 1 (local.get 0) (local.get 1))
        (v128.load8_splat (local.get 0)))
      (i8x16.extract_lane_s 5 (i32x4.add (v128.load64_zero (local.get 0)) (global.get $limit))))))

;; func 0 (i64, i32) -> (v128)
;;
;; @0035   b0(v0: i64, v1: i32):
;; @0035   v2: i64 = load i64 constant proven [v0+80]
;; @0035   v9: v128 = vconst 0x00000000000000000000000000000000
;; @003c   v3: i64 = heap_addr 0 v2 + v1 + 0 size 8
;; @003c   v4: v128 = load v128.64_zero memory0 [v3]
;; @003c   v5: v128 = i16x8.extend_low_s v4
;; @0040   v6: i32 = i16x8.extract_lane_u 3 v5
;; @0040   v7: i64 = heap_addr 0 v2 + v1 + 2 size 2
;; @0040   store i32.16_u memory0 [v7], v6
;; @0049   v10: i64 = heap_addr 0 v2 + v1 + 0 size 4
;; @0049   v11: i32 = load i32 memory0 [v10]
;; @0049   v12: v128 = i32x4.replace_lane 1 v9, v11
;; @0050   v13: i64 = heap_addr 0 v2 + v1 + 0 size 1
;; @0050   v14: i32 = load i32.8_u memory0 [v13]
;; @0050   v15: v128 = i8x16.splat v14
;; @0054   v16: v128 = shuffle [0 1 2 3 4 5 6 7 24 25 26 27 28 29 30 31] v12, v15
;; @0068   v17: i64 = heap_addr 0 v2 + v1 + 0 size 8
;; @0068   v18: v128 = load v128.64_zero memory0 [v17]
;; @006c   v19: v128 = vconst 0x00000004000000030000000200000001
;; @006e   v20: v128 = i32x4.add v18, v19
;; @0071   v21: i32 = i8x16.extract_lane_s 5 v20
;; @0074   v22: v128 = i16x8.shl v16, v21
;; @0077   return v22
