//! What an op can be: one variant per operand shape, the operator a field; 16 bytes each (asserted below).
use crate::value::ops::named_enum;
use crate::value::{
    BinOp, CmpOp, ConvOp, Extension, LaneBinOp, LaneShiftOp, LaneTernOp, LaneTest, LaneUnOp, MemOp, RmwOp, Shape, TargetOp, Trap, Type,
    UnOp,
};
use cranelift_entity::{EntityList, entity_impl};
use std::fmt;

/// An op, and the value it computes if it has one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(u32);
entity_impl!(Value, "v");
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block(u32);
entity_impl!(Block, "b");
/// A control edge; carries the arguments of its target's parameters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge(u32);
entity_impl!(Edge, "e");
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallSite(u32);
entity_impl!(CallSite, "call");
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Switch(u32);
entity_impl!(Switch, "switch");
/// A signature of this function's table of signatures.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sig(u32);
entity_impl!(Sig, "sig");

/// A vector of this function's table of constants.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VectorConst(u32);
entity_impl!(VectorConst, "vector");

/// Values in the function's list pool.
pub type ValueList = EntityList<Value>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Parameter `n` of a block. The entry block's are the context pointer (I64), then the wasm parameters.
    Param(Type, Block, u32),
    /// Result `n` of the call `Value`. Listed in the body right after its call.
    Result(Type, Value, u32),
    Const(Type, u64),
    Unary(UnOp, Type, Value),
    /// The four divisions trap.
    Binary(BinOp, Type, Value, Value),
    /// Operand type; the result is I32.
    Compare(CmpOp, Type, Value, Value),
    /// Some trap.
    Convert(ConvOp, Value),
    /// Type, condition (I32), value if nonzero, value if zero.
    Select(Type, Value, Value, Value),
    // Vectors. The shape says what the lanes are; every one of these is a V128, but for `VConst` and the targets' own.
    VConst(Type, VectorConst),
    LaneUnary(LaneUnOp, Shape, Value),
    LaneBinary(LaneBinOp, Shape, Value, Value),
    LaneTernary(LaneTernOp, Shape, Value, Value, Value),
    /// The count is an I32.
    LaneShift(LaneShiftOp, Shape, Value, Value),
    /// The result is I32.
    LaneTest(LaneTest, Shape, Value),
    /// A scalar (I32 for the two narrowest lanes) in every lane.
    Splat(Shape, Value),
    /// Lane number and vector; the result is a scalar.
    ExtractLane(Shape, Extension, u8, Value),
    /// Lane number, vector and scalar.
    ReplaceLane(Shape, u8, Value, Value),
    /// Bytes of two vectors by constant indices below 32.
    Shuffle(VectorConst, Value, Value),
    /// Instructions of the target: operator, its width (V128 or V256), immediate (0 if it has none), operands.
    Target1(TargetOp, Type, u8, Value),
    Target2(TargetOp, Type, u8, Value, Value),
    Target3(TargetOp, Type, u8, Value, Value, Value),

    /// Native address (I64) of `size` bytes at `index + offset` in memory `mem`, whose first byte is at `base`. Pure: an address out
    /// of bounds is a fine value; the access through it traps (bounds=guard by the fault, bounds=compare by the `TrapIf` that
    /// `opt::bounds` puts before the access). `index` is I32, zero-extended (I64 for memory64).
    HeapAddr {
        mem: u8,
        size: u8,
        base: Value,
        index: Value,
        offset: u32,
    },
    /// How, may it trap, what it reads, address (I64) and displacement in bytes.
    Load {
        op: MemOp,
        proven: bool,
        region: Region,
        addr: Value,
        disp: i32,
    },
    Store {
        op: MemOp,
        proven: bool,
        region: Region,
        addr: Value,
        disp: i32,
        value: Value,
    },
    // Atomic accesses to shared memory, sequentially consistent: nothing moves across one. Those to unshared memory are loads and stores
    // (`translate/atomics.rs`). The address (I64) is a multiple of the width: a `TrapIf` stands before. Loads are of the unsigned forms, and results are
    // zero-extended.
    AtomicLoad {
        op: MemOp,
        proven: bool,
        addr: Value,
    },
    AtomicStore {
        op: MemOp,
        proven: bool,
        addr: Value,
        value: Value,
    },
    /// Read-modify-write; the result is the old value.
    Rmw {
        op: RmwOp,
        how: MemOp,
        proven: bool,
        addr: Value,
        value: Value,
    },
    /// Compare-exchange; the result is the old value. Only the width of `how` counts of `expected`.
    CmpXchg {
        how: MemOp,
        proven: bool,
        addr: Value,
        expected: Value,
        replacement: Value,
    },
    /// Orders like an atomic access, and touches nothing.
    Fence,
    /// Traps if the I32 is not zero.
    TrapIf(Trap, Value),
    /// Results, if any, are the `Result` ops that follow it.
    Call(CallSite),

    // Terminators: the last op of every block and nowhere else.
    Jump(Edge),
    /// Condition (I32), edge if nonzero, edge if zero.
    Branch(Value, Edge, Edge),
    /// Index (I32, unsigned) into the table; the default beyond it.
    Switch(Value, Switch),
    /// The values are in the list pool.
    Return(ValueList),
    Unreachable(Trap),
}

