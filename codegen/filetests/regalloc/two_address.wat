;; station=regalloc target=x64 strategy=passes=none,regalloc=linear
;; A two-address instruction overwrites a value that dies, or a copy.
(module
  (func (param i64 i64) (result i64)
    (i64.sub (i64.sub (local.get 0) (local.get 1)) (local.get 0))))

;; B0(): depth 0
;;       1e  args [def %2@r6]=r6 [def %3@r2]=r2
;;             r0 <- r6, 8 bytes
;;           sub64 #0, #2 [def %1@1]=r6 [%2]=r6 [%3~]=r2
;;       21  sub64 #0, #2 [def %0@1]=r6 [%1]=r6 [%2~]=r0
;;             r0 <- r6, 8 bytes
;;       22  return [%0@r0]=r0
