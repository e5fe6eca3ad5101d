//! `samite-opt`: from a function to a better function that means the same.
//!
//! ```text
//! options    what is compared, as closed enums        settings   what a pass may know besides the function
//! pipeline   the passes in order, with reasons        params rotate bounds gvn cfg latch dce licm   the passes, one file each
//! fold, fold_lanes, divide, range   the rewriting rules   writer, memory   how gvn writes an op: hash-consing, known memory
//! replace    what stands for a value                counts   what passes say about what they did
//! ```
//! Every pass is one public function on a `Func` that leaves it valid (`ssa::verify`), keeps values, traps and effects in
//! order, and keeps wasm order. Nothing here knows a target.
//!
//! To add a pass: 1. one file with one public function `run`, its head comment the claim; 2. a `Pass` in `pipeline.rs` with the
//! reason for its place, and constraints in `ORDER` (a test holds pipelines to them); 3. tests on text in `tests/`; the random
//! functions of `tests/random.rs` run through every pass of every pipeline by themselves.
//! To add a rewriting rule: 1. a line in `fold.rs` (`fold_lanes.rs` for vectors) where its operator is, after the rules that it must not pre-empt; 2. a row in
//! `tests/rules.rs` (`tests/rules_lanes.rs`), which proves that it fires and that it is right on edge values.
#![forbid(unsafe_code)]

pub mod bounds;
pub mod cfg;
mod counts;
pub mod dce;
mod divide;
mod fold;
mod fold_lanes;
pub mod gvn;
pub mod latch;
pub mod licm;
mod memory;
mod options;
pub mod params;
pub mod pipeline;
mod range;
mod replace;
pub mod rotate;
mod settings;
mod writer;

pub use counts::Counts;
pub use options::{Bounds, Options, Passes};
pub use pipeline::{Pass, early, late, run, run_observed};
pub use settings::{Context, Settings};
