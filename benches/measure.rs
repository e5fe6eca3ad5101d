//! Measuring kernels under several configurations.
//!
//! Per kernel: each configuration compiles it some times, then answers `run(check)` and `run(full)`, which are compared with what the
//! suite expects, then the timed runs take turns (A B A B ...), so that a machine that gets slower or busier does so for all. Times are
//! wall times of one call on this thread. Where one run takes long (`Plan::patience`), the run that
//! checked the answer is the measurement.
use crate::record::{self, Bench, Cell, Clock, CodeStats, Experiment, Process, Sample, SubjectKind};
use crate::suite::{Kernel, Work};
use anyhow::ensure;
use samite::{Engine, Linker, Module, Store, TypedFunc};
use samite_codegen::driver::Strategy;
use serde::Serialize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// What is compared: an engine under the name of its configuration.
#[derive(Clone, Debug)]
pub struct Subject {
    pub name: String,
    pub engine: Engine,
    /// What the engine compiles with; None without machine code.
    pub strategy: Option<Strategy>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    pub size: Size,
    /// Timed runs of each kernel and subject.
    pub runs: usize,
    /// Timed compilations of each kernel and subject.
    pub compiles: usize,
    /// A run that takes longer is not repeated: what starts cold does not matter then, and a slow strategy must not take all the time.
    pub patience: Duration,
}

/// Which of a kernel's two amounts of work is timed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Size {
    Full,
    Check,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan { size: Size::Full, runs: 5, compiles: 3, patience: Duration::from_millis(500) }
    }
}

/// One kernel under all subjects, in their order.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub kernel: String,
    pub group: String,
    pub iterations: i32,
    pub wasm_bytes: usize,
    pub measured: Vec<Measured>,
}

/// One kernel under one subject.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Measured {
    /// Why there is nothing to compare: it does not compile, traps, or answers wrongly.
    pub error: Option<String>,
    pub run_ns: Vec<u64>,
    pub compile_ns: Vec<u64>,
    /// Bytes of machine code; None without machine code.
    pub code_bytes: Option<u64>,
    /// Values that the register allocator keeps in memory; None without machine code.
    pub spills: Option<u64>,
}

/// What was measured in this one process, for reports.
pub fn experiment(suite: String, subjects: &[Subject], plan: &Plan, rows: &[Row]) -> Experiment {
    let sample = |ns: &u64| Sample { wall_ns: *ns, ..Sample::default() };
    let cell = |m: &Measured| Cell {
        error: m.error.clone(),
        code: m.code_bytes.map(|code_bytes| CodeStats {
            code_bytes,
            counts: m.spills.map(|n| ("spills".to_string(), n)).into_iter().collect(),
            passes: Vec::new(),
        }),
        processes: vec![Process {
            compile: m.compile_ns.last().map(sample),
            runs: m.run_ns.iter().map(sample).collect(),
            ..Process::default()
        }],
    };
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map(|(_, name)| name.to_string());
    let version = env!("CARGO_PKG_VERSION").to_string();
    Experiment {
        format: record::FORMAT,
        version: version.clone(),
        started: std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |t| t.as_secs()),
        machine: record::Machine {
            os: std::env::consts::OS.into(),
            arch: std::env::consts::ARCH.into(),
            cpu: cpu.unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(1, |n| n.get()),
            ..record::Machine::default()
        },
        plan: record::Plan {
            processes: 1,
            samples: plan.runs as u32,
            patience_ms: plan.patience.as_millis() as u64,
            seed: 0,
            pinned: None,
            randomized: false,
            quick: plan.size == Size::Check,
        },
        suite,
        subjects: subjects
            .iter()
            .map(|s| record::Subject {
                name: s.name.clone(),
                kind: if s.strategy.is_some() { SubjectKind::Strategy } else { SubjectKind::Reference },
                version: version.clone(),
                command: String::new(),
                clock: Clock::Call,
            })
            .collect(),
        benches: rows
            .iter()
            .map(|row| Bench {
                name: row.kernel.clone(),
                group: row.group.clone(),
                about: String::new(),
                wasm_bytes: row.wasm_bytes as u64,
                wasm_sha256: String::new(),
            })
            .collect(),
        cells: rows.iter().flat_map(|row| &row.measured).map(cell).collect(),
    }
}

