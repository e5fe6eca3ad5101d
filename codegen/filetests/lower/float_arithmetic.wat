;; station=lower target=x64 strategy=passes=none
;; Operands from memory, from the constant pool, and in registers.
(module
  (memory 1)
  (func (param f64 f64 i32) (result f64 f64 f64 f64)
    (f64.sub (local.get 0) (local.get 1))
    (f64.add (f64.load (local.get 2)) (local.get 1))
    (f64.div (local.get 0) (f64.load offset=8 (local.get 2)))
    (f64.mul (f64.const 0.5) (local.get 0))))

;; B0(): depth 0
;;       22  args [def %8@r7] [def %4@x0] [def %7@x1] [def %6@r6]
;;           mov64 #0, [#1+80] [def %5] [%8]
;;       27  vsubsd #0, #1, #2 [def %0] [%4] [%7~]
;;       2f  vaddsd #0, #1, [#2+#3] [def %1] [%7] [%5] [%6] !out of bounds memory access
;;       37  vdivsd #0, #1, [#2+#3+8] [def %2] [%4] [%5] [%6] !out of bounds memory access
;;       43  vmulsd #0, #1, pool[0] [def %3] [%4]
;;       44  return [%0@x0] [%1@x1] [%2@x2] [%3@x3]
