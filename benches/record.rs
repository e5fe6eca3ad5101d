//! What was measured: raw samples and where they come from, nothing derived. The one shape between measuring and reporting; its JSON form is
//! what `samite bench --json` writes and `--against` reads.
use crate::profile::Profile;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Grows with every change that old readers would misread.
pub const FORMAT: u32 = 2;

/// One run of the laboratory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    pub format: u32,
    /// Of Samite.
    pub version: String,
    /// Seconds since 1970.
    pub started: u64,
    pub machine: Machine,
    pub plan: Plan,
    pub suite: String,
    /// The first one is what the others are compared with.
    pub subjects: Vec<Subject>,
    pub benches: Vec<Bench>,
    /// At `bench * subjects.len() + subject`.
    pub cells: Vec<Cell>,
}

/// Where it was measured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    pub os: String,
    pub kernel: String,
    pub arch: String,
    /// As the system calls it; empty if it does not say.
    pub cpu: String,
    pub cores: usize,
    pub memory_bytes: u64,
    /// Frequency governor, turbo, virtualization, load at the start ...: whatever explains numbers, by name.
    pub facts: BTreeMap<String, String>,
}

/// How it was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Rounds: each subject has one fresh process in each.
    pub processes: u32,
    /// Timed runs in each process.
    pub samples: u32,
    /// A process whose timed runs took so long together is not asked for more.
    pub patience_ms: u64,
    /// Of the order of runs and of placements.
    pub seed: u64,
    /// The core that everything ran on.
    pub pinned: Option<u32>,
    /// Did stack, heap and code get random places?
    pub randomized: bool,
    /// Timed were the small amounts of work that otherwise only check answers.
    pub quick: bool,
    /// Is the time of compiling and instantiating part of that of each run?
    #[serde(default)]
    pub with_compile: bool,
}

/// Something that runs programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Unique and short: a strategy's text, or a peer's name.
    pub name: String,
    pub kind: SubjectKind,
    /// Of the engine, in its own words.
    pub version: String,
    /// The command line that started its processes, without places of this machine.
    pub command: String,
    /// What its times are of.
    pub clock: Clock,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    Strategy,
    Reference,
    Peer,
    Native,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// The call alone, taken inside the process.
    Call,
    /// A whole process, or the difference of two, with a large and a small amount of work.
    Process,
}

/// A program of the suite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bench {
    pub name: String,
    pub group: String,
    pub about: String,
    pub wasm_bytes: u64,
    /// SHA-256 of the module, in hexadecimal.
    pub wasm_sha256: String,
    /// What each run did: `run(1000)`, the command line. Empty in files of before this was kept.
    #[serde(default)]
    pub work: String,
}

/// One bench under one subject.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Why there is nothing to compare: it does not compile, traps, or answers wrongly.
    pub error: Option<String>,
    /// Of the code; None where the engine does not tell.
    pub code: Option<CodeStats>,
    /// In the order of rounds. A round that went wrong is not there, and `error` says why.
    pub processes: Vec<Process>,
    /// Where the time of runs went, if that was asked for: of a process of its own, which is none of the above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
}

/// One process: all that was timed in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Process {
    pub round: u32,
    pub compile: Option<Sample>,
    pub instantiate: Option<Sample>,
    pub runs: Vec<Sample>,
    /// So many of `runs`, from the first one, are warm-up and count for nothing.
    pub warmup: u32,
    pub peak_rss_bytes: Option<u64>,
}

/// One timing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    pub wall_ns: u64,
    pub cpu_ns: Option<u64>,
    pub cycles: Option<u64>,
    pub instructions: Option<u64>,
}

/// What the compiler says about its code.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CodeStats {
    pub code_bytes: u64,
    /// Counts by name: ops, steps, spills, moves, checks_kept, checks_removed, scalar / vector128 / vector256 instructions ...; reports show
    /// what is there, so that a new count shows up by itself.
    pub counts: BTreeMap<String, u64>,
    /// Nanoseconds by pass or station, summed over functions, in the order they ran: of the compiling threads' clocks, waiting included.
    pub passes: Vec<(String, u64)>,
}

impl Experiment {
    pub fn cell(&self, bench: usize, subject: usize) -> &Cell {
        &self.cells[bench * self.subjects.len() + subject]
    }
}

impl Process {
    /// The timed runs without the warm-up.
    pub fn steady(&self) -> &[Sample] {
        &self.runs[(self.warmup as usize).min(self.runs.len())..]
    }
}
