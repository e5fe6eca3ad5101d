//! Every kernel answers rightly under the reference interpreter and under every way to compile, on its small amount of work.
use samite::{Config, Engine, EngineKind};
use samite_benches::{Plan, Size, Subject, Suite, measure};
use samite_codegen::driver::Strategy;
use samite_ir::translate::{Interrupt, Nan};

fn check(subjects: &[Subject]) {
    let plan = Plan { size: Size::Check, runs: 0, compiles: 1, ..Plan::default() };
    let mut wrong = Vec::new();
    for kernel in &Suite::kernels().kernels {
        let row = measure(kernel, subjects, &plan);
        for (subject, measured) in subjects.iter().zip(row.measured) {
            wrong.extend(measured.error.map(|error| format!("{} under {}: {error}", row.kernel, subject.name)));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn reference() {
    let mut config = Config::new();
    config.engine(EngineKind::Reference);
    check(&[Subject { name: "reference".into(), engine: Engine::new(&config).unwrap(), strategy: None }]);
}

#[test]
fn compiled() {
    let mut strategies = Strategy::all();
    strategies.retain(|s| s.interrupt == Interrupt::Off && s.nan == Nan::Native);
    let subject = |strategy: &Strategy| {
        let mut config = Config::new();
        config.engine(EngineKind::Compiled).strategy(*strategy);
        Subject { name: strategy.to_string(), engine: Engine::new(&config).unwrap(), strategy: Some(*strategy) }
    };
    check(&strategies.iter().map(subject).collect::<Vec<_>>());
}
