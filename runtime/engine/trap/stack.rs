//! What a thread needs to run wasm, and the limits of its native stack.
//!
//! Limits are set when the host enters wasm and the store has nothing running yet; calls in between, back and forth, share them. Wasm stops
//! `max_wasm_stack` bytes below that point, but always so early that `host_stack_reserve` bytes of the thread's stack are left: what is
//! below belongs to host functions and to the runtime. A host function may lend its store to another thread and wait for it: calls there
//! have limits of their own until they return.
use crate::sys::{self, Access, Reservation};
use crate::vm::StoreRecord;
use samite_ir::value::Trap;
use std::cell::{Cell, OnceCell};
use std::ptr;

/// The runtime's own functions need this much, whatever the configuration says.
const LEAST_RESERVE: usize = 64 << 10;
/// Bytes of a thread's stack for signal handlers: ours needs little, but it may pass a fault on to the host's own.
const SIGNAL_STACK: usize = 64 << 10;

/// A thread, as calls into wasm see it. Without destructor, so that access is one address computation.
pub struct Thread {
    /// Record of the store whose wasm code runs, or waits for the host, innermost; null if none.
    activation: Cell<*const StoreRecord>,
    /// Bounds of the stack; (0, 0) if not asked yet.
    start: Cell<usize>,
    end: Cell<usize>,
}

thread_local! {
    pub static THREAD: Thread = const { Thread { activation: Cell::new(ptr::null()), start: Cell::new(0), end: Cell::new(0) } };
    static SIGNALS: OnceCell<SignalStack> = const { OnceCell::new() };
}

/// What was before a call, to be put back after it.
pub struct Outer {
    activation: *const StoreRecord,
    limits: Option<Limits>,
}

/// Limits of a store whose wasm code waits on another thread.
struct Limits {
    stack: usize,
    host: usize,
    of: usize,
}

impl Limits {
    fn restore(&self, record: &StoreRecord) {
        record.stack_limit.set(self.stack);
        record.host_stack_limit.set(self.host);
        record.limits_of.set(self.of);
    }
}

impl Thread {
    /// Begins a call into a store's machine code; gives what `leave` takes.
    #[inline]
    pub fn enter(&self, record: &StoreRecord) -> Outer {
        let limits = self.limit(record);
        Outer { activation: self.activation.replace(record), limits }
    }
    #[inline]
    pub fn leave(&self, record: &StoreRecord, outer: Outer) {
        self.activation.set(outer.activation);
        if let Some(limits) = outer.limits {
            limits.restore(record);
        }
    }
    /// Sees to it that the store's limits are of this thread's stack; gives those of another thread that waits.
    #[inline]
    fn limit(&self, record: &StoreRecord) -> Option<Limits> {
        if record.entry_sp.get() == 0 {
            self.set_limits(record);
            None
        } else if record.limits_of.get() == ptr::from_ref(self).addr() {
            None
        } else {
            Some(self.borrow(record))
        }
    }
    #[cold]
    #[inline(never)]
    fn borrow(&self, record: &StoreRecord) -> Limits {
        let outer = Limits { stack: record.stack_limit.get(), host: record.host_stack_limit.get(), of: record.limits_of.get() };
        self.set_limits(record);
        outer
    }
    /// For the signal handler.
    pub fn activation(&self) -> *const StoreRecord {
        self.activation.get()
    }
    /// Sets the limits of a store that nothing runs in on this thread.
    #[inline]
    fn set_limits(&self, record: &StoreRecord) {
        if self.end.get() == 0 {
            self.prepare();
        }
        let here = stack_pointer();
        let (start, end) = (self.start.get(), self.end.get());
        let lowest = here.saturating_sub(record.max_wasm_stack.get());
        // A stack that is not the thread's (a coroutine's) is trusted to be large enough.
        let floor = if start <= here && here < end { start.saturating_add(record.host_reserve.get()) } else { lowest };
        record.stack_limit.set(lowest.max(floor));
        record.host_stack_limit.set(floor);
        record.limits_of.set(ptr::from_ref(self).addr());
    }
    /// The first time that a thread enters wasm.
    #[cold]
    #[inline(never)]
    fn prepare(&self) {
        // Unknown bounds contain no stack pointer.
        let stack = sys::thread_stack().unwrap_or(0..1);
        self.start.set(stack.start);
        self.end.set(stack.end);
        // A thread that is being torn down can do without.
        let _ = SIGNALS.try_with(|signals| signals.get_or_init(SignalStack::install).is_some());
    }
}

