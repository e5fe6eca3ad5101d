;; station=opt target=x64 strategy=passes=basic
;; A counter that is compared before it is added to: what is compared is the sum, though the comparison stands before it.
(module
  (memory 1)
  (func $before (param $i i32)
    (local $more i32)
    (loop $again
      (i32.store (local.get $i) (i32.const 7))
      (local.set $more (i32.ne (local.get $i) (i32.const 252)))
      (local.set $i (i32.add (local.get $i) (i32.const 4)))
      (br_if $again (local.get $more))))
  (func $wraps (param $i i64)
    (local $done i32)
    (loop $again
      (i64.store (i32.wrap_i64 (local.get $i)) (i64.const 7))
      (local.set $done (i64.eq (local.get $i) (i64.const -3)))
      (local.set $i (i64.add (local.get $i) (i64.const 3)))
      (br_if $again (i32.eqz (local.get $done)))))
  (func $read_between (param $i i32)
    (local $more i32)
    (loop $again
      (local.set $more (i32.ne (local.get $i) (i32.const 252)))
      (i32.store (local.get $i) (local.get $more))
      (local.set $i (i32.add (local.get $i) (i32.const 4)))
      (br_if $again (local.get $more)))))

;; check: func 0
;; check: $next: i32 = add
;; check: $limit: i32 = const 256
;; check: i32.ne $next, $limit
;; check: func 1
;; check: $sum: i64 = add
;; check: $zero: i64 = const 0
;; check: $sum, $zero
;; check: func 2
;; check: $old: i32 = const 252
;; check: $differs: i32 = i32.ne
;; check: store i32
;; not: const 256
