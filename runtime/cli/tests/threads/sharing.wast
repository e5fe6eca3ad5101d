;; What a thread knows of the world outside: the shared memories of one instance, and nothing else.
(module $world
  (memory (export "memory") (export "again") 1 3 shared)
  (data (i32.const 16) "\2a")
  (global (export "global") i32 (i32.const 1))
  (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0))))
(register "world" $world)

(thread $one (shared (module $world))
  ;; The name is known, the registration is not.
  (assert_unlinkable (module (import "world" "memory" (memory 1 3 shared))) "unknown import")
  (register "here" $world)
  (assert_unlinkable (module (import "here" "global" (global i32))) "unknown import")
  (assert_unlinkable (module (import "here" "store" (func (param i32 i32)))) "unknown import")
  (assert_unlinkable (module (import "here" "memory" (memory 1 3))) "incompatible import type")
  (module $mine
    (import "here" "again" (memory 1 3 shared))
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1))))
  (assert_return (invoke "load" (i32.const 16)) (i32.const 42))
  (invoke "store" (i32.const 20) (i32.const 7))
  (assert_return (invoke $mine "load" (i32.const 20)) (i32.const 7)))
(wait $one)
(assert_return (invoke $world "load" (i32.const 20)) (i32.const 7))

;; A thread without anything shared, and one that starts another and hands its own memory on.
(thread $alone
  (assert_unlinkable (module (import "world" "memory" (memory 1 3 shared))) "unknown import")
  (module $inner
    (memory (export "memory") 0 1 shared)
    (func (export "size") (result i32) (memory.size)))
  (thread $nested (shared (module $inner))
    (register "inner" $inner)
    (module
      (import "inner" "memory" (memory 0 1 shared))
      (func (export "grow") (result i32) (memory.grow (i32.const 1))))
    (assert_return (invoke "grow") (i32.const 0)))
  (wait $nested)
  (assert_return (invoke "size") (i32.const 1)))

;; A trap in one thread is that thread's own.
(thread $traps (shared (module $world))
  (register "world" $world)
  (module
    (import "world" "memory" (memory 1 3 shared))
    (func (export "run") (i32.store (i32.const 24) (i32.const 5)) (unreachable)))
  (assert_trap (invoke "run") "unreachable"))
(wait $traps)
(wait $alone)
(assert_return (invoke $world "load" (i32.const 24)) (i32.const 5))
