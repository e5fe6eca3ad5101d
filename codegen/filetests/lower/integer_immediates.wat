;; station=lower target=x64 strategy=passes=none
;; The right operand of integer arithmetic: a register, 8 or 32 bits, and what 32 bits cannot hold.
(module
  (func $i32 (param i32 i32) (result i32 i32 i32 i32 i32)
    (i32.add (local.get 0) (i32.const -128))
    (i32.sub (local.get 0) (i32.const 0x12345678))
    (i32.and (local.get 0) (i32.const 0xfffffff0))
    (i32.or (i32.const 0x80000000) (local.get 0))
    (i32.xor (local.get 0) (local.get 1)))
  (func $i64 (param i64 i64) (result i64 i64 i64 i64 i64)
    (i64.add (local.get 0) (i64.const 0x80000000))
    (i64.sub (local.get 0) (i64.const -0x80000000))
    (i64.and (local.get 0) (i64.const 0x7fffffff))
    (i64.or (local.get 0) (i64.const 0x7fffffffffffffff))
    (i64.xor (local.get 0) (i64.const -1))))

;; i32:
;; B0(): depth 0
;;       2b  args [def %6@r6] [def %5@r2]
;;       2e  lea32 #0, [#1-128] [def %0] [%6]
;;       37  lea32 #0, [#1-305419896] [def %1] [%6]
;;       3c  and32 #0, -16 [def %2@1] [%6]
;;       45  or32 #0, -2147483648 [def %3@1] [%6]
;;       4a  xor32 #0, #2 [def %4@1] [%5] [%6~]
;;       4b  return [%0@r0] [%1@r2] [%2@r1] [%3@r6] [%4@r8]
;;
;; i64:
;; B0(): depth 0
;;       50  args [def %5@r6]
;;           const #0, 0x80000000 [def %8]
;;       56  add64 #0, #2 [def %0@1] [%8] [%5~]
;;       59  const #0, 0xffffffff80000000 [def %7]
;;       5f  sub64 #0, #2 [def %1@1] [%5] [%7~]
;;       68  and32 #0, 2147483647 [def %2@1] [%5]
;;       6b  const #0, 0x7fffffffffffffff [def %6]
;;       76  or64 #0, #2 [def %3@1] [%6] [%5~]
;;       7b  not64 #0 [def %4@1] [%5]
;;       7c  return [%0@r0] [%1@r2] [%2@r1] [%3@r6] [%4@r8]
