//! The rewriting rules: one op, its operands final, to something simpler.
//!
//! Order of text is order of trial; the first rule that applies wins and its result is tried again. A rule either makes an op
//! that is nearer to the canonical form or gives up; the canonical forms are: constants on the right; `x - c` is `x + -c`; a
//! negation is `0 - x`; multiplication by a power of two is a shift; left rotations; comparison with zero for boundaries;
//! `eqz` is `x == 0`; conditions of branches, checks and selects without `== 0` and `!= 0`.
//! Rules hold at both integer widths unless they name one. Floats are folded only where every bit is certain: no NaN comes
//! out, or the operator only moves bits.
use crate::divide;
use crate::fold_lanes;
use crate::range::{is_sign_extended, max, upper_bound};
use crate::writer::{Truth, Writer};
use samite_ir::ssa::{Op, Value};
use samite_ir::value::{self, BinOp, CmpOp, ConvOp, MemOp, Trap, Type, UnOp};

/// What a rule makes of an op.
#[derive(Clone, Copy, Debug)]
pub enum Rewrite {
    /// This instead.
    Op(Op),
    /// The value is there already.
    Value(Value),
    /// It does nothing.
    Nothing,
    /// It always traps.
    Trap(Trap),
}
use Rewrite::{Nothing, Value as Same};

/// The first rule that applies. Not for calls and terminators.
pub fn simplify(w: &mut Writer, op: Op) -> Option<Rewrite> {
    match op {
        Op::Unary(op, ty, a) => unary(w, op, ty, a),
        Op::Binary(op, ty, a, b) if op.is_float() => float_binary(w, op, ty, a, b),
        Op::Binary(op, ty, a, b) => binary(w, op, ty, a, b),
        Op::Compare(op, ty, a, b) => compare(w, op, ty, a, b),
        Op::Convert(op, a) => convert(w, op, a),
        Op::Select(ty, c, a, b) => select(w, ty, c, a, b),
        Op::HeapAddr { mem, size, base, index, offset } => {
            let (index, offset) = heap_index(w, index, offset)?;
            Some(Rewrite::Op(Op::HeapAddr { mem, size, base, index, offset }))
        }
        Op::Load { op, proven, region, addr, disp } => {
            let (addr, disp) = address(w, proven, addr, disp)?;
            Some(Rewrite::Op(Op::Load { op, proven, region, addr, disp }))
        }
        Op::Store { op, proven, region, addr, disp, value } => {
            if let Some((addr, disp)) = address(w, proven, addr, disp) {
                return Some(Rewrite::Op(Op::Store { op, proven, region, addr, disp, value }));
            }
            let (op, value) = stored(w, op, value)?;
            Some(Rewrite::Op(Op::Store { op, proven, region, addr, disp, value }))
        }
        Op::TrapIf(trap, c) => match (w.constant_of(c), w.truth(c), condition(w, c)) {
            (Some(0), ..) | (None, Some(Truth::Zero), _) => Some(Nothing),
            (Some(_), ..) | (None, Some(Truth::NotZero), _) => Some(Rewrite::Trap(trap)),
            (None, None, Some((x, Truth::NotZero))) => Some(Rewrite::Op(Op::TrapIf(trap, x))),
            _ => None,
        },
        _ => fold_lanes::simplify(w, op),
    }
}

/// A condition in terms of another: `x != 0` is NotZero of x, `x == 0` Zero of x.
pub fn condition(w: &Writer, c: Value) -> Option<(Value, Truth)> {
    match w.op(c) {
        Op::Compare(CmpOp::Ne, Type::I32, x, zero) if w.constant_of(zero) == Some(0) => Some((x, Truth::NotZero)),
        Op::Compare(CmpOp::Eq, Type::I32, x, zero) if w.constant_of(zero) == Some(0) => Some((x, Truth::Zero)),
        _ => None,
    }
}

/// What a condition comes to, if that is known here.
pub fn decided(w: &Writer, c: Value) -> Option<Truth> {
    match w.constant_of(c) {
        Some(0) => Some(Truth::Zero),
        Some(_) => Some(Truth::NotZero),
        None => w.truth(c),
    }
}