/// The stack for signal handlers that this thread got from us, if it had none that is large enough.
struct SignalStack(Option<Reservation>);

impl SignalStack {
    fn is_some(&self) -> bool {
        self.0.is_some()
    }
    fn install() -> SignalStack {
        // SAFETY: the system writes the old setting, and takes the new one, which stays mapped until `drop` takes it back.
        unsafe {
            let mut old = std::mem::zeroed::<libc::stack_t>();
            let known = libc::sigaltstack(ptr::null(), &mut old) == 0;
            if known && old.ss_flags & libc::SS_DISABLE == 0 && old.ss_size >= SIGNAL_STACK {
                return SignalStack(None);
            }
            // One page without access below: a handler that overflows faults instead of writing elsewhere.
            let Ok(stack) = Reservation::new(SIGNAL_STACK + sys::PAGE) else { return SignalStack(None) };
            if stack.protect(sys::PAGE..stack.size(), Access::ReadWrite).is_err() {
                return SignalStack(None);
            }
            let new = libc::stack_t { ss_sp: stack.base().add(sys::PAGE).cast(), ss_flags: 0, ss_size: SIGNAL_STACK };
            let installed = libc::sigaltstack(&new, ptr::null_mut()) == 0;
            SignalStack(installed.then_some(stack))
        }
    }
}

impl Drop for SignalStack {
    fn drop(&mut self) {
        let Some(stack) = self.0.take() else { return };
        // SAFETY: the system reads and writes the settings; ours is taken back before it is unmapped, unless somebody replaced it.
        unsafe {
            let mut current = std::mem::zeroed::<libc::stack_t>();
            let ours = libc::sigaltstack(ptr::null(), &mut current) == 0 && current.ss_sp.addr() == stack.base().addr() + sys::PAGE;
            if ours {
                let off = libc::stack_t { ss_sp: ptr::null_mut(), ss_flags: libc::SS_DISABLE, ss_size: 0 };
                libc::sigaltstack(&off, ptr::null_mut());
            }
        }
    }
}

/// An address in the caller's frame or next to it.
#[inline(always)]
fn stack_pointer() -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        let here: usize;
        // SAFETY: reads a register.
        unsafe { std::arch::asm!("mov {}, rsp", out(reg) here, options(nomem, nostack, preserves_flags)) };
        here
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let here = 0u8;
        ptr::from_ref(std::hint::black_box(&here)).addr()
    }
}

/// What a store's limits are computed with.
pub fn configure(record: &StoreRecord, config: &crate::Config) {
    record.max_wasm_stack.set(config.max_wasm_stack);
    record.host_reserve.set(config.host_stack_reserve.max(LEAST_RESERVE));
}

/// Is there stack for one more call?
pub fn check(record: &StoreRecord) -> Result<(), Trap> {
    if stack_pointer() < record.stack_limit.get() { Err(Trap::StackExhausted) } else { Ok(()) }
}

/// What was before a call in reference mode.
pub struct OuterReference {
    entry_sp: usize,
    limits: Option<Limits>,
}

/// Begins a call in reference mode, as the entry stubs do for machine code.
pub fn enter_reference(record: &StoreRecord) -> OuterReference {
    let limits = THREAD.with(|thread| thread.limit(record));
    OuterReference { entry_sp: record.entry_sp.replace(stack_pointer()), limits }
}

impl OuterReference {
    /// Ends the call.
    pub fn leave(&self, record: &StoreRecord) {
        record.entry_sp.set(self.entry_sp);
        if let Some(limits) = &self.limits {
            limits.restore(record);
        }
    }
}
