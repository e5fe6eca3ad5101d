//! Scripts of our own for the commands `thread` and `wait`, and for what threads may see, under every strategy and on the interpreter.
use samite::{Config, Engine, EngineKind};
use samite_cli::script::Script;
use samite_codegen::driver::Strategy;
use samite_ir::translate::{Interrupt, Nan};
use samite_ir::value::Relaxed;

const SCRIPTS: [(&str, &str); 5] = [
    ("wait_notify.wast", include_str!("threads/wait_notify.wast")),
    ("sharing.wast", include_str!("threads/sharing.wast")),
    ("growth.wast", include_str!("threads/growth.wast")),
    ("mutex.wast", include_str!("threads/mutex.wast")),
    ("litmus.wast", include_str!("threads/litmus.wast")),
];

fn check(configurations: impl Iterator<Item = (String, Config)>) {
    let scripts = SCRIPTS.map(|(name, text)| Script::parse(name, text).unwrap_or_else(|error| panic!("{error}")));
    for (name, config) in configurations {
        let engine = Engine::new(&config).expect("this machine runs the configuration");
        for script in &scripts {
            let outcome = script.run(&engine);
            assert!(outcome.failures.is_empty(), "{}: {:?} under {name}", script.name, outcome.failures);
            assert!(outcome.passed > 0, "{}", script.name);
        }
    }
}

#[test]
fn interpreted() {
    let mut config = Config::new();
    config.engine(EngineKind::Reference);
    check([("the interpreter".to_string(), config)].into_iter());
}

/// As the official scripts (`spec.rs`).
#[test]
fn compiled() {
    let plain = |s: &Strategy| s.interrupt == Interrupt::Off && s.nan == Nan::Native && s.relaxed == Relaxed::Native;
    let mut strategies: Vec<Strategy> = Strategy::all().into_iter().filter(plain).collect();
    strategies.extend(Strategy::covering().iter().filter(|s| !plain(s)));
    check(strategies.into_iter().map(|strategy| {
        let mut config = Config::new();
        config.strategy(strategy);
        (strategy.to_string(), config)
    }));
}

/// What goes wrong in a thread is told, in the order of the script.
#[test]
fn failures_of_threads() {
    let text = r#"(module $m (memory (export "m") 1 1 shared) (func (export "f") (result i32) (i32.const 1)))
        (thread $t (shared (module $m))
          (invoke $m "f")
          (register "m" $m)
          (module (import "m" "m" (memory 1 1 shared)) (func (export "g") (result i32) (i32.const 1)))
          (assert_return (invoke "g") (i32.const 2))
          (wait $nobody))
        (thread $t)
        (thread $u (shared (module $missing)))
        (wait $t)
        (wait $t)
        (assert_return (invoke "f") (i32.const 2))
        (thread $left (assert_return (invoke "f") (i32.const 1)))"#;
    let engine = Engine::new(Config::new().engine(EngineKind::Reference)).unwrap();
    let outcome = Script::parse("failures", text).unwrap().run(&engine);
    let failures: Vec<(usize, &str)> = outcome.failures.iter().map(|f| (f.line, f.message.as_str())).collect();
    assert_eq!(
        failures,
        [
            (3, "no exported function \"f\""),
            (6, "got i32 1, expected i32 2"),
            (7, "there is no thread $nobody"),
            (8, "there is a thread $t already"),
            (9, "there is no instance $missing"),
            (11, "there is no thread $t"),
            (12, "got i32 1, expected i32 2"),
            (13, "there is no instance yet"),
        ]
    );
    assert_eq!(outcome.passed, 0);
}
