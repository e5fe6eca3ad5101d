//! `samite bench-worker`: what `samite bench` starts; people have no use for it. The protocol is described in `benches/worker/mod.rs`.
use crate::options::EngineArgs;
use anyhow::Context;
use samite::{Config, Engine, Placement};
use samite_benches::worker::command::{Commander, Server};
use samite_benches::worker::engine::Session;
use samite_benches::worker::serve::{Serve, serve};
use samite_benches::worker::{Hello, launch};
use std::ffi::OsString;
use std::io::{stdin, stdout};
use std::process::ExitCode;

/// Runs programs for `samite bench`
#[derive(clap::Args)]
#[command(after_help = "Example:\n  echo '{\"do\":\"quit\"}' | samite bench-worker serve")]
pub struct Args {
    /// The process without which this one is to end
    #[arg(long)]
    parent: Option<i32>,
    /// The core to run on
    #[arg(long)]
    pin: Option<u32>,
    #[command(subcommand)]
    job: Job,
}

#[derive(clap::Subcommand)]
enum Job {
    /// Runs programs in this process
    Serve {
        #[command(flatten)]
        engine: EngineArgs,
        /// Bytes to allocate first
        #[arg(long, default_value_t = 0)]
        heap_padding: usize,
        /// Puts functions at places that follow from it
        #[arg(long)]
        code_seed: Option<u64>,
    },
    /// Runs programs by a command line, given as JSON
    Command { lines: String },
    /// Becomes another program
    Exec {
        #[arg(last = true, required = true)]
        program: Vec<OsString>,
    },
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    launch::settle(args.parent, args.pin)?;
    let mut hello = Hello { engine: "samite".into(), version: env!("CARGO_PKG_VERSION").into() };
    let mut server: Box<dyn Serve> = match args.job {
        Job::Exec { program } => match launch::exec(&program[0], &program[1..])? {},
        Job::Command { lines } => {
            let commander: Commander = serde_json::from_str(&lines).context("not the description of a command line")?;
            hello.engine = commander.program.display().to_string();
            Box::new(Server::new(commander))
        }
        Job::Serve { engine, heap_padding, code_seed } => {
            // Never freed: what follows lies elsewhere.
            std::mem::forget(vec![1u8; heap_padding]);
            let mut config = Config::new();
            engine.configuration()?.apply(&mut config);
            if let Some(seed) = code_seed {
                config.code_placement(Placement::Random(seed));
            }
            Box::new(Session::new(Engine::new(&config)?)?)
        }
    };
    serve(&hello, &mut *server, stdin().lock(), stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}
