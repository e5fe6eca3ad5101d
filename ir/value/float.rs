//! Floating-point operators (specification 4.3.3 and 4.3.4): IEEE 754, round to nearest, ties to even.
//!
//! NaN: the specification leaves sign and payload of a computed NaN open; here they are fixed, the same on every machine. A NaN that
//! comes from NaN operands is the first of them that is a NaN, made quiet; a NaN that comes from numbers is the positive canonical
//! one. (SSE and AVX agree with the first rule and make negative NaNs by the second, so a folded operator and a compiled one may
//! differ: only `nan=canonical` promises bits.) fabs, fneg, copysign and the reinterpretations are bit operations that keep every
//! payload. Rust promises no NaN bits for its own operators, therefore NaN operands never reach them and NaN results are replaced.
use super::{BinOp, CmpOp, ConvOp, Trap, UnOp};

/// The floating-point operators at one width, on bit patterns.
macro_rules! at_width {
    ($width:ident, $f:ty, $u:ty) => {
        pub mod $width {
            use super::*;

            const SIGN: $u = 1 << (<$u>::BITS - 1);
            const INFINITY: $u = <$f>::INFINITY.to_bits();
            /// The upper bit of the fraction: set in a quiet NaN.
            const QUIET: $u = 1 << (<$f>::MANTISSA_DIGITS - 2);
            /// The positive canonical NaN.
            pub const NAN: $u = INFINITY | QUIET;

            pub const fn is_nan(a: $u) -> bool {
                a & !SIGN > INFINITY
            }

            /// None if the operator does not exist at this type.
            pub fn unary(op: UnOp, a: $u) -> Option<$u> {
                match op {
                    UnOp::FAbs => return Some(a & !SIGN),
                    UnOp::FNeg => return Some(a ^ SIGN),
                    _ => {}
                }
                let x = <$f>::from_bits(a);
                let y = match op {
                    UnOp::FSqrt => x.sqrt(),
                    UnOp::FCeil => x.ceil(),
                    UnOp::FFloor => x.floor(),
                    UnOp::FTrunc => x.trunc(),
                    UnOp::FNearest => x.round_ties_even(),
                    _ => return None,
                };
                Some(result(&[a], y))
            }

            /// None if the operator does not exist at this type.
            pub fn binary(op: BinOp, a: $u, b: $u) -> Option<$u> {
                if op == BinOp::FCopysign {
                    return Some(a & !SIGN | b & SIGN);
                }
                let (x, y) = (<$f>::from_bits(a), <$f>::from_bits(b));
                let z = match op {
                    BinOp::FAdd => x + y,
                    BinOp::FSub => x - y,
                    BinOp::FMul => x * y,
                    BinOp::FDiv => x / y,
                    // Equal numbers are equal patterns, or zeros of both signs: -0 is the smaller one.
                    BinOp::FMin if x == y => <$f>::from_bits(a | b & SIGN),
                    BinOp::FMax if x == y => <$f>::from_bits(a & (b | !SIGN)),
                    BinOp::FMin => {
                        if x < y {
                            x
                        } else {
                            y
                        }
                    }
                    BinOp::FMax => {
                        if x > y {
                            x
                        } else {
                            y
                        }
                    }
                    _ => return None,
                };
                Some(result(&[a, b], z))
            }

            /// `a * b + c`, rounded once.
            pub fn fused(a: $u, b: $u, c: $u) -> $u {
                let exact = <$f>::from_bits(a).mul_add(<$f>::from_bits(b), <$f>::from_bits(c));
                result(&[a, b, c], exact)
            }

            /// Every comparison with a NaN is false but `FNe`. None if the operator does not exist at this type.
            pub fn compare(op: CmpOp, a: $u, b: $u) -> Option<bool> {
                let (x, y) = (<$f>::from_bits(a), <$f>::from_bits(b));
                Some(match op {
                    CmpOp::FEq => x == y,
                    CmpOp::FNe => x != y,
                    CmpOp::FLt => x < y,
                    CmpOp::FGt => x > y,
                    CmpOp::FLe => x <= y,
                    CmpOp::FGe => x >= y,
                    _ => return None,
                })
            }

            /// The pattern of `computed`, unless the NaN rule decides.
            fn result(operands: &[$u], computed: $f) -> $u {
                match operands.iter().find(|a| is_nan(**a)) {
                    Some(nan) => nan | QUIET,
                    None if computed.is_nan() => NAN,
                    None => computed.to_bits(),
                }
            }
        }
    };
}

at_width!(f32, f32, u32);
at_width!(f64, f64, u64);

/// Conversion between the float types. NaNs keep their sign and the upper bits of their payload, and become quiet.
pub fn demote(a: u64) -> u32 {
    if f64::is_nan(a) {
        let sign = (a >> 32) as u32 & 1 << 31;
        let payload = (a >> 29) as u32 & 0x7f_ffff;
        return sign | payload | f32::NAN;
    }
    (std::primitive::f64::from_bits(a) as std::primitive::f32).to_bits()
}

/// Conversion between the float types. NaNs keep their sign and payload, and become quiet.
pub fn promote(a: u32) -> u64 {
    if f32::is_nan(a) {
        let sign = u64::from(a >> 31) << 63;
        let payload = u64::from(a & 0x7f_ffff) << 29;
        return sign | payload | f64::NAN;
    }
    std::primitive::f64::from(std::primitive::f32::from_bits(a)).to_bits()
}

/// `op`, one of `Trunc*` and `TruncSat*`, on a number of either float type (an f32 widens exactly).
/// Panics on another operator.
pub fn truncate(op: ConvOp, x: std::primitive::f64) -> Result<u64, Trap> {
    use ConvOp::*;
    // What the result type holds, [low, high); powers of two, so exact as floats.
    let two = |n: i32| 2.0f64.powi(n);
    let (low, high) = match op {
        TruncF32I32S | TruncF64I32S => (-two(31), two(31)),
        TruncF32I32U | TruncF64I32U => (0.0, two(32)),
        TruncF32I64S | TruncF64I64S => (-two(63), two(63)),
        TruncF32I64U | TruncF64I64U => (0.0, two(64)),
        // Rust's `as` from float to integer is the saturating truncation: NaN is 0, beyond the ends is the end.
        TruncSatF32I32S | TruncSatF64I32S => return Ok(u64::from(x as i32 as u32)),
        TruncSatF32I32U | TruncSatF64I32U => return Ok(u64::from(x as u32)),
        TruncSatF32I64S | TruncSatF64I64S => return Ok(x as i64 as u64),
        TruncSatF32I64U | TruncSatF64I64U => return Ok(x as u64),
        _ => panic!("{op} is not a truncation"),
    };
    if x.is_nan() {
        return Err(Trap::InvalidConversionToInteger);
    }
    // The fraction goes first: -0.9 is 0, and -2^31 - 0.9 is -2^31.
    let whole = x.trunc();
    if !(low <= whole && whole < high) {
        return Err(Trap::IntegerOverflow);
    }
    Ok(match op.types().1 {
        super::Type::I32 => u64::from(whole as i64 as u32),
        _ if low < 0.0 => whole as i64 as u64,
        _ => whole as u64,
    })
}
