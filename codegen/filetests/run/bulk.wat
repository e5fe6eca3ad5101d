;; station=run target=any strategy=all
;; Copies, fills and segments; what a failed one leaves alone.
(module
  (memory (export "m") 1)
  (data $d "hello, world")
  (data (i32.const 16) "0123456789")
  (table $t 4 funcref)
  (elem $e func $f $f)
  (func $f)
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init") (param i32 i32 i32) (memory.init $d (local.get 0) (local.get 1) (local.get 2)))
  (func (export "drop") (data.drop $d))
  (func (export "at") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "table_init") (param i32 i32 i32) (table.init $t $e (local.get 0) (local.get 1) (local.get 2)))
  (func (export "table_fill") (param i32 i32) (table.fill $t (local.get 0) (ref.null func) (local.get 1)))
  (func (export "is_null") (param i32) (result i32) (ref.is_null (table.get $t (local.get 0)))))

;; run: at(19) == 0x33
;; run: copy(18, 16, 8)
;; run: at(18) == 0x30
;; run: at(25) == 0x37
;; trap: copy(0, 65530, 7): out of bounds memory access
;; run: copy(65536, 0, 0)
;; trap: copy(65537, 0, 0): out of bounds memory access
;; run: fill(100, 0x1ff, 3)
;; run: at(102) == 0xff
;; run: at(103) == 0
;; trap: fill(65535, 1, 2): out of bounds memory access
;; run: at(65535) == 0
;; run: init(200, 7, 5)
;; run: at(200) == 0x77
;; trap: init(200, 8, 5): out of bounds memory access
;; run: drop()
;; trap: init(200, 0, 1): out of bounds memory access
;; run: init(200, 0, 0)
;; run: table_init(1, 0, 2)
;; run: is_null(1) == 0
;; run: is_null(3) == 1
;; run: table_fill(0, 4)
;; run: is_null(1) == 1
;; trap: table_fill(1, 4): out of bounds table access
;; trap: table_init(0, 1, 2): out of bounds table access
