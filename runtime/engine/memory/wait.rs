//! Queues of threads that wait for an address of a shared memory, first come first served.
//!
//! A thread that is to wait compares the value in memory under the lock of its queue, and is in the queue when it gives the lock back. Who
//! notifies has changed the value before, and takes the same lock: either the change came before the comparison, or the waiter is found. So
//! no notification is lost.
//!
//! Each waiter sleeps on a flag of its own. `notify` takes it out of the queue and sets the flag, all under the lock, and wakes it only if it
//! sleeps already; before that it spins. `recheck` leaves waiters where they are, and lets each look whether it is to stop.
//! The page on it is `papers/waiting.md`.
use crate::sync::{Deadline, Flag, Mutex, spin_until};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How a wait ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Waited {
    /// By `notify`.
    Notified,
    /// At once: memory had another value.
    Mismatch,
    TimedOut,
    /// `Wait::stopped` said so.
    Interrupted,
}

/// A wait, as a queue sees it.
pub struct Wait<'a> {
    unchanged: &'a dyn Fn() -> bool,
    stopped: &'a mut dyn FnMut() -> bool,
    deadline: Option<Deadline>,
    poll: Option<Duration>,
}

impl<'a> Wait<'a> {
    /// `poll`: how often to ask `stopped` without a `recheck`.
    pub(crate) fn new(
        unchanged: &'a dyn Fn() -> bool,
        stopped: &'a mut dyn FnMut() -> bool,
        deadline: Option<Deadline>,
        poll: Option<Duration>,
    ) -> Wait<'a> {
        Wait { unchanged, stopped, deadline, poll }
    }
    /// Has memory the expected value? To be asked, once, under a lock that `notify` takes too, and only if the thread is in the queue, for
    /// whoever takes that lock next, when the answer is yes. It must not call the queue.
    pub fn unchanged(&self) -> bool {
        (self.unchanged)()
    }
    /// Is the thread to give up? To be asked before sleeping and after each `WaitQueue::recheck`, without a lock: an embedder's callback may
    /// be asked in turn.
    pub fn stopped(&mut self) -> bool {
        (self.stopped)()
    }
    /// When to give up by itself.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline.map(Deadline::instant)
    }
    /// How often to ask `stopped` although nobody called `recheck`.
    pub fn poll(&self) -> Option<Duration> {
        self.poll
    }
    fn timed_out(&self) -> bool {
        self.deadline.is_some_and(Deadline::passed)
    }
    /// Until when to sleep at most before looking again.
    fn look_at(&self) -> Option<Deadline> {
        let poll = self.poll.and_then(Deadline::after);
        self.deadline.into_iter().chain(poll).min()
    }
}

