;; station=lower target=x64 strategy=passes=none
;; Loads that stay where they are: read twice, behind a store, of another width.
(module
  (memory 1)
  (func $twice (param i32) (result i32) (local i32)
    (local.set 1 (i32.load (local.get 0)))
    (i32.add (local.get 1) (local.get 1)))
  (func $behind_a_store (param i32 i32) (result i32)
    (local.get 1)
    (i32.load (local.get 0))
    (i32.store (local.get 1) (i32.const 0))
    i32.add)
  (func $narrow (param i32 i32) (result i32)
    (i32.add (local.get 1) (i32.load16_s (local.get 0))))
  (func $in_another_block (param i32 i32) (result i32)
    (i32.load (local.get 0))
    (if (param i32) (result i32) (local.get 1)
      (then (i32.add (local.get 1)))
      (else (drop) (i32.const 0)))))

;; twice:
;; B0(): depth 0
;;       26  args [def %4@r7] [def %3@r6]
;;           mov64 #0, [#1+80] [def %2] [%4]
;;       2b  mov32 #0, [#1+#2] [def %1] [%2] [%3] !out of bounds memory access
;;       34  lea32 #0, [#1+#2] [def %0] [%1] [%1]
;;       35  return [%0@r0]
;;
;; behind_a_store:
;; B0(): depth 0
;;       37  args [def %5@r7] [def %4@r6] [def %2@r2]
;;           mov64 #0, [#1+80] [def %3] [%5]
;;       3c  mov32 #0, [#1+#2] [def %1] [%3] [%4] !out of bounds memory access
;;       43  mov32 [#0+#1], 0 [%3] [%2] !out of bounds memory access
;;       46  add32 #0, #2 [def %0@1] [%1] [%2~]
;;       47  return [%0@r0]
;;
;; narrow:
;; B0(): depth 0
;;       49  args [def %5@r7] [def %4@r6] [def %1@r2]
;;           mov64 #0, [#1+80] [def %3] [%5]
;;       4e  movsx32.16 #0, [#1+#2] [def %2] [%3] [%4] !out of bounds memory access
;;       51  add32 #0, #2 [def %0@1] [%1] [%2~]
;;       52  return [%0@r0]
;;
;; in_another_block:
;; B0(): depth 0
;;       54  args [def %7@r7] [def %6@r6] [def %4@r2]
;;           mov64 #0, [#1+80] [def %5] [%7]
;;       57  mov32 #0, [#1+#2] [def %3] [%5] [%6] !out of bounds memory access
;;       5c  branch if ne of test32 #0, #0 [%4]
;;             -> B1()
;;             -> B2()
;; B1(): depth 0
;;       60  add32 #0, #2 [def %2@1] [%3] [%4~]
;;       61  jump
;;             -> B3(%2)
;; B2(): depth 0
;;       63  const #0, 0 [def %1]
;;       65  jump
;;             -> B3(%1)
;; B3(%0): depth 0
;;       66  return [%0@r0]
