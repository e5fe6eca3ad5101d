//! Records what the statistics are judged by: run times of several copies of one strategy, which do not differ, whatever the numbers say.
//!
//! ```text
//! cargo build --release && cargo run --release -p samite-benches --example record_samples target/release/samite 10 16 > benches/tests/samples.txt
//! ```
//! Arguments are the program that becomes the workers, rounds, runs in each process, and kernels (all, if none is named). It is the laboratory that
//! measures, with copies for subjects. A line is one process: kernel, round, copy, then `wall/cpu` of each run in units of 100 ns, the first one warm-up.
use anyhow::{Context, bail, ensure};
use samite_benches::measure::{self, Settings};
use samite_benches::record::Plan;
use samite_benches::subject::Subject;
use samite_benches::suite::Suite;
use samite_codegen::driver::Strategy;
use std::time::Duration;

const COPIES: usize = 7;

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [samite, rounds, runs, kernels @ ..] = &args[..] else { bail!("usage: record_samples SAMITE ROUNDS RUNS [KERNEL...]") };
    let mut suite = Suite::kernels();
    for kernel in kernels {
        ensure!(suite.items.iter().any(|item| item.name == *kernel), "no kernel {kernel}");
    }
    suite.items.retain(|item| kernels.is_empty() || kernels.contains(&item.name));
    let copy = |n: usize| {
        let mut subject = Subject::strategy(Strategy::MAX);
        subject.record.name += &format!("#{n}");
        subject
    };
    let subjects: Vec<Subject> = (0..COPIES).map(copy).collect();
    let plan = Plan {
        processes: rounds.parse().context("ROUNDS is a number")?,
        samples: runs.parse().context("RUNS is a number")?,
        // Every process has all its runs.
        patience_ms: u64::MAX,
        seed: 1,
        pinned: None,
        randomized: true,
        quick: false,
        with_compile: false,
    };
    let settings =
        Settings { samite: std::path::absolute(samite)?, timeout: Duration::from_secs(120), profile: false, stop: Default::default() };
    let experiment = measure::run(&suite, &subjects, &plan, &settings, &mut |progress| {
        if progress.done.is_multiple_of(u64::from(plan.processes) * COPIES as u64) {
            eprintln!("{}", progress.bench);
        }
    })?;
    println!("# kernel round copy wall/cpu ... (100 ns; the first run is warm-up)");
    println!("# {} {}", experiment.machine.cpu, experiment.machine.facts.get("load").map_or(String::new(), |load| format!("load {load}")));
    for (bench, item) in experiment.benches.iter().enumerate() {
        for copy in 0..COPIES {
            let cell = experiment.cell(bench, copy);
            if let Some(error) = &cell.error {
                bail!("{}: {error}", item.name);
            }
            for process in &cell.processes {
                let times = process.runs.iter().map(|run| format!("{}/{}", run.wall_ns / 100, run.cpu_ns.unwrap_or_default() / 100));
                println!("{} {} {copy} {}", item.name, process.round, times.collect::<Vec<_>>().join(" "));
            }
        }
    }
    Ok(())
}
