//! Vector instructions of x86-64 as pure operators: what `codegen` expands the operators of wasm to, before value numbering and the
//! motion of invariants. One operator is one instruction (VEX form); its operands are Intel's sources in Intel's order, which is not
//! always wasm's: `pandn` complements its first, `pblendvb a, b, m` takes `b` where the mask is set. NaNs are x86's, bit for bit.
//!
//! One row an operator says all: name, widths, operands, result, meaning. Most work on each half of 128 bits alone and are given on
//! `u128`; what crosses halves, or makes a scalar, is written out on `Wide`. To add one, add its row here and one in
//! `codegen`'s table.
//! Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
use super::lanes::*;
use super::ops::named_enum;
use super::{BinOp, Type, UnOp, Wide, float};
use std::fmt;

/// What an operand or a result is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A vector of the operator's width.
    W,
    /// A V128 at every width.
    X,
    I32,
    I64,
    F32,
    F64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Widths {
    Both,
    /// V128 only.
    Xmm,
    /// V256 only.
    Ymm,
}

/// What it computes. The last argument of each is the immediate.
#[derive(Clone, Copy)]
pub enum Meaning {
    /// Each half alone; an operand that is not as wide counts for both.
    Half1(fn(u128, u8) -> u128),
    Half2(fn(u128, u128, u8) -> u128),
    Half3(fn(u128, u128, u128, u8) -> u128),
    /// The same with so many bits of the immediate for each half, the lower ones for the lower half.
    Split1(u32, fn(u128, u8) -> u128),
    Split2(u32, fn(u128, u128, u8) -> u128),
    /// All at once; operands that there are not are 0.
    Whole(fn(Type, [Wide; 3], u8) -> Wide),
}
use Meaning::{Half1, Half2, Half3, Split1, Split2, Whole};

/// One instruction.
#[derive(Clone, Copy)]
pub struct Row {
    pub widths: Widths,
    pub operands: &'static [Kind],
    pub result: Kind,
    pub meaning: Meaning,
}

