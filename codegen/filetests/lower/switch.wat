;; station=lower target=x64 strategy=passes=none
;; The index is limited to the default entry, so the table needs no other check. Entries with arguments have blocks of their own.
(module
  (func (param i32 i32) (result i32)
    (block $b (result i32)
      (block $a (result i32)
        (br_table $a $b $a $b (local.get 1) (local.get 0)))
      (i32.add (i32.const 1)))))

;; B0(): depth 0
;;       22  args [def %5@r6] [def %2@r2]
;;           limit #0, #1, 3 [early %3] [%5]
;;           table_entry #0, table0[#1] [def %4] [%3]
;;           jump #0 of table0 [%4]
;;             -> B2()
;;             -> B1()
;; B1(): depth 0
;;           jump
;;             -> B3(%2)
;; B2(): depth 0
;;       2b  lea32 #0, [#1+1] [def %1] [%2]
;;       2c  jump
;;             -> B3(%1)
;; B3(%0): depth 0
;;       2d  return [%0@r0]
