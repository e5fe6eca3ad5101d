;; Small races, once each: what the memory model forbids must not come out. Both threads of a race start when both are there.

;; Message passing: who sees the flag sees what was written before it.
(module $mp (memory (export "memory") 1 1 shared))
(thread $writer (shared (module $mp))
  (register "mem" $mp)
  (module
    (import "mem" "memory" (memory 1 1 shared))
    (func (export "run") (param $turns i32)
      (local $k i32)
      (loop $again
        (local.set $k (i32.add (local.get $k) (i32.const 1)))
        (i32.store (i32.const 0) (local.get $k))
        (i32.atomic.store (i32.const 64) (local.get $k))
        ;; The reader's answer, for which the writer sleeps if need be.
        (block $answered
          (loop $wait
            (br_if $answered (i32.eq (i32.atomic.load (i32.const 128)) (local.get $k)))
            (drop (memory.atomic.wait32 (i32.const 128) (i32.sub (local.get $k) (i32.const 1)) (i64.const 1_000_000)))
            (br $wait)))
        (br_if $again (i32.lt_u (local.get $k) (local.get $turns))))))
  (invoke "run" (i32.const 1000)))
(thread $reader (shared (module $mp))
  (register "mem" $mp)
  (module
    (import "mem" "memory" (memory 1 1 shared))
    (func (export "run") (param $turns i32) (result i32)
      (local $k i32) (local $wrong i32)
      (loop $again
        (local.set $k (i32.add (local.get $k) (i32.const 1)))
        (loop $wait
          (br_if $wait (i32.ne (i32.atomic.load (i32.const 64)) (local.get $k))))
        (local.set $wrong (i32.add (local.get $wrong) (i32.ne (i32.load (i32.const 0)) (local.get $k))))
        (i32.atomic.store (i32.const 128) (local.get $k))
        (drop (memory.atomic.notify (i32.const 128) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $k) (local.get $turns))))
      (local.get $wrong)))
  (assert_return (invoke "run" (i32.const 1000)) (i32.const 0)))
(wait $writer)
(wait $reader)

;; Store buffering with atomics, and with fences between plain accesses: one of the two sees the other's store. Each turn has words of
;; its own, results are counted in the first thread's.
(module $sb
  (memory (export "memory") 2 2 shared)
  ;; Turns in which both read 0: of 1000, in pairs of results at 65536.
  (func (export "both missed") (result i32)
    (local $at i32) (local $count i32)
    (local.set $at (i32.const 65536))
    (loop $again
      (local.set $count (i32.add (local.get $count)
        (i64.eqz (i64.load (local.get $at)))))
      (br_if $again (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 73536))))
    (local.get $count)))
(thread $one (shared (module $sb))
  (register "mem" $sb)
  (module
    (import "mem" "memory" (memory 2 2 shared))
    (func (export "run")
      (local $turn i32) (local $at i32)
      (loop $again
        (local.set $at (i32.shl (local.get $turn) (i32.const 4)))
        ;; Both are there.
        (drop (i32.atomic.rmw.add offset=8 (local.get $at) (i32.const 1)))
        (loop $wait (br_if $wait (i32.ne (i32.atomic.load offset=8 (local.get $at)) (i32.const 2))))
        (if (i32.and (local.get $turn) (i32.const 1))
          (then
            (i32.atomic.store (local.get $at) (i32.const 1))
            (i32.store offset=65536 (i32.shl (local.get $turn) (i32.const 3)) (i32.atomic.load offset=4 (local.get $at))))
          (else
            (i32.store (local.get $at) (i32.const 1))
            (atomic.fence)
            (i32.store offset=65536 (i32.shl (local.get $turn) (i32.const 3)) (i32.load offset=4 (local.get $at)))))
        (br_if $again (i32.lt_u (local.tee $turn (i32.add (local.get $turn) (i32.const 1))) (i32.const 1000))))))
  (invoke "run"))
(thread $two (shared (module $sb))
  (register "mem" $sb)
  (module
    (import "mem" "memory" (memory 2 2 shared))
    (func (export "run")
      (local $turn i32) (local $at i32)
      (loop $again
        (local.set $at (i32.shl (local.get $turn) (i32.const 4)))
        (drop (i32.atomic.rmw.add offset=8 (local.get $at) (i32.const 1)))
        (loop $wait (br_if $wait (i32.ne (i32.atomic.load offset=8 (local.get $at)) (i32.const 2))))
        (if (i32.and (local.get $turn) (i32.const 1))
          (then
            (i32.atomic.store offset=4 (local.get $at) (i32.const 1))
            (i32.store offset=65540 (i32.shl (local.get $turn) (i32.const 3)) (i32.atomic.load (local.get $at))))
          (else
            (i32.store offset=4 (local.get $at) (i32.const 1))
            (atomic.fence)
            (i32.store offset=65540 (i32.shl (local.get $turn) (i32.const 3)) (i32.load (local.get $at)))))
        (br_if $again (i32.lt_u (local.tee $turn (i32.add (local.get $turn) (i32.const 1))) (i32.const 1000))))))
  (invoke "run"))
(wait $one)
(wait $two)
(assert_return (invoke $sb "both missed") (i32.const 0))

;; One store, one load, no order between them: the old value or the new one, never a mixture.
(module $race (memory (export "memory") 1 1 shared))
(thread $stores (shared (module $race))
  (register "mem" $race)
  (module
    (import "mem" "memory" (memory 1 1 shared))
    (func (export "run") (i32.store (i32.const 4) (i32.const -1))))
  (invoke "run"))
(thread $loads (shared (module $race))
  (register "mem" $race)
  (module
    (import "mem" "memory" (memory 1 1 shared))
    (func (export "run") (result i32) (i32.load (i32.const 4))))
  (assert_return (invoke "run") (either (i32.const 0) (i32.const -1))))
(wait $stores)
(wait $loads)
