//! The vector operators again, from lists of numbers, as the specification states them: a lane is an unbounded integer, a vector a list
//! of them, and a result is cut to its lane at the end. Bytes in every pair; other lanes edges × edges. Floats are here only
//! by what vectors add to scalars: where lanes go, and which of two.
use samite_ir::value::edges::edges;
use samite_ir::value::{
    Extension, LaneBinOp, LaneShiftOp, LaneTernOp, LaneTest, LaneUnOp, Shape, TargetOp, Type, Wide, canonical_nan_lanes, extract_lane,
    lane_binary, lane_shift, lane_ternary, lane_test, lane_unary, replace_lane, shuffle, splat,
};

const INTS: [Shape; 4] = [Shape::I8x16, Shape::I16x8, Shape::I32x4, Shape::I64x2];

fn bits(shape: Shape) -> u32 {
    8 * shape.lane_bytes()
}

/// The lanes, from the bytes that memory would hold.
fn unsigned(bits: u32, v: u128) -> Vec<i128> {
    let bytes = v.to_le_bytes();
    bytes.chunks(bits as usize / 8).map(|lane| lane.iter().rev().fold(0, |n, b| n * 256 + i128::from(*b))).collect()
}
fn signed(bits: u32, v: u128) -> Vec<i128> {
    unsigned(bits, v).into_iter().map(|x| if x >= 1 << (bits - 1) { x - (1 << bits) } else { x }).collect()
}
/// The vector of lanes, each modulo 2^bits.
fn vector(bits: u32, lanes: &[i128]) -> u128 {
    assert_eq!(lanes.len() as u32 * bits, 128);
    let bytes = lanes.iter().flat_map(|x| x.rem_euclid(1 << bits).to_le_bytes()[..bits as usize / 8].to_vec());
    u128::from_le_bytes(bytes.collect::<Vec<u8>>().try_into().unwrap())
}

/// Values worth having in a lane: all of a byte, edges of wider ones.
fn lane_edges(shape: Shape) -> Vec<i128> {
    let narrow = |bits: u32| {
        let mut list: Vec<i128> = edges(Type::I32).into_iter().map(|x| i128::from(x % (1 << bits))).collect();
        list.extend([1i128 << (bits - 1), (1 << (bits - 1)) - 1, (1 << bits) - 1]);
        list.sort();
        list.dedup();
        list
    };
    match shape {
        Shape::I8x16 => (0..256).collect(),
        Shape::I16x8 => narrow(16),
        _ => edges(shape.scalar()).into_iter().map(i128::from).collect(),
    }
}

/// Vectors that hold every pair of lane edges in the same lane, each in some lane.
fn pairs(shape: Shape) -> Vec<(u128, u128)> {
    let list = lane_edges(shape);
    let all: Vec<(i128, i128)> = list.iter().flat_map(|a| list.iter().map(move |b| (*a, *b))).collect();
    let lanes = shape.lanes() as usize;
    all.chunks(lanes)
        .map(|chunk| {
            let lane = |k: usize| chunk[k % chunk.len()];
            let side = |f: fn((i128, i128)) -> i128| vector(bits(shape), &(0..lanes).map(|k| f(lane(k))).collect::<Vec<_>>());
            (side(|p| p.0), side(|p| p.1))
        })
        .collect()
}

/// Per lane: operands unsigned and signed.
fn lanewise(n: u32, a: u128, b: u128, f: impl Fn(i128, i128, i128, i128) -> i128) -> u128 {
    let (u, v, s, t) = (unsigned(n, a), unsigned(n, b), signed(n, a), signed(n, b));
    vector(n, &(0..u.len()).map(|k| f(u[k], v[k], s[k], t[k])).collect::<Vec<_>>())
}

