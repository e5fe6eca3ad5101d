//! What the reference interpreter asks of the outside: one instance as seen from its own code. The runtime implements it over its
//! store, so that interpreted and compiled code share memories, tables, globals, host functions and WASI.
//!
//! The trait has primitives only. Whatever the specification defines by several of them (bulk memory and table operators, the
//! checks of an indirect call) is written out in the interpreter, so that it judges the runtime's own code for it. It is one
//! trait, although long, because each method is one access to one instance and nothing calls back up.
use super::prepare::Prepared;
use crate::translate::module::ModuleInfo;
use crate::value::{Bits, Relaxed, RmwOp, Trap};
use std::fmt;
use std::sync::Arc;

/// A value without its type, which validation knows: a scalar's `Bits` in the low 64 bits and zeros above, or a v128 (byte 0 lowest).
/// A funcref is the address of the function's record and an externref a handle; null is 0 for both.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Val(pub u128);

impl Val {
    pub const fn from_bits(bits: Bits) -> Val {
        Val(bits as u128)
    }
    /// The scalar or reference; of a v128, the low half.
    pub const fn bits(self) -> Bits {
        self.0 as u64
    }
}

impl fmt::Debug for Val {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// Who is to run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callee {
    /// A function defined in this very instance, by index among the defined ones: the interpreter runs it itself.
    Defined(u32),
    /// Any other, by funcref: a host function or a function of another instance. Goes through `Env::call`.
    Other(Bits),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// `nan=canonical`: every NaN that an operator computes is the positive canonical one.
    pub canonical_nans: bool,
    /// What relaxed operators compute; one choice for a module's life, since prepared bodies contain it.
    pub relaxed: Relaxed,
    /// Limit of `Env::stack_used`; beyond it a call traps with `StackExhausted`.
    pub max_stack: u64,
}

impl Default for Options {
    /// 2^20 values, that is 16 MiB: about 60,000 frames of a small recursive function.
    fn default() -> Options {
        Options { canonical_nans: false, relaxed: Relaxed::Native, max_stack: 1 << 20 }
    }
}

/// Why an invocation ended without results, and where it stood.
#[derive(Debug)]
pub struct Stop<E> {
    pub cause: Cause<E>,
    /// The innermost frame first. `Env::call` hands on what the inner invocation collected; the outer one appends its own.
    pub backtrace: Vec<Frame>,
}

#[derive(Debug)]
pub enum Cause<E> {
    Trap(Trap),
    /// What a host function failed with.
    Host(E),
    /// The body has an operator that this interpreter does not know yet: its name.
    Unsupported(String),
}

/// One activation of a wasm function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    /// `Env::instance` of the instance it runs in.
    pub instance: u64,
    /// Index in the module's function index space.
    pub function: u32,
    /// Byte offset, in the module, of the operator being executed.
    pub offset: u32,
}

impl<E> From<Trap> for Stop<E> {
    fn from(trap: Trap) -> Stop<E> {
        Cause::Trap(trap).into()
    }
}

impl<E> From<Cause<E>> for Stop<E> {
    fn from(cause: Cause<E>) -> Stop<E> {
        Stop { cause, backtrace: Vec::new() }
    }
}

/// One instance. All indices are those of its module's index spaces, imports first, unless said otherwise; they come from validated
/// code and so are in range. Addresses, elements and lengths are unchecked: what does not fit is the trap named.
///
/// References in the interpreter's frames are invisible to the store: while an invocation runs, the store must not free a handle.
pub trait Env {
    /// A host function's error.
    type Error;

    // ---- the module
    fn info(&self) -> &ModuleInfo;
    /// Bytes of a defined function's body (locals and code: what `ModuleInfo::bodies` spans); the index is among the defined ones.
    fn body(&self, defined: u32) -> &[u8];
    /// The module's cache of prepared bodies; one per module, shared by its instances and threads.
    fn prepared(&self) -> Arc<Prepared>;
    /// A number of the runtime's choice that tells instances apart in backtraces.
    fn instance(&self) -> u64;

    // ---- limits
    fn options(&self) -> Options;
    /// How many values the interpreter's stacks of this store hold, all nested invocations together: one number per store, 0 at the
    /// start, that only the interpreter changes. It bounds memory; the native stack that `call` uses is the runtime's to check.
    fn stack_used(&mut self) -> &mut u64;
    /// Asked at each function's entry and each loop iteration, and while memory is filled or copied; `Err` (`Interrupted`) ends the invocation.
    fn poll(&mut self) -> Result<(), Trap>;

