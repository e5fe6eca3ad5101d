//! Models of the engine's own concurrency: the tests of these files, compiled over shuttle's primitives, under random schedules. A lost
//! wake-up is a deadlock there, which shuttle reports with the schedule.
#![allow(dead_code)]

/// `sync.rs` for models.
mod sync {
    pub use shuttle::hint::spin_loop;
    use shuttle::rand::{Rng, thread_rng};
    use shuttle::sync::atomic::AtomicU32;
    pub use shuttle::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize};
    use shuttle::sync::{Condvar, MutexGuard, RwLockReadGuard, RwLockWriteGuard};
    pub use shuttle::thread;
    use std::sync::atomic::Ordering::SeqCst;
    use std::time::{Duration, Instant};

    /// Schedules per test, half of them with few preemptions at bad moments.
    const SCHEDULES: usize = 4000;

    pub fn check(test: impl Fn() + Send + Sync + Clone + 'static) {
        shuttle::check_random(test.clone(), SCHEDULES / 2);
        shuttle::check_pct(test, SCHEDULES / 2, 3);
    }

    pub fn step() {
        thread::yield_now();
    }

    pub fn alone(test: impl Fn() + Send + Sync + 'static) {
        shuttle::check_random(test, 1);
    }

    #[derive(Default)]
    pub struct Mutex<T>(shuttle::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub fn new(value: T) -> Mutex<T> {
            Mutex(shuttle::sync::Mutex::new(value))
        }
        pub fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap()
        }
    }

    #[derive(Default)]
    pub struct RwLock<T>(shuttle::sync::RwLock<T>);

    impl<T> RwLock<T> {
        pub fn read(&self) -> RwLockReadGuard<'_, T> {
            self.0.read().unwrap()
        }
        pub fn write(&self) -> RwLockWriteGuard<'_, T> {
            self.0.write().unwrap()
        }
    }

    /// Has passed or not, as it comes.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
    pub struct Deadline;

    impl Deadline {
        pub fn after(_: Duration) -> Option<Deadline> {
            Some(Deadline)
        }
        pub fn passed(self) -> bool {
            thread_rng().r#gen()
        }
        pub fn instant(self) -> Instant {
            Instant::now()
        }
    }

    #[derive(Default)]
    pub struct Flag {
        value: AtomicU32,
        sleepers: Mutex<()>,
        awake: Condvar,
    }

    impl Flag {
        pub fn get(&self) -> u32 {
            self.value.load(SeqCst)
        }
        pub fn swap(&self, value: u32) -> u32 {
            self.value.swap(value, SeqCst)
        }
        pub fn change(&self, old: u32, new: u32) -> bool {
            self.value.compare_exchange(old, new, SeqCst, SeqCst).is_ok()
        }
        pub fn sleep_while(&self, value: u32, deadline: Option<Deadline>) {
            let asleep = self.sleepers.lock();
            if deadline.is_some() {
                drop(asleep);
                thread::yield_now();
            } else if self.get() == value {
                drop(self.awake.wait(asleep).unwrap());
            }
        }
        pub fn wake(&self) {
            let _asleep = self.sleepers.lock();
            self.awake.notify_one();
        }
    }

    /// Not at all, or once.
    pub fn spin_until(done: impl Fn() -> bool) {
        if thread_rng().r#gen() && !done() {
            thread::yield_now();
        }
    }
}

#[path = "../code"]
mod code {
    use samite_codegen::mach::tables::TrapRow;
    use samite_ir::value::Trap;

    pub fn trap_row(rows: &[TrapRow], offset: u32) -> Option<Trap> {
        rows.iter().find(|row| row.pc == offset).map(|row| row.trap)
    }

    #[path = "registry.rs"]
    mod registry;
}
#[path = "../memory/growth.rs"]
mod growth;
#[path = "../registry.rs"]
mod registry;
#[path = "../memory/wait.rs"]
mod wait;
