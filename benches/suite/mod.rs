//! Suites: programs with inputs and right answers, from the binary itself, a file or a directory.
//!
//! ```text
//! kernels, simd      the embedded suite, and the part of it that is in vectors (`embedded`)
//! X.wasm X.wat       a WASI command, a program of the Sightglass protocol, or with `--invoke` a function
//! X.toml, DIR        a suite file, or a directory with a suite.toml (`file`); `kernels/suite.toml` shows the fields of kernels,
//!                    `suite.md` all
//! X.suite, DIR       a list of modules, or a directory of them, laid out as Sightglass' benchmarks (`sightglass`)
//! ```
//! Modules may be inside published packages (`package`), and programs may have native twins (`twin`).
pub mod embedded;
mod file;
pub mod package;
mod sightglass;
pub mod twin;

use crate::{record, worker};
use anyhow::{Context, bail, ensure};
use regex_lite::Regex;
use samite_codegen::driver::artifact;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
pub use twin::Twin;
use wasmparser::{CompositeInnerType, ExternalKind, Payload, TypeRef, ValType};

#[derive(Clone, Debug)]
pub struct Suite {
    pub name: String,
    pub items: Vec<Item>,
}

/// A program to measure.
#[derive(Clone, Debug)]
pub struct Item {
    pub name: String,
    pub group: String,
    pub about: String,
    /// The module.
    pub wasm: Cow<'static, [u8]>,
    pub work: Work,
    /// The same program as the system's own.
    pub twin: Option<Twin>,
}

/// What is run, and what must come out.
#[derive(Clone, Debug)]
pub enum Work {
    /// `run: (i32) -> i64`, work in proportion to its argument.
    Kernel {
        /// What is timed: some 40 ms of a native program.
        full: Load,
        /// What is checked first: below 2 ms of a native program.
        check: Load,
    },
    /// An exported function; without expected results, all subjects must agree.
    Invoke { function: String, args: Vec<String>, expected: Option<Vec<String>> },
    /// A WASI program, timed from beginning to end, or by its own clock.
    Wasi(Command),
    /// A WASI program, timed between its calls of `bench.start` and `bench.end`.
    Sightglass(Command),
}

/// `run(iterations)` answers `expected`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Load {
    pub iterations: i32,
    pub expected: u64,
}

/// A WASI program's command line and what it must do; without expected output, all subjects must agree.
#[derive(Clone, Debug, Default)]
pub struct Command {
    /// Without the program's name.
    pub args: Vec<String>,
    pub env: Vec<(String, String)>,
    /// Where a directory is, and what the program calls it.
    pub dirs: Vec<(PathBuf, String)>,
    pub stdin: Option<PathBuf>,
    pub exit: i32,
    pub expected_stdout: Option<Vec<u8>>,
    pub expected_stderr: Option<Vec<u8>>,
    /// Where in its output the program says how many seconds it took: those count.
    pub seconds: Option<Regex>,
}

/// What to call in a file that does not say it itself.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// A function to call with `args`.
    pub invoke: Option<String>,
    pub args: Vec<String>,
    /// Of a WASI program.
    pub command: Command,
    /// Small inputs where there are some.
    pub small: bool,
}

impl Item {
    /// As it is recorded. `quick`: is the small amount of work timed?
    pub fn record(&self, quick: bool) -> record::Bench {
        record::Bench {
            name: self.name.clone(),
            group: self.group.clone(),
            about: self.about.clone(),
            wasm_bytes: self.wasm.len() as u64,
            wasm_sha256: package::hex(&self.wasm),
            work: self.work.text(quick),
        }
    }
}

impl Work {
    /// What a run does. Times are comparable if this is the same.
    fn text(&self, quick: bool) -> String {
        match self {
            Work::Kernel { full, check } => format!("run({})", if quick { check.iterations } else { full.iterations }),
            Work::Invoke { function, args, .. } => format!("{function}({})", args.join(", ")),
            Work::Wasi(command) | Work::Sightglass(command) => {
                let variables = command.env.iter().map(|(name, value)| format!("{name}={value}"));
                variables.chain(["_start".to_string()]).chain(command.args.iter().cloned()).collect::<Vec<_>>().join(" ")
            }
        }
    }
}

