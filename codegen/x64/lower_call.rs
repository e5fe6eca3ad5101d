//! Calls and returns: arguments to where the convention (`abi.rs`) wants them.
use super::abi::{Convention, Place};
use super::address::{Ops, address, push};
use super::lower::{Cx, DM, args, inst_mem, plain, whole_load, whole_store};
use super::op::{Arg, Base, Callee, Inst, Mem, Op};
use super::regs::{CALLER_SAVED, R10};
use crate::mach::flow::{RegSet, StepKind};
use crate::mach::lower::{def, def_fixed, use_, use_fixed};
use iced_x86::Code;
use samite_ir::ssa::{CallSite, CallTarget, Op as Ssa, Region, Value};
use samite_ir::translate::vmctx;
use samite_ir::value::{MemOp, Type};
use smallvec::smallvec;

pub fn call(cx: &mut Cx, v: Value, site: CallSite) {
    let f = cx.f;
    let data = &f.calls[site];
    let sig = &f.signatures[data.sig];
    let convention = Convention::new(&sig.params, &sig.results);
    let values = f.call_args(site);
    cx.code.has_calls = true;

    // Arguments on the stack first: they need registers of their own.
    if convention.stack_bytes > 0 {
        plain(cx, Op::Reserve(convention.stack_bytes), &Ops::new());
        for ((&a, &place), &ty) in values.iter().zip(&convention.params).zip(&sig.params) {
            if let Place::Memory(at) = place {
                let mem = Mem::area(Base::Outgoing, at);
                // 8 bytes come from 4, sign-extended.
                if let Some(imm) = cx.int_const(a).and_then(|bits| i32::try_from(bits as i64).ok()) {
                    plain(cx, Op::Inst(Inst { code: Code::Mov_rm64_imm32, args: args([Arg::M, Arg::I]), mem, imm }), &Ops::new());
                } else {
                    let a = cx.reg(a);
                    plain(cx, inst_mem(whole_store(ty), args([Arg::M, Arg::O(0)]), mem), &smallvec![use_(a)]);
                }
            }
        }
    }
    let mut ops = Ops::new();
    if let Some(r) = convention.result_pointer() {
        cx.code.result_area = cx.code.result_area.max(convention.result_bytes);
        let pointer = cx.new_reg(Type::I64);
        plain(cx, inst_mem(Code::Lea_r64_m, DM, Mem::area(Base::Results, 0)), &smallvec![def(pointer)]);
        ops.push(use_fixed(pointer, r));
    }
    for (&a, &place) in values.iter().zip(&convention.params) {
        if let Place::Reg(r) = place {
            let a = cx.reg(a);
            ops.push(use_fixed(a, r));
        }
    }
    let callee = match data.target {
        CallTarget::Direct(index) => Callee::Direct(index),
        CallTarget::Pointer { code, caller } => {
            let caller = cx.reg(caller);
            ops.push(use_fixed(caller, R10));
            pointer(cx, &mut ops, code)
        }
        CallTarget::Builtin(b) => {
            let table = cx.new_reg(Type::I64);
            let context = cx.reg(values[0]);
            let mem = Mem { base: Base::O(1), index: None, scale: 0, disp: vmctx::BUILTINS as i32 };
            plain(cx, inst_mem(Code::Mov_r64_rm64, DM, mem), &smallvec![def(table), use_(context)]);
            let base = Base::O(push(&mut ops, use_(table)));
            Callee::Memory(Mem { base, index: None, scale: 0, disp: 8 * b as i32 })
        }
    };
    let results = results_of(cx, v, sig.results.len());
    for (i, place) in convention.results.iter().enumerate() {
        if let (Place::Reg(r), Some(d)) = (place, results[i]) {
            ops.push(def_fixed(d, *r));
        }
    }
    cx.emit(Op::Call { callee }, &ops, CALLER_SAVED, StepKind::Safepoint, None);
    for (i, place) in convention.results.iter().enumerate() {
        if let (Place::Memory(at), Some(d)) = (*place, results[i]) {
            let load = inst_mem(whole_load(sig.results[i]), DM, Mem::area(Base::Results, at));
            cx.emit(load, &[def(d)], RegSet::EMPTY, StepKind::Plain, None);
        }
    }
}

/// A code address that is loaded from a constant field is called through memory.
fn pointer(cx: &mut Cx, ops: &mut Ops, code: Value) -> Callee {
    if let Ssa::Load { op: MemOp::I64, region, addr, disp, .. } = cx.f.ops[code]
        && cx.can_fold_load(code)
        && !Region::ANY_MEMORY.overlaps(region)
    {
        return Callee::Memory(address(cx, ops, addr, disp));
    }
    let code = cx.reg(code);
    Callee::Pointer(push(ops, use_(code)))
}

/// The registers of the call's results that anybody wants. The `Result` ops stand right behind the call.
fn results_of(cx: &mut Cx, call: Value, count: usize) -> Vec<Option<crate::mach::flow::VReg>> {
    let mut wanted = vec![None; count];
    if count == 0 {
        return wanted;
    }
    for &r in cx.following() {
        match cx.f.ops[r] {
            Ssa::Result(_, c, n) if c == call => {
                if cx.is_wanted(r) {
                    wanted[n as usize] = Some(cx.reg(r));
                }
            }
            _ => break,
        }
    }
    wanted
}

pub fn leave(cx: &mut Cx, values: &[Value]) {
    let f = cx.f;
    let convention = Convention::new(&f.signature.params, &f.signature.results);
    let mut ops = Ops::new();
    for (i, (&a, &place)) in values.iter().zip(&convention.results).enumerate() {
        let a = cx.reg(a);
        match place {
            Place::Reg(r) => ops.push(use_fixed(a, r)),
            Place::Memory(at) => {
                let area = cx.result_pointer();
                let mem = Mem { base: Base::O(1), index: None, scale: 0, disp: at as i32 };
                let store = inst_mem(whole_store(f.signature.results[i]), args([Arg::M, Arg::O(0)]), mem);
                plain(cx, store, &smallvec![use_(a), use_(area)]);
            }
        }
    }
    plain(cx, Op::Return, &ops);
}
