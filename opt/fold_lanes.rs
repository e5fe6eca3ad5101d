//! The rewriting rules of vector operators, in the manner of `fold.rs`: first match wins, the result is tried again.
//!
//! Canonical forms: constants on the right of what commutes; a complement goes into its consumer (`andnot`, the other arm of
//! `bitselect`, the negated comparison); a swizzle by a constant is a shuffle; a shuffle of one vector has it on both sides;
//! counts of shifts are below the lane's width. Wherever bits move only, a constant result is computed here; where floats are
//! computed, only if no lane is a NaN.
//! Rules look at values only, so they hold under `relaxed=deterministic` too: there the operators are others.
use crate::fold::Rewrite;
use crate::writer::Writer;
use Rewrite::Value as Same;
use samite_ir::ssa::{Op, Value};
use samite_ir::value::{
    self, BinOp, Extension, LaneBinOp, LaneShiftOp, LaneTernOp, LaneUnOp, Shape, Type, UnOp, canonical_nan_lanes, lane_binary, lane_shift,
    lane_ternary, lane_test, lane_unary, splat,
};

const BITS: Shape = Shape::I8x16;
const ONES: u128 = u128::MAX;

/// The first rule that applies to a vector operator.
pub fn simplify(w: &mut Writer, op: Op) -> Option<Rewrite> {
    match op {
        Op::LaneUnary(op, shape, a) => unary(w, op, shape, a),
        Op::LaneBinary(op, shape, a, b) => binary(w, op, shape, a, b),
        Op::LaneTernary(op, shape, a, b, c) => ternary(w, op, shape, a, b, c),
        Op::LaneShift(op, shape, a, n) => shift(w, op, shape, a, n),
        Op::LaneTest(op, shape, a) => Some(Rewrite::Op(Op::Const(Type::I32, lane_test(op, shape, vector_of(w, a)?)))),
        Op::Splat(shape, a) => splat_of(w, shape, a),
        Op::ExtractLane(shape, extension, k, a) => extract(w, shape, extension, k, a),
        Op::ReplaceLane(shape, k, a, x) => replace(w, shape, k, a, x),
        Op::Shuffle(id, a, b) => shuffle(w, w.f.vectors[id].low, a, b),
        _ => None,
    }
}

fn vector_of(w: &Writer, v: Value) -> Option<u128> {
    match w.op(v) {
        Op::VConst(Type::V128, id) => Some(w.f.vectors[id].low),
        _ => None,
    }
}
fn vconst(w: &mut Writer, bits: u128) -> Op {
    Op::VConst(Type::V128, w.f.vectors.intern(bits))
}
fn constant(w: &mut Writer, bits: u128) -> Option<Rewrite> {
    Some(Rewrite::Op(vconst(w, bits)))
}
/// The constant that an operator on constants gives, unless it computes NaNs and gave one.
fn computed(w: &mut Writer, shape: Shape, bits: u128, computes_nan: bool) -> Option<Rewrite> {
    // Quiet or not, positive or not: whatever is a NaN is not what it would be made into, but for the canonical one itself.
    let has_nan = computes_nan && lane_binary(LaneBinOp::Ne, shape, bits, bits) != 0;
    debug_assert!(has_nan || !computes_nan || canonical_nan_lanes(shape, bits) == bits);
    if has_nan { None } else { constant(w, bits) }
}
fn un(op: LaneUnOp, shape: Shape, a: Value) -> Option<Rewrite> {
    Some(Rewrite::Op(Op::LaneUnary(op, shape, a)))
}
fn bin(op: LaneBinOp, shape: Shape, a: Value, b: Value) -> Option<Rewrite> {
    Some(Rewrite::Op(Op::LaneBinary(op, shape, a, b)))
}
/// `x`, if `v` is its complement.
fn complement(w: &Writer, v: Value) -> Option<Value> {
    match w.op(v) {
        Op::LaneUnary(LaneUnOp::Not, _, x) => Some(x),
        _ => None,
    }
}

