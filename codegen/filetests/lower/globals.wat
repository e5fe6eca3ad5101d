;; station=lower target=x64 strategy=passes=none
;; Fields of the instance record; a read may be folded, past writes of others.
(module
  (global $a (mut i32) (i32.const 1))
  (global $b (mut f64) (f64.const 1))
  (func (param i32 f64) (result i32 f64)
    (global.set $a (i32.add (global.get $a) (local.get 0)))
    (global.set $b (f64.const 3))
    (global.get $a)
    (f64.mul (local.get 1) (global.get $b))))

;; B0(): depth 0
;;       2f  args [def %3@r7] [def %5@r6] [def %2@x0]
;;       34  add32 [#1+96], #0 [%5] [%3]
;;       36  vmovsd #0, pool[0] [def %4]
;;       3f  vmovsd [#1+112], #0 [%4] [%3]
;;       41  mov32 #0, [#1+96] [def %0] [%3]
;;       47  vmulsd #0, #1, [#2+112] [def %1] [%2] [%3]
;;       48  return [%0@r0] [%1@x0]
