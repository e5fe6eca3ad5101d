//! The tables beside a function's code. Positions are byte offsets in the function, later in the image.
use super::code::PoolConst;
use samite_ir::value::Trap;

/// A fault at `pc` is this trap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrapRow {
    pub pc: u32,
    pub trap: Trap,
}

/// Code from `pc` to the next row comes from the wasm operator at this byte offset of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRow {
    pub pc: u32,
    pub offset: u32,
}

/// How closely emission says what code comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// The wasm operator: `Emitted::lines`.
    Operators,
    /// Also the step or edit: `Emitted::sources`.
    Steps,
}

/// Code from `pc` to the next row was emitted for `source`. What stands before the first row sets up the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceRow {
    pub pc: u32,
    pub source: Source,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Step(u32),
    /// Index into `Allocation::edits`.
    Edit(u32),
}

/// At the call that returns to `pc`, live references are in these slots (bytes below the frame pointer).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafepointRow {
    pub pc: u32,
    pub slots: Vec<u32>,
}

/// Place of a 32-bit field to be filled with the distance from its end to the entry of function `target`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallReloc {
    pub at: u32,
    /// Index among the defined functions.
    pub target: u32,
}

/// Place of a 32-bit field to be filled with the distance from `end` to a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConstReloc {
    pub at: u32,
    /// Of the instruction: distances count from there.
    pub end: u32,
    /// Index into `Emitted::constants`.
    pub constant: u32,
}

/// One function's machine code with its tables.
#[derive(Clone, Debug, Default)]
pub struct Emitted {
    /// Position independent but for `relocs` and `const_relocs`; jump tables stand behind the code. It wants 32-byte alignment (loops are aligned in it).
    pub text: Vec<u8>,
    /// Bytes of `text` that are instructions.
    pub code_len: u32,
    /// Sorted by pc, as all tables.
    pub traps: Vec<TrapRow>,
    pub lines: Vec<LineRow>,
    pub safepoints: Vec<SafepointRow>,
    /// Empty unless asked for with `Detail::Steps`.
    pub sources: Vec<SourceRow>,
    pub relocs: Vec<CallReloc>,
    /// What the code reads from memory; linking puts those of all functions together, each once.
    pub constants: Vec<PoolConst>,
    pub const_relocs: Vec<ConstReloc>,
    /// The function keeps no frame: at any pc its return address is at the stack pointer and the frame pointer is its caller's.
    pub frameless: bool,
    /// Instructions that work on at most 64 bits, on 128, on 256.
    pub widths: [u64; 3],
}
