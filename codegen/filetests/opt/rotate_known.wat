;; station=opt target=x64 strategy=passes=basic
;; The first turn of a counted loop is certain: no test is left in front of it.
(module
  (func (param $n i32) (result i32) (local $i i32) (local $s i32)
    (block $out
      (loop $again
        (br_if $out (i32.eq (local.get $i) (i32.const 100)))
        (local.set $s (i32.xor (i32.shl (local.get $s) (i32.const 1)) (local.get $i)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $again)))
    (local.get $s)))

;; check: b0(v0: i64
;; not: branch
;; check: jump
;; check: depth 1
;; check: xor
;; check: add
;; check: branch
;; check: return