fn constant(ty: Type, bits: u64) -> Option<Rewrite> {
    Some(Rewrite::Op(Op::Const(ty, bits & max(ty))))
}
fn binary_op(op: BinOp, ty: Type, a: Value, b: Value) -> Option<Rewrite> {
    Some(Rewrite::Op(Op::Binary(op, ty, a, b)))
}
fn binary_const(w: &mut Writer, op: BinOp, ty: Type, a: Value, b: u64) -> Option<Rewrite> {
    let b = w.constant(ty, b & max(ty));
    binary_op(op, ty, a, b)
}
fn compare_op(op: CmpOp, ty: Type, a: Value, b: Value) -> Option<Rewrite> {
    Some(Rewrite::Op(Op::Compare(op, ty, a, b)))
}
fn compare_const(w: &mut Writer, op: CmpOp, ty: Type, a: Value, b: u64) -> Option<Rewrite> {
    let b = w.constant(ty, b & max(ty));
    compare_op(op, ty, a, b)
}

/// Is a float no NaN? Those alone have one bit pattern on every machine.
fn is_number(ty: Type, bits: u64) -> bool {
    match ty {
        Type::F32 => !f32::from_bits(bits as u32).is_nan(),
        Type::F64 => !f64::from_bits(bits).is_nan(),
        _ => true,
    }
}

// ---- one operand

fn unary(w: &mut Writer, op: UnOp, ty: Type, a: Value) -> Option<Rewrite> {
    use UnOp::*;
    if let Some(bits) = w.constant_of(a) {
        let result = value::unary(op, ty, bits);
        let exact = matches!(op, FAbs | FNeg) || is_number(ty, result);
        return if exact { constant(ty, result) } else { None };
    }
    let bits = match op {
        FNeg => {
            return match w.op(a) {
                Op::Unary(FNeg, _, x) => Some(Same(x)),
                _ => None,
            };
        }
        FAbs => {
            return match w.op(a) {
                Op::Unary(FAbs, ..) => Some(Same(a)),
                Op::Unary(FNeg, _, x) | Op::Binary(BinOp::FCopysign, _, x, _) => Some(Rewrite::Op(Op::Unary(FAbs, ty, x))),
                _ => None,
            };
        }
        Extend8S => 8,
        Extend16S => 16,
        Extend32S => 32,
        _ => return None,
    };
    if is_sign_extended(w.f, a, bits) {
        return Some(Same(a));
    }
    // What only concerns upper bits goes.
    let low = max_below(bits);
    match w.op(a) {
        Op::Binary(BinOp::And, _, x, c) if w.constant_of(c)? & low == low => Some(Rewrite::Op(Op::Unary(op, ty, x))),
        Op::Unary(Extend16S | Extend32S, _, x) => Some(Rewrite::Op(Op::Unary(op, ty, x))),
        Op::Convert(ConvOp::ExtendI32U | ConvOp::ExtendI32S, x) if bits == 32 => Some(Rewrite::Op(Op::Convert(ConvOp::ExtendI32S, x))),
        _ => None,
    }
}

/// The largest number of so many bits.
fn max_below(bits: u32) -> u64 {
    u64::MAX >> (64 - bits)
}

// ---- two operands

fn float_binary(w: &mut Writer, op: BinOp, ty: Type, a: Value, b: Value) -> Option<Rewrite> {
    let (ca, cb) = (w.constant_of(a), w.constant_of(b));
    if let (Some(x), Some(y)) = (ca, cb) {
        let result = value::binary(op, ty, x, y).expect("float operators do not trap");
        let exact = op == BinOp::FCopysign || is_number(ty, result);
        return if exact { constant(ty, result) } else { None };
    }
    match (op, cb) {
        (BinOp::FCopysign, _) if a == b => Some(Same(a)),
        // Exact for every x, as the reciprocal of a power of two is one.
        (BinOp::FDiv, Some(y)) => {
            let reciprocal = exact_reciprocal(ty, y)?;
            binary_const(w, BinOp::FMul, ty, a, reciprocal)
        }
        _ => None,
    }
}

/// 1 / y, if y is a power of two whose reciprocal is a normal number.
fn exact_reciprocal(ty: Type, bits: u64) -> Option<u64> {
    match ty {
        Type::F32 => {
            let y = f32::from_bits(bits as u32);
            let power = bits & 0x7f_ffff == 0 && y.is_normal() && y.recip().is_normal();
            power.then(|| u64::from(y.recip().to_bits()))
        }
        _ => {
            let y = f64::from_bits(bits);
            let power = bits & 0xf_ffff_ffff_ffff == 0 && y.is_normal() && y.recip().is_normal();
            power.then(|| y.recip().to_bits())
        }
    }
}

