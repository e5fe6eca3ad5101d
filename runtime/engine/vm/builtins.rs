//! The functions that compiled code calls for what it does not do itself, in the order of `ssa::Builtin`.
//!
//! Each is `extern "C"` with the context first; results fill 64 bits, since machine code relies on the upper half of an i32. They never
//! unwind: a failure is a result. A resource limiter that panics in one of them ends the process.
//!
//! Filling and copying memory goes by pieces, between which an interruption is noticed. The others do at most what a segment or a table has
//! (`Config::max_table_elements`), and run to their end.
use super::context::instance_of;
use super::records::VmContext;
use super::store::{StoreAccess, Stored};
use crate::instance::InstanceData;
use crate::memory::wait::Waited;
use crate::store::{Pending, StoreOpaque};
use samite_ir::ssa::{Builtin, waited};
use samite_ir::translate::vmctx;
use samite_ir::value::Trap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

/// Address of a builtin.
pub fn address(builtin: Builtin) -> usize {
    // Through pointers, so that no lint mistakes the casts for arithmetic.
    let address = match builtin {
        Builtin::MemoryGrow => memory_grow as *const (),
        Builtin::MemoryCopy => memory_copy as *const (),
        Builtin::MemoryFill => memory_fill as *const (),
        Builtin::MemoryInit => memory_init as *const (),
        Builtin::DataDrop => data_drop as *const (),
        Builtin::TableGrow => table_grow as *const (),
        Builtin::TableFill => table_fill as *const (),
        Builtin::TableCopy => table_copy as *const (),
        Builtin::TableInit => table_init as *const (),
        Builtin::ElemDrop => elem_drop as *const (),
        Builtin::Interrupt => interrupt as *const (),
        Builtin::MemoryWait32 => memory_wait32 as *const (),
        Builtin::MemoryWait64 => memory_wait64 as *const (),
        Builtin::MemoryNotify => memory_notify as *const (),
    };
    address.addr()
}

/// The store and the instance that called.
///
/// # Safety
/// `context` is the record of an instance whose code is running, and waits for this call; its store is borrowed by nobody else.
unsafe fn enter<'a>(context: *mut VmContext) -> (StoreAccess<'a>, Stored<InstanceData>) {
    // SAFETY: `STORE` holds the address of the store's record (`instance::write_context`).
    unsafe {
        let record = context.cast::<u8>().add(vmctx::STORE as usize).cast::<NonNull<super::StoreRecord>>().read();
        let store = StoreAccess::new(record);
        let instance = instance_of(store.opaque().id(), context).expect("code runs in an instance");
        (store, instance)
    }
}

fn failed(outcome: Result<(), Trap>) -> u64 {
    u64::from(outcome.is_err())
}

/// Bytes between two looks at whether to stop: some milliseconds' work.
const PIECE: u64 = 16 << 20;

/// Does `work`, which takes (start, length), on all pieces of `len` bytes, the last one first if `backwards`. An interruption in between is
/// what the call into wasm ends with; what was done by then stays.
fn by_pieces(
    store: &mut StoreAccess<'_>,
    len: u64,
    backwards: bool,
    mut work: impl FnMut(&mut StoreOpaque, u64, u64) -> Result<(), Trap>,
) -> Result<(), Trap> {
    let mut left = len;
    while left > PIECE {
        let start = if backwards { left - PIECE } else { len - left };
        work(store.opaque_mut(), start, PIECE)?;
        left -= PIECE;
        if store.must_stop() {
            crate::trap::host_failed(store, Pending::Error(Trap::Interrupted.into()));
            return Err(Trap::Interrupted);
        }
    }
    work(store.opaque_mut(), if backwards { 0 } else { len - left }, left)
}

unsafe extern "C" fn memory_grow(context: *mut VmContext, memory: u32, delta: u64) -> u64 {
    // SAFETY: called by compiled code with its context.
    let (mut store, instance) = unsafe { enter(context) };
    let memory = instance.get(store.opaque()).memories[memory as usize];
    store.grow_memory(memory, delta).unwrap_or(u64::MAX)
}

unsafe extern "C" fn memory_copy(context: *mut VmContext, dst_memory: u32, src_memory: u32, dst: u64, src: u64, len: u64) -> u64 {
    // SAFETY: called by compiled code with its context.
    let (mut store, instance) = unsafe { enter(context) };
    let data = instance.get(store.opaque());
    let (target, source) = (data.memories[dst_memory as usize], data.memories[src_memory as usize]);
    let inside = source.check_range(store.opaque(), src, len).and_then(|()| target.check_range(store.opaque(), dst, len));
    failed(
        inside.and_then(|()| {
            by_pieces(&mut store, len, dst > src, |store, at, len| target.copy_from(store, source, dst + at, src + at, len))
        }),
    )
}

unsafe extern "C" fn memory_fill(context: *mut VmContext, memory: u32, dst: u64, byte: u32, len: u64) -> u64 {
    // SAFETY: called by compiled code with its context.
    let (mut store, instance) = unsafe { enter(context) };
    let memory = instance.get(store.opaque()).memories[memory as usize];
    let inside = memory.check_range(store.opaque(), dst, len);
    failed(inside.and_then(|()| by_pieces(&mut store, len, false, |store, at, len| memory.fill(store, dst + at, byte as u8, len))))
}

