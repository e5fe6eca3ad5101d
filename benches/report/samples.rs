//! All timings of an experiment as one long table, a row for each: what `csv` and `parquet` write.
use crate::analysis::Quantity;
use crate::record::{Clock, Experiment, Sample, SubjectKind};

/// A column: its name, and what a row has there.
pub struct Column {
    pub name: &'static str,
    pub value: Value,
}

/// How a column's values are found. A sum type, so that each form writes its own kind of column.
#[derive(Clone, Copy)]
pub enum Value {
    Text(for<'a> fn(&Row<'a>) -> &'a str),
    Number(fn(&Row<'_>) -> Option<u64>),
    Flag(fn(&Row<'_>) -> bool),
}

/// A timing and where it comes from.
pub struct Row<'a> {
    suite: &'a str,
    bench: &'a str,
    group: &'a str,
    subject: &'a str,
    kind: SubjectKind,
    clock: Clock,
    round: u32,
    phase: Quantity,
    /// From 0 within its process and phase.
    index: usize,
    warmup: bool,
    /// The program failed under this subject, in this process or another one.
    failed: bool,
    sample: Sample,
}

/// `results.md` says what each of them is.
pub const COLUMNS: [Column; 15] = [
    Column { name: "suite", value: Value::Text(|r| r.suite) },
    Column { name: "bench", value: Value::Text(|r| r.bench) },
    Column { name: "group", value: Value::Text(|r| r.group) },
    Column { name: "subject", value: Value::Text(|r| r.subject) },
    Column { name: "kind", value: Value::Text(|r| kind(r.kind)) },
    Column { name: "clock", value: Value::Text(|r| clock(r.clock)) },
    Column { name: "round", value: Value::Number(|r| Some(u64::from(r.round))) },
    Column { name: "phase", value: Value::Text(|r| r.phase.name()) },
    Column { name: "index", value: Value::Number(|r| Some(r.index as u64)) },
    Column { name: "warmup", value: Value::Flag(|r| r.warmup) },
    Column { name: "failed", value: Value::Flag(|r| r.failed) },
    Column { name: "wall_ns", value: Value::Number(|r| Some(r.sample.wall_ns)) },
    Column { name: "cpu_ns", value: Value::Number(|r| r.sample.cpu_ns) },
    Column { name: "cycles", value: Value::Number(|r| r.sample.cycles) },
    Column { name: "instructions", value: Value::Number(|r| r.sample.instructions) },
];

/// Bench by bench, subject by subject, round by round, in the order of time within a process.
pub fn rows(experiment: &Experiment) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for (b, bench) in experiment.benches.iter().enumerate() {
        for (s, subject) in experiment.subjects.iter().enumerate() {
            let cell = experiment.cell(b, s);
            for process in &cell.processes {
                let mut add = |phase: Quantity, index: usize, warmup: bool, sample: Sample| {
                    rows.push(Row {
                        suite: &experiment.suite,
                        bench: &bench.name,
                        group: &bench.group,
                        subject: &subject.name,
                        kind: subject.kind,
                        clock: subject.clock,
                        round: process.round,
                        phase,
                        index,
                        warmup,
                        failed: cell.error.is_some(),
                        sample,
                    });
                };
                process.compile.iter().for_each(|s| add(Quantity::Compile, 0, false, *s));
                process.instantiate.iter().for_each(|s| add(Quantity::Instantiate, 0, false, *s));
                for (index, sample) in process.runs.iter().enumerate() {
                    add(Quantity::Run, index, index < process.warmup as usize, *sample);
                }
            }
        }
    }
    rows
}

/// As in JSON.
pub fn kind(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Strategy => "strategy",
        SubjectKind::Reference => "reference",
        SubjectKind::Peer => "peer",
        SubjectKind::Native => "native",
    }
}

fn clock(clock: Clock) -> &'static str {
    match clock {
        Clock::Call => "call",
        Clock::Process => "process",
    }
}
