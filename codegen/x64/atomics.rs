//! Atomic ops on shared memory (`papers/atomics.md` has the table). x86-64 orders all but a store before a later load, so a load is a plain one and
//! whatever writes is a locked instruction, which orders everything; a fence beside one is nothing.
//!
//! What nobody reads takes the short form: `lock add` where the old value would be `lock xadd`. A comparison of the old value that says whether the new one is
//! zero, or a test of the one bit that is changed, reads the flags of the instruction itself (`folded_test`), which is done at the test then: only if nothing
//! in between touches memory. After a compare-exchange the zero flag says whether it was done: `encode.rs` leaves out the comparison that asks for it.
use super::address::{Ops, address, push};
use super::lower::{Cx, D2, Forms, access_trap, args, inst, memory_forms, narrow, pick_form, plain, whole_load};
use super::op::{Arg, Compared, Cond, Inst, Mem, Op, Test};
use super::regs::RAX;
use crate::mach::flow::{Operand, RegSet, Role, StepKind, VReg, Want};
use crate::mach::lower::{def, def_fixed, def_same, use_, use_fixed, use_late};
use iced_x86::{Code, ConditionCode};
use samite_ir::ssa::effects::effects;
use samite_ir::ssa::{Op as Ssa, Region, Value};
use samite_ir::value::{BinOp, CmpOp, MemOp, RmwOp, Trap, Type, atomic};
use smallvec::smallvec;

/// Ops between a fence and a locked instruction that makes it needless.
const NEAR: usize = 16;

pub fn lower(cx: &mut Cx, v: Value) {
    match cx.f.ops[v] {
        Ssa::AtomicLoad { op, proven, addr } => {
            let code = zero_extending_load(op);
            let d = cx.reg(v);
            let mut ops: Ops = smallvec![def(d)];
            let mem = address(cx, &mut ops, addr, 0);
            emit(cx, Op::Inst(Inst { code, args: args([Arg::O(0), Arg::M]), mem, imm: 0 }), &ops, proven);
        }
        // The only instruction that stores and orders what comes behind; it has the lock without a prefix.
        Ssa::AtomicStore { op, proven, addr, value } => {
            let value = narrow(cx, value);
            let old = cx.new_reg(op.value_type());
            let mut ops: Ops = smallvec![def_same(old, 1), use_(value)];
            let mem = address(cx, &mut ops, addr, 0);
            emit(cx, Op::Inst(exchange(op, mem)), &ops, proven);
        }
        Ssa::Rmw { .. } if cx.is_folded(v) => {}
        Ssa::Rmw { op, how, proven, addr, value } => match (op, cx.is_wanted(v)) {
            (RmwOp::Xchg, _) => {
                let value = narrow(cx, value);
                give_old(cx, v, how, proven, addr, value, exchange);
            }
            (_, false) => {
                let mut ops = Ops::new();
                let inst = short(cx, &mut ops, op, how, addr, value);
                emit(cx, Op::Inst(inst), &ops, proven);
            }
            (RmwOp::Add, true) => {
                let value = narrow(cx, value);
                give_old(cx, v, how, proven, addr, value, exchange_add);
            }
            (RmwOp::Sub, true) => {
                let minus = cx.new_reg(how.value_type());
                match cx.int_const(value) {
                    Some(bits) => {
                        let bits = bits.wrapping_neg() & atomic::mask(how.width());
                        plain(cx, Op::Const(bits), &smallvec![def(minus)]);
                    }
                    None => {
                        let value = narrow(cx, value);
                        let code = if how.width() == 8 { Code::Neg_rm64 } else { Code::Neg_rm32 };
                        plain(cx, inst(code, D2), &smallvec![def_same(minus, 1), use_(value)]);
                    }
                }
                give_old(cx, v, how, proven, addr, minus, exchange_add);
            }
            (RmwOp::And | RmwOp::Or | RmwOp::Xor, true) => retry(cx, v, op, how, proven, addr, value),
        },
        Ssa::CmpXchg { how, proven, addr, expected, replacement } => {
            compare_exchange(cx, v, how, proven, addr, expected, replacement);
        }
        Ssa::Fence => {
            let behind = cx.following().iter().take(NEAR);
            let before = cx.preceding().iter().rev().take(NEAR);
            if !meets_locked(cx, behind) && !meets_locked_but_no_fence(cx, before) {
                plain(cx, Op::Fence, &Ops::new());
            }
        }
        _ => panic!("{v} is no atomic op"),
    }
}

