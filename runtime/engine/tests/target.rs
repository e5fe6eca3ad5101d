//! The meanings of the x86-64 vector instructions in `ir/value/target.rs` against the processor itself, through the intrinsics that name
//! them: on bytes of every kind, numbers at their edges, NaNs and zeros of both signs. GFNI, VNNI and AVX-512 are compared where they are.
#![cfg(target_arch = "x86_64")]
use samite_codegen::x64::cpu::{Cpu, has_feature};
use samite_ir::value::edges::edges;
use samite_ir::value::{TargetOp, Type, Wide};
use std::arch::x86_64::*;
use std::collections::BTreeSet;

/// What one instruction is compared on.
struct Tester {
    inputs: Vec<[Wide; 3]>,
    judged: BTreeSet<TargetOp>,
}

/// Bits as a type of the intrinsics, and back.
trait Bits: Copy {
    fn from_wide(bits: Wide) -> Self;
    fn to_wide(self) -> Wide;
}

macro_rules! bits_of {
    ($($T:ty)*) => { $(impl Bits for $T {
        fn from_wide(bits: Wide) -> $T {
            // SAFETY: both sides are plain bytes, and there are 32 to read.
            unsafe { std::ptr::read_unaligned(bits.to_le_bytes().as_ptr().cast()) }
        }
        fn to_wide(self) -> Wide {
            let mut bytes = [0u8; 32];
            // SAFETY: both sides are plain bytes, no more than 32.
            unsafe { std::ptr::write_unaligned(bytes.as_mut_ptr().cast(), self) };
            Wide::from_le_bytes(bytes)
        }
    })* };
}
bits_of!(__m128i __m128 __m128d __m256i __m256 __m256d i32);

impl Tester {
    fn new() -> Tester {
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            state ^ state >> 29
        };
        let mut inputs = Vec::new();
        for round in 0..600 {
            let ty = [Type::I32, Type::I64, Type::F32, Type::F64][round % 4];
            let list = edges(ty);
            let mut vector = || match round % 12 {
                // Bytes of all kinds.
                8..=11 => Wide::from_lanes(64, |_| 0).map_lanes(|_| next()),
                // Small numbers, for indices, counts and signs.
                7 => Wide::from_lanes(64, |_| 0).map_lanes(|_| next() & 0x8f87_830f_1f80_ff01),
                _ => {
                    let lanes: Vec<u64> = (0..8).map(|_| list[next() as usize % list.len()]).collect();
                    Wide::from_lanes(8 * ty.bytes(), |k| lanes[k as usize])
                }
            };
            inputs.push([vector(), vector(), vector()]);
        }
        // Counts of shifts.
        for n in [0u64, 1, 7, 15, 16, 31, 32, 63, 64, 255, 1 << 32, u64::MAX] {
            let [a, b, c] = inputs[n as usize % 600];
            inputs.push([a, Wide { low: u128::from(n), high: u128::from(n) }, c]);
            inputs.push([b, Wide::from_lanes(64, |_| n), c]);
        }
        Tester { inputs, judged: BTreeSet::new() }
    }

    fn judge(&mut self, op: TargetOp, ty: Type, imm: u8, run: impl Fn([Wide; 3]) -> Wide) {
        self.judged.insert(op);
        let bytes = |ty: Type| if ty == Type::I32 { 4 } else { ty.bytes() };
        for input in &self.inputs {
            let mut args = *input;
            for (arg, kind) in args.iter_mut().zip(op.operands(ty)) {
                *arg = arg.truncated(bytes(kind));
            }
            let (ours, theirs) = (op.eval(ty, args, imm), run(args).truncated(bytes(op.result(ty))));
            assert_eq!(ours, theirs, "{ty} {op} {imm} {args:#x?}");
        }
    }
}

trait MapLanes {
    fn map_lanes(self, f: impl FnMut(u32) -> u64) -> Wide;
}
impl MapLanes for Wide {
    fn map_lanes(self, mut f: impl FnMut(u32) -> u64) -> Wide {
        let lanes: Vec<u64> = (0..4).map(&mut f).collect();
        Wide::from_lanes(64, |k| lanes[k as usize])
    }
}

macro_rules! one {
    ($t:ident, $ty:ident, $op:ident, $f:ident) => {
        // SAFETY: the caller has seen that the processor has it.
        $t.judge(TargetOp::$op, Type::$ty, 0, |[a, ..]| unsafe { $f(Bits::from_wide(a)).to_wide() });
    };
}
macro_rules! two {
    ($t:ident, $ty:ident, $op:ident, $f:ident) => {
        // SAFETY: the caller has seen that the processor has it.
        $t.judge(TargetOp::$op, Type::$ty, 0, |[a, b, _]| unsafe { $f(Bits::from_wide(a), Bits::from_wide(b)).to_wide() });
    };
}
macro_rules! three {
    ($t:ident, $ty:ident, $op:ident, $f:ident) => {
        $t.judge(TargetOp::$op, Type::$ty, 0, |[a, b, c]| {
            // SAFETY: the caller has seen that the processor has it.
            unsafe { $f(Bits::from_wide(a), Bits::from_wide(b), Bits::from_wide(c)).to_wide() }
        });
    };
}
macro_rules! imm1 {
    ($t:ident, $ty:ident, $op:ident, $f:ident, $($imm:literal)*) => { $(
        // SAFETY: the caller has seen that the processor has it.
        $t.judge(TargetOp::$op, Type::$ty, $imm, |[a, ..]| unsafe { $f::<$imm>(Bits::from_wide(a)).to_wide() });
    )* };
}
macro_rules! imm2 {
    ($t:ident, $ty:ident, $op:ident, $f:ident, $($imm:literal)*) => { $(
        $t.judge(TargetOp::$op, Type::$ty, $imm, |[a, b, _]| {
            // SAFETY: the caller has seen that the processor has it.
            unsafe { $f::<$imm>(Bits::from_wide(a), Bits::from_wide(b)).to_wide() }
        });
    )* };
}

