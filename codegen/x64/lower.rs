//! Instruction selection: one op of the function to steps, called backward (see `mach/lower.rs`).
//!
//! Order of text is order of trial. Integer ops here, floating point and conversions in `lower_float.rs`, calls in `lower_call.rs`,
//! conditions in `test.rs`. Invariant: a register that holds an i32 has its upper half zero, as every 32-bit instruction leaves it.
use super::X64;
use super::abi::{Convention, Place};
use super::address::{Ops, address, push};
use super::op::{Arg, Base, Inst, Mem, Op};
use super::regs::{RAX, RCX, RDX};
use super::{atomics, lower_call, lower_float, lower_vector, test};
use crate::mach::flow::{Class, RegSet, StepKind, VReg, Want};
use crate::mach::lower::{Lower, class_of, def, def_fixed, def_incoming, def_same, use_, use_any, use_fixed, use_late};
use iced_x86::Code;
use samite_ir::ssa::{Op as Ssa, Region, Value};
use samite_ir::value::{BinOp, ConvOp, MemOp, Trap, Type, UnOp};
use smallvec::smallvec;

pub type Cx<'a> = Lower<'a, X64>;

pub const fn args<const N: usize>(list: [Arg; N]) -> [Arg; 4] {
    let mut all = [Arg::No; 4];
    let mut i = 0;
    while i < N {
        all[i] = list[i];
        i += 1;
    }
    all
}
/// Operand 0 is defined from operand 1.
pub const DU: [Arg; 4] = args([Arg::O(0), Arg::O(1)]);
pub const DUI: [Arg; 4] = args([Arg::O(0), Arg::O(1), Arg::I]);
pub const DUU: [Arg; 4] = args([Arg::O(0), Arg::O(1), Arg::O(2)]);
pub const DUUI: [Arg; 4] = args([Arg::O(0), Arg::O(1), Arg::O(2), Arg::I]);
pub const DM: [Arg; 4] = args([Arg::O(0), Arg::M]);
pub const DMI: [Arg; 4] = args([Arg::O(0), Arg::M, Arg::I]);
pub const DUM: [Arg; 4] = args([Arg::O(0), Arg::O(1), Arg::M]);
/// Two-address: operand 0 in the register of operand 1; the instruction names it once.
pub const D2U: [Arg; 4] = args([Arg::O(0), Arg::O(2)]);
pub const D2I: [Arg; 4] = args([Arg::O(0), Arg::I]);
pub const D2: [Arg; 4] = args([Arg::O(0)]);
pub const D2M: [Arg; 4] = args([Arg::O(0), Arg::M]);

pub fn plain(cx: &mut Cx, op: Op, ops: &Ops) {
    cx.emit(op, ops, RegSet::EMPTY, StepKind::Plain, None);
}
pub fn inst(code: Code, args: [Arg; 4]) -> Op {
    Op::Inst(Inst { code, args, mem: Mem::NONE, imm: 0 })
}
pub fn inst_imm(code: Code, args: [Arg; 4], imm: i32) -> Op {
    Op::Inst(Inst { code, args, mem: Mem::NONE, imm })
}
pub fn inst_mem(code: Code, args: [Arg; 4], mem: Mem) -> Op {
    Op::Inst(Inst { code, args, mem, imm: 0 })
}

/// The i32 as a sign-extended 32-bit immediate, if the constant can be one at this type.
pub fn immediate(cx: &Cx, v: Value) -> Option<i32> {
    let bits = cx.int_const(v)?;
    match cx.f.ty(v) {
        Type::I32 => Some(bits as u32 as i32),
        _ => i32::try_from(bits as i64).ok(),
    }
}

/// The register of an integer of which an instruction reads no more than the width of `ty`: a wrap need not be computed for that.
pub fn narrow(cx: &mut Cx, v: Value) -> VReg {
    match cx.f.ops[v] {
        Ssa::Convert(ConvOp::WrapI64, x) if !cx.is_wanted(v) => cx.reg(x),
        _ => cx.reg(v),
    }
}

/// The trap that a fault in the access means.
pub fn access_trap(proven: bool, region: Region) -> Option<Trap> {
    match region {
        _ if proven => None,
        Region::EPOCH => Some(Trap::Interrupted),
        _ => Region::ANY_MEMORY.overlaps(region).then_some(Trap::MemoryOutOfBounds),
    }
}

/// The memory operand of a load that is folded here (`can_fold_load` said so), with its trap.
pub fn fold_load(cx: &mut Cx, ops: &mut Ops, v: Value) -> (Mem, Option<Trap>) {
    let Ssa::Load { proven, region, addr, disp, .. } = cx.f.ops[v] else { panic!("{v} is no load") };
    cx.set_folded(v);
    (address(cx, ops, addr, disp), access_trap(proven, region))
}

/// A load of exactly this width and type, with no extension, that may be folded here.
pub fn is_foldable(cx: &Cx, v: Value, op: MemOp) -> bool {
    matches!(cx.f.ops[v], Ssa::Load { op: o, .. } if o == op) && cx.can_fold_load(v)
}