fn emit(cx: &mut Cx, op: Op, ops: &Ops, proven: bool) {
    let trap = access_trap(proven, Region::ANY_MEMORY);
    cx.emit(op, ops, RegSet::EMPTY, StepKind::Plain, trap);
}

// ---- fences

/// Is the next op that touches memory, or the like, one that is a locked instruction or is a fence?
fn meets_locked<'a>(cx: &Cx, mut ops: impl Iterator<Item = &'a Value>) -> bool {
    let next = ops.find(|v| !is_silent(cx, **v));
    next.is_some_and(|v| is_locked(cx, *v) || matches!(cx.f.ops[*v], Ssa::Fence))
}

/// Of two fences one must stay: the later.
fn meets_locked_but_no_fence<'a>(cx: &Cx, mut ops: impl Iterator<Item = &'a Value>) -> bool {
    let next = ops.find(|v| !is_silent(cx, **v));
    next.is_some_and(|v| is_locked(cx, *v))
}

/// Touches nothing that others could see. What ends in a trap is in order by that.
fn is_silent(cx: &Cx, v: Value) -> bool {
    effects(cx.f, v).is_pure() || matches!(cx.f.ops[v], Ssa::TrapIf(..))
}

fn is_locked(cx: &Cx, v: Value) -> bool {
    matches!(cx.f.ops[v], Ssa::AtomicStore { .. } | Ssa::Rmw { .. } | Ssa::CmpXchg { .. })
}

// ---- the old value

fn by_width(how: MemOp, codes: [Code; 4]) -> Code {
    codes[how.width().trailing_zeros() as usize]
}

fn zero_extending_load(how: MemOp) -> Code {
    match how.width() {
        1 => Code::Movzx_r32_rm8,
        2 => Code::Movzx_r32_rm16,
        4 => whole_load(Type::I32),
        _ => whole_load(Type::I64),
    }
}

/// What makes the rest of a register zero behind a locked instruction of this width that left it as it was.
fn extension(how: MemOp) -> Option<Code> {
    match how.width() {
        1 => Some(Code::Movzx_r32_rm8),
        2 => Some(Code::Movzx_r32_rm16),
        _ => None,
    }
}

/// Exchanges operand 0.
fn exchange(how: MemOp, mem: Mem) -> Inst {
    use Code::*;
    let code = by_width(how, [Xchg_rm8_r8, Xchg_rm16_r16, Xchg_rm32_r32, Xchg_rm64_r64]);
    Inst { code, args: args([Arg::M, Arg::O(0)]), mem, imm: 0 }
}

/// Adds operand 0, which becomes the old value.
fn exchange_add(how: MemOp, mem: Mem) -> Inst {
    use Code::*;
    let code = by_width(how, [Xadd_rm8_r8, Xadd_rm16_r16, Xadd_rm32_r32, Xadd_rm64_r64]);
    Inst { code, args: args([Arg::Locked, Arg::O(0)]), mem, imm: 0 }
}

/// An instruction that puts the old value into the register of its operand.
fn give_old(cx: &mut Cx, v: Value, how: MemOp, proven: bool, addr: Value, value: VReg, make: fn(MemOp, Mem) -> Inst) {
    let extension = extension(how).filter(|_| cx.is_wanted(v));
    let old = if extension.is_some() { cx.new_reg(how.value_type()) } else { cx.reg(v) };
    let mut ops: Ops = smallvec![def_same(old, 1), use_(value)];
    let mem = address(cx, &mut ops, addr, 0);
    emit(cx, Op::Inst(make(how, mem)), &ops, proven);
    if let Some(code) = extension {
        let d = cx.reg(v);
        plain(cx, inst(code, super::lower::DU), &smallvec![def(d), use_(old)]);
    }
}

