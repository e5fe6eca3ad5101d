//! `samite compile`: a module to machine code, or to text that shows what the compiler makes of it.
use crate::{input, source};
use anyhow::{Context, ensure};
use clap::ValueEnum;
use samite_codegen::driver::{
    NoObserver, Observer, Stats, Strategy, Worker, artifact, compile_function, compile_module, layout, lines, listing,
};
use samite_codegen::mach::code::Code;
use samite_codegen::mach::flow::Allocation;
use samite_codegen::mach::text;
use samite_codegen::x64::X64;
use samite_ir::ssa::Func;
use samite_ir::translate::module::ModuleInfo;
use samite_ir::translate::{Decoded, decode};
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Compiles a module ahead of time, or shows what the compiler makes of it
///
/// A compiled module is an ELF file for this version of samite; the system's tools see its functions by name, and for each address the line
/// of the module's source, if it has DWARF or a source map, or else the byte offset in the module as line number.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  samite compile app.wasm -o app.cwasm\n  samite compile fib.wat --emit asm --function fib --strategy passes=none"
)]
pub struct Args {
    /// The module, binary or text (`-` is standard input)
    file: PathBuf,
    /// Prints a form of the functions instead
    #[arg(long, value_enum)]
    emit: Option<Emit>,
    /// Where to (`-` is standard output) [default: FILE with the extension .cwasm; standard output with --emit]
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// With --emit: only functions of this name or index; may be given several times
    #[arg(long, value_name = "NAME|INDEX", requires = "emit")]
    function: Vec<String>,
    /// With --emit ssa: the form after this pass instead of the last one; `translate` is the first
    #[arg(long, value_name = "PASS", requires = "emit")]
    after: Option<String>,
    /// How to compile: `max`, `baseline`, or FIELD=VALUE,...
    #[arg(long, default_value_t, long_help = crate::options::strategies())]
    strategy: Strategy,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Emit {
    /// The SSA form, optimized
    Ssa,
    /// Machine steps with virtual registers
    Mach,
    /// Machine steps with the places that the register allocator chose
    Regalloc,
    /// Machine code
    Asm,
    /// Counts and times
    Stats,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let bytes = input::read_module(&args.file)?;
    let name = || args.file.display().to_string();
    let module = input::located(&args.file, decode(&bytes))?;
    let functions = choose(&module.info, &args.function).with_context(name)?;
    let result = match args.emit {
        None => object(&module, &bytes, &args),
        Some(Emit::Asm) => assembly(&module, &bytes, &args.strategy, &functions).map(String::into_bytes),
        Some(Emit::Stats) => statistics(&module, &bytes, &args.strategy, &functions).map(String::into_bytes),
        Some(form) => forms(&module, &bytes, &args, form, &functions).map(String::into_bytes),
    };
    let output = args.output.clone().unwrap_or_else(|| match args.emit {
        None if args.file.as_os_str() != "-" => args.file.with_extension("cwasm"),
        _ => "-".into(),
    });
    input::write(&output, &input::located(&args.file, result)?)?;
    Ok(ExitCode::SUCCESS)
}

fn object(module: &Decoded, bytes: &[u8], args: &Args) -> anyhow::Result<Vec<u8>> {
    let (image, _) = compile_module(module, bytes, &args.strategy)?;
    let source = source::read(bytes, &args.file).unwrap_or_default();
    // Offsets count in the binary form, whatever the file is.
    let binary = args.file.with_extension("wasm");
    let debug = lines::sections(&image, &binary.display().to_string(), &source.lines).context("cannot write line numbers")?;
    Ok(artifact::write(&image, bytes, &args.strategy, &listing::names(&module.info), &debug))
}

/// The defined functions that the words name, by name or by index in the module; all if there are no words.
pub fn choose(info: &ModuleInfo, words: &[String]) -> anyhow::Result<Vec<u32>> {
    let all = 0..info.bodies.len() as u32;
    if words.is_empty() {
        return Ok(all.collect());
    }
    let mut chosen = Vec::new();
    for word in words {
        let index: Option<u32> = word.parse().ok();
        let named = |defined: &u32| {
            let function = info.imported_functions + defined;
            index == Some(function) || info.function_name(function) == Some(word)
        };
        let before = chosen.len();
        chosen.extend(all.clone().filter(named));
        ensure!(chosen.len() > before, "no function `{word}` with a body");
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

fn assembly(module: &Decoded, bytes: &[u8], strategy: &Strategy, functions: &[u32]) -> anyhow::Result<String> {
    // All of it: a call needs its target's place.
    let (image, _) = compile_module(module, bytes, strategy)?;
    let names = listing::names(&module.info);
    let texts: Vec<String> = functions.iter().map(|f| listing::function(&image, *f, &names)).collect();
    Ok(texts.join("\n"))
}

fn forms(module: &Decoded, bytes: &[u8], args: &Args, form: Emit, functions: &[u32]) -> anyhow::Result<String> {
    let layout = layout(module)?;
    let mut worker = Worker::default();
    let names = listing::names(&module.info);
    let mut out = String::new();
    for (n, &defined) in functions.iter().enumerate() {
        let mut shown = Shown { form, after: args.after.as_deref(), text: None };
        compile_function(&mut worker, module, bytes, &layout, defined, &args.strategy, &mut shown)?;
        let text = shown.text.with_context(|| format!("no pass `{}` ran", args.after.as_deref().unwrap_or_default()))?;
        let blank = if n > 0 { "\n" } else { "" };
        let _ = writeln!(out, "{blank}; {}\n{}", names[defined as usize], text.trim_end());
    }
    Ok(out)
}

/// Keeps the text of the wanted form.
struct Shown<'a> {
    form: Emit,
    after: Option<&'a str>,
    text: Option<String>,
}

impl Observer for Shown<'_> {
    fn ssa(&mut self, pass: &str, func: &Func) {
        if self.form == Emit::Ssa && self.after.is_none_or(|after| after == pass) {
            self.text = Some(func.to_string());
        }
    }
    fn mach(&mut self, code: &Code<X64>) {
        if self.form == Emit::Mach {
            self.text = Some(text::print(code, None));
        }
    }
    fn allocated(&mut self, code: &Code<X64>, allocation: &Allocation) {
        if self.form == Emit::Regalloc {
            self.text = Some(text::print(code, Some(allocation)));
        }
    }
}

fn statistics(module: &Decoded, bytes: &[u8], strategy: &Strategy, functions: &[u32]) -> anyhow::Result<String> {
    let layout = layout(module)?;
    let mut worker = Worker::default();
    let mut sum = Stats::default();
    for &defined in functions {
        let (_, stats) = compile_function(&mut worker, module, bytes, &layout, defined, strategy, &mut NoObserver)?;
        sum += &stats;
    }
    let mut out = format!("strategy        {strategy}\n");
    for (what, count) in sum.counts.iter() {
        let _ = writeln!(out, "{what:<16}{count:>12}");
    }
    for (what, time) in sum.times().iter().copied().chain([("total", sum.total_time())]) {
        let _ = writeln!(out, "{what:<16}{:>12.3} ms", time.as_secs_f64() * 1e3);
    }
    Ok(out)
}
