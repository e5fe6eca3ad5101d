//! The program; everything is in the library, so that tests can call it.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    samite_cli::main()
}
