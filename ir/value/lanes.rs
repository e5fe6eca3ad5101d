//! Vector operators (specification 4.3.6): what each computes on 128 bits, lane 0 lowest, byte 0 of memory lowest.
//!
//! A float lane is computed by `float.rs` and so has its rounding and its rule for NaNs; a lane of 32 or 64 bits that is an
//! integer's by `int.rs` where it has the operator. What scalars do not have is written out here. The doors panic, as the
//! scalar ones do, if the operator does not exist at the shape.
use super::lane_ops::{Extension, LaneBinOp, LaneShiftOp, LaneTernOp, LaneTest, LaneUnOp, Shape};
use super::{BinOp, Bits, CmpOp, ConvOp, UnOp, float, scalar};
use Shape::{F32x4, F64x2, I8x16, I16x8, I32x4, I64x2};

/// Lanes of one width: apart, together, and one function on each.
macro_rules! lanes_of {
    ($u:ident, $n:literal, $split:ident, $join:ident, $map:ident, $zip:ident, $mask:ident, $set:ident) => {
        pub fn $split(a: u128) -> [$u; $n] {
            std::array::from_fn(|k| (a >> (k as u32 * $u::BITS)) as $u)
        }
        pub fn $join(lanes: [$u; $n]) -> u128 {
            lanes.into_iter().rev().fold(0, |a, lane| a.checked_shl($u::BITS).unwrap_or(0) | u128::from(lane))
        }
        pub fn $map(a: u128, f: impl Fn($u) -> $u) -> u128 {
            $join($split(a).map(f))
        }
        pub fn $zip(a: u128, b: u128, f: impl Fn($u, $u) -> $u) -> u128 {
            let (a, b) = ($split(a), $split(b));
            $join(std::array::from_fn(|k| f(a[k], b[k])))
        }
        pub fn $mask(ones: bool) -> $u {
            if ones { $u::MAX } else { 0 }
        }
        /// With lane `k` replaced.
        pub fn $set(a: u128, k: usize, lane: $u) -> u128 {
            let mut lanes = $split(a);
            lanes[k] = lane;
            $join(lanes)
        }
    };
}

lanes_of!(u8, 16, split8, join8, map8, zip8, mask8, set8);
lanes_of!(u16, 8, split16, join16, map16, zip16, mask16, set16);
lanes_of!(u32, 4, split32, join32, map32, zip32, mask32, set32);
lanes_of!(u64, 2, split64, join64, map64, zip64, mask64, set64);

/// One function on the lanes of any shape, each as an integer in 64 bits, upper bits zero; what it gives is cut to the lane.
fn map(shape: Shape, a: u128, f: impl Fn(u64) -> u64) -> u128 {
    build(shape, |k| f(lane(shape, a, k)))
}
fn zip(shape: Shape, a: u128, b: u128, f: impl Fn(u64, u64) -> u64) -> u128 {
    build(shape, |k| f(lane(shape, a, k), lane(shape, b, k)))
}
/// The vector whose lane `k` is the low bits of `f(k)`.
fn build(shape: Shape, f: impl Fn(u32) -> u64) -> u128 {
    let bits = 8 * shape.lane_bytes();
    (0..shape.lanes()).fold(0, |v, k| v | u128::from(f(k) & ones(bits)) << (k * bits))
}
/// Lane `k`, zero-extended.
fn lane(shape: Shape, a: u128, k: u32) -> u64 {
    let bits = 8 * shape.lane_bytes();
    (a >> (k * bits)) as u64 & ones(bits)
}
/// Lane `k`, sign-extended.
fn lane_s(shape: Shape, a: u128, k: u32) -> i64 {
    signed(shape, lane(shape, a, k))
}
fn signed(shape: Shape, x: u64) -> i64 {
    let rest = 64 - 8 * shape.lane_bytes();
    (x << rest) as i64 >> rest
}
const fn ones(bits: u32) -> u64 {
    u64::MAX >> (64 - bits)
}
/// The ends of the lane's signed and unsigned range.
fn clamp_s(shape: Shape, x: i64) -> u64 {
    let end = (ones(8 * shape.lane_bytes()) >> 1) as i64;
    x.clamp(-end - 1, end) as u64
}
fn clamp_u(shape: Shape, x: i64) -> u64 {
    x.clamp(0, ones(8 * shape.lane_bytes()) as i64) as u64
}

