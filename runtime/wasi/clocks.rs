//! Clocks: the host's, or a replaceable one for runs that must repeat exactly. All times are nanoseconds.
//!
//! Waiting belongs to the clock, because a clock that stands still could never end a wait: a replaced clock decides what
//! the passing of time means (`ManualClocks` jumps).

use crate::ctx::WasiCtx;
use crate::memory::{GuestMemory, check, write_u64};
use crate::types::{CLOCKS, Clock, Errno, member};
use parking_lot::Mutex;
use rustix::time::{ClockId, clock_getres, clock_gettime};

/// What WASI needs of time.
pub trait Clocks: Send + Sync {
    /// Resolution in nanoseconds, not zero. `Inval` for a clock this host does not have.
    fn resolution(&self, clock: Clock) -> Result<u64, Errno>;

    /// Nanoseconds: since 1970-01-01T00:00:00Z for `Realtime`, since an arbitrary moment for `Monotonic`, of CPU time for
    /// the others. `Inval` for a clock this host does not have.
    fn now(&self, clock: Clock) -> Result<u64, Errno>;

    /// Lets `timeout` nanoseconds pass (`None`: no limit), or less when `ready` returns earlier. `ready` waits at most as
    /// long as it is told, for the host's files; call it with `Some(0)` to look without waiting. An error (say `Intr`)
    /// reaches the guest as the result of `poll_oneoff`.
    fn wait(&self, timeout: Option<u64>, ready: &mut dyn FnMut(Option<u64>) -> Result<(), Errno>) -> Result<(), Errno> {
        ready(timeout)
    }
}

/// The host's clocks; `Monotonic` starts at zero when this value is made, so that the guest does not learn the host's uptime.
pub struct HostClocks {
    start: u64,
}

impl HostClocks {
    pub fn new() -> HostClocks {
        HostClocks { start: nanoseconds(ClockId::Monotonic) }
    }
}

impl Default for HostClocks {
    fn default() -> HostClocks {
        HostClocks::new()
    }
}

impl Clocks for HostClocks {
    fn resolution(&self, clock: Clock) -> Result<u64, Errno> {
        Ok(to_nanoseconds(clock_getres(host_clock(clock))).max(1))
    }

    fn now(&self, clock: Clock) -> Result<u64, Errno> {
        let start = if clock == Clock::Monotonic { self.start } else { 0 };
        Ok(nanoseconds(host_clock(clock)).saturating_sub(start))
    }
}

/// Clocks that move only when somebody waits (then to the end of the wait at once) or calls `advance`: for repeatable runs.
pub struct ManualClocks {
    realtime: Mutex<u64>,
    monotonic: Mutex<u64>,
}

impl ManualClocks {
    /// Clocks that show `realtime` nanoseconds since 1970 and zero.
    pub fn new(realtime: u64) -> ManualClocks {
        ManualClocks { realtime: Mutex::new(realtime), monotonic: Mutex::new(0) }
    }

    /// Lets time pass, in nanoseconds.
    pub fn advance(&self, nanoseconds: u64) {
        for clock in [&self.realtime, &self.monotonic] {
            let mut now = clock.lock();
            *now = now.saturating_add(nanoseconds);
        }
    }
}

impl Clocks for ManualClocks {
    fn resolution(&self, clock: Clock) -> Result<u64, Errno> {
        self.now(clock).map(|_| 1)
    }

    fn now(&self, clock: Clock) -> Result<u64, Errno> {
        match clock {
            Clock::Realtime => Ok(*self.realtime.lock()),
            Clock::Monotonic => Ok(*self.monotonic.lock()),
            Clock::ProcessCpu | Clock::ThreadCpu => Err(Errno::Inval),
        }
    }

    fn wait(&self, timeout: Option<u64>, ready: &mut dyn FnMut(Option<u64>) -> Result<(), Errno>) -> Result<(), Errno> {
        let Some(timeout) = timeout else { return ready(None) };
        self.advance(timeout);
        ready(Some(0))
    }
}

impl WasiCtx {
    /// `clock_res_get`: resolution in nanoseconds (64 bits at `result`). `Inval`: no such clock.
    pub fn clock_res_get(&self, memory: &mut dyn GuestMemory, clock: u32, result: u32) -> Result<(), Errno> {
        check(memory, result, 8)?;
        let resolution = self.clocks().resolution(member(&CLOCKS, clock)?)?;
        write_u64(memory, result, resolution)
    }

    /// `clock_time_get`: nanoseconds (64 bits at `result`); `precision` (permitted lag in nanoseconds) is not needed, the
    /// host's clocks are exact. `Inval`: no such clock.
    pub fn clock_time_get(&self, memory: &mut dyn GuestMemory, clock: u32, precision: u64, result: u32) -> Result<(), Errno> {
        let _ = precision;
        check(memory, result, 8)?;
        let now = self.clocks().now(member(&CLOCKS, clock)?)?;
        write_u64(memory, result, now)
    }
}

fn host_clock(clock: Clock) -> ClockId {
    match clock {
        Clock::Realtime => ClockId::Realtime,
        Clock::Monotonic => ClockId::Monotonic,
        Clock::ProcessCpu => ClockId::ProcessCPUTime,
        Clock::ThreadCpu => ClockId::ThreadCPUTime,
    }
}

fn nanoseconds(clock: ClockId) -> u64 {
    to_nanoseconds(clock_gettime(clock))
}

/// A moment before 1970 is shown as 0: the type has no sign.
fn to_nanoseconds(time: rustix::time::Timespec) -> u64 {
    u64::try_from(i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)).unwrap_or(0)
}