fn binary(w: &mut Writer, op: BinOp, ty: Type, a: Value, b: Value) -> Option<Rewrite> {
    use BinOp::*;
    let (ca, cb) = (w.constant_of(a), w.constant_of(b));
    match (ca, cb) {
        (Some(x), Some(y)) => match value::binary(op, ty, x, y) {
            Ok(bits) => return constant(ty, bits),
            Err(trap) => return Some(Rewrite::Trap(trap)),
        },
        (Some(_), None) if op.is_commutative() => return binary_op(op, ty, b, a),
        (None, Some(c)) => {
            if let Some(r) = binary_by_constant(w, op, ty, a, c) {
                return Some(r);
            }
        }
        _ => {}
    }
    let zero = Some(0);
    match op {
        Add => match (w.op(a), w.op(b)) {
            (_, Op::Binary(Sub, _, z, y)) if w.constant_of(z) == zero => binary_op(Sub, ty, a, y),
            (Op::Binary(Sub, _, z, y), _) if w.constant_of(z) == zero => binary_op(Sub, ty, b, y),
            (Op::Binary(Sub, _, x, y), _) if y == b => Some(Same(x)),
            (_, Op::Binary(Sub, _, x, y)) if y == a => Some(Same(x)),
            _ => None,
        },
        Sub if a == b => constant(ty, 0),
        Sub => match (w.op(a), w.op(b)) {
            (Op::Binary(Add, _, x, y), _) if y == b => Some(Same(x)),
            (Op::Binary(Add, _, x, y), _) if x == b => Some(Same(y)),
            (_, Op::Binary(Sub, _, x, y)) if x == a => Some(Same(y)),
            (_, Op::Binary(Sub, _, z, y)) if w.constant_of(z) == zero => binary_op(Add, ty, a, y),
            // c - (x + d) is (c - d) - x.
            (Op::Const(_, c), Op::Binary(Add, _, x, d)) => {
                let c = w.constant_of(d).map(|d| w.constant(ty, c.wrapping_sub(d) & max(ty)))?;
                binary_op(Sub, ty, c, x)
            }
            _ => None,
        },
        And | Or if a == b => Some(Same(a)),
        Xor if a == b => constant(ty, 0),
        Shl | ShrU | Rotl | Rotr if ca == zero => constant(ty, 0),
        ShrS if ca == zero || ca == Some(max(ty)) => Some(Same(a)),
        Shl | ShrU | ShrS | Rotl | Rotr => match w.op(b) {
            Op::Binary(And, _, y, m) if w.constant_of(m)? & width_mask(ty) == width_mask(ty) => binary_op(op, ty, a, y),
            _ => None,
        },
        _ => None,
    }
}

fn width(ty: Type) -> u64 {
    u64::from(8 * ty.bytes())
}
fn width_mask(ty: Type) -> u64 {
    width(ty) - 1
}

