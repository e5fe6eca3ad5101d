;; station=lower target=x64 strategy=passes=basic
;; A plain load of shared memory is an operand of its one user, if nothing synchronizes in between; two users get one load.
(module
  (memory 1 1 shared)
  (func $folds (param i32 i32) (result i32)
    (i32.add (local.get 1) (i32.load (local.get 0))))
  (func $two_users (param i32 i32) (result i32 i32) (local i32)
    (local.set 2 (i32.load (local.get 0)))
    (i32.add (local.get 1) (local.get 2))
    (i32.sub (local.get 1) (local.get 2)))
  (func $fence_between (param i32 i32) (result i32) (local i32)
    (local.set 2 (i32.load (local.get 0)))
    (atomic.fence)
    (i32.add (local.get 1) (local.get 2)))
  (func $atomic_load_between (param i32 i32) (result i32 i32) (local i32)
    (local.set 2 (i32.load (local.get 0)))
    (i32.atomic.load offset=8 (local.get 0))
    (i32.add (local.get 1) (local.get 2))))

;; folds:
;; B0(): depth 0
;;       29  args [def %4@r7] [def %3@r6] [def %1@r2]
;;           mov64 #0, [#1+80] [def %2] [%4]
;;       31  add32 #0, [#2+#3] [def %0@1] [%1] [%2] [%3] !out of bounds memory access
;;       32  return [%0@r0]
;;
;; two_users:
;; B0(): depth 0
;;       34  args [def %6@r7] [def %5@r6] [def %2@r2]
;;           mov64 #0, [#1+80] [def %4] [%6]
;;       39  mov32 #0, [#1+#2] [def %3] [%4] [%5] !out of bounds memory access
;;       42  lea32 #0, [#1+#2] [def %0] [%2] [%3]
;;       47  sub32 #0, #2 [def %1@1] [%2] [%3~]
;;       48  return [%0@r0] [%1@r2]
;;
;; fence_between:
;; B0(): depth 0
;;       4a  args [def %5@r7] [def %4@r6] [def %1@r2]
;;           mov64 #0, [#1+80] [def %3] [%5]
;;       4f  mov32 #0, [#1+#2] [def %2] [%3] [%4] !out of bounds memory access
;;       54  fence
;;       5b  add32 #0, #2 [def %0@1] [%1] [%2~]
;;       5c  return [%0@r0]
;;
;; atomic_load_between:
;; B0(): depth 0
;;       5e  args [def %6@r7] [def %5@r6] [def %2@r2]
;;           mov64 #0, [#1+80] [def %4] [%6]
;;       63  mov32 #0, [#1+#2] [def %3] [%4] [%5] !out of bounds memory access
;;       6a  trap "unaligned atomic" if ne of test8 #0, 3 [%5~]
;;           mov32 #0, [#1+#2+8] [def %0] [%4] [%5] !out of bounds memory access
;;       72  add32 #0, #2 [def %1@1] [%2] [%3~]
;;       73  return [%0@r0] [%1@r2]
