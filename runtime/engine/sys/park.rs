//! Sleeping until another thread says so, by `parking_lot_core`; and spinning before it.
use parking_lot_core::{DEFAULT_PARK_TOKEN, DEFAULT_UNPARK_TOKEN};
use std::cell::Cell;
use std::hint::spin_loop;
use std::ptr;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

/// A moment until which to wait.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// None if that is beyond what the clock counts.
    pub fn after(time: Duration) -> Option<Deadline> {
        Instant::now().checked_add(time).map(Deadline)
    }
    pub fn passed(self) -> bool {
        Instant::now() >= self.0
    }
    pub fn instant(self) -> Instant {
        self.0
    }
}

/// A number that a thread can sleep on while it does not change.
#[derive(Default)]
pub struct Flag(AtomicU32);

impl Flag {
    pub fn get(&self) -> u32 {
        self.0.load(SeqCst)
    }
    pub fn swap(&self, value: u32) -> u32 {
        self.0.swap(value, SeqCst)
    }
    /// Makes `old` `new`; false if it was not `old`.
    pub fn change(&self, old: u32, new: u32) -> bool {
        self.0.compare_exchange(old, new, SeqCst, SeqCst).is_ok()
    }
    fn key(&self) -> usize {
        ptr::from_ref(self).addr()
    }
    /// Sleeps until `wake`, or the deadline; not at all if the number is not `value`. May return earlier.
    pub fn sleep_while(&self, value: u32, deadline: Option<Deadline>) {
        let unchanged = || self.get() == value;
        // SAFETY: the key is our own address, so nobody else's; the closures neither unwind nor park.
        unsafe { parking_lot_core::park(self.key(), unchanged, || {}, |_, _| {}, DEFAULT_PARK_TOKEN, deadline.map(Deadline::instant)) };
    }
    /// Wakes one who sleeps here. To be called after the number was changed.
    pub fn wake(&self) {
        // SAFETY: the key is our own address; the closure neither unwinds nor parks.
        unsafe { parking_lot_core::unpark_one(self.key(), |_| DEFAULT_UNPARK_TOKEN) };
    }
}

/// Longer than a hand-over between two threads that run, shorter than going to sleep and being woken.
const PATIENCE: Duration = Duration::from_micros(3);
/// Tries that a thread leaves out at most, when spinning did not help.
const MOST_SKIPPED: u32 = 32;

thread_local! {
    /// Tries to leave out, and how many were left out the last time.
    static SKIP: Cell<(u32, u32)> = const { Cell::new((0, 0)) };
}

/// Spins until `done`, for a short time. A thread to whom that was of no use leaves it out the next 1, 2, 4.. times: it shares its processor
/// with those it waits for, or waits long anyway.
pub fn spin_until(done: impl Fn() -> bool) {
    let (skip, last) = SKIP.get();
    if skip > 0 {
        SKIP.set((skip - 1, last));
        return;
    }
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        for _ in 0..4 {
            if done() {
                SKIP.set((0, 0));
                return;
            }
            spin_loop();
        }
    }
    let next = (2 * last).clamp(1, MOST_SKIPPED);
    SKIP.set((next, next));
}
