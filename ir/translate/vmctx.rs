//! The instance record ("context") as compiled code sees it: field offsets, shared by translation and runtime.
//!
//! All offsets are in bytes. Fields are ordered by heat. Records that the context points to have their offsets here too; the runtime
//! declares them `repr(C)` and asserts the offsets.
use super::module::ModuleInfo;

// ---- fixed head of the context
/// Address of the store's record (`store_record`).
pub const STORE: u32 = 0;
/// Address of the table of runtime functions, indexed by `ssa::Builtin`.
pub const BUILTINS: u32 = 8;
/// Address of the engine's interruption counter (u64).
pub const EPOCH: u32 = 16;
/// Address of the page that becomes unreadable to interrupt.
pub const INTERRUPT_PAGE: u32 = 24;
/// The runtime's own pointer to its instance; compiled code never reads it.
pub const INSTANCE: u32 = 32;
/// A function record of zeros: what a null funcref copies into a table entry.
pub const NULL_RECORD: u32 = 40;
const HEAD_END: u32 = 80;

/// Record of a store, one per store, reached through `STORE`.
pub mod store_record {
    /// Wasm frames must stay above this address.
    pub const STACK_LIMIT: u32 = 0;
    /// Calls to the host must start above this address.
    pub const HOST_STACK_LIMIT: u32 = 8;
    /// Frame pointer and return address of the newest wasm frame that called out of wasm (host function or builtin).
    pub const EXIT_FP: u32 = 16;
    pub const EXIT_PC: u32 = 24;
    /// Stack pointer that the newest entry stub saved: where a trap unwinds to.
    pub const ENTRY_SP: u32 = 32;
    /// The interruption counter value (u64) from which the store is to stop.
    pub const DEADLINE: u32 = 40;
}

/// Record of a memory. Memories never move, so the context also holds the base.
pub mod memory_record {
    pub const BASE: u32 = 0;
    /// Current length in bytes (u64).
    pub const LENGTH: u32 = 8;
}

/// Record of a table.
pub mod table_record {
    /// Address of entry 0; changes when the table grows.
    pub const ENTRIES: u32 = 0;
    /// Current length in entries (u64).
    pub const LENGTH: u32 = 8;
}

/// Entry of a table of funcrefs. A null entry is all zeros; signature 0 is impossible.
pub mod func_entry {
    pub const CODE: u32 = 0;
    pub const CONTEXT: u32 = 8;
    /// u32
    pub const SIGNATURE: u32 = 16;
    /// Address of the function's record: the funcref itself.
    pub const RECORD: u32 = 24;
    pub const SIZE: u32 = 32;
}
/// Entry of a table of externrefs: the handle.
pub const EXTERN_ENTRY_SIZE: u32 = 8;

/// The one record of a function in an instance (or of a host function); a funcref is its address.
pub mod func_record {
    pub const CODE: u32 = 0;
    pub const CONTEXT: u32 = 8;
    /// u32, canonical in the engine, never 0
    pub const SIGNATURE: u32 = 16;
    /// The runtime's own.
    pub const RUNTIME: u32 = 24;
    pub const SIZE: u32 = 32;
}

/// An imported function in the context.
pub mod import {
    pub const CODE: u32 = 0;
    pub const CONTEXT: u32 = 8;
    /// Address of the function's record.
    pub const RECORD: u32 = 16;
    pub const SIZE: u32 = 24;
}

/// Offsets of the part of the context that depends on the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    memories: u32,
    tables: u32,
    imported_functions: u32,
    imported_globals: u32,
    globals: u32,
    signatures: u32,
    records: u32,
    size: u32,
    imported_global_count: u32,
    /// Number of escaping defined functions before each defined function.
    record_index: Vec<u32>,
}

impl Layout {
    /// Fails, as None, if the context would pass 2^31 bytes.
    pub fn new(m: &ModuleInfo) -> Option<Layout> {
        let mut end = u64::from(HEAD_END);
        let mut part = |count: usize, size: u64| {
            let start = end;
            end += count as u64 * size;
            start
        };
        let memories = part(m.memories.len(), 16);
        let tables = part(m.tables.len(), 8);
        let imported_functions = part(m.imported_functions as usize, u64::from(import::SIZE));
        let imported_globals = part(m.imported_globals as usize, 8);
        let signatures = part(m.types.len().next_multiple_of(2), 4);
        let align = part(0, 0) % 16 / 8;
        part(align as usize, 8);
        let globals = part(m.globals.len() - m.imported_globals as usize, 16);
        let mut count = 0;
        let record_index = m.escapes[m.imported_functions as usize..]
            .iter()
            .map(|escapes| {
                let before = count;
                count += u32::from(*escapes);
                before
            })
            .collect();
        let records = part(count as usize, u64::from(func_record::SIZE));
        let size = part(0, 0);
        if size >= 1 << 31 {
            return None;
        }
        Some(Layout {
            memories: memories as u32,
            tables: tables as u32,
            imported_functions: imported_functions as u32,
            imported_globals: imported_globals as u32,
            globals: globals as u32,
            signatures: signatures as u32,
            records: records as u32,
            size: size as u32,
            imported_global_count: m.imported_globals,
            record_index,
        })
    }
    /// Bytes of the whole context; its alignment is 16.
    pub fn size(&self) -> u32 {
        self.size
    }
    /// Base address of memory `k` (constant after instantiation).
    pub fn memory_base(&self, k: u32) -> u32 {
        self.memories + 16 * k
    }
    /// Address of the record of memory `k`.
    pub fn memory_record(&self, k: u32) -> u32 {
        self.memories + 16 * k + 8
    }
    /// Address of the record of table `k`.
    pub fn table_record(&self, k: u32) -> u32 {
        self.tables + 8 * k
    }
    /// Start of imported function `k` (`import`).
    pub fn imported_function(&self, k: u32) -> u32 {
        self.imported_functions + import::SIZE * k
    }
    /// Where global `k` is: in the context, or the address of it is (imported).
    pub fn global(&self, k: u32) -> GlobalPlace {
        match k.checked_sub(self.imported_global_count) {
            None => GlobalPlace::AddressAt(self.imported_globals + 8 * k),
            Some(defined) => GlobalPlace::At(self.globals + 16 * defined),
        }
    }
    /// Canonical id (u32) of module type `k`.
    pub fn signature(&self, k: u32) -> u32 {
        self.signatures + 4 * k
    }
    /// Record of defined function `k`, which must escape.
    pub fn func_record(&self, k: u32) -> u32 {
        self.records + func_record::SIZE * self.record_index[k as usize]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobalPlace {
    /// The value is in the context, in 16 bytes.
    At(u32),
    /// The context holds the address of the value.
    AddressAt(u32),
}