impl Suite {
    /// The suites that are in the binary.
    pub const EMBEDDED: &'static [&'static str] = &["kernels", "simd"];

    /// The kernels, from the binary itself.
    pub fn kernels() -> Suite {
        embedded::kernels()
    }

    /// An embedded suite by name, or what is in a file or directory.
    pub fn load(word: &str, wanted: &Wanted) -> anyhow::Result<Suite> {
        match word {
            "kernels" if wanted.invoke.is_none() => return Ok(Suite::kernels()),
            "simd" if wanted.invoke.is_none() => return Ok(embedded::simd()),
            _ => {}
        }
        let path = Path::new(word);
        let extension = path.extension().unwrap_or_default();
        match () {
            () if path.is_dir() && path.join("suite.toml").exists() => file::load(&path.join("suite.toml"), word),
            () if path.is_dir() => sightglass::directory(path, wanted.small),
            () if !path.exists() => bail!(
                "no suite `{word}`: neither one of {}, nor a file (.wasm, .wat, .toml, .suite), nor a directory with a suite.toml or modules",
                Suite::EMBEDDED.join(", ")
            ),
            () if extension == "toml" => file::load(path, word),
            () if extension == "suite" => sightglass::list(path, wanted.small),
            () => Ok(Suite { name: word.into(), items: vec![single(path, wanted)?] }),
        }
    }

    /// Several as one.
    pub fn join(suites: Vec<Suite>) -> Suite {
        let name = suites.iter().map(|suite| suite.name.as_str()).collect::<Vec<_>>().join(" ");
        let mut seen = BTreeSet::new();
        let mut items = Vec::new();
        for suite in suites {
            for mut item in suite.items {
                // Names identify benches in reports and in comparisons with earlier ones.
                let (plain, mut n) = (item.name.clone(), 2);
                while !seen.insert(item.name.clone()) {
                    item.name = format!("{plain}#{n}");
                    n += 1;
                }
                items.push(item);
            }
        }
        Suite { name, items }
    }

    /// Keeps the programs whose name contains one of the words or whose group is one; all if there are none. Fails if nothing is left.
    pub fn filter(mut self, words: &[String]) -> anyhow::Result<Suite> {
        let wanted = |item: &Item| words.is_empty() || words.iter().any(|word| item.name.contains(word) || item.group == *word);
        self.items.retain(wanted);
        ensure!(!self.items.is_empty(), "nothing in `{}` has {} in its name", self.name, words.join(" or "));
        Ok(self)
    }
}

/// A file by itself.
fn single(path: &Path, wanted: &Wanted) -> anyhow::Result<Item> {
    let wasm = read_module(path)?;
    let shape = Shape::of(&wasm).with_context(|| path.display().to_string())?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let about = path.display().to_string();
    let item = |work| Item { name: name.clone(), group: String::new(), about: about.clone(), wasm: wasm.clone().into(), work, twin: None };
    match &wanted.invoke {
        Some(function) => {
            shape.check(function, &wanted.args).with_context(|| about.clone())?;
            Ok(item(Work::Invoke { function: function.clone(), args: wanted.args.clone(), expected: None }))
        }
        None if shape.marks => sightglass::item(path, wasm, wanted.small),
        None if shape.functions.contains_key("_start") => {
            Ok(item(Work::Wasi(Command { args: wanted.args.clone(), ..wanted.command.clone() })))
        }
        None => bail!("{about} is no program: it has no `_start`; name a function to call by --invoke{}", shape.has()),
    }
}

/// What a module is for.
struct Shape {
    /// Does it import `bench.start` and `bench.end`?
    marks: bool,
    /// Exported functions, and types of their parameters.
    functions: BTreeMap<String, Vec<ValType>>,
}

impl Shape {
    fn of(wasm: &[u8]) -> anyhow::Result<Shape> {
        // Names are all that is read: what our engine lacks may be what a peer has.
        let (mut start, mut end) = (false, false);
        let (mut types, mut functions, mut exports): (Vec<Vec<ValType>>, Vec<u32>, Vec<(String, u32)>) = Default::default();
        for payload in wasmparser::Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(section) => {
                    for group in section {
                        for ty in group?.into_types() {
                            types.push(if let CompositeInnerType::Func(ty) = &ty.composite_type.inner {
                                ty.params().to_vec()
                            } else {
                                Vec::new()
                            });
                        }
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        start |= import.module == "bench" && import.name == "start";
                        end |= import.module == "bench" && import.name == "end";
                        if let TypeRef::Func(ty) = import.ty {
                            functions.push(ty);
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    for ty in section {
                        functions.push(ty?);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            exports.push((export.name.to_string(), export.index));
                        }
                    }
                }
                _ => {}
            }
        }
        let params = |index: u32| functions.get(index as usize).and_then(|ty| types.get(*ty as usize)).cloned().unwrap_or_default();
        let functions = exports.into_iter().map(|(name, index)| (name, params(index))).collect();
        Ok(Shape { marks: start && end, functions })
    }
    /// Can the function be called with these? What cannot is told before anything is measured.
    fn check(&self, function: &str, args: &[String]) -> anyhow::Result<()> {
        let Some(params) = self.functions.get(function) else { bail!("there is no exported function `{function}`{}", self.has()) };
        if params.len() != args.len() {
            let types: Vec<String> = params.iter().map(ValType::to_string).collect();
            let (types, s) = (types.join(" "), if params.len() == 1 { "" } else { "s" });
            let types = if types.is_empty() { types } else { format!(" ({types})") };
            bail!("`{function}` takes {} argument{s}{types}, not {}", params.len(), args.len());
        }
        match params.iter().zip(args).find(|(ty, text)| !is_argument(**ty, text)) {
            Some((ty, text)) => bail!("argument `{text}` of `{function}` is not {} {ty}", if *ty == ValType::V128 { "a" } else { "an" }),
            None => Ok(()),
        }
    }
    fn has(&self) -> String {
        let names: Vec<String> = self.functions.keys().map(|name| format!("`{name}`")).take(20).collect();
        if names.is_empty() { String::new() } else { format!(" (it has {})", names.join(", ")) }
    }
}