pub fn int_mem(ty: Type) -> MemOp {
    if ty == Type::I32 { MemOp::I32 } else { MemOp::I64 }
}

/// The code for 32 or for 64 bits.
pub fn by_type(ty: Type, c32: Code, c64: Code) -> Code {
    match ty {
        Type::I32 | Type::F32 => c32,
        _ => c64,
    }
}

pub fn lower(cx: &mut Cx, v: Value) {
    match cx.f.ops[v] {
        Ssa::Param(..) | Ssa::Result(..) | Ssa::Convert(ConvOp::ExtendI32U, _) => {}
        Ssa::Store { op, proven, region, addr, disp, value } => {
            store(cx, op, access_trap(proven, region), addr, disp, value);
        }
        Ssa::AtomicLoad { .. } | Ssa::AtomicStore { .. } | Ssa::Rmw { .. } | Ssa::CmpXchg { .. } | Ssa::Fence => atomics::lower(cx, v),
        Ssa::TrapIf(trap, c) => {
            let mut ops = Ops::new();
            let (t, fault) = test::test(cx, &mut ops, c);
            cx.emit(Op::TrapIf(t, trap), &ops, RegSet::EMPTY, StepKind::Plain, fault);
        }
        Ssa::Call(c) => lower_call::call(cx, v, c),
        Ssa::Jump(_) => plain(cx, Op::Jump, &Ops::new()),
        Ssa::Branch(c, ..) => {
            let mut ops = Ops::new();
            let (t, fault) = test::test(cx, &mut ops, c);
            cx.emit(Op::Branch(t), &ops, RegSet::EMPTY, StepKind::Plain, fault);
        }
        Ssa::Switch(index, s) => {
            let f = cx.f;
            let data = &f.switches[s];
            let table = cx.switch_targets(&data.edges, data.default);
            let limited = cx.new_reg(Type::I64);
            let target = cx.new_reg(Type::I64);
            let index = cx.reg(index);
            let limit = Op::Limit(data.edges.len() as u32);
            plain(cx, limit, &smallvec![def_early(limited), use_(index)]);
            plain(cx, Op::TableEntry(table), &smallvec![def(target), use_(limited)]);
            plain(cx, Op::JumpTable(table), &smallvec![use_(target)]);
        }
        Ssa::Return(list) => lower_call::leave(cx, list.as_slice(&cx.f.pool)),
        Ssa::Unreachable(trap) => plain(cx, Op::Trap(trap), &Ops::new()),
        Ssa::Load { op, proven, region, addr, disp } => {
            let trap = access_trap(proven, region);
            if cx.is_wanted(v) || trap.is_some() && !cx.is_folded(v) {
                load(cx, v, op, trap, addr, disp);
            }
        }
        // A division that nobody reads still traps; the trap is a `Binary` of its own only for these.
        Ssa::Binary(op, ty, a, b) if op.may_trap() => divide(cx, v, op, ty, a, b),
        Ssa::Convert(op, a) if op.may_trap() => lower_float::truncate(cx, v, op, a),
        _ if !cx.is_wanted(v) => {}
        Ssa::Const(ty, bits) => constant(cx, v, ty, bits),
        Ssa::Unary(op, ty, a) => unary(cx, v, op, ty, a),
        Ssa::Binary(op, ty, a, b) => binary(cx, v, op, ty, a, b),
        Ssa::Compare(..) => {
            let d = cx.reg(v);
            let mut ops: Ops = smallvec![def(d)];
            let (t, fault) = test::compare(cx, &mut ops, v);
            cx.emit(Op::Set(t), &ops, RegSet::EMPTY, StepKind::Plain, fault);
        }
        Ssa::Convert(op, a) => lower_float::convert(cx, v, op, a),
        Ssa::Select(ty, c, yes, no) => select(cx, v, ty, c, yes, no),
        Ssa::VConst(ty, id) => lower_vector::constant(cx, v, ty, id),
        op @ (Ssa::Target1(..) | Ssa::Target2(..) | Ssa::Target3(..)) => {
            lower_vector::with_node(op, |node| lower_vector::target(cx, v, node));
        }
        Ssa::LaneUnary(..) | Ssa::LaneBinary(..) | Ssa::LaneTernary(..) | Ssa::LaneShift(..) | Ssa::LaneTest(..) => not_expanded(cx, v),
        Ssa::Splat(..) | Ssa::ExtractLane(..) | Ssa::ReplaceLane(..) | Ssa::Shuffle(..) => not_expanded(cx, v),
        Ssa::HeapAddr { .. } => {
            let d = cx.reg(v);
            let mut ops: Ops = smallvec![def(d)];
            let mem = address(cx, &mut ops, v, 0);
            plain(cx, inst_mem(Code::Lea_r64_m, DM, mem), &ops);
        }
    }
}

fn not_expanded(cx: &Cx, v: Value) -> ! {
    panic!("lanes::expand left {:?}", cx.f.ops[v])
}

fn def_early(reg: VReg) -> crate::mach::flow::Operand {
    crate::mach::flow::Operand { reg, role: crate::mach::flow::Role::DefEarly, want: Want::Reg }
}

