//! A function as target operations over virtual registers: what lowering makes and emission reads.
//! `flow` is all an allocator sees; `ops[i]` is what step `i` does: opcode and immediates, never a register.
use super::flow::{Allocation, Flow, RegFile};
use super::lower::Lower;
use super::tables::{Detail, Emitted};
use samite_ir::ssa::Value;
use samite_ir::value::{Trap, Wide};

/// A machine: about eight functions, called from above, calling nothing back up.
pub trait Target: Sized {
    /// What a step does.
    type Op: Clone + std::fmt::Debug;
    /// The registers an allocator may use.
    fn registers() -> &'static RegFile;
    /// Emits the steps of one op of the function (`Lower` says which values are wanted, and how often they are used).
    fn lower(context: &mut Lower<'_, Self>, v: Value);
    /// Emits the steps that define the function's parameters.
    fn lower_entry(context: &mut Lower<'_, Self>);
    /// The jump that ends a block made to split an edge.
    fn jump() -> Self::Op;
    /// Is the step a jump that does nothing else?
    fn is_jump(op: &Self::Op) -> bool;
    /// Machine code of the whole function, and the tables beside it.
    fn emit(code: &Code<Self>, allocation: &Allocation, detail: Detail) -> Emitted;
    /// The op in text, for people and golden tests.
    fn show(op: &Self::Op) -> String {
        format!("{op:?}")
    }
}

#[derive(Clone, Debug)]
pub struct Code<T: Target> {
    pub flow: Flow,
    /// One per step.
    pub ops: Vec<T::Op>,
    /// Byte offset in the module of the wasm operator each step comes from.
    pub offsets: Vec<u32>,
    /// The trap that a fault in the step means.
    pub traps: Vec<Option<Trap>>,
    /// Jump tables: for each, the outgoing edges of its block by table entry (indices into the block's `succs`), default last.
    pub jump_tables: Vec<Vec<u32>>,
    /// Constants of 4, 8, 16 or 32 bytes that the code reads from memory.
    pub pool: Vec<PoolConst>,
    /// Calls leave through this function, so it needs a frame and a stack check.
    pub has_calls: bool,
    /// Bytes of arguments that the caller pushed, popped on return.
    pub incoming: u32,
    /// Where in them the values of `Flow::incoming` are, in bytes.
    pub incoming_at: Vec<u32>,
    /// Bytes of the area for the results of calls that return more than registers hold.
    pub result_area: u32,
}

/// A constant in the pool: `bytes` low bytes of `bits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PoolConst {
    pub bytes: u8,
    pub bits: Wide,
}
