//! What is particular to x86-64 with AVX2, BMI1, BMI2, LZCNT and FMA, and AVX-512 where the strategy says so (`cpu.rs`). Encoding through iced-x86; `iced_x86::Code` is the opcode.
pub mod abi;
pub mod address;
mod atomics;
pub mod cpu;
pub mod disasm;
pub mod encode;
pub mod frame;
pub mod lanes;
pub mod lower;
mod lower_call;
mod lower_float;
mod lower_vector;
pub mod op;
pub mod regs;
pub mod stubs;
pub mod target_table;
mod test;

use crate::mach::code::{Code, Target};
use crate::mach::flow::{Allocation, RegFile};
use crate::mach::lower::Lower;
use crate::mach::tables::{Detail, Emitted};
use samite_ir::ssa::Value;

/// With `bounds=guard`, an access starts at a 32-bit index plus a 32-bit offset from the memory's base and is at most 32 bytes wide.
pub const MEMORY_REACH: u64 = (8 << 30) + 32;

/// The target.
#[derive(Clone, Copy, Debug)]
pub struct X64;

impl Target for X64 {
    type Op = op::Op;
    fn registers() -> &'static RegFile {
        regs::file()
    }
    fn lower(context: &mut Lower<'_, X64>, v: Value) {
        lower::lower(context, v);
    }
    fn lower_entry(context: &mut Lower<'_, X64>) {
        lower::lower_entry(context);
    }
    fn jump() -> op::Op {
        op::Op::Jump
    }
    fn is_jump(op: &op::Op) -> bool {
        matches!(op, op::Op::Jump)
    }
    fn emit(code: &Code<X64>, allocation: &Allocation, detail: Detail) -> Emitted {
        encode::emit(code, allocation, detail)
    }
    fn show(op: &op::Op) -> String {
        disasm::show(op)
    }
}
