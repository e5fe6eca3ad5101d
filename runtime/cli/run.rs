//! `samite run`: a program, or one function of a module.
use crate::cache::Cache;
use crate::options::{Configuration, EngineArgs, LimitArgs};
use crate::{frames, input, options, source, term};
use anyhow::{Context, bail, ensure};
use clap::ValueEnum;
use samite::{
    Config, Engine, ExternType, Func, Global, Instance, Linker, Memory, Module, Profiler, Ref, Sampler, SharedMemory, Store, Table, Trap,
    Val, ValType, WasmBacktrace,
};
use samite_benches::profile as sampled;
use samite_codegen::driver::{Strategy, artifact};
use samite_ir::translate::Interrupt;
use samite_wasi::{Exit, Threads, WasiCtx, WasiCtxBuilder, add_to_linker};
use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Runs a WASI program, or a function of a module
///
/// FILE is a module in the binary or the text format, or one that `samite compile` made: that is code as any program's, so run only what you
/// trust. Options stand before the program's first argument: from there on all is the program's. A first argument that starts with a dash comes
/// after `--`.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  samite run app.wasm --dir . --env LANG=C -- --verbose input.txt\n  samite run fib.wat --invoke fib 30"
)]
pub struct Args {
    /// The program (`-` is standard input)
    file: PathBuf,
    /// Its arguments, or those of the function
    #[arg(trailing_var_arg = true)]
    args: Vec<OsString>,
    /// Calls an exported function with ARGS and prints its results
    #[arg(long, value_name = "NAME")]
    invoke: Option<String>,
    /// Gives the program a directory, under another name if GUEST is there
    #[arg(long = "dir", value_name = "HOST[::GUEST]")]
    dirs: Vec<String>,
    /// Sets a variable of the program's environment; without a value, to the one it has here
    #[arg(long = "env", value_name = "NAME[=VALUE]")]
    env: Vec<String>,
    #[command(flatten)]
    engine: EngineArgs,
    /// What becomes of imports that nobody defines
    #[arg(long, value_enum, value_name = "HOW", default_value_t = UnknownImports::Error)]
    unknown_imports: UnknownImports,
    /// Compiles the module even if an earlier run has done it, and does not keep it for later ones
    #[arg(long)]
    no_cache: bool,
    /// Stops the program after a time such as 5s or 250ms
    #[arg(long, value_name = "TIME", value_parser = options::timeout)]
    timeout: Option<Duration>,
    /// Tells `perf` (by a map or a dump) or `gdb` about wasm functions, or says at the end where the time went: by function and loop, on
    /// standard error or in FILE
    #[arg(long, value_name = "perfmap|jitdump|gdb|sample[:FILE]", value_parser = parse_profile)]
    profile: Option<Profile>,
    #[command(flatten)]
    limits: LimitArgs,
}

/// Who is told where the time goes.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Profile {
    Tool(Profiler),
    /// Us; where to.
    Sample(Option<PathBuf>),
}

