//! Instruction selection for vectors: target operators by their rows in `target_table.rs`, and constants.
//!
//! The last source of an instruction may be memory: a load with no other use, if exactly what it loads is read, or a constant. A
//! constant stays in memory if it is read once or twice in its own block; out of a loop, or read more often, it is worth a register.
use super::address::{Ops, address, push};
use super::lower::{Cx, fold_load, narrow, plain};
use super::op::{Arg, Cond, Inst, Mem, Op, Test};
use super::target_table::{self, Form};
use crate::mach::flow::{RegSet, StepKind};
use crate::mach::lower::{def, def_same, use_, use_any};
use iced_x86::Code;
use samite_ir::ssa::{Op as Ssa, Value, VectorConst};
use samite_ir::value::{MemOp, TargetOp, Trap, Type, Wide};
use smallvec::{SmallVec, smallvec};

/// A target operator with its operands.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    pub op: TargetOp,
    pub ty: Type,
    pub imm: u8,
    pub operands: &'a [Value],
}

/// What the ops of all three sizes have in common.
pub fn with_node<R>(op: Ssa, each: impl FnOnce(Node<'_>) -> R) -> Option<R> {
    Some(match op {
        Ssa::Target1(op, ty, imm, a) => each(Node { op, ty, imm, operands: &[a] }),
        Ssa::Target2(op, ty, imm, a, b) => each(Node { op, ty, imm, operands: &[a, b] }),
        Ssa::Target3(op, ty, imm, a, b, c) => each(Node { op, ty, imm, operands: &[a, b, c] }),
        _ => return None,
    })
}

pub fn target(cx: &mut Cx, v: Value, node: Node<'_>) {
    let Node { op, operands, .. } = node;
    let row = target_table::of(op);
    match row.form {
        Form::Same => {
            let d = cx.own_reg(v);
            let a = cx.reg(operands[0]);
            let i = Inst { code: Code::VEX_Vmovaps_xmm_xmmm128, args: super::lower::DU, mem: Mem::NONE, imm: 0 };
            plain(cx, Op::Inst(i), &smallvec![def(d), use_(a)]);
        }
        Form::Test(_) => {
            let d = cx.reg(v);
            let mut ops: Ops = smallvec![def(d)];
            let (t, fault) = test(cx, &mut ops, node, true);
            cx.emit(Op::Set(t), &ops, RegSet::EMPTY, StepKind::Plain, fault);
        }
        Form::Fused => fused(cx, v, node),
        Form::Ternary => {
            // What is overwritten should die here, what is in memory is read there.
            let [a, b, c] = *node.operands else { unreachable!("three operands") };
            let bytes = node.ty.bytes();
            let mut order = [0, 1, 2];
            order.sort_by_key(|n| {
                let x = [a, b, c][*n];
                (is_memory(cx, x, bytes), !dies(cx, x), parameter(cx, x))
            });
            let sources = order.map(|n| [a, b, c][n]);
            overwriting(cx, v, row.code(node.ty), row.args(), ternary_in_order(node.imm, order), sources, bytes);
        }
        Form::Permute2 => {
            let [index, a, b] = *node.operands else { unreachable!("three operands") };
            let (code, sources) =
                if dies(cx, a) { (Code::EVEX_Vpermt2b_xmm_k1z_xmm_xmmm128, [a, index, b]) } else { (row.code(node.ty), [index, a, b]) };
            overwriting(cx, v, code, row.args(), 0, sources, node.ty.bytes());
        }
        _ => plain_form(cx, v, node),
    }
}

fn plain_form(cx: &mut Cx, v: Value, node: Node<'_>) {
    let row = target_table::of(node.op);
    let d = cx.reg(v);
    let mut sources: SmallVec<[Value; 3]> = SmallVec::from_slice(node.operands);
    let width = row.memory(node.ty).map(|m| m.1);
    if let (Form::ABEither, Some(bytes)) = (row.form, width)
        && is_memory(cx, sources[0], bytes)
        && !is_memory(cx, sources[1], bytes)
    {
        sources.swap(0, 1);
    }
    // The source that may be memory: the last one, but for blends.
    let last = if row.form == Form::ABC { 1 } else { sources.len() - 1 };
    let mut ops: Ops = smallvec![if row.form == Form::Accumulate { def_same(d, 1) } else { def(d) }];
    let mut inst = Inst { code: row.code(node.ty), args: row.args(), mem: Mem::NONE, imm: i32::from(node.imm) };
    let mut trap = None;
    let mut places: SmallVec<[Arg; 3]> = SmallVec::new();
    for (n, &x) in sources.iter().enumerate() {
        let memory = width.filter(|_| n == last).and_then(|bytes| memory_of(cx, &mut ops, x, bytes));
        places.push(if let Some((mem, fault)) = memory {
            inst.mem = mem;
            inst.code = row.memory(node.ty).expect("it has a width").0;
            trap = fault;
            Arg::M
        } else {
            let r = source(cx, x);
            Arg::O(push(&mut ops, if n == last && row.takes_slot() { use_any(r) } else { use_(r) }))
        });
    }
    if row.form == Form::Twice {
        inst.imm = 1;
        if places[0] == Arg::M {
            inst.args = super::lower::DU;
        }
    }
    for arg in &mut inst.args {
        if let Arg::O(n @ 1..) = *arg {
            *arg = places[usize::from(n) - 1];
        }
    }
    cx.emit(Op::Inst(inst), &ops, RegSet::EMPTY, StepKind::Plain, trap);
}

/// A register of which no more than the operand's type is read.
fn source(cx: &mut Cx, x: Value) -> crate::mach::flow::VReg {
    if cx.f.ty(x) == Type::I32 { narrow(cx, x) } else { cx.reg(x) }
}

/// `a * b + c`: what is overwritten should die here; what is in memory is read there.
fn fused(cx: &mut Cx, v: Value, node: Node<'_>) {
    let [mut a, mut b, c] = *node.operands else { unreachable!("three operands") };
    let [f132, f213, f231] = target_table::fused(node.op, node.ty);
    let bytes = node.ty.bytes();
    if is_memory(cx, a, bytes) || cx.uses(a) > 1 && cx.uses(b) == 1 && !is_memory(cx, b, bytes) {
        std::mem::swap(&mut a, &mut b);
    }
    let (code, [x, y, z]) = if is_memory(cx, b, bytes) {
        if cx.uses(c) > 1 && cx.uses(a) == 1 { (f132, [a, c, b]) } else { (f231, [c, a, b]) }
    } else if is_memory(cx, c, bytes) || (cx.uses(c) > 1 || is_argument(cx, c)) && cx.uses(a) == 1 {
        (f213, [a, b, c])
    } else {
        (f231, [c, a, b])
    };
    overwriting(cx, v, code, [Arg::O(0), Arg::O(2), Arg::O(3), Arg::No], 0, [x, y, z], bytes);
}

/// The immediate of a ternary operator whose operand `n` is the former `order[n]`.
fn ternary_in_order(imm: u8, order: [usize; 3]) -> u8 {
    let bit = |k: u8, n: usize| k >> (2 - n) & 1;
    (0..8u8).map(|k| (imm >> (0..3).map(|n| bit(k, n) << (2 - order[n])).sum::<u8>() & 1) << k).sum()
}

/// Is this the last that is read of a value, as far as can be told here?
fn dies(cx: &Cx, x: Value) -> bool {
    cx.uses(x) == 1 && !cx.is_outside(x)
}

/// Its number, if it is a parameter: the first one's register is a result's as well.
fn parameter(cx: &Cx, x: Value) -> u32 {
    if let Ssa::Param(_, _, n) = cx.f.ops[x] { n } else { u32::MAX }
}

/// An instruction that overwrites its first source; the last may be memory.
fn overwriting(cx: &mut Cx, v: Value, code: Code, args: [Arg; 4], imm: u8, [x, y, z]: [Value; 3], bytes: u32) {
    let d = cx.reg(v);
    let (x, y) = (cx.reg(x), cx.reg(y));
    let mut ops: Ops = smallvec![def_same(d, 1), use_(x), use_(y)];
    let mut inst = Inst { code, args, mem: Mem::NONE, imm: imm.into() };
    let mut fault = None;
    if let Some((mem, trap)) = memory_of(cx, &mut ops, z, bytes) {
        (inst.mem, inst.args[2], fault) = (mem, Arg::M, trap);
    } else {
        let z = cx.reg(z);
        ops.push(use_any(z));
    }
    cx.emit(Op::Inst(inst), &ops, RegSet::EMPTY, StepKind::Plain, fault);
}

/// A parameter of the function: no sum in a loop.
fn is_argument(cx: &Cx, v: Value) -> bool {
    matches!(cx.f.ops[v], Ssa::Param(_, b, _) if b == cx.f.entry())
}

/// A store of a lane that nobody else reads, of exactly its width, is one instruction.
pub fn store_lane(cx: &mut Cx, op: MemOp, trap: Option<Trap>, addr: Value, disp: i32, value: Value) -> bool {
    let Some((code, lane, a)) = stored_lane(cx, op.width(), value) else { return false };
    let a = cx.reg(a);
    let mut ops: Ops = smallvec![use_(a)];
    let mem = address(cx, &mut ops, addr, disp);
    let args = match lane {
        Some(_) => super::lower::args([Arg::M, Arg::O(0), Arg::I]),
        None => super::lower::args([Arg::M, Arg::O(0)]),
    };
    let i = Inst { code, args, mem, imm: i32::from(lane.unwrap_or(0)) };
    cx.emit(Op::Inst(i), &ops, RegSet::EMPTY, StepKind::Plain, trap);
    true
}

/// The instruction that stores a lane, with its number if it has an immediate, and the vector.
fn stored_lane(cx: &Cx, width: u32, value: Value) -> Option<(Code, Option<u8>, Value)> {
    use Code::*;
    use TargetOp::*;
    let Ssa::Target1(op, _, k, a) = cx.f.ops[value] else { return None };
    if !cx.can_fold_pure(value) {
        return None;
    }
    Some(match (op, width) {
        (Pextrb, 1) => (VEX_Vpextrb_r32m8_xmm_imm8, Some(k), a),
        (Pextrw, 2) => (VEX_Vpextrw_r32m16_xmm_imm8, Some(k), a),
        (Pextrd, 4) => (VEX_Vpextrd_rm32_xmm_imm8, Some(k), a),
        (Pextrq, 8) if k == 1 => (VEX_Vmovhps_m64_xmm, None, a),
        (MovdOut, 4) => (VEX_Vmovss_m32_xmm, None, a),
        (MovqOut, 8) => (VEX_Vmovsd_m64_xmm, None, a),
        // The lane was brought down only to be stored.
        (LowF32 | LowF64, _) if cx.can_fold_pure(a) => match cx.f.ops[a] {
            Ssa::Target1(Movshdup, _, _, x) => (VEX_Vextractps_rm32_xmm_imm8, Some(1), x),
            Ssa::Target2(Movhlps, _, _, x, y) if x == y && op == LowF32 => (VEX_Vextractps_rm32_xmm_imm8, Some(2), x),
            Ssa::Target2(Shufps, _, 0xff, x, y) if x == y && op == LowF32 => (VEX_Vextractps_rm32_xmm_imm8, Some(3), x),
            Ssa::Target2(Unpckhpd, _, _, x, y) if x == y && op == LowF64 => (VEX_Vmovhps_m64_xmm, None, x),
            _ => return None,
        },
        _ => return None,
    })
}

/// Is the operator a test, which is 1 or 0?
pub fn is_test(op: Ssa) -> bool {
    with_node(op, |node| matches!(target_table::of(node.op).form, Form::Test(_))).unwrap_or(false)
}

/// The test that a test operator is; loads are folded only if this is its sole place.
pub fn test(cx: &mut Cx, ops: &mut Ops, node: Node<'_>, sole: bool) -> (Test, Option<Trap>) {
    let row = target_table::of(node.op);
    let Form::Test(cc) = row.form else { unreachable!("{} is no test", node.op) };
    let [a, b] = *node.operands else { unreachable!("two operands") };
    let ra = cx.reg(a);
    let m = push(ops, use_(ra));
    let mut inst = Inst { code: row.code(node.ty), args: super::lower::args([Arg::O(m), Arg::M]), mem: Mem::NONE, imm: 0 };
    if sole
        && a != b
        && let Some((mem, trap)) = memory_of(cx, ops, b, node.ty.bytes())
    {
        inst.mem = mem;
        return (Test { inst, cond: Cond::One(cc) }, trap);
    }
    if a == b {
        inst.args[1] = Arg::O(m);
    } else {
        let rb = cx.reg(b);
        inst.args[1] = Arg::O(push(ops, use_any(rb)));
    }
    (Test { inst, cond: Cond::One(cc) }, None)
}

// ---- memory operands

/// Would `memory_of` find some?
fn is_memory(cx: &Cx, x: Value, bytes: u32) -> bool {
    match cx.f.ops[x] {
        Ssa::Load { op, .. } => op.width() == bytes && cx.can_fold_load(x),
        Ssa::VConst(ty, id) => ty.bytes() == bytes && stays_in_memory(cx, x, ty, id),
        Ssa::Target1(TargetOp::MovdIn | TargetOp::MovqIn, _, _, scalar) => {
            let is_load = matches!(cx.f.ops[scalar], Ssa::Load { op, .. } if op.width() == bytes);
            is_load && cx.can_fold_pure(x) && cx.can_fold_load(scalar)
        }
        _ => false,
    }
}

/// A memory operand of exactly so many bytes for a value, with its trap, if that is better than a register.
fn memory_of(cx: &mut Cx, ops: &mut Ops, x: Value, bytes: u32) -> Option<(Mem, Option<Trap>)> {
    if !is_memory(cx, x, bytes) {
        return None;
    }
    Some(match cx.f.ops[x] {
        Ssa::VConst(ty, id) => (Mem::pool(cx.pool(ty.bytes() as u8, cx.f.vectors[id])), None),
        Ssa::Target1(_, _, _, scalar) => fold_load(cx, ops, scalar),
        _ => fold_load(cx, ops, x),
    })
}

fn stays_in_memory(cx: &Cx, x: Value, ty: Type, id: VectorConst) -> bool {
    let bits = cx.f.vectors[id];
    if cx.is_wanted(x) || bits == Wide::ZERO || bits == ones(ty) {
        return false;
    }
    if cx.is_near(x) { cx.uses(x) <= 2 } else { cx.uses(x) == 1 && !cx.is_outside(x) }
}

// ---- constants

fn ones(ty: Type) -> Wide {
    Wide { low: u128::MAX, high: if ty == Type::V256 { u128::MAX } else { 0 } }
}

/// A constant in a register: by an idiom, or from as few bytes as it takes.
pub fn constant(cx: &mut Cx, v: Value, ty: Type, id: VectorConst) {
    let d = cx.reg(v);
    let bits = cx.f.vectors[id];
    let op = if bits == Wide::ZERO {
        Op::ZeroVec
    } else if bits == ones(ty) {
        Op::OnesVec { wide: ty == Type::V256 }
    } else {
        let (code, bytes) = narrowest(ty, bits);
        Op::PoolConst { index: cx.pool(bytes, bits.truncated(bytes.into())), code }
    };
    cx.set_remat(d);
    plain(cx, op, &smallvec![def(d)]);
}

/// How to load a constant, and the bytes of it that memory must hold.
fn narrowest(ty: Type, bits: Wide) -> (Code, u8) {
    use Code::*;
    let all_are = |lane: u32| {
        let lanes = 8 * ty.bytes() / lane;
        (1..lanes).all(|k| bits.lane(lane, k) == bits.lane(lane, 0))
    };
    let low = bits.low;
    let is_xmm = ty == Type::V128;
    match () {
        () if bits.high == 0 && low >> 32 == 0 => (VEX_Vmovss_xmm_m32, 4),
        () if bits.high == 0 && low >> 64 == 0 => (VEX_Vmovsd_xmm_m64, 8),
        () if all_are(32) => (if is_xmm { VEX_Vbroadcastss_xmm_m32 } else { VEX_Vbroadcastss_ymm_m32 }, 4),
        () if all_are(64) => (if is_xmm { VEX_Vmovddup_xmm_xmmm64 } else { VEX_Vbroadcastsd_ymm_m64 }, 8),
        () if is_xmm || bits.high == 0 => (VEX_Vmovups_xmm_xmmm128, 16),
        () if bits.high == low => (VEX_Vbroadcasti128_ymm_m128, 16),
        () => (VEX_Vmovups_ymm_ymmm256, 32),
    }
}
