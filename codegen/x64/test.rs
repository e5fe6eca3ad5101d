//! Conditions: an i32 that is branched on, selected by or trapped on, as an instruction that sets flags and what to read from them.
//!
//! A comparison in the same block, or one that has no other use, is done here again rather than kept as 0 or 1. Its loads and its `and` are
//! folded only if this is its sole use: a memory access is never done twice.
use super::address::{Ops, push};
use super::lower::{Cx, args, by_type, fold_load, immediate, int_mem, is_foldable, narrow};
use super::op::{Arg, Cond, Inst, Mem, Test};
use super::{atomics, lower_vector};
use crate::mach::lower::{use_, use_any};
use iced_x86::{Code, ConditionCode};
use samite_ir::ssa::{Op as Ssa, Value};
use samite_ir::value::{BinOp, CmpOp, MemOp, Trap, Type};

const fn make(code: Code, args: [Arg; 4], mem: Mem, imm: i32, cc: ConditionCode) -> Test {
    Test { inst: Inst { code, args, mem, imm }, cond: Cond::One(cc) }
}

/// The test "operand `n` is zero".
pub fn is_zero(ty: Type, n: u8) -> Test {
    let code = by_type(ty, Code::Test_rm32_r32, Code::Test_rm64_r64);
    make(code, args([Arg::O(n), Arg::O(n)]), Mem::NONE, 0, ConditionCode::e)
}

/// The test "`c` is not zero"; registers it needs are added to `ops`. With the trap of a load it does.
pub fn test(cx: &mut Cx, ops: &mut Ops, mut c: Value) -> (Test, Option<Trap>) {
    // Sole use all the way: else what is folded here would be folded, and done, once more elsewhere.
    let mut sole = cx.uses(c) == 1 && !cx.is_wanted(c);
    let mut negated = false;
    while let Ssa::Compare(CmpOp::Eq, Type::I32, x, zero) = cx.f.ops[c]
        && cx.int_const(zero) == Some(0)
        && (sole || cx.is_near(c))
        && is_compare(cx, x)
    {
        c = x;
        sole = sole && cx.uses(c) == 1 && !cx.is_wanted(c);
        negated = !negated;
    }
    let (mut t, fault) = match cx.f.ops[c] {
        Ssa::Compare(..) if sole || cx.is_near(c) => compare_as(cx, ops, c, sole),
        op if lower_vector::is_test(op) && (sole || cx.is_near(c)) => {
            lower_vector::with_node(op, |node| lower_vector::test(cx, ops, node, sole)).expect("it is one")
        }
        _ => truth(cx, ops, c, sole),
    };
    if negated {
        t.cond = t.cond.negated();
    }
    (t, fault)
}

/// A number that is no comparison, or one whose result is at hand.
fn truth(cx: &mut Cx, ops: &mut Ops, c: Value, sole: bool) -> (Test, Option<Trap>) {
    if sole && let Some(found) = and_test(cx, ops, Type::I32, c) {
        return found;
    }
    let mut t = make(Code::Test_rm32_r32, [Arg::No; 4], Mem::NONE, 0, ConditionCode::ne);
    let c = narrow(cx, c);
    let n = push(ops, use_(c));
    t.inst.args = args([Arg::O(n), Arg::O(n)]);
    (t, None)
}

/// The comparison `v` itself, at its own place.
pub fn compare(cx: &mut Cx, ops: &mut Ops, v: Value) -> (Test, Option<Trap>) {
    compare_as(cx, ops, v, true)
}

fn is_compare(cx: &Cx, v: Value) -> bool {
    (matches!(cx.f.ops[v], Ssa::Compare(..)) || lower_vector::is_test(cx.f.ops[v])) && cx.is_near(v)
}

fn int_condition(op: CmpOp) -> ConditionCode {
    use CmpOp::*;
    match op {
        Eq => ConditionCode::e,
        Ne => ConditionCode::ne,
        LtS => ConditionCode::l,
        LtU => ConditionCode::b,
        GtS => ConditionCode::g,
        GtU => ConditionCode::a,
        LeS => ConditionCode::le,
        LeU => ConditionCode::be,
        GeS => ConditionCode::ge,
        GeU => ConditionCode::ae,
        FEq | FNe | FLt | FGt | FLe | FGe => panic!("{op} compares floats"),
    }
}

