//! What a value can be at most, from the ops that made it: the proof that offsets fold without wrapping, that masks and
//! extensions do nothing, that signed and unsigned agree.
use samite_ir::ssa::{Func, Op, Value};
use samite_ir::value::{BinOp, ConvOp, Extension, LaneTest, MemOp, Shape, Type, UnOp, atomic};

/// How many ops up it looks; each has at most two operands that matter.
const DEPTH: u32 = 4;

/// The largest unsigned number of a type.
pub const fn max(ty: Type) -> u64 {
    if ty.bytes() == 4 { u32::MAX as u64 } else { u64::MAX }
}

/// The largest unsigned number that an integer can be.
pub fn upper_bound(f: &Func, v: Value) -> u64 {
    bound(f, v, DEPTH)
}

fn bound(f: &Func, v: Value, depth: u32) -> u64 {
    let op = f.ops[v];
    let Some(ty) = op.result_type() else { return u64::MAX };
    let most = max(ty);
    if depth == 0 && !matches!(op, Op::Const(..) | Op::Load { .. } | Op::AtomicLoad { .. } | Op::Compare(..)) {
        return most;
    }
    let of = |v| bound(f, v, depth.saturating_sub(1));
    match op {
        Op::Const(_, bits) => bits,
        Op::Compare(..) => 1,
        Op::ExtractLane(Shape::I8x16, Extension::Unsigned, ..) => 0xff,
        Op::ExtractLane(Shape::I16x8, Extension::Unsigned, ..) => 0xffff,
        Op::LaneTest(LaneTest::AnyTrue | LaneTest::AllTrue, ..) => 1,
        Op::LaneTest(LaneTest::Bitmask, shape, _) => (1 << shape.lanes()) - 1,
        Op::Select(_, _, a, b) => of(a).max(of(b)),
        Op::Load { op: MemOp::I32x8U | MemOp::I64x8U, .. } => 0xff,
        Op::Load { op: MemOp::I32x16U | MemOp::I64x16U, .. } => 0xffff,
        Op::Load { op: MemOp::I64x32U, .. } => 0xffff_ffff,
        Op::AtomicLoad { op: how, .. } | Op::Rmw { how, .. } | Op::CmpXchg { how, .. } => atomic::mask(how.width()),
        Op::Unary(UnOp::Clz | UnOp::Ctz | UnOp::Popcnt, ty, _) => u64::from(8 * ty.bytes()),
        Op::Convert(ConvOp::ExtendI32U, a) => of(a),
        Op::Convert(ConvOp::WrapI64, a) => {
            let bound = of(a);
            if bound <= most { bound } else { most }
        }
        Op::Binary(op, _, a, b) => {
            let constant = match f.ops[b] {
                Op::Const(_, bits) => Some(bits),
                _ => None,
            };
            binary(op, ty, of, a, b, constant).filter(|n| *n <= most).unwrap_or(most)
        }
        _ => most,
    }
}

/// `constant` is what `b` is, if that is known. None, or more than the type holds, says nothing.
fn binary(op: BinOp, ty: Type, of: impl Fn(Value) -> u64, a: Value, b: Value, constant: Option<u64>) -> Option<u64> {
    let width = 8 * ty.bytes();
    match (op, constant) {
        (BinOp::And, _) => Some(of(a).min(of(b))),
        (BinOp::Or | BinOp::Xor, _) => Some(below_power(of(a) | of(b))),
        (BinOp::Add, _) => of(a).checked_add(of(b)),
        (BinOp::Mul, _) => of(a).checked_mul(of(b)),
        (BinOp::Shl, Some(by)) => {
            let (n, by) = (of(a), by as u32 % width);
            if n.leading_zeros() >= by { Some(n << by) } else { None }
        }
        (BinOp::ShrU, Some(by)) => Some(of(a) >> (by as u32 % width)),
        (BinOp::ShrU, None) => Some(of(a)),
        (BinOp::DivU, Some(d)) if d != 0 => Some(of(a) / d),
        (BinOp::RemU, Some(d)) if d != 0 => Some(of(a).min(d - 1)),
        (BinOp::DivU | BinOp::RemU, _) => Some(of(a)),
        _ => None,
    }
}

/// The smallest number of the form 2^k - 1 that is no smaller.
fn below_power(n: u64) -> u64 {
    if n == 0 { 0 } else { u64::MAX >> n.leading_zeros() }
}

/// Is an integer what sign extension from its lowest `bits` makes of it?
pub fn is_sign_extended(f: &Func, v: Value, bits: u32) -> bool {
    let from = match f.ops[v] {
        Op::Load { op: MemOp::I32x8S | MemOp::I64x8S, .. } | Op::Unary(UnOp::Extend8S, ..) => 8,
        Op::ExtractLane(Shape::I8x16, Extension::Signed, ..) => 8,
        Op::ExtractLane(Shape::I16x8, Extension::Signed, ..) => 16,
        Op::Load { op: MemOp::I32x16S | MemOp::I64x16S, .. } | Op::Unary(UnOp::Extend16S, ..) => 16,
        Op::Load { op: MemOp::I64x32S, .. } | Op::Unary(UnOp::Extend32S, ..) => 32,
        Op::Convert(ConvOp::ExtendI32S, a) => return bits >= 32 || is_sign_extended(f, a, bits),
        _ => return upper_bound(f, v) >> (bits - 1) == 0,
    };
    from <= bits
}
