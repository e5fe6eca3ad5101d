//! Floating-point operators of `ir/value` against exact arithmetic on integers, on all pairs of edge values.
//!
//! A finite float is sign * mantissa * 2^exponent with whole numbers; sums, products, quotients and roots are formed as such, with a
//! sticky bit for what was cut off, and rounded once by `round`. No floating-point operation of the host is used. NaN results are
//! compared with the rule stated at the head of `value/float.rs`.
use samite_ir::value::edges::edges;
use samite_ir::value::{
    BinOp, Bits, CmpOp, ConvOp, MemOp, Trap, Type, UnOp, binary, canonical_nan, compare, convert, is_nan, loaded, unary,
};
use std::cmp::Ordering;

/// Bits of the stored fraction, and exponent of the least subnormal.
fn format(ty: Type) -> (u32, i32) {
    match ty {
        Type::F32 => (23, -149),
        Type::F64 => (52, -1074),
        _ => panic!("not a float type"),
    }
}
fn sign_bit(ty: Type) -> Bits {
    1 << (ty.bytes() * 8 - 1)
}
fn infinity(ty: Type) -> Bits {
    sign_bit(ty) - (1 << format(ty).0)
}
fn default_nan(ty: Type) -> Bits {
    infinity(ty) | 1 << (format(ty).0 - 1)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Nan,
    Infinite,
    /// mantissa, exponent
    Finite(u128, i32),
}
use Kind::*;

/// (is negative, magnitude)
fn parts(ty: Type, a: Bits) -> (bool, Kind) {
    let (fraction_bits, least) = format(ty);
    let magnitude = a & !sign_bit(ty);
    let fraction = u128::from(magnitude & ((1 << fraction_bits) - 1));
    let kind = match magnitude >> fraction_bits {
        _ if magnitude > infinity(ty) => Nan,
        _ if magnitude == infinity(ty) => Infinite,
        0 => Finite(fraction, least),
        biased => Finite(fraction | 1 << fraction_bits, least + biased as i32 - 1),
    };
    (a & sign_bit(ty) != 0, kind)
}

/// The float nearest to mantissa * 2^exponent, ties to even. A value between two mantissas has its lowest bit set ("sticky") and
/// the mantissa must then be longer than the format's by two bits or more, and never longer than 126 bits.
fn round(ty: Type, negative: bool, mantissa: u128, exponent: i32) -> Bits {
    let (fraction_bits, least) = format(ty);
    let sign = if negative { sign_bit(ty) } else { 0 };
    if mantissa == 0 {
        return sign;
    }
    let length = 128 - mantissa.leading_zeros() as i32;
    // Exponent of the last bit kept.
    let last = (exponent + length - fraction_bits as i32 - 1).max(least);
    let kept = if last <= exponent {
        mantissa << (exponent - last)
    } else {
        let cut = (last - exponent) as u32;
        let (whole, rest, half) = match cut {
            1..=127 => (mantissa >> cut, mantissa % (1 << cut), 1u128 << (cut - 1)),
            // All of it is less than a half of the last bit.
            _ => (0, 1, u128::MAX),
        };
        let up = match rest.cmp(&half) {
            Ordering::Greater => true,
            Ordering::Equal => whole % 2 == 1,
            Ordering::Less => false,
        };
        whole + u128::from(up)
    };
    // A carry into the next power of two is a carry into the exponent field, and past the last one it makes infinity.
    let biased = if kept >> fraction_bits == 0 { 0 } else { (last - least + 1) as u64 };
    let fraction = (kept as u64).wrapping_sub(if biased == 0 { 0 } else { 1 << fraction_bits });
    let magnitude = (u128::from(biased) << fraction_bits) + u128::from(fraction);
    sign | (magnitude.min(u128::from(infinity(ty))) as u64)
}

/// value / 2^shift with sticky.
fn shift_down(mantissa: u128, shift: u32) -> u128 {
    match shift {
        0 => mantissa,
        1..=127 => mantissa >> shift | u128::from(mantissa % (1 << shift) != 0),
        _ => u128::from(mantissa != 0),
    }
}

