//! The reference interpreter: wasm bodies executed by the letter of the specification, clarity before speed. It knows nothing
//! of SSA; what single operators compute is `ir/value`'s to say, what the instance is made of its `Env`'s.
//!
//! ```text
//! env.rs      what it asks of the runtime: the instance behind one trait
//! prepare.rs  a body's bytes -> a list of instructions whose blocks know their ends; once per function
//! run.rs      executes them on explicit stacks of values, labels and frames; bulk.rs the operators over ranges, vector.rs those of
//!             vectors, atomics.rs the atomic ones
//! ```
//! Calls inside the instance never recurse in Rust, so wasm recursion ends in `StackExhausted` at a stated limit.
mod atomics;
mod bulk;
pub mod env;
pub mod prepare;
pub mod run;
mod vector;

pub use env::{Callee, Cause, Env, Frame, Options, Stop, Val};
pub use prepare::Prepared;
pub use run::invoke;
