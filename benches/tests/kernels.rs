//! Every kernel answers rightly under the reference interpreter and under every way to compile, on its small amount of work.
use samite::{Config, Engine, EngineKind};
use samite_benches::suite::{Suite, Work};
use samite_benches::worker::engine::Session;
use samite_benches::worker::{Program, is_value};
use samite_codegen::driver::Strategy;
use samite_ir::translate::{Interrupt, Nan};

fn check(name: &str, config: &Config) -> Vec<String> {
    let mut session = Session::new(Engine::new(config).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for item in &Suite::kernels().items {
        let Work::Kernel { check, .. } = item.work else { panic!("{} is no kernel", item.name) };
        let done = session
            .compile(&item.wasm)
            .and_then(|_| session.instantiate(&Program::Kernel { check: None }))
            .and_then(|_| session.run(Some(check.iterations)));
        match done {
            Err(error) => wrong.push(format!("{} under {name}: {error:#}", item.name)),
            Ok(reply) => {
                let values = reply.answer.unwrap().values;
                if values.len() != 1 || !is_value(&format!("{:#x}", check.expected), &values[0]) {
                    wrong.push(format!("{} under {name}: {values:?} instead of {:#x}", item.name, check.expected));
                }
            }
        }
    }
    wrong
}

#[test]
fn reference() {
    let mut config = Config::new();
    config.engine(EngineKind::Reference);
    assert_eq!(check("reference", &config), [""; 0]);
}

#[test]
fn compiled() {
    let mut strategies = Strategy::all();
    strategies.retain(|s| s.interrupt == Interrupt::Off && s.nan == Nan::Native);
    let mut wrong = Vec::new();
    for strategy in strategies {
        let mut config = Config::new();
        config.engine(EngineKind::Compiled).strategy(strategy);
        wrong.extend(check(&strategy.to_string(), &config));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
