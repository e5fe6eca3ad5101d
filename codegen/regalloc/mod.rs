//! Register allocation as a pure function, so that every allocator runs on the same input and one checker judges them all.
//!
//! ```text
//! check      the judge: a symbolic run of any allocation
//! spill_all  every value in a slot: the baseline that is hard to get wrong
//! linear     linear scan with splitting: the default
//! live       where each value lives: ranges with holes, and its reads
//! ```
//! To add an allocator: a file with `run(&Flow, &RegFile, &mut Context) -> Allocation`, a variant of `How` with its name, an arm in `run`;
//! the tests in `fuzz.rs` run every variant.
use crate::mach::flow::{Allocation, Flow, RegFile, StepKind};
use crate::mach::loops::Loops;
use crate::mach::moves::{Move, Resolver};
use live::{LATE, Lives, at};

mod block_set;
pub mod check;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod generate;
mod linear;
pub(crate) mod live;
#[cfg(test)]
mod monsters;
#[cfg(test)]
pub(crate) mod random;
mod spill_all;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum How {
    /// Every value has a slot, read and written at each step.
    SpillAll,
    /// Linear scan with splitting, on SSA form.
    Linear,
}

impl How {
    pub const ALL: [How; 2] = [How::SpillAll, How::Linear];

    pub const fn name(self) -> &'static str {
        match self {
            How::SpillAll => "spill-all",
            How::Linear => "linear",
        }
    }

    pub fn from_name(name: &str) -> Option<How> {
        How::ALL.into_iter().find(|h| h.name() == name)
    }
}

/// Buffers that are reused from function to function.
#[derive(Debug, Default)]
pub struct Context {
    loops: Loops,
    lives: Lives,
    linear: linear::Memory,
    resolver: Resolver,
    moves: Vec<Move>,
    sequence: Vec<crate::mach::flow::Edit>,
}

/// How many references all reports of a function may list together. They are as many as references times calls that they live across.
const MOST_REPORTED: usize = 1 << 24;

/// Would the reports at safepoints list more than that? Then the function is not to be compiled.
pub fn reports_too_much(flow: &Flow, context: &mut Context) -> bool {
    let references = flow.vregs.values().filter(|d| d.is_ref).count();
    let safepoints = || (0u32..).zip(&flow.steps).filter(|(_, s)| s.kind == StepKind::Safepoint);
    if references == 0 || references * safepoints().count() <= MOST_REPORTED {
        return false;
    }
    let safepoints: Vec<_> = safepoints().map(|(n, _)| at(n, LATE)).collect();
    let Context { loops, lives, .. } = context;
    loops.build(flow);
    lives.build(flow, loops, |d| d.is_ref);
    let before = |end: u32| safepoints.partition_point(|&p| p < end);
    let across = |v| lives.ranges(v).iter().map(|r| before(r.end) - before(r.start + 1)).sum::<usize>();
    flow.vregs.keys().filter(|&v| flow.vregs[v].is_ref).map(across).sum::<usize>() > MOST_REPORTED
}

/// The flow must keep its promises (`mach/verify.rs`).
pub fn run(how: How, flow: &Flow, file: &RegFile, context: &mut Context) -> Allocation {
    match how {
        How::SpillAll => spill_all::run(flow, file, context),
        How::Linear => linear::run(flow, file, context),
    }
}
