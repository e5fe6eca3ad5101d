;; station=asm target=x64 strategy=passes=basic,regalloc=linear
(module
  (func $reverse32 (param v128) (result v128)
    (i8x16.shuffle 12 13 14 15 8 9 10 11 4 5 6 7 0 1 2 3 (local.get 0) (local.get 0)))
  (func $align (param v128 v128) (result v128)
    (i8x16.shuffle 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 (local.get 0) (local.get 1)))
  (func $interleave (param v128 v128) (result v128)
    (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get 0) (local.get 1)))
  (func $even (param v128 v128) (result v128)
    (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get 0) (local.get 1)))
  (func $widen (param v128) (result v128)
    (i8x16.shuffle 0 16 1 16 2 16 3 16 4 16 5 16 6 16 7 16 (local.get 0) (v128.const i64x2 0 0)))
  (func $two (param v128 v128) (result v128)
    (i8x16.shuffle 0 1 18 19 2 3 16 17 4 5 22 23 6 7 20 21 (local.get 0) (local.get 1)))
  (func $any (param v128 v128) (result v128)
    (i8x16.shuffle 3 29 14 16 1 1 20 31 7 8 19 28 2 11 17 30 (local.get 0) (local.get 1))))

;; reverse32:
;; @002a    vpshufd  xmm0, xmm0, 0x1b
;; @003c    ret
;;
;; align:
;; @0043    vpalignr xmm0, xmm1, xmm0, 3
;; @0055    ret
;;
;; interleave:
;; @005c    vpunpcklbw xmm0, xmm0, xmm1
;; @006e    ret
;;
;; even:
;; @0075    vshufps  xmm0, xmm0, xmm1, 0x88
;; @0087    ret
;;
;; widen:
;; @009e    vpmovzxbw xmm0, xmm0
;; @00b0    ret
;;
;; two:
;; @00b7    vpshuflw xmm1, xmm1, 0xb1
;;          vpunpcklwd xmm0, xmm0, xmm1
;; @00c9    ret
;;
;; any:
;; @00d0    vpshufb  xmm2, xmm0, xmmword ptr [.d1]
;;          vpshufb  xmm1, xmm1, xmmword ptr [.d2]
;;          vpor     xmm0, xmm2, xmm1
;; @00e2    ret
;;        .d1:
;;          const    0x80800b028080080780800101800e8003
;;        .d2:
;;          const    0x0e0180800c0380800f04808000800d80
