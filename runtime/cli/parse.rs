//! `samite parse`: the text format to the binary format.
use crate::input;
use std::path::PathBuf;
use std::process::ExitCode;

/// Translates a module from the text format (.wat) to the binary format (.wasm)
#[derive(clap::Args)]
#[command(after_help = "Example:\n  samite parse app.wat -o app.wasm")]
pub struct Args {
    /// The text (`-` is standard input)
    file: PathBuf,
    /// The module to write (`-` is standard output) [default: FILE with the extension .wasm]
    #[arg(short, long)]
    output: Option<PathBuf>,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let bytes = input::read(&args.file)?;
    anyhow::ensure!(!bytes.starts_with(b"\0asm"), "{} is in the binary format already", args.file.display());
    let module = input::text_to_binary(&args.file, &bytes)?;
    let from_stdin = args.file.as_os_str() == "-";
    let output = args.output.unwrap_or_else(|| if from_stdin { "-".into() } else { args.file.with_extension("wasm") });
    input::write(&output, &module)?;
    Ok(ExitCode::SUCCESS)
}
