;; station=lower target=x64 strategy=passes=none
;; Less-than exchanges its operands, so that unordered is false; equality reads the parity too.
(module
  (func $lt (param f64 f64) (result i32) (f64.lt (local.get 0) (local.get 1)))
  (func $ge (param f32 f32) (result i32) (f32.ge (local.get 0) (local.get 1)))
  (func $eq (param f32 f32) (result i32) (f32.eq (local.get 0) (local.get 1)))
  (func $branch_ne (param f64 f64) (result i32)
    (if (result i32) (f64.ne (local.get 0) (local.get 1)) (then (i32.const 1)) (else (i32.const 2))))
  (func $branch_not_lt (param f64 f64) (result i32)
    (if (result i32) (i32.eqz (f64.lt (local.get 0) (local.get 1))) (then (i32.const 1)) (else (i32.const 2)))))

;; lt:
;; B0(): depth 0
;;       28  args [def %2@x0] [def %1@x1]
;;           set #0 if a of vucomisd #1, #2 [def %0] [%1] [%2~]
;;       29  return [%0@r0]
;;
;; ge:
;; B0(): depth 0
;;       30  args [def %1@x0] [def %2@x1]
;;           set #0 if ae of vucomiss #1, #2 [def %0] [%1] [%2~]
;;       31  return [%0@r0]
;;
;; eq:
;; B0(): depth 0
;;       38  args [def %1@x0] [def %2@x1]
;;           set #0 if e and np of vucomiss #1, #2 [def %0] [%1] [%2~]
;;       39  return [%0@r0]
;;
;; branch_ne:
;; B0(): depth 0
;;       40  args [def %3@x0] [def %4@x1]
;;       41  branch if ne or p of vucomisd #0, #1 [%3] [%4~]
;;             -> B1()
;;             -> B2()
;; B1(): depth 0
;;       43  const #0, 1 [def %2]
;;       45  jump
;;             -> B3(%2)
;; B2(): depth 0
;;       46  const #0, 2 [def %1]
;;       48  jump
;;             -> B3(%1)
;; B3(%0): depth 0
;;       49  return [%0@r0]
;;
;; branch_not_lt:
;; B0(): depth 0
;;       50  args [def %4@x0] [def %3@x1]
;;       52  branch if be of vucomisd #0, #1 [%3] [%4~]
;;             -> B1()
;;             -> B2()
;; B1(): depth 0
;;       54  const #0, 1 [def %2]
;;       56  jump
;;             -> B3(%2)
;; B2(): depth 0
;;       57  const #0, 2 [def %1]
;;       59  jump
;;             -> B3(%1)
;; B3(%0): depth 0
;;       5a  return [%0@r0]