fn expected_binary(op: LaneBinOp, shape: Shape, a: u128, b: u128) -> u128 {
    use LaneBinOp::*;
    let n = bits(shape);
    let (low, high) = (-(1i128 << (n - 1)), (1i128 << (n - 1)) - 1);
    let all = (1i128 << n) - 1;
    let each = |f: &dyn Fn(i128, i128, i128, i128) -> i128| lanewise(n, a, b, f);
    let holds = |f: &dyn Fn(i128, i128, i128, i128) -> bool| each(&|u, v, s, t| if f(u, v, s, t) { -1 } else { 0 });
    // Of lanes half as wide: whole lists.
    let half = |signs: bool, v: u128| if signs { signed(n / 2, v) } else { unsigned(n / 2, v) };
    let product = |signs: bool, from: usize| {
        let (x, y) = (half(signs, a), half(signs, b));
        vector(n, &(0..x.len() / 2).map(|k| x[from * x.len() / 2 + k] * y[from * x.len() / 2 + k]).collect::<Vec<_>>())
    };
    let narrow = |low: i128, high: i128| {
        let lanes: Vec<i128> = signed(2 * n, a).into_iter().chain(signed(2 * n, b)).map(|x| x.max(low).min(high)).collect();
        vector(n, &lanes)
    };
    let dot = |signs: bool, low: i128, high: i128| {
        let (x, y) = (half(true, a), half(signs, b));
        let sums: Vec<i128> = (0..x.len() / 2).map(|k| x[2 * k] * y[2 * k] + x[2 * k + 1] * y[2 * k + 1]).collect();
        vector(n, &sums.into_iter().map(|x| x.max(low).min(high)).collect::<Vec<_>>())
    };
    let fraction = |s: i128, t: i128| (s * t + (1 << 14)).div_euclid(1 << 15);
    match op {
        Add => each(&|u, v, _, _| u + v),
        Sub => each(&|u, v, _, _| u - v),
        Mul => each(&|_, _, s, t| s * t),
        AddSatS => each(&|_, _, s, t| (s + t).max(low).min(high)),
        AddSatU => each(&|u, v, _, _| (u + v).min(all)),
        SubSatS => each(&|_, _, s, t| (s - t).max(low).min(high)),
        SubSatU => each(&|u, v, _, _| (u - v).max(0)),
        MinS => each(&|_, _, s, t| if s < t { s } else { t }),
        MinU => each(&|u, v, _, _| if u < v { u } else { v }),
        MaxS => each(&|_, _, s, t| if s < t { t } else { s }),
        MaxU => each(&|u, v, _, _| if u < v { v } else { u }),
        AvgrU => each(&|u, v, _, _| (u + v + 1) / 2),
        Q15mulrSatS => each(&|_, _, s, t| fraction(s, t).min(high)),
        RelaxedQ15mulrS => each(&|_, _, s, t| fraction(s, t)),
        DotS | DotI8S => dot(true, i128::MIN, i128::MAX),
        RelaxedDotS => dot(false, low, high),
        ExtmulLowS => product(true, 0),
        ExtmulHighS => product(true, 1),
        ExtmulLowU => product(false, 0),
        ExtmulHighU => product(false, 1),
        NarrowS => narrow(low, high),
        NarrowU => narrow(0, all),
        Swizzle => {
            let from = unsigned(8, a);
            lanewise(8, a, b, |_, v, _, _| from.get(v as usize).copied().unwrap_or(0))
        }
        RelaxedSwizzle => {
            let from = unsigned(8, a);
            lanewise(8, a, b, |_, v, _, t| if t < 0 { 0 } else { from[v as usize & 15] })
        }
        And => u128::from_le_bytes(std::array::from_fn(|k| a.to_le_bytes()[k] & b.to_le_bytes()[k])),
        Or => !(!a & !b),
        Xor => (a | b) & !(a & b),
        Andnot => a ^ (a & b),
        Eq => holds(&|u, v, _, _| u == v),
        Ne => holds(&|u, v, _, _| u != v),
        LtS => holds(&|_, _, s, t| s < t),
        LtU => holds(&|u, v, _, _| u < v),
        GtS => holds(&|_, _, s, t| t < s),
        GtU => holds(&|u, v, _, _| v < u),
        LeS => holds(&|_, _, s, t| s <= t),
        LeU => holds(&|u, v, _, _| u <= v),
        GeS => holds(&|_, _, s, t| t <= s),
        GeU => holds(&|u, v, _, _| v <= u),
        Div | Min | Max | Pmin | Pmax | Lt | Gt | Le | Ge | RelaxedMin | RelaxedMax => unreachable!("of floats"),
    }
}