fn unary(w: &mut Writer, op: LaneUnOp, shape: Shape, a: Value) -> Option<Rewrite> {
    use LaneUnOp::*;
    if let Some(bits) = vector_of(w, a) {
        return computed(w, shape, lane_unary(op, shape, bits), op.computes_nan());
    }
    match (op, w.op(a)) {
        (Not, Op::LaneUnary(Not, _, x)) => Some(Same(x)),
        (Not, Op::LaneBinary(compare, at, x, y)) if compare.negated().is_some_and(|op| op.exists(at)) => bin(compare.negated()?, at, x, y),
        (Neg, Op::LaneUnary(Neg, at, x)) if at == shape => Some(Same(x)),
        (Neg, Op::LaneBinary(LaneBinOp::Sub, at, x, y)) if at == shape && !shape.is_float() => bin(LaneBinOp::Sub, shape, y, x),
        (Abs, Op::LaneUnary(Abs, at, _)) if at == shape => Some(Same(a)),
        (Abs, Op::LaneUnary(Neg, at, x)) if at == shape => un(Abs, shape, x),
        _ => None,
    }
}

fn binary(w: &mut Writer, op: LaneBinOp, shape: Shape, a: Value, b: Value) -> Option<Rewrite> {
    use LaneBinOp::*;
    let (left, right) = (vector_of(w, a), vector_of(w, b));
    if let (Some(x), Some(y)) = (left, right) {
        return computed(w, shape, lane_binary(op, shape, x, y), op.computes_nan(shape));
    }
    if left.is_some() && op.is_commutative(shape) {
        return bin(op, shape, b, a);
    }
    if left.is_some() && op.is_comparison() {
        return bin(op.swapped(), shape, b, a);
    }
    if let Op::LaneUnary(LaneUnOp::Not, _, x) = w.op(b) {
        match op {
            And => return bin(Andnot, BITS, a, x),
            Andnot => return bin(And, BITS, a, x),
            _ => {}
        }
    }
    if let (And, Some(x)) = (op, complement(w, a)) {
        return bin(Andnot, BITS, b, x);
    }
    if let (Xor, Some(x)) = (op, complement(w, a).or(complement(w, b))) {
        // The complement comes out, and may go into the consumer.
        let other = if complement(w, a).is_some() { b } else { a };
        let v = w.emit(Op::LaneBinary(Xor, BITS, x, other));
        return un(LaneUnOp::Not, BITS, v);
    }
    if shape.is_float() {
        return None;
    }
    if a == b {
        match op {
            And | Or | MinS | MinU | MaxS | MaxU | AvgrU => return Some(Same(a)),
            Sub | SubSatS | SubSatU | Xor | Andnot | Ne | LtS | LtU | GtS | GtU => return constant(w, 0),
            Eq | LeS | LeU | GeS | GeU => return constant(w, ONES),
            _ => {}
        }
    }
    if let (Some(0), Andnot) = (left, op) {
        return constant(w, 0);
    }
    if let (Some(0), Sub) = (left, op) {
        return un(LaneUnOp::Neg, shape, b);
    }
    let c = right?;
    let one = splat(shape, 1);
    match (op, c) {
        (Add | Sub | AddSatS | AddSatU | SubSatS | SubSatU | Or | Xor | Andnot | MaxU, 0) => Some(Same(a)),
        (And | Mul | MinU | ExtmulLowS | ExtmulLowU | ExtmulHighS | ExtmulHighU | DotS, 0) => constant(w, 0),
        (And | MinU, ONES) => Some(Same(a)),
        (Or | MaxU, ONES) => constant(w, ONES),
        (Andnot, ONES) => constant(w, 0),
        (Xor, ONES) => un(LaneUnOp::Not, BITS, a),
        (LtU, 0) => constant(w, 0),
        (GeU, 0) => constant(w, ONES),
        (LeU, 0) => bin(Eq, shape, a, b),
        (GtU, 0) => bin(Ne, shape, a, b),
        (Mul, _) if c == one => Some(Same(a)),
        (Mul, _) => {
            let lane = value::extract_lane(shape, Extension::Unsigned, 0, c);
            if !lane.is_power_of_two() || splat(shape, lane) != c {
                return None;
            }
            let n = w.constant(Type::I32, u64::from(lane.trailing_zeros()));
            Some(Rewrite::Op(Op::LaneShift(LaneShiftOp::Shl, shape, a, n)))
        }
        // The complement of a constant costs nothing, and `and` commutes.
        (Andnot, _) => {
            let op = vconst(w, !c);
            let c = w.emit(op);
            bin(And, BITS, a, c)
        }
        (Swizzle, _) => swizzle(w, a, c, |n| n < 16),
        (RelaxedSwizzle, _) => swizzle(w, a, c, |n| n < 128),
        _ => None,
    }
}

