;; An edge from an inner loop to the outer one's header, with arguments, stands in the inner loop's range: the verifier of flows thought
;; the loops overlapped.
(module
  (func (export "count") (param i32 i32) (result i32) (local $sum i32)
    (block $done
      (loop $outer
        (br_if $done (i32.eqz (local.get 0)))
        (local.set 0 (i32.shr_u (local.get 0) (i32.const 1)))
        (loop $inner
          (local.set $sum (i32.add (local.get $sum) (local.get 1)))
          (br_if $outer (i32.eqz (local.get 1)))
          (local.set 1 (i32.shr_u (local.get 1) (i32.const 1)))
          (br $inner))))
    (local.get $sum)))
