;; station=lower target=x64 strategy=passes=none
;; Integers by a conditional move, floats by a jump over a move.
(module
  (func $i64 (param i64 i64 i32) (result i64) (select (local.get 0) (local.get 1) (local.get 2)))
  (func $i32 (param i32 i32 f64 f64) (result i32)
    (select (local.get 0) (local.get 1) (f64.eq (local.get 2) (local.get 3))))
  (func $f32 (param f32 f32 i32 i32) (result f32)
    (select (local.get 0) (local.get 1) (i32.le_u (local.get 2) (local.get 3)))))

;; i64:
;; B0(): depth 0
;;       33  args [def %1@r6] [def %2@r2] [def %3@r1]
;;           move64 #0, #2 if ne of test32 #3, #3 [def %0@1] [%2] [%1~] [%3]
;;       34  return [%0@r0]
;;
;; i32:
;; B0(): depth 0
;;       3f  args [def %1@r6] [def %2@r2] [def %3@x0] [def %4@x1]
;;       40  move32 #0, #2 if e and np of vucomisd #3, #4 [def %0@1] [%2] [%1~] [%3] [%4~]
;;       41  return [%0@r0]
;;
;; f32:
;; B0(): depth 0
;;       4c  args [def %1@x0] [def %2@x1] [def %3@r6] [def %4@r2]
;;       4d  move_vec #0, #2 if be of cmp32 #3, #4 [def %0@1] [%2] [late %1] [%3] [%4~]
;;       4e  return [%0@x0]
