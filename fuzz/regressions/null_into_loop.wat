;; Null was a constant like others, which is no reference: not what a loop may be given as one and the store is told of.
(module
  (table $t 2 externref)
  (func $g)
  (func (export "f") (param i32) (result i32)
    (local $r externref) (local $n i32)
    (loop $l
      (call $g)
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (if (i32.eq (local.get $n) (i32.const 3)) (then (local.set $r (table.get $t (i32.const 1)))))
      (br_if $l (i32.lt_u (local.get $n) (i32.and (local.get 0) (i32.const 7)))))
    (ref.is_null (local.get $r))))
