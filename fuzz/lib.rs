//! `samite-fuzz`: programs nobody wrote, run in two ways that must agree.
//!
//! ```text
//! generate     a module from a seed
//! monsters     functions of one shape and any size, for compile time
//! oracle       runs a module under the reference interpreter and under strategies, and compares all that can be seen
//! litmus/      small programs whose threads race, judged by the memory model
//! regressions/ one file for every bug found; `tests/regressions.rs` runs them all, each under every strategy
//! ```
//! To add a bug: a `.wat` in `regressions/` whose exports take no parameters (or any: they are called with edge values).
#![forbid(unsafe_code)]

pub mod generate;
pub mod litmus;
pub mod monsters;
pub mod oracle;

pub use generate::generate;
pub use oracle::{Verdict, compare};
