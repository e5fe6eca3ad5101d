//! What a thread needs to run wasm, and the limits of its native stack.
//!
//! Limits are set when the host enters wasm and the store has nothing running yet; calls in between, back and forth, share them. Wasm stops
//! `max_wasm_stack` bytes below that point, but always so early that `host_stack_reserve` bytes of the thread's stack are left: what is
//! below belongs to host functions and to the runtime.
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

impl Thread {
    /// Begins a call into a store's machine code; gives what `leave` takes.
    #[inline]
    pub fn enter(&self, record: &StoreRecord) -> *const StoreRecord {
        if record.entry_sp.get() == 0 {
            self.set_limits(record);
        }
        self.activation.replace(record)
    }
    #[inline]
    pub fn leave(&self, outer: *const StoreRecord) {
        self.activation.set(outer);
    }
    /// For the signal handler.
    pub fn activation(&self) -> *const StoreRecord {
        self.activation.get()
    }
    /// Sets the limits of a store that nothing runs in.
    #[inline]
    fn set_limits(&self, record: &StoreRecord) {
        if self.end.get() == 0 {
            self.prepare();
        }
        let here = stack_pointer();
        let (start, end) = (self.start.get(), self.end.get());
        let lowest = here.saturating_sub(record.max_wasm_stack.get());
        // A stack that is not the thread's (a coroutine's) is trusted to be large enough.
        let floor = if start <= here && here < end { start + record.host_reserve.get() } else { lowest };
        record.stack_limit.set(lowest.max(floor));
        record.host_stack_limit.set(floor);
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

/// Begins a call in reference mode, as the entry stubs do for machine code; gives the `entry_sp` to restore at its end.
pub fn enter_reference(record: &StoreRecord) -> usize {
    if record.entry_sp.get() == 0 {
        THREAD.with(|thread| thread.set_limits(record));
    }
    record.entry_sp.replace(stack_pointer())
}
