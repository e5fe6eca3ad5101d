//! All that an allocator may see of a function: steps with operands, blocks, edges. No opcodes.
//!
//! A *step* is one machine instruction (or a group that is emitted as one). It has two points: early, where its inputs are read, and late,
//! where its outputs are written. `Use` reads early, so an output may take its register; `UseLate` reads until late; `Def` writes late;
//! `DefEarly` writes early, so it shares a register with no input. Clobbered registers hold garbage from early on after the early
//! uses are read: a `Use` may sit in one, a `UseLate` or a value that lives across may not, a `Def` may (it is written after).
//!
//! Values live in virtual registers in SSA form: one definition, by an operand or as a block parameter. Block parameters are filled
//! by the arguments of the edges, in parallel.
//!
//! Promises (checked by `mach/verify`): no edge is critical; only an edge that is its block's sole way out carries arguments; the entry
//! block (0) has neither parameters nor predecessors; blocks stand in reverse post-order with loops contiguous; terminator steps define
//! nothing and are last.
use cranelift_entity::{PrimaryMap, entity_impl};
use std::fmt;
use std::ops::Range;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VReg(u32);
entity_impl!(VReg, "%");
/// A block of the flow, numbered in layout order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block(u32);
entity_impl!(Block, "B");
/// A spill slot of the frame.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u32);
entity_impl!(Slot, "slot");

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// General registers.
    Int,
    /// Floating point and vector registers.
    Vec,
}

impl Class {
    pub const ALL: [Class; 2] = [Class::Int, Class::Vec];
}

/// A machine register: general ones are 0..16, vector ones 16..32.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PReg(u8);

impl PReg {
    pub const COUNT: usize = 32;
    pub const fn new(class: Class, number: u8) -> PReg {
        assert!(number < 16);
        PReg(class as u8 * 16 + number)
    }
    /// From `index()`.
    pub const fn from_index(index: usize) -> PReg {
        assert!(index < Self::COUNT);
        PReg(index as u8)
    }
    pub const fn class(self) -> Class {
        if self.0 < 16 { Class::Int } else { Class::Vec }
    }
    /// The number in its class, 0..16, as the target encodes it.
    pub const fn number(self) -> u8 {
        self.0 & 15
    }
    /// 0..32 over both classes.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Debug for PReg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.class() == Class::Int { "r" } else { "x" }, self.number())
    }
}

/// A set of machine registers.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct RegSet(pub u32);

impl RegSet {
    pub const EMPTY: RegSet = RegSet(0);
    pub const fn of(regs: &[PReg]) -> RegSet {
        let mut bits = 0;
        let mut i = 0;
        while i < regs.len() {
            bits |= 1 << regs[i].0;
            i += 1;
        }
        RegSet(bits)
    }
    pub const fn has(self, r: PReg) -> bool {
        self.0 >> r.0 & 1 != 0
    }
    pub const fn with(self, r: PReg) -> RegSet {
        RegSet(self.0 | 1 << r.0)
    }
    pub const fn without(self, r: PReg) -> RegSet {
        RegSet(self.0 & !(1 << r.0))
    }
    pub const fn union(self, other: RegSet) -> RegSet {
        RegSet(self.0 | other.0)
    }
    pub const fn minus(self, other: RegSet) -> RegSet {
        RegSet(self.0 & !other.0)
    }
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }
    pub fn iter(self) -> impl Iterator<Item = PReg> {
        let mut bits = self.0;
        std::iter::from_fn(move || {
            let n = bits.trailing_zeros();
            if n == 32 {
                return None;
            }
            bits &= bits - 1;
            Some(PReg(n as u8))
        })
    }
}

impl fmt::Debug for RegSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Role {
    Use,
    UseLate,
    Def,
    DefEarly,
}