/// `a op c`, `a` not a constant.
fn binary_by_constant(w: &mut Writer, op: BinOp, ty: Type, a: Value, c: u64) -> Option<Rewrite> {
    use BinOp::*;
    let ones = max(ty);
    // `a` as `x inner d`.
    let inner = match w.op(a) {
        Op::Binary(inner, _, x, d) => w.constant_of(d).map(|d| (inner, x, d)),
        _ => None,
    };
    match (op, inner) {
        (Add | Or | Xor, _) if c == 0 => Some(Same(a)),
        (Sub, _) => binary_const(w, Add, ty, a, c.wrapping_neg()),
        (Add, Some((Add, x, d))) => binary_const(w, Add, ty, x, c.wrapping_add(d)),
        (Add, _) => match w.op(a) {
            // (d - x) + c
            Op::Binary(Sub, _, d, x) => {
                let d = w.constant_of(d)?;
                let sum = w.constant(ty, d.wrapping_add(c) & ones);
                binary_op(Sub, ty, sum, x)
            }
            _ => None,
        },

        (Mul, _) if c == 0 => constant(ty, 0),
        (Mul, _) if c == 1 => Some(Same(a)),
        (Mul, _) if c == ones => {
            let zero = w.constant(ty, 0);
            binary_op(Sub, ty, zero, a)
        }
        (Mul, Some((Mul, x, d))) => binary_const(w, Mul, ty, x, c.wrapping_mul(d)),
        (Mul, Some((Shl, x, k))) => binary_const(w, Mul, ty, x, c.wrapping_shl((k & width_mask(ty)) as u32)),
        (Mul, _) if c.is_power_of_two() => binary_const(w, Shl, ty, a, u64::from(c.trailing_zeros())),

        (DivU | RemU | DivS | RemS, _) if c == 0 => Some(Rewrite::Trap(Trap::IntegerDivideByZero)),
        (DivU | RemU | DivS | RemS, _) => divide::by_constant(w, op, ty, a, c),

        (And, _) if c == 0 => constant(ty, 0),
        (And, _) if c == ones => Some(Same(a)),
        (And, Some((And, x, d))) => binary_const(w, And, ty, x, c & d),
        (And, Some((Or, x, d))) if c & d == 0 => binary_const(w, And, ty, x, c),
        (And, Some((Or, _, d))) if c & d == c => constant(ty, c),
        // The mask keeps all that the value may have: those are the low bits, up to the mask's lowest gap.
        (And, _) if upper_bound(w.f, a) <= max_low_bits(c) => Some(Same(a)),
        (And, Some((Shl, _, k))) if low_zeros(k, ty) | c == ones => Some(Same(a)),
        (And, _) => match w.op(a) {
            Op::Unary(UnOp::Extend8S, _, x) if c <= 0xff => binary_const(w, And, ty, x, c),
            Op::Unary(UnOp::Extend16S, _, x) if c <= 0xffff => binary_const(w, And, ty, x, c),
            Op::Unary(UnOp::Extend32S, _, x) if c <= 0xffff_ffff => binary_const(w, And, ty, x, c),
            Op::Convert(ConvOp::ExtendI32S, x) if c <= 0xffff_ffff => {
                let x = w.emit(Op::Convert(ConvOp::ExtendI32U, x));
                binary_const(w, And, ty, x, c)
            }
            _ => None,
        },

        (Or, _) if c == ones => constant(ty, ones),
        (Or, Some((Or, x, d))) => binary_const(w, Or, ty, x, c | d),
        (Xor, Some((Xor, x, d))) => binary_const(w, Xor, ty, x, c ^ d),
        // The opposite of a bit.
        (Xor, _) if c == 1 && ty == Type::I32 && upper_bound(w.f, a) <= 1 => compare_const(w, CmpOp::Eq, ty, a, 0),

        // Amounts are taken modulo the width.
        (Shl | ShrU | ShrS | Rotl | Rotr, _) if c >= width(ty) => binary_const(w, op, ty, a, c & width_mask(ty)),
        (Shl | ShrU | ShrS | Rotl | Rotr, _) => shift_by_constant(w, op, ty, a, c, inner),
        (MulHighU | MulHighS, _) if c == 0 => constant(ty, 0),
        _ => None,
    }
}

/// The largest number that has only bits below the mask's lowest gap.
fn max_low_bits(mask: u64) -> u64 {
    max_below_or_zero(mask.trailing_ones())
}
fn max_below_or_zero(bits: u32) -> u64 {
    if bits == 0 { 0 } else { max_below(bits) }
}
/// The bits that are zero after a left shift.
fn low_zeros(by: u64, ty: Type) -> u64 {
    max_below_or_zero((by & width_mask(ty)) as u32)
}

