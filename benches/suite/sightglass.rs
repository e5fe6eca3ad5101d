//! Directories laid out as Sightglass' `benchmarks/`: modules that call `bench.start` and `bench.end`, their inputs beside them.
//!
//! The layout is its README's and its runner's: a program runs with the directory of its module as `.` and reads its inputs from there;
//! `NAME.stdout.expected` and `NAME.stderr.expected` beside `NAME.wasm`, else `default.…`, else `…` (older ones), hold what it must print,
//! compared line by line; `WASM_BENCH_USE_SMALL_WORKLOAD` asks for small inputs. A `.suite` file lists modules, one a line.
use super::{Command, Item, Shape, Suite, Work, read_module};
use anyhow::{Context, ensure};
use std::path::{Path, PathBuf};

/// What programs look for.
const SMALL: &str = "WASM_BENCH_USE_SMALL_WORKLOAD";

/// All programs in a directory and in those below it.
pub fn directory(path: &Path, small: bool) -> anyhow::Result<Suite> {
    let mut files = Vec::new();
    modules(path, &mut files)?;
    files.sort();
    let mut items = Vec::new();
    for file in files {
        let wasm = read_module(&file)?;
        // A module that does not even decode is tried: its error belongs into the table.
        if Shape::of(&wasm).map_or(true, |shape| shape.marks) {
            items.push(item(&file, wasm, small)?);
        }
    }
    ensure!(!items.is_empty(), "no suite in {}: no suite.toml, and no module that imports `bench.start` and `bench.end`", path.display());
    Ok(Suite { name: path.display().to_string(), items })
}

fn modules(directory: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        // Links are not followed: one up would have no end.
        if entry.file_type()?.is_dir() {
            modules(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "wasm") {
            files.push(path);
        }
    }
    Ok(())
}

/// The programs that a file lists.
pub fn list(path: &Path, small: bool) -> anyhow::Result<Suite> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut items = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') {
            let file = folder.join(line);
            let wasm = read_module(&file).with_context(|| format!("{}: line {}", path.display(), n + 1))?;
            items.push(item(&file, wasm, small)?);
        }
    }
    ensure!(!items.is_empty(), "{} lists no modules", path.display());
    Ok(Suite { name: path.display().to_string(), items })
}

pub fn item(file: &Path, wasm: Vec<u8>, small: bool) -> anyhow::Result<Item> {
    let file = std::path::absolute(file)?;
    let folder = file.parent().context("a file is in a directory")?;
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let group = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let small = small && (folder.join("small.input").exists() || folder.join(format!("{stem}.small.input")).exists());
    let expected = |stream: &str| -> anyhow::Result<Option<Vec<u8>>> {
        // They are of the large inputs.
        let names = [format!("{stem}.{stream}.expected"), format!("default.{stream}.expected"), format!("{stream}.expected")];
        let found = names.iter().map(|name| folder.join(name)).find(|path| path.exists() && !small);
        found.map(|path| std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))).transpose()
    };
    let command = Command {
        dirs: vec![(folder.to_path_buf(), ".".into())],
        env: if small { vec![(SMALL.into(), "1".into())] } else { Vec::new() },
        expected_stdout: expected("stdout")?,
        expected_stderr: expected("stderr")?,
        ..Command::default()
    };
    Ok(Item {
        name: if stem == "benchmark" { group.clone() } else { stem },
        about: file.display().to_string(),
        group,
        wasm: wasm.into(),
        work: Work::Sightglass(command),
        twin: None,
    })
}
