;; station=translate target=x64 strategy=passes=none
;; A table that only leaves the function.
(module
  (func $dummy)
  (func (result i32)
    (loop (result i32)
      (call $dummy)
      (br_table 1 1 1 (i32.const 4) (i32.const -1)) (i32.const 1)))
  (func (result i32)
    (br_table 0 0 0 (i32.const 4) (i32.const -1)) (i32.const 1)))

;; func 0 (i64) -> ()
;;
;; @001c   b0(v0: i64):
;; @001d   return
;;
;; func 1 (i64) -> (i32)
;; sig0 = (i64) -> ()
;;
;; @001f   b0(v0: i64):
;; @0022   call f0 sig0(v0)
;; @0024   v2: i32 = const 4
;; @0026   v3: i32 = const -1
;; @0028   jump b1
;;
;;         b1:
;; @0030   return v2
;;
;; func 2 (i64) -> (i32)
;;
;; @0032   b0(v0: i64):
;; @0033   v1: i32 = const 4
;; @0035   v2: i32 = const -1
;; @0037   jump b1
;;
;;         b1:
;; @003e   return v1
