//! `samite explore`: a page on which the way of functions through the compiler is read line by line, and strategies are compared.
//!
//! ```text
//! wat   the text of functions      data   what the page knows      page.html, page.css, *.js   what shows it
//! ```
//! The page is one file that needs nothing else: no network, no server.
use crate::compile::choose;
use crate::{input, source};
use anyhow::{Context, ensure};
use samite_codegen::driver::{Strategy, Worker, listing, trace};
use samite_ir::translate::module::{ExternKind, ModuleInfo};
use samite_ir::translate::{Decoded, decode};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod data;
mod wat;

/// Writes a page that shows functions line by line: wat, SSA after every pass, machine code, bytes
///
/// Lines are aligned on the byte offsets of wasm operators; several strategies stand side by side. Without --function these are shown: the largest
/// function, and exported and other large ones up to 256 KiB of wasm in all. The page lists all functions.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  samite explore fib.wat -o fib.html\n  samite explore app.wasm --function main --strategy max --strategy baseline -o main.html"
)]
pub struct Args {
    /// The module, binary or text (`-` is standard input)
    file: PathBuf,
    /// How to compile: `max`, `baseline`, or FIELD=VALUE,...; may be given several times [default: max]
    #[arg(long, long_help = crate::options::strategies())]
    strategy: Vec<Strategy>,
    /// Only functions of this name or index; may be given several times
    #[arg(long, value_name = "NAME|INDEX")]
    function: Vec<String>,
    /// Where to (`-` is standard output) [default: FILE with the extension .html; standard output for standard input]
    #[arg(short, long)]
    output: Option<PathBuf>,
}

/// Bytes of wasm bodies that are shown unless functions are named.
const BUDGET: usize = 256 << 10;

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let name = || args.file.display().to_string();
    let bytes = input::read_module(&args.file)?;
    let module = input::located(&args.file, decode(&bytes))?;
    let functions = match args.function.as_slice() {
        [] => default_functions(&module.info),
        words => choose(&module.info, words).with_context(name)?,
    };
    ensure!(!functions.is_empty(), "{} has no functions with bodies", name());
    let mut strategies = args.strategy.clone();
    if strategies.is_empty() {
        strategies.push(Strategy::MAX);
    }
    let page = input::located(&args.file, page(&module, &bytes, &args.file, &strategies, &functions))?;
    let output = args.output.clone().unwrap_or_else(|| match args.file.as_os_str() == "-" {
        true => "-".into(),
        false => args.file.with_extension("html"),
    });
    input::write(&output, page.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// The largest function, then exported ones, then others from the largest on, as far as the budget goes. In module order.
fn default_functions(info: &ModuleInfo) -> Vec<u32> {
    let size = |f: &u32| info.bodies[*f as usize].len();
    let mut exported = vec![false; info.bodies.len()];
    for export in info.exports.iter().filter(|e| e.kind == ExternKind::Func) {
        if let Some(defined) = info.defined_function(export.index) {
            exported[defined as usize] = true;
        }
    }
    let mut order: Vec<u32> = (0..info.bodies.len() as u32).collect();
    order.sort_by_key(|f| std::cmp::Reverse(size(f)));
    // The largest stays in front.
    order.get_mut(1..).unwrap_or_default().sort_by_key(|f| !exported[*f as usize]);
    let mut left = BUDGET;
    let mut chosen = Vec::new();
    for f in order {
        if chosen.is_empty() || size(&f) <= left {
            left = left.saturating_sub(size(&f));
            chosen.push(f);
        }
    }
    chosen.sort_unstable();
    chosen
}

fn page(module: &Decoded, bytes: &[u8], file: &Path, strategies: &[Strategy], functions: &[u32]) -> anyhow::Result<String> {
    let info = &module.info;
    let names = listing::names(info);
    let bodies: Vec<_> = functions.iter().map(|f| info.bodies[*f as usize].clone()).collect();
    let wats = wat::functions(bytes, &bodies)?;
    let source = source::read(bytes, file);
    let mut worker = Worker::default();
    let mut parts = String::new();
    for ((&f, body), wat) in functions.iter().zip(&bodies).zip(wats) {
        let mut traces = Vec::new();
        for strategy in strategies {
            traces.push(trace::trace(&mut worker, module, bytes, f, strategy, &names)?);
        }
        let function = data::function(body, wat, source.as_ref(), traces);
        script(&mut parts, &format!("f{}", info.imported_functions + f), &serde_json::to_string(&function)?);
    }
    let shown = |f: u32| u8::from(functions.binary_search(&f).is_ok());
    let row = |f: u32| data::Row(info.imported_functions + f, &names[f as usize], info.bodies[f as usize].len(), shown(f));
    let about = data::Module {
        name: file.file_name().map_or("module".into(), |n| n.to_string_lossy().into_owned()),
        bytes: bytes.len(),
        version: env!("CARGO_PKG_VERSION"),
        strategies: strategies.iter().map(Strategy::to_string).collect(),
        functions: (0..names.len() as u32).map(row).collect(),
    };
    script(&mut parts, "module", &serde_json::to_string(&about)?);
    let code = [
        include_str!("explore/read.js"),
        include_str!("explore/align.js"),
        include_str!("explore/grid.js"),
        include_str!("explore/draw.js"),
        include_str!("explore/page.js"),
    ];
    Ok(fill(&[("style", include_str!("explore/page.css")), ("data", &parts), ("code", &code.concat()), ("title", &escape(&about.name))]))
}

/// The template with `{{name}}` replaced, each once.
fn fill(parts: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = include_str!("explore/page.html");
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").expect("the template is well formed");
        out.push_str(before);
        out.push_str(parts.iter().find(|p| p.0 == name).expect("the template names what there is").1);
        rest = after;
    }
    out + rest
}

/// Data that the browser does not look into until it is asked for.
fn script(out: &mut String, id: &str, json: &str) {
    let _ = writeln!(out, r#"<script type="application/json" id="{id}">{}</script>"#, json.replace('<', "\\u003c"));
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
