;; memory.atomic.wait32, wait64 and notify: every way in which they end.
(module $mem
  (memory (export "memory") 1 1 shared)
  (func (export "set") (param i32 i32) (i32.atomic.store (local.get 0) (local.get 1)))
  (func (export "wait32") (param i32 i32 i64) (result i32)
    (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "wait32+4") (param i32 i32 i64) (result i32)
    (memory.atomic.wait32 offset=4 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "wait64") (param i32 i64 i64) (result i32)
    (memory.atomic.wait64 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "notify") (param i32 i32) (result i32) (memory.atomic.notify (local.get 0) (local.get 1)))
  (func (export "notify+4") (param i32 i32) (result i32) (memory.atomic.notify offset=4 (local.get 0) (local.get 1)))
  ;; Notifies until so many waiters were.
  (func (export "notify all of") (param $at i32) (param $count i32) (result i32)
    (local $done i32)
    (loop $again
      (local.set $done (i32.add (local.get $done)
        (memory.atomic.notify (local.get $at) (i32.sub (local.get $count) (local.get $done)))))
      (br_if $again (i32.lt_u (local.get $done) (local.get $count))))
    (local.get $done)))

;; Another value: at once, whatever the time.
(assert_return (invoke "wait32" (i32.const 0) (i32.const 1) (i64.const -1)) (i32.const 1))
(assert_return (invoke "wait64" (i32.const 0) (i64.const 1) (i64.const -1)) (i32.const 1))
(invoke "set" (i32.const 4) (i32.const 1))
(assert_return (invoke "wait64" (i32.const 0) (i64.const 1) (i64.const -1)) (i32.const 1))
;; The expected value, and nobody notifies.
(assert_return (invoke "wait32" (i32.const 0) (i32.const 0) (i64.const 0)) (i32.const 2))
(assert_return (invoke "wait32" (i32.const 0) (i32.const 0) (i64.const 1000)) (i32.const 2))
(assert_return (invoke "wait32+4" (i32.const 0) (i32.const 1) (i64.const 1000)) (i32.const 2))
(assert_return (invoke "wait64" (i32.const 0) (i64.const 0x1_0000_0000) (i64.const 1000000)) (i32.const 2))
;; Nobody waits.
(assert_return (invoke "notify" (i32.const 0) (i32.const -1)) (i32.const 0))
(assert_return (invoke "notify" (i32.const 65532) (i32.const 0)) (i32.const 0))
;; Traps come before the value is looked at.
(assert_trap (invoke "wait32" (i32.const 2) (i32.const 7) (i64.const 0)) "unaligned atomic")
(assert_trap (invoke "wait64" (i32.const 4) (i64.const 7) (i64.const 0)) "unaligned atomic")
(assert_trap (invoke "notify" (i32.const 1) (i32.const 0)) "unaligned atomic")
(assert_trap (invoke "wait32" (i32.const 65536) (i32.const 0) (i64.const 0)) "out of bounds memory access")
(assert_trap (invoke "wait64" (i32.const 65536) (i64.const 0) (i64.const 0)) "out of bounds memory access")
(assert_trap (invoke "wait32+4" (i32.const -4) (i32.const 0) (i64.const 0)) "out of bounds memory access")
(assert_trap (invoke "notify" (i32.const 65536) (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "notify+4" (i32.const 65532) (i32.const 0)) "out of bounds memory access")

;; Waiters that somebody notifies: of either width at the same address.
(thread $narrow (shared (module $mem))
  (register "mem" $mem)
  (module
    (import "mem" "memory" (memory 1 1 shared))
    (func (export "run") (result i32) (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1))))
  (assert_return (invoke "run") (i32.const 0)))
(thread $wide (shared (module $mem))
  (register "mem" $mem)
  (module
    (import "mem" "memory" (memory 1 1 shared))
    (func (export "run") (result i32) (memory.atomic.wait64 (i32.const 8) (i64.const 0) (i64.const 60_000_000_000_000))))
  (assert_return (invoke "run") (i32.const 0)))
(thread $elsewhere (shared (module $mem))
  (register "mem" $mem)
  (module
    (import "mem" "memory" (memory 1 1 shared))
    (func (export "run") (result i32) (memory.atomic.wait32 (i32.const 12) (i32.const 0) (i64.const -1))))
  (assert_return (invoke "run") (i32.const 0)))
(assert_return (invoke "notify all of" (i32.const 8) (i32.const 2)) (i32.const 2))
(wait $wide)
(wait $narrow)
(assert_return (invoke "notify" (i32.const 8) (i32.const -1)) (i32.const 0))
(assert_return (invoke "notify all of" (i32.const 12) (i32.const 1)) (i32.const 1))
(wait $elsewhere)

;; A memory of one thread: waiting traps, notifying finds nobody.
(module
  (memory 1)
  (func (export "wait32") (param i32) (result i32) (memory.atomic.wait32 (local.get 0) (i32.const 1) (i64.const 0)))
  (func (export "wait64") (param i32) (result i32) (memory.atomic.wait64 (local.get 0) (i64.const 1) (i64.const 0)))
  (func (export "notify") (param i32) (result i32) (memory.atomic.notify (local.get 0) (i32.const 1))))
(assert_trap (invoke "wait32" (i32.const 0)) "expected shared memory")
(assert_trap (invoke "wait64" (i32.const 0)) "expected shared memory")
(assert_return (invoke "notify" (i32.const 0)) (i32.const 0))
(assert_trap (invoke "notify" (i32.const 65536)) "out of bounds memory access")
(assert_trap (invoke "notify" (i32.const 2)) "unaligned atomic")
