//! Benchmarks: suites of programs with known answers, and what it takes to compare configurations on them.
//!
//! ```text
//! suite      programs and answers, from the binary or a directory      measure    times, code sizes, right answers
//! record     what was measured: raw samples                            stats      intervals, verdicts: pure functions on numbers
//! analysis   what an experiment says                                   report     table, page, Markdown; JSON, CSV, Parquet
//! profile/   where the time goes, by function and loop
//! kernels/   the embedded suite: C sources and the modules built from them (its README says how)
//! peers/     other engines on the same programs
//! ```
//! To add a suite: a directory with a `suite.toml`; `samite bench DIRECTORY` runs it. To embed it: its modules in an index like
//! `suite::EMBEDDED`. To add a measured quantity: a field of `record::Sample` or `record::CodeStats`, and what `analysis` makes of it.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod measure;
pub mod profile;
pub mod record;
pub mod report;
pub mod stats;
pub mod suite;

pub use analysis::{Against, Analysis};
pub use measure::{Measured, Plan, Row, Size, Subject, measure};
pub use record::Experiment;
pub use suite::{Kernel, Suite, Work};
