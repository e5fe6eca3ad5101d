;; station=lower target=x64 strategy=passes=none
;; A comparison that decides a branch, and what of it is folded.
(module
  (memory 1)
  (func $compare (param i32 i32) (result i32)
    (if (result i32) (i32.lt_u (local.get 0) (local.get 1)) (then (i32.const 1)) (else (i32.const 2))))
  (func $with_constant (param i64) (result i32)
    (if (result i32) (i64.ge_s (i64.const 1000) (local.get 0)) (then (i32.const 1)) (else (i32.const 2))))
  (func $sign (param i64) (result i32)
    (if (result i32) (i64.lt_s (local.get 0) (i64.const 0)) (then (i32.const 1)) (else (i32.const 2))))
  (func $not_not (param i32 i32) (result i32)
    (if (result i32) (i32.eqz (i32.eqz (i32.ne (local.get 0) (local.get 1)))) (then (i32.const 1)) (else (i32.const 2))))
  (func $bits (param i64) (result i32)
    (if (result i32) (i64.eqz (i64.and (local.get 0) (i64.const 0x1000))) (then (i32.const 1)) (else (i32.const 2))))
  (func $loaded (param i32 i32) (result i32)
    (if (result i32) (i32.gt_s (i32.load (local.get 0)) (local.get 1)) (then (i32.const 1)) (else (i32.const 2))))
  (func $loaded_byte (param i32) (result i32)
    (if (result i32) (i32.eq (i32.load8_u (local.get 0)) (i32.const 10)) (then (i32.const 1)) (else (i32.const 2))))
  (func $number (param i32) (result i32)
    (if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2)))))

;; compare:
;; B0(): depth 0
;;       35  args [def %3@r6] [def %4@r2]
;;       36  branch if b of cmp32 #0, #1 [%3] [%4~]
;;             -> B1()
;;             -> B2()
;; B1(): depth 0
;;       38  const #0, 1 [def %2]
;;       3a  jump
;;             -> B3(%2)
;; B2(): depth 0
;;       3b  const #0, 2 [def %1]
;;       3d  jump
;;             -> B3(%1)
;; B3(%0): depth 0
;;       3e  return [%0@r0]
;;
;; with_constant:
;; B0(): depth 0
;;       41  args [def %3@r6]
;;       47  branch if le of cmp64 #0, 1000 [%3~]
;;             -> B1()
;;             -> B2()
;; B1(): depth 0
;;       49  const #0, 1 [def %2]
;;       4b  jump
;;             -> B3(%2)
;; B2(): depth 0
;;       4c  const #0, 2 [def %1]
;;       4e  jump
;;             -> B3(%1)
;; B3(%0): depth 0
;;       4f  return [%0@r0]
;;
;; sign:
;; B0(): depth 0
;;       54  args [def %3@r6]
;;       57  branch if s of test64 #0, #0 [%3]
;;             -> B1()
;;             -> B2()
;; B1(): depth 0
;;       59  const #0, 1 [def %2]
;;       5b  jump
;;             -> B3(%2)
;; B2(): depth 0
;;       5c  const #0, 2 [def %1]
;;       5e  jump
;;             -> B3(%1)
;; B3(%0): depth 0
;;       5f  return [%0@r0]
;;
;; not_not:
;; B0(): depth 0
;;       66  args [def %3@r6] [def %4@r2]
;;       69  branch if ne of cmp32 #0, #1 [%3] [%4~]
;;             -> B1()
;;             -> B2()
;; B1(): depth 0
;;       6b  const #0, 1 [def %2]
;;       6d  jump
;;             -> B3(%2)
;; B2(): depth 0
;;       6e  const #0, 2 [def %1]
;;       70  jump
;;             -> B3(%1)
;; B3(%0): depth 0
;;       71  return [%0@r0]
;;
;; bits:
;; B0(): depth 0
;;       76  args [def %3@r6]
;;       7b  branch if e of test32 #0, 4096 [%3~]
;;             -> B1()
;;             -> B2()
;; B1(): depth 0
;;       7d  const #0, 1 [def %2]
;;       7f  jump
;;             -> B3(%2)
;; B2(): depth 0
;;       80  const #0, 2 [def %1]
;;       82  jump
;;             -> B3(%1)
;; B3(%0): depth 0
;;       83  return [%0@r0]
;;
;; loaded:
;; B0(): depth 0
;;       85  args [def %6@r7] [def %5@r6] [def %3@r2]
;;           mov64 #0, [#1+80] [def %4] [%6]
;;       8e  branch if g of cmp32 [#1+#2], #0 [%3] [%4] [%5] !out of bounds memory access
;;             -> B1()
;;             -> B2()
;; B1(): depth 0
;;       90  const #0, 1 [def %2]
;;       92  jump
;;             -> B3(%2)
;; B2(): depth 0
;;       93  const #0, 2 [def %1]
;;       95  jump
;;             -> B3(%1)
;; B3(%0): depth 0
;;       96  return [%0@r0]
;;
;; loaded_byte:
;; B0(): depth 0
;;       98  args [def %5@r7] [def %4@r6]
;;           mov64 #0, [#1+80] [def %3] [%5]
;;       a1  branch if e of cmp8 [#0+#1], 10 [%3] [%4] !out of bounds memory access
;;             -> B1()
;;             -> B2()
;; B1(): depth 0
;;       a3  const #0, 1 [def %2]
;;       a5  jump
;;             -> B3(%2)
;; B2(): depth 0
;;       a6  const #0, 2 [def %1]
;;       a8  jump
;;             -> B3(%1)
;; B3(%0): depth 0
;;       a9  return [%0@r0]
;;
;; number:
;; B0(): depth 0
;;       ae  args [def %3@r6]
;;           branch if ne of test32 #0, #0 [%3]
;;             -> B1()
;;             -> B2()
;; B1(): depth 0
;;       b0  const #0, 1 [def %2]
;;       b2  jump
;;             -> B3(%2)
;; B2(): depth 0
;;       b3  const #0, 2 [def %1]
;;       b5  jump
;;             -> B3(%1)
;; B3(%0): depth 0
;;       b6  return [%0@r0]