#[test]
fn binary_operators() {
    for shape in INTS {
        let pairs = pairs(shape);
        for &op in LaneBinOp::ALL.iter().filter(|op| op.exists(shape)) {
            // Where lanes of another width go in, byte pairs and wide edges too.
            for (a, b) in pairs.iter().chain(&self::pairs(Shape::I8x16)) {
                let (got, want) = (lane_binary(op, shape, *a, *b), expected_binary(op, shape, *a, *b));
                assert_eq!(got, want, "{shape}.{op} {a:#034x} {b:#034x}: {got:#034x}, not {want:#034x}");
                if op.is_commutative(shape) {
                    assert_eq!(lane_binary(op, shape, *b, *a), want, "{shape}.{op} is commutative");
                }
                if op.is_comparison() {
                    assert_eq!(lane_binary(op.swapped(), shape, *b, *a), want, "{shape}.{op} swapped");
                }
                if let Some(negated) = op.negated().filter(|o| o.exists(shape)) {
                    assert_eq!(lane_binary(negated, shape, *a, *b), !want, "{shape}.{op} negated");
                }
            }
        }
    }
}

#[test]
fn unary_operators() {
    use LaneUnOp::*;
    for shape in INTS {
        let n = bits(shape);
        for (a, b) in pairs(shape).into_iter().chain(pairs(Shape::I8x16)) {
            for a in [a, b] {
                let half = |signs: bool| if signs { signed(n / 2, a) } else { unsigned(n / 2, a) };
                let extend = |signs: bool, from: u32| {
                    let lanes = half(signs);
                    vector(n, &lanes[from as usize * lanes.len() / 2..][..lanes.len() / 2])
                };
                let sums = |signs: bool| vector(n, &half(signs).chunks(2).map(|p| p[0] + p[1]).collect::<Vec<_>>());
                for &op in LaneUnOp::ALL.iter().filter(|op| op.exists(shape)) {
                    let want = match op {
                        Not => u128::MAX - a,
                        Abs => lanewise(n, a, 0, |_, _, s, _| s.abs()),
                        Neg => lanewise(n, a, 0, |_, _, s, _| -s),
                        Popcnt => lanewise(8, a, 0, |u, _, _, _| (0..8).map(|k| u >> k & 1).sum()),
                        ExtendLowS => extend(true, 0),
                        ExtendHighS => extend(true, 1),
                        ExtendLowU => extend(false, 0),
                        ExtendHighU => extend(false, 1),
                        ExtaddPairwiseS => sums(true),
                        ExtaddPairwiseU => sums(false),
                        // From floats: below.
                        _ => continue,
                    };
                    assert_eq!(lane_unary(op, shape, a), want, "{shape}.{op} {a:#034x}");
                }
            }
        }
    }
}

#[test]
fn shifts_take_counts_modulo_the_lane() {
    for shape in INTS {
        let n = bits(shape);
        for (a, b) in pairs(shape) {
            for count in (0..=n + 1).chain([2 * n - 1, 255, 256, 1 << 31, u32::MAX]) {
                let k = count % n;
                let shift = |op| lane_shift(op, shape, a ^ b, count.into());
                assert_eq!(shift(LaneShiftOp::Shl), lanewise(n, a ^ b, 0, |u, _, _, _| u * (1 << k)), "{shape}.shl {count}");
                assert_eq!(shift(LaneShiftOp::ShrU), lanewise(n, a ^ b, 0, |u, _, _, _| u / (1 << k)), "{shape}.shr_u {count}");
                let signed = lanewise(n, a ^ b, 0, |_, _, s, _| s.div_euclid(1 << k));
                assert_eq!(shift(LaneShiftOp::ShrS), signed, "{shape}.shr_s {count}");
            }
        }
    }
}

