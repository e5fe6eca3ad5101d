//! What a pass owes to other threads (`papers/atomics.md`), judged by what runs: the accesses to shared memory of a run, in stretches between ops that
//! synchronize, and the rule that compares two runs.
use samite_ir::ssa::eval::{Access, Wide};
use std::collections::BTreeMap;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Touch {
    pub addr: u64,
    pub width: u32,
    /// What is written.
    pub value: Option<(u128, u128)>,
}

impl Touch {
    pub fn new(access: Access, written: Option<Wide>) -> Touch {
        Touch { addr: access.addr, width: access.width, value: written.map(|v| (v.high, v.low)) }
    }
}

/// A run, up to its end.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Accesses of atomic ops and calls, by stretch; they begin it.
    synchronizing: Vec<Vec<Touch>>,
    /// The others, and how often.
    plain: Vec<BTreeMap<Touch, u32>>,
}

/// Nothing yet: an empty stretch.
impl Default for Trace {
    fn default() -> Trace {
        Trace { synchronizing: vec![Vec::new()], plain: vec![BTreeMap::new()] }
    }
}

impl Trace {
    /// An atomic op, a fence or a call comes: a new stretch.
    pub fn synchronize(&mut self) {
        self.synchronizing.push(Vec::new());
        self.plain.push(BTreeMap::new());
    }
    pub fn atomic(&mut self, touch: Touch) {
        self.synchronizing.last_mut().expect("an atomic op announces itself").push(touch);
    }
    pub fn plain(&mut self, touch: Touch) {
        *self.plain.last_mut().expect("there is one").entry(touch).or_default() += 1;
    }

    /// Does this run do to other threads what another one of the same function may do? The same atomic accesses and calls in the same order, and in each stretch
    /// between two of them no plain access that the other does not make there, as wide, as often, and of the same value if it writes.
    pub fn may_replace(&self, before: &Trace) -> Result<(), String> {
        for k in 0..self.plain.len().max(before.plain.len()) {
            let none = Vec::new();
            let (now, then) = (self.synchronizing.get(k).unwrap_or(&none), before.synchronizing.get(k).unwrap_or(&none));
            if now != then {
                return Err(format!("stretch {k} begins with {now:x?} instead of {then:x?}"));
            }
            let empty = BTreeMap::new();
            let allowed = before.plain.get(k).unwrap_or(&empty);
            for (touch, count) in self.plain.get(k).unwrap_or(&empty) {
                let most = allowed.get(touch).copied().unwrap_or(0);
                if *count > most {
                    return Err(format!("stretch {k}: {touch:x?} {count} times instead of {most}"));
                }
            }
        }
        Ok(())
    }
}
