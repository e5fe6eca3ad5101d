//! What an op does besides computing its value: one match, asked by every pass that removes, repeats or reorders ops.
//!
//! The order of a block's ops is the order of their effects; there are no effect edges. Two ops may change places if neither
//! writes what the other touches and at most one kind of trap is among them. Value and trap are apart: an op whose value is
//! unused may go only if it cannot trap.
use super::func::{CallTarget, Func};
use super::op::{Builtin, Op, Region, Value};
use crate::value::{BinOp, ConvOp, Trap, Type};

/// How an op may stop execution.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MayTrap {
    Never,
    Only(Trap),
    /// More than one kind.
    Any,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Effects {
    /// What its result, or what the outside learns through it, depends on. None also for what never changes.
    pub reads: Option<Region>,
    pub writes: Option<Region>,
    pub traps: MayTrap,
    /// A terminator: decides what runs next.
    pub control: bool,
}

impl Effects {
    pub const NONE: Effects = Effects { reads: None, writes: None, traps: MayTrap::Never, control: false };

    const fn reads(region: Region) -> Effects {
        Effects { reads: Some(region), ..Effects::NONE }
    }
    const fn writes(region: Region) -> Effects {
        Effects { writes: Some(region), ..Effects::NONE }
    }
    const fn traps(trap: Trap) -> Effects {
        Effects { traps: MayTrap::Only(trap), ..Effects::NONE }
    }
    /// The result is a function of the operands alone, so equal ops compute equal values wherever they stand.
    pub fn is_pure(&self) -> bool {
        *self == Effects::NONE
    }
    /// May go when nothing uses its result.
    pub fn is_removable(&self) -> bool {
        self.writes.is_none() && self.traps == MayTrap::Never && !self.control
    }
}

/// The effects of an op. Constant operands sharpen the answer: a division by 7 does not trap.
pub fn effects(f: &Func, v: Value) -> Effects {
    match f.ops[v] {
        Op::Param(..) | Op::Result(..) | Op::Const(..) | Op::Unary(..) | Op::Compare(..) | Op::Select(..) => Effects::NONE,
        Op::VConst(..) | Op::LaneUnary(..) | Op::LaneBinary(..) | Op::LaneTernary(..) | Op::LaneShift(..) => Effects::NONE,
        Op::LaneTest(..) | Op::Splat(..) | Op::ExtractLane(..) | Op::ReplaceLane(..) | Op::Shuffle(..) => Effects::NONE,
        Op::Target1(..) | Op::Target2(..) | Op::Target3(..) => Effects::NONE,
        Op::HeapAddr { .. } => Effects::NONE,
        Op::Binary(op, ty, _, b) => Effects { traps: division(f, op, ty, b), ..Effects::NONE },
        Op::Convert(op, _) => Effects { traps: conversion(op), ..Effects::NONE },
        Op::Load { proven, region, .. } => Effects { traps: access(proven, region), ..load(region) },
        Op::Store { proven, region, .. } => Effects { traps: access(proven, region), ..Effects::writes(region) },
        Op::AtomicLoad { proven, .. } | Op::AtomicStore { proven, .. } | Op::Rmw { proven, .. } | Op::CmpXchg { proven, .. } => {
            Effects { traps: access(proven, Region::ANY_MEMORY), ..SYNCHRONIZES }
        }
        Op::Fence => SYNCHRONIZES,
        Op::TrapIf(trap, _) => Effects::traps(trap),
        Op::Call(c) => match f.calls[c].target {
            CallTarget::Direct(_) | CallTarget::Pointer { .. } => call(Some(Region::WORLD), Some(Region::WORLD)),
            CallTarget::Builtin(b) => builtin(b),
        },
        Op::Jump(_) | Op::Branch(..) | Op::Switch(..) => Effects { control: true, ..Effects::NONE },
        // Whoever called, or catches the trap, sees all memory.
        Op::Return(_) => Effects { control: true, ..Effects::reads(Region::WORLD) },
        Op::Unreachable(trap) => Effects { control: true, reads: Some(Region::WORLD), ..Effects::traps(trap) },
    }
}

/// What others wrote is seen behind it, and they see what was written before: any bytes of any memory may be others.
const SYNCHRONIZES: Effects = Effects { reads: Some(Region::ANY_MEMORY), ..Effects::writes(Region::ANY_MEMORY) };

fn division(f: &Func, op: BinOp, ty: Type, divisor: Value) -> MayTrap {
    let minus_one = if ty == Type::I32 { u64::from(u32::MAX) } else { u64::MAX };
    let divisor = match f.ops[divisor] {
        Op::Const(_, bits) => Some(bits),
        _ => None,
    };
    match (op, divisor) {
        _ if !op.may_trap() => MayTrap::Never,
        (_, Some(0)) => MayTrap::Only(Trap::IntegerDivideByZero),
        (BinOp::DivS, Some(d)) if d == minus_one => MayTrap::Only(Trap::IntegerOverflow),
        (_, Some(_)) => MayTrap::Never,
        (BinOp::DivS, None) => MayTrap::Any,
        (_, None) => MayTrap::Only(Trap::IntegerDivideByZero),
    }
}

