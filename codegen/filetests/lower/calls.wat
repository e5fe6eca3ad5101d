;; station=lower target=x64 strategy=passes=none
;; Arguments in registers and on the stack, results in registers and in the area for them.
(module
  (func $many (param i32 i64 i32 i64 i32 i64 f32 i32 i64) (result i32)
    (i32.add (local.get 0) (i32.wrap_i64 (local.get 8))))
  (func $caller (result i32)
    (call $many (i32.const 1) (i64.const 2) (i32.const 3) (i64.const 4) (i32.const 5) (i64.const 6)
      (f32.const 7) (i32.const 8) (i64.const 9)))
  (func $results (result i32 i32 i32 i32 i32 i32 i32 i64)
    (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6) (i32.const 7) (i64.const 8))
  (func $reader (result i64) (local i64)
    (call $results)
    (local.set 0) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (local.get 0))
)

;; many:
;; B0(): depth 0
;;       3b  args [def %1@r6] [def %2@caller]
;;       3c  add32 #0, #2 [def %0@1] [%1] [%2~]
;;       3d  return [%0@r0]
;;
;; caller:
;; B0(): depth 0
;;       40  args [def %1@r7]
;;           const #0, 1 [def %2]
;;       42  const #0, 2 [def %3]
;;       44  const #0, 3 [def %4]
;;       46  const #0, 4 [def %5]
;;       48  const #0, 5 [def %6]
;;       4a  const #0, 6 [def %7]
;;       4c  vmovss #0, pool[0] [def %8]
;;       55  reserve 16
;;           mov64 [outgoing], 8
;;           mov64 [outgoing+8], 9
;;           call f0 [%1@r7] [%2@r6] [%3@r2] [%4@r1] [%5@r8] [%6@r9] [%7@r0] [%8@x0] [def %0@r0]
;;       57  return [%0@r0]
;;
;; results:
;; B0(): depth 0
;;       5a  args [def %7@r6]
;;           const #0, 1 [def %0]
;;       5c  const #0, 2 [def %1]
;;       5e  const #0, 3 [def %2]
;;       60  const #0, 4 [def %3]
;;       62  const #0, 5 [def %4]
;;       64  const #0, 6 [def %5]
;;       66  const #0, 7 [def %6]
;;       68  const #0, 8 [def %8]
;;       6a  mov64 [#1], #0 [%6] [%7]
;;           mov64 [#1+8], #0 [%8] [%7]
;;           return [%0@r0] [%1@r2] [%2@r1] [%3@r6] [%4@r8] [%5@r9]
;;
;; reader:
;; B0(): depth 0
;;       6f  args [def %2@r7]
;;           lea64 #0, [results] [def %1]
;;           call f2 [%1@r6] [%2@r7]
;;           mov64 #0, [results+8] [def %0]
;;       7c  return [%0@r0]
