//! Golden tests: `filetests/STATION/*.wat` (or `.ssa`, a function in the text form of `ir/ssa/text.rs`), one feature a file.
//!
//! ```text
//! ;; station=asm target=x64 strategy=passes=none,regalloc=linear
//! (module ...)
//!
//! ;; what the station makes of each function of the module
//! ```
//! `BLESS=1 cargo test -p samite-codegen --test filetests` writes the expectation anew; read the difference before it is committed.
//!
//! At `opt` the expectation is a list of patterns, so that it does not pin value numbers:
//! ```text
//! ; check: $x: i32 = const 7     a line of the result has these words in a row; `$x` is a value, the same wherever the name is
//! ; not: load                    no line between the last check and the next has them
//! ```
//! Checks match in order, each at or behind the line after the one before. `run/` belongs to `runtime/engine/tests/filetests_run.rs`.
use samite_codegen::driver::{self, Image, Observer, Placement, Strategy, Worker, listing};
use samite_codegen::mach::code::{Code, Target};
use samite_codegen::mach::flow::Allocation;
use samite_codegen::mach::tables::Detail;
use samite_codegen::x64::cpu::Cpu;
use samite_codegen::x64::{X64, lanes};
use samite_codegen::{mach, regalloc};
use samite_ir::ssa::{self, Func};
use samite_ir::translate::module::{MemoryType, ModuleInfo};
use samite_ir::translate::vmctx::Layout;
use samite_ir::translate::{Decoded, Options, Translator, decode};
use std::collections::HashMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn translate() {
    run_folder("translate");
}
#[test]
fn opt() {
    run_folder("opt");
}
#[test]
fn lower() {
    run_folder("lower");
}
#[test]
fn regalloc() {
    run_folder("regalloc");
}
#[test]
fn asm() {
    run_folder("asm");
}

fn run_folder(station: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("filetests").join(station);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder).expect("the folder is there").map(|f| f.expect("readable").path()).collect();
    files.sort();
    let bless = std::env::var_os("BLESS").is_some_and(|v| v == "1");
    let mut failures = Vec::new();
    for path in &files {
        let name = format!("{station}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        if let Err(why) = run_file(path, station, bless) {
            failures.push(format!("---- filetests/{name}\n{why}"));
        }
    }
    assert!(failures.is_empty(), "{} of {} files:\n{}", failures.len(), files.len(), failures.join("\n"));
}

/// A file taken apart.
struct FileTest {
    strategy: Strategy,
    source: String,
    is_ssa: bool,
    /// Without the marks of comments.
    expected: Vec<String>,
}

fn run_file(path: &Path, station: &str, bless: bool) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|e| e.to_string())?;
    let is_ssa = path.extension().is_some_and(|e| e == "ssa");
    let test = take_apart(&text, station, is_ssa)?;
    let actual = actual(&test, station)?;
    if station == "opt" {
        return match_patterns(&test.expected, &actual).map_err(|why| format!("{why}\nthe result is:\n{actual}"));
    }
    let lines: Vec<&str> = actual.trim_end().lines().map(str::trim_end).collect();
    if lines == test.expected {
        return Ok(());
    }
    if bless {
        let mark = if is_ssa { ";" } else { ";;" };
        let mut blessed = format!("{}\n\n", test.source.trim_end());
        for line in lines {
            _ = writeln!(blessed, "{}", format!("{mark} {line}").trim_end());
        }
        return fs::write(path, blessed).map_err(|e| e.to_string());
    }
    Err(format!("{}BLESS=1 accepts this.", difference(&test.expected, &lines)))
}

/// The expectation is the block of comments at the end.
fn take_apart(text: &str, station: &str, is_ssa: bool) -> Result<FileTest, String> {
    let header = text.lines().next().unwrap_or_default();
    let mut strategy = None;
    let mut found = (None, None);
    for (key, value) in header.trim_start_matches(';').split_whitespace().filter_map(|w| w.split_once('=')) {
        match key {
            "station" => found.0 = Some(value),
            "target" => found.1 = Some(value),
            // What is expected must not depend on the machine.
            "strategy" => strategy = Some(Strategy { cpu: Cpu::Avx2, ..Strategy::MAX }.but(value)?),
            _ => return Err(format!("unknown key `{key}` in the first line")),
        }
    }
    if found != (Some(station), Some("x64")) {
        return Err(format!("the first line must say station={station} target=x64"));
    }
    let lines: Vec<&str> = text.lines().collect();
    let is_source = |l: &&str| !l.trim().is_empty() && !l.starts_with(';');
    let end = lines.iter().rposition(is_source).ok_or("no source")? + 1;
    let expected = lines[end..].iter().filter(|l| l.starts_with(';'));
    let expected = expected.map(|l| l.trim_start_matches(';')).map(|l| l.strip_prefix(' ').unwrap_or(l).trim_end().to_string());
    Ok(FileTest {
        strategy: strategy.ok_or("the first line must say strategy=...")?,
        source: lines[..end].join("\n"),
        is_ssa,
        expected: expected.collect(),
    })
}