fn conversion(op: ConvOp) -> MayTrap {
    // Not a number, or out of range.
    if op.may_trap() { MayTrap::Any } else { MayTrap::Never }
}

/// Only memories are reached with an index of the program's choice; the other regions are addressed by the translator, which
/// checks table indices itself. `WORLD` may be a memory.
fn access(proven: bool, region: Region) -> MayTrap {
    let memory = region == Region::WORLD || Region::ANY_MEMORY.contains(region);
    if memory && !proven { MayTrap::Only(Trap::MemoryOutOfBounds) } else { MayTrap::Never }
}

fn load(region: Region) -> Effects {
    match region {
        Region::CONSTANT => Effects::NONE,
        Region::EPOCH => Effects { reads: Some(region), ..Effects::writes(region) },
        _ => Effects::reads(region),
    }
}

/// Any call may find the stack exhausted.
const fn call(reads: Option<Region>, writes: Option<Region>) -> Effects {
    Effects { reads, writes, traps: MayTrap::Any, control: false }
}

/// Those that work on bytes or entries name them in operands; regions here are as wide as any operand may mean. What they
/// read is memory or tables and the lengths that the runtime keeps, which only `WORLD` covers.
fn builtin(b: Builtin) -> Effects {
    match b {
        // A fence stands behind it if the memory is shared.
        Builtin::MemoryGrow => call(Some(Region::RUNTIME), Some(Region::RUNTIME)),
        // While one waits, the host may be asked whether to go on.
        Builtin::MemoryWait32 | Builtin::MemoryWait64 => call(Some(Region::WORLD), Some(Region::WORLD)),
        Builtin::MemoryNotify => call(Some(Region::WORLD), Some(Region::ANY_MEMORY)),
        Builtin::MemoryCopy | Builtin::MemoryFill | Builtin::MemoryInit => call(Some(Region::WORLD), Some(Region::ANY_MEMORY)),
        Builtin::TableFill | Builtin::TableCopy | Builtin::TableInit => call(Some(Region::WORLD), Some(Region::ANY_TABLE)),
        Builtin::DataDrop | Builtin::ElemDrop => call(Some(Region::RUNTIME), Some(Region::RUNTIME)),
        // Writes the length and the new entries.
        Builtin::TableGrow => call(Some(Region::WORLD), Some(Region::WORLD)),
        // The host decides, and may do anything meanwhile.
        Builtin::Interrupt => call(Some(Region::WORLD), Some(Region::WORLD)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::MemOp;

    fn of(op: Op) -> Effects {
        let mut f = Func::default();
        let v = f.make(op, 0);
        effects(&f, v)
    }

    #[test]
    fn loads_trap_only_in_memories() {
        let mut f = Func::default();
        let addr = f.make(Op::Const(Type::I64, 0), 0);
        let mut load = |proven, region| {
            let v = f.make(Op::Load { op: MemOp::I32, proven, region, addr, disp: 0 }, 0);
            effects(&f, v)
        };
        assert_eq!(load(false, Region::memory(3)).traps, MayTrap::Only(Trap::MemoryOutOfBounds));
        assert!(load(true, Region::memory(3)).is_removable());
        assert!(!load(true, Region::memory(3)).is_pure());
        assert!(load(false, Region::CONSTANT).is_pure());
        for region in [Region::RUNTIME, Region::global(2), Region::ANY_TABLE] {
            assert!(load(false, region).is_removable());
        }
        assert!(!load(false, Region::EPOCH).is_removable());
    }

    #[test]
    fn known_divisors() {
        let mut f = Func::default();
        let a = f.make(Op::Param(Type::I32, crate::ssa::Block::from_u32(0), 0), 0);
        let mut div = |op, bits| {
            let b = f.make(Op::Const(Type::I32, bits), 0);
            let v = f.make(Op::Binary(op, Type::I32, a, b), 0);
            effects(&f, v).traps
        };
        assert_eq!(div(BinOp::DivS, 7), MayTrap::Never);
        assert_eq!(div(BinOp::DivS, 0xffff_ffff), MayTrap::Only(Trap::IntegerOverflow));
        assert_eq!(div(BinOp::RemS, 0xffff_ffff), MayTrap::Never);
        assert_eq!(div(BinOp::RemU, 0), MayTrap::Only(Trap::IntegerDivideByZero));
    }

    #[test]
    fn traps_are_not_removable() {
        assert!(!of(Op::Unreachable(Trap::Unreachable)).is_removable());
        let mut f = Func::default();
        let a = f.make(Op::Const(Type::I32, 0), 0);
        let v = f.make(Op::TrapIf(Trap::Unreachable, a), 0);
        assert!(!effects(&f, v).is_removable());
    }
}