/// `k` is below the width. `inner` is what is shifted, if that is an operator and a constant.
fn shift_by_constant(w: &mut Writer, op: BinOp, ty: Type, a: Value, k: u64, inner: Option<(BinOp, Value, u64)>) -> Option<Rewrite> {
    use BinOp::*;
    let (ones, width) = (max(ty), width(ty));
    let inner = inner.map(|(inner, x, d)| (inner, x, d, d & width_mask(ty)));
    match (op, inner) {
        _ if k == 0 => Some(Same(a)),
        (Shl, Some((Shl, x, _, j))) | (ShrU, Some((ShrU, x, _, j))) => {
            if j + k >= width {
                constant(ty, 0)
            } else {
                binary_const(w, op, ty, x, j + k)
            }
        }
        (ShrS, Some((ShrS, x, _, j))) => binary_const(w, ShrS, ty, x, (j + k).min(width - 1)),
        (ShrU, Some((Shl, x, _, j))) if j == k => binary_const(w, And, ty, x, ones >> k),
        (Shl, Some((ShrU | ShrS, x, _, j))) if j == k => binary_const(w, And, ty, x, ones << k),
        (ShrS, Some((Shl, x, _, j))) if j == k && width - k == 8 => Some(Rewrite::Op(Op::Unary(UnOp::Extend8S, ty, x))),
        (ShrS, Some((Shl, x, _, j))) if j == k && width - k == 16 => Some(Rewrite::Op(Op::Unary(UnOp::Extend16S, ty, x))),
        (ShrS, Some((Shl, x, _, j))) if j == k && width - k == 32 => Some(Rewrite::Op(Op::Unary(UnOp::Extend32S, ty, x))),
        // A mask of bits that the shift drops anyway.
        (Shl, Some((And, x, d, _))) if (d << k) & ones == (ones << k) & ones => binary_const(w, Shl, ty, x, k),
        (ShrU, Some((And, x, d, _))) if d >> k == ones >> k => binary_const(w, ShrU, ty, x, k),
        (ShrU, Some((And, _, d, _))) if d >> k == 0 => constant(ty, 0),
        (ShrU, _) if upper_bound(w.f, a) >> k == 0 => constant(ty, 0),
        // The sign bit is zero.
        (ShrS, _) if upper_bound(w.f, a) <= ones >> 1 => binary_const(w, ShrU, ty, a, k),
        (Rotl, Some((Rotl, x, _, j))) => binary_const(w, Rotl, ty, x, (j + k) % width),
        (Rotr, _) => binary_const(w, Rotl, ty, a, width - k),
        _ => None,
    }
}

// ---- comparisons

fn compare(w: &mut Writer, op: CmpOp, ty: Type, a: Value, b: Value) -> Option<Rewrite> {
    use CmpOp::*;
    match (w.constant_of(a), w.constant_of(b)) {
        (Some(x), Some(y)) => return constant(Type::I32, value::compare(op, ty, x, y)),
        (Some(_), None) => return compare_op(op.swapped(), ty, b, a),
        (None, Some(c)) if ty.is_int() => {
            if let Some(r) = compare_with_constant(w, op, ty, a, c) {
                return Some(r);
            }
        }
        _ => {}
    }
    if a == b && !op.is_float() {
        return constant(Type::I32, u64::from(matches!(op, Eq | LeS | LeU | GeS | GeU)));
    }
    match (w.op(a), w.op(b)) {
        (Op::Convert(ConvOp::ExtendI32U, x), Op::Convert(ConvOp::ExtendI32U, y)) => compare_op(unsigned(op), Type::I32, x, y),
        // Sign extension keeps both orders.
        (Op::Convert(ConvOp::ExtendI32S, x), Op::Convert(ConvOp::ExtendI32S, y)) => compare_op(op, Type::I32, x, y),
        _ => None,
    }
}

/// The comparison that gives the same if no sign bit is set.
fn unsigned(op: CmpOp) -> CmpOp {
    use CmpOp::*;
    match op {
        LtS => LtU,
        GtS => GtU,
        LeS => LeU,
        GeS => GeU,
        _ => op,
    }
}

