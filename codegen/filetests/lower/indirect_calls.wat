;; station=lower target=x64 strategy=passes=none
;; A code address in a field that never changes is called through memory.
(module
  (import "host" "f" (func $imported (param i32) (result i32)))
  (type $t (func (param i32) (result i32)))
  (table 1 funcref)
  (func $import (param i32) (result i32) (call $imported (local.get 0)))
  (func $table (param i32) (result i32) (call_indirect (type $t) (local.get 0) (local.get 0)))
  (func $builtin (result i32) (table.grow (ref.null func) (i32.const 1))))

;; import:
;; B0(): depth 0
;;       33  args [def %3@r7] [def %2@r6]
;;           mov64 #0, [#1+96] [def %1] [%3]
;;           call [#3+88] [%1@r7] [%2@r6] [%3@r10] [%3] [def %0@r0]
;;       35  return [%0@r0]
;;
;; table:
;; B0(): depth 0
;;       3c  args [def %3@r7] [def %2@r6]
;;           mov64 #0, [#1+80] [def %7] [%3]
;;           trap "undefined element" if ae of cmp64 #0, [#1+8] [%2] [%7]
;;           shl64 #0, 5 [def %6@1] [%2]
;;           add64 #0, [#2] [def %4@1] [%6] [%7]
;;           mov32 #0, [#1+16] [def %5] [%4]
;;           branch if ne of cmp32 #0, [#1+112] [%5] [%3]
;;             -> B1()
;;             -> B2()
;; B1(): depth 0 cold
;;           trap "uninitialized element" if e of test32 #0, #0 [%5]
;;           trap "indirect call type mismatch"
;; B2(): depth 0
;;           mov64 #0, [#1+8] [def %1] [%4]
;;           call [#3] [%1@r7] [%2@r6] [%3@r10] [%4] [def %0@r0]
;;       3f  return [%0@r0]
;;
;; builtin:
;; B0(): depth 0
;;       42  args [def %2@r7]
;;           const #0, 0 [def %5]
;;       44  const #0, 1 [def %4]
;;       46  const #0, 0 [def %3]
;;           mov64 #0, [#1+8] [def %6] [%2]
;;           call [#4+40] [%2@r7] [%3@r6] [%4@r2] [%5@r1] [%6] [def %1@r0]
;;           mov32 #0, #1 [def %0] [%1~]
;;       49  return [%0@r0]