fn compare_as(cx: &mut Cx, ops: &mut Ops, v: Value, sole: bool) -> (Test, Option<Trap>) {
    let Ssa::Compare(op, ty, a, b) = cx.f.ops[v] else { panic!("{v} is no comparison") };
    if op.is_float() { float(cx, ops, op, ty, a, b, sole) } else { int(cx, ops, op, ty, a, b, sole) }
}

fn int(cx: &mut Cx, ops: &mut Ops, op: CmpOp, ty: Type, a: Value, b: Value, sole: bool) -> (Test, Option<Trap>) {
    use Code::*;
    let (op, a, b) = if immediate(cx, a).is_some() && immediate(cx, b).is_none() { (op.swapped(), b, a) } else { (op, a, b) };
    let cc = int_condition(op);
    if sole && matches!(op, CmpOp::Eq | CmpOp::Ne) {
        let found = atomics::compared_new(cx, ops, a, b).or_else(|| atomics::compared_new(cx, ops, b, a));
        if let Some((t, fault)) = found {
            return (Test { cond: Cond::One(cc), ..t }, fault);
        }
    }
    if let Some(imm) = immediate(cx, b) {
        if imm == 0
            && matches!(op, CmpOp::Eq | CmpOp::Ne)
            && sole
            && let Some((mut t, fault)) = and_test(cx, ops, ty, a)
        {
            // It asks for what is not zero.
            if op == CmpOp::Eq {
                t.cond = t.cond.negated();
            }
            return (t, fault);
        }
        let short = i8::try_from(imm).is_ok();
        if sole && is_foldable(cx, a, int_mem(ty)) {
            let code = match short {
                true => by_type(ty, Cmp_rm32_imm8, Cmp_rm64_imm8),
                false => by_type(ty, Cmp_rm32_imm32, Cmp_rm64_imm32),
            };
            let (mem, fault) = fold_load(cx, ops, a);
            return (make(code, args([Arg::M, Arg::I]), mem, imm, cc), fault);
        }
        // A byte, zero-extended, against a small number: equality and unsigned order are those of the byte.
        if sole
            && (0..128).contains(&imm)
            && matches!(op, CmpOp::Eq | CmpOp::Ne | CmpOp::LtU | CmpOp::LeU | CmpOp::GtU | CmpOp::GeU)
            && (is_foldable(cx, a, MemOp::I32x8U) || is_foldable(cx, a, MemOp::I64x8U))
        {
            let (mem, fault) = fold_load(cx, ops, a);
            return (make(Cmp_rm8_imm8, args([Arg::M, Arg::I]), mem, imm, cc), fault);
        }
        let a = narrow(cx, a);
        if imm == 0 && matches!(op, CmpOp::Eq | CmpOp::Ne | CmpOp::LtS | CmpOp::GeS) {
            let cc = match op {
                CmpOp::LtS => ConditionCode::s,
                CmpOp::GeS => ConditionCode::ns,
                _ => cc,
            };
            let n = push(ops, use_(a));
            let code = by_type(ty, Test_rm32_r32, Test_rm64_r64);
            return (make(code, args([Arg::O(n), Arg::O(n)]), Mem::NONE, 0, cc), None);
        }
        let code = match short {
            true => by_type(ty, Cmp_rm32_imm8, Cmp_rm64_imm8),
            false => by_type(ty, Cmp_rm32_imm32, Cmp_rm64_imm32),
        };
        let n = push(ops, use_any(a));
        return (make(code, args([Arg::O(n), Arg::I]), Mem::NONE, imm, cc), None);
    }
    if sole && is_foldable(cx, b, int_mem(ty)) {
        let a = narrow(cx, a);
        let n = push(ops, use_(a));
        let (mem, fault) = fold_load(cx, ops, b);
        return (make(by_type(ty, Cmp_r32_rm32, Cmp_r64_rm64), args([Arg::O(n), Arg::M]), mem, 0, cc), fault);
    }
    if sole && is_foldable(cx, a, int_mem(ty)) {
        let b = narrow(cx, b);
        let n = push(ops, use_(b));
        let (mem, fault) = fold_load(cx, ops, a);
        return (make(by_type(ty, Cmp_rm32_r32, Cmp_rm64_r64), args([Arg::M, Arg::O(n)]), mem, 0, cc), fault);
    }
    let (a, b) = (narrow(cx, a), narrow(cx, b));
    let (m, n) = (push(ops, use_(a)), push(ops, use_any(b)));
    (make(by_type(ty, Cmp_r32_rm32, Cmp_r64_rm64), args([Arg::O(m), Arg::O(n)]), Mem::NONE, 0, cc), None)
}