fn difference(expected: &[String], actual: &[&str]) -> String {
    let mut out = String::new();
    let same = expected.iter().zip(actual).take_while(|(e, a)| e == a).count();
    let rest = expected[same..].iter().rev().zip(actual[same..].iter().rev());
    let tail = rest.take_while(|(e, a)| e == a).count();
    for line in expected[..same].iter().rev().take(3).rev() {
        _ = writeln!(out, "  {line}");
    }
    for line in &expected[same..expected.len() - tail] {
        _ = writeln!(out, "- {line}");
    }
    for line in &actual[same..actual.len() - tail] {
        _ = writeln!(out, "+ {line}");
    }
    for line in expected[expected.len() - tail..].iter().take(3) {
        _ = writeln!(out, "  {line}");
    }
    out
}

// ---- what a station makes

/// Keeps the text of one station.
struct Keep<'a> {
    station: &'a str,
    text: String,
    /// The function after the pass that ran last.
    last: String,
}

impl Observer for Keep<'_> {
    fn ssa(&mut self, _: &str, func: &Func) {
        self.last = func.to_string();
    }
    fn mach(&mut self, code: &Code<X64>) {
        match self.station {
            "opt" => self.text = std::mem::take(&mut self.last),
            "lower" => self.text = mach::text::print(code, None),
            _ => {}
        }
    }
    fn allocated(&mut self, code: &Code<X64>, allocation: &Allocation) {
        if self.station == "regalloc" {
            self.text = mach::text::print(code, Some(allocation));
        }
    }
}

fn actual(test: &FileTest, station: &str) -> Result<String, String> {
    if test.is_ssa {
        return of_ssa(test, station);
    }
    let bytes = wat::parse_str(&test.source).map_err(|e| e.to_string())?;
    let module = decode(&bytes).map_err(|e| e.to_string())?;
    if station == "translate" {
        return translated(test, &module, &bytes);
    }
    let names = listing::names(&module.info);
    let image = driver::compile_module(&module, &bytes, &test.strategy).map_err(|e| e.to_string())?.0;
    let layout = driver::layout(&module).map_err(|e| e.to_string())?;
    let mut parts = Vec::new();
    for index in 0..module.info.bodies.len() as u32 {
        let mut keep = Keep { station, text: String::new(), last: String::new() };
        let mut worker = Worker::default();
        driver::compile_function(&mut worker, &module, &bytes, &layout, index, &test.strategy, &mut keep).map_err(|e| e.to_string())?;
        if station == "asm" {
            keep.text = listing::function_text(&image, index, &names);
        }
        parts.push(keep.text);
    }
    if parts.len() > 1 && station != "opt" {
        parts = parts.iter().zip(&names).map(|(p, name)| format!("{name}:\n{p}")).collect();
    }
    Ok(parts.join("\n"))
}

/// Without the compiler behind it, which has no vectors yet.
fn translated(test: &FileTest, module: &Decoded, bytes: &[u8]) -> Result<String, String> {
    let layout = driver::layout(module).map_err(|e| e.to_string())?;
    let Strategy { interrupt, nan, relaxed, .. } = test.strategy;
    let mut parts = Vec::new();
    for (index, body) in (0..).zip(&module.info.bodies) {
        let options = Options { interrupt, nan, relaxed };
        let func = Translator::default().translate(module, &layout, index, &bytes[body.clone()], &options).map_err(|e| e.to_string())?;
        ssa::verify::verify(&func).map_err(|e| format!("translated wrongly: {e:?}"))?;
        parts.push(func.to_string());
    }
    Ok(parts.join("\n"))
}