pub fn lane_unary(op: LaneUnOp, shape: Shape, a: u128) -> u128 {
    use LaneUnOp::*;
    assert!(op.exists(shape), "ir/value: there is no {shape}.{op}");
    let narrow = || shape.narrower().expect("it exists");
    let float = |op: UnOp| map(shape, a, |x| scalar::unary(op, shape.scalar(), x));
    // Lanes of another shape, from lane `from` on; where there are none, 0.
    let convert = |op: ConvOp, from: Shape, lanes: u32| {
        build(shape, |k| if k < lanes { scalar::convert(op, lane(from, a, k)).expect("does not trap") } else { 0 })
    };
    match op {
        Not => !a,
        Popcnt => map8(a, |x| x.count_ones() as u8),
        Abs if shape.is_float() => float(UnOp::FAbs),
        Neg if shape.is_float() => float(UnOp::FNeg),
        Abs => map(shape, a, |x| signed(shape, x).unsigned_abs()),
        Neg => map(shape, a, u64::wrapping_neg),
        ExtendLowS => build(shape, |k| lane_s(narrow(), a, k) as u64),
        ExtendLowU => build(shape, |k| lane(narrow(), a, k)),
        ExtendHighS => build(shape, |k| lane_s(narrow(), a, shape.lanes() + k) as u64),
        ExtendHighU => build(shape, |k| lane(narrow(), a, shape.lanes() + k)),
        ExtaddPairwiseS => build(shape, |k| (lane_s(narrow(), a, 2 * k) + lane_s(narrow(), a, 2 * k + 1)) as u64),
        ExtaddPairwiseU => build(shape, |k| lane(narrow(), a, 2 * k) + lane(narrow(), a, 2 * k + 1)),
        Sqrt => float(UnOp::FSqrt),
        Ceil => float(UnOp::FCeil),
        Floor => float(UnOp::FFloor),
        Trunc => float(UnOp::FTrunc),
        Nearest => float(UnOp::FNearest),
        TruncSatF32S => convert(ConvOp::TruncSatF32I32S, F32x4, 4),
        TruncSatF32U | RelaxedTruncF32U => convert(ConvOp::TruncSatF32I32U, F32x4, 4),
        TruncSatF64SZero => convert(ConvOp::TruncSatF64I32S, F64x2, 2),
        TruncSatF64UZero | RelaxedTruncF64UZero => convert(ConvOp::TruncSatF64I32U, F64x2, 2),
        RelaxedTruncF32S => build(shape, |k| truncated(f64::from(f32::from_bits(lane(F32x4, a, k) as u32)))),
        RelaxedTruncF64SZero => build(shape, |k| if k < 2 { truncated(f64::from_bits(lane(F64x2, a, k))) } else { 0 }),
        ConvertS if shape == F64x2 => convert(ConvOp::ConvertI32SF64, I32x4, 2),
        ConvertU if shape == F64x2 => convert(ConvOp::ConvertI32UF64, I32x4, 2),
        ConvertS => convert(ConvOp::ConvertI32SF32, I32x4, 4),
        ConvertU => convert(ConvOp::ConvertI32UF32, I32x4, 4),
        DemoteZero => convert(ConvOp::DemoteF64, F64x2, 2),
        PromoteLow => convert(ConvOp::PromoteF32, F32x4, 2),
    }
}

/// -2^31 for what an i32 cannot be.
fn truncated(x: f64) -> u64 {
    let x = x.trunc();
    if (-2147483648.0..2147483648.0).contains(&x) { x as i64 as u64 } else { 1 << 31 }
}