/// As `worker::engine` reads arguments.
fn is_argument(ty: ValType, text: &str) -> bool {
    let integer = |bits: u32| worker::integer(text).is_some_and(|n| (-(1i128 << (bits - 1))..1i128 << bits).contains(&n));
    match ty {
        ValType::I32 => integer(32),
        ValType::I64 => integer(64),
        ValType::F32 => text.parse::<f32>().is_ok(),
        ValType::F64 => text.parse::<f64>().is_ok(),
        // Peers may know them.
        _ => true,
    }
}

/// A module, translated from the text format if it is in that.
fn read_module(path: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    to_module(path, bytes)
}

fn to_module(path: &Path, bytes: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    if bytes.starts_with(b"\0asm") {
        return Ok(bytes);
    }
    if artifact::is_artifact(&bytes) {
        bail!("{} is an ELF file; if `samite compile` made it, give the module it was made from: that is compiled here", path.display());
    }
    if path.extension().is_some_and(|e| e == "wat") {
        let module = wat::parse_bytes(&bytes).map_err(|error| {
            // The first line is the message, the second says where.
            let text = error.to_string();
            let mut lines = text.lines().map(|line| line.trim().trim_start_matches("--> ")).filter(|line| !line.is_empty());
            anyhow::anyhow!("{}: {} {}", path.display(), lines.next().unwrap_or_default(), lines.next().unwrap_or_default())
        })?;
        return Ok(module.into_owned());
    }
    bail!("{} is not a WebAssembly module", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_place() {
        let error = format!("{:#}", Suite::load("nowhere", &Wanted::default()).unwrap_err());
        assert!(error.starts_with("no suite `nowhere`: neither one of kernels"), "{error}");
    }

    #[test]
    fn filters() {
        let names = |words: &[&str]| -> Vec<String> {
            let words: Vec<String> = words.iter().map(|w| w.to_string()).collect();
            Suite::kernels().filter(&words).unwrap().items.into_iter().map(|k| k.name).collect()
        };
        assert_eq!(names(&["sha256"]), ["sha256", "sha256.simd"]);
        assert_eq!(names(&["vm_"]), ["vm_switch", "vm_calls"]);
        assert_eq!(names(&[]).len(), Suite::kernels().items.len());
        assert!(Suite::kernels().filter(&["nothing".into()]).is_err());
        let vectors = Suite::load("simd", &Wanted::default()).unwrap();
        assert_eq!(vectors.items.iter().map(|k| k.name.clone()).collect::<Vec<_>>(), names(&["simd"]));
    }

    #[test]
    fn names_stay_apart() {
        let twice = Suite::join(vec![Suite::kernels(), Suite::kernels()]);
        let names: BTreeSet<&str> = twice.items.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(names.len(), twice.items.len());
        assert!(names.contains("fib") && names.contains("fib#2"));
    }

    #[test]
    fn files_say_what_they_are() {
        let room = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = room.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_string()
        };
        let command = write("a.wat", r#"(module (memory (export "memory") 1) (func (export "_start")))"#);
        let marks = r#"(module (import "bench" "start" (func)) (import "bench" "end" (func)) (func (export "_start")))"#;
        let marks = write("b.wat", marks);
        let plain = write("c.wat", r#"(module (func (export "f") (param i32) (result i32) local.get 0))"#);
        let load = |word: &str, wanted: Wanted| Suite::load(word, &wanted).map(|mut suite| suite.items.remove(0).work);
        assert!(matches!(load(&command, Wanted::default()).unwrap(), Work::Wasi(_)));
        assert!(matches!(load(&marks, Wanted::default()).unwrap(), Work::Sightglass(_)));
        let error = load(&plain, Wanted::default()).unwrap_err().to_string();
        assert!(error.ends_with("name a function to call by --invoke (it has `f`)"), "{error}");
        let invoke = Wanted { invoke: Some("f".into()), args: vec!["1".into()], ..Wanted::default() };
        assert!(matches!(load(&plain, invoke).unwrap(), Work::Invoke { .. }));
        let broken = write("d.wat", "(module\n (fnc))");
        let error = load(&broken, Wanted::default()).unwrap_err().to_string();
        assert!(error.lines().count() == 1 && error.contains("d.wat") && error.contains(":2:"), "{error}");
    }
}