/// Parameters, by one step that defines them: in registers, or in the caller's area, which the allocator knows as slots. References are loaded from there: the
/// store must find them in the frame.
pub fn lower_entry(cx: &mut Cx) {
    let f = cx.f;
    let convention = Convention::new(&f.signature.params, &f.signature.results);
    cx.code.incoming = convention.stack_bytes;
    let params = f.params(f.entry());
    let mut ops = Ops::new();
    for (&p, &place) in params.iter().zip(&convention.params) {
        if let (true, Place::Reg(r)) = (cx.is_wanted(p), place) {
            let p = cx.reg(p);
            ops.push(def_fixed(p, r));
        }
    }
    if let (Some(pointer), Some(r)) = (cx.wanted_result_pointer(), convention.result_pointer()) {
        ops.push(def_fixed(pointer, r));
    }
    let (mut incoming, mut references) = (Vec::new(), Vec::new());
    for (&p, &place) in params.iter().zip(&convention.params) {
        if let (true, Place::Memory(at)) = (cx.is_wanted(p), place) {
            if f.ty(p) == Type::Ref { references.push((p, at)) } else { incoming.push((cx.reg(p), at)) }
        }
    }
    ops.extend(incoming.iter().map(|&(p, _)| def_incoming(p)));
    plain(cx, Op::Args, &ops);
    cx.code.incoming_at = incoming.iter().map(|i| i.1).collect();
    cx.code.flow.incoming = incoming.into_iter().map(|i| i.0).collect();
    for (p, at) in references {
        let p = cx.reg(p);
        plain(cx, inst_mem(whole_load(Type::Ref), DM, Mem::area(Base::Incoming, at)), &smallvec![def(p)]);
    }
}

pub fn whole_load(ty: Type) -> Code {
    match ty {
        Type::I32 => Code::Mov_r32_rm32,
        Type::I64 | Type::Ref => Code::Mov_r64_rm64,
        Type::F32 => Code::VEX_Vmovss_xmm_m32,
        Type::F64 => Code::VEX_Vmovsd_xmm_m64,
        Type::V128 => Code::VEX_Vmovups_xmm_xmmm128,
        Type::V256 => Code::VEX_Vmovups_ymm_ymmm256,
    }
}

/// For slots of the calling convention: what has 4 bytes is stored with 8, as the allocator's moves read them.
pub fn whole_store(ty: Type) -> Code {
    match ty {
        Type::I32 | Type::I64 | Type::Ref => Code::Mov_rm64_r64,
        Type::F32 | Type::F64 => Code::VEX_Vmovsd_m64_xmm,
        Type::V128 => Code::VEX_Vmovups_xmmm128_xmm,
        Type::V256 => Code::VEX_Vmovups_ymmm256_ymm,
    }
}

fn constant(cx: &mut Cx, v: Value, ty: Type, bits: u64) {
    let d = cx.reg(v);
    let op = match class_of(ty) {
        Class::Int => Op::Const(bits),
        Class::Vec if bits == 0 => Op::ZeroVec,
        Class::Vec => {
            let code = by_type(ty, Code::VEX_Vmovss_xmm_m32, Code::VEX_Vmovsd_xmm_m64);
            Op::PoolConst { index: cx.pool(ty.bytes() as u8, bits), code }
        }
    };
    cx.set_remat(d);
    plain(cx, op, &smallvec![def(d)]);
}

fn load(cx: &mut Cx, v: Value, op: MemOp, trap: Option<Trap>, addr: Value, disp: i32) {
    use Code::*;
    let code = match op {
        MemOp::I32 | MemOp::I64x32U => Mov_r32_rm32,
        MemOp::I32x8S => Movsx_r32_rm8,
        MemOp::I32x8U | MemOp::I64x8U => Movzx_r32_rm8,
        MemOp::I32x16S => Movsx_r32_rm16,
        MemOp::I32x16U | MemOp::I64x16U => Movzx_r32_rm16,
        MemOp::I64 | MemOp::Ref => Mov_r64_rm64,
        MemOp::I64x8S => Movsx_r64_rm8,
        MemOp::I64x16S => Movsx_r64_rm16,
        MemOp::I64x32S => Movsxd_r64_rm32,
        MemOp::F32 => VEX_Vmovss_xmm_m32,
        MemOp::F64 => VEX_Vmovsd_xmm_m64,
        MemOp::V128 => VEX_Vmovups_xmm_xmmm128,
        MemOp::V256 => VEX_Vmovups_ymm_ymmm256,
        MemOp::V128x32Zero => VEX_Vmovss_xmm_m32,
        MemOp::V128x64Zero => VEX_Vmovsd_xmm_m64,
    };
    let d = cx.reg(v);
    let mut ops: Ops = smallvec![def(d)];
    let mem = address(cx, &mut ops, addr, disp);
    cx.emit(inst_mem(code, DM, mem), &ops, RegSet::EMPTY, StepKind::Plain, trap);
}

