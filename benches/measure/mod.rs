//! From suite and subjects to raw samples.
//!
//! Each program is measured in rounds. In a round every subject gets one fresh process, in random order; a process compiles, instantiates,
//! and checks its answer; then the timed runs are dealt out, one to each subject in turn, in random order. So all subjects of a round are
//! alive together, one runs at a time, and a machine that gets slower or busier does so for all. The round is what statistics pair by.
//!
//! A process that has run for `patience` is not asked again. What goes wrong (a wrong answer, a trap, a crash, no answer in time) is the
//! error of its cell and ends nothing else; its subject is left out of the later rounds of that program.
mod check;
pub mod machine;
pub mod meter;
pub mod schedule;
mod warmup;

use crate::record::{self, Cell, Experiment, Process, Sample};
use crate::stats::random::Random;
use crate::subject::{Engine, Subject};
use crate::suite::{Command, Item, Load, Suite, Work};
use crate::worker::client::Child;
use crate::worker::{Program, Reply, Request, World, one_line};
use anyhow::{Context, bail};
use check::Outcome;
use schedule::{Placement, shuffle};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

/// The most processes that are alive at a time; a round of more subjects goes in groups.
const MOST_ALIVE: usize = 12;

/// What besides the plan matters for how it goes, not for what the numbers mean.
#[derive(Clone, Debug)]
pub struct Settings {
    /// This very program: it becomes the workers.
    pub samite: PathBuf,
    /// The longest that an answer may take.
    pub timeout: Duration,
    /// Is each program run once more under each strategy, to see where its time goes?
    pub profile: bool,
    /// Set from outside to end early.
    pub stop: Arc<AtomicBool>,
}

/// What is told to those who wait: so many processes of all have done their part.
pub struct Progress<'a> {
    pub bench: &'a str,
    pub done: u64,
    pub of: u64,
}

/// Measures.
pub fn run(
    suite: &Suite,
    subjects: &[Subject],
    plan: &record::Plan,
    settings: &Settings,
    watch: &mut dyn FnMut(Progress<'_>),
) -> anyhow::Result<Experiment> {
    let room = tempfile::tempdir().context("no place for temporary files")?;
    let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let machine = machine::this();
    let mut random = Random::new(plan.seed);
    let (mut benches, mut cells) = (Vec::new(), Vec::new());
    let all = suite.items.len() as u64 * u64::from(plan.processes) * subjects.len() as u64;
    let mut done = 0;
    for (index, item) in suite.items.iter().enumerate() {
        let module = room.path().join(format!("{index}.wasm"));
        fs::write(&module, &item.wasm).context("cannot write a temporary file")?;
        let mut lab = Laboratory {
            item,
            module,
            subjects,
            plan,
            settings,
            room: room.path(),
            cells: vec![Cell::default(); subjects.len()],
            first: None,
        };
        for round in 0..plan.processes {
            let mut order: Vec<usize> = (0..subjects.len()).collect();
            shuffle(&mut order, &mut random);
            for group in order.chunks(MOST_ALIVE) {
                let group: Vec<usize> = group.iter().copied().filter(|&s| lab.cells[s].error.is_none()).collect();
                lab.round(round, &group, &mut random)?;
            }
            done += subjects.len() as u64;
            watch(Progress { bench: &item.name, done, of: all });
        }
        if settings.profile {
            for subject in (0..subjects.len()).filter(|&s| matches!(subjects[s].engine, Engine::Compiled(_))) {
                lab.profile(subject, &mut random)?;
            }
        }
        benches.push(item.record(plan.quick));
        cells.append(&mut lab.cells);
    }
    Ok(Experiment {
        format: record::FORMAT,
        version: env!("CARGO_PKG_VERSION").into(),
        started,
        machine,
        plan: plan.clone(),
        suite: suite.name.clone(),
        subjects: subjects.iter().map(|subject| subject.record.clone()).collect(),
        benches,
        cells,
    })
}

/// One program under all subjects.
struct Laboratory<'a> {
    item: &'a Item,
    module: PathBuf,
    subjects: &'a [Subject],
    plan: &'a record::Plan,
    settings: &'a Settings,
    room: &'a Path,
    cells: Vec<Cell>,
    /// What the first subject that answered did: with it the others must agree.
    first: Option<(String, Outcome)>,
}