/// Where threads wait, by key: the address of what they wait for. An engine has one of its own; `Config::wait_queue` takes another, say one that
/// lends the thread to other work meanwhile. It is called by threads in wasm code: a panic ends the process.
pub trait WaitQueue: Send + Sync {
    /// Waits in the queue of `key` until notified, stopped, or late.
    fn wait(&self, key: usize, wait: Wait<'_>) -> Waited;
    /// Ends the wait of the first `count` in the queue of `key`; gives how many there were.
    fn notify(&self, key: usize, count: u32) -> u32;
    /// Makes all who wait ask `Wait::stopped` soon.
    fn recheck(&self);
}

/// Numbers of a waiter's flag. A waiter in a queue has one of the first two.
const AWAKE: u32 = 0;
const ASLEEP: u32 = 1;
const NOTIFIED: u32 = 2;

struct Entry {
    key: usize,
    flag: Arc<Flag>,
}

/// Keys that hash alike share one, in a line of the cache of its own.
#[derive(Default)]
#[repr(align(128))]
struct Bucket {
    waiting: Mutex<VecDeque<Entry>>,
}

const BUCKETS: usize = 256;

/// The queues of an engine.
pub struct Queues {
    buckets: Vec<Bucket>,
}

impl Default for Queues {
    fn default() -> Queues {
        Queues::new(BUCKETS)
    }
}

impl Queues {
    fn new(buckets: usize) -> Queues {
        Queues { buckets: (0..buckets).map(|_| Bucket::default()).collect() }
    }
    fn bucket(&self, key: usize) -> &Bucket {
        let hash = (key as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        &self.buckets[hash as usize % self.buckets.len()]
    }
    /// Takes a waiter out who gives up; if it was notified meanwhile, that is how its wait ended.
    fn leave(&self, key: usize, flag: &Arc<Flag>, why: Waited) -> Waited {
        let mut waiting = self.bucket(key).waiting.lock();
        match waiting.iter().position(|entry| Arc::ptr_eq(&entry.flag, flag)) {
            Some(at) => {
                waiting.remove(at);
                why
            }
            None => Waited::Notified,
        }
    }
}

impl WaitQueue for Queues {
    fn wait(&self, key: usize, mut wait: Wait<'_>) -> Waited {
        let flag = Arc::new(Flag::default());
        {
            let mut waiting = self.bucket(key).waiting.lock();
            if !wait.unchanged() {
                return Waited::Mismatch;
            }
            waiting.push_back(Entry { key, flag: flag.clone() });
        }
        if !wait.timed_out() {
            spin_until(|| flag.get() == NOTIFIED);
        }
        loop {
            // From here on who calls `recheck` sees that it sleeps, or is seen by `stopped`.
            if !flag.change(AWAKE, ASLEEP) && flag.get() == NOTIFIED {
                return Waited::Notified;
            }
            if wait.stopped() {
                return self.leave(key, &flag, Waited::Interrupted);
            }
            if wait.timed_out() {
                return self.leave(key, &flag, Waited::TimedOut);
            }
            flag.sleep_while(ASLEEP, wait.look_at());
        }
    }

    fn notify(&self, key: usize, count: u32) -> u32 {
        let mut notified = 0;
        let mut asleep = Vec::new();
        let mut waiting = self.bucket(key).waiting.lock();
        let mut at = 0;
        while notified < count && at < waiting.len() {
            if waiting[at].key != key {
                at += 1;
                continue;
            }
            let Some(entry) = waiting.remove(at) else { break };
            notified += 1;
            if entry.flag.swap(NOTIFIED) == ASLEEP {
                asleep.push(entry.flag);
            }
        }
        drop(waiting);
        asleep.iter().for_each(|flag| flag.wake());
        notified
    }

