;; A memory that one thread grows while another one waits for it to have grown.
(module $mem
  (memory (export "memory") 1 20 shared)
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "size") (result i32) (memory.size)))

(thread $watches (shared (module $mem))
  (register "mem" $mem)
  (module
    (import "mem" "memory" (memory 1 20 shared))
    ;; Until there are 20 pages, the size never shrinks and the last word can be written.
    (func (export "run") (result i32)
      (local $seen i32) (local $now i32)
      (loop $again
        (local.set $now (memory.size))
        (if (i32.lt_u (local.get $now) (local.get $seen)) (then (return (i32.const -1))))
        (local.set $seen (local.get $now))
        (i32.store (i32.sub (i32.shl (local.get $now) (i32.const 16)) (i32.const 4)) (local.get $now))
        (br_if $again (i32.lt_u (local.get $now) (i32.const 20))))
      (local.get $seen)))
  (assert_return (invoke "run") (i32.const 20)))
(thread $grows (shared (module $mem))
  (register "mem" $mem)
  (module
    (import "mem" "memory" (memory 1 20 shared))
    (func (export "run") (result i32)
      (local $old i32)
      (loop $again
        (local.set $old (memory.grow (i32.const 1)))
        (br_if $again (i32.and (i32.lt_u (local.get $old) (i32.const 19)) (i32.ge_s (local.get $old) (i32.const 0)))))
      (memory.grow (i32.const 1))))
  (assert_return (invoke "run") (i32.const -1)))
(wait $grows)
(wait $watches)
(assert_return (invoke $mem "size") (i32.const 20))
(assert_return (invoke $mem "load" (i32.const 1310716)) (i32.const 20))
(assert_trap (invoke $mem "load" (i32.const 1310720)) "out of bounds memory access")
