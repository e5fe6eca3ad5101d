;; A mutex of three states (free, taken, taken and waited for) around a counter that is not atomic itself, and a counter that is.
(module $mem
  (memory (export "memory") 1 1 shared)
  (func (export "counter") (result i32) (i32.load (i32.const 64)))
  (func (export "atomic counters") (result i64) (i64.load (i32.const 128))))

(thread $a (shared (module $mem))
  (register "mem" $mem)
  (module $work
    (import "mem" "memory" (memory 1 1 shared))
    (func $lock
      (if (i32.atomic.rmw.cmpxchg (i32.const 0) (i32.const 0) (i32.const 1))
        (then
          (loop $again
            (if (i32.atomic.rmw.xchg (i32.const 0) (i32.const 2))
              (then
                (drop (memory.atomic.wait32 (i32.const 0) (i32.const 2) (i64.const -1)))
                (br $again)))))))
    (func $unlock
      (if (i32.eq (i32.atomic.rmw.xchg (i32.const 0) (i32.const 0)) (i32.const 2))
        (then (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))))
    (func (export "run") (param $times i32)
      (loop $again
        (call $lock)
        (i32.store (i32.const 64) (i32.add (i32.load (i32.const 64)) (i32.const 1)))
        (call $unlock)
        ;; Counters of every width that are one word.
        (drop (i64.atomic.rmw8.add_u (i32.const 128) (i64.const 1)))
        (drop (i32.atomic.rmw16.sub_u (i32.const 130) (i32.const 1)))
        (drop (i32.atomic.rmw.add (i32.const 132) (i32.const 3)))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br_if $again (local.get $times)))))
  (invoke "run" (i32.const 2000)))
(thread $b (shared (module $mem))
  (register "mem" $mem)
  (module
    (import "mem" "memory" (memory 1 1 shared))
    (func $lock
      (if (i32.atomic.rmw.cmpxchg (i32.const 0) (i32.const 0) (i32.const 1))
        (then
          (loop $again
            (if (i32.atomic.rmw.xchg (i32.const 0) (i32.const 2))
              (then
                (drop (memory.atomic.wait32 (i32.const 0) (i32.const 2) (i64.const -1)))
                (br $again)))))))
    (func $unlock
      (if (i32.eq (i32.atomic.rmw.xchg (i32.const 0) (i32.const 0)) (i32.const 2))
        (then (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))))
    (func (export "run") (param $times i32)
      (loop $again
        (call $lock)
        (i32.store (i32.const 64) (i32.add (i32.load (i32.const 64)) (i32.const 1)))
        (call $unlock)
        (drop (i64.atomic.rmw8.add_u (i32.const 128) (i64.const 1)))
        (drop (i32.atomic.rmw16.sub_u (i32.const 130) (i32.const 1)))
        (drop (i32.atomic.rmw.add (i32.const 132) (i32.const 3)))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br_if $again (local.get $times)))))
  (invoke "run" (i32.const 2000)))
(wait $a)
(wait $b)
(assert_return (invoke $mem "counter") (i32.const 4000))
;; 4000 mod 256 in byte 0, -4000 in bytes 2 and 3, 12000 in the upper half.
(assert_return (invoke $mem "atomic counters") (i64.const 0x0000_2ee0_f060_00a0))