/// By constant indices: a shuffle with zeros where `inside` says no.
fn swizzle(w: &mut Writer, a: Value, indices: u128, inside: fn(u8) -> bool) -> Option<Rewrite> {
    let indices = indices.to_le_bytes().map(|n| if inside(n) { n % 16 } else { 16 });
    let other = if indices.contains(&16) {
        let zero = vconst(w, 0);
        w.emit(zero)
    } else {
        a
    };
    Some(Rewrite::Op(Op::Shuffle(w.f.vectors.intern(u128::from_le_bytes(indices)), a, other)))
}

fn ternary(w: &mut Writer, op: LaneTernOp, shape: Shape, a: Value, b: Value, c: Value) -> Option<Rewrite> {
    let [x, y, m] = [a, b, c].map(|v| vector_of(w, v));
    if let (Some(x), Some(y), Some(m)) = (x, y, m) {
        return computed(w, shape, lane_ternary(op, shape, x, y, m), op.computes_nan());
    }
    if op != LaneTernOp::Bitselect {
        return None;
    }
    match (x, y, m) {
        (_, _, Some(ONES)) => Some(Same(a)),
        (_, _, Some(0)) => Some(Same(b)),
        _ if a == b => Some(Same(a)),
        (_, Some(0), _) => bin(LaneBinOp::And, BITS, a, c),
        (Some(0), ..) => bin(LaneBinOp::Andnot, BITS, b, c),
        (Some(ONES), ..) => bin(LaneBinOp::Or, BITS, b, c),
        _ => {
            let mask = complement(w, c)?;
            Some(Rewrite::Op(Op::LaneTernary(op, shape, b, a, mask)))
        }
    }
}

fn shift(w: &mut Writer, op: LaneShiftOp, shape: Shape, a: Value, n: Value) -> Option<Rewrite> {
    if vector_of(w, a) == Some(0) {
        return Some(Same(a));
    }
    let width = u64::from(8 * shape.lane_bytes());
    let Some(count) = w.constant_of(n) else {
        // A mask that leaves the count's low bits does nothing.
        let Op::Binary(BinOp::And, Type::I32, x, c) = w.op(n) else { return None };
        let mask = w.constant_of(c)?;
        return if mask & (width - 1) == width - 1 { Some(Rewrite::Op(Op::LaneShift(op, shape, a, x))) } else { None };
    };
    if let Some(bits) = vector_of(w, a) {
        return constant(w, lane_shift(op, shape, bits, count));
    }
    match count % width {
        0 => Some(Same(a)),
        count_below if count_below != count => {
            let n = w.constant(Type::I32, count_below);
            Some(Rewrite::Op(Op::LaneShift(op, shape, a, n)))
        }
        _ => None,
    }
}

fn splat_of(w: &mut Writer, shape: Shape, a: Value) -> Option<Rewrite> {
    if let Some(x) = w.constant_of(a) {
        return constant(w, splat(shape, x));
    }
    // A lane of another vector, without the way through a scalar.
    let Op::ExtractLane(at, _, k, v) = w.op(a) else { return None };
    let size = shape.lane_bytes() as u8;
    if at.lane_bytes() as u8 != size {
        return None;
    }
    let indices: [u8; 16] = std::array::from_fn(|n| k * size + n as u8 % size);
    Some(Rewrite::Op(Op::Shuffle(w.f.vectors.intern(u128::from_le_bytes(indices)), v, v)))
}

fn extract(w: &mut Writer, shape: Shape, extension: Extension, k: u8, a: Value) -> Option<Rewrite> {
    if let Some(bits) = vector_of(w, a) {
        return Some(Rewrite::Op(Op::Const(shape.scalar(), value::extract_lane(shape, extension, k, bits))));
    }
    match w.op(a) {
        Op::Splat(at, x) if at == shape => extended(w, shape, extension, x),
        Op::ReplaceLane(at, n, _, x) if at == shape && n == k => extended(w, shape, extension, x),
        Op::ReplaceLane(at, _, v, _) if at == shape => Some(Rewrite::Op(Op::ExtractLane(shape, extension, k, v))),
        Op::Shuffle(id, x, y) => {
            // If the lane comes whole from a lane.
            let (bytes, size) = (w.f.vectors[id].low.to_le_bytes(), shape.lane_bytes() as u8);
            let from = bytes[usize::from(k * size)];
            let whole = from % size == 0 && (0..size).all(|n| bytes[usize::from(k * size + n)] == from + n);
            let lane = from % 16 / size;
            if whole { Some(Rewrite::Op(Op::ExtractLane(shape, extension, lane, if from < 16 { x } else { y }))) } else { None }
        }
        _ => None,
    }
}