#[test]
fn tests_and_lanes() {
    for shape in INTS {
        let n = bits(shape);
        // Every set of lanes that are zero, or negative.
        for set in 0..1u32 << shape.lanes() {
            let lanes = |one: i128, zero: i128| {
                vector(n, &(0..shape.lanes()).map(|k| if set >> k & 1 == 1 { one } else { zero }).collect::<Vec<_>>())
            };
            assert_eq!(lane_test(LaneTest::Bitmask, shape, lanes(-5, (1 << (n - 1)) - 1)), set.into(), "{shape}");
            let all = u64::from(set.count_ones() == shape.lanes());
            assert_eq!(lane_test(LaneTest::AllTrue, shape, lanes(1 << (n - 1), 0)), all, "{shape}");
            assert_eq!(lane_test(LaneTest::AnyTrue, Shape::I8x16, lanes(1, 0)), u64::from(set != 0), "{shape}");
        }
    }
    for &shape in Shape::ALL {
        let n = bits(shape);
        for (a, _) in pairs(Shape::I8x16).into_iter().step_by(7) {
            for k in 0..shape.lanes() as u8 {
                let lane = unsigned(n, a)[usize::from(k)];
                assert_eq!(i128::from(extract_lane(shape, Extension::Unsigned, k, a)), lane);
                if n < 32 {
                    let sign = signed(n, a)[usize::from(k)];
                    assert_eq!(extract_lane(shape, Extension::Signed, k, a), u64::from(sign as i32 as u32), "{shape}");
                }
                let mut lanes = unsigned(n, a);
                lanes[usize::from(k)] = 0x0123_4567_89ab_cdef;
                assert_eq!(replace_lane(shape, k, a, 0x0123_4567_89ab_cdef & u64::MAX >> (64 - n.max(32))), vector(n, &lanes), "{shape}");
            }
            let x = 0xfedc_ba98_7654_3210u64 & u64::MAX >> (64 - n.max(32));
            assert_eq!(splat(shape, x), vector(n, &vec![i128::from(x); shape.lanes() as usize]), "{shape}");
        }
    }
}

#[test]
fn shuffles() {
    let (a, b) = (u128::from_le_bytes(std::array::from_fn(|k| k as u8 + 100)), u128::from_le_bytes(std::array::from_fn(|k| k as u8 + 116)));
    for start in 0..32u32 {
        for step in [0, 1, 3, 31] {
            let indices: [u8; 16] = std::array::from_fn(|k| ((start + step * k as u32) % 32) as u8);
            assert_eq!(shuffle(u128::from_le_bytes(indices), a, b).to_le_bytes(), indices.map(|n| n + 100));
        }
    }
}

#[test]
fn three_operands() {
    use LaneTernOp::*;
    for (a, b) in pairs(Shape::I8x16).into_iter().step_by(3) {
        let c = a.rotate_left(13) ^ b.rotate_right(40);
        for bit in [0, 7, 64, 127] {
            let select = lane_ternary(Bitselect, Shape::I8x16, a, b, c) >> bit & 1;
            assert_eq!(select, if c >> bit & 1 == 1 { a >> bit & 1 } else { b >> bit & 1 });
        }
        for shape in INTS {
            // Words are taken apart, as the official scripts allow.
            let n = if shape == Shape::I16x8 { 8 } else { bits(shape) };
            let (x, y, m) = (signed(n, a), signed(n, b), signed(n, c));
            let by_sign: Vec<i128> = (0..x.len()).map(|k| if m[k] < 0 { x[k] } else { y[k] }).collect();
            assert_eq!(lane_ternary(RelaxedLaneselect, shape, a, b, c), vector(n, &by_sign), "{shape}");
        }
        for (op, dot) in [(RelaxedDotAddS, LaneBinOp::RelaxedDotS), (DotI8AddS, LaneBinOp::DotI8S)] {
            let sums: Vec<i128> = signed(16, expected_binary(dot, Shape::I16x8, a, b)).chunks(2).map(|p| p[0] + p[1]).collect();
            let want = lanewise(32, vector(32, &sums), c, |u, v, _, _| u + v);
            assert_eq!(lane_ternary(op, Shape::I32x4, a, b, c), want, "{op}");
        }
    }
}

/// What relaxed operators may give (proposal, section "Instructions"), and that they are the others where those are not relaxed.
#[test]
fn relaxed_truncations_are_among_the_choices() {
    for a in edges(Type::F32) {
        let x = f32::from_bits(a as u32);
        let got = lane_unary(LaneUnOp::RelaxedTruncF32S, Shape::I32x4, splat(Shape::F32x4, a)) as u32 as i32;
        let fits = x.trunc() >= -2147483648.0 && x.trunc() < 2147483648.0;
        assert_eq!(got, if fits { x as i32 } else { i32::MIN }, "{x}");
    }
    for a in edges(Type::F64) {
        let x = f64::from_bits(a);
        let got = lane_unary(LaneUnOp::RelaxedTruncF64SZero, Shape::I32x4, splat(Shape::F64x2, a));
        let fits = x.trunc() >= -2147483648.0 && x.trunc() < 2147483648.0;
        let want = if fits { x as i32 } else { i32::MIN } as u32;
        assert_eq!(got, u128::from(want) | u128::from(want) << 32, "{x}");
    }
}

