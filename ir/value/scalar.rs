//! The four doors to scalar meaning: operator, type and bits in, bits or a trap out.
//! Definitions stand in `int.rs` and `float.rs`; this file only dispatches.
use super::{BinOp, Bits, CmpOp, ConvOp, MemOp, Trap, Type, UnOp, float, int};

/// `op` at type `ty` on `a`. Panics if the operator does not exist at the type: a compiler bug, caught by verifiers.
pub fn unary(op: UnOp, ty: Type, a: Bits) -> Bits {
    let result = match ty {
        Type::I32 => int::i32::unary(op, low(a)).map(u64::from),
        Type::I64 => int::i64::unary(op, a),
        Type::F32 => float::f32::unary(op, low(a)).map(u64::from),
        Type::F64 => float::f64::unary(op, a),
        Type::V128 | Type::V256 | Type::Ref => None,
    };
    result.unwrap_or_else(|| absent(op.name(), ty))
}

/// `op` at type `ty` on `a` and `b`, or the trap it ends in. Panics as `unary` does.
pub fn binary(op: BinOp, ty: Type, a: Bits, b: Bits) -> Result<Bits, Trap> {
    let result = match ty {
        Type::I32 => int::i32::binary(op, low(a), low(b)).map(|r| r.map(u64::from)),
        Type::I64 => int::i64::binary(op, a, b),
        Type::F32 => float::f32::binary(op, low(a), low(b)).map(|r| Ok(u64::from(r))),
        Type::F64 => float::f64::binary(op, a, b).map(Ok),
        Type::V128 | Type::V256 | Type::Ref => None,
    };
    result.unwrap_or_else(|| absent(op.name(), ty))
}

/// 1 if `a op b` at operand type `ty`, else 0. References know only `Eq` and `Ne`. Panics as `unary` does.
pub fn compare(op: CmpOp, ty: Type, a: Bits, b: Bits) -> Bits {
    let result = match ty {
        Type::I32 => int::i32::compare(op, low(a), low(b)),
        Type::I64 => int::i64::compare(op, a, b),
        Type::F32 => float::f32::compare(op, low(a), low(b)),
        Type::F64 => float::f64::compare(op, a, b),
        Type::Ref if matches!(op, CmpOp::Eq | CmpOp::Ne) => int::i64::compare(op, a, b),
        Type::V128 | Type::V256 | Type::Ref => None,
    };
    result.map_or_else(|| absent(op.name(), ty), u64::from)
}

/// `op` on `a`, or the trap it ends in.
pub fn convert(op: ConvOp, a: Bits) -> Result<Bits, Trap> {
    use ConvOp::*;
    Ok(match op {
        WrapI64 => u64::from(a as u32),
        ExtendI32S => low(a) as i32 as u64,
        ExtendI32U => u64::from(low(a)),
        TruncF32I32S | TruncF32I32U | TruncF32I64S | TruncF32I64U | TruncSatF32I32S | TruncSatF32I32U | TruncSatF32I64S
        | TruncSatF32I64U => return float::truncate(op, f64::from(f32::from_bits(low(a)))),
        TruncF64I32S | TruncF64I32U | TruncF64I64S | TruncF64I64U | TruncSatF64I32S | TruncSatF64I32U | TruncSatF64I64S
        | TruncSatF64I64U => return float::truncate(op, f64::from_bits(a)),
        // Rust's `as` from integer to float rounds to nearest, ties to even.
        ConvertI32SF32 => u64::from((low(a) as i32 as f32).to_bits()),
        ConvertI32UF32 => u64::from((low(a) as f32).to_bits()),
        ConvertI64SF32 => u64::from((a as i64 as f32).to_bits()),
        ConvertI64UF32 => u64::from((a as f32).to_bits()),
        ConvertI32SF64 => f64::from(low(a) as i32).to_bits(),
        ConvertI32UF64 => f64::from(low(a)).to_bits(),
        ConvertI64SF64 => (a as i64 as f64).to_bits(),
        ConvertI64UF64 => (a as f64).to_bits(),
        DemoteF64 => u64::from(float::demote(a)),
        PromoteF32 => float::promote(low(a)),
        ReinterpretF32I32 | ReinterpretI32F32 => u64::from(low(a)),
        ReinterpretF64I64 | ReinterpretI64F64 => a,
    })
}

/// The value of a load whose `op.width()` bytes, little-endian and zero-extended, are `raw`. A store writes the low `op.width()`
/// bytes of its value and needs no function. Panics at vectors.
pub fn loaded(op: MemOp, raw: Bits) -> Bits {
    use MemOp::*;
    match op {
        I32x8S | I64x8S => unary(UnOp::Extend8S, op.value_type(), raw),
        I32x16S | I64x16S => unary(UnOp::Extend16S, op.value_type(), raw),
        I64x32S => unary(UnOp::Extend32S, Type::I64, raw),
        I32 | I32x8U | I32x16U | I64 | I64x8U | I64x16U | I64x32U | F32 | F64 | Ref => raw,
        V128 | V128x32Zero | V128x64Zero | V256 => absent("scalar load", op.value_type()),
    }
}

/// Is the value of type `ty` a NaN? False at types that are not floats.
pub const fn is_nan(ty: Type, a: Bits) -> bool {
    match ty {
        Type::F32 => float::f32::is_nan(a as u32),
        Type::F64 => float::f64::is_nan(a),
        _ => false,
    }
}

/// `a` itself, or the positive canonical NaN of type `ty` if `a` is a NaN. `nan=canonical` puts this after every operator
/// whose `computes_nan` is true, and after no other.
pub const fn canonical_nan(ty: Type, a: Bits) -> Bits {
    match ty {
        Type::F32 if is_nan(ty, a) => float::f32::NAN as u64,
        Type::F64 if is_nan(ty, a) => float::f64::NAN,
        _ => a,
    }
}

/// The bit pattern of a 32-bit value. Its upper half must be zero already; a caller that forgot is found here.
fn low(a: Bits) -> u32 {
    debug_assert!(a >> 32 == 0, "{a:#x} is not a 32-bit pattern");
    a as u32
}

fn absent(name: &str, ty: Type) -> ! {
    panic!("ir/value: there is no {name} at type {ty}")
}
