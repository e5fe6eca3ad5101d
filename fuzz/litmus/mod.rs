//! Litmus tests: small programs whose threads race, run very often, and judged by what the WebAssembly memory model allows.
//!
//! ```text
//! shapes      the tests: who reads and writes what, in which order (SB, MP, IRIW, ...), and by which instructions (plain, atomic, ...)
//! model       what the axioms of the memory model allow a test to do, by enumeration of candidate executions
//! interleave  what taking turns allows, which the rest is called relaxed against
//! emit        a module of a test: threads as functions over arrays of locations
//! run         threads that run it, in batches under changing stress, and a histogram of outcomes
//! ```
//! What the tests show, and how the axioms read: papers/litmus.md. The command is `runtime/cli/litmus.rs`.
pub mod emit;
pub mod interleave;
pub mod model;
pub mod run;
pub mod shapes;

pub use model::{Outcome, Program};
pub use run::{Observed, Options, run};
pub use shapes::{SHAPES, Shape, Test, Variant};

use std::collections::{BTreeMap, BTreeSet};

/// How often each outcome was seen.
pub type Histogram = BTreeMap<Outcome, u64>;

/// What a test may do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expected {
    /// By the axioms.
    pub allowed: BTreeSet<Outcome>,
    /// By taking turns; all of them are allowed.
    pub sequential: BTreeSet<Outcome>,
}

impl Expected {
    pub fn of(program: &Program) -> Expected {
        Expected { allowed: program.allowed(), sequential: interleave::turns(program).outcomes }
    }

    pub fn judge(&self, seen: &Histogram) -> Judgement {
        let total = |of: &dyn Fn(&Outcome) -> bool| seen.iter().filter(|(outcome, _)| of(outcome)).map(|(_, count)| count).sum();
        Judgement {
            forbidden: seen.iter().filter(|(outcome, _)| !self.allowed.contains(*outcome)).map(|(o, count)| (o.clone(), *count)).collect(),
            unseen: self.allowed.iter().filter(|outcome| !seen.contains_key(*outcome)).cloned().collect(),
            relaxed: total(&|outcome| self.is_relaxed(outcome)),
            total: total(&|_| true),
        }
    }

    /// Allowed, and not explained by taking turns.
    pub fn is_relaxed(&self, outcome: &Outcome) -> bool {
        self.allowed.contains(outcome) && !self.sequential.contains(outcome)
    }
}

/// What was seen, against what may be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judgement {
    /// A test with one of these fails.
    pub forbidden: Histogram,
    /// Allowed, and never seen.
    pub unseen: Vec<Outcome>,
    /// How often an outcome was relaxed.
    pub relaxed: u64,
    pub total: u64,
}
