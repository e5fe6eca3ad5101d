;; station=opt target=x64 strategy=passes=basic,bounds=compare
;; One check covers the accesses it dominates; what is below the memory's minimum needs none.
(module
  (memory 1)
  (func (param i32) (result i32 i32 i32)
    (i32.load offset=8 (local.get 0))
    (i32.load offset=4 (local.get 0))
    (i32.load offset=4 (i32.const 16))))

;; check: trap_if "out of bounds memory access"
;; check: load i32 memory0 proven
;; not: trap_if
;; check: load i32 memory0 proven
;; not: trap_if
;; check: load i32 memory0 proven
