;; station=asm target=x64 strategy=passes=basic,regalloc=linear
;; A loop around a switch: each case ends in a copy of the look-up.
(module (memory 1)
  (func (param i32) (result i32) (local i32)
    (loop $next
      (block $twice (block $add (block $stop
        (br_table $add $twice $stop (i32.load8_u (local.get 0))))
        (return (local.get 1)))
        (local.set 1 (i32.add (local.get 1) (i32.load8_u offset=1 (local.get 0))))
        (local.set 0 (i32.add (local.get 0) (i32.const 2)))
        (br $next))
      (local.set 1 (i32.mul (local.get 1) (local.get 1)))
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br $next))
    (unreachable)))