unsafe extern "C" fn memory_init(context: *mut VmContext, memory: u32, segment: u32, dst: u64, src: u32, len: u32) -> u64 {
    // SAFETY: called by compiled code with its context.
    let (mut store, instance) = unsafe { enter(context) };
    failed(instance.init_memory(store.opaque_mut(), memory, segment, dst, src.into(), len.into()))
}

unsafe extern "C" fn data_drop(context: *mut VmContext, segment: u32) {
    // SAFETY: called by compiled code with its context.
    let (store, instance) = unsafe { enter(context) };
    instance.get(store.opaque()).drop_data(segment);
}

unsafe extern "C" fn table_grow(context: *mut VmContext, table: u32, delta: u64, init: u64) -> u64 {
    // SAFETY: called by compiled code with its context.
    let (mut store, instance) = unsafe { enter(context) };
    let table = instance.get(store.opaque()).tables[table as usize];
    store.grow_table(table, delta, init).unwrap_or(u64::MAX)
}

unsafe extern "C" fn table_fill(context: *mut VmContext, table: u32, dst: u64, value: u64, len: u64) -> u64 {
    // SAFETY: called by compiled code with its context.
    let (store, instance) = unsafe { enter(context) };
    let table = instance.get(store.opaque()).tables[table as usize];
    failed(table.get(store.opaque()).fill(dst, value, len))
}

unsafe extern "C" fn table_copy(context: *mut VmContext, dst_table: u32, src_table: u32, dst: u64, src: u64, len: u64) -> u64 {
    // SAFETY: called by compiled code with its context.
    let (store, instance) = unsafe { enter(context) };
    let opaque = store.opaque();
    let data = instance.get(opaque);
    let (target, source) = (data.tables[dst_table as usize].get(opaque), data.tables[src_table as usize].get(opaque));
    failed(target.copy_from(source, dst, src, len))
}

unsafe extern "C" fn table_init(context: *mut VmContext, table: u32, segment: u32, dst: u64, src: u32, len: u32) -> u64 {
    // SAFETY: called by compiled code with its context.
    let (store, instance) = unsafe { enter(context) };
    let opaque = store.opaque();
    failed(instance.get(opaque).init_table(opaque, table, segment, dst, src.into(), len.into()))
}

unsafe extern "C" fn elem_drop(context: *mut VmContext, segment: u32) {
    // SAFETY: called by compiled code with its context.
    let (store, instance) = unsafe { enter(context) };
    instance.get(store.opaque()).drop_element(segment);
}

/// 1 to stop. What the deadline's callback fails or panics with becomes what the call into wasm ends with.
unsafe extern "C" fn interrupt(context: *mut VmContext) -> u64 {
    // SAFETY: called by compiled code with its context.
    let (mut store, _) = unsafe { enter(context) };
    match catch_unwind(AssertUnwindSafe(|| store.interrupted())) {
        Ok(stop) => u64::from(stop),
        Err(panic) => {
            crate::trap::host_failed(&mut store, Pending::Panic(panic));
            1
        }
    }
}

unsafe extern "C" fn memory_wait32(context: *mut VmContext, memory: u32, address: u64, expected: u32, timeout: i64) -> u64 {
    // SAFETY: called by compiled code with its context.
    unsafe { wait(context, memory, address, 4, expected.into(), timeout) }
}

unsafe extern "C" fn memory_wait64(context: *mut VmContext, memory: u32, address: u64, expected: u64, timeout: i64) -> u64 {
    // SAFETY: called by compiled code with its context.
    unsafe { wait(context, memory, address, 8, expected, timeout) }
}

/// One of `waited`. What the deadline's callback fails or panics with becomes what the call into wasm ends with.
///
/// # Safety
/// As `enter`.
unsafe fn wait(context: *mut VmContext, memory: u32, address: u64, width: u32, expected: u64, timeout: i64) -> u64 {
    // SAFETY: as the caller says.
    let (mut store, instance) = unsafe { enter(context) };
    let memory = instance.get(store.opaque()).memories[memory as usize];
    let outcome = match catch_unwind(AssertUnwindSafe(|| store.wait(memory, address, width, expected, timeout))) {
        Ok(Ok(Waited::Notified)) => waited::WOKEN,
        Ok(Ok(Waited::Mismatch)) => waited::NOT_EQUAL,
        Ok(Ok(Waited::TimedOut)) => waited::TIMED_OUT,
        Ok(Ok(Waited::Interrupted)) => waited::INTERRUPTED,
        // The code has looked at alignment and knows that the memory is shared.
        Ok(Err(_)) => waited::OUT_OF_BOUNDS,
        Err(panic) => {
            crate::trap::host_failed(&mut store, Pending::Panic(panic));
            waited::INTERRUPTED
        }
    };
    u64::from(outcome as u32)
}

unsafe extern "C" fn memory_notify(context: *mut VmContext, memory: u32, address: u64, count: u32) -> u64 {
    // SAFETY: called by compiled code with its context.
    let (store, instance) = unsafe { enter(context) };
    let memory = instance.get(store.opaque()).memories[memory as usize];
    store.notify(memory, address, count).map_or(u64::from(waited::OUT_OF_BOUNDS as u32), u64::from)
}
