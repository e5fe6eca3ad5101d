;; station=lower target=x64 strategy=passes=none,interrupt=page
;; A poll of the page that interrupts is a read, not folded, whose fault has a meaning.
(module
  (func (param i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))

;; B0(): depth 0
;;       17  args [def %6@r7] [def %4@r6]
;;           mov64 #0, [#1+24] [def %3] [%6]
;;           mov32 #0, [#1] [def %5] [%3] !interrupted
;;       18  jump
;;             -> B1(%4)
;; B1(%0): depth 1
;;           mov32 #0, [#1] [def %2] [%3] !interrupted
;;       1e  add32 #0, -1 [def %1@1] [%0]
;;       21  branch if ne of test32 #0, #0 [%1]
;;             -> B2()
;;             -> B3()
;; B2(): depth 1
;;           jump
;;             -> B1(%1)
;; B3(): depth 1
;;       24  return