fn store(cx: &mut Cx, op: MemOp, trap: Option<Trap>, addr: Value, disp: i32, value: Value) {
    use Code::*;
    const MI: [Arg; 4] = args([Arg::M, Arg::I]);
    let (reg_code, imm_code) = match op.width() {
        1 => (Mov_rm8_r8, Some(Mov_rm8_imm8)),
        2 => (Mov_rm16_r16, Some(Mov_rm16_imm16)),
        4 if op != MemOp::F32 => (Mov_rm32_r32, Some(Mov_rm32_imm32)),
        8 if op != MemOp::F64 => (Mov_rm64_r64, Some(Mov_rm64_imm32)),
        4 => (VEX_Vmovss_m32_xmm, None),
        8 => (VEX_Vmovsd_m64_xmm, None),
        16 => (VEX_Vmovups_xmmm128_xmm, None),
        _ => (VEX_Vmovups_ymmm256_ymm, None),
    };
    if update(cx, op, trap, addr, disp, value) || lower_vector::store_lane(cx, op, trap, addr, disp, value) {
        return;
    }
    let mut ops = Ops::new();
    if let (Some(code), Some(bits)) = (imm_code, cx.int_const(value)) {
        // The stored width is all that counts of the constant, except that 8 bytes come from 4, sign-extended.
        let imm = if op.width() == 8 { i32::try_from(bits as i64).ok() } else { Some(bits as i32) };
        if let Some(imm) = imm {
            let imm = match op.width() {
                1 => i32::from(imm as i8),
                2 => i32::from(imm as i16),
                _ => imm,
            };
            let mem = address(cx, &mut ops, addr, disp);
            let i = Inst { code, args: MI, mem, imm };
            cx.emit(Op::Inst(i), &ops, RegSet::EMPTY, StepKind::Plain, trap);
            return;
        }
    }
    let value = if class_of(op.value_type()) == Class::Int { narrow(cx, value) } else { cx.reg(value) };
    ops.push(use_(value));
    let mem = address(cx, &mut ops, addr, disp);
    let i = inst_mem(reg_code, args([Arg::M, Arg::O(0)]), mem);
    cx.emit(i, &ops, RegSet::EMPTY, StepKind::Plain, trap);
}

/// `[m] = [m] op x` as one instruction on memory: the load is of the same width and place, nobody else reads it or the result, and nothing with
/// an effect stands between. One access for two that would both trap, and alike.
fn update(cx: &mut Cx, op: MemOp, trap: Option<Trap>, addr: Value, disp: i32, value: Value) -> bool {
    let Ssa::Binary(operator, _, a, b) = cx.f.ops[value] else { return false };
    let commutes = operator.is_commutative();
    if !cx.can_fold_pure(value) || class_of(op.value_type()) != Class::Int {
        return false;
    }
    let Some(forms) = memory_forms(operator) else { return false };
    let same_place = |cx: &Cx, v: Value| match cx.f.ops[v] {
        Ssa::Load { op: from, addr: load_addr, disp: load_disp, .. } => {
            from.width() == op.width() && load_disp == disp && same_address(cx, load_addr, addr) && cx.can_fold_load(v)
        }
        _ => false,
    };
    let (load, other) = match (same_place(cx, a), same_place(cx, b)) {
        (true, _) => (a, b),
        (_, true) if commutes => (b, a),
        _ => return false,
    };
    cx.set_folded(load);
    let mut ops = Ops::new();
    let inst = on_memory(cx, &mut ops, &forms, op, addr, disp, other);
    cx.emit(Op::Inst(inst), &ops, RegSet::EMPTY, StepKind::Plain, trap);
    true
}

/// An operator on memory: 8, 16, 32 and 64 bits from a register, from an immediate as wide (but no wider than 32), and from one of 8 bits. The low bits
/// of the result depend on the low bits of the operands only.
pub struct Forms {
    pub reg: [Code; 4],
    pub imm: [Code; 4],
    /// 32 and 64 bits.
    pub short: [Code; 2],
}

pub fn memory_forms(op: BinOp) -> Option<Forms> {
    use Code::*;
    Some(match op {
        BinOp::Add => Forms {
            reg: [Add_rm8_r8, Add_rm16_r16, Add_rm32_r32, Add_rm64_r64],
            imm: [Add_rm8_imm8, Add_rm16_imm16, Add_rm32_imm32, Add_rm64_imm32],
            short: [Add_rm32_imm8, Add_rm64_imm8],
        },
        BinOp::Sub => Forms {
            reg: [Sub_rm8_r8, Sub_rm16_r16, Sub_rm32_r32, Sub_rm64_r64],
            imm: [Sub_rm8_imm8, Sub_rm16_imm16, Sub_rm32_imm32, Sub_rm64_imm32],
            short: [Sub_rm32_imm8, Sub_rm64_imm8],
        },
        BinOp::And => Forms {
            reg: [And_rm8_r8, And_rm16_r16, And_rm32_r32, And_rm64_r64],
            imm: [And_rm8_imm8, And_rm16_imm16, And_rm32_imm32, And_rm64_imm32],
            short: [And_rm32_imm8, And_rm64_imm8],
        },
        BinOp::Or => Forms {
            reg: [Or_rm8_r8, Or_rm16_r16, Or_rm32_r32, Or_rm64_r64],
            imm: [Or_rm8_imm8, Or_rm16_imm16, Or_rm32_imm32, Or_rm64_imm32],
            short: [Or_rm32_imm8, Or_rm64_imm8],
        },
        BinOp::Xor => Forms {
            reg: [Xor_rm8_r8, Xor_rm16_r16, Xor_rm32_r32, Xor_rm64_r64],
            imm: [Xor_rm8_imm8, Xor_rm16_imm16, Xor_rm32_imm32, Xor_rm64_imm32],
            short: [Xor_rm32_imm8, Xor_rm64_imm8],
        },
        _ => return None,
    })
}