/// `(x & y) != 0` as one test, if `v` is an `and` that nobody else reads.
fn and_test(cx: &mut Cx, ops: &mut Ops, ty: Type, v: Value) -> Option<(Test, Option<Trap>)> {
    use Code::*;
    let Ssa::Binary(BinOp::And, _, x, y) = cx.f.ops[v] else { return None };
    if !cx.can_fold_pure(v) {
        return None;
    }
    let (x, y) = if immediate(cx, x).is_some() { (y, x) } else { (x, y) };
    if let Some(found) = atomics::tested_bits(cx, ops, x, y).or_else(|| atomics::tested_bits(cx, ops, y, x)) {
        return Some(found);
    }
    if let Some(imm) = immediate(cx, y) {
        if is_foldable(cx, x, MemOp::I32x8U) && (0..256).contains(&imm) {
            let (mem, fault) = fold_load(cx, ops, x);
            let imm = i32::from(imm as u8 as i8);
            return Some((make(Test_rm8_imm8, args([Arg::M, Arg::I]), mem, imm, ConditionCode::ne), fault));
        }
        let x = narrow(cx, x);
        let n = push(ops, use_any(x));
        let (code, imm) = match imm {
            0..128 => (Test_rm8_imm8, imm),
            // Below 2^31 the upper half is masked off at either width.
            128.. => (Test_rm32_imm32, imm),
            _ => (by_type(ty, Test_rm32_imm32, Test_rm64_imm32), imm),
        };
        return Some((make(code, args([Arg::O(n), Arg::I]), Mem::NONE, imm, ConditionCode::ne), None));
    }
    let (x, y) = (narrow(cx, x), narrow(cx, y));
    let (m, n) = (push(ops, use_any(x)), push(ops, use_(y)));
    let code = by_type(ty, Test_rm32_r32, Test_rm64_r64);
    Some((make(code, args([Arg::O(m), Arg::O(n)]), Mem::NONE, 0, ConditionCode::ne), None))
}

/// Floats by `ucomis`: "above" is false if unordered, "below" is not, so less-than exchanges its operands.
fn float(cx: &mut Cx, ops: &mut Ops, op: CmpOp, ty: Type, a: Value, b: Value, sole: bool) -> (Test, Option<Trap>) {
    let (cond, a, b) = match op {
        CmpOp::FEq => (Cond::FloatEqual, a, b),
        CmpOp::FNe => (Cond::FloatNotEqual, a, b),
        CmpOp::FLt => (Cond::One(ConditionCode::a), b, a),
        CmpOp::FLe => (Cond::One(ConditionCode::ae), b, a),
        CmpOp::FGt => (Cond::One(ConditionCode::a), a, b),
        _ => (Cond::One(ConditionCode::ae), a, b),
    };
    let code = by_type(ty, Code::VEX_Vucomiss_xmm_xmmm32, Code::VEX_Vucomisd_xmm_xmmm64);
    let memop = if ty == Type::F32 { MemOp::F32 } else { MemOp::F64 };
    let a = cx.reg(a);
    let m = push(ops, use_(a));
    if sole && is_foldable(cx, b, memop) {
        let (mem, fault) = fold_load(cx, ops, b);
        return (Test { cond, ..make(code, args([Arg::O(m), Arg::M]), mem, 0, ConditionCode::a) }, fault);
    }
    let b = cx.reg(b);
    let n = push(ops, use_any(b));
    (Test { cond, ..make(code, args([Arg::O(m), Arg::O(n)]), Mem::NONE, 0, ConditionCode::a) }, None)
}