/// An instance whose answers were right.
struct Ready {
    store: Store<()>,
    run: TypedFunc<i32, i64>,
}

impl Ready {
    fn run(&mut self, work: Work) -> anyhow::Result<Duration> {
        let start = Instant::now();
        let answer = self.run.call(&mut self.store, work.iterations)? as u64;
        let time = start.elapsed();
        let Work { iterations, expected } = work;
        ensure!(answer == expected, "wrong answer: run({iterations}) = {answer:#018x}, expected {expected:#018x}");
        Ok(time)
    }
}

/// Measures a kernel. What goes wrong is in the row.
pub fn measure(kernel: &Kernel, subjects: &[Subject], plan: &Plan) -> Row {
    let work = match plan.size {
        Size::Full => kernel.full,
        Size::Check => kernel.check,
    };
    let mut measured = vec![Measured::default(); subjects.len()];
    let mut ready: Vec<Option<Ready>> = Vec::with_capacity(subjects.len());
    for (subject, measured) in subjects.iter().zip(&mut measured) {
        // A panic is a bug of the compiler; the other kernels are measured all the same.
        let prepared = catch_unwind(AssertUnwindSafe(|| prepare(kernel, subject, work, plan, measured)));
        let prepared = prepared.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map_or("", |text| text.as_str());
            Err(anyhow::anyhow!("panic: {text}"))
        });
        ready.push(prepared.unwrap_or_else(|error| {
            measured.error = Some(line(&error));
            None
        }));
    }
    for _ in 0..plan.runs {
        for (ready, measured) in ready.iter_mut().zip(&mut measured) {
            let Some(instance) = ready else { continue };
            match instance.run(work) {
                Ok(time) => measured.run_ns.push(time.as_nanos() as u64),
                Err(error) => {
                    measured.error = Some(line(&error));
                    *ready = None;
                }
            }
        }
    }
    let (name, group) = (kernel.name.clone(), kernel.group.clone());
    Row { kernel: name, group, iterations: work.iterations, wasm_bytes: kernel.wasm.len(), measured }
}

/// Compiles and checks; None if the check was slow enough to be the measurement.
fn prepare(kernel: &Kernel, subject: &Subject, work: Work, plan: &Plan, measured: &mut Measured) -> anyhow::Result<Option<Ready>> {
    let mut module = compile(kernel, subject, measured)?;
    for _ in 1..plan.compiles {
        module = compile(kernel, subject, measured)?;
    }
    if let Some(stats) = module.compile_stats() {
        measured.code_bytes = Some(stats.count("code_bytes"));
        measured.spills = Some(stats.count("spills"));
    }
    let mut store = Store::new(&subject.engine, ());
    let instance = Linker::new(&subject.engine).instantiate(&mut store, &module)?;
    let run = instance.get_typed_func::<i32, i64>(&mut store, "run")?;
    let mut ready = Ready { store, run };
    ready.run(kernel.check)?;
    let time = ready.run(work)?;
    if time > plan.patience {
        measured.run_ns.push(time.as_nanos() as u64);
        return Ok(None);
    }
    Ok(Some(ready))
}

fn compile(kernel: &Kernel, subject: &Subject, measured: &mut Measured) -> anyhow::Result<Module> {
    let start = Instant::now();
    let module = Module::from_binary(&subject.engine, &kernel.wasm)?;
    measured.compile_ns.push(start.elapsed().as_nanos() as u64);
    Ok(module)
}

fn line(error: &anyhow::Error) -> String {
    let causes: Vec<String> = error.chain().map(|cause| cause.to_string().lines().next().unwrap_or_default().to_string()).collect();
    causes.join(": ")
}