pub fn lane_binary(op: LaneBinOp, shape: Shape, a: u128, b: u128) -> u128 {
    use LaneBinOp::*;
    assert!(op.exists(shape), "ir/value: there is no {shape}.{op}");
    if shape.is_float() {
        return float_binary(op, shape, a, b);
    }
    let narrow = || shape.narrower().expect("it exists");
    let wide = || shape.wider().expect("it exists");
    let with_signs = |f: &dyn Fn(i64, i64) -> u64| zip(shape, a, b, |x, y| f(signed(shape, x), signed(shape, y)));
    let mask = |holds: &dyn Fn(u64, u64) -> bool| zip(shape, a, b, |x, y| if holds(x, y) { u64::MAX } else { 0 });
    let mask_s = |holds: &dyn Fn(i64, i64) -> bool| with_signs(&|x, y| if holds(x, y) { u64::MAX } else { 0 });
    // Products of the lanes of half the width, from lane `first` on.
    let product_s = |first: u32| build(shape, |k| (lane_s(narrow(), a, first + k) * lane_s(narrow(), b, first + k)) as u64);
    let product_u = |first: u32| build(shape, |k| lane(narrow(), a, first + k) * lane(narrow(), b, first + k));
    // Lanes of `a`, then those of `b`, each cut by a function of the signed lane.
    let narrowed = |cut: fn(Shape, i64) -> u64| {
        build(shape, |k| {
            let (from, k) = if k < shape.lanes() / 2 { (a, k) } else { (b, k - shape.lanes() / 2) };
            cut(shape, lane_s(wide(), from, k))
        })
    };
    // The sum of two neighbouring products of narrow lanes.
    let dot = |y: fn(Shape, u128, u32) -> i64, cut: fn(Shape, i64) -> u64| {
        let one = |k| lane_s(narrow(), a, k) * y(narrow(), b, k);
        build(shape, |k| cut(shape, one(2 * k) + one(2 * k + 1)))
    };
    match op {
        Add => zip(shape, a, b, u64::wrapping_add),
        Sub => zip(shape, a, b, u64::wrapping_sub),
        Mul => zip(shape, a, b, u64::wrapping_mul),
        AddSatS => with_signs(&|x, y| clamp_s(shape, x + y)),
        AddSatU => zip(shape, a, b, |x, y| clamp_u(shape, (x + y) as i64)),
        SubSatS => with_signs(&|x, y| clamp_s(shape, x - y)),
        SubSatU => zip(shape, a, b, |x, y| clamp_u(shape, x as i64 - y as i64)),
        MinS => with_signs(&|x, y| x.min(y) as u64),
        MinU => zip(shape, a, b, u64::min),
        MaxS => with_signs(&|x, y| x.max(y) as u64),
        MaxU => zip(shape, a, b, u64::max),
        AvgrU => zip(shape, a, b, |x, y| (x + y).div_ceil(2)),
        Q15mulrSatS => with_signs(&|x, y| clamp_s(shape, (x * y + 0x4000) >> 15)),
        RelaxedQ15mulrS => with_signs(&|x, y| ((x * y + 0x4000) >> 15) as u64),
        DotS | DotI8S => dot(lane_s, |_, sum| sum as u64),
        RelaxedDotS => dot(|shape, b, k| lane(shape, b, k) as i64, clamp_s),
        ExtmulLowS => product_s(0),
        ExtmulHighS => product_s(shape.lanes()),
        ExtmulLowU => product_u(0),
        ExtmulHighU => product_u(shape.lanes()),
        NarrowS => narrowed(clamp_s),
        NarrowU => narrowed(clamp_u),
        Swizzle => map8(b, |n| if n < 16 { split8(a)[usize::from(n)] } else { 0 }),
        RelaxedSwizzle => map8(b, |n| if n < 128 { split8(a)[usize::from(n % 16)] } else { 0 }),
        And => a & b,
        Or => a | b,
        Xor => a ^ b,
        Andnot => a & !b,
        Eq => mask(&|x, y| x == y),
        Ne => mask(&|x, y| x != y),
        LtU => mask(&|x, y| x < y),
        GtU => mask(&|x, y| x > y),
        LeU => mask(&|x, y| x <= y),
        GeU => mask(&|x, y| x >= y),
        LtS => mask_s(&|x, y| x < y),
        GtS => mask_s(&|x, y| x > y),
        LeS => mask_s(&|x, y| x <= y),
        GeS => mask_s(&|x, y| x >= y),
        Div | Min | Max | Pmin | Pmax | Lt | Gt | Le | Ge | RelaxedMin | RelaxedMax => unreachable!("of floats"),
    }
}

fn float_binary(op: LaneBinOp, shape: Shape, a: u128, b: u128) -> u128 {
    use LaneBinOp::*;
    let ty = shape.scalar();
    let number = |op: BinOp| zip(shape, a, b, |x, y| scalar::binary(op, ty, x, y).expect("floats do not trap"));
    let holds = |op: CmpOp, x: u64, y: u64| scalar::compare(op, ty, x, y) != 0;
    let mask = |op: CmpOp| zip(shape, a, b, |x, y| if holds(op, x, y) { u64::MAX } else { 0 });
    match op {
        Add => number(BinOp::FAdd),
        Sub => number(BinOp::FSub),
        Mul => number(BinOp::FMul),
        Div => number(BinOp::FDiv),
        Min => number(BinOp::FMin),
        Max => number(BinOp::FMax),
        Pmin => zip(shape, a, b, |x, y| if holds(CmpOp::FLt, y, x) { y } else { x }),
        Pmax => zip(shape, a, b, |x, y| if holds(CmpOp::FLt, x, y) { y } else { x }),
        RelaxedMin => zip(shape, a, b, |x, y| if holds(CmpOp::FLt, x, y) { x } else { y }),
        RelaxedMax => zip(shape, a, b, |x, y| if holds(CmpOp::FGt, x, y) { x } else { y }),
        Eq => mask(CmpOp::FEq),
        Ne => mask(CmpOp::FNe),
        Lt => mask(CmpOp::FLt),
        Gt => mask(CmpOp::FGt),
        Le => mask(CmpOp::FLe),
        Ge => mask(CmpOp::FGe),
        _ => unreachable!("of integers"),
    }
}

