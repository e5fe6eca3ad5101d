//! Registers by name, the register file, and their iced names at each width.
//!
//! Caller-saved: rax rcx rdx rsi rdi r8 r9 r10 and all vector registers. Callee-saved: rbx r12-r15. rbp is the frame pointer;
//! r11 and xmm15 belong to nobody: moves and multi-instruction steps use them, never across steps.
use crate::mach::flow::{Class, PReg, RegFile, RegSet};
use iced_x86::Register;
use std::sync::LazyLock;

const fn int(n: u8) -> PReg {
    PReg::new(Class::Int, n)
}
pub const RAX: PReg = int(0);
pub const RCX: PReg = int(1);
pub const RDX: PReg = int(2);
pub const RBX: PReg = int(3);
pub const RSI: PReg = int(6);
pub const RDI: PReg = int(7);
pub const R8: PReg = int(8);
pub const R9: PReg = int(9);
pub const R10: PReg = int(10);
pub const R11: PReg = int(11);
pub const R12: PReg = int(12);
pub const R13: PReg = int(13);
pub const R14: PReg = int(14);
pub const R15: PReg = int(15);
pub const fn xmm(n: u8) -> PReg {
    PReg::new(Class::Vec, n)
}

/// Registers a function leaves as it found them.
pub const CALLEE_SAVED: RegSet = RegSet::of(&[RBX, R12, R13, R14, R15]);
/// What a call overwrites.
pub const CALLER_SAVED: RegSet = RegSet(RegSet::of(&[RAX, RCX, RDX, RSI, RDI, R8, R9, R10]).0 | 0xffff_0000 & !(1 << 31));

/// What allocators see.
pub fn file() -> &'static RegFile {
    static FILE: LazyLock<RegFile> = LazyLock::new(|| RegFile {
        order: [vec![RAX, RCX, RDX, RSI, RDI, R8, R9, R10, RBX, R12, R13, R14, R15], (0..15).map(xmm).collect()],
        callee_saved: CALLEE_SAVED,
        scratch: [R11, xmm(15)],
    });
    &FILE
}

/// Width of a register operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Width {
    B8,
    B16,
    B32,
    B64,
    Xmm,
    Ymm,
}

/// The iced register for a machine register at a width.
pub fn iced(r: PReg, width: Width) -> Register {
    let n = u32::from(r.number());
    match width {
        Width::B8 if n < 4 => Register::AL + n,
        Width::B8 => Register::SPL + (n - 4),
        Width::B16 => Register::AX + n,
        Width::B32 => Register::EAX + n,
        Width::B64 => Register::RAX + n,
        Width::Xmm => Register::XMM0 + n,
        Width::Ymm => Register::YMM0 + n,
    }
}
