;; A table with nothing but the way out left a block that nothing leads to (passes=none).
(module
  (func (export "f") (br_table 0 (i32.const 0)))
  (func (export "g") (param i32) (result i32)
    (block (br_table 0 0 (local.get 0)))
    (i32.const 7)))