    fn recheck(&self) {
        for bucket in &self.buckets {
            let waiting = bucket.waiting.lock();
            for entry in waiting.iter() {
                if entry.flag.swap(AWAKE) == ASLEEP {
                    entry.flag.wake();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::{AtomicU64, check, thread};
    use std::sync::atomic::Ordering::SeqCst;

    const HERE: usize = 0x1000;
    const THERE: usize = 0x2000;

    /// All keys share a queue, and a number in memory.
    struct World {
        queues: Queues,
        value: AtomicU64,
        stop: AtomicU64,
    }

    impl World {
        fn new() -> Arc<World> {
            Arc::new(World { queues: Queues::new(1), value: AtomicU64::new(0), stop: AtomicU64::new(0) })
        }
        fn wait(&self, key: usize, expected: u64, deadline: Option<Deadline>) -> Waited {
            let unchanged = &|| self.value.load(SeqCst) == expected;
            let stopped = &mut || self.stop.load(SeqCst) != 0;
            self.queues.wait(key, Wait { unchanged, stopped, deadline, poll: None })
        }
        fn spawn<R: Send + 'static>(self: &Arc<World>, work: impl FnOnce(&World) -> R + Send + 'static) -> thread::JoinHandle<R> {
            let world = self.clone();
            thread::spawn(move || work(&world))
        }
        /// Notifies until so many were.
        fn notify_all_of(&self, key: usize, count: u32) {
            let mut notified = 0;
            while notified < count {
                notified += self.queues.notify(key, count - notified);
                thread::yield_now();
            }
            assert_eq!(notified, count);
        }
        fn is_empty(&self) -> bool {
            self.queues.buckets[0].waiting.lock().is_empty()
        }
    }

    #[test]
    fn no_wake_up_is_lost() {
        check(|| {
            let world = World::new();
            let waiters = [(); 2].map(|()| {
                world.spawn(|world| {
                    let waited = world.wait(HERE, 0, None);
                    assert!(matches!(waited, Waited::Notified | Waited::Mismatch), "{waited:?}");
                    assert_eq!(world.value.load(SeqCst), 1);
                })
            });
            world.value.store(1, SeqCst);
            let notified = world.queues.notify(HERE, u32::MAX);
            assert!(notified <= 2);
            waiters.into_iter().for_each(|waiter| waiter.join().unwrap());
            assert!(world.is_empty());
        });
    }

    /// Two threads hand a number to each other.
    #[test]
    fn ping_pong() {
        check(|| {
            let world = World::new();
            let turns = |mine: u64| {
                move |world: &World| {
                    for turn in (mine..6).step_by(2) {
                        while world.value.load(SeqCst) != turn {
                            let now = world.value.load(SeqCst);
                            if now != turn {
                                world.wait(HERE, now, None);
                            }
                        }
                        world.value.store(turn + 1, SeqCst);
                        world.queues.notify(HERE, 1);
                    }
                }
            };
            let other = world.spawn(turns(1));
            turns(0)(&world);
            other.join().unwrap();
            assert_eq!(world.value.load(SeqCst), 6);
        });
    }

    #[test]
    fn keys_do_not_mix() {
        check(|| {
            let world = World::new();
            let here = world.spawn(|world| world.wait(HERE, 0, None));
            let there = world.spawn(|world| world.wait(THERE, 0, None));
            world.notify_all_of(THERE, 1);
            assert_eq!(there.join().unwrap(), Waited::Notified);
            assert_eq!(world.queues.notify(THERE, 1), 0);
            world.notify_all_of(HERE, 1);
            assert_eq!(here.join().unwrap(), Waited::Notified);
        });
    }

    /// Whoever is counted as notified says so, and nobody else.
    #[test]
    fn late_or_notified_but_not_both() {
        check(|| {
            let world = World::new();
            let waiters = [(); 2].map(|()| world.spawn(|world| world.wait(HERE, 0, Deadline::after(Duration::from_micros(20)))));
            let notified = world.queues.notify(HERE, 1) + world.queues.notify(HERE, 1);
            let ends = waiters.map(|waiter| waiter.join().unwrap());
            assert_eq!(ends.iter().filter(|end| **end == Waited::Notified).count() as u32, notified);
            assert!(ends.iter().all(|end| matches!(end, Waited::Notified | Waited::TimedOut)));
            assert!(world.is_empty());
        });
    }

    #[test]
    fn all_are_stopped() {
        check(|| {
            let world = World::new();
            let waiters = [HERE, HERE, THERE].map(|key| world.spawn(move |world| world.wait(key, 0, None)));
            let notified = world.queues.notify(HERE, 1);
            world.stop.store(1, SeqCst);
            world.queues.recheck();
            let ends = waiters.map(|waiter| waiter.join().unwrap());
            assert_eq!(ends.iter().filter(|end| **end == Waited::Notified).count() as u32, notified);
            assert_eq!(ends.iter().filter(|end| **end == Waited::Interrupted).count() as u32, 3 - notified);
            assert!(world.is_empty());
        });
    }

    /// A recheck ends no wait that is not stopped.
    #[test]
    fn who_is_not_stopped_waits_on() {
        check(|| {
            let world = World::new();
            let waiter = world.spawn(|world| world.wait(HERE, 0, None));
            world.queues.recheck();
            world.notify_all_of(HERE, 1);
            assert_eq!(waiter.join().unwrap(), Waited::Notified);
        });
    }

    #[test]
    fn first_come_first_served() {
        check(|| {
            let world = World::new();
            let waiting = |count| {
                while world.queues.buckets[0].waiting.lock().len() < count {
                    thread::yield_now();
                }
            };
            let waiters: Vec<_> = (1..=3)
                .map(|k| {
                    let waiter = world.spawn(|world| world.wait(HERE, 0, None));
                    waiting(k);
                    waiter
                })
                .collect();
            for waiter in waiters {
                assert_eq!(world.queues.notify(HERE, 1), 1);
                assert_eq!(waiter.join().unwrap(), Waited::Notified);
            }
        });
    }
}