/// The form for an operand, and that as an immediate if it can be one.
pub fn pick_form(cx: &Cx, forms: &Forms, op: MemOp, other: Value) -> (Code, Option<i32>) {
    let size = op.width().trailing_zeros() as usize;
    // Of a wide constant too, the stored width is all that counts.
    let value = match op.width() {
        8 => immediate(cx, other),
        _ => cx.int_const(other).map(|bits| bits as i32),
    };
    match value.map(|value| (size, value, i8::try_from(value))) {
        None => (forms.reg[size], None),
        Some((0, value, _)) => (forms.imm[0], Some(i32::from(value as i8))),
        Some((1, value, _)) => (forms.imm[1], Some(i32::from(value as i16))),
        Some((_, value, Ok(_))) => (forms.short[size - 2], Some(value)),
        Some((_, value, Err(_))) => (forms.imm[size], Some(value)),
    }
}

/// The instruction on memory; registers it needs are added to `ops`.
fn on_memory(cx: &mut Cx, ops: &mut Ops, forms: &Forms, op: MemOp, addr: Value, disp: i32, other: Value) -> Inst {
    let (code, imm) = pick_form(cx, forms, op, other);
    let arg = match imm {
        Some(_) => Arg::I,
        None => {
            let other = narrow(cx, other);
            Arg::O(push(ops, use_(other)))
        }
    };
    let mem = address(cx, ops, addr, disp);
    Inst { code, args: args([Arg::M, arg]), mem, imm: imm.unwrap_or(0) }
}

/// Do two values name the same address, as far as their ops tell?
fn same_address(cx: &Cx, a: Value, b: Value) -> bool {
    a == b || matches!(cx.f.ops[a], Ssa::HeapAddr { .. }) && cx.f.ops[a] == cx.f.ops[b]
}

fn unary(cx: &mut Cx, v: Value, op: UnOp, ty: Type, a: Value) {
    use Code::*;
    let code = match op {
        UnOp::Clz => by_type(ty, Lzcnt_r32_rm32, Lzcnt_r64_rm64),
        UnOp::Ctz => by_type(ty, Tzcnt_r32_rm32, Tzcnt_r64_rm64),
        UnOp::Popcnt => by_type(ty, Popcnt_r32_rm32, Popcnt_r64_rm64),
        UnOp::Extend8S => by_type(ty, Movsx_r32_rm8, Movsx_r64_rm8),
        UnOp::Extend16S => by_type(ty, Movsx_r32_rm16, Movsx_r64_rm16),
        UnOp::Extend32S => Movsxd_r64_rm32,
        _ => return lower_float::unary(cx, v, op, ty, a),
    };
    let d = cx.reg(v);
    let mut ops: Ops = smallvec![def(d)];
    let whole = matches!(op, UnOp::Clz | UnOp::Ctz | UnOp::Popcnt);
    if whole && is_foldable(cx, a, int_mem(ty)) {
        let (mem, trap) = fold_load(cx, &mut ops, a);
        cx.emit(inst_mem(code, DM, mem), &ops, RegSet::EMPTY, StepKind::Plain, trap);
        return;
    }
    let a = narrow(cx, a);
    ops.push(use_any(a));
    plain(cx, inst(code, DU), &ops);
}