impl Role {
    pub const fn is_def(self) -> bool {
        matches!(self, Role::Def | Role::DefEarly)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Want {
    /// Any register of the value's class.
    Reg,
    /// A register or, when the value is spilled, its slot (a memory operand). Uses only.
    RegOrSlot,
    Fixed(PReg),
    /// Defs only: the register of the `Use` that is operand `n` of the same step (a two-address instruction).
    SameAs(u8),
    /// Defs of the first step only: the slot in which the caller left the value (see `Flow::incoming`).
    Incoming,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Operand {
    pub reg: VReg,
    pub role: Role,
    pub want: Want,
}

const _: () = assert!(std::mem::size_of::<Operand>() == 8);

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum StepKind {
    Plain,
    /// A call or allocation, where the collector may run: values that are references and live across it must be in slots, and are reported.
    Safepoint,
}

#[derive(Clone, Debug)]
pub struct Step {
    /// Range of `Flow::operands`.
    pub operands: Range<u32>,
    pub clobbers: RegSet,
    pub kind: StepKind,
}

#[derive(Clone, Debug)]
pub struct EdgeFlow {
    pub from: Block,
    pub to: Block,
    /// Range of `Flow::edge_args`: one per parameter of `to`.
    pub args: Range<u32>,
}

#[derive(Clone, Debug, Default)]
pub struct BlockFlow {
    /// Range of `Flow::steps`; the last one is the terminator. Blocks follow one another without gaps.
    pub steps: Range<u32>,
    /// Range of `Flow::block_params`.
    pub params: Range<u32>,
    /// Range of `Flow::succs`.
    pub succs: Range<u32>,
    /// Range of `Flow::preds`.
    pub preds: Range<u32>,
    pub loop_depth: u16,
    /// Rarely runs: spill here rather than elsewhere.
    pub cold: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VRegData {
    pub class: Class,
    /// Bytes that must survive a spill: 4, 8, 16 or 32. A slot has at least 8.
    pub bytes: u8,
    /// Its defining step has no inputs and may be repeated anywhere instead of a reload (constants).
    pub remat: bool,
    /// A reference that the collector may free (see `StepKind::Safepoint`).
    pub is_ref: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Flow {
    pub vregs: PrimaryMap<VReg, VRegData>,
    pub blocks: PrimaryMap<Block, BlockFlow>,
    pub steps: Vec<Step>,
    pub operands: Vec<Operand>,
    pub block_params: Vec<VReg>,
    pub edges: Vec<EdgeFlow>,
    pub edge_args: Vec<VReg>,
    /// Values that are born in memory, where the caller left them: the first slots of an `Allocation` are theirs, in this order. The first step
    /// defines them, in the same order. References are not among them.
    pub incoming: Vec<VReg>,
    /// Indices into `edges`.
    pub succs: Vec<u32>,
    pub preds: Vec<u32>,
}

impl Flow {
    /// The slots of `incoming`, which every allocation starts with.
    pub fn incoming_slots(&self) -> PrimaryMap<Slot, u8> {
        self.incoming.iter().map(|&v| self.vregs[v].bytes.max(8)).collect()
    }
    pub fn operands(&self, step: u32) -> &[Operand] {
        let r = &self.steps[step as usize].operands;
        &self.operands[r.start as usize..r.end as usize]
    }
    pub fn params(&self, b: Block) -> &[VReg] {
        let r = &self.blocks[b].params;
        &self.block_params[r.start as usize..r.end as usize]
    }
    pub fn args(&self, edge: u32) -> &[VReg] {
        let r = &self.edges[edge as usize].args;
        &self.edge_args[r.start as usize..r.end as usize]
    }
    /// Outgoing edges, as indices into `edges`.
    pub fn succs(&self, b: Block) -> &[u32] {
        let r = &self.blocks[b].succs;
        &self.succs[r.start as usize..r.end as usize]
    }
    /// Incoming edges, as indices into `edges`.
    pub fn preds(&self, b: Block) -> &[u32] {
        let r = &self.blocks[b].preds;
        &self.preds[r.start as usize..r.end as usize]
    }
}

/// The registers of a target and convention, as far as an allocator cares.
#[derive(Clone, Debug)]
pub struct RegFile {
    /// Registers an allocator may give out, per class, best first (those a function need not save come first).
    pub order: [Vec<PReg>; 2],
    /// Those that a function must leave as it found them; using one costs a save and a restore per activation.
    pub callee_saved: RegSet,
    /// One register per class outside `order`, free at every point between steps: for moves from slot to slot and cycles.
    pub scratch: [PReg; 2],
}

/// Where a value is at a point.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Loc {
    Reg(PReg),
    Slot(Slot),
}

impl fmt::Debug for Loc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Loc::Reg(r) => write!(f, "{r:?}"),
            Loc::Slot(s) => write!(f, "{s}"),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edit {
    /// Copies `bytes` (4, 8, 16 or 32; at least 8 are copied). Never from slot to slot.
    Move { from: Loc, to: Loc, bytes: u8 },
    /// Repeats the defining step of a `remat` value into a register.
    Remat { value: VReg, to: PReg },
}

/// An allocator's answer.
#[derive(Clone, Debug, Default)]
pub struct Allocation {
    /// Where each operand of `Flow::operands` is.
    pub locs: Vec<Loc>,
    /// (step, edit): done right before that step, in the order of this list, which is sorted by step. What an edge needs is done before the
    /// terminator of its source if that has one way out, else before the first step of its target. Parallel moves are already
    /// put in sequence (`mach/moves.rs`).
    pub edits: Vec<(u32, Edit)>,
    /// Size in bytes (8, 16 or 32) of each slot. The first are those of `Flow::incoming`.
    pub slots: PrimaryMap<Slot, u8>,
    /// Callee-saved registers that the function writes.
    pub saved: RegSet,
    /// For each safepoint step at which references live: the slots that hold them.
    pub safepoints: Vec<(u32, Vec<Slot>)>,
    /// How many values were spilled, reloaded, and moved, for statistics.
    pub spilled_values: u32,
}
