//! Limits of the native stack. They are set when the host enters wasm and the store has nothing running yet; calls in between, back and
//! forth, share them.
use crate::config::Config;
use crate::sys;
use crate::vm::StoreRecord;
use samite_ir::value::Trap;
use std::cell::Cell;

/// The runtime's own functions need this much, whatever the configuration says.
const LEAST_RESERVE: usize = 64 << 10;

thread_local! {
    /// Bounds of this thread's stack; (0, 0) if not asked yet.
    static BOUNDS: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// An address in the caller's frame or next to it.
#[inline(always)]
fn stack_pointer() -> usize {
    let here = 0u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}

fn bounds() -> (usize, usize) {
    let (start, end) = BOUNDS.get();
    if end != 0 {
        return (start, end);
    }
    // Unknown bounds contain no stack pointer.
    let bounds = sys::thread_stack().map_or((0, 1), |stack| (stack.start, stack.end));
    BOUNDS.set(bounds);
    bounds
}

/// Sets the limits of a store that nothing runs in.
pub fn set_limits(record: &StoreRecord, config: &Config) {
    let here = stack_pointer();
    let (start, end) = bounds();
    let lowest = here.saturating_sub(config.max_wasm_stack);
    // A stack that is not the thread's (a coroutine's) is trusted to be large enough.
    let floor = if (start..end).contains(&here) { start + config.host_stack_reserve.max(LEAST_RESERVE) } else { lowest };
    record.stack_limit.set(lowest.max(floor));
    record.host_stack_limit.set(floor);
}

/// Is there stack for one more call?
pub fn check(record: &StoreRecord) -> Result<(), Trap> {
    if stack_pointer() < record.stack_limit.get() { Err(Trap::StackExhausted) } else { Ok(()) }
}

/// Begins a call in reference mode, as the entry stubs do for machine code; gives the `entry_sp` to restore at its end.
pub fn enter(record: &StoreRecord, config: &Config) -> usize {
    let outer = record.entry_sp.get();
    if outer == 0 {
        set_limits(record, config);
    }
    record.entry_sp.replace(stack_pointer())
}
