;; station=regalloc target=x64 strategy=passes=none,regalloc=linear
;; A call that is rarely made costs the path around it nothing.
(module
  (func $g (param i32))
  (func (param i32 i32) (result i32)
    (block $fine
      (br_if $fine (local.get 0))
      (call $g (local.get 1))
      (unreachable))
    (i32.add (local.get 0) (local.get 1))))

;; g:
;; B0(): depth 0
;;       1f  args
;;           return
;;
;; f1:
;; B0(): depth 0
;;       26  args [def %3@r7]=r7 [def %1@r6]=r6 [def %2@r2]=r2
;;           branch if ne of test32 #0, #0 [%1]=r6
;;             -> B2()
;;             -> B1()
;; B1(): depth 0 cold
;;             r6 <- r2, 4 bytes
;;       2a  call f0 [%3@r7]=r7 [%2@r6]=r6
;;       2c  trap "unreachable"
;; B2(): depth 0
;;       32  lea32 #0, [#1+#2] [def %0]=r0 [%1]=r6 [%2]=r2
;;       33  return [%0@r0]=r0