fn compare_exchange(cx: &mut Cx, v: Value, how: MemOp, proven: bool, addr: Value, expected: Value, replacement: Value) {
    use Code::*;
    let code = by_width(how, [Cmpxchg_rm8_r8, Cmpxchg_rm16_r16, Cmpxchg_rm32_r32, Cmpxchg_rm64_r64]);
    // Where it succeeds, the register keeps what it was, upper part and all.
    let extend = match (how, extension(how)) {
        _ if !cx.is_wanted(v) => None,
        (MemOp::I64x32U, _) => Some(Mov_r32_rm32),
        (_, code) => code,
    };
    // Does the block ask whether it was done?
    let asks = |cx: &Cx, with: Value| {
        let mut near = cx.following().iter().take(NEAR);
        near.any(|c| match cx.f.ops[*c] {
            Ssa::Compare(CmpOp::Eq | CmpOp::Ne, _, a, b) => (a, b) == (v, with) || (b, a) == (v, with),
            _ => false,
        })
    };
    let with = match cx.int_const(expected) {
        Some(bits) if how == MemOp::I32 => Some(Compared::With(bits as u32 as i32)),
        Some(bits) => i32::try_from((bits & atomic::mask(how.width())) as i64).ok().map(Compared::With),
        // The others are compared with an extension of it.
        None if how.width() == how.value_type().bytes() && asks(cx, expected) => Some(Compared::O(3)),
        None => None,
    };
    let d = cx.reg(v);
    let (guess, replacement) = (cx.reg(expected), narrow(cx, replacement));
    let mut ops: Ops = smallvec![def_fixed(d, RAX), use_fixed(guess, RAX), use_(replacement)];
    if with == Some(Compared::O(3)) {
        ops.push(use_late(guess));
    }
    let mem = address(cx, &mut ops, addr, 0);
    let inst = Inst { code, args: args([Arg::Locked, Arg::O(2)]), mem, imm: 0 };
    emit(cx, Op::CmpXchg { inst, extend, with }, &ops, proven);
}

/// and, or and xor have no instruction that gives the old value.
fn retry(cx: &mut Cx, v: Value, op: RmwOp, how: MemOp, proven: bool, addr: Value, value: Value) {
    use Code::*;
    let code = by_width(how, [Cmpxchg_rm8_r8, Cmpxchg_rm16_r16, Cmpxchg_rm32_r32, Cmpxchg_rm64_r64]);
    let first = cx.new_reg(how.value_type());
    let mut ops: Ops = smallvec![def(first)];
    let mem = address(cx, &mut ops, addr, 0);
    let load = Inst { code: zero_extending_load(how), args: args([Arg::O(0), Arg::M]), mem, imm: 0 };
    emit(cx, Op::Inst(load), &ops, proven);

    let (d, copy) = (cx.reg(v), cx.new_reg(how.value_type()));
    let early = Operand { reg: copy, role: Role::DefEarly, want: Want::Reg };
    let mut ops: Ops = smallvec![def_fixed(d, RAX), use_fixed(first, RAX), early];
    // In a register: 32 bits do for what is narrower.
    let in_register = if how.width() == 8 { MemOp::I64 } else { MemOp::I32 };
    let (code_of, imm) = pick_form(cx, &forms(op), in_register, value);
    let arg = match imm {
        Some(_) => Arg::I,
        None => {
            let value = narrow(cx, value);
            Arg::O(push(&mut ops, use_(value)))
        }
    };
    let mem = address(cx, &mut ops, addr, 0);
    let compute = Inst { code: code_of, args: args([Arg::O(2), arg]), mem, imm: imm.unwrap_or(0) };
    // Its first access was the load's: it cannot trap.
    emit(cx, Op::Retry { compute, swap: code }, &ops, true);
}

fn forms(op: RmwOp) -> Forms {
    let op = match op {
        RmwOp::Add => BinOp::Add,
        RmwOp::Sub => BinOp::Sub,
        RmwOp::And => BinOp::And,
        RmwOp::Or => BinOp::Or,
        RmwOp::Xor => BinOp::Xor,
        RmwOp::Xchg => panic!("xchg is no operator on memory"),
    };
    memory_forms(op).expect("it is one of those")
}

// ---- only the new value

