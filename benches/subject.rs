//! What is compared: our strategies, the reference interpreter, peers, native twins; and how a process of each is started.
use crate::measure::schedule::Placement;
use crate::peer::Peer;
use crate::record::{self, Clock, SubjectKind};
use crate::suite::{Item, Work};
use crate::worker::command::{Commander, Lines, Piece};
use crate::worker::launch::Launch;
use anyhow::Context;
use samite_codegen::driver::Strategy;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug)]
pub struct Subject {
    pub record: record::Subject,
    pub engine: Engine,
}

#[derive(Clone, Debug)]
pub enum Engine {
    Compiled(Strategy),
    Reference,
    /// A program that speaks our protocol.
    Driver {
        program: PathBuf,
        args: Vec<OsString>,
        env: BTreeMap<String, String>,
    },
    /// A command line.
    Command {
        program: PathBuf,
        lines: Lines,
        env: BTreeMap<String, String>,
    },
    /// The twin of each program.
    Native,
}

impl Subject {
    pub fn strategy(strategy: Strategy) -> Subject {
        let name = strategy.to_string();
        let command = format!("samite bench-worker serve --strategy {name}");
        Subject::ours(name, SubjectKind::Strategy, command, Engine::Compiled(strategy))
    }
    pub fn reference() -> Subject {
        let command = "samite bench-worker serve --engine reference".into();
        Subject::ours("reference".into(), SubjectKind::Reference, command, Engine::Reference)
    }
    fn ours(name: String, kind: SubjectKind, command: String, engine: Engine) -> Subject {
        let version = env!("CARGO_PKG_VERSION").to_string();
        Subject { record: record::Subject { name, kind, version, command, clock: Clock::Call }, engine }
    }
    /// The twins of a suite's programs. `version` is the compiler's.
    pub fn native(items: &[Item], version: String) -> Subject {
        let kernels = items.iter().all(|item| matches!(item.work, Work::Kernel { .. }));
        let builds: Vec<&str> = items.iter().filter_map(|item| item.twin.as_ref()).map(|twin| twin.build.as_str()).take(1).collect();
        let record = record::Subject {
            name: "native".into(),
            kind: SubjectKind::Native,
            version,
            command: builds.join(""),
            clock: if kernels { Clock::Call } else { Clock::Process },
        };
        Subject { record, engine: Engine::Native }
    }
    pub fn peer(peer: &Peer, version: String, engine: Engine) -> Subject {
        let clock = if matches!(engine, Engine::Command { .. }) { Clock::Process } else { Clock::Call };
        let record = record::Subject { name: peer.name.clone(), kind: SubjectKind::Peer, version, command: peer.command(), clock };
        Subject { record, engine }
    }

    /// How its process for a program is started. `samite` is this program.
    pub fn launch(&self, item: &Item, samite: &Path, placement: Option<Placement>, plan: &record::Plan) -> anyhow::Result<Launch> {
        let mut args: Vec<OsString> = vec!["bench-worker".into(), "--parent".into(), std::process::id().to_string().into()];
        if let Some(core) = plan.pinned {
            args.extend(["--pin".into(), core.to_string().into()]);
        }
        let mut env = Vec::new();
        if let Some(placement) = placement {
            env.push(("SAMITE_BENCH_PADDING".into(), "x".repeat(placement.environment)));
        }
        let command = |args: &mut Vec<OsString>, commander: &Commander| {
            args.extend(["command".into(), serde_json::to_string(commander).expect("it is plain data").into()]);
        };
        match &self.engine {
            Engine::Compiled(_) | Engine::Reference => {
                args.push("serve".into());
                match &self.engine {
                    Engine::Compiled(strategy) => args.extend(["--strategy".into(), strategy.to_string().into()]),
                    _ => args.extend(["--engine".into(), "reference".into()]),
                }
                if let Some(placement) = placement {
                    args.extend(["--heap-padding".into(), placement.heap.to_string().into()]);
                    args.extend(["--code-seed".into(), placement.code.to_string().into()]);
                }
            }
            Engine::Driver { program, args: of_driver, env: of_peer } => {
                args.extend(["exec".into(), "--".into(), program.into()]);
                args.extend(of_driver.iter().cloned());
                env.extend(of_peer.clone());
            }
            Engine::Command { program, lines, env } => {
                let env = env.clone().into_iter().collect();
                let mut lines = lines.clone();
                if plan.with_compile {
                    // Each run compiles.
                    lines.precompile = None;
                }
                let commander = Commander { program: program.clone(), lines, env, launcher: samite.into(), native: false };
                command(&mut args, &commander);
            }
            Engine::Native => {
                let twin = item.twin.as_ref().context("it has no native twin")?;
                let program = twin.program(&item.name)?;
                if matches!(item.work, Work::Kernel { .. }) {
                    args.extend(["exec".into(), "--".into(), program.into()]);
                } else {
                    let lines = Lines { wasi: Some(vec![Piece::One("{args}".into())]), ..Lines::default() };
                    let commander = Commander { program, lines, env: Vec::new(), launcher: samite.into(), native: true };
                    command(&mut args, &commander);
                }
            }
        }
        Ok(Launch { program: samite.into(), args, env })
    }
}
