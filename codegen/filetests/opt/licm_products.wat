;; station=opt target=x64 strategy=passes=basic
;; A product of what two loops leave alone goes out of both, with the sum that it needs; a quotient by a variable may trap and stays.
(module
  (func (param $a i32) (param $b i32) (param $n i32) (param $m i32) (result i32) (local $i i32) (local $s i32)
    (loop $outer
      (local.set $i (local.get $m))
      (loop $inner
        (local.set $s
          (i32.xor (local.get $s)
            (i32.add
              (i32.mul (i32.add (local.get $a) (i32.const 3)) (local.get $b))
              (i32.div_u (local.get $a) (local.get $b)))))
        (br_if $inner (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (br_if $outer (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s)))

;; check: b0(v0: i64, $a: i32, $b: i32, $n: i32, $m: i32)
;; check: $sum: i32 = add $a
;; check: $product: i32 = mul $sum, $b
;; check: jump b1
;; check: depth 1
;; check: depth 2
;; not: mul
;; check: div_u $a, $b