const _: () = assert!(std::mem::size_of::<Op>() == 16);

impl Op {
    /// The type of the value it computes, if it computes one.
    pub fn result_type(&self) -> Option<Type> {
        Some(match *self {
            Op::Param(t, ..) | Op::Result(t, ..) | Op::Const(t, _) | Op::Unary(_, t, _) => t,
            Op::Binary(_, t, ..) | Op::Select(t, ..) => t,
            Op::Compare(..) => Type::I32,
            Op::Convert(c, _) => c.types().1,
            Op::HeapAddr { .. } => Type::I64,
            Op::VConst(t, _) => t,
            Op::LaneUnary(..) | Op::LaneBinary(..) | Op::LaneTernary(..) | Op::LaneShift(..) => Type::V128,
            Op::Splat(..) | Op::ReplaceLane(..) | Op::Shuffle(..) => Type::V128,
            Op::LaneTest(..) => Type::I32,
            Op::ExtractLane(shape, ..) => shape.scalar(),
            Op::Target1(op, t, ..) | Op::Target2(op, t, ..) | Op::Target3(op, t, ..) => op.result(t),
            Op::Load { op, .. } => op.value_type(),
            Op::AtomicLoad { op, .. } => op.value_type(),
            Op::Rmw { how, .. } | Op::CmpXchg { how, .. } => how.value_type(),
            Op::Store { .. } | Op::AtomicStore { .. } | Op::Fence | Op::TrapIf(..) | Op::Call(_) => return None,
            Op::Jump(_) | Op::Branch(..) | Op::Switch(..) | Op::Return(_) | Op::Unreachable(_) => return None,
        })
    }
    pub fn is_terminator(&self) -> bool {
        matches!(self, Op::Jump(_) | Op::Branch(..) | Op::Switch(..) | Op::Return(_) | Op::Unreachable(_))
    }
}

/// What memory an access touches: a node of a tree, packed into a byte. Two accesses may touch the same bytes only if their
/// regions overlap, that is if one contains the other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(u8);

