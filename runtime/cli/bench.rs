//! `samite bench`: strategies and peers compared on suites of programs. The laboratory is `benches/`; here is its command line.
use crate::options::{self, Configuration, EnginesArgs};
use crate::{input, term};
use anyhow::{Context, bail, ensure};
use samite_benches::measure::{self, Progress, Settings};
use samite_benches::peer::Peer;
use samite_benches::record::{Experiment, Plan};
use samite_benches::report::{self, table::Page};
use samite_benches::subject::{Engine, Subject};
use samite_benches::suite::{Command, Suite, Wanted};
use samite_benches::{Against, Analysis, Partners};
use samite_codegen::driver::Strategy;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

/// Compares strategies and other engines on suites of programs
///
/// Each program's answers are checked before it is timed. Every engine runs in processes of its own, several for each program, and their
/// timed runs take turns in random order. Without --strategy, the default way to compile and the simplest one are compared. The suite
/// `kernels` and its part `simd` are in this program; others are modules, suite files and directories of programs.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  samite bench --strategy max --strategy passes=none --filter sha --json results.json
  samite bench --strategy 'regalloc=*,bounds=guard,compare'
  samite bench --peers wasmtime,node --peer-dir ~/peers
  samite bench app.wasm --dir . -- --size 100
  samite bench fib.wat --invoke fib -- 30
  samite bench sightglass/benchmarks/default.suite")]
