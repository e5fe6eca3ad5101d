;; station=run target=any strategy=all
;; Loads, wraps, comparisons and constants inside of what reads them: at the edges of widths, of offsets and of order.
(module (memory (export "m") 1 2)
 (data (i32.const 0) "\01\02\83\84\f5\ff\ff\ff\10\20\30\40\50\60\70\80")
 (func (export "shl0") (param i64) (result i64) (i64.extend_i32_u (i32.shl (i32.wrap_i64 (local.get 0)) (i32.const 32))))
 (func (export "shl0v") (param i64 i32) (result i64) (i64.extend_i32_u (i32.shl (i32.wrap_i64 (local.get 0)) (local.get 1))))
 (func (export "rot0") (param i64 i32) (result i64) (i64.extend_i32_u (i32.rotl (i32.wrap_i64 (local.get 0)) (i32.mul (local.get 1) (i32.const 32)))))
 (func (export "rotr0") (param i64) (result i64) (i64.extend_i32_u (i32.rotr (i32.wrap_i64 (local.get 0)) (i32.const 64))))
 (func (export "sar0") (param i64) (result i64) (i64.extend_i32_u (i32.shr_s (i32.wrap_i64 (local.get 0)) (i32.const 0))))
 (func (export "divxx") (param i32) (result i32) (i32.div_s (local.get 0) (local.get 0)))
 (func (export "remxx") (param i64) (result i64) (i64.rem_s (local.get 0) (local.get 0)))
 (func (export "remcm1") (param i32 i64) (result i32 i64) (i32.rem_s (local.get 0) (i32.const -1)) (i64.rem_s (local.get 1) (i64.const -1)))
 (func (export "divcm1") (param i32) (result i32) (i32.div_s (local.get 0) (i32.const -1)))
 (func (export "divcm1d") (param i64) (drop (i64.div_s (local.get 0) (i64.const -1))))
 (func (export "div0") (param i64) (drop (i64.div_u (local.get 0) (i64.const 0))))
 (func (export "narrowdiv") (param i64 i64) (result i32) (i32.div_u (i32.wrap_i64 (local.get 0)) (i32.wrap_i64 (local.get 1))))
 (func (export "narrowrem") (param i64 i64) (result i64) (i64.extend_i32_u (i32.rem_s (i32.wrap_i64 (local.get 0)) (i32.wrap_i64 (local.get 1)))))

 (func (export "rmw1") (param i32 i32) (result i32)
   (i32.store8 offset=3 (local.get 0) (i32.add (i32.load8_s offset=3 (local.get 0)) (local.get 1))) (i32.load (i32.const 0)))
 (func (export "rmw2") (param i32 i64) 
   (i64.store16 offset=65534 (local.get 0) (i64.sub (i64.load16_u offset=65534 (local.get 0)) (local.get 1))))
 (func (export "rmw3") (param i32 i64) 
   (i64.store (local.get 0) (i64.xor (local.get 1) (i64.load (local.get 0)))))
 (func (export "rmw4") (param i32) 
   (i64.store (local.get 0) (i64.and (i64.const 0xfffffffff) (i64.load (local.get 0)))))
 (func (export "rmw5") (param i32) 
   (i64.store32 (local.get 0) (i64.or (i64.const 0x80000000) (i64.load32_s (local.get 0)))))
 (func (export "rmw6") (param i32)
   (i32.store (i32.load (local.get 0)) (i32.add (i32.load (i32.load (local.get 0))) (i32.const 1))))
 (func (export "rmw7") (param i32) (result i32) (local i32)
   (local.set 1 (i32.load (local.get 0)))
   (i32.store (i32.const 4) (i32.const 77))
   (i32.store (local.get 0) (i32.add (local.get 1) (i32.const 1))) (i32.load (i32.const 4)))
 (func (export "rmw8") (param i32) (result i32)
   (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (i32.load (local.get 0)))) (i32.load (i32.const 0)))
 (func (export "rmw9") (param i32 i32) (result i32)
   (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (i32.load (local.get 1)))) (i32.load (i32.const 0)))
 (func (export "rmw10") (param i32 i32) (result i32)
   (local i32) (local.set 2 (i32.load (local.get 0))) (drop (memory.grow (i32.const 1)))
   (i32.store (local.get 0) (i32.add (local.get 2) (i32.const 1))) (i32.load (i32.const 0)))
 (func (export "bigoff") (param i32) (result i32) (i32.load offset=0x80000000 (local.get 0)))
 (func (export "bigoff2") (param i32) (result i32) (i32.load offset=0xffffffff (local.get 0)))
 (func (export "bigoff3") (result i32) (i32.load offset=0xffffffff (i32.const 1)))
 (func (export "bigoff4") (result i32) (i32.load offset=0x7fffffff (i32.const -1)))
 (func (export "bigoff5") (param i32) (i32.store offset=0xfffffff8 (local.get 0) (i32.const 5)))
 (func (export "wrapidx") (param i32) (result i32) (i32.load (i32.add (local.get 0) (i32.const -4))))
 (func (export "wrapidx2") (param i32) (result i32) (i32.load (i32.sub (i32.const 8) (local.get 0))))
 (func (export "wrapidx3") (param i64) (result i32) (i32.load (i32.wrap_i64 (local.get 0))))
 (func (export "wrapidx4") (param i64) (result i32) (i32.load8_u offset=1 (i32.add (i32.wrap_i64 (local.get 0)) (i32.shl (i32.wrap_i64 (local.get 0)) (i32.const 2)))))
 (func (export "cmp8") (param i32) (result i32) (i32.lt_u (i32.load8_u (local.get 0)) (i32.const 127)))
 (func (export "cmp8b") (param i32) (result i32) (i32.gt_u (i32.load8_u (local.get 0)) (i32.const 127)))
 (func (export "cmp8c") (param i32) (result i32) (i32.gt_u (i32.const 100) (i32.load8_u (local.get 0)) ))
 (func (export "test8") (param i32) (result i32) (i32.eqz (i32.and (i32.load8_u (local.get 0)) (i32.const 0x80))))
 (func (export "test8b") (param i32) (result i32) (if (result i32) (i32.and (i32.load8_u (local.get 0)) (i32.const 0x1ff)) (then (i32.const 3)) (else (i32.const 4))))
 (func (export "test64") (param i64) (result i32) (i64.eqz (i64.and (local.get 0) (i64.const -0x80000000))))
 (func (export "test64b") (param i64) (result i32) (i64.eqz (i64.and (local.get 0) (i64.const 0x80000000))))
 (func (export "test64c") (param i64) (result i32) (i64.ne (i64.const 0) (i64.and (local.get 0) (i64.const 0xff))))
 (func (export "test64d") (param i64) (result i32) (i32.eqz (i32.wrap_i64 (i64.and (local.get 0) (i64.const 0xff00000000)))))
 (func (export "and64") (param i64) (result i64) (i64.and (local.get 0) (i64.const 0x7fffffff)))
 (func (export "and64b") (param i64) (result i64) (i64.and (local.get 0) (i64.const -2)))
 (func (export "and64c") (param i64) (result i64) (i64.and (local.get 0) (i64.const 0xffffffff)))
 (func (export "and64d") (param i64) (result i64) (i64.and (local.get 0) (i64.const 0xffff)))
 (func (export "twouse") (param i32 i32) (result i32) (local i32)
   (local.set 2 (i32.load (local.get 0)))
   (if (i32.lt_s (local.get 2) (local.get 1)) (then (return (i32.const 9))))
   (i32.add (local.get 2) (local.get 1)))
 (func (export "storebetween") (param i32 i32) (result i32) (local i32)
   (local.set 2 (i32.load (local.get 0)))
   (i32.store (i32.const 0) (i32.const 1234))
   (i32.add (local.get 2) (local.get 1)))
 (func (export "callbetween") (param i32 i32) (result i32) (local i32)
   (local.set 2 (i32.load (local.get 0)))
   (call $side)
   (i32.lt_u (local.get 2) (local.get 1)))
 (func $side (i32.store (i32.const 0) (i32.const 4321)))
 (func (export "trapbetween") (param i32 i32) (result i32) (local i32)
   (local.set 2 (i32.load offset=65533 (local.get 0)))
   (drop (i32.div_u (i32.const 1) (local.get 1)))
   (i32.add (local.get 2) (local.get 1)))
 (func (export "trapbetween2") (param i32 f64) (result i32) (local i32)
   (local.set 2 (i32.load offset=65533 (local.get 0)))
   (i32.sub (i32.trunc_f64_s (local.get 1)) (local.get 2) ))
 (func (export "selmem") (param i32 i32 f64 f64) (result f64) (select (local.get 2) (local.get 3) (i32.lt_u (i32.load (local.get 0)) (local.get 1))))
 (func (export "selmemi") (param i32 i32 i64 i64) (result i64) (select (local.get 2) (local.get 3) (i64.lt_u (i64.load (local.get 0)) (i64.extend_i32_s (local.get 1)))))
 (func (export "selfe") (param f64 f64 i32 i32) (result i32) (select (local.get 2) (local.get 3) (f64.eq (local.get 0) (local.get 1))))
 (func (export "selfn") (param f32 f32 i32 i32) (result i32) (select (local.get 2) (local.get 3) (f32.ne (local.get 0) (local.get 1))))
 (func (export "selff") (param f32 f32 f32 f32) (result f32) (select (local.get 2) (local.get 3) (f32.eq (local.get 0) (local.get 1))))
 (func (export "selffsame") (param f32 f32) (result f32) (select (local.get 0) (local.get 1) (f32.lt (local.get 0) (local.get 1))))
 (func (export "selffsame2") (param f32 f32) (result f32) (select (local.get 1) (local.get 0) (f32.ge (local.get 0) (local.get 1))))
 (func (export "sw") (param i64) (result i32) (block (block (block (br_table 0 1 2 (i32.wrap_i64 (local.get 0)))) (return (i32.const 1))) (return (i32.const 2))) (i32.const 3))
 (func (export "sw0") (param i32) (result i32) (block (br_table 0 (local.get 0))) (i32.const 3))
 (func (export "fbits") (param f32 f64) (result i64 i32) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 0))) (i32.wrap_i64 (i64.reinterpret_f64 (local.get 1))))
 (func (export "cvt") (param i64 i32) (result f32 f64 f32 f64 f32 f64)
   (f32.convert_i64_u (local.get 0)) (f64.convert_i64_u (local.get 0)) (f32.convert_i64_s (local.get 0)) (f64.convert_i32_u (local.get 1)) (f32.convert_i32_u (local.get 1)) (f64.convert_i32_s (i32.wrap_i64 (local.get 0))))
 (func (export "cvtm") (param i32) (result f64 f32 f64) (f64.convert_i32_u (i32.load (local.get 0))) (f32.convert_i64_u (i64.load (local.get 0))) (f64.convert_i32_s (i32.load8_s (local.get 0))))
 (func (export "sat") (param f32 f64) (result i32 i32 i64 i64 i32 i32 i64 i64)
  (i32.trunc_sat_f32_s (local.get 0)) (i32.trunc_sat_f32_u (local.get 0)) (i64.trunc_sat_f32_s (local.get 0)) (i64.trunc_sat_f32_u (local.get 0))
  (i32.trunc_sat_f64_s (local.get 1)) (i32.trunc_sat_f64_u (local.get 1)) (i64.trunc_sat_f64_s (local.get 1)) (i64.trunc_sat_f64_u (local.get 1)))
 (func (export "mm") (param f32 f64) (result f32 f32 f64 f64 f32 f64)
  (f32.min (local.get 0) (f32.const -0)) (f32.max (local.get 0) (f32.const -0)) (f64.min (local.get 1) (f64.const 0)) (f64.max (local.get 1) (f64.const nan))
  (f32.copysign (local.get 0) (f32.const -1)) (f64.copysign (f64.const nan) (local.get 1)))
)

