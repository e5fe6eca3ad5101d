//! Atomic operators (threads proposal): what each one is, as the reference interpreter and translation both know it, and translation.
//!
//! On shared memory each is an atomic op. On unshared memory no one can tell it from a load, an operator and a store, so that is what it becomes: passes
//! and instruction selection then know all about it. Alignment is a check on the low bits of the effective address, before its bounds are looked at.
use super::body::{Body, load_constant};
use super::vmctx::memory_record;
use crate::ssa::{Builtin, Op, Value, waited};
use crate::value::Type::{I32, I64};
use crate::value::{BinOp, CmpOp, ConvOp, MemOp, RmwOp, Trap, atomic};
use wasmparser::{MemArg, MemArgTarget, Operator};

#[derive(Clone, Copy, Debug)]
pub enum AtomicOp {
    Load(MemOp, MemArg),
    Store(MemOp, MemArg),
    Rmw(RmwOp, MemOp, MemArg),
    CmpXchg(MemOp, MemArg),
    /// For a value of I32 or I64.
    Wait(MemOp, MemArg),
    Notify(MemArg),
    Fence,
}

impl AtomicOp {
    /// Bytes that it touches, and a multiple of which its address is, with the place.
    pub fn access(&self) -> Option<(u32, MemArg)> {
        match *self {
            AtomicOp::Load(how, at) | AtomicOp::Store(how, at) | AtomicOp::Rmw(_, how, at) => Some((how.width(), at)),
            AtomicOp::CmpXchg(how, at) | AtomicOp::Wait(how, at) => Some((how.width(), at)),
            AtomicOp::Notify(at) => Some((4, at)),
            AtomicOp::Fence => None,
        }
    }
}