/// A function given as SSA, in a module with one memory.
fn of_ssa(test: &FileTest, station: &str) -> Result<String, String> {
    let mut func = ssa::text::parse(&test.source).map_err(|e| e.to_string())?;
    ssa::verify::verify(&func).map_err(|e| format!("the source is wrong: {e:?}"))?;
    let memory = MemoryType { min: 1, max: None, shared: false };
    let info = ModuleInfo { memories: vec![memory], ..ModuleInfo::default() };
    let layout = Layout::new(&info).ok_or("a layout")?;
    let options = samite_opt::Options { passes: test.strategy.passes, bounds: test.strategy.bounds };
    let settings = samite_opt::Settings { options, layout: &layout, memories: &info.memories };
    let mut context = samite_opt::Context::default();
    samite_opt::early(&mut func, &settings, &mut context, |pass, func| ssa::verify::assert_valid(func, pass.name));
    lanes::expand(&mut func, test.strategy.cpu.set());
    ssa::verify::assert_valid(&func, "lanes");
    samite_opt::late(&mut func, &settings, &mut context, |pass, func| ssa::verify::assert_valid(func, pass.name));
    if station == "opt" {
        return Ok(func.to_string());
    }
    let code = mach::lower::lower::<X64>(&func);
    mach::verify::verify(&code.flow, X64::registers()).map_err(|e| e.join("\n"))?;
    if station == "lower" {
        return Ok(mach::text::print(&code, None));
    }
    let allocation = regalloc::run(test.strategy.regalloc, &code.flow, X64::registers(), &mut regalloc::Context::default());
    regalloc::check::check(&code.flow, X64::registers(), &allocation).map_err(|e| e.join("\n"))?;
    if station == "regalloc" {
        return Ok(mach::text::print(&code, Some(&allocation)));
    }
    let image = Image::link(vec![X64::emit(&code, &allocation, Detail::Operators)], Placement::InOrder).ok_or("too long")?;
    Ok(listing::function_text(&image, 0, &["self".to_string()]))
}

// ---- patterns

fn match_patterns(patterns: &[String], text: &str) -> Result<(), String> {
    let lines: Vec<Vec<&str>> = text.lines().map(words).collect();
    let mut names = HashMap::new();
    let mut at = 0;
    let mut absent: Vec<&str> = Vec::new();
    let mut checks = 0;
    for pattern in patterns {
        if let Some(wanted) = pattern.strip_prefix("not: ") {
            absent.push(wanted);
            checks += 1;
        } else if let Some(wanted) = pattern.strip_prefix("check: ") {
            let wanted_words = words(wanted);
            let place = (at..lines.len()).find_map(|n| Some((n, matched(&wanted_words, &lines[n], &names)?)));
            let Some((found, bound)) = place else { return Err(format!("no line for `{wanted}`")) };
            refuse(&absent, &lines[at..found], &names)?;
            absent.clear();
            names = bound;
            at = found + 1;
            checks += 1;
        }
    }
    refuse(&absent, &lines[at..], &names)?;
    if checks == 0 { Err("no patterns".into()) } else { Ok(()) }
}

fn refuse(absent: &[&str], lines: &[Vec<&str>], names: &HashMap<String, String>) -> Result<(), String> {
    for pattern in absent {
        if let Some(line) = lines.iter().find(|l| matched(&words(pattern), l, names).is_some()) {
            return Err(format!("`{pattern}` is there: {}", line.join(" ")));
        }
    }
    Ok(())
}

/// Names, numbers and the like as one word each, every other character as one.
fn words(line: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = line.split(" ;").next().unwrap_or_default().trim_start();
    while !rest.is_empty() {
        let is_word = |c: char| c.is_alphanumeric() || "_.$@".contains(c);
        let end = match rest.find(|c: char| !is_word(c)) {
            Some(0) => rest.chars().next().map_or(1, char::len_utf8),
            Some(n) => n,
            None => rest.len(),
        };
        out.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    out
}

/// The names, with those that this line adds, if the pattern's words stand in a row in the line.
fn matched(pattern: &[&str], line: &[&str], names: &HashMap<String, String>) -> Option<HashMap<String, String>> {
    (0..=line.len().checked_sub(pattern.len())?).find_map(|start| {
        let mut bound = names.clone();
        let fits = pattern.iter().zip(&line[start..]).all(|(p, word)| match p.strip_prefix('$') {
            Some(_) if !word.starts_with('v') => false,
            Some(name) => bound.entry(name.to_string()).or_insert_with(|| word.to_string()) == word,
            None => p == word,
        });
        fits.then_some(bound)
    })
}
