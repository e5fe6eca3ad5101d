;; station=run target=any strategy=all
;; Values out of blocks; tables; conditions that are comparisons.
(module
  (func (export "sign") (param i64) (result i32)
    (if (result i32) (i64.eqz (local.get 0)) (then (i32.const 0))
      (else (select (i32.const -1) (i32.const 1) (i64.lt_s (local.get 0) (i64.const 0))))))
  (func (export "switch") (param i32) (result i32)
    (block $d (block $c (block $b (block $a
      (br_table $a $b $c $a $d (local.get 0)))
      (return (i32.const 10))) (return (i32.const 20))) (return (i32.const 30)))
    (i32.const 40))
  (func (export "out") (param i32) (result i32)
    (i32.add (i32.const 100)
      (block $o (result i32)
        (block $i (result i32)
          (drop (br_if $o (i32.const 1) (i32.eq (local.get 0) (i32.const 1))))
          (drop (br_if $i (i32.const 2) (i32.eq (local.get 0) (i32.const 2))))
          (i32.const 3))
        (i32.mul (i32.const 10)))))
  (func (export "unordered") (param f64 f64) (result i32)
    (if (result i32) (f64.lt (local.get 0) (local.get 1)) (then (i32.const 1))
      (else (if (result i32) (f64.ge (local.get 0) (local.get 1)) (then (i32.const 2)) (else (i32.const 3)))))))

;; run: sign(0) == 0
;; run: sign(-5) == -1
;; run: sign(0x7fffffffffffffff) == 1
;; run: switch(0) == 10
;; run: switch(1) == 20
;; run: switch(2) == 30
;; run: switch(3) == 10
;; run: switch(4) == 40
;; run: switch(-1) == 40
;; run: out(1) == 101
;; run: out(2) == 120
;; run: out(3) == 130
;; run: unordered(1, 2) == 1
;; run: unordered(2, 1) == 2
;; run: unordered(NaN, 1) == 3
;; run: unordered(-0.0, 0.0) == 2