fn parse_profile(text: &str) -> Result<Profile, String> {
    Ok(match text.split_once(':') {
        None if text == "perfmap" => Profile::Tool(Profiler::PerfMap),
        None if text == "jitdump" => Profile::Tool(Profiler::JitDump),
        None if text == "gdb" => Profile::Tool(Profiler::Gdb),
        None if text == "sample" => Profile::Sample(None),
        Some(("sample", file)) if !file.is_empty() => Profile::Sample(Some(file.into())),
        _ => return Err("expected perfmap, jitdump, gdb, sample or sample:FILE".into()),
    })
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum UnknownImports {
    /// The module is refused
    Error,
    /// Functions that trap when they are called
    Trap,
    /// Functions that give zeros and nulls
    Default,
}

/// What wasmtime and shells say of an aborted program: 128 + SIGABRT.
const TRAPPED: u8 = 134;

/// After a timeout, wasm code traps at once; a program that waits for the host (for input, or asleep) does not notice, and has this long.
const GRACE: Duration = Duration::from_secs(1);

/// The stack that every program's first thread has here; more takes a thread of our own.
const MAIN_STACK: u64 = 4 << 20;

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Some(stack) = args.limits.max_wasm_stack.filter(|stack| *stack > MAIN_STACK) else { return run_here(args) };
    let size = usize::try_from(stack).ok().and_then(|stack| stack.checked_add(MAIN_STACK as usize)).context("no room for such a stack")?;
    let thread = std::thread::Builder::new().stack_size(size).spawn(|| run_here(args));
    let thread = thread.with_context(|| format!("no room for a stack of {stack} bytes"))?;
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn run_here(args: Args) -> anyhow::Result<ExitCode> {
    misplaced(&args)?;
    let name = args.file.display().to_string();
    let file = input::read(&args.file)?;
    let (configuration, source) = if artifact::is_artifact(&file) {
        compiled(&args, &name, file)?
    } else {
        let module = input::to_module(&args.file, file)?;
        (configuration(&args, &module)?, Source::Module(module))
    };
    let mut config = Config::new();
    configuration.apply(&mut config);
    args.limits.apply(&mut config);
    if args.profile.is_some() && configuration == Configuration::Reference {
        bail!("--profile is about machine code; --engine reference makes none");
    }
    if let Some(Profile::Tool(tool)) = args.profile {
        config.profiler(tool);
    }
    if let Some(Profile::Sample(Some(file))) = &args.profile {
        input::check_writable(file)?;
    }
    let engine = Engine::new(&config)?;
    let module = match (&source, configuration.strategy()) {
        (Source::Compiled(_), _) => Module::from_trusted_file(&engine, &args.file),
        (Source::Module(bytes), Some(_)) if !args.no_cache => match Cache::open() {
            Some(cache) => input::located(&args.file, cache.module(&engine, bytes)),
            None => input::located(&args.file, Module::from_binary(&engine, bytes)),
        },
        (Source::Module(bytes), _) => input::located(&args.file, Module::from_binary(&engine, bytes)),
    }?;
    let mut linker = Linker::new(&engine);
    add_to_linker(&mut linker, |ctx| ctx)?;
    let mut store = Store::new(&engine, world(&args)?);
    let threads = match Threads::<WasiCtx>::wanted(&module) {
        true => Some(Threads::new(&mut linker, &mut store, &module, |ctx| ctx)?.grace(GRACE)),
        false => None,
    };
    if args.unknown_imports != UnknownImports::Error {
        stand_in(&mut linker, &mut store, &module)?;
    }
    match args.unknown_imports {
        UnknownImports::Error => {}
        UnknownImports::Trap => linker.define_unknown_imports_as_traps(&module)?,
        UnknownImports::Default => linker.define_unknown_imports_as_default_values(&module)?,
    }
    if let Some(time) = args.timeout {
        store.set_epoch_deadline(1);
        let (engine, name) = (engine.clone(), name.clone());
        let stopper = threads.as_ref().map(Threads::stopper);
        // It ends with the program.
        std::thread::spawn(move || {
            std::thread::sleep(time);
            let stopped = match stopper {
                Some(stop) => {
                    stop(Trap::Interrupted.into());
                    Ok(())
                }
                None => {
                    engine.increment_epoch();
                    engine.interrupt()
                }
            };
            if let Err(error) = stopped {
                term::error(&format!("the program cannot be interrupted: {}", input::one_line(&error)));
                std::process::exit(1);
            }
            std::thread::sleep(2 * GRACE);
            term::error(&format!("{name}: stopped after {time:?} in a call that does not return"));
            std::process::exit(TRAPPED.into());
        });
    }
    let sampler = matches!(args.profile, Some(Profile::Sample(_))).then(|| Sampler::start(&engine, sampled::PERIOD)).transpose()?;
    // Wrong arguments are found before anything runs.
    let values = args.invoke.as_ref().map(|function| arguments(&module, function, &args.args)).transpose();
    let outcome = values.and_then(|values| match threads {
        Some(threads) => threads.run(&linker, &mut store, |store, instance| call(&args, &name, &module, values, instance, store)),
        None => {
            let instance = linker.instantiate(&mut store, &module)?;
            call(&args, &name, &module, values, instance, &mut store)
        }
    });
    if let (Some(sampler), Some(Profile::Sample(file))) = (sampler, &args.profile) {
        let table = sampled::Profile::of(&sampler.stop()).table();
        match file {
            Some(file) => input::write(file, table.as_bytes())?,
            // Nobody is left to tell if this fails.
            None => drop(std::io::stderr().lock().write_all(table.as_bytes())),
        }
    }
    Ok(match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => end(error, &args, &source),
    })
}