/// The atomic operator that an operator is.
pub fn atomic_op(operator: &Operator<'_>) -> Option<AtomicOp> {
    use AtomicOp::*;
    use Operator as O;
    Some(match *operator {
        O::AtomicFence { .. } => Fence,
        O::MemoryAtomicNotify { memarg } => Notify(memarg),
        O::MemoryAtomicWait32 { memarg } => Wait(MemOp::I32, memarg),
        O::MemoryAtomicWait64 { memarg } => Wait(MemOp::I64, memarg),
        O::I32AtomicLoad { memarg } => Load(MemOp::I32, memarg),
        O::I32AtomicLoad8U { memarg } => Load(MemOp::I32x8U, memarg),
        O::I32AtomicLoad16U { memarg } => Load(MemOp::I32x16U, memarg),
        O::I64AtomicLoad { memarg } => Load(MemOp::I64, memarg),
        O::I64AtomicLoad8U { memarg } => Load(MemOp::I64x8U, memarg),
        O::I64AtomicLoad16U { memarg } => Load(MemOp::I64x16U, memarg),
        O::I64AtomicLoad32U { memarg } => Load(MemOp::I64x32U, memarg),
        O::I32AtomicStore { memarg } => Store(MemOp::I32, memarg),
        O::I32AtomicStore8 { memarg } => Store(MemOp::I32x8U, memarg),
        O::I32AtomicStore16 { memarg } => Store(MemOp::I32x16U, memarg),
        O::I64AtomicStore { memarg } => Store(MemOp::I64, memarg),
        O::I64AtomicStore8 { memarg } => Store(MemOp::I64x8U, memarg),
        O::I64AtomicStore16 { memarg } => Store(MemOp::I64x16U, memarg),
        O::I64AtomicStore32 { memarg } => Store(MemOp::I64x32U, memarg),
        O::I32AtomicRmwAdd { memarg } => Rmw(RmwOp::Add, MemOp::I32, memarg),
        O::I32AtomicRmw8AddU { memarg } => Rmw(RmwOp::Add, MemOp::I32x8U, memarg),
        O::I32AtomicRmw16AddU { memarg } => Rmw(RmwOp::Add, MemOp::I32x16U, memarg),
        O::I64AtomicRmwAdd { memarg } => Rmw(RmwOp::Add, MemOp::I64, memarg),
        O::I64AtomicRmw8AddU { memarg } => Rmw(RmwOp::Add, MemOp::I64x8U, memarg),
        O::I64AtomicRmw16AddU { memarg } => Rmw(RmwOp::Add, MemOp::I64x16U, memarg),
        O::I64AtomicRmw32AddU { memarg } => Rmw(RmwOp::Add, MemOp::I64x32U, memarg),
        O::I32AtomicRmwSub { memarg } => Rmw(RmwOp::Sub, MemOp::I32, memarg),
        O::I32AtomicRmw8SubU { memarg } => Rmw(RmwOp::Sub, MemOp::I32x8U, memarg),
        O::I32AtomicRmw16SubU { memarg } => Rmw(RmwOp::Sub, MemOp::I32x16U, memarg),
        O::I64AtomicRmwSub { memarg } => Rmw(RmwOp::Sub, MemOp::I64, memarg),
        O::I64AtomicRmw8SubU { memarg } => Rmw(RmwOp::Sub, MemOp::I64x8U, memarg),
        O::I64AtomicRmw16SubU { memarg } => Rmw(RmwOp::Sub, MemOp::I64x16U, memarg),
        O::I64AtomicRmw32SubU { memarg } => Rmw(RmwOp::Sub, MemOp::I64x32U, memarg),
        O::I32AtomicRmwAnd { memarg } => Rmw(RmwOp::And, MemOp::I32, memarg),
        O::I32AtomicRmw8AndU { memarg } => Rmw(RmwOp::And, MemOp::I32x8U, memarg),
        O::I32AtomicRmw16AndU { memarg } => Rmw(RmwOp::And, MemOp::I32x16U, memarg),
        O::I64AtomicRmwAnd { memarg } => Rmw(RmwOp::And, MemOp::I64, memarg),
        O::I64AtomicRmw8AndU { memarg } => Rmw(RmwOp::And, MemOp::I64x8U, memarg),
        O::I64AtomicRmw16AndU { memarg } => Rmw(RmwOp::And, MemOp::I64x16U, memarg),
        O::I64AtomicRmw32AndU { memarg } => Rmw(RmwOp::And, MemOp::I64x32U, memarg),
        O::I32AtomicRmwOr { memarg } => Rmw(RmwOp::Or, MemOp::I32, memarg),
        O::I32AtomicRmw8OrU { memarg } => Rmw(RmwOp::Or, MemOp::I32x8U, memarg),
        O::I32AtomicRmw16OrU { memarg } => Rmw(RmwOp::Or, MemOp::I32x16U, memarg),
        O::I64AtomicRmwOr { memarg } => Rmw(RmwOp::Or, MemOp::I64, memarg),
        O::I64AtomicRmw8OrU { memarg } => Rmw(RmwOp::Or, MemOp::I64x8U, memarg),
        O::I64AtomicRmw16OrU { memarg } => Rmw(RmwOp::Or, MemOp::I64x16U, memarg),
        O::I64AtomicRmw32OrU { memarg } => Rmw(RmwOp::Or, MemOp::I64x32U, memarg),
        O::I32AtomicRmwXor { memarg } => Rmw(RmwOp::Xor, MemOp::I32, memarg),
        O::I32AtomicRmw8XorU { memarg } => Rmw(RmwOp::Xor, MemOp::I32x8U, memarg),
        O::I32AtomicRmw16XorU { memarg } => Rmw(RmwOp::Xor, MemOp::I32x16U, memarg),
        O::I64AtomicRmwXor { memarg } => Rmw(RmwOp::Xor, MemOp::I64, memarg),
        O::I64AtomicRmw8XorU { memarg } => Rmw(RmwOp::Xor, MemOp::I64x8U, memarg),
        O::I64AtomicRmw16XorU { memarg } => Rmw(RmwOp::Xor, MemOp::I64x16U, memarg),
        O::I64AtomicRmw32XorU { memarg } => Rmw(RmwOp::Xor, MemOp::I64x32U, memarg),
        O::I32AtomicRmwXchg { memarg } => Rmw(RmwOp::Xchg, MemOp::I32, memarg),
        O::I32AtomicRmw8XchgU { memarg } => Rmw(RmwOp::Xchg, MemOp::I32x8U, memarg),
        O::I32AtomicRmw16XchgU { memarg } => Rmw(RmwOp::Xchg, MemOp::I32x16U, memarg),
        O::I64AtomicRmwXchg { memarg } => Rmw(RmwOp::Xchg, MemOp::I64, memarg),
        O::I64AtomicRmw8XchgU { memarg } => Rmw(RmwOp::Xchg, MemOp::I64x8U, memarg),
        O::I64AtomicRmw16XchgU { memarg } => Rmw(RmwOp::Xchg, MemOp::I64x16U, memarg),
        O::I64AtomicRmw32XchgU { memarg } => Rmw(RmwOp::Xchg, MemOp::I64x32U, memarg),
        O::I32AtomicRmwCmpxchg { memarg } => CmpXchg(MemOp::I32, memarg),
        O::I32AtomicRmw8CmpxchgU { memarg } => CmpXchg(MemOp::I32x8U, memarg),
        O::I32AtomicRmw16CmpxchgU { memarg } => CmpXchg(MemOp::I32x16U, memarg),
        O::I64AtomicRmwCmpxchg { memarg } => CmpXchg(MemOp::I64, memarg),
        O::I64AtomicRmw8CmpxchgU { memarg } => CmpXchg(MemOp::I64x8U, memarg),
        O::I64AtomicRmw16CmpxchgU { memarg } => CmpXchg(MemOp::I64x16U, memarg),
        O::I64AtomicRmw32CmpxchgU { memarg } => CmpXchg(MemOp::I64x32U, memarg),
        _ => return None,
    })
}