;; run: shl0(0) == 0
;; run: shl0(1) == 1
;; run: shl0(-1) == 4294967295
;; run: shl0(7) == 7
;; run: shl0(2147483648) == 2147483648
;; run: shl0(4294967295) == 4294967295
;; run: shl0(9223372036854775807) == 4294967295
;; run: shl0(-9223372036854775808) == 0
;; run: shl0v(0, 7) == 0
;; run: shl0v(1, 32) == 1
;; run: shl0v(-1, 0) == 4294967295
;; run: shl0v(7, 1) == 14
;; run: shl0v(2147483648, 2147483647) == 0
;; run: shl0v(4294967295, -2147483648) == 4294967295
;; run: shl0v(9223372036854775807, -1) == 2147483648
;; run: shl0v(-9223372036854775808, 7) == 0
;; run: rot0(0, 7) == 0
;; run: rot0(1, 32) == 1
;; run: rot0(-1, 0) == 4294967295
;; run: rot0(7, 1) == 7
;; run: rot0(2147483648, 2147483647) == 2147483648
;; run: rot0(4294967295, -2147483648) == 4294967295
;; run: rot0(9223372036854775807, -1) == 4294967295
;; run: rot0(-9223372036854775808, 7) == 0
;; run: rotr0(0) == 0
;; run: rotr0(1) == 1
;; run: rotr0(-1) == 4294967295
;; run: rotr0(7) == 7
;; run: rotr0(2147483648) == 2147483648
;; run: rotr0(4294967295) == 4294967295
;; run: rotr0(9223372036854775807) == 4294967295
;; run: rotr0(-9223372036854775808) == 0
;; run: sar0(0) == 0
;; run: sar0(1) == 1
;; run: sar0(-1) == 4294967295
;; run: sar0(7) == 7
;; run: sar0(2147483648) == 2147483648
;; run: sar0(4294967295) == 4294967295
;; run: sar0(9223372036854775807) == 4294967295
;; run: sar0(-9223372036854775808) == 0
;; trap: divxx(0): integer divide by zero
;; run: divxx(1) == 1
;; run: divxx(-1) == 1
;; run: divxx(7) == 1
;; run: divxx(32) == 1
;; run: divxx(2147483647) == 1
;; run: divxx(-2147483648) == 1
;; run: divxx(65532) == 1
;; trap: remxx(0): integer divide by zero
;; run: remxx(1) == 0
;; run: remxx(-1) == 0
;; run: remxx(7) == 0
;; run: remxx(2147483648) == 0
;; run: remxx(4294967295) == 0
;; run: remxx(9223372036854775807) == 0
;; run: remxx(-9223372036854775808) == 0
;; run: remcm1(0, 7) == 0, 0
;; run: remcm1(1, 2147483648) == 0, 0
;; run: remcm1(-1, 0) == 0, 0
;; run: remcm1(7, 1) == 0, 0
;; run: remcm1(32, 4294967295) == 0, 0
;; run: remcm1(2147483647, 9223372036854775807) == 0, 0
;; run: remcm1(-2147483648, -1) == 0, 0
;; run: remcm1(65532, 7) == 0, 0
;; run: divcm1(0) == 0
;; run: divcm1(1) == -1
;; run: divcm1(-1) == 1
;; run: divcm1(7) == -7
;; run: divcm1(32) == -32
;; run: divcm1(2147483647) == -2147483647
;; trap: divcm1(-2147483648): integer overflow
;; run: divcm1(65532) == -65532
;; run: divcm1d(0)
;; run: divcm1d(1)
;; run: divcm1d(-1)
;; run: divcm1d(7)
;; run: divcm1d(2147483648)
;; run: divcm1d(4294967295)
;; run: divcm1d(9223372036854775807)
;; trap: divcm1d(-9223372036854775808): integer overflow
;; trap: div0(0): integer divide by zero
;; trap: div0(1): integer divide by zero
;; trap: div0(-1): integer divide by zero
;; trap: div0(7): integer divide by zero
;; trap: div0(2147483648): integer divide by zero
;; trap: div0(4294967295): integer divide by zero
;; trap: div0(9223372036854775807): integer divide by zero
;; trap: div0(-9223372036854775808): integer divide by zero
;; run: narrowdiv(0, 7) == 0
;; run: narrowdiv(1, 2147483648) == 0
;; trap: narrowdiv(-1, 0): integer divide by zero
;; run: narrowdiv(7, 1) == 7
;; run: narrowdiv(2147483648, 4294967295) == 0
;; run: narrowdiv(4294967295, 9223372036854775807) == 1
;; run: narrowdiv(9223372036854775807, -1) == 1
;; run: narrowdiv(-9223372036854775808, 7) == 0
;; run: narrowrem(0, 7) == 0
;; run: narrowrem(1, 2147483648) == 1
;; trap: narrowrem(-1, 0): integer divide by zero
;; run: narrowrem(7, 1) == 0
;; run: narrowrem(2147483648, 4294967295) == 0
;; run: narrowrem(4294967295, 9223372036854775807) == 0
;; run: narrowrem(9223372036854775807, -1) == 0
;; run: narrowrem(-9223372036854775808, 7) == 0
;; run: rmw1(0, 7) == -1954348543
;; run: rmw1(1, 32) == -1954348543
;; trap: rmw1(-1, 0): out of bounds memory access
;; run: rmw1(7, 1) == -1954348543
;; run: rmw1(32, 2147483647) == -1954348543
;; trap: rmw1(2147483647, -2147483648): out of bounds memory access
;; trap: rmw1(-2147483648, -1): out of bounds memory access
;; run: rmw1(65532, 7) == -1954348543
;; run: rmw2(0, 7)
;; trap: rmw2(1, 2147483648): out of bounds memory access
;; trap: rmw2(-1, 0): out of bounds memory access
;; trap: rmw2(7, 1): out of bounds memory access
;; trap: rmw2(32, 4294967295): out of bounds memory access
;; trap: rmw2(2147483647, 9223372036854775807): out of bounds memory access
;; trap: rmw2(-2147483648, -1): out of bounds memory access
;; trap: rmw2(65532, 7): out of bounds memory access
;; run: rmw3(0, 7)
;; run: rmw3(1, 2147483648)
;; trap: rmw3(-1, 0): out of bounds memory access
;; run: rmw3(7, 1)
;; run: rmw3(32, 4294967295)
;; trap: rmw3(2147483647, 9223372036854775807): out of bounds memory access
;; trap: rmw3(-2147483648, -1): out of bounds memory access
;; trap: rmw3(65532, 7): out of bounds memory access
;; run: rmw4(0)
;; run: rmw4(1)
;; trap: rmw4(-1): out of bounds memory access
;; run: rmw4(7)
;; run: rmw4(32)
;; trap: rmw4(2147483647): out of bounds memory access
;; trap: rmw4(-2147483648): out of bounds memory access
;; trap: rmw4(65532): out of bounds memory access
;; run: rmw5(0)
;; run: rmw5(1)
;; trap: rmw5(-1): out of bounds memory access
;; run: rmw5(7)
;; run: rmw5(32)
;; trap: rmw5(2147483647): out of bounds memory access
;; trap: rmw5(-2147483648): out of bounds memory access
;; run: rmw5(65532)
;; trap: rmw6(0): out of bounds memory access
;; trap: rmw6(1): out of bounds memory access
;; trap: rmw6(-1): out of bounds memory access
;; trap: rmw6(7): out of bounds memory access
;; trap: rmw6(32): out of bounds memory access
;; trap: rmw6(2147483647): out of bounds memory access
;; trap: rmw6(-2147483648): out of bounds memory access
;; trap: rmw6(65532): out of bounds memory access
;; run: rmw7(0) == 77
;; run: rmw7(1) == 77
;; trap: rmw7(-1): out of bounds memory access
;; run: rmw7(7) == 16777293
;; run: rmw7(32) == 77
;; trap: rmw7(2147483647): out of bounds memory access
;; trap: rmw7(-2147483648): out of bounds memory access
;; run: rmw7(65532) == 77
;; run: rmw8(0) == 386270734
;; run: rmw8(1) == 772541454
;; trap: rmw8(-1): out of bounds memory access
;; run: rmw8(7) == 772541454
;; run: rmw8(32) == 772541454
;; trap: rmw8(2147483647): out of bounds memory access
;; trap: rmw8(-2147483648): out of bounds memory access
;; run: rmw8(65532) == 772541454
;; run: rmw9(0, 7) == -1874064370
;; run: rmw9(1, 32) == -1874064370
;; trap: rmw9(-1, 0): out of bounds memory access
;; run: rmw9(7, 1) == -1874064370
;; trap: rmw9(32, 2147483647): out of bounds memory access
;; trap: rmw9(2147483647, -2147483648): out of bounds memory access
;; trap: rmw9(-2147483648, -1): out of bounds memory access
;; run: rmw9(65532, 7) == -1874064370
;; run: rmw10(0, 7) == -1874064369
;; run: rmw10(1, 32) == -1874064113
;; trap: rmw10(-1, 0): out of bounds memory access
;; run: rmw10(7, 1) == -1874064113
;; run: rmw10(32, 2147483647) == -1874064113
;; trap: rmw10(2147483647, -2147483648): out of bounds memory access
;; trap: rmw10(-2147483648, -1): out of bounds memory access
;; run: rmw10(65532, 7) == -1874064113
;; trap: bigoff(0): out of bounds memory access
;; trap: bigoff(1): out of bounds memory access
;; trap: bigoff(-1): out of bounds memory access
;; trap: bigoff(7): out of bounds memory access
;; trap: bigoff(32): out of bounds memory access
;; trap: bigoff(2147483647): out of bounds memory access
;; trap: bigoff(-2147483648): out of bounds memory access
;; trap: bigoff(65532): out of bounds memory access
;; trap: bigoff2(0): out of bounds memory access
;; trap: bigoff2(1): out of bounds memory access
;; trap: bigoff2(-1): out of bounds memory access
;; trap: bigoff2(7): out of bounds memory access
;; trap: bigoff2(32): out of bounds memory access
;; trap: bigoff2(2147483647): out of bounds memory access
;; trap: bigoff2(-2147483648): out of bounds memory access
;; trap: bigoff2(65532): out of bounds memory access
;; trap: bigoff3(): out of bounds memory access
;; trap: bigoff4(): out of bounds memory access
;; trap: bigoff5(0): out of bounds memory access
;; trap: bigoff5(1): out of bounds memory access
;; trap: bigoff5(-1): out of bounds memory access
;; trap: bigoff5(7): out of bounds memory access
;; trap: bigoff5(32): out of bounds memory access
;; trap: bigoff5(2147483647): out of bounds memory access
;; trap: bigoff5(-2147483648): out of bounds memory access
;; trap: bigoff5(65532): out of bounds memory access
;; trap: wrapidx(0): out of bounds memory access
;; trap: wrapidx(1): out of bounds memory access
;; trap: wrapidx(-1): out of bounds memory access
;; run: wrapidx(7) == 40080
;; run: wrapidx(32) == 0
;; trap: wrapidx(2147483647): out of bounds memory access
;; trap: wrapidx(-2147483648): out of bounds memory access
;; run: wrapidx(65532) == 0
;; run: wrapidx2(0) == 16699468
;; run: wrapidx2(1) == -19903475
;; run: wrapidx2(-1) == 65232
;; run: wrapidx2(7) == -1668264947
;; trap: wrapidx2(32): out of bounds memory access
;; trap: wrapidx2(2147483647): out of bounds memory access
;; trap: wrapidx2(-2147483648): out of bounds memory access
;; trap: wrapidx2(65532): out of bounds memory access
;; run: wrapidx3(0) == -1874064113
;; run: wrapidx3(1) == -1668264947
;; trap: wrapidx3(-1): out of bounds memory access
;; run: wrapidx3(7) == -19903475
;; trap: wrapidx3(2147483648): out of bounds memory access
;; trap: wrapidx3(4294967295): out of bounds memory access
;; trap: wrapidx3(9223372036854775807): out of bounds memory access
;; run: wrapidx3(-9223372036854775808) == -1874064113
;; run: wrapidx4(0) == 13
;; run: wrapidx4(1) == 0
;; trap: wrapidx4(-1): out of bounds memory access
;; run: wrapidx4(7) == 0
;; trap: wrapidx4(2147483648): out of bounds memory access
;; trap: wrapidx4(4294967295): out of bounds memory access
;; trap: wrapidx4(9223372036854775807): out of bounds memory access
;; run: wrapidx4(-9223372036854775808) == 13
;; run: cmp8(0) == 1
;; run: cmp8(1) == 1
;; trap: cmp8(-1): out of bounds memory access
;; run: cmp8(7) == 1
;; run: cmp8(32) == 1
;; trap: cmp8(2147483647): out of bounds memory access
;; trap: cmp8(-2147483648): out of bounds memory access
;; run: cmp8(65532) == 1
;; run: cmp8b(0) == 0
;; run: cmp8b(1) == 0
;; trap: cmp8b(-1): out of bounds memory access
;; run: cmp8b(7) == 0
;; run: cmp8b(32) == 0
;; trap: cmp8b(2147483647): out of bounds memory access
;; trap: cmp8b(-2147483648): out of bounds memory access
;; run: cmp8b(65532) == 0
;; run: cmp8c(0) == 1
;; run: cmp8c(1) == 1
;; trap: cmp8c(-1): out of bounds memory access
;; run: cmp8c(7) == 1
;; run: cmp8c(32) == 1
;; trap: cmp8c(2147483647): out of bounds memory access
;; trap: cmp8c(-2147483648): out of bounds memory access
;; run: cmp8c(65532) == 1
;; run: test8(0) == 1
;; run: test8(1) == 1
;; trap: test8(-1): out of bounds memory access
;; run: test8(7) == 1
;; run: test8(32) == 1
;; trap: test8(2147483647): out of bounds memory access
;; trap: test8(-2147483648): out of bounds memory access
;; run: test8(65532) == 1
;; trap: test8b(-1): out of bounds memory access
;; trap: test8b(2147483647): out of bounds memory access
;; trap: test8b(-2147483648): out of bounds memory access
;; run: test64(0) == 1
;; run: test64(1) == 1
;; run: test64(-1) == 0
;; run: test64(7) == 1
;; run: test64(2147483648) == 0
;; run: test64(4294967295) == 0
;; run: test64(9223372036854775807) == 0
;; run: test64(-9223372036854775808) == 0
;; run: test64b(0) == 1
;; run: test64b(1) == 1
;; run: test64b(-1) == 0
;; run: test64b(7) == 1
;; run: test64b(2147483648) == 0
;; run: test64b(4294967295) == 0
;; run: test64b(9223372036854775807) == 0
;; run: test64b(-9223372036854775808) == 1
;; run: test64c(0) == 0
;; run: test64c(1) == 1
;; run: test64c(-1) == 1
;; run: test64c(7) == 1
;; run: test64c(2147483648) == 0
;; run: test64c(4294967295) == 1
;; run: test64c(9223372036854775807) == 1
;; run: test64c(-9223372036854775808) == 0
;; run: test64d(0) == 1
;; run: test64d(1) == 1
;; run: test64d(-1) == 1
;; run: test64d(7) == 1
;; run: test64d(2147483648) == 1
;; run: test64d(4294967295) == 1
;; run: test64d(9223372036854775807) == 1
;; run: test64d(-9223372036854775808) == 1
;; run: and64(0) == 0
;; run: and64(1) == 1
;; run: and64(-1) == 2147483647
;; run: and64(7) == 7
;; run: and64(2147483648) == 0
;; run: and64(4294967295) == 2147483647
;; run: and64(9223372036854775807) == 2147483647
;; run: and64(-9223372036854775808) == 0
;; run: and64b(0) == 0
;; run: and64b(1) == 0
;; run: and64b(-1) == -2
;; run: and64b(7) == 6
;; run: and64b(2147483648) == 2147483648
;; run: and64b(4294967295) == 4294967294
;; run: and64b(9223372036854775807) == 9223372036854775806
;; run: and64b(-9223372036854775808) == -9223372036854775808
;; run: and64c(0) == 0
;; run: and64c(1) == 1
;; run: and64c(-1) == 4294967295
;; run: and64c(7) == 7
;; run: and64c(2147483648) == 2147483648
;; run: and64c(4294967295) == 4294967295
;; run: and64c(9223372036854775807) == 4294967295
;; run: and64c(-9223372036854775808) == 0
;; run: and64d(0) == 0
;; run: and64d(1) == 1
;; run: and64d(-1) == 65535
;; run: and64d(7) == 7
;; run: and64d(2147483648) == 0
;; run: and64d(4294967295) == 65535
;; run: and64d(9223372036854775807) == 65535
;; run: and64d(-9223372036854775808) == 0
;; run: twouse(0, 7) == 9
;; run: twouse(1, 32) == 9
;; trap: twouse(-1, 0): out of bounds memory access
;; run: twouse(7, 1) == 9
;; run: twouse(32, 2147483647) == 9
;; trap: twouse(2147483647, -2147483648): out of bounds memory access
;; trap: twouse(-2147483648, -1): out of bounds memory access
;; run: twouse(65532, 7) == 214060054
;; run: storebetween(0, 7) == -1874064106
;; run: storebetween(1, 32) == -1677721564
;; trap: storebetween(-1, 0): out of bounds memory access
;; run: storebetween(7, 1) == -19903474
;; run: storebetween(32, 2147483647) == -2113929216
;; trap: storebetween(2147483647, -2147483648): out of bounds memory access
;; trap: storebetween(-2147483648, -1): out of bounds memory access
;; run: storebetween(65532, 7) == 214060054
;; run: callbetween(0, 7) == 0
;; run: callbetween(1, 32) == 0
;; trap: callbetween(-1, 0): out of bounds memory access
;; run: callbetween(7, 1) == 0
;; run: callbetween(32, 2147483647) == 1
;; trap: callbetween(2147483647, -2147483648): out of bounds memory access
;; trap: callbetween(-2147483648, -1): out of bounds memory access
;; run: callbetween(65532, 7) == 0
;; run: trapbetween(0, 7) == 836179
;; run: trapbetween(1, 32) == 3298
;; trap: trapbetween(-1, 0): out of bounds memory access
;; run: trapbetween(7, 1) == 1
;; run: trapbetween(32, 2147483647) == 2147483647
;; trap: trapbetween(2147483647, -2147483648): out of bounds memory access
;; trap: trapbetween(-2147483648, -1): out of bounds memory access
;; run: trapbetween(65532, 7) == 7
;; run: trapbetween2(0, -2.5) == -836174
;; trap: trapbetween2(-1, -2.5): out of bounds memory access
;; run: trapbetween2(32, -2.5) == -2
;; trap: trapbetween2(2147483647, 1e+30): out of bounds memory access
;; trap: trapbetween2(-2147483648, -2.5): out of bounds memory access
;; run: selmem(0, 7, -0.0, 1e+30) == 1e+30
;; run: selmem(1, 32, 1.5, 0.0) == 0.0
;; trap: selmem(-1, 0, 1e+30, 0.0): out of bounds memory access
;; run: selmem(7, 1, 0.0, -0.0) == -0.0
;; run: selmem(32, 2147483647, 1.5, -0.0) == 1.5
;; trap: selmem(2147483647, -2147483648, -2.5, 1.5): out of bounds memory access
;; trap: selmem(-2147483648, -1, 0.0, 1.5): out of bounds memory access
;; run: selmem(65532, 7, -0.0, -2.5) == -2.5
;; run: selmemi(0, 7, 9223372036854775807, 1) == 1
;; run: selmemi(1, 32, -9223372036854775808, -1) == -1
;; trap: selmemi(-1, 0, 9223372036854775807, 2147483648): out of bounds memory access
;; run: selmemi(7, 1, -9223372036854775808, 4294967295) == 4294967295
;; run: selmemi(32, 2147483647, 9223372036854775807, -9223372036854775808) == 9223372036854775807
;; trap: selmemi(2147483647, -2147483648, -9223372036854775808, 0): out of bounds memory access
;; trap: selmemi(-2147483648, -1, 9223372036854775807, -1): out of bounds memory access
;; run: selmemi(65532, 7, -9223372036854775808, 7) == 7
;; run: selfe(0.0, -2.5, -2147483648, 1) == 1
;; run: selfe(-0.0, 1e+30, 65532, -1) == -1
;; run: selfe(1.5, -2.5, -2147483648, 32) == 32
;; run: selfe(-2.5, 1e+30, 65532, 2147483647) == 2147483647
;; run: selfe(1e+30, -2.5, -2147483648, 65532) == 65532
;; run: selfe(0.0, 1e+30, 65532, 0) == 0
;; run: selfe(-0.0, -2.5, -2147483648, -1) == -1
;; run: selfe(1.5, 1e+30, 65532, 7) == 7
;; run: selfn(0.0, -2.5, -2147483648, 1) == -2147483648
;; run: selfn(-0.0, 1e+30, 65532, -1) == 65532
;; run: selfn(1.5, -2.5, -2147483648, 32) == -2147483648
;; run: selfn(-2.5, 1e+30, 65532, 2147483647) == 65532
;; run: selfn(1e+30, -2.5, -2147483648, 65532) == -2147483648
;; run: selfn(0.0, 1e+30, 65532, 0) == 65532
;; run: selfn(-0.0, -2.5, -2147483648, -1) == -2147483648
;; run: selfn(1.5, 1e+30, 65532, 7) == 65532
;; run: selff(0.0, -2.5, -0.0, 1e+30) == 1.0000000150474662e+30
;; run: selff(-0.0, 1e+30, 1.5, 0.0) == 0.0
;; run: selff(1.5, -2.5, 1e+30, 0.0) == 0.0
;; run: selff(-2.5, 1e+30, 0.0, -0.0) == -0.0
;; run: selff(1e+30, -2.5, 1.5, -0.0) == -0.0
;; run: selff(0.0, 1e+30, -2.5, 1.5) == 1.5
;; run: selff(-0.0, -2.5, 0.0, 1.5) == 1.5
;; run: selff(1.5, 1e+30, -0.0, -2.5) == -2.5
;; run: selffsame(0.0, -2.5) == -2.5
;; run: selffsame(-0.0, 1e+30) == -0.0
;; run: selffsame(1.5, -2.5) == -2.5
;; run: selffsame(-2.5, 1e+30) == -2.5
;; run: selffsame(1e+30, -2.5) == -2.5
;; run: selffsame(0.0, 1e+30) == 0.0
;; run: selffsame(-0.0, -2.5) == -2.5
;; run: selffsame(1.5, 1e+30) == 1.5
;; run: selffsame2(0.0, -2.5) == -2.5
;; run: selffsame2(-0.0, 1e+30) == -0.0
;; run: selffsame2(1.5, -2.5) == -2.5
;; run: selffsame2(-2.5, 1e+30) == -2.5
;; run: selffsame2(1e+30, -2.5) == -2.5
;; run: selffsame2(0.0, 1e+30) == 0.0
;; run: selffsame2(-0.0, -2.5) == -2.5
;; run: selffsame2(1.5, 1e+30) == 1.5
;; run: sw(0) == 1
;; run: sw(1) == 2
;; run: sw(-1) == 3
;; run: sw(7) == 3
;; run: sw(2147483648) == 3
;; run: sw(4294967295) == 3
;; run: sw(9223372036854775807) == 3
;; run: sw(-9223372036854775808) == 1
;; run: sw0(0) == 3
;; run: sw0(1) == 3
;; run: sw0(-1) == 3
;; run: sw0(7) == 3
;; run: sw0(32) == 3
;; run: sw0(2147483647) == 3
;; run: sw0(-2147483648) == 3
;; run: sw0(65532) == 3
;; run: fbits(0.0, -2.5) == 0, 0
;; run: fbits(-0.0, 1e+30) == 2147483648, 966823146
;; run: fbits(1.5, -2.5) == 1069547520, 0
;; run: fbits(-2.5, 1e+30) == 3223322624, 966823146
;; run: fbits(1e+30, -2.5) == 1900671690, 0
;; run: fbits(0.0, 1e+30) == 0, 966823146
;; run: fbits(-0.0, -2.5) == 2147483648, 0
;; run: fbits(1.5, 1e+30) == 1069547520, 966823146
;; run: cvt(0, 7) == 0.0, 0.0, 0.0, 7.0, 7.0, 0.0
;; run: cvt(1, 32) == 1.0, 1.0, 1.0, 32.0, 32.0, 1.0
;; run: cvt(-1, 0) == 18446744073709552000, 18446744073709552000, -1.0, 0.0, 0.0, -1.0
;; run: cvt(7, 1) == 7.0, 7.0, 7.0, 1.0, 1.0, 7.0
;; run: cvt(2147483648, 2147483647) == 2147483648.0, 2147483648.0, 2147483648.0, 2147483647.0, 2147483648.0, -2147483648.0
;; run: cvt(4294967295, -2147483648) == 4294967296.0, 4294967295.0, 4294967296.0, 2147483648.0, 2147483648.0, -1.0
;; run: cvt(9223372036854775807, -1) == 9223372036854776000, 9223372036854776000, 9223372036854776000, 4294967295.0, 4294967296.0, -1.0
;; run: cvt(-9223372036854775808, 7) == 9223372036854776000, 9223372036854776000, -9223372036854776000, 7.0, 7.0, 0.0
;; run: cvtm(0) == 4321.0, 936749409687830500, -31.0
;; run: cvtm(1) == 2617245712.0, 5480036321579762000, 16.0
;; trap: cvtm(-1): out of bounds memory access
;; run: cvtm(7) == 4275063821.0, 4275063808.0, 13.0
;; run: cvtm(32) == 33554433.0, 33554432.0, 1.0
;; trap: cvtm(2147483647): out of bounds memory access
;; trap: cvtm(-2147483648): out of bounds memory access
;; run: cvtm(65532) == 214060047.0, 214060048.0, 15.0
;; run: sat(0.0, -2.5) == 0, 0, 0, 0, -2, 0, -2, 0
;; run: sat(-0.0, 1e+30) == 0, 0, 0, 0, 2147483647, -1, 9223372036854775807, -1
;; run: sat(1.5, -2.5) == 1, 1, 1, 1, -2, 0, -2, 0
;; run: sat(-2.5, 1e+30) == -2, 0, -2, 0, 2147483647, -1, 9223372036854775807, -1
;; run: sat(1e+30, -2.5) == 2147483647, -1, 9223372036854775807, -1, -2, 0, -2, 0
;; run: sat(0.0, 1e+30) == 0, 0, 0, 0, 2147483647, -1, 9223372036854775807, -1
;; run: sat(-0.0, -2.5) == 0, 0, 0, 0, -2, 0, -2, 0
;; run: sat(1.5, 1e+30) == 1, 1, 1, 1, 2147483647, -1, 9223372036854775807, -1
;; run: mm(0.0, -2.5) == -0.0, 0.0, -2.5, nan, -0.0, nan
;; run: mm(-0.0, 1e+30) == -0.0, -0.0, 0.0, nan, -0.0, nan
;; run: mm(1.5, -2.5) == -0.0, 1.5, -2.5, nan, -1.5, nan
;; run: mm(-2.5, 1e+30) == -2.5, -0.0, 0.0, nan, -2.5, nan
;; run: mm(1e+30, -2.5) == -0.0, 1.0000000150474662e+30, -2.5, nan, -1.0000000150474662e+30, nan
;; run: mm(0.0, 1e+30) == -0.0, 0.0, 0.0, nan, -0.0, nan
;; run: mm(-0.0, -2.5) == -0.0, -0.0, -2.5, nan, -0.0, nan
;; run: mm(1.5, 1e+30) == -0.0, 1.5, 0.0, nan, -1.5, nan
