;; The head of the outer loop does nothing, so the way in leads past it to the inner head, and only the way back leads to it:
;; a block whose predecessors all come later.
(module
  (global $fuel (mut i32) (i32.const 0))
  (func (export "f") (param $n i32) (result i32)
    (local $sum i32) (local $i i32)
    (global.set $fuel (i32.const 40))
    (loop $outer
      (loop $inner
        (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (local.get $i)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))
        (if (i32.le_s (global.get $fuel) (i32.const 0)) (then (return (local.get $sum))))
        (block $three
          (block $two
            (br_table $outer $two $three $inner (i32.and (i32.add (local.get $i) (local.get $n)) (i32.const 3))))
          (br_if $outer (i32.and (local.get $sum) (i32.const 4)))
          (br $inner))
        (br_if $inner (i32.and (local.get $sum) (i32.const 1)))
        (br $outer)))
    (local.get $sum)))
