;; station=regalloc target=x64 strategy=passes=none,regalloc=linear
;; Moves of an edge with several ways out and in stand in a block of their own.
(module
  (func (param i32 i32) (result i32)
    (block $out (result i32)
      (drop (br_if $out (local.get 0) (i32.lt_s (local.get 0) (local.get 1))))
      (drop (br_if $out (local.get 1) (i32.eqz (local.get 0))))
      (i32.const 5))))

;; B0(): depth 0
;;       22  args [def %3@r6]=r6 [def %2@r2]=r2
;;       23  branch if l of cmp32 #0, #1 [%3]=r6 [%2~]=r2
;;             -> B1()
;;             -> B2()
;; B1(): depth 0
;;             r0 <- r6, 4 bytes
;;           jump
;;             -> B5(%3)
;; B2(): depth 0
;;       2b  branch if e of test32 #0, #0 [%3]=r6
;;             -> B3()
;;             -> B4()
;; B3(): depth 0
;;             r0 <- r2, 4 bytes
;;           jump
;;             -> B5(%2)
;; B4(): depth 0
;;       2e  const #0, 5 [def %1]=r0
;;       30  jump
;;             -> B5(%1)
;; B5(%0): depth 0
;;       31  return [%0@r0]=r0
