//! Records shared with machine code. Offsets are those of `samite_ir::translate::vmctx`, asserted below.
use crate::sync::AtomicU64;
use samite_ir::translate::vmctx::{func_entry, func_record, memory_record, store_record, table_record};
use std::cell::{Cell, UnsafeCell};
use std::mem::offset_of;
use std::ptr;

/// One argument or result between Rust and machine code: the value in the low bytes, zero-extended to 8 bytes for scalars.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    pub low: u64,
    pub high: u64,
}

impl Slot {
    pub const ZERO: Slot = Slot { low: 0, high: 0 };
    pub const fn scalar(low: u64) -> Slot {
        Slot { low, high: 0 }
    }
    pub const fn vector(v: u128) -> Slot {
        Slot { low: v as u64, high: (v >> 64) as u64 }
    }
    pub const fn as_vector(self) -> u128 {
        self.low as u128 | (self.high as u128) << 64
    }
}

/// Frames that a trap records at most; deeper ones are cut off.
pub const TRACE_FRAMES: usize = 64;

/// The record of a store.
#[repr(C)]
pub struct StoreRecord {
    pub stack_limit: Cell<usize>,
    pub host_stack_limit: Cell<usize>,
    pub exit_fp: Cell<usize>,
    pub exit_pc: Cell<usize>,
    pub entry_sp: Cell<usize>,
    pub deadline: Cell<u64>,
    // From here on the runtime's own.
    /// Ranges of machine code of the engine; read by the signal handler.
    pub registry: Cell<*const crate::code::Registry>,
    /// Where a trap makes machine code go on: the exit of the entry stubs.
    pub exit_stub: Cell<usize>,
    /// Address of the `stack::Thread` whose stack the limits are of, while something runs; only compared.
    pub limits_of: Cell<usize>,
    /// Bytes of stack for wasm, and at the end of the thread's stack for the host.
    pub max_wasm_stack: Cell<usize>,
    pub host_reserve: Cell<usize>,
    /// Written by the signal handler.
    pub trap: TrapRecord,
}

/// What the signal handler found.
pub struct TrapRecord {
    /// `Trap::code` + 1, or 0 if no hardware trap is pending.
    pub code: Cell<u8>,
    /// Address that was accessed; None for a trap by an instruction.
    pub fault_address: Cell<Option<usize>>,
    /// Program counters, innermost first: that of the fault, then return addresses.
    pub trace: [Cell<usize>; TRACE_FRAMES],
    pub trace_len: Cell<usize>,
}

const _: () = {
    assert!(offset_of!(StoreRecord, stack_limit) == store_record::STACK_LIMIT as usize);
    assert!(offset_of!(StoreRecord, host_stack_limit) == store_record::HOST_STACK_LIMIT as usize);
    assert!(offset_of!(StoreRecord, exit_fp) == store_record::EXIT_FP as usize);
    assert!(offset_of!(StoreRecord, exit_pc) == store_record::EXIT_PC as usize);
    assert!(offset_of!(StoreRecord, entry_sp) == store_record::ENTRY_SP as usize);
    assert!(offset_of!(StoreRecord, deadline) == store_record::DEADLINE as usize);
};

impl StoreRecord {
    pub fn new() -> StoreRecord {
        StoreRecord {
            stack_limit: Cell::new(0),
            host_stack_limit: Cell::new(0),
            exit_fp: Cell::new(0),
            exit_pc: Cell::new(0),
            entry_sp: Cell::new(0),
            deadline: Cell::new(u64::MAX),
            registry: Cell::new(ptr::null()),
            exit_stub: Cell::new(0),
            limits_of: Cell::new(0),
            max_wasm_stack: Cell::new(0),
            host_reserve: Cell::new(0),
            trap: TrapRecord {
                code: Cell::new(0),
                fault_address: Cell::new(None),
                trace: [const { Cell::new(0) }; TRACE_FRAMES],
                trace_len: Cell::new(0),
            },
        }
    }
}

/// Of a shared memory, all threads that use it read this one record.
#[repr(C)]
pub struct MemoryRecord {
    pub base: *mut u8,
    /// In bytes. Never less than it was.
    pub length: AtomicU64,
}

// SAFETY: the address is followed only by `memory`, which says by whom and when.
unsafe impl Send for MemoryRecord {}
// SAFETY: as above.
unsafe impl Sync for MemoryRecord {}

const _: () = {
    assert!(offset_of!(MemoryRecord, base) == memory_record::BASE as usize);
    assert!(offset_of!(MemoryRecord, length) == memory_record::LENGTH as usize);
};

#[repr(C)]
pub struct TableRecord {
    pub entries: Cell<*mut u8>,
    /// In entries.
    pub length: Cell<u64>,
}

const _: () = {
    assert!(offset_of!(TableRecord, entries) == table_record::ENTRIES as usize);
    assert!(offset_of!(TableRecord, length) == table_record::LENGTH as usize);
};

/// The instance record: a block of which Rust only knows the address.
#[repr(C)]
pub struct VmContext {
    opaque: UnsafeCell<[u8; 0]>,
}

/// The record of a function; a funcref is its address. Written once, before anybody can reach it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct FuncRecord {
    /// Address of the code: of the function itself, or of the host stub of its signature. Null in reference mode.
    pub code: *const u8,
    /// The `VmContext` of its instance, or its `HostRecord`.
    pub context: *mut u8,
    pub signature: u32,
    pub padding: u32,
    /// 0 for a host function, else its index in its module + 1.
    pub function: u64,
}

const _: () = {
    assert!(offset_of!(FuncRecord, code) == func_record::CODE as usize);
    assert!(offset_of!(FuncRecord, context) == func_record::CONTEXT as usize);
    assert!(offset_of!(FuncRecord, signature) == func_record::SIGNATURE as usize);
    assert!(offset_of!(FuncRecord, function) == func_record::RUNTIME as usize);
    assert!(size_of::<FuncRecord>() == func_record::SIZE as usize);
};

/// Entry of a table of funcrefs; all zeros is null.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct FuncEntry {
    pub code: *const u8,
    pub context: *mut u8,
    pub signature: u32,
    pub padding: u32,
    pub record: *const FuncRecord,
}

const _: () = {
    assert!(offset_of!(FuncEntry, code) == func_entry::CODE as usize);
    assert!(offset_of!(FuncEntry, context) == func_entry::CONTEXT as usize);
    assert!(offset_of!(FuncEntry, signature) == func_entry::SIGNATURE as usize);
    assert!(offset_of!(FuncEntry, record) == func_entry::RECORD as usize);
    assert!(size_of::<FuncEntry>() == func_entry::SIZE as usize);
};

/// The value of a global.
#[repr(C, align(16))]
pub struct GlobalCell {
    pub value: Cell<Slot>,
}