impl Body<'_> {
    pub(super) fn atomic(&mut self, op: AtomicOp) {
        let Some((width, place)) = op.access() else {
            // Without shared memory there is nothing to order.
            if self.module.memories.iter().any(|m| m.shared) {
                self.build.op(Op::Fence);
            }
            return;
        };
        let MemArgTarget::Memory(memory) = place.target else { unreachable!("validated: no GC arrays") };
        let shared = self.module.memories[memory as usize].shared;
        match op {
            AtomicOp::Wait(how, _) => return self.wait(how, memory, &place, shared),
            AtomicOp::Notify(_) => return self.notify(memory, &place, shared),
            _ => {}
        }
        let replacement = if matches!(op, AtomicOp::CmpXchg(..)) { Some(self.pop()) } else { None };
        let value = if matches!(op, AtomicOp::Load(..)) { None } else { Some(self.pop()) };
        self.check_aligned(width, &place);
        let how = match op {
            AtomicOp::Load(how, _) | AtomicOp::Store(how, _) | AtomicOp::Rmw(_, how, _) | AtomicOp::CmpXchg(how, _) => how,
            _ => unreachable!("the others returned"),
        };
        let (addr, region) = self.heap_address(how, &place);
        let proven = false;
        if shared {
            let value = || value.expect("popped");
            let op = match op {
                AtomicOp::Store(..) => {
                    self.build.op(Op::AtomicStore { op: how, proven, addr, value: value() });
                    return;
                }
                AtomicOp::Rmw(op, ..) => Op::Rmw { op, how, proven, addr, value: value() },
                AtomicOp::CmpXchg(..) => {
                    let replacement = replacement.expect("popped");
                    Op::CmpXchg { how, proven, addr, expected: value(), replacement }
                }
                _ => Op::AtomicLoad { op: how, proven, addr },
            };
            return self.push_op(op);
        }
        let store = |value| Op::Store { op: how, proven, region, addr, disp: 0, value };
        if let AtomicOp::Store(..) = op {
            self.build.op(store(value.expect("popped")));
            return;
        }
        let old = self.build.op(Op::Load { op: how, proven, region, addr, disp: 0 });
        self.push(old);
        let ty = how.value_type();
        let new = match (op, value) {
            (AtomicOp::Rmw(op, ..), Some(value)) => match op {
                RmwOp::Xchg => value,
                RmwOp::Add => self.build.op(Op::Binary(BinOp::Add, ty, old, value)),
                RmwOp::Sub => self.build.op(Op::Binary(BinOp::Sub, ty, old, value)),
                RmwOp::And => self.build.op(Op::Binary(BinOp::And, ty, old, value)),
                RmwOp::Or => self.build.op(Op::Binary(BinOp::Or, ty, old, value)),
                RmwOp::Xor => self.build.op(Op::Binary(BinOp::Xor, ty, old, value)),
            },
            (AtomicOp::CmpXchg(..), Some(expected)) => {
                let mask = self.build.constant(ty, atomic::mask(width));
                let expected = if width < ty.bytes() { self.build.op(Op::Binary(BinOp::And, ty, expected, mask)) } else { expected };
                let same = self.build.op(Op::Compare(CmpOp::Eq, ty, old, expected));
                self.build.op(Op::Select(ty, same, replacement.expect("popped"), old))
            }
            _ => return,
        };
        self.build.op(store(new));
    }

    /// Traps if index (the top of the stack) plus offset is no multiple of the width. The base of a memory is one.
    fn check_aligned(&mut self, width: u32, place: &MemArg) {
        if width == 1 {
            return;
        }
        let low = u64::from(width) - 1;
        let mut address = *self.state.stack.last().expect("validated");
        let ty = self.build.func.ty(address);
        // Carries go upward: 32 bits tell, whatever the sum.
        if place.offset & low != 0 {
            let offset = self.build.constant(ty, place.offset & low);
            address = self.build.op(Op::Binary(BinOp::Add, ty, address, offset));
        }
        let mask = self.build.constant(ty, low);
        let low = self.build.op(Op::Binary(BinOp::And, ty, address, mask));
        let low = if ty == I64 { self.build.op(Op::Convert(ConvOp::WrapI64, low)) } else { low };
        self.build.op(Op::TrapIf(Trap::UnalignedAtomic, low));
    }

    fn wait(&mut self, how: MemOp, memory: u32, place: &MemArg, shared: bool) {
        let (timeout, expected) = (self.pop(), self.pop());
        self.check_aligned(how.width(), place);
        if !shared {
            self.pop();
            let always = self.build.constant(I32, 1);
            self.build.op(Op::TrapIf(Trap::ExpectedSharedMemory, always));
            return self.constant(I32, 0);
        }
        let address = self.effective_address(place);
        let memory = self.index(memory);
        let builtin = if how == MemOp::I32 { Builtin::MemoryWait32 } else { Builtin::MemoryWait64 };
        let result = self.builtin(builtin, &[memory, address, expected, timeout]).expect("it has a result");
        self.trap_on(result, waited::OUT_OF_BOUNDS, Trap::MemoryOutOfBounds);
        self.trap_on(result, waited::INTERRUPTED, Trap::Interrupted);
        self.push(result);
    }

    fn notify(&mut self, memory: u32, place: &MemArg, shared: bool) {
        let count = self.pop();
        self.check_aligned(4, place);
        if !shared {
            // Nobody waits there, but the place must be.
            self.load(MemOp::I32, place);
            self.pop();
            return self.constant(I32, 0);
        }
        let address = self.effective_address(place);
        let memory = self.index(memory);
        let woken = self.builtin(Builtin::MemoryNotify, &[memory, address, count]).expect("it has a result");
        self.trap_on(woken, waited::OUT_OF_BOUNDS, Trap::MemoryOutOfBounds);
        self.push(woken);
    }

    /// Current length in bytes of a shared memory. Reading it synchronizes with who grew it.
    pub(super) fn shared_length(&mut self, memory: u32) -> Value {
        let record = self.build.op(load_constant(self.build.context(), self.layout.memory_record(memory)));
        let at = self.build.constant(I64, u64::from(memory_record::LENGTH));
        let addr = self.build.op(Op::Binary(BinOp::Add, I64, record, at));
        self.build.op(Op::AtomicLoad { op: MemOp::I64, proven: true, addr })
    }

    /// Pops an index; with the offset, of 33 bits.
    fn effective_address(&mut self, place: &MemArg) -> Value {
        let index = self.pop_extended();
        let offset = self.build.constant(I64, place.offset);
        self.build.op(Op::Binary(BinOp::Add, I64, index, offset))
    }

    fn trap_on(&mut self, result: Value, code: i32, trap: Trap) {
        let code = self.build.constant(I32, u64::from(code as u32));
        let is = self.build.op(Op::Compare(CmpOp::Eq, I32, result, code));
        self.build.op(Op::TrapIf(trap, is));
    }
}
