//! How a memory grows while other threads use it: nobody is stopped, since it never moves and a length, once seen, stays true.
use crate::sync::{AtomicU64, Mutex};
use std::sync::atomic::Ordering::SeqCst;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grown {
    Done,
    /// Somebody else was faster: the length is another one now.
    Changed,
    Refused,
}

/// How many bytes from the start may be accessed; at least as many as the length says.
pub struct Accessible(Mutex<usize>);

impl Accessible {
    pub fn new(bytes: usize) -> Accessible {
        Accessible(Mutex::new(bytes))
    }
    /// Makes the length `new` if it is `old` still. `allow(from, to)` makes bytes accessible, or fails; it is done with before anybody can see
    /// the new length. Only one thread at a time is in here.
    pub fn grow(&self, length: &AtomicU64, old: u64, new: u64, allow: impl FnOnce(usize, usize) -> bool) -> Grown {
        let mut accessible = self.0.lock();
        if length.load(SeqCst) != old {
            return Grown::Changed;
        }
        if new as usize > *accessible {
            if !allow(*accessible, new as usize) {
                return Grown::Refused;
            }
            *accessible = new as usize;
        }
        length.store(new, SeqCst);
        Grown::Done
    }
    pub fn bytes(&self) -> usize {
        *self.0.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::{alone, check, thread};
    use std::sync::Arc;

    /// Two threads grow, twice each, a third one looks: what it sees may be accessed, and never shrinks.
    #[test]
    fn lengths_that_are_seen_are_accessible() {
        check(|| {
            let length = Arc::new(AtomicU64::new(10));
            let allowed = Arc::new(AtomicU64::new(15));
            let memory = Arc::new(Accessible::new(15));
            let growers = [3, 7].map(|more| {
                let (length, allowed, memory) = (length.clone(), allowed.clone(), memory.clone());
                thread::spawn(move || {
                    let mut starts = Vec::new();
                    while starts.len() < 2 {
                        let old = length.load(SeqCst);
                        let allow = |from: usize, to: usize| {
                            assert_eq!(allowed.swap(to as u64, SeqCst), from as u64);
                            true
                        };
                        if memory.grow(&length, old, old + more, allow) == Grown::Done {
                            starts.push((old, old + more));
                        }
                    }
                    starts
                })
            });
            let mut seen = 0;
            for _ in 0..4 {
                let now = length.load(SeqCst);
                assert!(seen <= now && now <= allowed.load(SeqCst));
                seen = now;
            }
            let mut pieces: Vec<_> = growers.into_iter().flat_map(|grower| grower.join().unwrap()).collect();
            pieces.sort();
            // Each growth got bytes of its own, one after the other.
            assert!(pieces.windows(2).all(|two| two[0].1 == two[1].0), "{pieces:?}");
            assert_eq!((pieces[0].0, pieces[3].1, length.load(SeqCst), memory.bytes()), (10, 30, 30, 30));
        });
    }

    #[test]
    fn what_the_system_refuses_is_not_done() {
        alone(|| {
            let (length, memory) = (AtomicU64::new(10), Accessible::new(15));
            assert_eq!(memory.grow(&length, 10, 16, |_, _| false), Grown::Refused);
            assert_eq!(memory.grow(&length, 9, 12, |_, _| true), Grown::Changed);
            assert_eq!(memory.grow(&length, 10, 15, |_, _| unreachable!("accessible already")), Grown::Done);
            assert_eq!((length.load(SeqCst), memory.bytes()), (15, 15));
        });
    }
}
