//! `samite-codegen`: from SSA to machine code.
//!
//! ```text
//! mach/      target-independent back half: flow (all an allocator may see), code, target, lower, frame, layout, asm
//! regalloc/  allocators behind one function, and the checker that judges them
//! x64/       what is particular to x86-64
//! driver/    compile(): the pipeline in one readable function; strategy; image; artifact (ELF file); listing (for people)
//! ```
#![forbid(unsafe_code)]

pub mod driver;
pub mod mach;
pub mod regalloc;
pub mod x64;
