;; station=asm target=x64 strategy=passes=none,regalloc=linear
;; Between integers and floats; unsigned 64 bits take a detour.
(module
  (func $convert (param i32 i64) (result f64 f32)
    (f64.convert_i32_s (local.get 0))
    (f32.convert_i64_u (local.get 1)))
  (func $truncate (param f32) (result i32) (i32.trunc_f32_s (local.get 0)))
  (func $saturate (param f64) (result i64) (i64.trunc_sat_f64_u (local.get 0)))
  (func $reinterpret (param f32 i64) (result i32 f64)
    (i32.reinterpret_f32 (local.get 0))
    (f64.reinterpret_i64 (local.get 1))))

;; convert:
;; @0031    vxorps   xmm0, xmm0, xmm0
;;          vcvtsi2sd xmm0, xmm0, esi
;;          mov      rax, rdx
;; @0034    shr      rax, 1
;;          mov      rcx, rdx
;;          and      ecx, 1
;;          or       rax, rcx
;;          mov      rcx, rdx
;;          test     rcx, rcx
;;          cmovs    rcx, rax
;;          vxorps   xmm1, xmm1, xmm1
;;          vcvtsi2ss xmm1, xmm1, rcx
;;          vaddss   xmm2, xmm1, xmm1
;;          test     rdx, rdx
;;          jns      .l1
;;          vmovaps  xmm1, xmm2
;;        .l1:
;; @0035    ret
;;
;; truncate:
;; @003a    vcvtss2sd xmm0, xmm0, xmm0
;;          vucomisd xmm0, xmm0
;;          jp       .l1
;;          vucomisd xmm0, qword ptr [.d1]
;;          jbe      .l2
;;          vucomisd xmm0, qword ptr [.d2]
;;          jae      .l3
;;          vcvttsd2si eax, xmm0
;; @003b    ret
;;        .l1:
;; @003a    ud2                                     ; invalid conversion to integer
;;        .l2:
;;          ud2                                     ; integer overflow
;;        .l3:
;;          ud2                                     ; integer overflow
;;        .d1:
;;          const    0xc1e0000000200000 ; -2147483649.0
;;        .d2:
;;          const    0x41e0000000000000 ; 2147483648.0
;;
;; saturate:
;; @0040    vmaxsd   xmm0, xmm0, qword ptr [.d1]
;;          vcmpgesd xmm1, xmm0, qword ptr [.d2]
;;          vmovq    rcx, xmm1
;;          vcvttsd2si rax, xmm0
;;          vaddsd   xmm0, xmm0, qword ptr [.d3]
;;          vcvttsd2si rdx, xmm0
;;          mov      rsi, rax
;;          sar      rsi, 0x3f
;;          and      rdx, rsi
;;          or       rax, rdx
;;          or       rax, rcx
;; @0042    ret
;;        .d1:
;;          const    0x0000000000000000 ; 0.0
;;        .d2:
;;          const    0x43f0000000000000 ; 1.8446744073709552e19
;;        .d3:
;;          const    0xc3e0000000000000 ; -9.223372036854776e18
;;
;; reinterpret:
;; @0047    vmovd    eax, xmm0
;; @004a    vmovq    xmm0, rsi
;; @004b    ret
