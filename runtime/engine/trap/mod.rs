//! Calls into wasm, and how they end other than well.
pub mod backtrace;
pub mod stack;

use crate::code::EntryStub;
use crate::instance::InstanceData;
use crate::store::Pending;
use crate::vm::{FuncRecord, Slot, StoreAccess, Stored};

pub use backtrace::{FrameInfo, WasmBacktrace};

/// Calls a function. `slots` has room for its parameters and for its results; `entry` is `Func::entry`.
#[inline]
pub fn call(mut store: StoreAccess<'_>, func: Stored<FuncRecord>, entry: Option<EntryStub>, slots: &mut [Slot]) -> anyhow::Result<()> {
    match entry {
        None => crate::reference::call(&mut store, func, slots),
        Some(_) => unreachable!(),
    }
}

/// Calls a function without parameters and results that an instance defines: its start function.
pub fn call_defined(mut store: StoreAccess<'_>, instance: Stored<InstanceData>, defined: u32) -> anyhow::Result<()> {
    crate::reference::call_defined(&mut store, instance, defined, &mut [])
}

/// Keeps why a host function failed, for the caller of the wasm code that called it.
pub fn host_failed(store: &mut StoreAccess<'_>, pending: Pending) {
    store.opaque_mut().pending = Some(pending);
}
