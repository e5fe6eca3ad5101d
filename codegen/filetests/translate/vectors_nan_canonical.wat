;; station=translate target=x64 strategy=passes=none,nan=canonical
;; Lanes that arithmetic made NaNs become the canonical one; what only moves or chooses bits is left alone.
(module
  (func (param v128 v128) (result v128)
    (f32x4.pmin (f32x4.add (local.get 0) (local.get 1)) (f32x4.neg (local.get 1)))))

;; func 0 (i64, v128, v128) -> (v128)
;;
;; @0019   b0(v0: i64, v1: v128, v2: v128):
;; @001e   v3: v128 = f32x4.add v1, v2
;; @001e   v4: v128 = vconst 0x7fc000007fc000007fc000007fc00000
;; @001e   v5: v128 = f32x4.eq v3, v3
;; @001e   v6: v128 = i8x16.bitselect v3, v4, v5
;; @0023   v7: v128 = f32x4.neg v2
;; @0026   v8: v128 = f32x4.pmin v6, v7
;; @0029   return v8
