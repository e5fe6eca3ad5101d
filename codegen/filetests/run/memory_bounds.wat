;; station=run target=any strategy=all
;; The ends of a memory: every width, offsets that pass 2^32, growth.
(module
  (memory 1 3)
  (func (export "load8") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "load16") (param i32) (result i32) (i32.load16_s (local.get 0)))
  (func (export "load32") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "load64") (param i32) (result i64) (i64.load offset=1 (local.get 0)))
  (func (export "far") (param i32) (result i32) (i32.load8_u offset=0xffffffff (local.get 0)))
  (func (export "middle") (param i32) (result i32) (i32.load8_u offset=0x80000000 (local.get 0)))
  (func (export "store64") (param i32 i64) (i64.store (local.get 0) (local.get 1)))
  (func (export "unread") (param i32) (drop (i32.load (local.get 0))))
  (func (export "add_at") (param i32 i32) (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (local.get 1))))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "size") (result i32) (memory.size)))

;; run: load8(65535) == 0
;; trap: load8(65536): out of bounds memory access
;; run: load16(65534) == 0
;; trap: load16(65535): out of bounds memory access
;; run: load32(65532) == 0
;; trap: load32(65533): out of bounds memory access
;; trap: load32(-1): out of bounds memory access
;; run: load64(65527) == 0
;; trap: load64(65528): out of bounds memory access
;; trap: far(0): out of bounds memory access
;; trap: far(1): out of bounds memory access
;; trap: far(-1): out of bounds memory access
;; trap: middle(0): out of bounds memory access
;; trap: middle(0x80000000): out of bounds memory access
;; trap: store64(65529, 0): out of bounds memory access
;; run: store64(65528, 0xfedcba9876543210)
;; run: load16(65534) == -292
;; run: load8(65528) == 16
;; trap: unread(65534): out of bounds memory access
;; run: unread(65532)
;; run: add_at(65528, 0xf)
;; run: load32(65528) == 0x7654321f
;; trap: add_at(65533, 1): out of bounds memory access
;; run: load8(65533) == 0xba
;; run: grow(1) == 1
;; run: size() == 2
;; run: load8(65536) == 0
;; trap: load8(131072): out of bounds memory access
;; run: grow(2) == -1
;; run: grow(1) == 2
;; run: load32(196604) == 0
;; trap: load32(196605): out of bounds memory access
