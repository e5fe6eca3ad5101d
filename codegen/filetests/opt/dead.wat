;; station=opt target=x64 strategy=passes=basic,cpu=native
;; What nobody reads goes; a load or division that may trap stays.
(module
  (memory 1)
  (func (param i32 i32) (result i32)
    (drop (i32.mul (local.get 0) (local.get 1)))
    (drop (i32.load (local.get 0)))
    (drop (i32.div_u (local.get 0) (local.get 1)))
    (local.get 0)))

;; check: b0(
;; not: mul
;; check: load i32 memory0
;; check: div_u
;; check: return
