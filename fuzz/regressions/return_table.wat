;; Tables whose entries all leave the function left its end block without a way in, which lowering does not expect (passes=none).
(module
  (func (export "in_loop") (param i32) (result i32)
    (loop (result i32)
      (br_table 1 1 1 (i32.const 4) (local.get 0))
      (i32.const 1)))
  (func (export "flat") (param i32) (result i32)
    (br_table 0 0 (i32.const 5) (local.get 0))))
