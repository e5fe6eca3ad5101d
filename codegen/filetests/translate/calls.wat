;; station=translate target=x64 strategy=passes=none
;; Calls of own functions and of imported ones, with several results.
(module
  (import "host" "f" (func $imported (param i32) (result i64)))
  (func $own (param i32 f64) (result f64 i32)
    (f64.neg (local.get 1))
    (local.get 0))
  (func (param i32) (result f64 i64)
    (call $own (local.get 0) (f64.const 0))
    (call $imported)))

;; func 0 (i64, i32, f64) -> (f64, i32)
;;
;; @0032   b0(v0: i64, v1: i32, v2: f64):
;; @0035   v3: f64 = fneg v2
;; @0038   return v3, v1
;;
;; func 1 (i64, i32) -> (f64, i64)
;; sig0 = (i64, i32, f64) -> (f64, i32)
;; sig1 = (i64, i32) -> (i64)
;;
;; @003a   b0(v0: i64, v1: i32):
;; @003d   v2: f64 = const 0x0000000000000000 ; 0.0
;; @0046   v4: f64, v5: i32 = call f0 sig0(v0, v1, v2)
;; @0048   v6: i64 = load i64 constant proven [v0+80]
;; @0048   v7: i64 = load i64 constant proven [v0+88]
;; @0048   v9: i64 = call [v6] caller v0 sig1(v7, v5)
;; @004a   return v4, v9