/// What comes out of a lane that a scalar went into.
fn extended(w: &mut Writer, shape: Shape, extension: Extension, x: Value) -> Option<Rewrite> {
    match (shape, extension) {
        (Shape::I8x16, Extension::Signed) => Some(Rewrite::Op(Op::Unary(UnOp::Extend8S, Type::I32, x))),
        (Shape::I16x8, Extension::Signed) => Some(Rewrite::Op(Op::Unary(UnOp::Extend16S, Type::I32, x))),
        (Shape::I8x16 | Shape::I16x8, Extension::Unsigned) => {
            let mask = w.constant(Type::I32, if shape == Shape::I8x16 { 0xff } else { 0xffff });
            Some(Rewrite::Op(Op::Binary(BinOp::And, Type::I32, x, mask)))
        }
        _ => Some(Same(x)),
    }
}

fn replace(w: &mut Writer, shape: Shape, k: u8, a: Value, x: Value) -> Option<Rewrite> {
    if let (Some(bits), Some(x)) = (vector_of(w, a), w.constant_of(x)) {
        return constant(w, value::replace_lane(shape, k, bits, x));
    }
    match (w.op(a), w.op(x)) {
        // The lane is overwritten before anyone looks.
        (Op::ReplaceLane(at, n, v, _), _) if at == shape && n == k => Some(Rewrite::Op(Op::ReplaceLane(shape, k, v, x))),
        (Op::Splat(at, y), _) if at == shape && y == x => Some(Same(a)),
        // Lanes of another vector, without the way through a scalar.
        (_, Op::ExtractLane(at, _, n, b)) if at.lane_bytes() == shape.lane_bytes() => {
            let size = shape.lane_bytes() as usize;
            let mut indices: [u8; 16] = std::array::from_fn(|byte| byte as u8);
            for byte in 0..size {
                indices[usize::from(k) * size + byte] = 16 + (usize::from(n) * size + byte) as u8;
            }
            Some(Rewrite::Op(Op::Shuffle(w.f.vectors.intern(u128::from_le_bytes(indices)), a, b)))
        }
        _ => None,
    }
}

fn shuffle(w: &mut Writer, indices: u128, a: Value, b: Value) -> Option<Rewrite> {
    if let (Some(x), Some(y)) = (vector_of(w, a), vector_of(w, b)) {
        return constant(w, value::shuffle(indices, x, y));
    }
    let bytes = indices.to_le_bytes();
    let made = |w: &mut Writer, bytes: [u8; 16], a: Value, b: Value| {
        Some(Rewrite::Op(Op::Shuffle(w.f.vectors.intern(u128::from_le_bytes(bytes)), a, b)))
    };
    let one = if a == b || bytes.iter().all(|n| *n < 16) {
        Some(a)
    } else if bytes.iter().all(|n| *n >= 16) {
        Some(b)
    } else {
        None
    };
    let Some(only) = one else {
        // A constant is on the right; else the left one has byte 0, so that a shuffle and its mirror image are one.
        let [x, y] = [a, b].map(|v| vector_of(w, v).is_some());
        let mirrored = if x == y { bytes[0] >= 16 } else { x };
        return if mirrored { made(w, bytes.map(|n| n ^ 16), b, a) } else { None };
    };
    let low = bytes.map(|n| n % 16);
    if low == std::array::from_fn(|n| n as u8) {
        return Some(Same(only));
    }
    match w.op(only) {
        Op::Shuffle(id, x, y) => {
            let inner = w.f.vectors[id].low.to_le_bytes();
            made(w, low.map(|n| inner[usize::from(n)]), x, y)
        }
        // All its lanes are alike.
        Op::Splat(shape, _) if (0..16).all(|n| low[n] % shape.lane_bytes() as u8 == n as u8 % shape.lane_bytes() as u8) => Some(Same(only)),
        _ if low != bytes || a != b => made(w, low, only, only),
        _ => None,
    }
}
