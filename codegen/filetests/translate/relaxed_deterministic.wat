;; station=translate target=x64 strategy=passes=none,relaxed=deterministic
;; The choices of the deterministic profile are other operators.
(module
  (func (param v128 v128 v128) (result v128)
    (i32x4.relaxed_dot_i8x16_i7x16_add_s
      (i8x16.relaxed_swizzle (local.get 0) (local.get 1))
      (i16x8.relaxed_laneselect (local.get 0) (local.get 1) (local.get 2))
      (i32x4.relaxed_trunc_f32x4_s (f32x4.relaxed_madd (local.get 0) (local.get 1) (f32x4.relaxed_min (local.get 1) (local.get 2)))))))

;; func 0 (i64, v128, v128, v128) -> (v128)
;;
;; @001a   b0(v0: i64, v1: v128, v2: v128, v3: v128):
;; @001f   v4: v128 = i8x16.swizzle v1, v2
;; @0028   v5: v128 = i8x16.bitselect v1, v2, v3
;; @0033   v6: v128 = f32x4.min v2, v3
;; @0036   v7: v128 = f32x4.relaxed_madd v1, v2, v6
;; @0039   v8: v128 = i32x4.trunc_sat_f32x4_s v7
;; @003c   v9: v128 = i32x4.dot_i8x16_add_s v4, v5, v8
;; @003f   return v9