fn exact_sum(ty: Type, a: Bits, b: Bits) -> Option<Bits> {
    let ((p, x), (q, y)) = (parts(ty, a), parts(ty, b));
    Some(match (x, y) {
        (Infinite, Infinite) if p != q => return None,
        (Infinite, _) => a,
        (_, Infinite) => b,
        (Finite(m, e), Finite(n, f)) => {
            // 64 spare bits below the larger exponent keep all but a sticky of the smaller.
            let last = e.max(f) - 64;
            let place = |m: u128, e: i32| if e >= last { m << (e - last) } else { shift_down(m, (last - e) as u32) };
            let (m, n) = (place(m, e), place(n, f));
            let (m, n) = (m as i128 * if p { -1 } else { 1 }, n as i128 * if q { -1 } else { 1 });
            let sum = m + n;
            // An exact zero is positive unless both are negative.
            let negative = if sum == 0 { p && q } else { sum < 0 };
            round(ty, negative, sum.unsigned_abs(), last)
        }
        _ => unreachable!(),
    })
}

fn exact_product(ty: Type, a: Bits, b: Bits) -> Option<Bits> {
    let ((p, x), (q, y)) = (parts(ty, a), parts(ty, b));
    let sign = (a ^ b) & sign_bit(ty);
    Some(match (x, y) {
        (Infinite, Finite(0, _)) | (Finite(0, _), Infinite) => return None,
        (Infinite, _) | (_, Infinite) => infinity(ty) | sign,
        (Finite(m, e), Finite(n, f)) => round(ty, p != q, m * n, e + f),
        _ => unreachable!(),
    })
}

fn exact_quotient(ty: Type, a: Bits, b: Bits) -> Option<Bits> {
    let ((p, x), (q, y)) = (parts(ty, a), parts(ty, b));
    let sign = (a ^ b) & sign_bit(ty);
    Some(match (x, y) {
        (Infinite, Infinite) | (Finite(0, _), Finite(0, _)) => return None,
        (Infinite, _) | (_, Finite(0, _)) => infinity(ty) | sign,
        (_, Infinite) | (Finite(0, _), _) => sign,
        (Finite(m, e), Finite(n, f)) => {
            // Divisor as short as it can be, dividend as long: at least 70 bits of quotient.
            let (short, long) = (n.trailing_zeros(), m.leading_zeros() - 8);
            let (m, n) = (m << long, n >> short);
            let quotient = m / n | u128::from(m % n != 0);
            round(ty, p != q, quotient, e - long as i32 - f - short as i32)
        }
        _ => unreachable!(),
    })
}

fn exact_root(ty: Type, a: Bits) -> Option<Bits> {
    Some(match parts(ty, a) {
        (_, Finite(0, _)) => a,
        (true, _) => return None,
        (false, Infinite) => a,
        (false, Finite(m, e)) => {
            let up = m.leading_zeros() - 2;
            let up = if (e - up as i32) % 2 == 0 { up } else { up - 1 };
            let m = m << up;
            // Bit by bit, from the top: the largest root whose square is not above m.
            let root = (0..64).rev().fold(0u128, |root, k| {
                let next = root | 1 << k;
                if next * next <= m { next } else { root }
            });
            let sticky = u128::from(root * root != m);
            round(ty, false, root << 1 | sticky, (e - up as i32) / 2 - 1)
        }
        _ => unreachable!(),
    })
}

/// Rounded to a whole number as `up` says, from (whole part, remainder compared with a half, sign).
fn exact_whole(ty: Type, a: Bits, up: impl Fn(u128, Option<Ordering>, bool) -> bool) -> Bits {
    let (negative, Finite(m, e)) = parts(ty, a) else { return a };
    if e >= 0 {
        return a;
    }
    let cut = -e as u32;
    let (whole, rest, half) = if cut < 127 { (m >> cut, m % (1 << cut), 1 << (cut - 1)) } else { (0, m, u128::MAX) };
    let rest = (rest != 0).then(|| rest.cmp(&half));
    round(ty, negative, whole + u128::from(up(whole, rest, negative)), 0)
}

fn order(ty: Type, a: Bits, b: Bits) -> Option<Ordering> {
    if is_nan(ty, a) || is_nan(ty, b) {
        return None;
    }
    // Sign and magnitude patterns order like the numbers.
    let number = |a: Bits| {
        let magnitude = i128::from(a & !sign_bit(ty));
        if a & sign_bit(ty) != 0 { -magnitude } else { magnitude }
    };
    Some(number(a).cmp(&number(b)))
}

/// The result with the NaN rule applied: `exact` is None where numbers make a NaN.
fn with_nans(ty: Type, operands: &[Bits], exact: impl FnOnce() -> Option<Bits>) -> Bits {
    match operands.iter().find(|a| is_nan(ty, **a)) {
        Some(nan) => nan | 1 << (format(ty).0 - 1),
        None => exact().unwrap_or(default_nan(ty)),
    }
}

