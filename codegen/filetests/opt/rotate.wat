;; station=opt target=x64 strategy=passes=basic
;; A loop that tests before each turn tests once before it is entered and then behind each turn.
(module
  (func (param $n i32) (result i32) (local $s i32)
    (block $out
      (loop $again
        (br_if $out (i32.lt_s (local.get $n) (i32.const 3)))
        (local.set $s (i32.add (local.get $s) (i32.mul (local.get $n) (local.get $n))))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $again)))
    (local.get $s)))

;; check: b0(v0: i64, $n: i32)
;; check: i32.lt_s $n
;; check: branch
;; check: b3($m: i32, $s: i32) depth 1
;; check: mul $m, $m
;; check: $next: i32 = add $m
;; check: i32.lt_s $next
;; check: branch
;; check: return
