//! `samite objdump`: disassembly by function.
use crate::compile::choose;
use crate::disasm::{Bytes, Disassembler};
use crate::input;
use anyhow::Context;
use samite_codegen::driver::{Strategy, compile_module};
use samite_ir::translate::decode;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Disassembles a module's machine code
///
/// In front of an instruction stand the offset in the module of the wasm operator that it comes from, where that changes, and its own
/// offset in the code; behind it the trap that a fault in it means and the function that it calls.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  samite objdump app.wasm --function main --bytes")]
pub struct Args {
    /// The module, binary or text, which is compiled (`-` is standard input)
    file: PathBuf,
    /// Only functions of this name or index; may be given several times
    #[arg(long, value_name = "NAME|INDEX")]
    function: Vec<String>,
    /// Shows the bytes of instructions
    #[arg(long)]
    bytes: bool,
    /// How to compile: `max`, `baseline`, or FIELD=VALUE,...
    #[arg(long, default_value_t)]
    strategy: Strategy,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let bytes = input::read_module(&args.file)?;
    let name = || args.file.display().to_string();
    let module = decode(&bytes).with_context(name)?;
    let functions = choose(&module.info, &args.function).with_context(name)?;
    let (image, _) = compile_module(&module, &bytes, &args.strategy).with_context(name)?;
    let shown = if args.bytes { Bytes::Shown } else { Bytes::Hidden };
    let disassembler = Disassembler::new(&module.info, &image, shown)?;
    let mut out = std::io::stdout().lock();
    for (n, function) in functions.into_iter().enumerate() {
        let blank = if n > 0 { "\n" } else { "" };
        write!(out, "{blank}{}", disassembler.function(function)?)?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