pub fn lane_ternary(op: LaneTernOp, shape: Shape, a: u128, b: u128, c: u128) -> u128 {
    use LaneTernOp::*;
    assert!(op.exists(shape), "ir/value: there is no {shape}.{op}");
    let pairs = |dot: LaneBinOp| {
        let sums = lane_unary(LaneUnOp::ExtaddPairwiseS, shape, lane_binary(dot, I16x8, a, b));
        lane_binary(LaneBinOp::Add, shape, sums, c)
    };
    let bits = 8 * shape.lane_bytes();
    match op {
        Bitselect => a & c | b & !c,
        // By the upper bit of each byte.
        RelaxedLaneselect if shape == I16x8 => lane_ternary(RelaxedLaneselect, Shape::I8x16, a, b, c),
        RelaxedLaneselect => build(shape, |k| lane(shape, if lane(shape, c, k) >> (bits - 1) == 1 { a } else { b }, k)),
        RelaxedMadd => fused(shape, a, b, c),
        RelaxedNmadd => fused(shape, lane_unary(LaneUnOp::Neg, shape, a), b, c),
        RelaxedDotAddS => pairs(LaneBinOp::RelaxedDotS),
        DotI8AddS => pairs(LaneBinOp::DotI8S),
    }
}

fn fused(shape: Shape, a: u128, b: u128, c: u128) -> u128 {
    build(shape, |k| {
        let [x, y, z] = [a, b, c].map(|v| lane(shape, v, k));
        if shape == F32x4 { float::f32::fused(x as u32, y as u32, z as u32).into() } else { float::f64::fused(x, y, z) }
    })
}

/// `count` is an i32, taken modulo the lane's width.
pub fn lane_shift(op: LaneShiftOp, shape: Shape, a: u128, count: Bits) -> u128 {
    assert!(op.exists(shape), "ir/value: there is no {shape}.{op}");
    let n = count as u32 % (8 * shape.lane_bytes());
    match op {
        LaneShiftOp::Shl => map(shape, a, |x| x << n),
        LaneShiftOp::ShrU => map(shape, a, |x| x >> n),
        LaneShiftOp::ShrS => map(shape, a, |x| (signed(shape, x) >> n) as u64),
    }
}

/// An i32.
pub fn lane_test(op: LaneTest, shape: Shape, a: u128) -> Bits {
    assert!(op.exists(shape), "ir/value: there is no {shape}.{op}");
    let mut lanes = (0..shape.lanes()).map(|k| lane(shape, a, k));
    match op {
        LaneTest::AnyTrue => u64::from(a != 0),
        LaneTest::AllTrue => u64::from(lanes.all(|x| x != 0)),
        LaneTest::Bitmask => (0..shape.lanes()).map(|k| u64::from(lane_s(shape, a, k) < 0) << k).sum(),
    }
}

/// The low bits of a scalar in every lane.
pub fn splat(shape: Shape, x: Bits) -> u128 {
    build(shape, |_| x)
}

/// Lane `k` as a scalar.
pub fn extract_lane(shape: Shape, extension: Extension, k: u8, a: u128) -> Bits {
    let x = lane(shape, a, k.into());
    match (extension, shape) {
        (Extension::Signed, I8x16 | I16x8) => u64::from(signed(shape, x) as u32),
        _ => x,
    }
}

/// With lane `k` the low bits of a scalar.
pub fn replace_lane(shape: Shape, k: u8, a: u128, x: Bits) -> u128 {
    build(shape, |n| if n == u32::from(k) { x } else { lane(shape, a, n) })
}

/// Bytes of `a` (0 to 15) and `b` (16 to 31) by the bytes of `indices`, which are below 32.
pub fn shuffle(indices: u128, a: u128, b: u128) -> u128 {
    map8(indices, |n| split8(if n < 16 { a } else { b })[usize::from(n % 16)])
}

/// Every lane that is a NaN replaced by the positive canonical one; integer shapes have none.
pub fn canonical_nan_lanes(shape: Shape, a: u128) -> u128 {
    match shape {
        I8x16 | I16x8 | I32x4 | I64x2 => a,
        F32x4 | F64x2 => map(shape, a, |x| scalar::canonical_nan(shape.scalar(), x)),
    }
}