    // ---- memories: little-endian bytes
    /// Length in bytes.
    fn memory_size(&self, memory: u32) -> u64;
    /// Grows by `delta` pages; the previous length in pages, or None if it cannot.
    fn memory_grow(&mut self, memory: u32, delta: u64) -> Option<u64>;
    /// Fills `buffer` from `address` on, or traps with `MemoryOutOfBounds`.
    fn memory_read(&self, memory: u32, address: u64, buffer: &mut [u8]) -> Result<(), Trap>;
    /// Writes all of `bytes`, or none and traps with `MemoryOutOfBounds`.
    fn memory_write(&mut self, memory: u32, address: u64, bytes: &[u8]) -> Result<(), Trap>;

    // ---- atomic access: the address is a multiple of the width in bytes (1, 2, 4 or 8), values have zeros above it. On shared memory each is one
    // sequentially consistent access; any may trap with `MemoryOutOfBounds`, with nothing written
    fn atomic_load(&mut self, memory: u32, address: u64, width: u32) -> Result<Bits, Trap>;
    fn atomic_store(&mut self, memory: u32, address: u64, width: u32, value: Bits) -> Result<(), Trap>;
    /// Gives the old value; `value::atomic::rmw` says what is written.
    fn atomic_rmw(&mut self, memory: u32, address: u64, width: u32, op: RmwOp, operand: Bits) -> Result<Bits, Trap>;
    /// Gives the old value, and writes `replacement` if that was `expected`.
    fn atomic_cmpxchg(&mut self, memory: u32, address: u64, width: u32, expected: Bits, replacement: Bits) -> Result<Bits, Trap>;
    fn fence(&mut self);
    /// Sleeps if the 4 or 8 bytes at `address` are `expected`, until somebody notifies or `timeout` nanoseconds are over (never, if negative): one of
    /// `ssa::waited` from 0 on. Traps with `ExpectedSharedMemory`, then `MemoryOutOfBounds`, or with `Interrupted`.
    fn wait(&mut self, memory: u32, address: u64, width: u32, expected: Bits, timeout: i64) -> Result<u32, Trap>;
    /// Wakes up to `count` that wait at `address`; how many there were. Nobody waits in unshared memory.
    fn notify(&mut self, memory: u32, address: u64, count: u32) -> Result<u32, Trap>;

    /// A data segment's bytes; none once it was dropped (active segments are, after instantiation).
    fn data(&self, segment: u32) -> &[u8];
    fn data_drop(&mut self, segment: u32);

    // ---- tables: entries are funcrefs or externrefs
    fn table_size(&self, table: u32) -> u64;
    /// Grows by `delta` entries of value `init`; the previous length, or None if it cannot.
    fn table_grow(&mut self, table: u32, delta: u64, init: Bits) -> Option<u64>;
    /// The entry, or `TableOutOfBounds`.
    fn table_get(&self, table: u32, index: u64) -> Result<Bits, Trap>;
    /// Sets the entry, or traps with `TableOutOfBounds`.
    fn table_set(&mut self, table: u32, index: u64, value: Bits) -> Result<(), Trap>;
    /// Length of an element segment; 0 once it was dropped (active and declared segments are, after instantiation).
    fn element_count(&self, segment: u32) -> u64;
    /// Item `index` of an element segment, less than its length.
    fn element(&mut self, segment: u32, index: u64) -> Bits;
    fn element_drop(&mut self, segment: u32);

    // ---- globals
    fn global_get(&self, global: u32) -> Val;
    fn global_set(&mut self, global: u32, value: Val);

    // ---- functions
    /// The funcref of an imported function, or of a defined one that escapes (`ModuleInfo::escapes`).
    fn ref_func(&mut self, function: u32) -> Bits;
    /// What the function behind a funcref (not null) is, seen from this instance, if its type is type `ty` of this module; else None.
    fn callee(&self, funcref: Bits, ty: u32) -> Option<Callee>;
    /// Runs the function behind a funcref (not null) on `args` and appends its results to `results`. Traps with `StackExhausted`
    /// while enough native stack is left for the host.
    fn call(&mut self, funcref: Bits, args: &[Val], results: &mut Vec<Val>) -> Result<(), Stop<Self::Error>>;
}
