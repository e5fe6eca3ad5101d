;; station=translate target=x64 strategy=passes=none,nan=native
;; The NaN is the processor's.
(module
  (func (param f32 f64) (result f32)
    (f32.neg (f32.add (local.get 0) (f32.demote_f64 (local.get 1))))))

;; func 0 (i64, f32, f64) -> (f32)
;;
;; @0019   b0(v0: i64, v1: f32, v2: f64):
;; @001e   v3: f32 = f32.demote_f64 v2
;; @001f   v4: f32 = fadd v1, v3
;; @0020   v5: f32 = fneg v4
;; @0021   return v5
