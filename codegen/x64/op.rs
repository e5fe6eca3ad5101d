//! What a step can be on x86-64. Most are one instruction: an iced `Code` and how its operands map to those of the step. The rest
//! are short groups that must stay together (flags, fixed pairs) or have a place in the frame.
use iced_x86::{Code, ConditionCode};
use samite_ir::value::Trap;

/// One operand of an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arg {
    /// Operand `n` of the step, in its register (or slot, where it may be in one).
    O(u8),
    /// The memory operand.
    M,
    /// The memory operand of an instruction with the lock prefix.
    Locked,
    /// The immediate.
    I,
    /// No more operands.
    No,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Base {
    /// No memory operand.
    None,
    /// Operand `n` of the step.
    O(u8),
    /// Arguments pushed by the caller; displacement 0 is the first.
    Incoming,
    /// Arguments this function pushes for a call.
    Outgoing,
    /// The area for results that registers do not hold.
    Results,
    /// The constant in the pool; displacement is its index there.
    Pool,
}

/// A memory operand: base + index * 2^scale + disp.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mem {
    pub base: Base,
    /// Operand of the step.
    pub index: Option<u8>,
    pub scale: u8,
    pub disp: i32,
}

impl Mem {
    pub const NONE: Mem = Mem { base: Base::None, index: None, scale: 0, disp: 0 };
    pub fn pool(index: u32) -> Mem {
        Mem { base: Base::Pool, disp: index as i32, ..Mem::NONE }
    }
    pub fn area(base: Base, disp: u32) -> Mem {
        Mem { base, disp: disp as i32, ..Mem::NONE }
    }
}

/// One instruction.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Inst {
    pub code: Code,
    pub args: [Arg; 4],
    pub mem: Mem,
    pub imm: i32,
}

/// Which flags make a test true.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cond {
    One(ConditionCode),
    /// Equal and ordered: ZF and not PF.
    FloatEqual,
    /// Unequal or unordered.
    FloatNotEqual,
}

impl Cond {
    pub fn negated(self) -> Cond {
        match self {
            Cond::One(c) => Cond::One(negate(c)),
            Cond::FloatEqual => Cond::FloatNotEqual,
            Cond::FloatNotEqual => Cond::FloatEqual,
        }
    }
}

pub fn negate(c: ConditionCode) -> ConditionCode {
    use ConditionCode::*;
    match c {
        o => o,
        no => no,
        b => ae,
        ae => b,
        e => ne,
        ne => e,
        be => a,
        a => be,
        s => ns,
        ns => s,
        p => np,
        np => p,
        l => ge,
        ge => l,
        le => g,
        g => le,
        None => None,
    }
}

/// An instruction that sets flags and the condition to read from them. Never split from its reader: flags do not live across steps.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Test {
    pub inst: Inst,
    pub cond: Cond,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compared {
    With(i32),
    /// Operand of the step.
    O(u8),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callee {
    /// Function defined in this module.
    Direct(u32),
    /// Code address in operand `n`.
    Pointer(u8),
    /// Code address in memory.
    Memory(Mem),
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Op {
    /// Defines the arguments that come in registers. Emits nothing.
    Args,
    /// Operand 0 is this number (upper bits zero for i32).
    Const(u64),
    /// Operand 0, a vector register, is this constant of the pool, loaded by this instruction.
    PoolConst {
        index: u32,
        code: Code,
    },
    /// Operand 0, a vector register, is all zero.
    ZeroVec,
    /// All ones, of 32 bytes if wide.
    OnesVec {
        wide: bool,
    },
    Inst(Inst),
    /// Two instructions: zero operand 0 (a vector register) to break its dependency, then `inst`, whose second operand is operand 0 too.
    Convert(Inst),
    /// Operand 0 = the test's truth as 0 or 1. Test operands count from 1.
    Set(Test),
    /// Operand 0 (same register as operand 1) becomes operand 2 if the test holds. Test operands count from 3.
    Move {
        test: Test,
        wide: bool,
    },
    /// The same for vector registers, by a jump.
    MoveVec(Test),
    TrapIf(Test, Trap),
    /// Signed or unsigned division of rax by operand 1: quotient in rax or remainder in rdx. `minus_one`: the divisor may be -1 in a
    /// signed remainder, whose result is then 0.
    Divide {
        signed: bool,
        wide: bool,
        remainder: bool,
        minus_one: bool,
    },
    /// Compare-exchange: rax (operands 0 and 1) is the old value, extended by the other instruction if there is one.
    CmpXchg {
        inst: Inst,
        extend: Option<Code>,
        /// What it is compared with, if the rest of the code may ask for that again.
        with: Option<Compared>,
    },
    /// Read-modify-write by compare-exchange until nobody else came between: operand 0 is rax, as is operand 1, the first guess at what is there. `compute`
    /// works on operand 2, a copy of it, which the compare-exchange `swap` then stores; the memory operand is that one's.
    Retry {
        compute: Inst,
        swap: Code,
    },
    /// A locked instruction that does nothing else.
    Fence,
    /// Operand 0 = unsigned minimum of operand 1 and the number.
    Limit(u32),
    /// Operand 0 = address of the code that entry operand 1 of the jump table leads to.
    TableEntry(u32),
    /// Makes room for this many bytes of arguments; the callee pops them.
    Reserve(u32),
    Call {
        callee: Callee,
    },
    // Terminators.
    Jump,
    Branch(Test),
    /// To the address in operand 0; the block's edges are the targets of this jump table.
    JumpTable(u32),
    Return,
    Trap(Trap),
}
