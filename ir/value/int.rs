//! Integer operators (specification 4.3.2): two's complement, modulo 2^N.
//!
//! Rust's `wrapping_*`, `rotate_*` and `checked_*` are the specification's operators under other names, so each operator is one
//! line; the tests state the same operators a second time over unbounded integers. Shift and rotate counts are taken modulo N.
use super::{BinOp, CmpOp, Trap, UnOp};

/// The integer operators at one width. `$wide_s` and `$wide_u` hold a full product.
macro_rules! at_width {
    ($width:ident, $u:ty, $s:ty, $wide_u:ty, $wide_s:ty) => {
        pub mod $width {
            use super::*;

            const BITS: u32 = <$u>::BITS;

            /// None if the operator does not exist at this type.
            pub fn unary(op: UnOp, a: $u) -> Option<$u> {
                Some(match op {
                    UnOp::Clz => a.leading_zeros() as $u,
                    UnOp::Ctz => a.trailing_zeros() as $u,
                    UnOp::Popcnt => a.count_ones() as $u,
                    UnOp::Extend8S => a as i8 as $u,
                    UnOp::Extend16S => a as i16 as $u,
                    UnOp::Extend32S if BITS == 64 => a as i32 as $u,
                    _ => return None,
                })
            }

            /// None if the operator does not exist at this type.
            pub fn binary(op: BinOp, a: $u, b: $u) -> Option<Result<$u, Trap>> {
                let (sa, sb) = (a as $s, b as $s);
                Some(Ok(match op {
                    BinOp::Add => a.wrapping_add(b),
                    BinOp::Sub => a.wrapping_sub(b),
                    BinOp::Mul => a.wrapping_mul(b),
                    BinOp::DivS | BinOp::DivU | BinOp::RemS | BinOp::RemU if b == 0 => {
                        return Some(Err(Trap::IntegerDivideByZero));
                    }
                    // MIN / -1 is the one quotient that does not fit; MIN rem -1 is 0.
                    BinOp::DivS => return Some(sa.checked_div(sb).map(|q| q as $u).ok_or(Trap::IntegerOverflow)),
                    BinOp::DivU => a / b,
                    BinOp::RemS => sa.wrapping_rem(sb) as $u,
                    BinOp::RemU => a % b,
                    BinOp::And => a & b,
                    BinOp::Or => a | b,
                    BinOp::Xor => a ^ b,
                    BinOp::Shl => a << count(b),
                    BinOp::ShrS => (sa >> count(b)) as $u,
                    BinOp::ShrU => a >> count(b),
                    BinOp::Rotl => a.rotate_left(count(b)),
                    BinOp::Rotr => a.rotate_right(count(b)),
                    BinOp::MulHighS => ((sa as $wide_s * sb as $wide_s) >> BITS) as $u,
                    BinOp::MulHighU => ((a as $wide_u * b as $wide_u) >> BITS) as $u,
                    _ => return None,
                }))
            }

            /// None if the operator does not exist at this type.
            pub fn compare(op: CmpOp, a: $u, b: $u) -> Option<bool> {
                let (sa, sb) = (a as $s, b as $s);
                Some(match op {
                    CmpOp::Eq => a == b,
                    CmpOp::Ne => a != b,
                    CmpOp::LtS => sa < sb,
                    CmpOp::LtU => a < b,
                    CmpOp::GtS => sa > sb,
                    CmpOp::GtU => a > b,
                    CmpOp::LeS => sa <= sb,
                    CmpOp::LeU => a <= b,
                    CmpOp::GeS => sa >= sb,
                    CmpOp::GeU => a >= b,
                    _ => return None,
                })
            }

            /// A shift or rotate count modulo the width.
            fn count(b: $u) -> u32 {
                (b % (BITS as $u)) as u32
            }
        }
    };
}

at_width!(i32, u32, i32, u64, i64);
at_width!(i64, u64, i64, u128, i128);

/// The same operators stated over unbounded integers, as the specification does, and run on all pairs of edge values.
#[cfg(test)]
mod tests {
    use crate::value::edges::edges;
    use crate::value::{BinOp, Bits, CmpOp, Trap, Type, UnOp, binary, compare, unary};

    fn width(ty: Type) -> u32 {
        ty.bytes() * 8
    }
    fn signed(ty: Type, a: Bits) -> i128 {
        let a = i128::from(a);
        if a < 1 << (width(ty) - 1) { a } else { a - (1 << width(ty)) }
    }
    fn wrap(ty: Type, a: i128) -> Bits {
        a.rem_euclid(1 << width(ty)) as u64
    }
    /// Bit k of `a`, k counted modulo the width.
    fn bit(ty: Type, a: Bits, k: i128) -> i128 {
        i128::from(a) / (1 << k.rem_euclid(i128::from(width(ty)))) % 2
    }
    /// The number whose bit k is `bit(k)`.
    fn from_bits(ty: Type, bit: impl Fn(i128) -> i128) -> Bits {
        (0..i128::from(width(ty))).map(|k| (bit(k) as u64) << k).sum()
    }

