//! Counts and times of a compilation, by name, so that a new pass or count shows up wherever they are printed or recorded.
use crate::mach::flow::{Allocation, Edit, Loc};
use crate::mach::tables::Emitted;
use samite_ir::ssa::{Func, Op};
use samite_ir::value::Trap;
pub use samite_opt::Counts;
use samite_opt::bounds::ASKED;
use std::ops::AddAssign;
use std::time::{Duration, Instant};

/// Of one function, or summed over many. A time is that of the worker's clock, so that times add up over workers.
///
/// | count | what |
/// |---|---|
/// | `functions`, `wasm_bytes` | function bodies |
/// | `ops`, `steps` | SSA operations after the last pass; machine steps |
/// | `checks_kept`, `checks_removed` | bounds checks by compare that are in the code, and those that passes found needless |
/// | `checks_guarded` | accesses whose check is a guard page |
/// | `spills` | values that do not keep their register |
/// | `moves`, `spill_stores`, `reloads`, `rematerialized` | what the allocator added: between registers, to slots, from slots, repeated |
/// | `scalar`, `vector128`, `vector256` | instructions by the width they work on; jumps are scalar |
/// | `code_bytes` | instructions, without constants and tables |
#[derive(Clone, Debug, Default)]
pub struct Stats {
    pub counts: Counts,
    /// By pass or station, in the order they ran.
    times: Vec<(&'static str, Duration)>,
}

impl Stats {
    pub fn count(&self, name: &str) -> u64 {
        self.counts.get(name)
    }
    pub fn times(&self) -> &[(&'static str, Duration)] {
        &self.times
    }
    pub fn total_time(&self) -> Duration {
        self.times.iter().map(|t| t.1).sum()
    }

    pub(super) fn add_time(&mut self, name: &'static str, time: Duration) {
        match self.times.iter_mut().find(|t| t.0 == name) {
            Some((_, sum)) => *sum += time,
            None => self.times.push((name, time)),
        }
    }

    /// What passes counted, and what can be seen of the function after the last one.
    pub(super) fn add_passes(&mut self, f: &Func, counted: &Counts) {
        let asked = counted.get(ASKED);
        counted.iter().filter(|c| c.0 != ASKED).for_each(|(name, count)| self.counts.add(name, count));
        let (mut kept, mut guarded) = (0, 0);
        for &v in &f.body {
            match f.ops[v] {
                Op::TrapIf(Trap::MemoryOutOfBounds, _) => kept += 1,
                Op::Load { proven: false, .. } | Op::Store { proven: false, .. } => guarded += 1,
                _ => {}
            }
        }
        self.counts.add("ops", f.body.len() as u64);
        self.counts.add("checks_kept", kept);
        self.counts.add("checks_removed", asked.saturating_sub(kept));
        self.counts.add("checks_guarded", guarded);
    }

    pub(super) fn add_allocation(&mut self, allocation: &Allocation) {
        let [mut moves, mut stores, mut reloads, mut repeated] = [0; 4];
        for (_, edit) in &allocation.edits {
            match edit {
                Edit::Move { to: Loc::Slot(_), .. } => stores += 1,
                Edit::Move { from: Loc::Slot(_), .. } => reloads += 1,
                Edit::Move { .. } => moves += 1,
                Edit::Remat { .. } => repeated += 1,
            }
        }
        self.counts.add("spills", u64::from(allocation.spilled_values));
        self.counts.add("moves", moves);
        self.counts.add("spill_stores", stores);
        self.counts.add("reloads", reloads);
        self.counts.add("rematerialized", repeated);
    }

    pub(super) fn add_emitted(&mut self, emitted: &Emitted) {
        self.counts.add("scalar", emitted.widths[0]);
        self.counts.add("vector128", emitted.widths[1]);
        self.counts.add("vector256", emitted.widths[2]);
        self.counts.add("code_bytes", u64::from(emitted.code_len));
    }
}

impl AddAssign<&Stats> for Stats {
    fn add_assign(&mut self, other: &Stats) {
        other.counts.iter().for_each(|(name, count)| self.counts.add(name, count));
        // A pass that no function before had stands where it ran.
        let mut at = 0;
        for &(name, time) in &other.times {
            match self.times.iter().position(|t| t.0 == name) {
                Some(there) => {
                    self.times[there].1 += time;
                    at = there + 1;
                }
                None => {
                    self.times.insert(at, (name, time));
                    at += 1;
                }
            }
        }
    }
}

/// Splits a worker's time among the stations.
pub(super) struct Clock(Instant);

impl Clock {
    pub fn start() -> Clock {
        Clock(Instant::now())
    }
    /// What went by since the last lap.
    pub fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now - std::mem::replace(&mut self.0, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_keep_the_order_of_the_passes() {
        let of = |names: &[&'static str]| {
            let mut stats = Stats::default();
            names.iter().for_each(|name| stats.add_time(name, Duration::from_secs(1)));
            stats.counts.add("functions", 1);
            stats
        };
        let mut sum = Stats::default();
        sum += &of(&["translate", "gvn", "emit"]);
        sum += &of(&["translate", "gvn", "bounds", "gvn-checks", "emit"]);
        let names: Vec<_> = sum.times().iter().map(|(name, time)| (*name, time.as_secs())).collect();
        assert_eq!(names, [("translate", 2), ("gvn", 2), ("bounds", 1), ("gvn-checks", 1), ("emit", 2)]);
        assert_eq!((sum.count("functions"), sum.count("steps"), sum.total_time().as_secs()), (2, 0, 8));
    }
}
