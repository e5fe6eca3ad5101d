;; station=run target=any strategy=all
;; Loops, with parameters, one in another, left and continued from within.
(module
  (func (export "sum") (param i32) (result i64) (local i64)
    (block $done
      (loop $again
        (br_if $done (i32.eqz (local.get 0)))
        (local.set 1 (i64.add (local.get 1) (i64.extend_i32_u (local.get 0))))
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (br $again)))
    (local.get 1))
  (func (export "fibonacci") (param i32) (result i64)
    (i64.const 0) (i64.const 1)
    (loop $again (param i64 i64) (result i64)
      (if (param i64 i64) (result i64 i64) (local.get 0)
        (then) (else (drop) (return)))
      (call $step)
      (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
      (br $again)))
  (func $step (param i64 i64) (result i64 i64)
    (local.get 1) (i64.add (local.get 0) (local.get 1)))
  (func (export "primes") (param i32) (result i32) (local $n i32) (local $d i32) (local $count i32)
    (local.set $n (i32.const 2))
    (block $done
      (loop $next
        (br_if $done (i32.gt_u (local.get $n) (local.get 0)))
        (local.set $d (i32.const 2))
        (block $composite
          (loop $divide
            (if (i32.le_u (i32.mul (local.get $d) (local.get $d)) (local.get $n))
              (then
                (br_if $composite (i32.eqz (i32.rem_u (local.get $n) (local.get $d))))
                (local.set $d (i32.add (local.get $d) (i32.const 1)))
                (br $divide))))
          (local.set $count (i32.add (local.get $count) (i32.const 1))))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br $next)))
    (local.get $count))
  (func (export "swap_around") (param i32 i32 i32) (result i32 i32) (local i32)
    (loop $again
      (local.set 3 (local.get 0)) (local.set 0 (local.get 1)) (local.set 1 (local.get 3))
      (br_if $again (local.tee 2 (i32.sub (local.get 2) (i32.const 1)))))
    (local.get 0) (local.get 1)))

;; run: sum(0) == 0
;; run: sum(100000) == 5000050000
;; run: fibonacci(0) == 0
;; run: fibonacci(90) == 2880067194370816120
;; run: primes(1000) == 168
;; run: swap_around(1, 2, 1) == 2, 1
;; run: swap_around(1, 2, 6) == 1, 2