    fn expected_binary(op: BinOp, ty: Type, a: Bits, b: Bits) -> Result<Bits, Trap> {
        let n = i128::from(width(ty));
        let (u, v) = (i128::from(a), i128::from(b));
        let (s, t) = (signed(ty, a), signed(ty, b));
        let k = v % n;
        let zero = |value: i128| if v == 0 { Err(Trap::IntegerDivideByZero) } else { Ok(wrap(ty, value)) };
        match op {
            BinOp::Add => Ok(wrap(ty, u + v)),
            BinOp::Sub => Ok(wrap(ty, u - v)),
            BinOp::Mul => Ok(wrap(ty, s * t)),
            BinOp::DivS if v != 0 && s / t == 1 << (n - 1) => Err(Trap::IntegerOverflow),
            BinOp::DivS => zero(s.checked_div(t).unwrap_or(0)),
            BinOp::DivU => zero(u.checked_div(v).unwrap_or(0)),
            BinOp::RemS => zero(s - t * s.checked_div(t).unwrap_or(0)),
            BinOp::RemU => zero(u - v * u.checked_div(v).unwrap_or(0)),
            BinOp::And => Ok(from_bits(ty, |i| bit(ty, a, i) * bit(ty, b, i))),
            BinOp::Or => Ok(from_bits(ty, |i| bit(ty, a, i).max(bit(ty, b, i)))),
            BinOp::Xor => Ok(from_bits(ty, |i| (bit(ty, a, i) + bit(ty, b, i)) % 2)),
            BinOp::Shl => Ok(from_bits(ty, |i| if i < k { 0 } else { bit(ty, a, i - k) })),
            BinOp::ShrS => Ok(wrap(ty, s.div_euclid(1 << k))),
            BinOp::ShrU => Ok(wrap(ty, u.div_euclid(1 << k))),
            BinOp::Rotl => Ok(from_bits(ty, |i| bit(ty, a, i - k))),
            BinOp::Rotr => Ok(from_bits(ty, |i| bit(ty, a, i + k))),
            BinOp::MulHighS => Ok(wrap(ty, (s * t).div_euclid(1 << n))),
            // The full unsigned product needs 128 bits and a sign: split one factor.
            BinOp::MulHighU => {
                let half = 1i128 << (n / 2);
                let (low, high) = (u % half * v, u / half * v);
                Ok(((high + low / half) / half) as u64)
            }
            _ => unreachable!(),
        }
    }

    #[test]
    fn binary_operators_agree_with_unbounded_integers() {
        for ty in [Type::I32, Type::I64] {
            for &op in BinOp::ALL.iter().filter(|op| !op.is_float()) {
                for a in edges(ty) {
                    for b in edges(ty) {
                        assert_eq!(binary(op, ty, a, b), expected_binary(op, ty, a, b), "{ty}.{op} {a:#x} {b:#x}");
                    }
                }
            }
        }
    }

    #[test]
    fn comparisons_agree_with_unbounded_integers() {
        for ty in [Type::I32, Type::I64] {
            for &op in CmpOp::ALL.iter().filter(|op| !op.is_float()) {
                for a in edges(ty) {
                    for b in edges(ty) {
                        let sign = |x| signed(ty, x);
                        let want = match op {
                            CmpOp::Eq => a == b,
                            CmpOp::Ne => a != b,
                            CmpOp::LtU => a < b,
                            CmpOp::GtU => b < a,
                            CmpOp::LeU => a <= b,
                            CmpOp::GeU => b <= a,
                            CmpOp::LtS => sign(a) < sign(b),
                            CmpOp::GtS => sign(b) < sign(a),
                            CmpOp::LeS => sign(a) <= sign(b),
                            CmpOp::GeS => sign(b) <= sign(a),
                            _ => unreachable!(),
                        };
                        assert_eq!(compare(op, ty, a, b), u64::from(want), "{ty}.{op} {a:#x} {b:#x}");
                        assert_eq!(compare(op.swapped(), ty, b, a), u64::from(want), "{ty}.{op} swapped");
                        let negated = op.negated().unwrap();
                        assert_eq!(compare(negated, ty, a, b), u64::from(!want), "{ty}.{op} negated");
                    }
                }
            }
        }
    }

    #[test]
    fn unary_operators_agree_with_counting_bits() {
        for ty in [Type::I32, Type::I64] {
            let n = width(ty) as usize;
            for a in edges(ty) {
                let bits: Vec<bool> = (0..n as i128).map(|k| bit(ty, a, k) == 1).collect();
                let position = |found: Option<usize>| found.unwrap_or(n) as u64;
                assert_eq!(unary(UnOp::Clz, ty, a), position(bits.iter().rev().position(|b| *b)), "clz {a:#x}");
                assert_eq!(unary(UnOp::Ctz, ty, a), position(bits.iter().position(|b| *b)), "ctz {a:#x}");
                assert_eq!(unary(UnOp::Popcnt, ty, a), bits.iter().filter(|b| **b).count() as u64, "popcnt {a:#x}");
                let extend = |from: usize| from_bits(ty, |k| i128::from(bits[(k as usize).min(from - 1)]));
                assert_eq!(unary(UnOp::Extend8S, ty, a), extend(8), "extend8_s {a:#x}");
                assert_eq!(unary(UnOp::Extend16S, ty, a), extend(16), "extend16_s {a:#x}");
                if ty == Type::I64 {
                    assert_eq!(unary(UnOp::Extend32S, ty, a), extend(32), "extend32_s {a:#x}");
                }
            }
        }
    }
}