/// Two lanes in, two lanes out: where they go. What the scalars are is `value_exact.rs`'s matter.
#[test]
fn conversions_between_shapes() {
    let f64s = u128::from((-1.5f64).to_bits()) | u128::from(3e9f64.to_bits()) << 64;
    let f32s = vector(32, &[1.5f32, -2.0, 4e9, f32::NAN].map(|x| i128::from(x.to_bits())));
    let i32s = vector(32, &[-1, 7, 1 << 31, 3]);
    let unary = |op, shape, a| lane_unary(op, shape, a);
    use LaneUnOp::*;
    let i32x4 = |lanes: [i128; 4]| vector(32, &lanes);
    assert_eq!(unary(TruncSatF32S, Shape::I32x4, f32s), i32x4([1, -2, i32::MAX.into(), 0]));
    assert_eq!(unary(TruncSatF32U, Shape::I32x4, f32s), i32x4([1, 0, 4_000_000_000, 0]));
    assert_eq!(unary(TruncSatF64SZero, Shape::I32x4, f64s), i32x4([-1, i32::MAX.into(), 0, 0]));
    assert_eq!(unary(TruncSatF64UZero, Shape::I32x4, f64s), i32x4([0, 3_000_000_000, 0, 0]));
    let f32x4 = |lanes: [f32; 4]| vector(32, &lanes.map(|x| i128::from(x.to_bits())));
    let f64x2 = |lanes: [f64; 2]| vector(64, &lanes.map(|x| i128::from(x.to_bits())));
    assert_eq!(unary(ConvertS, Shape::F32x4, i32s), f32x4([-1.0, 7.0, -2147483648.0, 3.0]));
    assert_eq!(unary(ConvertU, Shape::F32x4, i32s), f32x4([4294967296.0, 7.0, 2147483648.0, 3.0]));
    assert_eq!(unary(ConvertS, Shape::F64x2, i32s), f64x2([-1.0, 7.0]));
    assert_eq!(unary(ConvertU, Shape::F64x2, i32s), f64x2([4294967295.0, 7.0]));
    assert_eq!(unary(DemoteZero, Shape::F32x4, f64s), f32x4([-1.5, 3e9, 0.0, 0.0]));
    assert_eq!(unary(PromoteLow, Shape::F64x2, f32s), f64x2([1.5, -2.0]));
}

/// Which of two, with NaNs and zeros of both signs.
#[test]
fn choosing_floats() {
    for a in edges(Type::F32) {
        for b in edges(Type::F32) {
            let (x, y) = (f32::from_bits(a as u32), f32::from_bits(b as u32));
            let choose = |op, first: bool| {
                let got = lane_binary(op, Shape::F32x4, splat(Shape::F32x4, a), splat(Shape::F32x4, b));
                assert_eq!(got, splat(Shape::F32x4, if first { a } else { b }), "{op} {x} {y}");
            };
            let below = x.is_nan() || y.is_nan() || x <= y;
            choose(LaneBinOp::Pmin, below);
            choose(LaneBinOp::Pmax, x.is_nan() || y.is_nan() || x >= y);
            choose(LaneBinOp::RelaxedMin, x < y);
            choose(LaneBinOp::RelaxedMax, x > y);
        }
    }
}

/// A product that fits no float, of which rounding twice would lose the end.
#[test]
fn fused_products_round_once() {
    let f = |x: f32| u64::from(x.to_bits());
    let (x, y) = (1.0f32 + f32::EPSILON, 1.0 - f32::EPSILON);
    let fused =
        |op, c: f32| lane_ternary(op, Shape::F32x4, splat(Shape::F32x4, f(x)), splat(Shape::F32x4, f(y)), splat(Shape::F32x4, f(c)));
    assert_eq!(fused(LaneTernOp::RelaxedMadd, -1.0), splat(Shape::F32x4, f(-(f32::EPSILON * f32::EPSILON))));
    assert_eq!(fused(LaneTernOp::RelaxedNmadd, 1.0), splat(Shape::F32x4, f(f32::EPSILON * f32::EPSILON)));
    let huge = f32::MAX;
    let both = [splat(Shape::F32x4, f(huge)), splat(Shape::F32x4, f(2.0)), splat(Shape::F32x4, f(-huge))];
    assert_eq!(lane_ternary(LaneTernOp::RelaxedMadd, Shape::F32x4, both[0], both[1], both[2]), both[0]);
}