#[test]
fn binary_operators() {
    for ty in [Type::F32, Type::F64] {
        let negate = |a: Bits| a ^ sign_bit(ty);
        for &op in BinOp::ALL.iter().filter(|op| op.is_float()) {
            for a in edges(ty) {
                for b in edges(ty) {
                    let smaller = |swap: bool| {
                        let (low, high) = match order(ty, a, b) {
                            Some(Ordering::Less) => (a, b),
                            Some(Ordering::Greater) => (b, a),
                            // zeros of both signs: the negative one is the lower
                            _ => (a.max(b), a.min(b)),
                        };
                        Some(if swap { high } else { low })
                    };
                    let want = match op {
                        BinOp::FAdd => with_nans(ty, &[a, b], || exact_sum(ty, a, b)),
                        BinOp::FSub => with_nans(ty, &[a, b], || exact_sum(ty, a, negate(b))),
                        BinOp::FMul => with_nans(ty, &[a, b], || exact_product(ty, a, b)),
                        BinOp::FDiv => with_nans(ty, &[a, b], || exact_quotient(ty, a, b)),
                        BinOp::FMin => with_nans(ty, &[a, b], || smaller(false)),
                        BinOp::FMax => with_nans(ty, &[a, b], || smaller(true)),
                        BinOp::FCopysign if (a ^ b) & sign_bit(ty) != 0 => negate(a),
                        BinOp::FCopysign => a,
                        _ => unreachable!(),
                    };
                    let got = binary(op, ty, a, b).unwrap();
                    assert_eq!(got, want, "{ty}.{op} {a:#x} {b:#x}: {got:#x}, not {want:#x}");
                }
            }
        }
    }
}

#[test]
fn unary_operators() {
    for ty in [Type::F32, Type::F64] {
        for &op in UnOp::ALL.iter().filter(|op| op.is_float()) {
            for a in edges(ty) {
                let whole = |up: fn(u128, Option<Ordering>, bool) -> bool| Some(exact_whole(ty, a, up));
                let want = match op {
                    UnOp::FAbs => a & !sign_bit(ty),
                    UnOp::FNeg => a ^ sign_bit(ty),
                    UnOp::FSqrt => with_nans(ty, &[a], || exact_root(ty, a)),
                    UnOp::FTrunc => with_nans(ty, &[a], || whole(|_, _, _| false)),
                    UnOp::FCeil => with_nans(ty, &[a], || whole(|_, rest, negative| rest.is_some() && !negative)),
                    UnOp::FFloor => with_nans(ty, &[a], || whole(|_, rest, negative| rest.is_some() && negative)),
                    UnOp::FNearest => with_nans(ty, &[a], || {
                        whole(|whole, rest, _| match rest {
                            Some(Ordering::Greater) => true,
                            Some(Ordering::Equal) => whole % 2 == 1,
                            _ => false,
                        })
                    }),
                    _ => unreachable!(),
                };
                let got = unary(op, ty, a);
                assert_eq!(got, want, "{ty}.{op} {a:#x}: {got:#x}, not {want:#x}");
            }
        }
    }
}

#[test]
fn comparisons() {
    for ty in [Type::F32, Type::F64] {
        for &op in CmpOp::ALL.iter().filter(|op| op.is_float()) {
            for a in edges(ty) {
                for b in edges(ty) {
                    let order = order(ty, a, b);
                    let want = match op {
                        CmpOp::FEq => order == Some(Ordering::Equal),
                        CmpOp::FNe => order != Some(Ordering::Equal),
                        CmpOp::FLt => order == Some(Ordering::Less),
                        CmpOp::FGt => order == Some(Ordering::Greater),
                        CmpOp::FLe => matches!(order, Some(Ordering::Less | Ordering::Equal)),
                        CmpOp::FGe => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
                        _ => unreachable!(),
                    };
                    assert_eq!(compare(op, ty, a, b), u64::from(want), "{ty}.{op} {a:#x} {b:#x}");
                    assert_eq!(compare(op.swapped(), ty, b, a), u64::from(want), "{ty}.{op} swapped {a:#x} {b:#x}");
                }
            }
        }
    }
}

/// Whether a truncation saturates, and the least and greatest result, from its name in the specification.
fn truncation(op: ConvOp) -> Option<(bool, i128, i128)> {
    let (result, rest) = op.name().split_once(".trunc_")?;
    let bits = if result == "i32" { 32 } else { 64 };
    let (low, high) = if rest.ends_with("_s") { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) } else { (0, (1 << bits) - 1) };
    Some((rest.starts_with("sat_"), low, high))
}

