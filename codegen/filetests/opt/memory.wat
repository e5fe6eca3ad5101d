;; station=opt target=x64 strategy=passes=basic
;; A load of what was stored or loaded is that value; a store that may touch it, a call or growth makes it unknown.
(module
  (memory 1)
  (func $g)
  (func (param i32 i32 i32) (result i32 i32 i32)
    (i32.store (local.get 0) (local.get 1))
    (i32.load (local.get 0))
    (i32.store (local.get 2) (i32.const 9))
    (i32.load (local.get 0))
    (call $g)
    (i32.load (local.get 0))))

;; check: func 1
;; check: $a: i32, $b: i32, $c: i32
;; check: store i32 memory0
;; not: load i32 memory0
;; check: store i32 memory0
;; check: $again: i32 = load i32 memory0
;; check: call
;; check: $third: i32 = load i32 memory0
;; check: return $b, $again, $third
