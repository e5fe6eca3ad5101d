;; station=translate target=x64 strategy=passes=none,nan=canonical
;; A result that may be a NaN with other bits than the canonical one is compared with itself; bit operations are not.
(module
  (func (param f32 f64) (result f32)
    (f32.neg (f32.add (local.get 0) (f32.demote_f64 (local.get 1))))))

;; func 0 (i64, f32, f64) -> (f32)
;;
;; @0019   b0(v0: i64, v1: f32, v2: f64):
;; @001e   v3: f32 = f32.demote_f64 v2
;; @001e   v4: f32 = const 0x7fc00000 ; NaN
;; @001e   v5: i32 = f32.fne v3, v3
;; @001e   v6: f32 = select v5, v4, v3
;; @001f   v7: f32 = fadd v1, v6
;; @001f   v8: f32 = const 0x7fc00000 ; NaN
;; @001f   v9: i32 = f32.fne v7, v7
;; @001f   v10: f32 = select v9, v8, v7
;; @0020   v11: f32 = fneg v10
;; @0021   return v11