/// `a op c` at an integer type, `a` not a constant.
fn compare_with_constant(w: &mut Writer, op: CmpOp, ty: Type, a: Value, c: u64) -> Option<Rewrite> {
    use CmpOp::*;
    let ones = max(ty);
    let always = |yes: bool| constant(Type::I32, u64::from(yes));
    // Boundaries: to equality, or to a comparison with zero.
    match op {
        LtU if c == 0 => return always(false),
        GeU if c == 0 => return always(true),
        GtU if c == ones => return always(false),
        LeU if c == ones => return always(true),
        LtS if c == (ones >> 1) + 1 => return always(false),
        GeS if c == (ones >> 1) + 1 => return always(true),
        GtS if c == ones >> 1 => return always(false),
        LeS if c == ones >> 1 => return always(true),
        LtU if c == 1 => return compare_const(w, Eq, ty, a, 0),
        GeU if c == 1 => return compare_const(w, Ne, ty, a, 0),
        LeU if c == 0 => return compare_const(w, Eq, ty, a, 0),
        GtU if c == 0 => return compare_const(w, Ne, ty, a, 0),
        GtS if c == ones => return compare_const(w, GeS, ty, a, 0),
        LeS if c == ones => return compare_const(w, LtS, ty, a, 0),
        GeS if c == 1 => return compare_const(w, GtS, ty, a, 0),
        LtS if c == 1 => return compare_const(w, LeS, ty, a, 0),
        _ => {}
    }
    // What the value can be at most decides it.
    let most = upper_bound(w.f, a);
    match op {
        Eq | GeU if c > most => return always(false),
        Ne | LtU if c > most => return always(true),
        GtU if c >= most => return always(false),
        LeU if c >= most => return always(true),
        LtS | GtS | LeS | GeS if most <= ones >> 1 && c <= ones >> 1 => return compare_const(w, unsigned(op), ty, a, c),
        LtS | LeS if most <= ones >> 1 => return always(false),
        GtS | GeS if most <= ones >> 1 => return always(true),
        _ => {}
    }
    // A bit compared with 0 or 1.
    if most <= 1 && ty == Type::I32 && matches!(op, Eq | Ne) {
        let same = (op == Eq) == (c == 1);
        match w.op(a) {
            _ if same => return Some(Same(a)),
            Op::Compare(inner, ty, x, y) if let Some(negated) = inner.negated() => return compare_op(negated, ty, x, y),
            _ if c == 1 => return compare_const(w, Eq, ty, a, 0),
            _ => {}
        }
    }
    match w.op(a) {
        Op::Binary(BinOp::Add, _, x, d) if matches!(op, Eq | Ne) => {
            let d = w.constant_of(d)?;
            compare_const(w, op, ty, x, c.wrapping_sub(d))
        }
        Op::Binary(BinOp::Xor, _, x, d) if matches!(op, Eq | Ne) => match w.constant_of(d) {
            Some(d) => compare_const(w, op, ty, x, c ^ d),
            None if c == 0 => compare_op(op, ty, x, d),
            None => None,
        },
        Op::Binary(BinOp::Sub, _, x, y) if matches!(op, Eq | Ne) && c == 0 => compare_op(op, ty, x, y),
        Op::Convert(ConvOp::ExtendI32U, x) if c <= u64::from(u32::MAX) => compare_const(w, unsigned(op), Type::I32, x, c),
        Op::Convert(ConvOp::ExtendI32S, x) if c as i64 == i64::from(c as i32) => compare_const(w, op, Type::I32, x, c),
        _ => None,
    }
}

// ---- conversions and selects

fn convert(w: &mut Writer, op: ConvOp, a: Value) -> Option<Rewrite> {
    use ConvOp::*;
    let (from, to) = op.types();
    if let Some(bits) = w.constant_of(a) {
        return match value::convert(op, bits) {
            Err(trap) => Some(Rewrite::Trap(trap)),
            Ok(result) if is_number(to, result) || is_bit_copy(op) => constant(to, result),
            Ok(_) => None,
        };
    }
    match (op, w.op(a)) {
        (WrapI64, Op::Convert(ExtendI32S | ExtendI32U, x)) => Some(Same(x)),
        (ExtendI32U, Op::Convert(WrapI64, x)) if upper_bound(w.f, x) <= max(Type::I32) => Some(Same(x)),
        (ExtendI32S, Op::Convert(WrapI64, x)) => Some(Rewrite::Op(Op::Unary(UnOp::Extend32S, Type::I64, x))),
        (ExtendI32S, _) if upper_bound(w.f, a) <= max(Type::I32) >> 1 => Some(Rewrite::Op(Op::Convert(ExtendI32U, a))),
        // Upper bits that the wrap drops.
        (WrapI64, Op::Binary(BinOp::And, _, x, m)) if w.constant_of(m)? & max(Type::I32) == max(Type::I32) => {
            Some(Rewrite::Op(Op::Convert(WrapI64, x)))
        }
        (WrapI64, Op::Unary(UnOp::Extend32S, _, x)) => Some(Rewrite::Op(Op::Convert(WrapI64, x))),
        (_, Op::Convert(inner, x)) if is_bit_copy(op) && is_bit_copy(inner) && inner.types() == (to, from) => Some(Same(x)),
        _ => None,
    }
}

