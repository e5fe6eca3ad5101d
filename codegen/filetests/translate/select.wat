;; station=translate target=x64 strategy=passes=none
;; `select` with and without a type.
(module
  (func (param i32 i64 i64 externref) (result i64 externref)
    (select (local.get 1) (local.get 2) (local.get 0))
    (select (result externref) (local.get 3) (ref.null extern) (local.get 0))))

;; func 0 (i64, i32, i64, i64, ref) -> (i64, ref)
;;
;; @001c   b0(v0: i64, v1: i32, v2: i64, v3: i64, v4: ref):
;; @0023   v5: i64 = select v1, v2, v3
;; @0026   v6: ref = const 0x0
;; @002a   v7: ref = select v1, v4, v6
;; @002d   return v5, v7