impl Region {
    /// Anything; the root.
    pub const WORLD: Region = Region(0);
    /// Fields of the instance record and of what it points to that never change after instantiation.
    pub const CONSTANT: Region = Region(1);
    /// Everything else the runtime keeps for the instance: lengths and limits.
    pub const RUNTIME: Region = Region(2);
    pub const ANY_MEMORY: Region = Region(3);
    pub const ANY_TABLE: Region = Region(4);
    pub const ANY_GLOBAL: Region = Region(5);
    /// The interruption counter and page. Other threads write them, so a read counts as a write: no two polls become one.
    pub const EPOCH: Region = Region(6);
    /// The lengths of shared memories: others may change them whenever they may change memory, that is, for who reads in between, at atomic ops.
    pub const SHARED_LENGTH: Region = Region(7);
    const MEMORY0: u8 = 8;
    const TABLE0: u8 = 40;
    const GLOBAL0: u8 = 72;
    /// Bytes of memory `k`; memories from 32 on share one region. Two imported memories may be the same one: the translator gives
    /// imported memories `ANY_MEMORY` when there is more than one.
    pub const fn memory(k: u32) -> Region {
        if k < 32 { Region(Self::MEMORY0 + k as u8) } else { Self::ANY_MEMORY }
    }
    /// Entries of table `k`, with the same care for imports.
    pub const fn table(k: u32) -> Region {
        if k < 32 { Region(Self::TABLE0 + k as u8) } else { Self::ANY_TABLE }
    }
    /// Global `k` defined in this module; imported mutable globals are `ANY_GLOBAL`.
    pub const fn global(k: u32) -> Region {
        if k < 184 { Region(Self::GLOBAL0 + k as u8) } else { Self::ANY_GLOBAL }
    }
    /// The region one step nearer to the root.
    pub const fn parent(self) -> Region {
        match self.0 {
            0..=6 => Region::WORLD,
            n if n < Self::TABLE0 => Region::ANY_MEMORY,
            n if n < Self::GLOBAL0 => Region::ANY_TABLE,
            _ => Region::ANY_GLOBAL,
        }
    }
    pub const fn contains(self, other: Region) -> bool {
        self.0 == other.0 || self.0 == 0 || (other.0 > 6 && other.parent().0 == self.0)
    }
    /// May an access to one touch bytes of the other? Nothing writes `CONSTANT` after instantiation.
    pub const fn overlaps(self, other: Region) -> bool {
        self.contains(other) || other.contains(self)
    }
    /// Number of the memory, table or global of a leaf region, with the word that names it.
    fn leaf(self) -> (&'static str, Option<u8>) {
        match self.0 {
            0 => ("world", None),
            1 => ("constant", None),
            2 => ("runtime", None),
            3 => ("memory", None),
            4 => ("table", None),
            5 => ("global", None),
            6 => ("epoch", None),
            7 => ("shared_length", None),
            n if n < Self::TABLE0 => ("memory", Some(n - Self::MEMORY0)),
            n if n < Self::GLOBAL0 => ("table", Some(n - Self::TABLE0)),
            n => ("global", Some(n - Self::GLOBAL0)),
        }
    }
    /// The inverse of `Display`.
    pub fn parse(text: &str) -> Option<Region> {
        let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
        let word = &text[..text.len() - digits.len()];
        let number = if digits.is_empty() { None } else { Some(digits.parse::<u32>().ok()?) };
        Some(match (word, number) {
            ("world", None) => Region::WORLD,
            ("constant", None) => Region::CONSTANT,
            ("runtime", None) => Region::RUNTIME,
            ("memory", None) => Region::ANY_MEMORY,
            ("table", None) => Region::ANY_TABLE,
            ("global", None) => Region::ANY_GLOBAL,
            ("epoch", None) => Region::EPOCH,
            ("shared_length", None) => Region::SHARED_LENGTH,
            ("memory", Some(k)) => Region::memory(k),
            ("table", Some(k)) => Region::table(k),
            ("global", Some(k)) => Region::global(k),
            _ => return None,
        })
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.leaf() {
            (word, None) => f.write_str(word),
            (word, Some(k)) => write!(f, "{word}{k}"),
        }
    }
}
impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

