;; station=lower target=x64 strategy=passes=none
;; A comparison with two readers is done at both, if they are in its block; its load is done once.
(module
  (memory 1)
  (func (param i32 i32 i32) (result i32 i32) (local i32)
    (local.set 3 (i32.lt_s (local.get 0) (i32.load (local.get 1))))
    (select (local.get 1) (local.get 2) (local.get 3))
    (select (local.get 2) (local.get 1) (i32.eqz (local.get 3)))))

;; B0(): depth 0
;;       20  args [def %7@r7] [def %4@r6] [def %3@r2] [def %2@r1]
;;           mov64 #0, [#1+80] [def %6] [%7]
;;       27  mov32 #0, [#1+#2] [def %5] [%6] [%3] !out of bounds memory access
;;       33  move32 #0, #2 if l of cmp32 #3, #4 [def %0@1] [%2] [%3~] [%4] [%5~]
;;       3b  move32 #0, #2 if ge of cmp32 #3, #4 [def %1@1] [%3] [%2~] [%4] [%5~]
;;       3c  return [%0@r0] [%1@r2]
