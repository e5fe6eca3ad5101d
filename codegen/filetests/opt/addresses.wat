;; station=opt target=x64 strategy=passes=basic
;; A constant part of an index moves to the offset only if the sum cannot wrap.
(module
  (memory 1)
  (func (param i32) (result i32 i32)
    (i32.load offset=4 (i32.add (i32.and (local.get 0) (i32.const 0xffff)) (i32.const 16)))
    (i32.load offset=4 (i32.add (local.get 0) (i32.const 16)))))

;; check: b0(v0: i64, $a: i32):
;; check: $index: i32 = and $a
;; check: heap_addr 0
;; check: $sum: i32 = add $a
;; check: $sum + 4
