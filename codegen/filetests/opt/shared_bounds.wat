;; station=opt target=x64 strategy=passes=basic,bounds=compare
;; The length of shared memory is read anew behind what synchronizes: another thread may have grown it and said so. Until then one check does.
(module
  (memory 1 8 shared)
  (func (param i32 i32) (result i32 i32 i32)
    (i32.load (local.get 0))
    (i32.load (local.get 1))
    (i32.atomic.load (i32.const 0))
    drop
    (i32.load offset=4 (local.get 1))))

;; check: load i64 shared_length proven
;; check: trap_if
;; not: shared_length
;; check: trap_if
;; check: atomic_load i32 proven
;; check: load i64 shared_length proven
;; check: trap_if
;; check: return
