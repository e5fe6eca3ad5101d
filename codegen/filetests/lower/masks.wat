;; station=lower target=x64 strategy=passes=none
;; A mask of 8 or 16 bits is a move; one below 2^31 clears the upper half by its width.
(module
  (func (param i32 i64) (result i32 i32 i64 i64 i64)
    (i32.and (local.get 0) (i32.const 255))
    (i32.and (i32.const 65535) (local.get 0))
    (i64.and (local.get 1) (i64.const 255))
    (i64.and (local.get 1) (i64.const 0xffff0))
    (i64.and (local.get 1) (i64.const 0xfffffffffffffff0))))

;; B0(): depth 0
;;       20  args [def %6@r6] [def %5@r2]
;;       23  movzx32.8 #0, #1 [def %0] [%6~]
;;       2a  movzx32.16 #0, #1 [def %1] [%6~]
;;       30  movzx32.8 #0, #1 [def %2] [%5~]
;;       37  and32 #0, 1048560 [def %3@1] [%5]
;;       3c  and64 #0, -16 [def %4@1] [%5]
;;       3d  return [%0@r0] [%1@r2] [%2@r1] [%3@r6] [%4@r8]