macro_rules! target_ops {
    ($($(#[$m:meta])* $V:ident = $name:literal $widths:ident [$($operand:ident)*] $result:ident $meaning:expr;)*) => {
        named_enum! {
            /// An instruction; `row` has its shape and meaning.
            pub enum TargetOp { $($(#[$m])* $V = $name),* }
        }
        impl TargetOp {
            pub fn row(self) -> Row {
                match self { $(TargetOp::$V => Row {
                    widths: Widths::$widths,
                    operands: &[$(Kind::$operand),*],
                    result: Kind::$result,
                    meaning: $meaning,
                }),* }
            }
        }
    };
}

// Tables read best as tables.
#[rustfmt::skip]
target_ops! {
    // ---- integer arithmetic
    Paddb = "paddb" Both [W W] W Half2(|a, b, _| zip8(a, b, u8::wrapping_add));
    Paddw = "paddw" Both [W W] W Half2(|a, b, _| zip16(a, b, u16::wrapping_add));
    Paddd = "paddd" Both [W W] W Half2(|a, b, _| zip32(a, b, u32::wrapping_add));
    Paddq = "paddq" Both [W W] W Half2(|a, b, _| zip64(a, b, u64::wrapping_add));
    Paddsb = "paddsb" Both [W W] W Half2(|a, b, _| zip8(a, b, |x, y| (x as i8).saturating_add(y as i8) as u8));
    Paddsw = "paddsw" Both [W W] W Half2(|a, b, _| zip16(a, b, |x, y| (x as i16).saturating_add(y as i16) as u16));
    Paddusb = "paddusb" Both [W W] W Half2(|a, b, _| zip8(a, b, u8::saturating_add));
    Paddusw = "paddusw" Both [W W] W Half2(|a, b, _| zip16(a, b, u16::saturating_add));
    Psubb = "psubb" Both [W W] W Half2(|a, b, _| zip8(a, b, u8::wrapping_sub));
    Psubw = "psubw" Both [W W] W Half2(|a, b, _| zip16(a, b, u16::wrapping_sub));
    Psubd = "psubd" Both [W W] W Half2(|a, b, _| zip32(a, b, u32::wrapping_sub));
    Psubq = "psubq" Both [W W] W Half2(|a, b, _| zip64(a, b, u64::wrapping_sub));
    Psubsb = "psubsb" Both [W W] W Half2(|a, b, _| zip8(a, b, |x, y| (x as i8).saturating_sub(y as i8) as u8));
    Psubsw = "psubsw" Both [W W] W Half2(|a, b, _| zip16(a, b, |x, y| (x as i16).saturating_sub(y as i16) as u16));
    Psubusb = "psubusb" Both [W W] W Half2(|a, b, _| zip8(a, b, u8::saturating_sub));
    Psubusw = "psubusw" Both [W W] W Half2(|a, b, _| zip16(a, b, u16::saturating_sub));
    Pmullw = "pmullw" Both [W W] W Half2(|a, b, _| zip16(a, b, u16::wrapping_mul));
    Pmulld = "pmulld" Both [W W] W Half2(|a, b, _| zip32(a, b, u32::wrapping_mul));
    Pmulhw = "pmulhw" Both [W W] W Half2(|a, b, _| zip16(a, b, |x, y| ((i32::from(x as i16) * i32::from(y as i16)) >> 16) as u16));
    Pmulhuw = "pmulhuw" Both [W W] W Half2(|a, b, _| zip16(a, b, |x, y| ((u32::from(x) * u32::from(y)) >> 16) as u16));
    /// Rounded product of fractions; -1 times -1 is -1.
    Pmulhrsw = "pmulhrsw" Both [W W] W Half2(|a, b, _| zip16(a, b, |x, y| ((i32::from(x as i16) * i32::from(y as i16) + 0x4000) >> 15) as u16));
    Pmuludq = "pmuludq" Both [W W] W Half2(|a, b, _| zip64(a, b, |x, y| u64::from(x as u32) * u64::from(y as u32)));
    Pmuldq = "pmuldq" Both [W W] W Half2(|a, b, _| zip64(a, b, |x, y| (i64::from(x as i32) * i64::from(y as i32)) as u64));
    Pmaddwd = "pmaddwd" Both [W W] W Half2(|a, b, _| zip32(a, b, dot_signed));
    /// First operand unsigned, second signed; sums of two saturate.
    Pmaddubsw = "pmaddubsw" Both [W W] W Half2(|a, b, _| zip16(a, b, dot_mixed));
    Psadbw = "psadbw" Both [W W] W Half2(|a, b, _| zip64(a, b, distance));
    Pavgb = "pavgb" Both [W W] W Half2(|a, b, _| zip8(a, b, |x, y| (u16::from(x) + u16::from(y)).div_ceil(2) as u8));
    Pavgw = "pavgw" Both [W W] W Half2(|a, b, _| zip16(a, b, |x, y| (u32::from(x) + u32::from(y)).div_ceil(2) as u16));
    Pminsb = "pminsb" Both [W W] W Half2(|a, b, _| zip8(a, b, |x, y| (x as i8).min(y as i8) as u8));
    Pminsw = "pminsw" Both [W W] W Half2(|a, b, _| zip16(a, b, |x, y| (x as i16).min(y as i16) as u16));
    Pminsd = "pminsd" Both [W W] W Half2(|a, b, _| zip32(a, b, |x, y| (x as i32).min(y as i32) as u32));
    Pminub = "pminub" Both [W W] W Half2(|a, b, _| zip8(a, b, u8::min));
    Pminuw = "pminuw" Both [W W] W Half2(|a, b, _| zip16(a, b, u16::min));
    Pminud = "pminud" Both [W W] W Half2(|a, b, _| zip32(a, b, u32::min));
    Pmaxsb = "pmaxsb" Both [W W] W Half2(|a, b, _| zip8(a, b, |x, y| (x as i8).max(y as i8) as u8));
    Pmaxsw = "pmaxsw" Both [W W] W Half2(|a, b, _| zip16(a, b, |x, y| (x as i16).max(y as i16) as u16));
    Pmaxsd = "pmaxsd" Both [W W] W Half2(|a, b, _| zip32(a, b, |x, y| (x as i32).max(y as i32) as u32));
    Pmaxub = "pmaxub" Both [W W] W Half2(|a, b, _| zip8(a, b, u8::max));
    Pmaxuw = "pmaxuw" Both [W W] W Half2(|a, b, _| zip16(a, b, u16::max));
    Pmaxud = "pmaxud" Both [W W] W Half2(|a, b, _| zip32(a, b, u32::max));
    Pabsb = "pabsb" Both [W] W Half1(|a, _| map8(a, |x| (x as i8).unsigned_abs()));
    Pabsw = "pabsw" Both [W] W Half1(|a, _| map16(a, |x| (x as i16).unsigned_abs()));
    Pabsd = "pabsd" Both [W] W Half1(|a, _| map32(a, |x| (x as i32).unsigned_abs()));
    /// The first operand negated, zeroed or kept by the sign of the second.
    Psignb = "psignb" Both [W W] W Half2(|a, b, _| zip8(a, b, |x, y| (x as i8).wrapping_mul((y as i8).signum()) as u8));
    Psignw = "psignw" Both [W W] W Half2(|a, b, _| zip16(a, b, |x, y| (x as i16).wrapping_mul((y as i16).signum()) as u16));
    Psignd = "psignd" Both [W W] W Half2(|a, b, _| zip32(a, b, |x, y| (x as i32).wrapping_mul((y as i32).signum()) as u32));
    Phaddw = "phaddw" Both [W W] W Half2(|a, b, _| join16(pairs(split16(a), split16(b), u16::wrapping_add)));
    Phaddd = "phaddd" Both [W W] W Half2(|a, b, _| join32(pairs(split32(a), split32(b), u32::wrapping_add)));
    /// The least of eight u16 and, in lane 1, its index.
    Phminposuw = "phminposuw" Xmm [W] W Half1(|a, _| least(split16(a)));
    // ---- integer comparisons
    Pcmpeqb = "pcmpeqb" Both [W W] W Half2(|a, b, _| zip8(a, b, |x, y| mask8(x == y)));
    Pcmpeqw = "pcmpeqw" Both [W W] W Half2(|a, b, _| zip16(a, b, |x, y| mask16(x == y)));
    Pcmpeqd = "pcmpeqd" Both [W W] W Half2(|a, b, _| zip32(a, b, |x, y| mask32(x == y)));
    Pcmpeqq = "pcmpeqq" Both [W W] W Half2(|a, b, _| zip64(a, b, |x, y| mask64(x == y)));
    Pcmpgtb = "pcmpgtb" Both [W W] W Half2(|a, b, _| zip8(a, b, |x, y| mask8(x as i8 > y as i8)));
    Pcmpgtw = "pcmpgtw" Both [W W] W Half2(|a, b, _| zip16(a, b, |x, y| mask16(x as i16 > y as i16)));
    Pcmpgtd = "pcmpgtd" Both [W W] W Half2(|a, b, _| zip32(a, b, |x, y| mask32(x as i32 > y as i32)));
    Pcmpgtq = "pcmpgtq" Both [W W] W Half2(|a, b, _| zip64(a, b, |x, y| mask64(x as i64 > y as i64)));
    // ---- bits, for integers and for floats: the same bits, another bypass network
    Pand = "pand" Both [W W] W Half2(|a, b, _| a & b);
    Pandn = "pandn" Both [W W] W Half2(|a, b, _| !a & b);
    Por = "por" Both [W W] W Half2(|a, b, _| a | b);
    Pxor = "pxor" Both [W W] W Half2(|a, b, _| a ^ b);
    Andps = "andps" Both [W W] W Half2(|a, b, _| a & b);
    Andnps = "andnps" Both [W W] W Half2(|a, b, _| !a & b);
    Orps = "orps" Both [W W] W Half2(|a, b, _| a | b);
    Xorps = "xorps" Both [W W] W Half2(|a, b, _| a ^ b);
    // ---- shifts: by the immediate, by the low 64 bits of a register, by lanes
    PsllwImm = "psllw_imm" Both [W] W Half1(|a, n| map16(a, |x| shl(x.into(), n.into(), 16) as u16));
    PslldImm = "pslld_imm" Both [W] W Half1(|a, n| map32(a, |x| shl(x.into(), n.into(), 32) as u32));
    PsllqImm = "psllq_imm" Both [W] W Half1(|a, n| map64(a, |x| shl(x, n.into(), 64)));
    PsrlwImm = "psrlw_imm" Both [W] W Half1(|a, n| map16(a, |x| shr(x.into(), n.into(), 16) as u16));
    PsrldImm = "psrld_imm" Both [W] W Half1(|a, n| map32(a, |x| shr(x.into(), n.into(), 32) as u32));
    PsrlqImm = "psrlq_imm" Both [W] W Half1(|a, n| map64(a, |x| shr(x, n.into(), 64)));
    PsrawImm = "psraw_imm" Both [W] W Half1(|a, n| map16(a, |x| sar(i64::from(x as i16), n.into(), 16) as u16));
    PsradImm = "psrad_imm" Both [W] W Half1(|a, n| map32(a, |x| sar(i64::from(x as i32), n.into(), 32) as u32));
    Psllw = "psllw" Both [W X] W Half2(|a, n, _| map16(a, |x| shl(x.into(), n as u64, 16) as u16));
    Pslld = "pslld" Both [W X] W Half2(|a, n, _| map32(a, |x| shl(x.into(), n as u64, 32) as u32));
    Psllq = "psllq" Both [W X] W Half2(|a, n, _| map64(a, |x| shl(x, n as u64, 64)));
    Psrlw = "psrlw" Both [W X] W Half2(|a, n, _| map16(a, |x| shr(x.into(), n as u64, 16) as u16));
    Psrld = "psrld" Both [W X] W Half2(|a, n, _| map32(a, |x| shr(x.into(), n as u64, 32) as u32));
    Psrlq = "psrlq" Both [W X] W Half2(|a, n, _| map64(a, |x| shr(x, n as u64, 64)));
    Psraw = "psraw" Both [W X] W Half2(|a, n, _| map16(a, |x| sar(i64::from(x as i16), n as u64, 16) as u16));
    Psrad = "psrad" Both [W X] W Half2(|a, n, _| map32(a, |x| sar(i64::from(x as i32), n as u64, 32) as u32));
    Psllvd = "psllvd" Both [W W] W Half2(|a, b, _| zip32(a, b, |x, n| shl(x.into(), n.into(), 32) as u32));
    Psllvq = "psllvq" Both [W W] W Half2(|a, b, _| zip64(a, b, |x, n| shl(x, n, 64)));
    Psrlvd = "psrlvd" Both [W W] W Half2(|a, b, _| zip32(a, b, |x, n| shr(x.into(), n.into(), 32) as u32));
    Psrlvq = "psrlvq" Both [W W] W Half2(|a, b, _| zip64(a, b, |x, n| shr(x, n, 64)));
    Psravd = "psravd" Both [W W] W Half2(|a, b, _| zip32(a, b, |x, n| sar(i64::from(x as i32), n.into(), 32) as u32));
    /// Bytes, each half alone.
    Pslldq = "pslldq" Both [W] W Half1(|a, n| if n < 16 { a << (8 * n) } else { 0 });
    Psrldq = "psrldq" Both [W] W Half1(|a, n| if n < 16 { a >> (8 * n) } else { 0 });
    // ---- narrowing, interleaving
    Packsswb = "packsswb" Both [W W] W Half2(|a, b, _| pack16(a, b, |x| x.clamp(-128, 127) as u8));
    Packuswb = "packuswb" Both [W W] W Half2(|a, b, _| pack16(a, b, |x| x.clamp(0, 255) as u8));
    Packssdw = "packssdw" Both [W W] W Half2(|a, b, _| pack32(a, b, |x| x.clamp(-32768, 32767) as u16));
    Packusdw = "packusdw" Both [W W] W Half2(|a, b, _| pack32(a, b, |x| x.clamp(0, 65535) as u16));
    Punpcklbw = "punpcklbw" Both [W W] W Half2(|a, b, _| join8(interleave(split8(a), split8(b), 0)));
    Punpckhbw = "punpckhbw" Both [W W] W Half2(|a, b, _| join8(interleave(split8(a), split8(b), 8)));
    Punpcklwd = "punpcklwd" Both [W W] W Half2(|a, b, _| join16(interleave(split16(a), split16(b), 0)));
    Punpckhwd = "punpckhwd" Both [W W] W Half2(|a, b, _| join16(interleave(split16(a), split16(b), 4)));
    Punpckldq = "punpckldq" Both [W W] W Half2(|a, b, _| join32(interleave(split32(a), split32(b), 0)));
    Punpckhdq = "punpckhdq" Both [W W] W Half2(|a, b, _| join32(interleave(split32(a), split32(b), 2)));
    Punpcklqdq = "punpcklqdq" Both [W W] W Half2(|a, b, _| join64(interleave(split64(a), split64(b), 0)));
    Punpckhqdq = "punpckhqdq" Both [W W] W Half2(|a, b, _| join64(interleave(split64(a), split64(b), 1)));
    Unpcklps = "unpcklps" Both [W W] W Half2(|a, b, _| join32(interleave(split32(a), split32(b), 0)));
    Unpckhps = "unpckhps" Both [W W] W Half2(|a, b, _| join32(interleave(split32(a), split32(b), 2)));
    Unpcklpd = "unpcklpd" Both [W W] W Half2(|a, b, _| join64(interleave(split64(a), split64(b), 0)));
    Unpckhpd = "unpckhpd" Both [W W] W Half2(|a, b, _| join64(interleave(split64(a), split64(b), 1)));
    // ---- shuffles within halves
    /// By bytes of the second operand: 0 where its upper bit is set, else modulo 16.
    Pshufb = "pshufb" Both [W W] W Half2(|a, b, _| map8(b, |n| if n < 128 { split8(a)[usize::from(n % 16)] } else { 0 }));
    Pshufd = "pshufd" Both [W] W Half1(|a, n| select32(a, a, n));
    Pshuflw = "pshuflw" Both [W] W Half1(|a, n| words(a, n, 0));
    Pshufhw = "pshufhw" Both [W] W Half1(|a, n| words(a, n, 4));
    Shufps = "shufps" Both [W W] W Half2(select32);
    Shufpd = "shufpd" Both [W W] W Split2(2, select64);
    Vpermilps = "vpermilps" Both [W] W Half1(|a, n| select32(a, a, n));
    Vpermilpd = "vpermilpd" Both [W] W Split1(2, |a, n| select64(a, a, n));
    /// Lanes by the low bits of the second operand's (of pd: its bit 1).
    VpermilpsVar = "vpermilps_var" Both [W W] W Half2(|a, b, _| map32(b, |n| split32(a)[n as usize % 4]));
    VpermilpdVar = "vpermilpd_var" Both [W W] W Half2(|a, b, _| map64(b, |n| split64(a)[n as usize / 2 % 2]));
    /// The 16 bytes that start at byte `imm` of the pair, whose lower half is the second operand.
    Palignr = "palignr" Both [W W] W Half2(align);
    Pblendw = "pblendw" Both [W W] W Half2(|a, b, n| join16(blend(split16(a), split16(b), n)));
    Pblendd = "pblendd" Both [W W] W Split2(4, |a, b, n| join32(blend(split32(a), split32(b), n)));
    Blendps = "blendps" Both [W W] W Split2(4, |a, b, n| join32(blend(split32(a), split32(b), n)));
    Blendpd = "blendpd" Both [W W] W Split2(2, |a, b, n| join64(blend(split64(a), split64(b), n)));
    /// The second operand where the third's lane has its upper bit set.
    Pblendvb = "pblendvb" Both [W W W] W Half3(|a, b, m, _| pick(a, b, map8(m, |x| mask8(x >> 7 == 1))));
    Blendvps = "blendvps" Both [W W W] W Half3(|a, b, m, _| pick(a, b, map32(m, |x| mask32(x >> 31 == 1))));
    Blendvpd = "blendvpd" Both [W W W] W Half3(|a, b, m, _| pick(a, b, map64(m, |x| mask64(x >> 63 == 1))));
    /// Lane `imm >> 6` of the second into lane `imm >> 4 & 3` of the first, then the lanes of the low four bits zeroed.
    Insertps = "insertps" Xmm [W W] W Half2(|a, b, n| insert_lane(a, split32(b)[usize::from(n >> 6)], n));
    InsertpsF32 = "insertps_f32" Xmm [W F32] W Half2(|a, b, n| insert_lane(a, b as u32, n));
    Movhlps = "movhlps" Xmm [W W] W Half2(|a, b, _| a >> 64 << 64 | b >> 64);
    Movlhps = "movlhps" Xmm [W W] W Half2(|a, b, _| b << 64 | u128::from(a as u64));
    /// The low lane of the second, the others of the first.
    Movss = "movss" Xmm [W W] W Half2(|a, b, _| a >> 32 << 32 | u128::from(b as u32));
    Movsd = "movsd" Xmm [W W] W Half2(|a, b, _| a >> 64 << 64 | u128::from(b as u64));
    MovssF32 = "movss_f32" Xmm [W F32] W Half2(|a, b, _| a >> 32 << 32 | u128::from(b as u32));
    MovsdF64 = "movsd_f64" Xmm [W F64] W Half2(|a, b, _| a >> 64 << 64 | u128::from(b as u64));
    /// The scalar becomes the upper lane.
    UnpcklpdF64 = "unpcklpd_f64" Xmm [W F64] W Half2(|a, b, _| b << 64 | u128::from(a as u64));
    Movddup = "movddup" Both [W] W Half1(|a, _| select64(a, a, 0));
    Movshdup = "movshdup" Both [W] W Half1(|a, _| select32(a, a, 0xf5));
    Movsldup = "movsldup" Both [W] W Half1(|a, _| select32(a, a, 0xa0));
    // ---- across halves
    Vpermq = "vpermq" Ymm [W] W Whole(|_, [a, ..], n| Wide::from_lanes(64, |k| a.lane(64, u32::from(n) >> (2 * k) & 3)));
    Vpermpd = "vpermpd" Ymm [W] W Whole(|_, [a, ..], n| Wide::from_lanes(64, |k| a.lane(64, u32::from(n) >> (2 * k) & 3)));
    /// Lanes of the second operand by the first.
    Vpermd = "vpermd" Ymm [W W] W Whole(|_, [n, a, _], _| Wide::from_lanes(32, |k| a.lane(32, n.lane(32, k) as u32 % 8)));
    Vpermps = "vpermps" Ymm [W W] W Whole(|_, [n, a, _], _| Wide::from_lanes(32, |k| a.lane(32, n.lane(32, k) as u32 % 8)));
    Vperm2i128 = "vperm2i128" Ymm [W W] W Whole(|_, [a, b, _], n| Wide { low: half_of(a, b, n), high: half_of(a, b, n >> 4) });
    Vextracti128 = "vextracti128" Ymm [W] X Whole(|_, [a, ..], n| Wide::from(if n % 2 == 0 { a.low } else { a.high }));
    Vinserti128 = "vinserti128" Ymm [W X] W Whole(|_, [a, b, _], n| if n % 2 == 0 { Wide { low: b.low, ..a } } else { Wide { high: b.low, ..a } });
    // ---- one lane to all
    Vpbroadcastb = "vpbroadcastb" Both [X] W Half1(|a, _| join8([a as u8; 16]));
    Vpbroadcastw = "vpbroadcastw" Both [X] W Half1(|a, _| join16([a as u16; 8]));
    Vpbroadcastd = "vpbroadcastd" Both [X] W Half1(|a, _| join32([a as u32; 4]));
    Vpbroadcastq = "vpbroadcastq" Both [X] W Half1(|a, _| join64([a as u64; 2]));
    Vbroadcastss = "vbroadcastss" Both [F32] W Half1(|a, _| join32([a as u32; 4]));
    /// At V128 it is `movddup`.
    Vbroadcastsd = "vbroadcastsd" Both [F64] W Half1(|a, _| join64([a as u64; 2]));
    Vbroadcasti128 = "vbroadcasti128" Ymm [X] W Half1(|a, _| a);
    // ---- widening: the low lanes that the result has room for
    Pmovsxbw = "pmovsxbw" Both [X] W Whole(|ty, [a, ..], _| widen(ty, a, 8, 16, sign));
    Pmovsxbd = "pmovsxbd" Both [X] W Whole(|ty, [a, ..], _| widen(ty, a, 8, 32, sign));
    Pmovsxbq = "pmovsxbq" Both [X] W Whole(|ty, [a, ..], _| widen(ty, a, 8, 64, sign));
    Pmovsxwd = "pmovsxwd" Both [X] W Whole(|ty, [a, ..], _| widen(ty, a, 16, 32, sign));
    Pmovsxwq = "pmovsxwq" Both [X] W Whole(|ty, [a, ..], _| widen(ty, a, 16, 64, sign));
    Pmovsxdq = "pmovsxdq" Both [X] W Whole(|ty, [a, ..], _| widen(ty, a, 32, 64, sign));
    Pmovzxbw = "pmovzxbw" Both [X] W Whole(|ty, [a, ..], _| widen(ty, a, 8, 16, zero));
    Pmovzxbd = "pmovzxbd" Both [X] W Whole(|ty, [a, ..], _| widen(ty, a, 8, 32, zero));
    Pmovzxbq = "pmovzxbq" Both [X] W Whole(|ty, [a, ..], _| widen(ty, a, 8, 64, zero));
    Pmovzxwd = "pmovzxwd" Both [X] W Whole(|ty, [a, ..], _| widen(ty, a, 16, 32, zero));
    Pmovzxwq = "pmovzxwq" Both [X] W Whole(|ty, [a, ..], _| widen(ty, a, 16, 64, zero));
    Pmovzxdq = "pmovzxdq" Both [X] W Whole(|ty, [a, ..], _| widen(ty, a, 32, 64, zero));
    // ---- scalars in and out; the rest of a vector that a scalar starts is zero
    MovdIn = "movd_in" Xmm [I32] W Half1(|a, _| a);
    MovqIn = "movq_in" Xmm [I64] W Half1(|a, _| a);
    MovdOut = "movd_out" Xmm [W] I32 Half1(|a, _| u128::from(a as u32));
    MovqOut = "movq_out" Xmm [W] I64 Half1(|a, _| u128::from(a as u64));
    /// The low lane as a scalar, which is the same register.
    LowF32 = "low_f32" Xmm [W] F32 Half1(|a, _| u128::from(a as u32));
    LowF64 = "low_f64" Xmm [W] F64 Half1(|a, _| u128::from(a as u64));
    Movq = "movq" Xmm [W] W Half1(|a, _| u128::from(a as u64));
    Pinsrb = "pinsrb" Xmm [W I32] W Half2(|a, x, n| set8(a, usize::from(n % 16), x as u8));
    Pinsrw = "pinsrw" Xmm [W I32] W Half2(|a, x, n| set16(a, usize::from(n % 8), x as u16));
    Pinsrd = "pinsrd" Xmm [W I32] W Half2(|a, x, n| set32(a, usize::from(n % 4), x as u32));
    Pinsrq = "pinsrq" Xmm [W I64] W Half2(|a, x, n| set64(a, usize::from(n % 2), x as u64));
    Pextrb = "pextrb" Xmm [W] I32 Half1(|a, n| split8(a)[usize::from(n % 16)].into());
    Pextrw = "pextrw" Xmm [W] I32 Half1(|a, n| split16(a)[usize::from(n % 8)].into());
    Pextrd = "pextrd" Xmm [W] I32 Half1(|a, n| split32(a)[usize::from(n % 4)].into());
    Pextrq = "pextrq" Xmm [W] I64 Half1(|a, n| split64(a)[usize::from(n % 2)].into());
    Pmovmskb = "pmovmskb" Both [W] I32 Whole(|ty, [a, ..], _| signs(ty, a, 8));
    Movmskps = "movmskps" Both [W] I32 Whole(|ty, [a, ..], _| signs(ty, a, 32));
    Movmskpd = "movmskpd" Both [W] I32 Whole(|ty, [a, ..], _| signs(ty, a, 64));
    // ---- tests: 1 or 0. z: no bit is in both; c: none of the second's is missing in the first. The last four look at upper bits of lanes only.
    PtestZ = "ptest_z" Both [W W] I32 Whole(|_, [a, b, _], _| flag(a.and(b) == Wide::ZERO));
    PtestNz = "ptest_nz" Both [W W] I32 Whole(|_, [a, b, _], _| flag(a.and(b) != Wide::ZERO));
    PtestC = "ptest_c" Both [W W] I32 Whole(|_, [a, b, _], _| flag(a.not().and(b) == Wide::ZERO));
    PtestNc = "ptest_nc" Both [W W] I32 Whole(|_, [a, b, _], _| flag(a.not().and(b) != Wide::ZERO));
    TestpsZ = "testps_z" Both [W W] I32 Whole(|ty, [a, b, _], _| flag(signs(ty, a.and(b), 32) == Wide::ZERO));
    TestpsC = "testps_c" Both [W W] I32 Whole(|ty, [a, b, _], _| flag(signs(ty, a.not().and(b), 32) == Wide::ZERO));
    TestpdZ = "testpd_z" Both [W W] I32 Whole(|ty, [a, b, _], _| flag(signs(ty, a.and(b), 64) == Wide::ZERO));
    TestpdC = "testpd_c" Both [W W] I32 Whole(|ty, [a, b, _], _| flag(signs(ty, a.not().and(b), 64) == Wide::ZERO));
    // ---- floats
    Addps = "addps" Both [W W] W Half2(|a, b, _| float32(BinOp::FAdd, a, b));
    Addpd = "addpd" Both [W W] W Half2(|a, b, _| float64(BinOp::FAdd, a, b));
    Subps = "subps" Both [W W] W Half2(|a, b, _| float32(BinOp::FSub, a, b));
    Subpd = "subpd" Both [W W] W Half2(|a, b, _| float64(BinOp::FSub, a, b));
    Mulps = "mulps" Both [W W] W Half2(|a, b, _| float32(BinOp::FMul, a, b));
    Mulpd = "mulpd" Both [W W] W Half2(|a, b, _| float64(BinOp::FMul, a, b));
    Divps = "divps" Both [W W] W Half2(|a, b, _| float32(BinOp::FDiv, a, b));
    Divpd = "divpd" Both [W W] W Half2(|a, b, _| float64(BinOp::FDiv, a, b));
    /// The second operand unless the first is less (greater): also where one is a NaN, and of two zeros.
    Minps = "minps" Both [W W] W Half2(|a, b, _| zip32(a, b, |x, y| if f32(x) < f32(y) { x } else { y }));
    Minpd = "minpd" Both [W W] W Half2(|a, b, _| zip64(a, b, |x, y| if f64(x) < f64(y) { x } else { y }));
    Maxps = "maxps" Both [W W] W Half2(|a, b, _| zip32(a, b, |x, y| if f32(x) > f32(y) { x } else { y }));
    Maxpd = "maxpd" Both [W W] W Half2(|a, b, _| zip64(a, b, |x, y| if f64(x) > f64(y) { x } else { y }));
    Sqrtps = "sqrtps" Both [W] W Half1(|a, _| map32(a, |x| x86_32(&[x], float::f32::unary(UnOp::FSqrt, x))));
    Sqrtpd = "sqrtpd" Both [W] W Half1(|a, _| map64(a, |x| x86_64(&[x], float::f64::unary(UnOp::FSqrt, x))));
    /// To nearest, down, up, towards zero by the low two bits of the immediate, the third clear; the fourth says nothing of values.
    Roundps = "roundps" Both [W] W Half1(|a, n| map32(a, |x| x86_32(&[x], float::f32::unary(rounding(n), x))));
    Roundpd = "roundpd" Both [W] W Half1(|a, n| map64(a, |x| x86_64(&[x], float::f64::unary(rounding(n), x))));
    /// By one of the 32 predicates; 16 and up are the lower ones with other exceptions.
    Cmpps = "cmpps" Both [W W] W Half2(|a, b, n| zip32(a, b, |x, y| mask32(predicate(n, f32(x).partial_cmp(&f32(y))))));
    Cmppd = "cmppd" Both [W W] W Half2(|a, b, n| zip64(a, b, |x, y| mask64(predicate(n, f64(x).partial_cmp(&f64(y))))));
    Haddps = "haddps" Both [W W] W Half2(|a, b, _| join32(pairs(split32(a), split32(b), add32)));
    Haddpd = "haddpd" Both [W W] W Half2(|a, b, _| join64(pairs(split64(a), split64(b), add64)));
    /// `a * b + c` rounded once; n: the product negated; sub: `c` negated.
    Vfmaddps = "vfmaddps" Both [W W W] W Half3(|a, b, c, _| fused32(a, b, c, 0, 0));
    Vfmaddpd = "vfmaddpd" Both [W W W] W Half3(|a, b, c, _| fused64(a, b, c, 0, 0));
    Vfmsubps = "vfmsubps" Both [W W W] W Half3(|a, b, c, _| fused32(a, b, c, 0, 1 << 31));
    Vfmsubpd = "vfmsubpd" Both [W W W] W Half3(|a, b, c, _| fused64(a, b, c, 0, 1 << 63));
    Vfnmaddps = "vfnmaddps" Both [W W W] W Half3(|a, b, c, _| fused32(a, b, c, 1 << 31, 0));
    Vfnmaddpd = "vfnmaddpd" Both [W W W] W Half3(|a, b, c, _| fused64(a, b, c, 1 << 63, 0));
    Vfnmsubps = "vfnmsubps" Both [W W W] W Half3(|a, b, c, _| fused32(a, b, c, 1 << 31, 1 << 31));
    Vfnmsubpd = "vfnmsubpd" Both [W W W] W Half3(|a, b, c, _| fused64(a, b, c, 1 << 63, 1 << 63));
    // ---- conversions; an i32 that a float is not is -2^31
    Cvtdq2ps = "cvtdq2ps" Both [W] W Half1(|a, _| map32(a, |x| (x as i32 as std::primitive::f32).to_bits()));
    Cvttps2dq = "cvttps2dq" Both [W] W Half1(|a, _| map32(a, |x| to_int(f32(x).into())));
    Cvtps2dq = "cvtps2dq" Both [W] W Half1(|a, _| map32(a, |x| to_int(f32(x).round_ties_even().into())));
    Cvtdq2pd = "cvtdq2pd" Both [X] W Whole(|ty, [a, ..], _| widen(ty, a, 32, 64, |x, _| std::primitive::f64::from(x as i32).to_bits()));
    Cvtps2pd = "cvtps2pd" Both [X] W Whole(|ty, [a, ..], _| widen(ty, a, 32, 64, |x, _| float::promote(x as u32)));
    /// Two lanes, or four of a V256; lanes that there are not are 0.
    Cvttpd2dq = "cvttpd2dq" Both [W] X Whole(|ty, [a, ..], _| narrow64(ty, a, |x| to_int(f64(x))));
    Cvtpd2dq = "cvtpd2dq" Both [W] X Whole(|ty, [a, ..], _| narrow64(ty, a, |x| to_int(f64(x).round_ties_even())));
    Cvtpd2ps = "cvtpd2ps" Both [W] X Whole(|ty, [a, ..], _| narrow64(ty, a, float::demote));
    // ---- GFNI, AVX-VNNI: only where the processor has them
    /// Each byte times the 8 × 8 matrix of bits in its quadword of the second operand, plus the immediate.
    Gf2p8affineqb = "gf2p8affineqb" Both [W W] W Half2(affine);
    /// Third operand's signed bytes times the second's unsigned ones, four products and a sum; wraps.
    Vpdpbusd = "vpdpbusd" Both [W W W] W Half3(|c, a, b, _| zip32(c, zip32(a, b, dot_bytes), u32::wrapping_add));
    Vpdpwssd = "vpdpwssd" Both [W W W] W Half3(|c, a, b, _| zip32(c, zip32(a, b, dot_signed), u32::wrapping_add));
    // ---- AVX-512 on 128 and 256 bits, without masks: only where the processor has it
    Pmullq = "pmullq" Both [W W] W Half2(|a, b, _| zip64(a, b, u64::wrapping_mul));
    Pabsq = "pabsq" Both [W] W Half1(|a, _| map64(a, |x| (x as i64).unsigned_abs()));
    Popcntb = "popcntb" Both [W] W Half1(|a, _| map8(a, |x| x.count_ones() as u8));
    PsraqImm = "psraq_imm" Both [W] W Half1(|a, n| map64(a, |x| sar(x as i64, n.into(), 64) as u64));
    Psraq = "psraq" Both [W X] W Half2(|a, n, _| map64(a, |x| sar(x as i64, n as u64, 64) as u64));
    /// To the left, around.
    Prold = "prold" Both [W] W Half1(|a, n| map32(a, |x| x.rotate_left(n.into())));
    Prolq = "prolq" Both [W] W Half1(|a, n| map64(a, |x| x.rotate_left(n.into())));
    /// Each bit is that of the immediate whose number is made of the three operands' bits, the first's on top.
    Pternlog = "pternlog" Both [W W W] W Half3(ternary);
    /// Bytes of the second and third operand by the low five bits of the first's.
    Permi2b = "permi2b" Xmm [W W W] W Half3(|n, a, b, _| map8(n, |k| split8(if k & 16 == 0 { a } else { b })[usize::from(k % 16)]));
    /// Immediate 4: the lesser, of zeros the negative one; 5: the greater, of zeros the positive one. Of a number and a quiet NaN the number.
    Rangeps = "rangeps" Both [W W] W Half2(|a, b, n| zip32(a, b, |x, y| range32(x, y, n)));
    Rangepd = "rangepd" Both [W W] W Half2(|a, b, n| zip64(a, b, |x, y| range64(x, y, n)));
    Cvtudq2ps = "cvtudq2ps" Both [W] W Half1(|a, _| map32(a, |x| (x as std::primitive::f32).to_bits()));
    Cvtudq2pd = "cvtudq2pd" Both [X] W Whole(|ty, [a, ..], _| widen(ty, a, 32, 64, |x, _| std::primitive::f64::from(x as u32).to_bits()));
    /// A u32 that a float is not is 2^32 - 1.
    Cvttps2udq = "cvttps2udq" Both [W] W Half1(|a, _| map32(a, |x| to_uint(f32(x).into())));
    Cvttpd2udq = "cvttpd2udq" Both [W] X Whole(|ty, [a, ..], _| narrow64(ty, a, |x| to_uint(f64(x))));
    /// Words to bytes that saturate; the upper half of the result is zero.
    Pmovswb = "pmovswb" Both [W] X Whole(|ty, [a, ..], _| narrow16(ty, a));
    PbroadcastbI32 = "pbroadcastb_i32" Both [I32] W Half1(|a, _| join8([a as u8; 16]));
    PbroadcastwI32 = "pbroadcastw_i32" Both [I32] W Half1(|a, _| join16([a as u16; 8]));
    PbroadcastdI32 = "pbroadcastd_i32" Both [I32] W Half1(|a, _| join32([a as u32; 4]));
    PbroadcastqI64 = "pbroadcastq_i64" Both [I64] W Half1(|a, _| join64([a as u64; 2]));
}

impl TargetOp {
    /// The type of an operand or result of this kind at width `ty`.
    const fn type_of(kind: Kind, ty: Type) -> Type {
        match kind {
            Kind::W => ty,
            Kind::X => Type::V128,
            Kind::I32 => Type::I32,
            Kind::I64 => Type::I64,
            Kind::F32 => Type::F32,
            Kind::F64 => Type::F64,
        }
    }
    /// Does it exist at width `ty`?
    pub fn exists(self, ty: Type) -> bool {
        match self.row().widths {
            Widths::Both => matches!(ty, Type::V128 | Type::V256),
            Widths::Xmm => ty == Type::V128,
            Widths::Ymm => ty == Type::V256,
        }
    }
    pub fn result(self, ty: Type) -> Type {
        Self::type_of(self.row().result, ty)
    }
    pub fn operands(self, ty: Type) -> impl Iterator<Item = Type> {
        self.row().operands.iter().map(move |kind| Self::type_of(*kind, ty))
    }
    /// What it computes at width `ty`; operands beyond its own are ignored.
    pub fn eval(self, ty: Type, args: [Wide; 3], imm: u8) -> Wide {
        let Row { operands, result, meaning, .. } = self.row();
        let arg = |n: usize, high: bool| match operands.get(n) {
            Some(Kind::W) if high => args[n].high,
            _ => args[n].low,
        };
        let half = |high: bool| {
            let part = |bits: u32| if high { imm >> bits } else { imm };
            match meaning {
                Half1(f) => f(arg(0, high), imm),
                Half2(f) => f(arg(0, high), arg(1, high), imm),
                Half3(f) => f(arg(0, high), arg(1, high), arg(2, high), imm),
                Split1(bits, f) => f(arg(0, high), part(bits)),
                Split2(bits, f) => f(arg(0, high), arg(1, high), part(bits)),
                Whole(_) => unreachable!("has no halves"),
            }
        };
        match (meaning, result, ty) {
            (Whole(f), ..) => f(ty, args, imm),
            (_, Kind::W, Type::V256) => Wide { low: half(false), high: half(true) },
            _ => Wide::from(half(false)),
        }
    }
}

// ---- integers

fn dot_signed(x: u32, y: u32) -> u32 {
    let product = |k: u32| i32::from((x >> k) as i16) * i32::from((y >> k) as i16);
    product(0).wrapping_add(product(16)) as u32
}
fn dot_mixed(x: u16, y: u16) -> u16 {
    let product = |k: u32| i32::from((x >> k) as u8) * i32::from((y >> k) as i8);
    (product(0) + product(8)).clamp(-32768, 32767) as u16
}
fn dot_bytes(x: u32, y: u32) -> u32 {
    (0..4).map(|k| i32::from((x >> (8 * k)) as u8) * i32::from((y >> (8 * k)) as i8)).sum::<i32>() as u32
}
fn distance(x: u64, y: u64) -> u64 {
    x.to_le_bytes().iter().zip(y.to_le_bytes()).map(|(x, y)| u64::from(x.abs_diff(y))).sum()
}
fn least(lanes: [u16; 8]) -> u128 {
    let (index, value) = (0..).zip(lanes).min_by_key(|(_, x)| *x).expect("eight lanes");
    u128::from(value) | index << 16
}
fn shl(x: u64, n: u64, bits: u64) -> u64 {
    if n < bits { x << n } else { 0 }
}
fn shr(x: u64, n: u64, bits: u64) -> u64 {
    if n < bits { x >> n } else { 0 }
}
fn sar(x: i64, n: u64, bits: u64) -> i64 {
    x >> n.min(bits - 1)
}
fn ternary(a: u128, b: u128, c: u128, imm: u8) -> u128 {
    let term = |k: u8| [(a, 4), (b, 2), (c, 1)].into_iter().fold(u128::MAX, |all, (x, bit)| all & if k & bit != 0 { x } else { !x });
    (0..8).filter(|k| imm >> k & 1 == 1).fold(0, |all, k| all | term(k))
}
fn pack16(a: u128, b: u128, f: fn(i16) -> u8) -> u128 {
    let lanes: Vec<u8> = split16(a).into_iter().chain(split16(b)).map(|x| f(x as i16)).collect();
    join8(lanes.try_into().expect("16 lanes"))
}
fn pack32(a: u128, b: u128, f: fn(i32) -> u16) -> u128 {
    let lanes: Vec<u16> = split32(a).into_iter().chain(split32(b)).map(|x| f(x as i32)).collect();
    join16(lanes.try_into().expect("8 lanes"))
}
fn affine(a: u128, matrix: u128, imm: u8) -> u128 {
    zip64(a, matrix, |x, m| {
        let byte = |x: u8| (0..8).map(|i| (((m >> (8 * (7 - i))) as u8 & x).count_ones() as u8 & 1) << i).sum::<u8>() ^ imm;
        u64::from_le_bytes(x.to_le_bytes().map(byte))
    })
}

// ---- lanes and halves

/// Neighbours combined: those of `a`, then those of `b`.
fn pairs<T: Copy, const N: usize>(a: [T; N], b: [T; N], f: fn(T, T) -> T) -> [T; N] {
    std::array::from_fn(|k| {
        let from = if k < N / 2 { &a } else { &b };
        f(from[2 * k % N], from[2 * k % N + 1])
    })
}
fn interleave<T: Copy, const N: usize>(a: [T; N], b: [T; N], from: usize) -> [T; N] {
    std::array::from_fn(|k| if k % 2 == 0 { a[from + k / 2] } else { b[from + k / 2] })
}
/// `b` where the bit of the lane is set.
fn blend<T: Copy, const N: usize>(a: [T; N], b: [T; N], bits: u8) -> [T; N] {
    std::array::from_fn(|k| if bits >> k & 1 == 1 { b[k] } else { a[k] })
}
/// `b` where the mask is ones.
fn pick(a: u128, b: u128, mask: u128) -> u128 {
    a & !mask | b & mask
}
/// Two lanes of `a`, then two of `b`, by two bits each.
fn select32(a: u128, b: u128, n: u8) -> u128 {
    join32(std::array::from_fn(|k| split32(if k < 2 { a } else { b })[usize::from(n >> (2 * k) & 3)]))
}
/// A lane of `a`, then one of `b`, by one bit each.
fn select64(a: u128, b: u128, n: u8) -> u128 {
    join64(std::array::from_fn(|k| split64(if k < 1 { a } else { b })[usize::from(n >> k & 1)]))
}
/// Four words from `first` on by two bits each, the others as they are.
fn words(a: u128, n: u8, first: usize) -> u128 {
    let lanes = split16(a);
    join16(std::array::from_fn(|k| match k.checked_sub(first) {
        Some(at) if at < 4 => lanes[first + usize::from(n >> (2 * at) & 3)],
        _ => lanes[k],
    }))
}
fn align(a: u128, b: u128, n: u8) -> u128 {
    match n {
        0 => b,
        1..16 => b >> (8 * n) | a << (128 - 8 * n),
        16..32 => a >> (8 * (n - 16)),
        _ => 0,
    }
}
fn insert_lane(a: u128, lane: u32, n: u8) -> u128 {
    let lanes = split32(set32(a, usize::from(n >> 4 & 3), lane));
    join32(blend(lanes, [0; 4], n))
}
fn half_of(a: Wide, b: Wide, n: u8) -> u128 {
    match n & 0b1011 {
        0 => a.low,
        1 => a.high,
        2 => b.low,
        3 => b.high,
        _ => 0,
    }
}
fn widen(ty: Type, a: Wide, from: u32, to: u32, f: fn(u64, u32) -> u64) -> Wide {
    let all = Wide::from_lanes(to, |k| if k * from < 128 { f(a.lane(from, k), from) } else { 0 });
    if ty == Type::V128 { Wide::from(all.low) } else { all }
}
fn sign(x: u64, from: u32) -> u64 {
    ((x << (64 - from)) as i64 >> (64 - from)) as u64
}
fn zero(x: u64, _: u32) -> u64 {
    x
}
fn narrow64(ty: Type, a: Wide, f: fn(u64) -> u32) -> Wide {
    let lanes = if ty == Type::V128 { 2 } else { 4 };
    Wide::from_lanes(32, |k| if k < lanes { f(a.lane(64, k)).into() } else { 0 })
}
fn narrow16(ty: Type, a: Wide) -> Wide {
    let lanes = ty.bytes() / 2;
    Wide::from_lanes(8, |k| if k < lanes { (a.lane(16, k) as i16).clamp(-128, 127) as u8 as u64 } else { 0 })
}
fn signs(ty: Type, a: Wide, bits: u32) -> Wide {
    let lanes = ty.bytes() * 8 / bits;
    Wide::from((0..lanes).map(|k| a.lane(bits, k) >> (bits - 1) << k).sum::<u64>())
}
fn flag(is: bool) -> Wide {
    Wide::from(u64::from(is))
}

// ---- floats

fn f32(x: u32) -> std::primitive::f32 {
    std::primitive::f32::from_bits(x)
}
fn f64(x: u64) -> std::primitive::f64 {
    std::primitive::f64::from_bits(x)
}
/// As `ir/value`'s scalars, but for a NaN that comes from numbers: that is negative here.
fn x86_32(operands: &[u32], computed: Option<u32>) -> u32 {
    let computed = computed.expect("a float operator");
    let made = float::f32::is_nan(computed) && !operands.iter().any(|x| float::f32::is_nan(*x));
    if made { computed | 1 << 31 } else { computed }
}
fn x86_64(operands: &[u64], computed: Option<u64>) -> u64 {
    let computed = computed.expect("a float operator");
    let made = float::f64::is_nan(computed) && !operands.iter().any(|x| float::f64::is_nan(*x));
    if made { computed | 1 << 63 } else { computed }
}
fn float32(op: BinOp, a: u128, b: u128) -> u128 {
    zip32(a, b, |x, y| x86_32(&[x, y], float::f32::binary(op, x, y)))
}
fn float64(op: BinOp, a: u128, b: u128) -> u128 {
    zip64(a, b, |x, y| x86_64(&[x, y], float::f64::binary(op, x, y)))
}
fn add32(x: u32, y: u32) -> u32 {
    x86_32(&[x, y], float::f32::binary(BinOp::FAdd, x, y))
}
fn add64(x: u64, y: u64) -> u64 {
    x86_64(&[x, y], float::f64::binary(BinOp::FAdd, x, y))
}
/// Signs are those of the exact product and of `c`: a NaN keeps its own.
fn fused32(a: u128, b: u128, c: u128, product: u32, addend: u32) -> u128 {
    let sign = |x: u32, bit: u32| if float::f32::is_nan(x) { x } else { x ^ bit };
    join32(std::array::from_fn(|k| {
        let [x, y, z] = [a, b, c].map(|v| split32(v)[k]);
        x86_32(&[x, y, z], Some(float::f32::fused(sign(x, product), y, sign(z, addend))))
    }))
}
fn fused64(a: u128, b: u128, c: u128, product: u64, addend: u64) -> u128 {
    let sign = |x: u64, bit: u64| if float::f64::is_nan(x) { x } else { x ^ bit };
    join64(std::array::from_fn(|k| {
        let [x, y, z] = [a, b, c].map(|v| split64(v)[k]);
        x86_64(&[x, y, z], Some(float::f64::fused(sign(x, product), y, sign(z, addend))))
    }))
}
fn rounding(imm: u8) -> UnOp {
    [UnOp::FNearest, UnOp::FFloor, UnOp::FCeil, UnOp::FTrunc][usize::from(imm & 3)]
}
fn predicate(imm: u8, order: Option<std::cmp::Ordering>) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};
    // Bit 0: less, 1: equal, 2: greater, 3: unordered; by predicate 0 to 15.
    const HOLDS: [u8; 16] = [2, 1, 3, 8, 13, 14, 12, 7, 10, 9, 11, 0, 5, 6, 4, 15];
    let bit = match order {
        Some(Less) => 0,
        Some(Equal) => 1,
        Some(Greater) => 2,
        None => 3,
    };
    HOLDS[usize::from(imm % 16)] >> bit & 1 == 1
}
fn to_int(x: std::primitive::f64) -> u32 {
    let x = x.trunc();
    if (-2147483648.0..2147483648.0).contains(&x) { x as i32 as u32 } else { 1 << 31 }
}
fn to_uint(x: std::primitive::f64) -> u32 {
    let x = x.trunc();
    if (0.0..4294967296.0).contains(&x) { x as u32 } else { u32::MAX }
}
macro_rules! range {
    ($name:ident, $F:ident, $U:ident, $fraction:literal) => {
        fn $name(x: $U, y: $U, imm: u8) -> $U {
            use std::cmp::Ordering::{Equal, Greater, Less};
            let quiet = 1 << ($fraction - 1);
            let is_nan = |x: $U| float::$F::is_nan(x);
            let is_signalling = |x: $U| is_nan(x) && x & quiet == 0;
            let is_negative = x >> ($U::BITS - 1) == 1;
            let takes_first = match $F(x).partial_cmp(&$F(y)) {
                _ if is_signalling(x) => return x | quiet,
                _ if is_signalling(y) => return y | quiet,
                None => is_nan(y),
                Some(Less) => imm == 4,
                Some(Greater) => imm != 4,
                Some(Equal) => is_negative == (imm == 4),
            };
            if takes_first { x } else { y }
        }
    };
}
range!(range32, f32, u32, 23);
range!(range64, f64, u64, 52);
