;; station=translate target=x64 strategy=passes=none
;; Locals start at zero, of each type; `local.tee` leaves the value.
(module
  (func (param f32) (result i32 i64 f32 f64) (local i32 i64 f32 f64)
    (local.set 3 (f32.neg (local.tee 0 (f32.sqrt (local.get 0)))))
    (local.get 1)
    (local.get 2)
    (f32.add (local.get 0) (local.get 3))
    (local.get 4)))

;; func 0 (i64, f32) -> (i32, i64, f32, f64)
;;
;; @001b   b0(v0: i64, v1: f32):
;; @001b   v4: i32 = const 0
;; @001b   v5: i64 = const 0
;; @001b   v7: f64 = const 0x0000000000000000 ; 0.0
;; @0026   v2: f32 = fsqrt v1
;; @0029   v3: f32 = fneg v2
;; @0034   v6: f32 = fadd v2, v3
;; @0037   return v4, v5, v6, v7
