;; station=translate target=x64 strategy=passes=none
;; A function reference is the address of the function's record in the instance; null is 0.
(module
  (elem declare func $f)
  (func $f)
  (func (param externref) (result i32 funcref externref)
    (i32.add (ref.is_null (local.get 0)) (ref.is_null (ref.null func)))
    (ref.func $f)
    (ref.null extern)))

;; func 0 (i64) -> ()
;;
;; @0025   b0(v0: i64):
;; @0026   return
;;
;; func 1 (i64, ref) -> (i32, i64, ref)
;;
;; @0028   b0(v0: i64, v1: ref):
;; @002b   v2: ref = const 0x0
;; @002b   v3: i32 = ref.eq v1, v2
;; @002c   v4: i64 = const 0
;; @002e   v5: i64 = const 0
;; @002e   v6: i32 = i64.eq v4, v5
;; @002f   v7: i32 = add v3, v6
;; @0030   v8: i64 = const 96
;; @0030   v9: i64 = add v0, v8
;; @0032   v10: ref = const 0x0
;; @0034   return v7, v9, v10
