;; station=lower target=x64 strategy=passes=none
;; Constants as immediates of the width stored; a wrap or mask that the width does anyway is left out.
(module
  (memory 1)
  (func (param i32 i32 i64 f32 f64)
    (i32.store8 (local.get 0) (i32.const 0x1ff))
    (i32.store16 (local.get 0) (i32.const -2))
    (i32.store (local.get 0) (i32.const 0x80000000))
    (i64.store (local.get 0) (i64.const -1))
    (i64.store (local.get 0) (i64.const 0x80000000))
    (i64.store8 (local.get 0) (local.get 2))
    (i32.store16 (local.get 0) (i32.wrap_i64 (local.get 2)))
    (f32.store (local.get 0) (local.get 3))
    (f64.store (local.get 0) (local.get 4))
    (f64.store (local.get 0) (f64.const 0))))

;; B0(): depth 0
;;       20  args [def %7@r7] [def %2@r6] [def %5@r1] [def %4@x0] [def %3@x1]
;;           mov64 #0, [#1+80] [def %1] [%7]
;;       26  mov8 [#0+#1], -1 [%1] [%2] !out of bounds memory access
;;       2d  mov16 [#0+#1], -2 [%1] [%2] !out of bounds memory access
;;       38  mov32 [#0+#1], -2147483648 [%1] [%2] !out of bounds memory access
;;       3f  mov64 [#0+#1], -1 [%1] [%2] !out of bounds memory access
;;       44  const #0, 0x80000000 [def %6]
;;       4a  mov64 [#1+#2], #0 [%6] [%1] [%2] !out of bounds memory access
;;       51  mov8 [#1+#2], #0 [%5] [%1] [%2] !out of bounds memory access
;;       59  mov16 [#1+#2], #0 [%5] [%1] [%2] !out of bounds memory access
;;       60  vmovss [#1+#2], #0 [%4] [%1] [%2] !out of bounds memory access
;;       67  vmovsd [#1+#2], #0 [%3] [%1] [%2] !out of bounds memory access
;;       6c  zero #0 [def %0]
;;       75  vmovsd [#1+#2], #0 [%0] [%1] [%2] !out of bounds memory access
;;       78  return