#[test]
fn conversions() {
    for &op in ConvOp::ALL {
        let (from, to) = op.types();
        for a in edges(from) {
            let mask = u64::MAX >> (64 - 8 * to.bytes());
            let want = if let Some((saturates, low, high)) = truncation(op) {
                let number = match parts(from, a) {
                    (_, Nan) => None,
                    (negative, Infinite) => Some(if negative { i128::MIN } else { i128::MAX }),
                    (negative, Finite(m, e)) => {
                        let size = match e {
                            0..=70 => m << e,
                            71.. => i128::MAX as u128,
                            _ => m >> (-e).min(127),
                        } as i128;
                        Some(if negative { -size } else { size })
                    }
                };
                match number {
                    None if saturates => Ok(0),
                    None => Err(Trap::InvalidConversionToInteger),
                    Some(n) if saturates => Ok(n.clamp(low, high) as u64 & mask),
                    Some(n) if low <= n && n <= high => Ok(n as u64 & mask),
                    Some(_) => Err(Trap::IntegerOverflow),
                }
            } else if to.is_float() && from.is_int() && !op.name().contains("reinterpret") {
                let top = 1i128 << (8 * from.bytes() - 1);
                let number = i128::from(a);
                let number = if op.name().ends_with("_s") && number >= top { number - 2 * top } else { number };
                Ok(round(to, number < 0, number.unsigned_abs(), 0))
            } else if matches!(op, ConvOp::DemoteF64 | ConvOp::PromoteF32) {
                Ok(match parts(from, a) {
                    (negative, Finite(m, e)) => round(to, negative, m, e),
                    (negative, kind) => {
                        let sign = if negative { sign_bit(to) } else { 0 };
                        let (f, t) = (format(from).0, format(to).0);
                        let payload = a & ((1 << f) - 1);
                        let payload = if f > t { payload >> (f - t) } else { payload << (t - f) };
                        sign | if kind == Nan { payload | default_nan(to) } else { infinity(to) }
                    }
                })
            } else if op == ConvOp::ExtendI32S {
                Ok(if a < 1 << 31 { a } else { a + 0xffff_ffff_0000_0000 })
            } else {
                Ok(a & mask)
            };
            assert_eq!(convert(op, a), want, "{op} {a:#x}");
            assert!(want.is_ok() || op.may_trap(), "{op} traps but may not");
        }
    }
}

#[test]
fn canonical_nans() {
    for ty in [Type::F32, Type::F64] {
        for a in edges(ty) {
            let nan = parts(ty, a).1 == Nan;
            assert_eq!(is_nan(ty, a), nan);
            assert_eq!(canonical_nan(ty, a), if nan { default_nan(ty) } else { a });
        }
    }
    assert_eq!(canonical_nan(Type::I64, 0x7ff0_0000_0000_0001), 0x7ff0_0000_0000_0001);
}

#[test]
fn loads() {
    for &op in MemOp::ALL.iter().filter(|op| !matches!(op.value_type(), Type::V128 | Type::V256)) {
        let bits = 8 * op.width();
        for raw in edges(Type::I64).into_iter().map(|a| a & u64::MAX >> (64 - bits)) {
            let negative = op.name().ends_with("_s") && raw >= 1 << (bits - 1);
            let want = if negative { i128::from(raw) - (1 << bits) } else { i128::from(raw) };
            let modulus = 1i128 << (8 * op.value_type().bytes());
            assert_eq!(i128::from(loaded(op, raw)), want.rem_euclid(modulus), "{op} {raw:#x}");
        }
    }
}

/// `round` itself, on cases that can be checked by eye.
#[test]
fn rounding() {
    let f32_of = |m: u128, e: i32| round(Type::F32, false, m, e);
    assert_eq!(f32_of(1, 0), 0x3f80_0000);
    assert_eq!(f32_of(3, -1), 0x3fc0_0000);
    assert_eq!(f32_of((1 << 24) + 1, 0), 0x4b80_0000, "a tie goes to even, down");
    assert_eq!(f32_of((1 << 24) + 3, 0), 0x4b80_0002, "a tie goes to even, up");
    assert_eq!(f32_of(1, -149), 1);
    assert_eq!(f32_of(1, -150), 0, "half of the least subnormal is a tie with zero");
    assert_eq!(f32_of(3, -151), 1);
    assert_eq!(f32_of(1, -400), 0);
    assert_eq!(f32_of((1 << 24) - 1, -149 - 1), 0x0080_0000, "the greatest half step below the least normal number");
    assert_eq!(f32_of((1 << 24) - 1, 104), 0x7f7f_ffff);
    assert_eq!(f32_of((1 << 25) - 1, 103), 0x7f80_0000);
    assert_eq!(f32_of(1, 128), 0x7f80_0000);
}
