//! `samite-codegen`: from SSA to machine code.
//!
//! ```text
//! mach/      target-independent back half: flow (all an allocator may see), code, target, lower, frame, layout, asm
//! regalloc/  allocators behind one function, and the checker that judges them
//! x64/       what is particular to x86-64
//! driver/    compile(): the pipeline in one readable function; strategy; image; artifact (ELF file); listing (for people); trace (every
//!            station of one function, for the explorer)
//! ```
//! To add an allocator: 1. a file in `regalloc/` with `run(&Flow, &RegFile, &mut Context) -> Allocation`; 2. a variant of
//! `regalloc::How`, with its name and its place in `ALL`; 3. its arm in `regalloc::run`; 4. a golden file in `filetests/regalloc`.
//! The checker, `regalloc/fuzz.rs` and all that runs `Strategy::all` take it from there.
//!
//! To lower an operator: 1. its arm in `x64/lower.rs`, or in the file for calls, floats or tests; 2. if no `x64::op::Op` does what
//! it takes, a variant there, its bytes in `encode.rs`, its text in `disasm.rs`; 3. if it traps, its trap in the step
//! (`Lower::emit`), and if loads may not cross it, a line in `mach/lower.rs`, `is_barrier`; 4. golden files in `filetests/lower`
//! and, to be run, `filetests/run`. `tests/roles.rs` and `tests/decode.rs` look at every step. A vector operator has its sequence in
//! `x64/lanes`, an instruction for one its row in `x64/target_table.rs`.
//!
//! To add a field to `Strategy`: 1. an enum with `ALL` and `name` in the crate that reads it; 2. the field, in `all`, `values` and
//! `set` of `driver/strategy.rs`; 3. what `compile_function` hands to the station that reads it; 4. a filetest for each value
//! (`tidy` asks for them).
//!
//! To add a target: 1. a folder beside `x64` with the same files; 2. `mach::code::Target` for it; 3. its arm where `driver` and
//! `tests` say `X64`; 4. its architecture, `Cpu::features` and `MEMORY_REACH` in `driver/artifact.rs`; 5. `fuzz.rs` with its
//! registers; 6. the runtime's entries, its `stubs.rs`.
#![forbid(unsafe_code)]

pub mod driver;
pub mod mach;
pub mod regalloc;
pub mod x64;