named_enum! {
    /// Functions of the runtime that compiled code calls, in the order of the table the instance record points to. Argument 0 is the
    /// context. Those that can fail return I32 1 and the code that follows traps (`Builtin::trap`), so no Rust frame is ever unwound.
    pub enum Builtin {
        /// (ctx, memory i32, delta pages i64) -> previous pages or -1, i64
        MemoryGrow = "memory_grow",
        /// (ctx, dst memory i32, src memory i32, dst i64, src i64, len i64) -> failed i32
        MemoryCopy = "memory_copy",
        /// (ctx, memory i32, dst i64, byte i32, len i64) -> failed i32
        MemoryFill = "memory_fill",
        /// (ctx, memory i32, segment i32, dst i64, src i32, len i32) -> failed i32
        MemoryInit = "memory_init",
        /// (ctx, segment i32)
        DataDrop = "data_drop",
        /// (ctx, table i32, delta i64, init funcref-or-handle i64) -> previous length or -1, i64
        TableGrow = "table_grow",
        /// (ctx, table i32, dst i64, value i64, len i64) -> failed i32
        TableFill = "table_fill",
        /// (ctx, dst table i32, src table i32, dst i64, src i64, len i64) -> failed i32
        TableCopy = "table_copy",
        /// (ctx, table i32, segment i32, dst i64, src i32, len i32) -> failed i32
        TableInit = "table_init",
        /// (ctx, segment i32)
        ElemDrop = "elem_drop",
        /// (ctx): the interruption counter passed its deadline -> stop i32
        Interrupt = "interrupt",
        /// (ctx, shared memory i32, address i64, a multiple of 4, expected i32, timeout in ns i64, for ever if negative) -> `waited` i32
        MemoryWait32 = "memory_wait32",
        /// The same of 8 bytes, whose expected value is i64.
        MemoryWait64 = "memory_wait64",
        /// (ctx, shared memory i32, address i64, a multiple of 4, most of them u32) -> how many were woken, or `waited::OUT_OF_BOUNDS`, i32
        MemoryNotify = "memory_notify",
    }
}

impl Builtin {
    /// (parameters, results)
    pub const fn signature(self) -> (&'static [Type], &'static [Type]) {
        use Type::{I32, I64};
        match self {
            Builtin::MemoryGrow => (&[I64, I32, I64], &[I64]),
            Builtin::MemoryCopy | Builtin::TableCopy => (&[I64, I32, I32, I64, I64, I64], &[I32]),
            Builtin::MemoryFill => (&[I64, I32, I64, I32, I64], &[I32]),
            Builtin::MemoryInit | Builtin::TableInit => (&[I64, I32, I32, I64, I32, I32], &[I32]),
            Builtin::DataDrop | Builtin::ElemDrop => (&[I64, I32], &[]),
            Builtin::TableGrow => (&[I64, I32, I64, I64], &[I64]),
            Builtin::TableFill => (&[I64, I32, I64, I64, I64], &[I32]),
            Builtin::Interrupt => (&[I64], &[I32]),
            Builtin::MemoryWait32 => (&[I64, I32, I64, I32, I64], &[I32]),
            Builtin::MemoryWait64 => (&[I64, I32, I64, I64, I64], &[I32]),
            Builtin::MemoryNotify => (&[I64, I32, I64, I32], &[I32]),
        }
    }
    /// The trap that its failure means; waiting and notifying have codes for theirs, `waited`.
    pub const fn trap(self) -> Option<Trap> {
        match self {
            Builtin::MemoryCopy | Builtin::MemoryFill | Builtin::MemoryInit => Some(Trap::MemoryOutOfBounds),
            Builtin::TableFill | Builtin::TableCopy | Builtin::TableInit => Some(Trap::TableOutOfBounds),
            Builtin::Interrupt => Some(Trap::Interrupted),
            Builtin::MemoryGrow | Builtin::TableGrow | Builtin::DataDrop | Builtin::ElemDrop => None,
            Builtin::MemoryWait32 | Builtin::MemoryWait64 | Builtin::MemoryNotify => None,
        }
    }
}

/// What waiting ends with: what wasm sees, or a trap that the code behind the call makes of it. Fewer than 2^31 threads wait.
pub mod waited {
    pub const WOKEN: i32 = 0;
    pub const NOT_EQUAL: i32 = 1;
    pub const TIMED_OUT: i32 = 2;
    /// Also of `memory_notify`.
    pub const OUT_OF_BOUNDS: i32 = -1;
    pub const INTERRUPTED: i32 = -2;
}
