//! Runs the official test scripts (.wast) on an engine.
//!
//! A script is read once, into commands that own their modules as bytes (`read`), and then run as often as there are configurations
//! (`execute`). The grammar is that of the specification's reference interpreter, described in the README of its
//! folder in the specification's repository, with the threads of the threads proposal's one; the `wast` crate parses it.
//!
//! - `read` text to commands      - `execute` commands on a store        - `expect` does a value fit what is asserted?
//! - `spectest` the host module that scripts import                      - `later` the list of what is not expected to pass yet
//!
//! A failure that only says that a module was refused for a feature that the engine does not have is marked with that feature, and so
//! are the failures that follow from it. It is a failure all the same: whoever wants to excuse it keeps a list (`later`).
pub mod later;

mod execute;
mod expect;
mod read;
mod spectest;

pub use read::{Script, ScriptError};

use samite::Engine;

/// What came of a script.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Assertions that hold. Commands that assert nothing (modules, registrations, plain calls) count only when they fail.
    pub passed: usize,
    pub failures: Vec<Failure>,
}

/// A command that failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Of the script, from 1.
    pub line: usize,
    /// One line.
    pub message: String,
    /// The feature that is missing, if that is the whole reason.
    pub feature: Option<String>,
}

impl Script {
    /// Runs all commands in a new store of the engine, those of each thread on a thread, in a store of its own.
    pub fn run(&self, engine: &Engine) -> Outcome {
        execute::run(self, engine)
    }
}
