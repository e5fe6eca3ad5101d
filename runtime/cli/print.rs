//! `samite print`: the binary format to the text format.
use crate::input;
use anyhow::Context;
use std::path::PathBuf;
use std::process::ExitCode;

/// Prints a module in the text format
#[derive(clap::Args)]
#[command(after_help = "Example:\n  samite print app.wasm -o app.wat")]
pub struct Args {
    /// The module (`-` is standard input)
    file: PathBuf,
    /// Where to (`-` is standard output)
    #[arg(short, long, default_value = "-")]
    output: PathBuf,
    /// Nest the operands in their operators
    #[arg(long)]
    fold: bool,
    /// Write the byte offset in the module in front of each line
    #[arg(long)]
    offsets: bool,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let bytes = input::read_module(&args.file)?;
    input::check_is_wasm(&bytes).with_context(|| args.file.display().to_string())?;
    let mut config = wasmprinter::Config::new();
    config.fold_instructions(args.fold).print_offsets(args.offsets);
    let mut text = String::new();
    let mut print = wasmprinter::PrintFmtWrite(&mut text);
    config.print(&bytes, &mut print).with_context(|| format!("cannot print {}", args.file.display()))?;
    input::write(&args.output, text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