fn is_bit_copy(op: ConvOp) -> bool {
    use ConvOp::*;
    matches!(op, ReinterpretF32I32 | ReinterpretF64I64 | ReinterpretI32F32 | ReinterpretI64F64)
}

fn select(w: &mut Writer, ty: Type, c: Value, a: Value, b: Value) -> Option<Rewrite> {
    match decided(w, c) {
        Some(Truth::NotZero) => return Some(Same(a)),
        Some(Truth::Zero) => return Some(Same(b)),
        None if a == b => return Some(Same(a)),
        None => {}
    }
    match condition(w, c) {
        Some((x, Truth::NotZero)) => return Some(Rewrite::Op(Op::Select(ty, x, a, b))),
        Some((x, Truth::Zero)) => return Some(Rewrite::Op(Op::Select(ty, x, b, a))),
        None => {}
    }
    match (ty, w.constant_of(a), w.constant_of(b)) {
        (Type::I32, Some(1), Some(0)) => compare_const(w, CmpOp::Ne, ty, c, 0),
        (Type::I32, Some(0), Some(1)) => compare_const(w, CmpOp::Eq, ty, c, 0),
        _ => None,
    }
}

// ---- addresses and stores

/// A constant part of an index moves to the offset, if the sum cannot wrap: then `(x + c) + offset` is `x + (c + offset)`.
fn heap_index(w: &mut Writer, index: Value, offset: u32) -> Option<(Value, u32)> {
    let (x, c) = match w.op(index) {
        Op::Const(_, 0) => return None,
        Op::Const(ty, c) => (w.constant(ty, 0), c),
        Op::Binary(BinOp::Add, ty, x, c) => {
            let c = w.constant_of(c)?;
            // The proof that the i32 addition did not wrap.
            upper_bound(w.f, x).checked_add(c).filter(|sum| *sum <= max(ty))?;
            (x, c)
        }
        _ => return None,
    };
    let offset = c.checked_add(u64::from(offset))?;
    Some((x, u32::try_from(offset).ok()?))
}

/// A constant part of an address moves to the displacement. Native addresses wrap at 64 bits, as displacements do.
fn address(w: &Writer, proven: bool, addr: Value, disp: i32) -> Option<(Value, i32)> {
    match w.op(addr) {
        Op::Binary(BinOp::Add, _, x, c) => {
            let c = w.constant_of(c)? as i64;
            Some((x, c.checked_add(i64::from(disp))?.try_into().ok()?))
        }
        // At a known place of a memory. Where `opt::bounds` is still to come it needs the heap address.
        Op::HeapAddr { base, index, offset, .. } if proven || !w.compares(w.f.ty(index)) => {
            let at = w.constant_of(index)?.checked_add(u64::from(offset))?;
            let disp = i64::try_from(at).ok()?.checked_add(i64::from(disp))?;
            Some((base, disp.try_into().ok()?))
        }
        _ => None,
    }
}

/// A store of narrow width does not need what only makes upper bits.
fn stored(w: &Writer, op: MemOp, value: Value) -> Option<(MemOp, Value)> {
    use MemOp::*;
    let bits = 8 * op.width();
    let narrow_of = |at_i64: bool| match (op, at_i64) {
        (I32x8U, true) => Some(I64x8U),
        (I32x16U, true) => Some(I64x16U),
        (I32, true) => Some(I64x32U),
        (I64x8U, false) => Some(I32x8U),
        (I64x16U, false) => Some(I32x16U),
        (I64x32U, false) => Some(I32),
        _ => None,
    };
    match w.op(value) {
        Op::Convert(ConvOp::WrapI64, x) => Some((narrow_of(true)?, x)),
        Op::Convert(ConvOp::ExtendI32S | ConvOp::ExtendI32U, x) => Some((narrow_of(false)?, x)),
        _ if !matches!(op, I32x8U | I32x16U | I64x8U | I64x16U | I64x32U) => None,
        Op::Binary(BinOp::And, _, x, m) if w.constant_of(m)? & max_below(bits) == max_below(bits) => Some((op, x)),
        Op::Unary(UnOp::Extend8S, _, x) if bits == 8 => Some((op, x)),
        Op::Unary(UnOp::Extend16S, _, x) if bits <= 16 => Some((op, x)),
        Op::Unary(UnOp::Extend32S, _, x) if bits <= 32 => Some((op, x)),
        _ => None,
    }
}