/// An operator that leaves the old value nowhere, as one instruction on memory.
fn short(cx: &mut Cx, ops: &mut Ops, op: RmwOp, how: MemOp, addr: Value, value: Value) -> Inst {
    use Code::*;
    let (code, imm) = pick_form(cx, &forms(op), how, value);
    let (code, args) = match (op, imm) {
        (RmwOp::Add, Some(1)) | (RmwOp::Sub, Some(-1)) => (by_width(how, [Inc_rm8, Inc_rm16, Inc_rm32, Inc_rm64]), args([Arg::Locked])),
        (RmwOp::Sub, Some(1)) | (RmwOp::Add, Some(-1)) => (by_width(how, [Dec_rm8, Dec_rm16, Dec_rm32, Dec_rm64]), args([Arg::Locked])),
        (_, Some(_)) => (code, args([Arg::Locked, Arg::I])),
        (_, None) => {
            let value = narrow(cx, value);
            (code, args([Arg::Locked, Arg::O(push(ops, use_(value)))]))
        }
    };
    let mem = address(cx, ops, addr, 0);
    Inst { code, args, mem, imm: imm.unwrap_or(0) }
}

/// `old == x` or its opposite, of the old value that only this asks for, where it says whether the new one is zero.
pub fn compared_new(cx: &mut Cx, ops: &mut Ops, old: Value, x: Value) -> Option<(Test, Option<Trap>)> {
    let Ssa::Rmw { op, how, proven, addr, value } = cx.f.ops[old] else { return None };
    let constant = |v| cx.int_const(v);
    let mask = atomic::mask(how.width());
    let says = match (op, constant(value), constant(x)) {
        (RmwOp::Sub | RmwOp::Xor, Some(k), Some(x)) => k & mask == x,
        (RmwOp::Add, Some(k), Some(x)) => k.wrapping_neg() & mask == x,
        // Only the low bits of the operand count, all those of `x`.
        (RmwOp::Sub | RmwOp::Xor, None, None) => value == x && how.width() == how.value_type().bytes(),
        _ => false,
    };
    if !says || !cx.can_fold_effect(old) {
        return None;
    }
    cx.set_folded(old);
    let inst = short(cx, ops, op, how, addr, value);
    Some((Test { inst, cond: Cond::One(ConditionCode::e) }, access_trap(proven, Region::ANY_MEMORY)))
}

/// "`old & y` is not zero", of the old value that only this asks for: of the bits that `and` leaves, or of the one bit that is set, cleared or turned.
pub fn tested_bits(cx: &mut Cx, ops: &mut Ops, old: Value, y: Value) -> Option<(Test, Option<Trap>)> {
    use Code::*;
    let Ssa::Rmw { op, how, proven, addr, value } = cx.f.ops[old] else { return None };
    let mask = atomic::mask(how.width());
    let whole = how.width() == how.value_type().bytes();
    let (m, y_bits) = (cx.int_const(value).map(|m| m & mask), cx.int_const(y));
    let trap = access_trap(proven, Region::ANY_MEMORY);
    if op == RmwOp::And && (m.is_some() && m == y_bits || whole && value == y) {
        if !cx.can_fold_effect(old) {
            return None;
        }
        cx.set_folded(old);
        let inst = short(cx, ops, op, how, addr, value);
        return Some((Test { inst, cond: Cond::One(ConditionCode::ne) }, trap));
    }
    let bit = y_bits.filter(|y| y.is_power_of_two() && *y <= mask)?;
    let codes = match (op, m?) {
        (RmwOp::Or, m) if m == bit => [Bts_rm16_imm8, Bts_rm32_imm8, Bts_rm64_imm8],
        (RmwOp::Xor, m) if m == bit => [Btc_rm16_imm8, Btc_rm32_imm8, Btc_rm64_imm8],
        (RmwOp::And, m) if m == !bit & mask => [Btr_rm16_imm8, Btr_rm32_imm8, Btr_rm64_imm8],
        _ => return None,
    };
    // There is none of a byte.
    let size = how.width().trailing_zeros().checked_sub(1)? as usize;
    if !cx.can_fold_effect(old) {
        return None;
    }
    cx.set_folded(old);
    let mem = address(cx, ops, addr, 0);
    let inst = Inst { code: codes[size], args: args([Arg::Locked, Arg::I]), mem, imm: bit.trailing_zeros() as i32 };
    Some((Test { inst, cond: Cond::One(ConditionCode::b) }, trap))
}