pub struct Args {
    /// `kernels`, `simd`, a module, a suite file (.toml, .suite) or a directory
    #[arg(value_name = "SUITE|FILE|DIR", default_value = "kernels")]
    suites: Vec<String>,
    /// Arguments of the program, or of the function of --invoke
    #[arg(last = true)]
    args: Vec<String>,
    #[command(flatten)]
    what: WhatArgs,
    #[command(flatten)]
    engines: EnginesArgs,
    #[command(flatten)]
    peers: PeerArgs,
    #[command(flatten)]
    plan: PlanArgs,
    #[command(flatten)]
    reports: ReportArgs,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Programs")]
struct WhatArgs {
    /// Only programs whose name contains WORD, or whose group is WORD; may be given several times
    #[arg(long, value_name = "WORD")]
    filter: Vec<String>,
    /// Calls an exported function of the module
    #[arg(long, value_name = "NAME")]
    invoke: Option<String>,
    /// Gives the program a directory, under another name if GUEST is there
    #[arg(long = "dir", value_name = "HOST[::GUEST]")]
    dirs: Vec<String>,
    /// Sets a variable of the program's environment
    #[arg(long = "env", value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// What the program reads from its standard input
    #[arg(long, value_name = "FILE")]
    stdin: Option<PathBuf>,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Other engines")]
struct PeerArgs {
    /// Adds the default strategy with one field at a time at its simplest value
    #[arg(long)]
    ablate: bool,
    /// Other engines: wasmtime, node, bun, wasmer, wasmi, and native for the programs' native twins
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    peers: Vec<String>,
    /// Another engine, described by a file like those in `benches/peers`
    #[arg(long = "peer", value_name = "FILE")]
    peer_files: Vec<PathBuf>,
    /// Where other engines are, besides the PATH: a directory with them, a `node_modules` or a virtual environment, or one with such
    /// directories in it
    #[arg(long = "peer-dir", value_name = "DIR")]
    peer_dirs: Vec<PathBuf>,
    /// Counts compiling and instantiating as part of each run, for all engines
    #[arg(long)]
    with_compile: bool,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Measurement")]
struct PlanArgs {
    /// Processes of each engine for each program [default: 5, with --thorough 10]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    processes: Option<u32>,
    /// Timed runs in each process [default: 3, with --thorough 15]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    runs: Option<u32>,
    /// A process that was timed for so long is not asked for more runs [default: 250ms, with --thorough 2s]
    #[arg(long, value_name = "TIME", value_parser = options::duration)]
    patience: Option<Duration>,
    /// Times small amounts of work: those that otherwise only check the answers, small inputs
    #[arg(long, conflicts_with = "thorough")]
    quick: bool,
    /// More processes and more runs: smaller differences are found
    #[arg(long)]
    thorough: bool,
    /// Of the order of runs and of the places in memory [default: another one each time]
    #[arg(long)]
    seed: Option<u64>,
    /// Runs each program for a second more under each strategy, and says where the time goes: by function and loop
    #[arg(long)]
    profile: bool,
    /// Runs everything on one core
    #[arg(long, value_name = "CORE")]
    pin: Option<u32>,
    /// Leaves stack and heap where they are, instead of at random places
    #[arg(long)]
    fixed_places: bool,
    /// An engine that takes longer for one answer has failed
    #[arg(long, value_name = "TIME", value_parser = options::timeout, default_value = "2m")]
    timeout: Duration,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Reports")]
struct ReportArgs {
    /// Says more on the terminal: compile times and code bytes of each program, groups, what the compiler counts, the time of its passes
    #[arg(long)]
    details: bool,
    /// Writes all measurements to a file (`-` is standard output), for --against
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes all timings, a line each
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Writes all timings for data frames
    #[arg(long, value_name = "FILE")]
    parquet: Option<PathBuf>,
    /// Writes tables for a page of text; of a file that there is, what follows its line `<!-- measured -->` is replaced
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Writes a page with charts that needs nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Says what changed since a file of --json
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Fails if a program is slower for sure than in the file of --against, or fails now
    #[arg(long, requires = "against")]
    fail_if_slower: bool,
}

impl ReportArgs {
    /// All that are to be written.
    fn files(&self) -> Vec<&Path> {
        let files = [&self.json, &self.csv, &self.parquet, &self.markdown, &self.html];
        files.into_iter().flatten().map(PathBuf::as_path).collect()
    }
}

impl PlanArgs {
    fn plan(&self, with_compile: bool) -> Plan {
        let (processes, runs, patience) = if self.thorough { (10, 15, 2000) } else { (5, 3, 250) };
        // The clock is random enough; what matters is that it is written down.
        let clock = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64 & 0xffff_ffff);
        Plan {
            processes: self.processes.unwrap_or(processes),
            samples: self.runs.unwrap_or(runs),
            patience_ms: self.patience.map_or(patience, |time| time.as_millis() as u64),
            seed: self.seed.unwrap_or_else(clock),
            pinned: self.pin,
            randomized: !self.fixed_places,
            quick: self.quick,
            with_compile,
        }
    }
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let suite = suite(&args)?;
    // Whatever is wrong with files is said before anything is measured.
    let then = args.reports.against.as_ref().map(|file| read(file)).transpose()?;
    args.reports.files().into_iter().try_for_each(input::check_writable)?;
    if let Some(file) = args.reports.markdown.as_ref().filter(|file| file.is_file()) {
        let old = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let ours = old.is_empty() || old.contains(MEASURED);
        ensure!(ours, "{} has no line `{MEASURED}`: what is in it would be lost", file.display());
    }
    let subjects = subjects(&args, &suite)?;
    let plan = args.plan.plan(args.peers.with_compile);
    if let (Some(then), Some(file)) = (&then, &args.reports.against) {
        let records: Vec<_> = subjects.iter().map(|subject| subject.record.clone()).collect();
        let benches: Vec<_> = suite.items.iter().map(|item| item.record(plan.quick)).collect();
        Partners::find(then, &plan, &records, &benches).with_context(|| format!("nothing to compare with in {}", file.display()))?;
    }
    if args.plan.profile && !subjects.iter().any(|subject| matches!(subject.engine, Engine::Compiled(_))) {
        bail!("--profile is about machine code; no subject is a strategy");
    }
    let experiment = measured(&suite, &subjects, &plan, &args.plan)?;
    let analysis = Analysis::new(&experiment);
    let against = then.map(|then| Against::new(&then, &experiment)).transpose()?;
    if !args.reports.files().iter().any(|file| file.as_os_str() == "-") {
        let mut out = std::io::stdout().lock();
        let width = term::width().unwrap_or(report::table::WIDTH);
        write!(out, "{}", report::table::table(&analysis, Page { width, details: args.reports.details }))?;
        if let (Some(against), Some(file)) = (&against, &args.reports.against) {
            write!(out, "\n{}", report::table::against(against, &file.display().to_string(), width))?;
        }
    }
    write_reports(&args.reports, &analysis)?;
    if analysis.failed() > 0 {
        bail!("{} failed", many(analysis.failed(), "measurement"));
    }
    if let Some(against) = against.filter(|_| args.reports.fail_if_slower) {
        let slower: Vec<&str> = against.slower().map(|change| change.bench.as_str()).collect();
        ensure!(!against.changes.is_empty(), "nothing was compared: no program has times then and now");
        ensure!(slower.is_empty(), "slower than before: {}", slower.join(", "));
        ensure!(against.broken.is_empty(), "{} that worked before", many(against.broken.len(), "failure"));
    }
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> anyhow::Result<Experiment> {
    let context = || file.display().to_string();
    let bytes = input::read(file)?;
    let text = String::from_utf8(bytes).context("not text").with_context(context)?;
    report::json::read(&text).with_context(context)
}

fn write_reports(args: &ReportArgs, analysis: &Analysis<'_>) -> anyhow::Result<()> {
    let experiment = analysis.experiment;
    let command = command_line();
    if let Some(file) = &args.json {
        input::write(file, report::json::write(experiment).as_bytes())?;
    }
    if let Some(file) = &args.csv {
        input::write(file, report::csv::write(experiment).as_bytes())?;
    }
    if let Some(file) = &args.parquet {
        input::write(file, &report::parquet::write(experiment)?)?;
    }
    if let Some(file) = &args.markdown {
        let matrix = report::markdown::matrix(analysis, &command);
        let old = if file.is_file() { std::fs::read_to_string(file).unwrap_or_default() } else { String::new() };
        let kept = old.find(MEASURED).map_or("", |at| &old[..at]);
        input::write(file, format!("{kept}{MEASURED}\n\n{matrix}").as_bytes())?;
    }
    if let Some(file) = &args.html {
        input::write(file, report::html::page(analysis, &command).as_bytes())?;
    }
    Ok(())
}

/// What stands in pages of text in front of tables that are measured.
const MEASURED: &str = "<!-- measured -->";

/// What was typed, for the record.
fn command_line() -> String {
    let words = std::env::args().skip(1).map(|word| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_=,./:@%+".contains(c);
        if !word.is_empty() && word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', "'\\''")) }
    });
    format!("samite {}", words.collect::<Vec<_>>().join(" "))
}

fn suite(args: &Args) -> anyhow::Result<Suite> {
    let what = &args.what;
    let dir = |spec: &String| {
        let (host, guest) = spec.split_once("::").unwrap_or((spec, spec));
        let host = std::path::absolute(host)?;
        ensure!(host.is_dir(), "no directory {}", host.display());
        Ok((host, guest.to_string()))
    };
    let variable = |text: &String| {
        let split = text.split_once('=').filter(|(name, _)| !name.is_empty());
        let (name, value) = split.with_context(|| format!("--env {text} is not NAME=VALUE"))?;
        Ok((name.to_string(), value.to_string()))
    };
    let command = Command {
        dirs: what.dirs.iter().map(dir).collect::<anyhow::Result<_>>()?,
        env: what.env.iter().map(variable).collect::<anyhow::Result<_>>()?,
        stdin: what.stdin.as_ref().map(std::path::absolute).transpose()?,
        ..Command::default()
    };
    if let Some(file) = &command.stdin {
        ensure!(file.is_file(), "cannot read {}", file.display());
    }
    let alone = what.invoke.is_some() || !args.args.is_empty() || !what.dirs.is_empty() || !what.env.is_empty() || what.stdin.is_some();
    let is_module = |word: &String| Path::new(word).is_file() && !Path::new(word).extension().is_some_and(|e| e == "toml" || e == "suite");
    if let [first, second, ..] = &args.suites[..]
        && is_module(first)
        && !(Path::new(second).exists() || Suite::EMBEDDED.contains(&second.as_str()))
    {
        bail!("no suite or file `{second}`; arguments come after `--`: `-- {}`", args.suites[1..].join(" "));
    }
    if alone && !(args.suites.len() == 1 && is_module(&args.suites[0])) {
        bail!("--invoke, --dir, --env, --stdin and arguments are for one module; a suite says these itself");
    }
    let wanted = Wanted { invoke: what.invoke.clone(), args: args.args.clone(), command, small: args.plan.quick };
    let suites = args.suites.iter().map(|word| Suite::load(word, &wanted)).collect::<anyhow::Result<Vec<_>>>()?;
    Suite::join(suites).filter(&what.filter)
}

fn subjects(args: &Args, suite: &Suite) -> anyhow::Result<Vec<Subject>> {
    let default: &[Strategy] = match (args.peers.ablate, args.peers.peers.is_empty() && args.peers.peer_files.is_empty()) {
        (true, _) => &[],
        (false, true) => &[Strategy::MAX, Strategy::BASELINE],
        (false, false) => &[Strategy::MAX],
    };
    let mut configurations = args.engines.configurations(default)?;
    if args.peers.ablate {
        configurations.extend(Strategy::ablations().into_iter().map(Configuration::Compiled));
    }
    let mut subjects: Vec<Subject> = Vec::new();
    for configuration in configurations {
        subjects.push(match configuration {
            Configuration::Compiled(strategy) => Subject::strategy(strategy),
            Configuration::Reference => Subject::reference(),
        });
    }
    let samite = samite()?;
    for name in args.peers.peers.iter().filter(|name| !name.is_empty()) {
        subjects.push(match name.as_str() {
            "native" => native(suite)?,
            name => Peer::built_in(name)?.find(&args.peers.peer_dirs, &samite)?,
        });
    }
    for file in &args.peers.peer_files {
        subjects.push(Peer::load(file)?.find(&args.peers.peer_dirs, &samite)?);
    }
    let mut seen = BTreeSet::new();
    subjects.retain(|subject| seen.insert(subject.record.name.clone()));
    Ok(subjects)
}

/// The twins, all built: what does not build is told before anything is measured, and nothing is built between measurements.
fn native(suite: &Suite) -> anyhow::Result<Subject> {
    let twins = suite.items.iter().filter_map(|item| Some((item, item.twin.as_ref()?)));
    let bar = term::progress(suite.items.len() as u64);
    let mut built = 0;
    for (item, twin) in twins {
        bar.set_message(format!("building {}", item.name));
        twin.program(&item.name).with_context(|| format!("peer native: `{}`", item.name))?;
        bar.inc(1);
        built += 1;
    }
    bar.finish_and_clear();
    ensure!(built > 0, "peer native: no program of `{}` has a native twin (`native` in a suite file)", suite.name);
    let version = |name: &str| {
        let output = std::process::Command::new(name).arg("--version").output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).lines().next()?.trim().to_string())
    };
    let compiler = suite.items.iter().find_map(|item| Some(item.twin.as_ref()?.compiler()));
    Ok(Subject::native(&suite.items, compiler.as_deref().and_then(version).unwrap_or_default()))
}

fn samite() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("cannot find this program, which starts the others")
}

fn measured(suite: &Suite, subjects: &[Subject], plan: &Plan, args: &PlanArgs) -> anyhow::Result<Experiment> {
    // The first signal ends it in order; the second one at once.
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_default(signal, stop.clone())?;
        signal_hook::flag::register(signal, stop.clone())?;
    }
    let settings = Settings { samite: samite()?, timeout: args.timeout, profile: args.profile, stop };
    let bar = term::progress(suite.items.len() as u64 * u64::from(plan.processes) * subjects.len() as u64);
    let mut watch = |progress: Progress<'_>| {
        bar.set_message(progress.bench.to_string());
        bar.set_position(progress.done);
    };
    let experiment = measure::run(suite, subjects, plan, &settings, &mut watch);
    bar.finish_and_clear();
    experiment
}

fn many(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
