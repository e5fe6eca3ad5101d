;; station=translate target=x64 strategy=passes=none
;; Own globals are fields of the instance record; imported ones are behind an address in it. A constant global is its value.
(module
  (import "host" "g" (global $imported (mut i64)))
  (import "host" "h" (global $imported_constant i32))
  (global $own (mut f64) (f64.const 1))
  (global $constant i32 (i32.const 42))
  (func (param f64) (result f64 i64 i32)
    (global.get $own)
    (global.set $own (local.get 0))
    (global.set $imported (i64.add (global.get $imported) (i64.const 1)))
    (global.get $imported)
    (i32.add (global.get $constant) (global.get $imported_constant))))

;; func 0 (i64, f64) -> (f64, i64, i32)
;;
;; @0045   b0(v0: i64, v1: f64):
;; @0046   v2: f64 = load f64 global2 proven [v0+112]
;; @004a   store f64 global2 proven [v0+112], v1
;; @004c   v4: i64 = load i64 constant proven [v0+80]
;; @004c   v5: i64 = load i64 global proven [v4]
;; @004e   v6: i64 = const 1
;; @0050   v7: i64 = add v5, v6
;; @0051   v8: i64 = load i64 constant proven [v0+80]
;; @0051   store i64 global proven [v8], v7
;; @0053   v10: i64 = load i64 constant proven [v0+80]
;; @0053   v11: i64 = load i64 global proven [v10]
;; @0055   v12: i32 = const 42
;; @0057   v13: i64 = load i64 constant proven [v0+88]
;; @0057   v14: i32 = load i32 constant proven [v13]
;; @0059   v15: i32 = add v12, v14
;; @005a   return v2, v11, v15