/// Defines what the module imports beside functions and nobody defines: memories, tables and globals of the type that is asked for, empty. A WASI
/// function that is imported with another type than it has (some toolchains split 64-bit parameters) becomes one that traps.
fn stand_in(linker: &mut Linker<WasiCtx>, store: &mut Store<WasiCtx>, module: &Module) -> anyhow::Result<()> {
    linker.allow_shadowing(true);
    for import in module.imports() {
        let (of, name) = (import.module(), import.name());
        let found = linker.get(&mut *store, of, name).map(|e| e.ty(&*store));
        match (import.ty(), found) {
            (ExternType::Func(wanted), Some(ExternType::Func(ty))) if wanted != ty => {
                let message = format!("`{of}::{name}` was imported as {wanted}, which it is not");
                linker.func_new(of, name, wanted, move |_, _, _| bail!("{message}"))?;
            }
            (ExternType::Memory(ty), None) if ty.shared => {
                let memory = SharedMemory::new(module.engine(), ty)?;
                linker.define(&mut *store, of, name, memory)?;
            }
            (ExternType::Memory(ty), None) => {
                let memory = Memory::new(&mut *store, ty)?;
                linker.define(&mut *store, of, name, memory)?;
            }
            (ExternType::Table(ty), None) => {
                let null = Ref::null(ty.element).context("a table of numbers")?;
                let table = Table::new(&mut *store, ty, null)?;
                linker.define(&mut *store, of, name, table)?;
            }
            (ExternType::Global(ty), None) => {
                let global = Global::new(&mut *store, ty, Val::default_for_ty(ty.value))?;
                linker.define(&mut *store, of, name, global)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// What there is to run.
enum Source {
    /// The file is compiled already; its bytes.
    Compiled(Vec<u8>),
    Module(Vec<u8>),
}

impl Source {
    /// The wasm module.
    fn module(&self) -> Option<&[u8]> {
        match self {
            Source::Compiled(file) => Some(artifact::read(file).ok()?.module),
            Source::Module(bytes) => Some(bytes),
        }
    }
}

/// Options behind the program's first argument are the program's, as other runners have it. One of ours is there by mistake, unless `--` says
/// that it is meant; functions take numbers only.
fn misplaced(args: &Args) -> anyhow::Result<()> {
    let ours = |word: &&OsString| {
        let name = word.to_str().and_then(|text| text.strip_prefix("--")).map(|text| text.split_once('=').map_or(text, |(name, _)| name));
        let command = crate::command();
        let run = command.find_subcommand("run").expect("it is this command");
        name.is_some_and(|name| run.get_arguments().any(|option| option.get_long() == Some(name)))
    };
    if std::env::args_os().any(|word| word == "--") {
        return Ok(());
    }
    let Some(word) = args.args.iter().find(ours) else { return Ok(()) };
    let word = word.to_string_lossy();
    if args.invoke.is_some() {
        bail!("`{word}` stands behind arguments of the function; options of samite come before them");
    }
    term::warning(&format!(
        "`{word}` is passed to the program: options of samite stand before its arguments (with `--` in front of them this is not said)"
    ));
    Ok(())
}

/// How to run a compiled module: as it was compiled, or its wasm code by the reference interpreter.
fn compiled(args: &Args, name: &str, file: Vec<u8>) -> anyhow::Result<(Configuration, Source)> {
    let artifact = artifact::read(&file).with_context(|| name.to_string())?;
    let strategy = artifact.header.strategy;
    if args.engine.configuration()? == Configuration::Reference {
        return Ok((Configuration::Reference, Source::Module(artifact.module.to_vec())));
    }
    ensure!(args.engine.strategy().is_none_or(|wanted| wanted == strategy), "{name} is compiled already, with {strategy}");
    if args.timeout.is_some() && strategy.interrupt == Interrupt::Off {
        bail!("{name} was compiled so that it cannot be interrupted; for --timeout, compile it with --strategy interrupt=epoch");
    }
    ensure!(args.file.as_os_str() != "-", "a compiled module is run from a file, not from standard input");
    Ok((Configuration::Compiled(strategy), Source::Compiled(file)))
}

/// The engine; one that can be interrupted if the time is limited, or if there are threads that have to end with the program.
fn configuration(args: &Args, module: &[u8]) -> anyhow::Result<Configuration> {
    let wanted = args.timeout.is_some() || input::starts_threads(module);
    Ok(match args.engine.configuration()? {
        Configuration::Compiled(strategy) if wanted && strategy.interrupt == Interrupt::Off => {
            Configuration::Compiled(Strategy { interrupt: Interrupt::Epoch, ..strategy })
        }
        other => other,
    })
}

/// What the program sees of the world.
fn world(args: &Args) -> anyhow::Result<WasiCtx> {
    let mut builder = WasiCtxBuilder::new().inherit_stdio().arg(args.file.as_os_str().as_bytes());
    if args.invoke.is_none() {
        builder = builder.args(args.args.iter().map(|arg| arg.as_bytes()));
    }
    for variable in &args.env {
        let named = !variable.is_empty() && !variable.starts_with('=');
        ensure!(named, "--env {variable} is not NAME=VALUE or NAME");
        builder = match variable.split_once('=') {
            Some((name, value)) => builder.env(name, value),
            // As wasmtime: a variable that is not set here is not set there.
            None => match std::env::var_os(variable) {
                Some(value) => builder.env(variable.as_str(), value.as_bytes()),
                None => builder,
            },
        };
    }
    for dir in &args.dirs {
        builder = builder.preopened_spec(dir)?;
    }
    Ok(builder.build()?)
}

/// Calls what is to be called.
fn call(
    args: &Args,
    name: &str,
    module: &Module,
    values: Option<Vec<Val>>,
    instance: Instance,
    store: &mut Store<WasiCtx>,
) -> anyhow::Result<()> {
    let Some(values) = values else {
        return match instance.get_func(&mut *store, "_start") {
            Some(start) => start.call(store, &[], &mut []),
            None => {
                initialize(instance, store)?;
                term::warning(&format!("{name} has no `_start` to call; call one of its exports with --invoke{}", exported(module)));
                Ok(())
            }
        };
    };
    if instance.get_func(&mut *store, "_start").is_none() {
        initialize(instance, store)?;
    }
    let function = args.invoke.as_deref().expect("there are values for it");
    let function: Func = instance.get_func(&mut *store, function).expect("its type was found");
    let mut results: Vec<Val> = function.ty(&*store).results.iter().map(|ty| Val::default_for_ty(*ty)).collect();
    function.call(store, &values, &mut results)?;
    let mut out = std::io::stdout().lock();
    for result in &results {
        writeln!(out, "{}", shown(result))?;
    }
    out.flush()?;
    Ok(())
}

/// What a WASI module that is not a program wants called first.
fn initialize(instance: Instance, store: &mut Store<WasiCtx>) -> anyhow::Result<()> {
    match instance.get_func(&mut *store, "_initialize") {
        Some(initialize) => initialize.call(store, &[], &mut []),
        None => Ok(()),
    }
}

/// The names of exported functions, as the end of a message.
fn exported(module: &Module) -> String {
    let names: Vec<String> = module.exports().filter(|e| e.ty().func().is_some()).map(|e| format!("`{}`", e.name())).take(20).collect();
    if names.is_empty() { String::new() } else { format!(" (it has {})", names.join(", ")) }
}

/// The arguments of a function, as its type wants them.
fn arguments(module: &Module, function: &str, args: &[OsString]) -> anyhow::Result<Vec<Val>> {
    let Some(export) = module.get_export(function) else {
        bail!("it has no export `{function}`{}", exported(module));
    };
    let Some(ty) = export.func() else { bail!("its export `{function}` is a {export}, not a function") };
    let (wanted, given) = (ty.params.len(), args.len());
    ensure!(wanted == given, "`{function}` is {ty}: it takes {wanted} argument{}, not {given}", if wanted == 1 { "" } else { "s" });
    let values = ty.params.iter().zip(args).map(|(ty, text)| {
        let text = text.to_str().with_context(|| format!("argument {} is not UTF-8", text.display()))?;
        argument(*ty, text).with_context(|| format!("argument `{text}` is not an {ty}"))
    });
    values.collect()
}

fn argument(ty: ValType, text: &str) -> Option<Val> {
    Some(match ty {
        ValType::I32 => {
            let value = integer(text)?;
            Val::I32(i32::try_from(value).or_else(|_| u32::try_from(value).map(|v| v as i32)).ok()?)
        }
        ValType::I64 => {
            let value = integer(text)?;
            Val::I64(i64::try_from(value).or_else(|_| u64::try_from(value).map(|v| v as i64)).ok()?)
        }
        ValType::F32 => Val::from(text.parse::<f32>().ok()?),
        ValType::F64 => Val::from(text.parse::<f64>().ok()?),
        ValType::V128 => {
            let value = integer_u128(text)?;
            Val::V128(value.into())
        }
        ValType::FuncRef => (text == "null").then_some(Val::FuncRef(None))?,
        ValType::ExternRef => (text == "null").then_some(Val::ExternRef(None))?,
    })
}

/// Decimal or, after 0x, hexadecimal; signed or unsigned.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let value = i128::try_from(integer_u128(digits)?).ok()?;
    Some(if negative { -value } else { value })
}

fn integer_u128(text: &str) -> Option<u128> {
    match text.strip_prefix("0x") {
        Some(digits) => u128::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn shown(value: &Val) -> String {
    match value {
        Val::I32(v) => v.to_string(),
        Val::I64(v) => v.to_string(),
        Val::F32(bits) => f32::from_bits(*bits).to_string(),
        Val::F64(bits) => f64::from_bits(*bits).to_string(),
        Val::V128(v) => v.as_u128().to_string(),
        Val::FuncRef(None) | Val::ExternRef(None) => "null".into(),
        Val::FuncRef(Some(_)) => "funcref".into(),
        Val::ExternRef(Some(_)) => "externref".into(),
    }
}

/// How the process ends when the program did not return.
fn end(error: anyhow::Error, args: &Args, source: &Source) -> ExitCode {
    if let Some(Exit(code)) = error.downcast_ref::<Exit>() {
        // The system keeps eight bits, as of a native program's.
        return ExitCode::from(*code as u8);
    }
    let backtrace = error.downcast_ref::<WasmBacktrace>();
    let (message, code) = match (error.downcast_ref::<Trap>(), args.timeout) {
        (Some(Trap::Interrupted), Some(time)) => (format!("wasm trap: interrupted after {time:?}"), ExitCode::from(TRAPPED)),
        (Some(trap), _) => (format!("wasm trap: {trap}"), ExitCode::from(TRAPPED)),
        // The backtrace is one of the causes; it has its own lines.
        (None, _) => (input::one_line_without(&error, backtrace.map(|b| b.to_string()).as_deref()), ExitCode::FAILURE),
    };
    term::error(&format!("{}: {message}", args.file.display()));
    if let Some(backtrace) = backtrace {
        let lines = source.module().and_then(|module| source::read(module, &args.file)).map(|source| source.lines);
        // Nobody is left to tell if this fails.
        let _ = std::io::stderr().lock().write_all(frames::text(backtrace, &args.file, lines.as_ref()).as_bytes());
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles() {
        assert_eq!(parse_profile("jitdump"), Ok(Profile::Tool(Profiler::JitDump)));
        assert_eq!(parse_profile("sample"), Ok(Profile::Sample(None)));
        assert_eq!(parse_profile("sample:a:b"), Ok(Profile::Sample(Some("a:b".into()))));
        for wrong in ["", "sample:", "perf", "gdb:x"] {
            assert!(parse_profile(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers() {
        let of = |ty, text| argument(ty, text).map(|v| shown(&v));
        let some = |text: &str| Some(text.to_string());
        assert_eq!(of(ValType::I32, "-1"), some("-1"));
        assert_eq!(of(ValType::I32, "0xffffffff"), some("-1"));
        assert_eq!(of(ValType::I32, "4294967296"), None);
        assert_eq!(of(ValType::I64, "18446744073709551615"), some("-1"));
        assert_eq!(of(ValType::I64, "-9223372036854775809"), None);
        assert_eq!(of(ValType::F64, "0.1"), some("0.1"));
        assert_eq!(of(ValType::F32, "inf"), some("inf"));
        assert_eq!(of(ValType::F32, "x"), None);
        assert_eq!(of(ValType::ExternRef, "null"), some("null"));
        assert_eq!(of(ValType::I32, ""), None);
    }
}
