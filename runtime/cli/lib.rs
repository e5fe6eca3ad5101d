//! The `samite` program: one file a command, and what the commands share.
//!
//! ```text
//! run compile validate parse print objdump explore spec litmus bench      the commands: `Args` (what clap parses) and `run(args)`
//! bench_worker            what `bench` starts, hidden
//! script/     reads and runs .wast scripts; used by `spec` and by the tests
//! input       files to modules, and errors that say in one line what is wrong with a file
//! source      the source lines that a module was made from      explore/   the page of `explore`: its data, and what shows it
//! frames      backtraces as people read them
//! cache       compiled modules of earlier runs
//! options     flags that several commands have           term    colour and progress on a terminal, plain text in a pipe
//! ```
//! Exit codes: 0 success; 1 failed, with one line on standard error; 2 wrong usage; 134 a wasm trap; what a WASI program exits with.
//!
//! To add a command: 1. a file with `Args` and `run`, 2. a variant of `Command` and its line in `Command::run`, 3. an example in its
//! help (a test demands one), 4. a test in `tests/commands.rs`, 5. its line in the README.
#![forbid(unsafe_code)]

mod bench;
mod bench_worker;
mod cache;
mod compile;
mod explore;
mod frames;
mod input;
mod litmus;
mod objdump;
mod options;
mod parse;
mod print;
mod run;
pub mod script;
mod source;
mod spec;
mod term;
mod validate;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::io;
use std::process::ExitCode;

/// The command line, for tests of its shape.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs, compiles, inspects and measures WebAssembly.
#[derive(Parser)]
#[command(
    name = "samite",
    version,
    after_help = "Example:\n  samite run app.wasm --dir . -- one two\n  samite COMMAND --help has an example of each command"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Args),
    Compile(compile::Args),
    Validate(validate::Args),
    Parse(parse::Args),
    Print(print::Args),
    Objdump(objdump::Args),
    Explore(explore::Args),
    Spec(spec::Args),
    Litmus(litmus::Args),
    Bench(bench::Args),
    #[command(hide = true)]
    BenchWorker(bench_worker::Args),
}

impl Command {
    fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Command::Run(args) => run::run(args),
            Command::Compile(args) => compile::run(args),
            Command::Validate(args) => validate::run(args),
            Command::Parse(args) => parse::run(args),
            Command::Print(args) => print::run(args),
            Command::Objdump(args) => objdump::run(args),
            Command::Explore(args) => explore::run(args),
            Command::Spec(args) => spec::run(args),
            Command::Litmus(args) => litmus::run(args),
            Command::Bench(args) => bench::run(args),
            Command::BenchWorker(args) => bench_worker::run(args),
        }
    }
}

/// Runs the program's command line.
pub fn main() -> ExitCode {
    let matches = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match cli.command.run() {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            term::error(&input::one_line(&error));
            ExitCode::FAILURE
        }
    }
}

/// Whoever read our output has seen enough: `samite print app.wasm | head`.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|e| e.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe))
}
