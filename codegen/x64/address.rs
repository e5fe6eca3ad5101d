//! Addresses: what of an address computation goes into the memory operand of the instruction that uses it.
//!
//! Domain: 64-bit arithmetic only. The 32-bit index of a `HeapAddr` is one register, zero-extended (a register that holds an i32 has its upper half
//! zero); nothing of its 32-bit computation is folded, since that may wrap where 64-bit address arithmetic does not.
use super::X64;
use super::op::{Arg, Base, Inst, Mem, Op};
use crate::mach::flow::{Operand, RegSet, StepKind};
use crate::mach::lower::{Lower, def, use_};
use iced_x86::Code;
use samite_ir::ssa::{Op as Ssa, Value};
use samite_ir::value::{BinOp, Type};
use smallvec::SmallVec;

/// Operands of a step under construction.
pub type Ops = SmallVec<[Operand; 8]>;

pub fn push(ops: &mut Ops, o: Operand) -> u8 {
    ops.push(o);
    ops.len() as u8 - 1
}

/// The memory operand for `addr + disp`; registers it needs are added to `ops`.
pub fn address(cx: &mut Lower<'_, X64>, ops: &mut Ops, addr: Value, disp: i32) -> Mem {
    match cx.f.ops[addr] {
        Ssa::HeapAddr { base, index, offset, .. } => heap(cx, ops, base, index, i64::from(offset) + i64::from(disp)),
        Ssa::Binary(BinOp::Add, Type::I64, a, b) => {
            if let Some(c) = cx.int_const(b)
                && let Ok(disp) = i32::try_from((c as i64).wrapping_add(i64::from(disp)))
            {
                return address(cx, ops, a, disp);
            }
            if !cx.can_fold_pure(addr) {
                return plain(cx, ops, addr, disp);
            }
            let (base, index, scale) = match (scaled(cx, a), scaled(cx, b)) {
                (_, Some((index, scale))) => (a, index, scale),
                (Some((index, scale)), None) => (b, index, scale),
                (None, None) => (a, b, 0),
            };
            let base = cx.reg(base);
            let index = cx.reg(index);
            let base = Base::O(push(ops, use_(base)));
            let index = Some(push(ops, use_(index)));
            Mem { base, index, scale, disp }
        }
        _ => plain(cx, ops, addr, disp),
    }
}

fn plain(cx: &mut Lower<'_, X64>, ops: &mut Ops, addr: Value, disp: i32) -> Mem {
    let base = cx.reg(addr);
    Mem { base: Base::O(push(ops, use_(base))), index: None, scale: 0, disp }
}

/// A 64-bit shift by 1 to 3.
fn scaled(cx: &Lower<'_, X64>, v: Value) -> Option<(Value, u8)> {
    match cx.f.ops[v] {
        Ssa::Binary(BinOp::Shl, Type::I64, x, n) if cx.can_fold_pure(v) => {
            let n = cx.int_const(n)?;
            (1..=3).contains(&n).then_some((x, n as u8))
        }
        _ => None,
    }
}

fn heap(cx: &mut Lower<'_, X64>, ops: &mut Ops, base: Value, index: Value, offset: i64) -> Mem {
    if let Some(k) = cx.int_const(index)
        && let Ok(disp) = i32::try_from(offset.wrapping_add(k as i64))
    {
        return plain(cx, ops, base, disp);
    }
    let base = cx.reg(base);
    let index = cx.reg(index);
    let base = Base::O(push(ops, use_(base)));
    match i32::try_from(offset) {
        Ok(disp) => Mem { base, index: Some(push(ops, use_(index))), scale: 0, disp },
        Err(_) => {
            // The displacement of an instruction is signed: 2^31 and more is added.
            let big = cx.new_reg(Type::I64);
            cx.emit(Op::Const(offset as u64), &[def(big)], RegSet::EMPTY, StepKind::Plain, None);
            let sum = cx.new_reg(Type::I64);
            let mem = Mem { base: Base::O(1), index: Some(2), scale: 0, disp: 0 };
            let lea = Inst { code: Code::Lea_r64_m, args: [Arg::O(0), Arg::M, Arg::No, Arg::No], mem, imm: 0 };
            cx.emit(Op::Inst(lea), &[def(sum), use_(big), use_(index)], RegSet::EMPTY, StepKind::Plain, None);
            Mem { base, index: Some(push(ops, use_(sum))), scale: 0, disp: 0 }
        }
    }
}