macro_rules! imm3 {
    ($t:ident, $ty:ident, $op:ident, $f:ident, $($imm:literal)*) => { $(
        $t.judge(TargetOp::$op, Type::$ty, $imm, |[a, b, c]| {
            // SAFETY: the caller has seen that the processor has it.
            unsafe { $f::<$imm>(Bits::from_wide(a), Bits::from_wide(b), Bits::from_wide(c)).to_wide() }
        });
    )* };
}

#[test]
fn instructions_mean_what_the_processor_does() {
    assert!(is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"), "this engine needs AVX2 and FMA");
    let mut t = Tester::new();
    integers(&mut t);
    others(&mut t);
    let optional = Cpu::Avx512.features().iter().map(|f| (f, has_feature(f))).collect::<Vec<_>>();
    let judged = t.judged.len();
    eprintln!("{judged} instructions of {} judged; optional ones here: {optional:?}", TargetOp::ALL.len());
    assert!(judged > 170, "only {judged}");
}

#[rustfmt::skip]
fn integers(t: &mut Tester) {
    two!(t, V128, Paddb, _mm_add_epi8);
    two!(t, V256, Paddb, _mm256_add_epi8);
    two!(t, V128, Psubb, _mm_sub_epi8);
    two!(t, V256, Psubb, _mm256_sub_epi8);
    two!(t, V128, Pcmpeqb, _mm_cmpeq_epi8);
    two!(t, V256, Pcmpeqb, _mm256_cmpeq_epi8);
    two!(t, V128, Pcmpgtb, _mm_cmpgt_epi8);
    two!(t, V256, Pcmpgtb, _mm256_cmpgt_epi8);
    two!(t, V128, Paddw, _mm_add_epi16);
    two!(t, V256, Paddw, _mm256_add_epi16);
    two!(t, V128, Psubw, _mm_sub_epi16);
    two!(t, V256, Psubw, _mm256_sub_epi16);
    two!(t, V128, Pcmpeqw, _mm_cmpeq_epi16);
    two!(t, V256, Pcmpeqw, _mm256_cmpeq_epi16);
    two!(t, V128, Pcmpgtw, _mm_cmpgt_epi16);
    two!(t, V256, Pcmpgtw, _mm256_cmpgt_epi16);
    two!(t, V128, Paddd, _mm_add_epi32);
    two!(t, V256, Paddd, _mm256_add_epi32);
    two!(t, V128, Psubd, _mm_sub_epi32);
    two!(t, V256, Psubd, _mm256_sub_epi32);
    two!(t, V128, Pcmpeqd, _mm_cmpeq_epi32);
    two!(t, V256, Pcmpeqd, _mm256_cmpeq_epi32);
    two!(t, V128, Pcmpgtd, _mm_cmpgt_epi32);
    two!(t, V256, Pcmpgtd, _mm256_cmpgt_epi32);
    two!(t, V128, Paddq, _mm_add_epi64);
    two!(t, V256, Paddq, _mm256_add_epi64);
    two!(t, V128, Psubq, _mm_sub_epi64);
    two!(t, V256, Psubq, _mm256_sub_epi64);
    two!(t, V128, Pcmpeqq, _mm_cmpeq_epi64);
    two!(t, V256, Pcmpeqq, _mm256_cmpeq_epi64);
    two!(t, V128, Pcmpgtq, _mm_cmpgt_epi64);
    two!(t, V256, Pcmpgtq, _mm256_cmpgt_epi64);
    two!(t, V128, Paddsb, _mm_adds_epi8);
    two!(t, V256, Paddsb, _mm256_adds_epi8);
    two!(t, V128, Paddusb, _mm_adds_epu8);
    two!(t, V256, Paddusb, _mm256_adds_epu8);
    two!(t, V128, Psubsb, _mm_subs_epi8);
    two!(t, V256, Psubsb, _mm256_subs_epi8);
    two!(t, V128, Psubusb, _mm_subs_epu8);
    two!(t, V256, Psubusb, _mm256_subs_epu8);
    two!(t, V128, Paddsw, _mm_adds_epi16);
    two!(t, V256, Paddsw, _mm256_adds_epi16);
    two!(t, V128, Paddusw, _mm_adds_epu16);
    two!(t, V256, Paddusw, _mm256_adds_epu16);
    two!(t, V128, Psubsw, _mm_subs_epi16);
    two!(t, V256, Psubsw, _mm256_subs_epi16);
    two!(t, V128, Psubusw, _mm_subs_epu16);
    two!(t, V256, Psubusw, _mm256_subs_epu16);
    two!(t, V128, Pmullw, _mm_mullo_epi16);
    two!(t, V256, Pmullw, _mm256_mullo_epi16);
    two!(t, V128, Pmulld, _mm_mullo_epi32);
    two!(t, V256, Pmulld, _mm256_mullo_epi32);
    two!(t, V128, Pmulhw, _mm_mulhi_epi16);
    two!(t, V256, Pmulhw, _mm256_mulhi_epi16);
    two!(t, V128, Pmulhuw, _mm_mulhi_epu16);
    two!(t, V256, Pmulhuw, _mm256_mulhi_epu16);
    two!(t, V128, Pmulhrsw, _mm_mulhrs_epi16);
    two!(t, V256, Pmulhrsw, _mm256_mulhrs_epi16);
    two!(t, V128, Pmuludq, _mm_mul_epu32);
    two!(t, V256, Pmuludq, _mm256_mul_epu32);
    two!(t, V128, Pmuldq, _mm_mul_epi32);
    two!(t, V256, Pmuldq, _mm256_mul_epi32);
    two!(t, V128, Pmaddwd, _mm_madd_epi16);
    two!(t, V256, Pmaddwd, _mm256_madd_epi16);
    two!(t, V128, Pmaddubsw, _mm_maddubs_epi16);
    two!(t, V256, Pmaddubsw, _mm256_maddubs_epi16);
    two!(t, V128, Psadbw, _mm_sad_epu8);
    two!(t, V256, Psadbw, _mm256_sad_epu8);
    two!(t, V128, Pavgb, _mm_avg_epu8);
    two!(t, V256, Pavgb, _mm256_avg_epu8);
    two!(t, V128, Pavgw, _mm_avg_epu16);
    two!(t, V256, Pavgw, _mm256_avg_epu16);
    two!(t, V128, Pminsb, _mm_min_epi8);
    two!(t, V256, Pminsb, _mm256_min_epi8);
    two!(t, V128, Pminsw, _mm_min_epi16);
    two!(t, V256, Pminsw, _mm256_min_epi16);
    two!(t, V128, Pminsd, _mm_min_epi32);
    two!(t, V256, Pminsd, _mm256_min_epi32);
    two!(t, V128, Pminub, _mm_min_epu8);
    two!(t, V256, Pminub, _mm256_min_epu8);
    two!(t, V128, Pminuw, _mm_min_epu16);
    two!(t, V256, Pminuw, _mm256_min_epu16);
    two!(t, V128, Pminud, _mm_min_epu32);
    two!(t, V256, Pminud, _mm256_min_epu32);
    two!(t, V128, Pmaxsb, _mm_max_epi8);
    two!(t, V256, Pmaxsb, _mm256_max_epi8);
    two!(t, V128, Pmaxsw, _mm_max_epi16);
    two!(t, V256, Pmaxsw, _mm256_max_epi16);
    two!(t, V128, Pmaxsd, _mm_max_epi32);
    two!(t, V256, Pmaxsd, _mm256_max_epi32);
    two!(t, V128, Pmaxub, _mm_max_epu8);
    two!(t, V256, Pmaxub, _mm256_max_epu8);
    two!(t, V128, Pmaxuw, _mm_max_epu16);
    two!(t, V256, Pmaxuw, _mm256_max_epu16);
    two!(t, V128, Pmaxud, _mm_max_epu32);
    two!(t, V256, Pmaxud, _mm256_max_epu32);
    two!(t, V128, Psignb, _mm_sign_epi8);
    two!(t, V256, Psignb, _mm256_sign_epi8);
    two!(t, V128, Psignw, _mm_sign_epi16);
    two!(t, V256, Psignw, _mm256_sign_epi16);
    two!(t, V128, Psignd, _mm_sign_epi32);
    two!(t, V256, Psignd, _mm256_sign_epi32);
    two!(t, V128, Phaddw, _mm_hadd_epi16);
    two!(t, V256, Phaddw, _mm256_hadd_epi16);
    two!(t, V128, Phaddd, _mm_hadd_epi32);
    two!(t, V256, Phaddd, _mm256_hadd_epi32);
    two!(t, V128, Pand, _mm_and_si128);
    two!(t, V256, Pand, _mm256_and_si256);
    two!(t, V128, Pandn, _mm_andnot_si128);
    two!(t, V256, Pandn, _mm256_andnot_si256);
    two!(t, V128, Por, _mm_or_si128);
    two!(t, V256, Por, _mm256_or_si256);
    two!(t, V128, Pxor, _mm_xor_si128);
    two!(t, V256, Pxor, _mm256_xor_si256);
    two!(t, V128, Andps, _mm_and_ps);
    two!(t, V256, Andps, _mm256_and_ps);
    two!(t, V128, Andnps, _mm_andnot_ps);
    two!(t, V256, Andnps, _mm256_andnot_ps);
    two!(t, V128, Orps, _mm_or_ps);
    two!(t, V256, Orps, _mm256_or_ps);
    two!(t, V128, Xorps, _mm_xor_ps);
    two!(t, V256, Xorps, _mm256_xor_ps);
    two!(t, V128, Psllvd, _mm_sllv_epi32);
    two!(t, V256, Psllvd, _mm256_sllv_epi32);
    two!(t, V128, Psllvq, _mm_sllv_epi64);
    two!(t, V256, Psllvq, _mm256_sllv_epi64);
    two!(t, V128, Psrlvd, _mm_srlv_epi32);
    two!(t, V256, Psrlvd, _mm256_srlv_epi32);
    two!(t, V128, Psrlvq, _mm_srlv_epi64);
    two!(t, V256, Psrlvq, _mm256_srlv_epi64);
    two!(t, V128, Psravd, _mm_srav_epi32);
    two!(t, V256, Psravd, _mm256_srav_epi32);
    two!(t, V128, Packsswb, _mm_packs_epi16);
    two!(t, V256, Packsswb, _mm256_packs_epi16);
    two!(t, V128, Packuswb, _mm_packus_epi16);
    two!(t, V256, Packuswb, _mm256_packus_epi16);
    two!(t, V128, Packssdw, _mm_packs_epi32);
    two!(t, V256, Packssdw, _mm256_packs_epi32);
    two!(t, V128, Packusdw, _mm_packus_epi32);
    two!(t, V256, Packusdw, _mm256_packus_epi32);
    two!(t, V128, Punpcklbw, _mm_unpacklo_epi8);
    two!(t, V256, Punpcklbw, _mm256_unpacklo_epi8);
    two!(t, V128, Punpckhbw, _mm_unpackhi_epi8);
    two!(t, V256, Punpckhbw, _mm256_unpackhi_epi8);
    two!(t, V128, Punpcklwd, _mm_unpacklo_epi16);
    two!(t, V256, Punpcklwd, _mm256_unpacklo_epi16);
    two!(t, V128, Punpckhwd, _mm_unpackhi_epi16);
    two!(t, V256, Punpckhwd, _mm256_unpackhi_epi16);
    two!(t, V128, Punpckldq, _mm_unpacklo_epi32);
    two!(t, V256, Punpckldq, _mm256_unpacklo_epi32);
    two!(t, V128, Punpckhdq, _mm_unpackhi_epi32);
    two!(t, V256, Punpckhdq, _mm256_unpackhi_epi32);
    two!(t, V128, Punpcklqdq, _mm_unpacklo_epi64);
    two!(t, V256, Punpcklqdq, _mm256_unpacklo_epi64);
    two!(t, V128, Punpckhqdq, _mm_unpackhi_epi64);
    two!(t, V256, Punpckhqdq, _mm256_unpackhi_epi64);
    two!(t, V128, Unpcklps, _mm_unpacklo_ps);
    two!(t, V256, Unpcklps, _mm256_unpacklo_ps);
    two!(t, V128, Unpckhps, _mm_unpackhi_ps);
    two!(t, V256, Unpckhps, _mm256_unpackhi_ps);
    two!(t, V128, Addps, _mm_add_ps);
    two!(t, V256, Addps, _mm256_add_ps);
    two!(t, V128, Subps, _mm_sub_ps);
    two!(t, V256, Subps, _mm256_sub_ps);
    two!(t, V128, Mulps, _mm_mul_ps);
    two!(t, V256, Mulps, _mm256_mul_ps);
    two!(t, V128, Divps, _mm_div_ps);
    two!(t, V256, Divps, _mm256_div_ps);
    two!(t, V128, Minps, _mm_min_ps);
    two!(t, V256, Minps, _mm256_min_ps);
    two!(t, V128, Maxps, _mm_max_ps);
    two!(t, V256, Maxps, _mm256_max_ps);
    two!(t, V128, Haddps, _mm_hadd_ps);
    two!(t, V256, Haddps, _mm256_hadd_ps);
    two!(t, V128, Unpcklpd, _mm_unpacklo_pd);
    two!(t, V256, Unpcklpd, _mm256_unpacklo_pd);
    two!(t, V128, Unpckhpd, _mm_unpackhi_pd);
    two!(t, V256, Unpckhpd, _mm256_unpackhi_pd);
    two!(t, V128, Addpd, _mm_add_pd);
    two!(t, V256, Addpd, _mm256_add_pd);
    two!(t, V128, Subpd, _mm_sub_pd);
    two!(t, V256, Subpd, _mm256_sub_pd);
    two!(t, V128, Mulpd, _mm_mul_pd);
    two!(t, V256, Mulpd, _mm256_mul_pd);
    two!(t, V128, Divpd, _mm_div_pd);
    two!(t, V256, Divpd, _mm256_div_pd);
    two!(t, V128, Minpd, _mm_min_pd);
    two!(t, V256, Minpd, _mm256_min_pd);
    two!(t, V128, Maxpd, _mm_max_pd);
    two!(t, V256, Maxpd, _mm256_max_pd);
    two!(t, V128, Haddpd, _mm_hadd_pd);
    two!(t, V256, Haddpd, _mm256_hadd_pd);
    two!(t, V128, Pshufb, _mm_shuffle_epi8);
    two!(t, V256, Pshufb, _mm256_shuffle_epi8);
    two!(t, V128, VpermilpsVar, _mm_permutevar_ps);
    two!(t, V256, VpermilpsVar, _mm256_permutevar_ps);
    two!(t, V128, VpermilpdVar, _mm_permutevar_pd);
    two!(t, V256, VpermilpdVar, _mm256_permutevar_pd);
    one!(t, V128, Pabsb, _mm_abs_epi8);
    one!(t, V256, Pabsb, _mm256_abs_epi8);
    one!(t, V128, Pabsw, _mm_abs_epi16);
    one!(t, V256, Pabsw, _mm256_abs_epi16);
    one!(t, V128, Pabsd, _mm_abs_epi32);
    one!(t, V256, Pabsd, _mm256_abs_epi32);
    one!(t, V128, Phminposuw, _mm_minpos_epu16);
    one!(t, V128, Movddup, _mm_movedup_pd);
    one!(t, V256, Movddup, _mm256_movedup_pd);
    one!(t, V128, Movshdup, _mm_movehdup_ps);
    one!(t, V256, Movshdup, _mm256_movehdup_ps);
    one!(t, V128, Movsldup, _mm_moveldup_ps);
    one!(t, V256, Movsldup, _mm256_moveldup_ps);
    one!(t, V128, Sqrtps, _mm_sqrt_ps);
    one!(t, V256, Sqrtps, _mm256_sqrt_ps);
    one!(t, V128, Sqrtpd, _mm_sqrt_pd);
    one!(t, V256, Sqrtpd, _mm256_sqrt_pd);
    one!(t, V128, Cvtdq2ps, _mm_cvtepi32_ps);
    one!(t, V256, Cvtdq2ps, _mm256_cvtepi32_ps);
    one!(t, V128, Cvttps2dq, _mm_cvttps_epi32);
    one!(t, V256, Cvttps2dq, _mm256_cvttps_epi32);
    one!(t, V128, Cvtps2dq, _mm_cvtps_epi32);
    one!(t, V256, Cvtps2dq, _mm256_cvtps_epi32);
    one!(t, V128, Movq, _mm_move_epi64);
    three!(t, V128, Pblendvb, _mm_blendv_epi8);
    three!(t, V256, Pblendvb, _mm256_blendv_epi8);
    three!(t, V128, Blendvps, _mm_blendv_ps);
    three!(t, V256, Blendvps, _mm256_blendv_ps);
    three!(t, V128, Blendvpd, _mm_blendv_pd);
    three!(t, V256, Blendvpd, _mm256_blendv_pd);
    three!(t, V128, Vfmaddps, _mm_fmadd_ps);
    three!(t, V256, Vfmaddps, _mm256_fmadd_ps);
    three!(t, V128, Vfmsubps, _mm_fmsub_ps);
    three!(t, V256, Vfmsubps, _mm256_fmsub_ps);
    three!(t, V128, Vfnmaddps, _mm_fnmadd_ps);
    three!(t, V256, Vfnmaddps, _mm256_fnmadd_ps);
    three!(t, V128, Vfnmsubps, _mm_fnmsub_ps);
    three!(t, V256, Vfnmsubps, _mm256_fnmsub_ps);
    three!(t, V128, Vfmaddpd, _mm_fmadd_pd);
    three!(t, V256, Vfmaddpd, _mm256_fmadd_pd);
    three!(t, V128, Vfmsubpd, _mm_fmsub_pd);
    three!(t, V256, Vfmsubpd, _mm256_fmsub_pd);
    three!(t, V128, Vfnmaddpd, _mm_fnmadd_pd);
    three!(t, V256, Vfnmaddpd, _mm256_fnmadd_pd);
    three!(t, V128, Vfnmsubpd, _mm_fnmsub_pd);
    three!(t, V256, Vfnmsubpd, _mm256_fnmsub_pd);
    two!(t, V128, Psllw, _mm_sll_epi16);
    two!(t, V256, Psllw, _mm256_sll_epi16);
    two!(t, V128, Pslld, _mm_sll_epi32);
    two!(t, V256, Pslld, _mm256_sll_epi32);
    two!(t, V128, Psllq, _mm_sll_epi64);
    two!(t, V256, Psllq, _mm256_sll_epi64);
    two!(t, V128, Psrlw, _mm_srl_epi16);
    two!(t, V256, Psrlw, _mm256_srl_epi16);
    two!(t, V128, Psrld, _mm_srl_epi32);
    two!(t, V256, Psrld, _mm256_srl_epi32);
    two!(t, V128, Psrlq, _mm_srl_epi64);
    two!(t, V256, Psrlq, _mm256_srl_epi64);
    two!(t, V128, Psraw, _mm_sra_epi16);
    two!(t, V256, Psraw, _mm256_sra_epi16);
    two!(t, V128, Psrad, _mm_sra_epi32);
    two!(t, V256, Psrad, _mm256_sra_epi32);
    one!(t, V128, Pmovsxbw, _mm_cvtepi8_epi16);
    one!(t, V256, Pmovsxbw, _mm256_cvtepi8_epi16);
    one!(t, V128, Pmovsxbd, _mm_cvtepi8_epi32);
    one!(t, V256, Pmovsxbd, _mm256_cvtepi8_epi32);
    one!(t, V128, Pmovsxbq, _mm_cvtepi8_epi64);
    one!(t, V256, Pmovsxbq, _mm256_cvtepi8_epi64);
    one!(t, V128, Pmovsxwd, _mm_cvtepi16_epi32);
    one!(t, V256, Pmovsxwd, _mm256_cvtepi16_epi32);
    one!(t, V128, Pmovsxwq, _mm_cvtepi16_epi64);
    one!(t, V256, Pmovsxwq, _mm256_cvtepi16_epi64);
    one!(t, V128, Pmovsxdq, _mm_cvtepi32_epi64);
    one!(t, V256, Pmovsxdq, _mm256_cvtepi32_epi64);
    one!(t, V128, Pmovzxbw, _mm_cvtepu8_epi16);
    one!(t, V256, Pmovzxbw, _mm256_cvtepu8_epi16);
    one!(t, V128, Pmovzxbd, _mm_cvtepu8_epi32);
    one!(t, V256, Pmovzxbd, _mm256_cvtepu8_epi32);
    one!(t, V128, Pmovzxbq, _mm_cvtepu8_epi64);
    one!(t, V256, Pmovzxbq, _mm256_cvtepu8_epi64);
    one!(t, V128, Pmovzxwd, _mm_cvtepu16_epi32);
    one!(t, V256, Pmovzxwd, _mm256_cvtepu16_epi32);
    one!(t, V128, Pmovzxwq, _mm_cvtepu16_epi64);
    one!(t, V256, Pmovzxwq, _mm256_cvtepu16_epi64);
    one!(t, V128, Pmovzxdq, _mm_cvtepu32_epi64);
    one!(t, V256, Pmovzxdq, _mm256_cvtepu32_epi64);
    one!(t, V128, Vpbroadcastb, _mm_broadcastb_epi8);
    one!(t, V256, Vpbroadcastb, _mm256_broadcastb_epi8);
    one!(t, V128, Vpbroadcastw, _mm_broadcastw_epi16);
    one!(t, V256, Vpbroadcastw, _mm256_broadcastw_epi16);
    one!(t, V128, Vpbroadcastd, _mm_broadcastd_epi32);
    one!(t, V256, Vpbroadcastd, _mm256_broadcastd_epi32);
    one!(t, V128, Vpbroadcastq, _mm_broadcastq_epi64);
    one!(t, V256, Vpbroadcastq, _mm256_broadcastq_epi64);
    one!(t, V128, Cvtdq2pd, _mm_cvtepi32_pd);
    one!(t, V256, Cvtdq2pd, _mm256_cvtepi32_pd);
    one!(t, V128, Cvtps2pd, _mm_cvtps_pd);
    one!(t, V256, Cvtps2pd, _mm256_cvtps_pd);
    one!(t, V128, Cvttpd2dq, _mm_cvttpd_epi32);
    one!(t, V256, Cvttpd2dq, _mm256_cvttpd_epi32);
    one!(t, V128, Cvtpd2dq, _mm_cvtpd_epi32);
    one!(t, V256, Cvtpd2dq, _mm256_cvtpd_epi32);
    one!(t, V128, Cvtpd2ps, _mm_cvtpd_ps);
    one!(t, V256, Cvtpd2ps, _mm256_cvtpd_ps);
    one!(t, V128, Pmovmskb, _mm_movemask_epi8);
    one!(t, V256, Pmovmskb, _mm256_movemask_epi8);
    one!(t, V128, Movmskps, _mm_movemask_ps);
    one!(t, V256, Movmskps, _mm256_movemask_ps);
    one!(t, V128, Movmskpd, _mm_movemask_pd);
    one!(t, V256, Movmskpd, _mm256_movemask_pd);
    two!(t, V128, PtestZ, _mm_testz_si128);
    two!(t, V256, PtestZ, _mm256_testz_si256);
    two!(t, V128, PtestC, _mm_testc_si128);
    two!(t, V256, PtestC, _mm256_testc_si256);
    two!(t, V128, TestpsZ, _mm_testz_ps);
    two!(t, V256, TestpsZ, _mm256_testz_ps);
    two!(t, V128, TestpsC, _mm_testc_ps);
    two!(t, V256, TestpsC, _mm256_testc_ps);
    two!(t, V128, TestpdZ, _mm_testz_pd);
    two!(t, V256, TestpdZ, _mm256_testz_pd);
    two!(t, V128, TestpdC, _mm_testc_pd);
    two!(t, V256, TestpdC, _mm256_testc_pd);
}

#[rustfmt::skip]
fn others(t: &mut Tester) {
    imm1!(t, V128, PsllwImm, _mm_slli_epi16, 0 1 7 15 16 200);
    imm1!(t, V256, PsllwImm, _mm256_slli_epi16, 0 1 7 15 16 200);
    imm1!(t, V128, PslldImm, _mm_slli_epi32, 0 1 31 32);
    imm1!(t, V256, PslldImm, _mm256_slli_epi32, 0 1 31 32);
    imm1!(t, V128, PsllqImm, _mm_slli_epi64, 0 1 63 64);
    imm1!(t, V256, PsllqImm, _mm256_slli_epi64, 0 1 63 64);
    imm1!(t, V128, PsrlwImm, _mm_srli_epi16, 0 1 7 15 16 200);
    imm1!(t, V256, PsrlwImm, _mm256_srli_epi16, 0 1 7 15 16 200);
    imm1!(t, V128, PsrldImm, _mm_srli_epi32, 0 1 31 32);
    imm1!(t, V256, PsrldImm, _mm256_srli_epi32, 0 1 31 32);
    imm1!(t, V128, PsrlqImm, _mm_srli_epi64, 0 1 63 64);
    imm1!(t, V256, PsrlqImm, _mm256_srli_epi64, 0 1 63 64);
    imm1!(t, V128, PsrawImm, _mm_srai_epi16, 0 1 7 15 16 200);
    imm1!(t, V256, PsrawImm, _mm256_srai_epi16, 0 1 7 15 16 200);
    imm1!(t, V128, PsradImm, _mm_srai_epi32, 0 1 31 32);
    imm1!(t, V256, PsradImm, _mm256_srai_epi32, 0 1 31 32);
    imm1!(t, V128, Pslldq, _mm_bslli_si128, 0 1 7 15 16);
    imm1!(t, V256, Pslldq, _mm256_bslli_epi128, 0 1 7 15 16);
    imm1!(t, V128, Psrldq, _mm_bsrli_si128, 0 1 7 15 16);
    imm1!(t, V256, Psrldq, _mm256_bsrli_epi128, 0 1 7 15 16);
    imm1!(t, V128, Pshufd, _mm_shuffle_epi32, 0 1 2 27 78 147 216 228 255);
    imm1!(t, V256, Pshufd, _mm256_shuffle_epi32, 0 1 2 27 78 147 216 228 255);
    imm1!(t, V128, Pshuflw, _mm_shufflelo_epi16, 0 1 2 27 78 147 216 228 255);
    imm1!(t, V256, Pshuflw, _mm256_shufflelo_epi16, 0 1 2 27 78 147 216 228 255);
    imm1!(t, V128, Pshufhw, _mm_shufflehi_epi16, 0 1 2 27 78 147 216 228 255);
    imm1!(t, V256, Pshufhw, _mm256_shufflehi_epi16, 0 1 2 27 78 147 216 228 255);
    imm1!(t, V128, Vpermilps, _mm_permute_ps, 0 1 2 27 78 147 216 228 255);
    imm1!(t, V256, Vpermilps, _mm256_permute_ps, 0 1 2 27 78 147 216 228 255);
    imm1!(t, V128, Vpermilpd, _mm_permute_pd, 0 1 2 3);
    imm1!(t, V256, Vpermilpd, _mm256_permute_pd, 0 1 5 6 10 15);
    imm2!(t, V128, Shufps, _mm_shuffle_ps, 0 1 2 27 78 147 216 228 255);
    imm2!(t, V256, Shufps, _mm256_shuffle_ps, 0 1 2 27 78 147 216 228 255);
    imm2!(t, V128, Shufpd, _mm_shuffle_pd, 0 1 2 3);
    imm2!(t, V256, Shufpd, _mm256_shuffle_pd, 0 1 5 6 10 15);
    imm2!(t, V128, Palignr, _mm_alignr_epi8, 0 1 8 15 16 17 31 32 255);
    imm2!(t, V256, Palignr, _mm256_alignr_epi8, 0 1 8 15 16 17 31 32 255);
    imm2!(t, V128, Pblendw, _mm_blend_epi16, 0 1 2 27 78 147 216 228 255);
    imm2!(t, V256, Pblendw, _mm256_blend_epi16, 0 1 2 27 78 147 216 228 255);
    imm2!(t, V128, Pblendd, _mm_blend_epi32, 0 1 6 9 15);
    imm2!(t, V256, Pblendd, _mm256_blend_epi32, 0 1 2 27 78 147 216 228 255);
    imm2!(t, V128, Blendps, _mm_blend_ps, 0 1 6 9 15);
    imm2!(t, V256, Blendps, _mm256_blend_ps, 0 1 2 27 78 147 216 228 255);
    imm2!(t, V128, Blendpd, _mm_blend_pd, 0 1 2 3);
    imm2!(t, V256, Blendpd, _mm256_blend_pd, 0 1 6 9 15);
    imm2!(t, V128, Insertps, _mm_insert_ps, 0 16 78 177 255 232);
    imm1!(t, V128, Roundps, _mm_round_ps, 8 9 10 11);
    imm1!(t, V256, Roundps, _mm256_round_ps, 8 9 10 11);
    imm1!(t, V128, Roundpd, _mm_round_pd, 8 9 10 11);
    imm1!(t, V256, Roundpd, _mm256_round_pd, 8 9 10 11);
    imm2!(t, V128, Cmpps, _mm_cmp_ps, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    imm2!(t, V256, Cmpps, _mm256_cmp_ps, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    imm2!(t, V128, Cmppd, _mm_cmp_pd, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    imm2!(t, V256, Cmppd, _mm256_cmp_pd, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    imm1!(t, V256, Vpermq, _mm256_permute4x64_epi64, 0 1 2 27 78 147 216 228 255);
    imm1!(t, V256, Vpermpd, _mm256_permute4x64_pd, 0 1 2 27 78 147 216 228 255);
    imm2!(t, V256, Vperm2i128, _mm256_permute2x128_si256, 0 1 2 3 19 32 49 8 128 24);
    if is_x86_feature_detected!("gfni") && is_x86_feature_detected!("avx") {
        imm2!(t, V128, Gf2p8affineqb, _mm_gf2p8affine_epi64_epi8, 0 255 90);
        imm2!(t, V256, Gf2p8affineqb, _mm256_gf2p8affine_epi64_epi8, 0 255 90);
    }
    if is_x86_feature_detected!("avx512vnni") && is_x86_feature_detected!("avx512vl") {
        three!(t, V128, Vpdpbusd, _mm_dpbusd_epi32);
        three!(t, V256, Vpdpbusd, _mm256_dpbusd_epi32);
        three!(t, V128, Vpdpwssd, _mm_dpwssd_epi32);
        three!(t, V256, Vpdpwssd, _mm256_dpwssd_epi32);
    }
    if Cpu::Avx512.features().iter().all(|f| has_feature(f)) {
        two!(t, V128, Pmullq, _mm_mullo_epi64);
        two!(t, V256, Pmullq, _mm256_mullo_epi64);
        one!(t, V128, Pabsq, _mm_abs_epi64);
        one!(t, V256, Pabsq, _mm256_abs_epi64);
        one!(t, V128, Popcntb, _mm_popcnt_epi8);
        one!(t, V256, Popcntb, _mm256_popcnt_epi8);
        imm1!(t, V128, PsraqImm, _mm_srai_epi64, 0 1 63 64);
        imm1!(t, V256, PsraqImm, _mm256_srai_epi64, 0 1 63 64);
        two!(t, V128, Psraq, _mm_sra_epi64);
        two!(t, V256, Psraq, _mm256_sra_epi64);
        imm1!(t, V128, Prold, _mm_rol_epi32, 0 1 7 31 40);
        imm1!(t, V256, Prold, _mm256_rol_epi32, 0 1 7 31 40);
        imm1!(t, V128, Prolq, _mm_rol_epi64, 0 1 7 63 70);
        imm1!(t, V256, Prolq, _mm256_rol_epi64, 0 1 7 63 70);
        imm3!(t, V128, Pternlog, _mm_ternarylogic_epi32, 0 15 23 51 85 106 128 150 202 216 226 254 255);
        imm3!(t, V256, Pternlog, _mm256_ternarylogic_epi32, 0 15 23 51 85 106 128 150 202 216 226 254 255);
        imm2!(t, V128, Rangeps, _mm_range_ps, 4 5);
        imm2!(t, V256, Rangeps, _mm256_range_ps, 4 5);
        imm2!(t, V128, Rangepd, _mm_range_pd, 4 5);
        imm2!(t, V256, Rangepd, _mm256_range_pd, 4 5);
        one!(t, V128, Cvtudq2pd, _mm_cvtepu32_pd);
        one!(t, V256, Cvtudq2pd, _mm256_cvtepu32_pd);
        one!(t, V128, Cvttps2udq, _mm_cvttps_epu32);
        one!(t, V256, Cvttps2udq, _mm256_cvttps_epu32);
        one!(t, V128, Cvttpd2udq, _mm_cvttpd_epu32);
        one!(t, V256, Cvttpd2udq, _mm256_cvttpd_epu32);
        one!(t, V128, Pmovswb, _mm_cvtsepi16_epi8);
        one!(t, V256, Pmovswb, _mm256_cvtsepi16_epi8);
        t.judge(TargetOp::Permi2b, Type::V128, 0, |[n, a, b]| unsafe {
            _mm_permutex2var_epi8(Bits::from_wide(a), Bits::from_wide(n), Bits::from_wide(b)).to_wide()
        });
    }
    // Operands in another order than Intel's text.
    t.judge(TargetOp::Vpermd, Type::V256, 0, |[n, a, _]| unsafe { _mm256_permutevar8x32_epi32(Bits::from_wide(a), Bits::from_wide(n)).to_wide() });
    t.judge(TargetOp::Vpermps, Type::V256, 0, |[n, a, _]| unsafe { _mm256_permutevar8x32_ps(Bits::from_wide(a), Bits::from_wide(n)).to_wide() });
    for imm in [0, 1] {
        t.judge(TargetOp::Vextracti128, Type::V256, imm, |[a, ..]| unsafe {
            let a = Bits::from_wide(a);
            if imm == 0 { _mm256_extracti128_si256::<0>(a) } else { _mm256_extracti128_si256::<1>(a) }.to_wide()
        });
        t.judge(TargetOp::Vinserti128, Type::V256, imm, |[a, b, _]| unsafe {
            let (a, b) = (Bits::from_wide(a), Bits::from_wide(b));
            if imm == 0 { _mm256_inserti128_si256::<0>(a, b) } else { _mm256_inserti128_si256::<1>(a, b) }.to_wide()
        });
    }
    two!(t, V128, Movhlps, _mm_movehl_ps);
    two!(t, V128, Movlhps, _mm_movelh_ps);
    two!(t, V128, Movss, _mm_move_ss);
    two!(t, V128, Movsd, _mm_move_sd);
    one!(t, V256, Vbroadcasti128, _mm256_broadcastsi128_si256);
}
