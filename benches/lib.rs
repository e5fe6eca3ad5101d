//! The laboratory: suites of programs with known answers, what runs them, and what it takes to compare that.
//!
//! ```text
//! suite/     programs, inputs, answers: embedded, files, directories, packages     subject   strategies, peers, native twins
//! peer/      a peer is one TOML file of `peers/`; finding it, its version          worker/   children and the protocol with them
//! measure/   rounds of processes in random order: an experiment                    record    the shape of that: raw samples
//! stats      intervals, verdicts: pure functions on numbers                        analysis  what an experiment says
//! report     table, page, Markdown; JSON, CSV, Parquet                             against   what changed since another experiment
//! profile/   where the time goes
//! kernels/   the embedded suite: C sources and the modules built from them (its README says how)
//! ```
//! Calls go down only: `measure` knows subjects and suites, `analysis`, `against` and `report` know `record` alone.
//!
//! To add a suite: a `suite.toml` (`suite.md`); `samite bench FILE` runs it. To embed it: its modules in an index like
//! `suite/embedded.rs`. To add a peer: a TOML file and, if it is not a command line, a driver of the protocol; to build it in, its line in
//! `peer/mod.rs`. To add a measured quantity: a field of `record::Sample`, filled in `measure/meter.rs`, and what `analysis` makes of it.
//! What the compiler counts shows up by itself.
#![forbid(unsafe_code)]

pub mod against;
pub mod analysis;
pub mod measure;
pub mod peer;
mod places;
pub mod profile;
pub mod record;
pub mod report;
pub mod stats;
pub mod subject;
pub mod suite;
pub mod worker;

pub use against::{Against, Partners};
pub use analysis::Analysis;
pub use record::Experiment;
