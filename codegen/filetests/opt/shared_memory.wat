;; station=opt target=x64 strategy=passes=basic
;; Plain accesses to shared memory are merged between ops that synchronize, and never across one.
(module
  (memory 1 1 shared)
  (func $g)
  (func $merged (param i32 i32) (result i32 i32 i32)
    (i32.load (local.get 0))
    (i32.load (local.get 0))
    (i32.store (local.get 0) (local.get 1))
    (i32.load (local.get 0)))
  (func $across_load (param i32) (result i32 i32 i32)
    (i32.load (local.get 0))
    (i32.atomic.load offset=8 (local.get 0))
    (i32.load (local.get 0)))
  (func $across_fence (param i32 i32) (result i32)
    (i32.store (local.get 0) (local.get 1))
    (atomic.fence)
    (i32.load (local.get 0)))
  (func $across_growth (param i32) (result i32 i32 i32)
    (i32.load (local.get 0))
    (memory.grow (i32.const 0))
    (i32.load (local.get 0)))
  (func $atomic_twice (param i32) (result i32 i32)
    (i32.atomic.load (local.get 0))
    (i32.atomic.load (local.get 0)))
  (func $stored_and_atomic (param i32) (result i32)
    (i32.store (local.get 0) (i32.const 5))
    (i32.atomic.load (local.get 0)))
  ;; What is read of a loop stays in it, a turn each.
  (func $spin (param i32)
    (loop $again (br_if $again (i32.eqz (i32.load (local.get 0)))))))

;; check: func 1
;; check: $first1: i32 = load i32 memory0
;; not: load
;; check: store i32 memory0
;; not: load
;; check: return $first1, $first1
;; check: func 2
;; check: $a2: i32 = load i32 memory0
;; check: $b2: i32 = atomic_load i32
;; check: $c2: i32 = load i32 memory0
;; check: return $a2, $b2, $c2
;; check: func 3
;; check: store i32 memory0
;; check: fence
;; check: $again3: i32 = load i32 memory0
;; check: return $again3
;; check: func 4
;; check: $a4: i32 = load i32 memory0
;; check: call memory_grow
;; check: fence
;; check: $c4: i32 = load i32 memory0
;; check: func 5
;; check: $a5: i32 = atomic_load i32
;; check: $b5: i32 = atomic_load i32
;; check: return $a5, $b5
;; check: func 6
;; check: store i32 memory0
;; check: $a6: i32 = atomic_load i32
;; check: return $a6
;; check: func 7
;; check: depth 1
;; check: $x7: i32 = load i32 memory0
;; not: load
;; check: branch $x7