fn binary(cx: &mut Cx, v: Value, op: BinOp, ty: Type, a: Value, b: Value) {
    use Code::*;
    match op {
        BinOp::Add => add(cx, v, ty, a, b),
        BinOp::Sub => {
            if let Some(imm) = immediate(cx, b).and_then(i32::checked_neg) {
                return add_imm(cx, v, ty, a, imm);
            }
            if cx.int_const(a) == Some(0) {
                let d = cx.reg(v);
                let b = narrow(cx, b);
                return plain(cx, inst(by_type(ty, Neg_rm32, Neg_rm64), D2), &smallvec![def_same(d, 1), use_(b)]);
            }
            two(cx, v, ty, a, b, [Sub_r32_rm32, Sub_r64_rm64], None);
        }
        BinOp::And => logic(cx, v, ty, a, b, [And_r32_rm32, And_r64_rm64], [And_rm32_imm8, And_rm64_imm8, And_rm32_imm32, And_rm64_imm32]),
        BinOp::Or => logic(cx, v, ty, a, b, [Or_r32_rm32, Or_r64_rm64], [Or_rm32_imm8, Or_rm64_imm8, Or_rm32_imm32, Or_rm64_imm32]),
        BinOp::Xor => {
            if immediate(cx, b) == Some(-1) {
                let d = cx.reg(v);
                let a = narrow(cx, a);
                return plain(cx, inst(by_type(ty, Not_rm32, Not_rm64), D2), &smallvec![def_same(d, 1), use_(a)]);
            }
            logic(cx, v, ty, a, b, [Xor_r32_rm32, Xor_r64_rm64], [Xor_rm32_imm8, Xor_rm64_imm8, Xor_rm32_imm32, Xor_rm64_imm32]);
        }
        BinOp::Mul => multiply(cx, v, ty, a, b),
        BinOp::Shl | BinOp::ShrS | BinOp::ShrU => shift(cx, v, op, ty, a, b),
        BinOp::Rotl | BinOp::Rotr => rotate(cx, v, op, ty, a, b),
        BinOp::MulHighU => {
            let d = cx.reg(v);
            let (a, b) = (narrow(cx, a), narrow(cx, b));
            // Both halves to one register: the high one stays.
            let i = inst(by_type(ty, VEX_Mulx_r32_r32_rm32, VEX_Mulx_r64_r64_rm64), args([Arg::O(0), Arg::O(0), Arg::O(2)]));
            plain(cx, i, &smallvec![def(d), use_fixed(a, RDX), use_any(b)]);
        }
        BinOp::MulHighS => {
            let d = cx.reg(v);
            let (a, b) = (narrow(cx, a), narrow(cx, b));
            let i = inst(by_type(ty, Imul_rm32, Imul_rm64), args([Arg::O(2)]));
            let ops: Ops = smallvec![def_fixed(d, RDX), use_fixed(a, RAX), use_any(b)];
            cx.emit(i, &ops, RegSet::of(&[RAX]), StepKind::Plain, None);
        }
        BinOp::DivS | BinOp::DivU | BinOp::RemS | BinOp::RemU => unreachable!("has its own door"),
        _ => lower_float::binary(cx, v, op, ty, a, b),
    }
}

/// A two-address instruction; the first operand is the one that dies here, if the operator lets us choose.
fn two(cx: &mut Cx, v: Value, ty: Type, mut a: Value, mut b: Value, codes: [Code; 2], commutes: Option<()>) {
    let code = by_type(ty, codes[0], codes[1]);
    let d = cx.reg(v);
    if commutes.is_some() && (is_foldable(cx, a, int_mem(ty)) || cx.uses(a) > 1 && cx.uses(b) == 1 && !is_foldable(cx, b, int_mem(ty))) {
        std::mem::swap(&mut a, &mut b);
    }
    if is_foldable(cx, b, int_mem(ty)) {
        let a = narrow(cx, a);
        let mut ops: Ops = smallvec![def_same(d, 1), use_(a)];
        let (mem, trap) = fold_load(cx, &mut ops, b);
        cx.emit(inst_mem(code, D2M, mem), &ops, RegSet::EMPTY, StepKind::Plain, trap);
        return;
    }
    let (a, b) = (narrow(cx, a), narrow(cx, b));
    plain(cx, inst(code, D2U), &smallvec![def_same(d, 1), use_(a), use_any(b)]);
}

fn logic(cx: &mut Cx, v: Value, ty: Type, a: Value, b: Value, codes: [Code; 2], imm_codes: [Code; 4]) {
    let (a, b) = if immediate(cx, a).is_some() { (b, a) } else { (a, b) };
    if let Some(imm) = immediate(cx, b) {
        let d = cx.reg(v);
        // x & 0xff and x & 0xffff are moves that need no copy first.
        let extend = match (codes[0], imm) {
            (Code::And_r32_rm32, 0xff) => Some(Code::Movzx_r32_rm8),
            (Code::And_r32_rm32, 0xffff) => Some(Code::Movzx_r32_rm16),
            _ => None,
        };
        let a = narrow(cx, a);
        if let Some(code) = extend {
            return plain(cx, inst(code, DU), &smallvec![def(d), use_any(a)]);
        }
        let i8 = i8::try_from(imm).is_ok();
        // A mask below 2^31 clears the upper half: the 32-bit form does.
        let wide = ty != Type::I32 && !(codes[0] == Code::And_r32_rm32 && imm >= 0);
        let code = imm_codes[usize::from(wide) + if i8 { 0 } else { 2 }];
        return plain(cx, inst_imm(code, D2I, imm), &smallvec![def_same(d, 1), use_(a)]);
    }
    two(cx, v, ty, a, b, codes, Some(()));
}

