//! Finding wasm frames by the chain of frame pointers.
//!
//! ```text
//! newest wasm frame .. entry stub's frame (Rust) host stub's frame .. wasm frames .. entry stub's frame ...
//! ```
//! Within an activation each frame holds its caller's frame pointer and return address; the chain ends where a return address is not in
//! a wasm function, which is in the entry stub. From there the stub's frame, at `ENTRY_SP`, tells where the wasm code further out left
//! (`codegen/x64/stubs.rs`). Rust frames in between are never looked at.
use super::backtrace::FrameInfo;
use crate::code::Registry;
use crate::engine::Engine;
use crate::vm::StoreAccess;
use crate::vm::records::{StoreRecord, TRACE_FRAMES};
use std::ptr;

/// Frame of an entry stub from `ENTRY_SP` on: offsets of what it saved of the activation further out.
const SAVED_EXIT_PC: usize = 8;
const SAVED_EXIT_FP: usize = 16;
const SAVED_ENTRY_SP: usize = 24;

/// # Safety
/// `address` is that of a word in a frame of compiled code or of a stub of this thread, which is still there.
unsafe fn read(address: usize) -> usize {
    // SAFETY: as the caller says.
    unsafe { ptr::with_exposed_provenance::<usize>(address).read() }
}

/// The return addresses from a frame outwards, up to the entry stub: `pc` first if it is in a wasm function. Reads memory only: safe in a
/// signal handler as long as `push` is.
///
/// # Safety
/// `frame` is the frame pointer that belongs to `pc`, which is in code of `registry`, and its activation is not over.
pub unsafe fn walk(registry: &Registry, mut pc: usize, mut frame: usize, mut push: impl FnMut(usize) -> Walk) {
    while registry.find(pc).is_some_and(|found| found.frame.is_some()) {
        if push(pc) == Walk::Stop {
            return;
        }
        // SAFETY: code in a wasm function that has called has a frame.
        unsafe {
            pc = read(frame + 8);
            frame = read(frame);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    On,
    Stop,
}

/// The frames that the signal handler noted.
pub fn recorded(store: &StoreAccess<'_>) -> Vec<FrameInfo> {
    let trap = &store.record().trap;
    let frames = trap.trace[..trap.trace_len.get()].iter().enumerate();
    frames.filter_map(|(k, pc)| locate(store, pc.get(), if k == 0 { At::Fault } else { At::Return })).collect()
}

/// The frames of wasm code that waits for the host, in this activation of the store if it has left wasm, and in all further out.
pub fn suspended(store: &StoreAccess<'_>) -> Vec<FrameInfo> {
    let mut addresses = Vec::new();
    let record: &StoreRecord = store.record();
    let Some(machine) = store.opaque().engine().machine() else { return Vec::new() };
    let (mut entry, mut pc, mut frame) = (record.entry_sp.get(), record.exit_pc.get(), record.exit_fp.get());
    while entry != 0 && addresses.len() < TRACE_FRAMES {
        // SAFETY: the record, and the entry frames of activations that are not over, hold what stubs noted of frames that wait.
        unsafe {
            walk(machine.registry(), pc, frame, |pc| {
                addresses.push(pc);
                if addresses.len() < TRACE_FRAMES { Walk::On } else { Walk::Stop }
            });
            (pc, frame) = (read(entry + SAVED_EXIT_PC), read(entry + SAVED_EXIT_FP));
            entry = read(entry + SAVED_ENTRY_SP);
        }
    }
    addresses.into_iter().filter_map(|pc| locate(store, pc, At::Return)).collect()
}

/// What a program counter stands at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// The instruction that faulted.
    Fault,
    /// The instruction after a call.
    Return,
}

fn locate(store: &StoreAccess<'_>, pc: usize, at: At) -> Option<FrameInfo> {
    let pc = match at {
        At::Fault => pc,
        At::Return => pc - 1,
    };
    frame_at(store.opaque().engine(), pc)
}

/// The wasm function and operator of a program counter.
pub fn frame_at(engine: &Engine, pc: usize) -> Option<FrameInfo> {
    let module = engine.module_at(pc)?;
    let (defined, offset) = module.code()?.locate(pc)?;
    let function = module.info().imported_functions + defined;
    Some(FrameInfo::new(module, function, offset))
}
