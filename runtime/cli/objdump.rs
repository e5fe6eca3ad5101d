//! `samite objdump`: disassembly by function.
use crate::compile::choose;
use crate::input;
use anyhow::{Context, ensure};
use samite_codegen::driver::{Image, Strategy, artifact, compile_module, listing};
use samite_ir::translate::decode;
use samite_ir::translate::module::ModuleInfo;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Disassembles a module's machine code
///
/// Columns: byte offset in the module of the wasm operator (where it changes), offset in the code, bytes, instruction, and what a fault in it
/// means.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  samite objdump app.wasm --function main")]
pub struct Args {
    /// A compiled module, or one to be compiled (`-` is standard input)
    file: PathBuf,
    /// Only functions of this name or index; may be given several times
    #[arg(long, value_name = "NAME|INDEX")]
    function: Vec<String>,
    /// How to compile: `max`, `baseline`, or FIELD=VALUE,... [default: max]
    #[arg(long, long_help = crate::options::strategies())]
    strategy: Option<Strategy>,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let bytes = input::read(&args.file)?;
    let name = || args.file.display().to_string();
    if artifact::is_artifact(&bytes) {
        let artifact = artifact::read(&bytes).with_context(name)?;
        let module = artifact.decode().with_context(name)?;
        let same = args.strategy.is_none_or(|strategy| strategy == artifact.header.strategy);
        ensure!(same, "{} is compiled already, with {}", name(), artifact.header.strategy);
        return print(&args, &module.info, &artifact.image);
    }
    let bytes = input::to_module(&args.file, bytes)?;
    let module = input::located(&args.file, decode(&bytes))?;
    let (image, _) = input::located(&args.file, compile_module(&module, &bytes, &args.strategy.unwrap_or_default()))?;
    print(&args, &module.info, &image)
}

fn print(args: &Args, info: &ModuleInfo, image: &Image) -> anyhow::Result<ExitCode> {
    let functions = choose(info, &args.function).with_context(|| args.file.display().to_string())?;
    let names = listing::names(info);
    let mut out = std::io::stdout().lock();
    for (n, function) in functions.into_iter().enumerate() {
        let blank = if n > 0 { "\n" } else { "" };
        write!(out, "{blank}{}", listing::function(image, function, &names))?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
