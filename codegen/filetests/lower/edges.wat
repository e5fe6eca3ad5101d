;; station=lower target=x64 strategy=passes=none
;; An edge with arguments out of a block with several ways out gets a block of its own, as does one into a block with several ways in.
(module
  (func (param i32 i32) (result i32)
    (loop $again (result i32)
      (local.set 1 (i32.add (local.get 1) (local.get 0)))
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))
      (local.get 1))))

;; B0(): depth 0
;;       1a  args [def %5@r6] [def %4@r2]
;;           jump
;;             -> B1(%4, %5)
;; B1(%0, %1): depth 1
;;       20  add32 #0, #2 [def %2@1] [%0] [%1~]
;;       27  lea32 #0, [#1-1] [def %3] [%1]
;;       2a  branch if ne of test32 #0, #0 [%3]
;;             -> B2()
;;             -> B3()
;; B2(): depth 1
;;           jump
;;             -> B1(%2, %3)
;; B3(): depth 1
;;       2f  return [%2@r0]
