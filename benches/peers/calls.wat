;; Call costs. Each export ending in `_loop` makes n calls, each on the result of the last, and answers the last result; the time of
;; one turn (the loop's own two or three instructions included) is the cost of a call there and back.
;; `identity` is for host -> wasm -> host. The host gives "host" "next": (i32) -> (i32), x -> x + 1.
(module
  (type $step (func (param i32) (result i32)))
  (import "host" "next" (func $next (type $step)))
  (table funcref (elem $add1 $add3 $add5 $add7 $add1 $add1 $add1 $add1))

  (func (export "identity") (param i32) (result i32) (local.get 0))

  (func $add1 (type $step) (i32.add (local.get 0) (i32.const 1)))
  (func $add3 (type $step) (i32.add (local.get 0) (i32.const 3)))
  (func $add5 (type $step) (i32.add (local.get 0) (i32.const 5)))
  (func $add7 (type $step) (i32.add (local.get 0) (i32.const 7)))

  ;; wasm -> host -> wasm
  (func (export "host_loop") (param $n i32) (result i32) (local $x i32)
    (loop $again
      (local.set $x (call $next (local.get $x)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $x))

  ;; A direct call with eight arguments. The call of itself, never taken here, keeps inliners away.
  (func $eight (param $a i32) (param $b i32) (param $c i32) (param $d i32)
               (param $e i32) (param $f i32) (param $g i32) (param $h i32) (result i32)
    (if (i32.eq (local.get $e) (i32.const -1))
      (then (return (call $eight (local.get $h) (local.get $g) (local.get $f) (local.get $e)
                                 (local.get $d) (local.get $c) (local.get $b) (local.get $a)))))
    (i32.add
      (i32.add (i32.xor (local.get $a) (local.get $b)) (i32.xor (local.get $c) (local.get $d)))
      (i32.add (i32.xor (local.get $e) (local.get $f)) (i32.xor (local.get $g) (local.get $h)))))
  (func (export "eight_loop") (param $n i32) (result i32) (local $x i32)
    (loop $again
      (local.set $x
        (call $eight (local.get $x) (local.get $n) (i32.add (local.get $x) (i32.const 9)) (i32.const 3)
                     (i32.shr_u (local.get $n) (i32.const 1)) (i32.const 5) (local.get $n) (i32.const 7)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $x))

  ;; call_indirect: always one target; four targets in turn
  (func (export "indirect_one_loop") (param $n i32) (result i32) (local $x i32)
    (loop $again
      (local.set $x
        (call_indirect (type $step) (local.get $x) (i32.or (i32.const 4) (i32.and (local.get $n) (i32.const 3)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $x))
  (func (export "indirect_four_loop") (param $n i32) (result i32) (local $x i32)
    (loop $again
      (local.set $x
        (call_indirect (type $step) (local.get $x) (i32.and (local.get $n) (i32.const 3))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $x))

  ;; fib(n) makes 2 fib(n + 1) - 1 calls: 2,692,537 for n = 30
  (func $fib (export "fib") (param $n i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1)))
                     (call $fib (i32.sub (local.get $n) (i32.const 2))))))))
