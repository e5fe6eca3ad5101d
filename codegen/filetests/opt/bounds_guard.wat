;; station=opt target=x64 strategy=passes=basic,bounds=guard
;; No check: the access itself traps.
(module
  (memory 1)
  (func (param i32) (result i32) (i32.load offset=8 (local.get 0))))

;; not: trap_if
;; check: $address: i64 = heap_addr 0
;; check: load i32 memory0 [$address]
