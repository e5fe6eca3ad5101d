//! `samite spec`: official test scripts.
use crate::options::EnginesArgs;
use crate::script::Script;
use crate::term::{self, Colour};
use anyhow::{Context, ensure};
use samite::Engine;
use samite_codegen::driver::Strategy;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Runs test scripts (.wast) and counts the assertions that hold
///
/// One line a script, its failures below it; with several strategies, sums over them. The last line is `N passed, N failed`; the exit code is 0 only if none failed.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  samite spec test/core --engine reference")]
pub struct Args {
    /// Scripts, or directories that are searched for them
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    engines: EnginesArgs,
    /// Most failures shown of a script
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    show: usize,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut files = Vec::new();
    for path in &args.paths {
        let before = files.len();
        collect(path, &mut files)?;
        ensure!(files.len() > before, "no .wast files in {}", path.display());
    }
    let configurations = args.engines.configurations(&[Strategy::default()])?;
    let engines = configurations.iter().map(|c| Ok((c.to_string(), c.engine()?))).collect::<anyhow::Result<Vec<_>>>()?;
    let (mut passed, mut failed) = (0, 0);
    let mut missing: BTreeMap<String, usize> = BTreeMap::new();
    let bar = term::progress(files.len() as u64);
    for file in &files {
        bar.set_message(file.display().to_string());
        let tested = test(file, &engines, args.show)?;
        passed += tested.passed;
        failed += tested.failed;
        for feature in tested.missing {
            *missing.entry(feature).or_default() += 1;
        }
        bar.suspend(|| write!(std::io::stdout().lock(), "{}", tested.text))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let mut out = std::io::stdout().lock();
    if !missing.is_empty() {
        let list: Vec<String> = missing.iter().map(|(feature, count)| format!("{count} {feature}")).collect();
        writeln!(out, "failed only for a feature that this engine does not have: {}", list.join(", "))?;
    }
    writeln!(out, "{passed} passed, {failed} failed")?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What one script came to.
struct Tested {
    passed: usize,
    failed: usize,
    /// The feature of each failure that has one.
    missing: Vec<String>,
    text: String,
}

fn test(file: &Path, engines: &[(String, Engine)], show: usize) -> anyhow::Result<Tested> {
    let name = file.display().to_string();
    let text = crate::input::read(file)?;
    let Ok(text) = String::from_utf8(text) else {
        return Ok(broken(&name, &format!("{name}: not UTF-8")));
    };
    let script = match Script::parse(&name, &text) {
        Ok(script) => script,
        Err(error) => return Ok(broken(&name, &error.to_string())),
    };
    let (mut passed, mut failed) = (0, 0);
    let (mut lines, mut missing) = (Vec::new(), Vec::new());
    for (configuration, engine) in engines {
        let outcome = script.run(engine);
        passed += outcome.passed;
        failed += outcome.failures.len();
        let under = if engines.len() > 1 { format!(" [{configuration}]") } else { String::new() };
        lines.extend(outcome.failures.iter().map(|failure| format!("    {name}:{failure}{under}\n")));
        missing.extend(outcome.failures.into_iter().filter_map(|failure| failure.feature));
    }
    let colour = if failed == 0 { Colour::Green } else { Colour::Red };
    let mut text = format!("{name}: {}\n", term::paint(&format!("{passed} passed, {failed} failed"), colour));
    text.extend(lines.iter().take(show).map(String::as_str));
    if failed > show {
        text.push_str(&format!("    and {} more\n", failed - show));
    }
    Ok(Tested { passed, failed, missing, text })
}

/// A file that is not a script counts as one failure.
fn broken(name: &str, message: &str) -> Tested {
    let text = format!("{name}: {}\n    {message}\n", term::paint("not a script", Colour::Red));
    Tested { passed: 0, failed: 1, missing: Vec::new(), text }
}

/// A named file whatever its name; in a directory, and those in it, what ends in .wast, sorted.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let cannot = || format!("cannot read {}", path.display());
    if !fs::metadata(path).with_context(cannot)?.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    let mut entries: Vec<PathBuf> =
        fs::read_dir(path).with_context(cannot)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>().with_context(cannot)?;
    entries.sort();
    for entry in entries {
        // A link to a directory is not followed: it might lead back here.
        if entry.is_dir() && !entry.is_symlink() {
            collect(&entry, files)?;
        } else if entry.extension().is_some_and(|e| e == "wast") {
            files.push(entry);
        }
    }
    Ok(())
}
