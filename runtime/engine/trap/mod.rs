//! Calls into wasm, and how they end other than well.
//!
//! A call into machine code goes through the entry stub of its signature. It ends early in two ways, both of which make the newest entry
//! stub return 1: a hardware fault in wasm code (every trap is one: wasm's own checks jump to `ud2`), where the signal handler edits the
//! machine context (`signals`); and a host function that fails, where the host stub leaves by itself. What happened is then in the store:
//! `pending`, or else the trap record. No Rust frame is ever jumped over. The page on it is `papers/traps.md`.
//!
//! ```text
//! signals   handlers: is it ours, which trap, where to go on        stack      limits, and what a thread needs
//! unwind    wasm frames by the chain of frame pointers              backtrace  what people see
//! sample    where a thread spends its time
//! ```
pub mod backtrace;
pub mod sample;
pub mod signals;
pub mod stack;
pub mod unwind;

use crate::code::EntryStub;
use crate::instance::InstanceData;
use crate::store::Pending;
use crate::vm::{FuncRecord, Slot, StoreAccess, StoreRecord, Stored};
use samite_ir::value::Trap;

pub use backtrace::{FrameInfo, WasmBacktrace};
pub use sample::{SampledAt, Sampler, Samples};

/// Calls a function. `slots` has room for its parameters and for its results; `entry` is `Func::entry`.
#[inline]
pub fn call(mut store: StoreAccess<'_>, func: Stored<FuncRecord>, entry: Option<EntryStub>, slots: &mut [Slot]) -> anyhow::Result<()> {
    match entry {
        None => crate::reference::call(&mut store, func, slots),
        Some(entry) => {
            let record = func.get(store.opaque());
            let (code, context) = (record.code, record.context);
            // SAFETY: `entry` is the stub of the record's signature (`Func::entry`), which the slots were made for.
            unsafe { enter(store, entry, code, context, slots) }
        }
    }
}

/// Calls a function without parameters and results that an instance defines: its start function, which may have no record.
pub fn call_defined(mut store: StoreAccess<'_>, instance: Stored<InstanceData>, defined: u32) -> anyhow::Result<()> {
    let engine = store.opaque().engine();
    let Some(entry) = engine.entry_stub(engine.signature(&samite_ir::translate::module::FuncType::default()))? else {
        return crate::reference::call_defined(&mut store, instance, defined, &mut []);
    };
    let data = instance.get(store.opaque());
    let (code, context) = (data.module.code_of(defined), data.context.address().cast());
    // SAFETY: start functions have no parameters and no results (validation).
    unsafe { enter(store, entry, code, context, &mut []) }
}

/// # Safety
/// `code` is compiled code of the signature of `entry`, `context` the context it belongs to, of this store, and `slots` are enough.
#[inline]
unsafe fn enter(mut store: StoreAccess<'_>, entry: EntryStub, code: *const u8, context: *mut u8, slots: &mut [Slot]) -> anyhow::Result<()> {
    let record: *const StoreRecord = store.record_ptr().as_ptr();
    let status = stack::THREAD.with(|thread| {
        // SAFETY: the record lives as long as the store, which is borrowed; its fields are `Cell`s.
        let limits = unsafe { &*record };
        let outer = thread.enter(limits);
        // SAFETY: as the caller says; and no reference into the store is live while machine code runs, since `StoreAccess` holds none.
        let status = unsafe { (entry.function())(code, context, slots.as_mut_ptr(), record) };
        thread.leave(limits, outer);
        status
    });
    if status == 0 { Ok(()) } else { Err(failure(&mut store)) }
}

/// Why the call that just ended failed. A panic of a host function goes on from here.
#[cold]
#[inline(never)]
fn failure(store: &mut StoreAccess<'_>) -> anyhow::Error {
    let trap = store.record().trap.code.take();
    if store.opaque().pending.is_some() {
        return store.opaque_mut().take_pending();
    }
    let trap = trap.checked_sub(1).and_then(Trap::from_code).expect("a call failed without a reason");
    let mut frames = unwind::recorded(store);
    // A fault that no guard explains would be a hole: stop here, before anybody takes it for a trap.
    if let (Trap::MemoryOutOfBounds, Some(address)) = (trap, store.record().trap.fault_address.get()) {
        let mut memories = store.opaque().all_memories();
        let explained = memories.any(|memory| memory.get(store.opaque()).contains(address));
        assert!(explained, "wasm code accessed address {address:#x}, which is in none of its memories: {:?}", frames.first());
    }
    frames.extend(unwind::suspended(store));
    WasmBacktrace::attach(anyhow::Error::new(trap), frames)
}

/// Keeps why a host function failed, with where wasm was, for the caller of the wasm code that called it.
pub fn host_failed(store: &mut StoreAccess<'_>, pending: Pending) {
    let compiled = store.opaque().engine().machine().is_some();
    store.opaque_mut().pending = Some(match pending {
        // In reference mode the interpreter knows the frames.
        Pending::Error(error) if compiled && error.downcast_ref::<WasmBacktrace>().is_none() => {
            let frames = unwind::suspended(store);
            Pending::Error(if frames.is_empty() { error } else { WasmBacktrace::attach(error, frames) })
        }
        other => other,
    });
}
