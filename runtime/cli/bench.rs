//! `samite bench`: strategies compared on a suite.
use crate::options::{Configuration, EnginesArgs};
use crate::term;
use samite_benches::{Analysis, Plan, Size, Subject, Suite, measure, report};
use samite_codegen::driver::Strategy;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Compares strategies on a suite of programs
///
/// Each program's answers are checked before it is timed. Run times are medians, of one run where that takes more than half a second; the
/// strategies take turns. Without --strategy, the
/// default one and the baseline are compared. The suite `kernels` is part of
/// this program; another one is a directory with a suite.toml.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  samite bench --strategy max --strategy passes=none --filter sha --json results.json")]
pub struct Args {
    /// `kernels`, or a directory
    #[arg(default_value = "kernels")]
    suite: String,
    #[command(flatten)]
    engines: EnginesArgs,
    /// Only kernels whose name contains WORD, or whose group is WORD; may be given several times
    #[arg(long, value_name = "WORD")]
    filter: Vec<String>,
    /// Timed runs of each kernel
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Times the small amounts of work that otherwise only check the answers
    #[arg(long)]
    quick: bool,
    /// Writes all measurements to a file (`-` is standard output)
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let suite = Suite::load(&args.suite)?.filter(&args.filter)?;
    let configurations = args.engines.configurations(&[Strategy::MAX, Strategy::BASELINE])?;
    let subject = |c: &Configuration| Ok(Subject { name: c.to_string(), engine: c.engine()?, strategy: c.strategy() });
    let subjects = configurations.iter().map(subject).collect::<anyhow::Result<Vec<_>>>()?;
    let size = if args.quick { Size::Check } else { Size::Full };
    let plan = Plan { size, runs: args.runs as usize, ..Plan::default() };
    let json_only = args.json.as_ref().is_some_and(|file| file.as_os_str() == "-");
    let bar = term::progress(suite.kernels.len() as u64);
    let mut rows = Vec::with_capacity(suite.kernels.len());
    for kernel in &suite.kernels {
        bar.set_message(kernel.name.clone());
        rows.push(measure::measure(kernel, &subjects, &plan));
        bar.inc(1);
    }
    bar.finish_and_clear();
    let experiment = measure::experiment(suite.name, &subjects, &plan, &rows);
    let analysis = Analysis::new(&experiment);
    if !json_only {
        write!(std::io::stdout().lock(), "{}", report::table::table(&analysis))?;
    }
    if let Some(file) = &args.json {
        crate::input::write(file, report::json::write(&experiment).as_bytes())?;
    }
    if analysis.failed() > 0 {
        anyhow::bail!("{} measurements failed", analysis.failed());
    }
    Ok(ExitCode::SUCCESS)
}
