;; station=translate target=x64 strategy=baseline
(module
  (memory 1)
  (func (param i32 i32) (result i32)
    (i32.add (local.get 0) (i32.load offset=8 (local.get 1))))
  (func $d (param i32 f64) (result f64)
    (drop (f64.add (f64.const 1.5) (local.get 1)))

    (call $d (i32.div_s (local.get 0) (i32.const 7)) (local.get 1))
  )
)

;; func 0 (i64, i32, i32) -> (i32)
;;
;; @0025   b0(v0: i64, v1: i32, v2: i32):
;; @0025   v3: i64 = load i64 constant proven [v0+80]
;; @002a   v4: i64 = heap_addr 0 v3 + v2 + 8 size 4
;; @002a   v5: i32 = load i32 memory0 [v4]
;; @002d   v6: i32 = add v1, v5
;; @002e   return v6
;;
;; func 1 (i64, i32, f64) -> (f64)
;; sig0 = (i64, i32, f64) -> (f64)
;;
;; @0030   b0(v0: i64, v1: i32, v2: f64):
;; @0031   v3: f64 = const 0x3ff8000000000000 ; 1.5
;; @003c   v4: f64 = fadd v3, v2
;; @0040   v5: i32 = const 7
;; @0042   v6: i32 = div_s v1, v5
;; @0045   v8: f64 = call f1 sig0(v0, v6, v2)
;; @0047   return v8
