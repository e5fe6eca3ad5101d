//! The primitives that code of several threads at once is written with: the real ones here. `tests/models.rs` compiles the files that use
//! these, as they are, over shuttle's, so that their tests run under schedules of its choice.
pub use crate::sys::park::{Deadline, Flag, spin_until};
pub use parking_lot::{Mutex, RwLock};
pub use std::hint::spin_loop;
pub use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize};
#[cfg(test)]
pub use std::thread;

/// Between two accesses to memory: here nothing, in a model another thread may come in.
#[inline(always)]
pub fn step() {}

/// Runs a test of several threads: here some times, with what schedules there happen to be.
#[cfg(test)]
pub fn check(test: impl Fn() + Send + Sync + 'static) {
    (0..100).for_each(|_| test());
}

/// Runs a test of one thread.
#[cfg(test)]
pub fn alone(test: impl Fn() + Send + Sync + 'static) {
    test();
}
