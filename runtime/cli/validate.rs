//! `samite validate`: is it a module, and one that this engine has everything for?
use crate::input;
use std::path::PathBuf;
use std::process::ExitCode;

/// Checks that files are valid modules
#[derive(clap::Args)]
#[command(after_help = "Example:\n  samite validate app.wasm lib.wat")]
pub struct Args {
    /// Modules, binary or text (`-` is standard input)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Silent for valid modules; one line for each that is not.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for file in &args.files {
        let result = input::read_module(file).and_then(|bytes| input::located(file, input::validate(&bytes)));
        if let Err(error) = result {
            crate::term::error(&input::one_line(&error));
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}
