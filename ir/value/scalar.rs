//! The four doors to scalar meaning: operator, type and bits in, bits or a trap out.
//! Definitions stand in `int.rs` and `float.rs`; this file only dispatches.
use super::{BinOp, Bits, CmpOp, ConvOp, Trap, Type, UnOp};

/// `op` at type `ty` on `a`. Panics if the operator does not exist at the type: a compiler bug, caught by verifiers.
pub fn unary(op: UnOp, ty: Type, a: Bits) -> Bits {
    let _ = (op, ty, a);
    unimplemented!()
}
/// `op` at type `ty` on `a` and `b`, or the trap it ends in.
pub fn binary(op: BinOp, ty: Type, a: Bits, b: Bits) -> Result<Bits, Trap> {
    let _ = (op, ty, a, b);
    unimplemented!()
}
/// 1 if `a op b` at operand type `ty`, else 0.
pub fn compare(op: CmpOp, ty: Type, a: Bits, b: Bits) -> Bits {
    let _ = (op, ty, a, b);
    unimplemented!()
}
/// `op` on `a`, or the trap it ends in.
pub fn convert(op: ConvOp, a: Bits) -> Result<Bits, Trap> {
    let _ = (op, a);
    unimplemented!()
}