fn add(cx: &mut Cx, v: Value, ty: Type, a: Value, b: Value) {
    let (a, b) = if immediate(cx, a).is_some() { (b, a) } else { (a, b) };
    if let Some(imm) = immediate(cx, b) {
        return add_imm(cx, v, ty, a, imm);
    }
    // x + (y << n), also in 32 bits, where the address is cut to the register's width.
    for (x, y) in [(a, b), (b, a)] {
        if let Ssa::Binary(BinOp::Shl, _, y, n) = cx.f.ops[y]
            && cx.can_fold_pure(if x == a { b } else { a })
            && let Some(n @ 1..=3) = cx.int_const(n)
        {
            let d = cx.reg(v);
            let (x, y) = (narrow(cx, x), narrow(cx, y));
            let mem = Mem { base: Base::O(1), index: Some(2), scale: n as u8, disp: 0 };
            let code = by_type(ty, Code::Lea_r32_m, Code::Lea_r64_m);
            return plain(cx, inst_mem(code, DM, mem), &smallvec![def(d), use_(x), use_(y)]);
        }
    }
    let (fold_a, fold_b) = (is_foldable(cx, a, int_mem(ty)), is_foldable(cx, b, int_mem(ty)));
    if cx.uses(a) > 1 && cx.uses(b) > 1 && !fold_a && !fold_b {
        let d = cx.reg(v);
        let (a, b) = (narrow(cx, a), narrow(cx, b));
        let mem = Mem { base: Base::O(1), index: Some(2), scale: 0, disp: 0 };
        let code = by_type(ty, Code::Lea_r32_m, Code::Lea_r64_m);
        return plain(cx, inst_mem(code, DM, mem), &smallvec![def(d), use_(a), use_(b)]);
    }
    two(cx, v, ty, a, b, [Code::Add_r32_rm32, Code::Add_r64_rm64], Some(()));
}

fn add_imm(cx: &mut Cx, v: Value, ty: Type, a: Value, imm: i32) {
    use Code::*;
    let d = cx.reg(v);
    // (x + y) + c and (x + (y << n)) + c in one address.
    if let Ssa::Binary(BinOp::Add, _, x, y) = cx.f.ops[a]
        && cx.can_fold_pure(a)
        && immediate(cx, x).is_none()
        && immediate(cx, y).is_none()
        && !is_foldable(cx, x, int_mem(ty))
        && !is_foldable(cx, y, int_mem(ty))
    {
        let (x, y) = (narrow(cx, x), narrow(cx, y));
        let mem = Mem { base: Base::O(1), index: Some(2), scale: 0, disp: imm };
        return plain(cx, inst_mem(by_type(ty, Lea_r32_m, Lea_r64_m), DM, mem), &smallvec![def(d), use_(x), use_(y)]);
    }
    if cx.uses(a) > 1 {
        let a = narrow(cx, a);
        let mem = Mem { base: Base::O(1), index: None, scale: 0, disp: imm };
        return plain(cx, inst_mem(by_type(ty, Lea_r32_m, Lea_r64_m), DM, mem), &smallvec![def(d), use_(a)]);
    }
    let a = narrow(cx, a);
    let code = match i8::try_from(imm) {
        Ok(_) => by_type(ty, Add_rm32_imm8, Add_rm64_imm8),
        Err(_) => by_type(ty, Add_rm32_imm32, Add_rm64_imm32),
    };
    plain(cx, inst_imm(code, D2I, imm), &smallvec![def_same(d, 1), use_(a)]);
}

fn multiply(cx: &mut Cx, v: Value, ty: Type, a: Value, b: Value) {
    use Code::*;
    let (a, b) = if immediate(cx, a).is_some() { (b, a) } else { (a, b) };
    let Some(imm) = immediate(cx, b) else {
        return two(cx, v, ty, a, b, [Imul_r32_rm32, Imul_r64_rm64], Some(()));
    };
    let d = cx.reg(v);
    if let 3 | 5 | 9 = imm {
        let a = narrow(cx, a);
        let mem = Mem { base: Base::O(1), index: Some(2), scale: (imm as u8 - 1).trailing_zeros() as u8, disp: 0 };
        return plain(cx, inst_mem(by_type(ty, Lea_r32_m, Lea_r64_m), DM, mem), &smallvec![def(d), use_(a), use_(a)]);
    }
    let code = match i8::try_from(imm) {
        Ok(_) => by_type(ty, Imul_r32_rm32_imm8, Imul_r64_rm64_imm8),
        Err(_) => by_type(ty, Imul_r32_rm32_imm32, Imul_r64_rm64_imm32),
    };
    let mut ops: Ops = smallvec![def(d)];
    if is_foldable(cx, a, int_mem(ty)) {
        let (mem, trap) = fold_load(cx, &mut ops, a);
        cx.emit(Op::Inst(Inst { code, args: DMI, mem, imm }), &ops, RegSet::EMPTY, StepKind::Plain, trap);
        return;
    }
    let a = narrow(cx, a);
    ops.push(use_any(a));
    plain(cx, inst_imm(code, DUI, imm), &ops);
}