/// The native choices are those of one instruction each (of three, for the sum of dot products): what compiled code will do.
#[test]
fn native_relaxed_operators_are_instructions() {
    let x = |op: TargetOp, args: [u128; 3]| op.eval(Type::V128, args.map(Wide::from), 0).low;
    let ones = vector(16, &[1; 8]);
    let floats = [Type::F32, Type::F64].map(|ty| {
        let list = edges(ty);
        let lanes = 128 / (8 * ty.bytes() as usize);
        let vectors = (0..list.len()).map(move |n| {
            let lane = |k: usize| i128::from(list[(n + k * k * 7) % list.len()]);
            vector(8 * ty.bytes(), &(0..lanes).map(lane).collect::<Vec<_>>())
        });
        vectors.collect::<Vec<_>>()
    });
    let [f32s, f64s] = floats;
    for (a, b) in pairs(Shape::I8x16).into_iter().step_by(3) {
        let c = a.rotate_left(13) ^ b.rotate_right(40);
        let binary = |op, shape| lane_binary(op, shape, a, b);
        assert_eq!(binary(LaneBinOp::RelaxedSwizzle, Shape::I8x16), x(TargetOp::Pshufb, [a, b, 0]));
        assert_eq!(binary(LaneBinOp::RelaxedQ15mulrS, Shape::I16x8), x(TargetOp::Pmulhrsw, [a, b, 0]));
        let dot = x(TargetOp::Pmaddubsw, [b, a, 0]);
        assert_eq!(binary(LaneBinOp::RelaxedDotS, Shape::I16x8), dot);
        let sum = x(TargetOp::Paddd, [x(TargetOp::Pmaddwd, [dot, ones, 0]), c, 0]);
        assert_eq!(lane_ternary(LaneTernOp::RelaxedDotAddS, Shape::I32x4, a, b, c), sum);
        let select = |shape| lane_ternary(LaneTernOp::RelaxedLaneselect, shape, a, b, c);
        assert_eq!(select(Shape::I8x16), x(TargetOp::Pblendvb, [b, a, c]));
        assert_eq!(select(Shape::I16x8), x(TargetOp::Pblendvb, [b, a, c]));
        assert_eq!(select(Shape::I32x4), x(TargetOp::Blendvps, [b, a, c]));
        assert_eq!(select(Shape::I64x2), x(TargetOp::Blendvpd, [b, a, c]));
    }
    let check = |shape: Shape, list: &[u128], [min, max, madd, nmadd]: [TargetOp; 4]| {
        for &a in list {
            for &b in list {
                let c = a ^ b >> 7;
                assert_eq!(lane_binary(LaneBinOp::RelaxedMin, shape, a, b), x(min, [a, b, 0]));
                assert_eq!(lane_binary(LaneBinOp::RelaxedMax, shape, a, b), x(max, [a, b, 0]));
                // Of NaNs only that they are.
                let fused = |op, target| {
                    let ours = canonical_nan_lanes(shape, lane_ternary(op, shape, a, b, c));
                    assert_eq!(ours, canonical_nan_lanes(shape, x(target, [a, b, c])));
                };
                fused(LaneTernOp::RelaxedMadd, madd);
                fused(LaneTernOp::RelaxedNmadd, nmadd);
            }
        }
    };
    check(Shape::F32x4, &f32s, [TargetOp::Minps, TargetOp::Maxps, TargetOp::Vfmaddps, TargetOp::Vfnmaddps]);
    check(Shape::F64x2, &f64s, [TargetOp::Minpd, TargetOp::Maxpd, TargetOp::Vfmaddpd, TargetOp::Vfnmaddpd]);
    for a in f32s {
        assert_eq!(lane_unary(LaneUnOp::RelaxedTruncF32S, Shape::I32x4, a), x(TargetOp::Cvttps2dq, [a, 0, 0]));
    }
    for a in f64s {
        assert_eq!(lane_unary(LaneUnOp::RelaxedTruncF64SZero, Shape::I32x4, a), x(TargetOp::Cvttpd2dq, [a, 0, 0]));
    }
}
