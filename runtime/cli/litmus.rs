//! `samite litmus`: races between threads, judged by the memory model.
use crate::options::{Configuration, EnginesArgs, size};
use crate::term::{self, Colour};
use anyhow::ensure;
use samite::Engine;
use samite_codegen::driver::Strategy;
use samite_fuzz::litmus::{self, Expected, Judgement, Observed, Options, Outcome, Test};
use serde::Serialize;
use std::io::Write;
use std::process::ExitCode;

/// Runs small programs whose threads race, and compares what they do with what the memory model of WebAssembly allows
///
/// A line a test: how often it ran, how many of the allowed outcomes were seen, and how often one was relaxed, which taking turns does not explain.
/// What is allowed is computed from the axioms of the model. An outcome that is not allowed is a failure, shown with all that it takes to see it
/// again; one that is allowed and never seen is none, but counted. The last line is `N passed, N failed`; the exit code is 0 only if none failed.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  samite litmus SB MP+atomic32 --iterations 1M --strategy max --strategy passes=none --details\n  \
                  samite litmus +fence            the shapes with fences; --list has all tests")]
pub struct Args {
    /// Tests: SB+plain32 is one, SB stands for all of this shape, +plain32 and +plain for all of this kind; none for all there are
    #[arg(value_name = "TEST")]
    tests: Vec<String>,
    /// How often each test runs
    #[arg(long, short = 'n', value_name = "COUNT", default_value = "100K", value_parser = size)]
    iterations: u64,
    #[command(flatten)]
    engines: EnginesArgs,
    /// What the changing stress in which tests run follows from
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
    /// Shows the tests, and with --details what each does and may do, and runs none
    #[arg(long)]
    list: bool,
    /// Shows every outcome and how often it was seen
    #[arg(long, short = 'd')]
    details: bool,
    /// Writes one JSON object a test and line instead of text
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut tests = Test::all();
    for word in &args.tests {
        ensure!(tests.iter().any(|t| t.is_named(word)), "no test is named {word}; samite litmus --list shows all");
    }
    tests.retain(|test| args.tests.is_empty() || args.tests.iter().any(|word| test.is_named(word)));
    if args.list {
        let mut out = std::io::stdout().lock();
        for test in &tests {
            let expected = Expected::of(&test.program);
            let report = Report { test, configuration: None, expected: &expected, observed: None };
            write!(out, "{}", if args.json { report.json()? } else { report.listed(args.details) })?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    ensure!(args.iterations > 0, "a test that does not run shows nothing");
    let configurations = args.engines.configurations(&[Strategy::default()])?;
    let engines = configurations.iter().map(|c| Ok((*c, c.engine()?))).collect::<anyhow::Result<Vec<(Configuration, Engine)>>>()?;
    let options = Options { iterations: args.iterations, seed: args.seed };
    let (mut passed, mut failed, mut unseen) = (0, 0, 0);
    let bar = term::progress(tests.len() as u64 * engines.len() as u64 * args.iterations);
    let several = engines.len() > 1;
    let expected: Vec<Expected> = tests.iter().map(|test| Expected::of(&test.program)).collect();
    for (configuration, engine) in &engines {
        if several && !args.json {
            bar.suspend(|| writeln!(std::io::stdout().lock(), "[{configuration}]"))?;
        }
        for (test, expected) in tests.iter().zip(&expected) {
            bar.set_message(test.name());
            let before = bar.position();
            let observed = litmus::run(test, engine, &options, &|done| bar.set_position(before + done))?;
            let report = Report { test, configuration: Some(configuration), expected, observed: Some((&observed, &options)) };
            let judgement = expected.judge(&observed.histogram);
            unseen += judgement.unseen.len();
            if judgement.forbidden.is_empty() {
                passed += 1
            } else {
                failed += 1
            }
            let text = if args.json { report.json()? } else { report.text(&judgement, args.details) };
            bar.suspend(|| write!(std::io::stdout().lock(), "{text}"))?;
        }
    }
    bar.finish_and_clear();
    if !args.json {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{unseen} outcomes are allowed and were not seen{}", if args.details { "" } else { "; --details shows them" })?;
        writeln!(out, "{passed} passed, {failed} failed")?;
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What there is to say of a test.
struct Report<'a> {
    test: &'a Test,
    /// What ran it; none if nothing did.
    configuration: Option<&'a Configuration>,
    expected: &'a Expected,
    observed: Option<(&'a Observed, &'a Options)>,
}

/// A test as JSON.
#[derive(Serialize)]
struct Record {
    test: String,
    about: &'static str,
    configuration: Option<String>,
    seed: Option<u64>,
    iterations: Option<u64>,
    seconds: Option<f64>,
    passed: Option<bool>,
    outcomes: Vec<OutcomeRecord>,
}

#[derive(Serialize)]
struct OutcomeRecord {
    outcome: String,
    allowed: bool,
    relaxed: bool,
    seen: Option<u64>,
    first: Option<String>,
}

impl Report<'_> {
    fn seen(&self, outcome: &Outcome) -> Option<u64> {
        self.observed.map(|(observed, _)| observed.histogram.get(outcome).copied().unwrap_or(0))
    }

    fn first(&self, outcome: &Outcome) -> Option<&str> {
        let (observed, _) = self.observed?;
        observed.first.iter().find(|(o, _)| o == outcome).map(|(_, place)| place.as_str())
    }

    /// Allowed ones and those that were seen.
    fn outcomes(&self) -> Vec<&Outcome> {
        let seen = self.observed.iter().flat_map(|(observed, _)| observed.histogram.keys());
        let mut all: Vec<&Outcome> = self.expected.allowed.iter().chain(seen).collect();
        all.sort();
        all.dedup();
        all
    }

    fn json(&self) -> anyhow::Result<String> {
        let outcomes = self.outcomes();
        let record = Record {
            test: self.test.name(),
            about: self.test.shape.about,
            configuration: self.configuration.map(Configuration::to_string),
            seed: self.observed.map(|(_, options)| options.seed),
            iterations: self.observed.map(|(_, options)| options.iterations),
            seconds: self.observed.map(|(observed, _)| observed.time.as_secs_f64()),
            passed: self.observed.map(|(observed, _)| self.expected.judge(&observed.histogram).forbidden.is_empty()),
            outcomes: outcomes.into_iter().map(|outcome| self.outcome_record(outcome)).collect(),
        };
        Ok(serde_json::to_string(&record)? + "\n")
    }

    fn outcome_record(&self, outcome: &Outcome) -> OutcomeRecord {
        OutcomeRecord {
            outcome: self.test.describe(outcome),
            allowed: self.expected.allowed.contains(outcome),
            relaxed: self.expected.is_relaxed(outcome),
            seen: self.seen(outcome),
            first: self.first(outcome).map(str::to_string),
        }
    }

    fn listed(&self, details: bool) -> String {
        let relaxed = self.expected.allowed.iter().filter(|o| self.expected.is_relaxed(o)).count();
        let (name, allowed, about) = (self.test.name(), self.expected.allowed.len(), self.test.shape.about);
        let mut text = format!("{name:<24} {allowed:>5} allowed, {relaxed:>5} relaxed   {about}\n");
        if details {
            text += &self.threads();
            text.extend(self.outcomes().into_iter().map(|outcome| self.outcome(outcome)));
        }
        text
    }

    fn text(&self, judgement: &Judgement, details: bool) -> String {
        let Some((observed, options)) = self.observed else { return String::new() };
        let forbidden: u64 = judgement.forbidden.values().sum();
        let verdict = match forbidden {
            0 => term::paint("ok", Colour::Green),
            n => term::paint(&format!("FAILED: {n} forbidden"), Colour::Red),
        };
        let (allowed, total) = (self.expected.allowed.len(), judgement.total);
        let mut text = format!(
            "{:<24} {verdict}: {total} times in {:.1} s, {} of {allowed} allowed outcomes seen, {} times relaxed",
            self.test.name(),
            observed.time.as_secs_f64(),
            allowed - judgement.unseen.len(),
            judgement.relaxed
        );
        text.push('\n');
        if details || forbidden > 0 {
            text += &self.threads();
            text.extend(self.outcomes().into_iter().map(|outcome| self.outcome(outcome)));
        }
        if forbidden > 0 {
            let how = match self.configuration {
                Some(Configuration::Reference) => " --engine reference".to_string(),
                Some(Configuration::Compiled(strategy)) => format!(" --strategy {strategy}"),
                None => String::new(),
            };
            let (name, n, seed) = (self.test.name(), options.iterations, options.seed);
            text += &format!("    again: samite litmus {name} --iterations {n} --seed {seed}{how} --details\n");
            for outcome in judgement.forbidden.keys() {
                text += &format!("    {} was first at {}\n", self.test.describe(outcome), self.first(outcome).unwrap_or("no batch"));
            }
        }
        text
    }

    fn threads(&self) -> String {
        self.test.listing().lines().map(|line| format!("    {line}\n")).collect()
    }

    /// One line of the histogram.
    fn outcome(&self, outcome: &Outcome) -> String {
        let seen = self.seen(outcome);
        let count = seen.map_or(String::new(), |n| format!("{n:>10} "));
        let is_allowed = self.expected.allowed.contains(outcome);
        let mut line = format!("    {count}{}", self.test.describe(outcome));
        if self.expected.is_relaxed(outcome) {
            line += "  relaxed";
        }
        if !is_allowed {
            line += &format!("  {}", term::paint("forbidden", Colour::Red));
        } else if seen == Some(0) {
            line += &format!("  {}", term::paint("never seen", Colour::Yellow));
        }
        line + "\n"
    }
}