fn shift(cx: &mut Cx, v: Value, op: BinOp, ty: Type, a: Value, b: Value) {
    use Code::*;
    let d = cx.reg(v);
    if let Some(n) = cx.int_const(b) {
        let n = (n & u64::from(ty.bytes() * 8 - 1)) as i32;
        if op == BinOp::Shl && n == 1 {
            let a = narrow(cx, a);
            let mem = Mem { base: Base::O(1), index: Some(2), scale: 0, disp: 0 };
            return plain(cx, inst_mem(by_type(ty, Lea_r32_m, Lea_r64_m), DM, mem), &smallvec![def(d), use_(a), use_(a)]);
        }
        let code = match op {
            BinOp::Shl => by_type(ty, Shl_rm32_imm8, Shl_rm64_imm8),
            BinOp::ShrS => by_type(ty, Sar_rm32_imm8, Sar_rm64_imm8),
            _ => by_type(ty, Shr_rm32_imm8, Shr_rm64_imm8),
        };
        let a = narrow(cx, a);
        return plain(cx, inst_imm(code, D2I, n), &smallvec![def_same(d, 1), use_(a)]);
    }
    let code = match op {
        BinOp::Shl => by_type(ty, VEX_Shlx_r32_rm32_r32, VEX_Shlx_r64_rm64_r64),
        BinOp::ShrS => by_type(ty, VEX_Sarx_r32_rm32_r32, VEX_Sarx_r64_rm64_r64),
        _ => by_type(ty, VEX_Shrx_r32_rm32_r32, VEX_Shrx_r64_rm64_r64),
    };
    let count = narrow(cx, b);
    if is_foldable(cx, a, int_mem(ty)) {
        let mut ops: Ops = smallvec![def(d), use_(count)];
        let (mem, trap) = fold_load(cx, &mut ops, a);
        let i = inst_mem(code, args([Arg::O(0), Arg::M, Arg::O(1)]), mem);
        cx.emit(i, &ops, RegSet::EMPTY, StepKind::Plain, trap);
        return;
    }
    let a = narrow(cx, a);
    plain(cx, inst(code, DUU), &smallvec![def(d), use_any(a), use_(count)]);
}

fn rotate(cx: &mut Cx, v: Value, op: BinOp, ty: Type, a: Value, b: Value) {
    use Code::*;
    let d = cx.reg(v);
    let a = narrow(cx, a);
    if let Some(n) = cx.int_const(b) {
        let width = ty.bytes() as i32 * 8;
        let n = (n as i32) & (width - 1);
        let right = if op == BinOp::Rotl { (width - n) & (width - 1) } else { n };
        let code = by_type(ty, VEX_Rorx_r32_rm32_imm8, VEX_Rorx_r64_rm64_imm8);
        return plain(cx, inst_imm(code, DUI, right), &smallvec![def(d), use_any(a)]);
    }
    let code = match op {
        BinOp::Rotl => by_type(ty, Rol_rm32_CL, Rol_rm64_CL),
        _ => by_type(ty, Ror_rm32_CL, Ror_rm64_CL),
    };
    let count = narrow(cx, b);
    plain(cx, inst(code, D2U), &smallvec![def_same(d, 1), use_(a), use_fixed(count, RCX)]);
}

/// Division: zero is tested before, unless the divisor is a constant; the hardware's fault is then the overflow of the least number by -1.
fn divide(cx: &mut Cx, v: Value, op: BinOp, ty: Type, a: Value, b: Value) {
    let constant = cx.int_const(b);
    let signed = matches!(op, BinOp::DivS | BinOp::RemS);
    let remainder = matches!(op, BinOp::RemS | BinOp::RemU);
    let minus_one = if ty == Type::I32 { u64::from(u32::MAX) } else { u64::MAX };
    if !cx.is_wanted(v) && constant.is_some_and(|c| c != 0 && c != minus_one) {
        return;
    }
    let d = cx.reg(v);
    let (dividend, divisor) = (narrow(cx, a), narrow(cx, b));
    if constant.is_none_or(|c| c == 0) {
        let t = test::is_zero(ty, 0);
        cx.emit(Op::TrapIf(t, Trap::IntegerDivideByZero), &[use_(divisor)], RegSet::EMPTY, StepKind::Plain, None);
    }
    let (result, clobber) = if remainder { (RDX, RAX) } else { (RAX, RDX) };
    let divide =
        Op::Divide { signed, wide: ty == Type::I64, remainder, minus_one: signed && remainder && constant.is_none_or(|c| c == minus_one) };
    let trap = (signed && !remainder).then_some(Trap::IntegerOverflow);
    let ops: Ops = smallvec![def_fixed(d, result), use_late(divisor), use_fixed(dividend, RAX)];
    cx.emit(divide, &ops, RegSet::of(&[clobber]), StepKind::Plain, trap);
}

fn select(cx: &mut Cx, v: Value, ty: Type, c: Value, yes: Value, no: Value) {
    let d = cx.reg(v);
    let (yes, no) = (cx.reg(yes), cx.reg(no));
    let mut ops: Ops = smallvec![def_same(d, 1), use_(no)];
    let op = match class_of(ty) {
        Class::Int => {
            push(&mut ops, use_any(yes));
            let (test, fault) = test::test(cx, &mut ops, c);
            return cx.emit(Op::Move { test, wide: ty != Type::I32 }, &ops, RegSet::EMPTY, StepKind::Plain, fault);
        }
        Class::Vec => {
            // Late: the result's register is written after the test, but `yes` is read after that.
            push(&mut ops, use_late(yes));
            test::test(cx, &mut ops, c)
        }
    };
    cx.emit(Op::MoveVec(op.0), &ops, RegSet::EMPTY, StepKind::Plain, op.1);
}