/// A subject's process.
struct Alive {
    subject: usize,
    child: Child,
    process: Process,
    spent: Duration,
    /// Has it been asked for the last time?
    done: bool,
}

impl Laboratory<'_> {
    fn round(&mut self, round: u32, group: &[usize], random: &mut Random) -> anyhow::Result<()> {
        let mut alive: Vec<Alive> = Vec::with_capacity(group.len());
        for &subject in group {
            let placement = self.plan.randomized.then(|| Placement::random(random));
            match self.start(round, subject, placement) {
                Ok(ready) => alive.push(ready),
                Err(error) => self.failed(subject, &error)?,
            }
        }
        for _ in 0..self.plan.samples {
            shuffle(&mut alive, random);
            for one in alive.iter_mut().filter(|one| !one.done) {
                if let Err(error) = self.sample(one) {
                    one.done = true;
                    self.failed(one.subject, &error)?;
                }
            }
        }
        for mut one in alive {
            let cell = &mut self.cells[one.subject];
            if cell.error.is_none() {
                one.process.warmup = warmup::warmup(&one.process.runs);
                cell.processes.push(one.process);
            }
        }
        Ok(())
    }

    /// Notes an error, unless it is ours.
    fn failed(&mut self, subject: usize, error: &anyhow::Error) -> anyhow::Result<()> {
        // A signal from the terminal reaches the children too: their end is then no news.
        if self.settings.stop.load(Ordering::Relaxed) {
            bail!("interrupted");
        }
        self.cells[subject].error = Some(one_line(error));
        Ok(())
    }

    /// Starts a process, and checks what it answers.
    fn start(&mut self, round: u32, subject: usize, placement: Option<Placement>) -> anyhow::Result<Alive> {
        let launch = self.subjects[subject].launch(self.item, &self.settings.samite, placement, self.plan)?;
        let child = Child::spawn(&launch, self.settings.timeout, &self.settings.stop)?;
        let mut one = Alive { subject, child, process: Process { round, ..Process::default() }, spent: Duration::ZERO, done: false };
        let compile = Request::Compile { module: self.module.clone(), stats: round == 0 };
        let reply = self.ask(&mut one, &compile).context("does not compile")?;
        one.process.compile = reply.sample();
        if round == 0 {
            self.cells[subject].code = reply.code;
        }
        let program = self.program(subject);
        one.process.instantiate = self.ask(&mut one, &Request::Instantiate { program })?.sample();
        match &self.item.work {
            // The small amount of work tells whether it works at all.
            Work::Kernel { check, .. } if !self.plan.quick => _ = self.run(&mut one, Some(*check))?,
            Work::Kernel { .. } => {}
            _ => {
                let sample = self.run(&mut one, None)?;
                let time = Duration::from_nanos(sample.wall_ns);
                if time > Duration::from_millis(self.plan.patience_ms) {
                    // What starts cold does not matter then, and a slow subject must not take all the time.
                    self.keep(&mut one, sample);
                }
            }
        }
        Ok(one)
    }

    /// In a process of its own: a sampler takes time.
    fn profile(&mut self, subject: usize, random: &mut Random) -> anyhow::Result<()> {
        if self.cells[subject].error.is_some() {
            return Ok(());
        }
        let placement = self.plan.randomized.then(|| Placement::random(random));
        let asked = self.start(self.plan.processes, subject, placement).and_then(|mut one| {
            let request = Request::Profile { iterations: self.load().map(|load| load.iterations) };
            self.ask(&mut one, &request).context("no profile")
        });
        match asked {
            Ok(reply) => self.cells[subject].profile = reply.profile,
            Err(error) => self.failed(subject, &error)?,
        }
        Ok(())
    }

    /// What a timed run of a kernel has to do.
    fn load(&self) -> Option<Load> {
        match &self.item.work {
            Work::Kernel { full, check } => Some(if self.plan.quick { *check } else { *full }),
            _ => None,
        }
    }

    fn sample(&mut self, one: &mut Alive) -> anyhow::Result<()> {
        let sample = self.run(one, self.load())?;
        self.keep(one, sample);
        Ok(())
    }

    fn keep(&self, one: &mut Alive, mut sample: Sample) {
        if self.plan.with_compile {
            let before = [one.process.compile, one.process.instantiate];
            sample = before.into_iter().flatten().fold(sample, add);
        }
        one.process.runs.push(sample);
        one.spent += Duration::from_nanos(sample.wall_ns);
        one.done = one.spent >= Duration::from_millis(self.plan.patience_ms);
    }

    /// Runs once, and checks the answer.
    fn run(&mut self, one: &mut Alive, load: Option<Load>) -> anyhow::Result<Sample> {
        let reply = self.ask(one, &Request::Run { iterations: load.map(|load| load.iterations) })?;
        one.process.peak_rss_bytes = one.process.peak_rss_bytes.max(reply.peak_rss_bytes);
        let mut sample = reply.sample().context("it does not say how long it took")?;
        let mut outcome = Outcome { answer: reply.answer.unwrap_or_default(), ..Outcome::default() };
        if let Work::Wasi(command) | Work::Sightglass(command) = &self.item.work {
            let world = self.world(one.subject, command);
            outcome.stdout = fs::read(&world.stdout).context("it wrote no output")?;
            outcome.stderr = fs::read(&world.stderr).unwrap_or_default();
        }
        if let Some(wrong) = check::wrong(self.item, load, &outcome) {
            bail!("{wrong}");
        }
        if let Work::Wasi(command) = &self.item.work
            && let Some(time) = check::own_time(command, &outcome.stdout)
        {
            sample = Sample { wall_ns: time.map_err(anyhow::Error::msg)?, ..Sample::default() };
        }
        match &self.first {
            None => self.first = Some((self.subjects[one.subject].record.name.clone(), outcome)),
            Some((name, first)) => {
                if let Some(difference) = check::disagree(self.item, first, &outcome) {
                    bail!("{difference} (compared with {name})");
                }
            }
        }
        Ok(sample)
    }

    fn ask(&self, one: &mut Alive, request: &Request) -> anyhow::Result<Reply> {
        if self.settings.stop.load(Ordering::Relaxed) {
            bail!("interrupted");
        }
        one.child.ask(request, self.settings.timeout)
    }

    fn program(&self, subject: usize) -> Program {
        match &self.item.work {
            Work::Kernel { check, .. } => {
                let whole = self.plan.quick || self.plan.with_compile;
                Program::Kernel { check: (!whole).then_some(check.iterations) }
            }
            Work::Invoke { function, args, .. } => Program::Invoke { name: function.clone(), args: args.clone() },
            Work::Wasi(command) => Program::Wasi(self.world(subject, command)),
            Work::Sightglass(command) => Program::Sightglass(self.world(subject, command)),
        }
    }

    fn world(&self, subject: usize, command: &Command) -> World {
        let mut args = vec![format!("{}.wasm", self.item.name)];
        args.extend(command.args.iter().cloned());
        World {
            args,
            env: command.env.clone(),
            dirs: command.dirs.clone(),
            stdin: command.stdin.clone(),
            stdout: self.room.join(format!("{subject}.out")),
            stderr: self.room.join(format!("{subject}.err")),
        }
    }
}

fn add(a: Sample, b: Sample) -> Sample {
    let sum = |a: Option<u64>, b: Option<u64>| Some(a? + b?);
    Sample {
        wall_ns: a.wall_ns + b.wall_ns,
        cpu_ns: sum(a.cpu_ns, b.cpu_ns),
        cycles: sum(a.cycles, b.cycles),
        instructions: sum(a.instructions, b.instructions),
    }
}
