;; station=lower target=x64 strategy=passes=none
;; Shifts by a constant in place, by a variable without flags; rotations by a constant to another register.
(module
  (func (param i32 i32 i64 i64) (result i32 i32 i64 i64 i64)
    (i32.shr_s (local.get 0) (i32.const 33))
    (i32.shl (local.get 0) (local.get 1))
    (i64.shr_u (local.get 2) (local.get 3))
    (i64.rotl (local.get 2) (i64.const 8))
    (i64.rotr (local.get 2) (local.get 3))))

;; B0(): depth 0
;;       22  args [def %8@r6] [def %7@r2] [def %5@r1] [def %6@r8]
;;       24  sar32 #0, 1 [def %0@1] [%8]
;;       29  shlx32 #0, #1, #2 [def %1] [%8~] [%7]
;;       2e  shrx64 #0, #1, #2 [def %2] [%5~] [%6]
;;       33  rorx64 #0, #1, 56 [def %3] [%5~]
;;       38  ror64 #0, #2 [def %4@1] [%5] [%6@r1]
;;       39  return [%0@r0] [%1@r2] [%2@r1] [%3@r6] [%4@r8]
