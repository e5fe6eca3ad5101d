//! Litmus tests as they run: a little of each, and a judge that does judge.
use samite::{Config, Engine, EngineKind, Strategy};
use samite_fuzz::litmus::{Expected, Histogram, Options, Test, run};

fn engine(kind: EngineKind, strategy: &str) -> Engine {
    let mut config = Config::new();
    config.engine(kind).strategy(strategy.parse::<Strategy>().expect("a strategy"));
    Engine::new(&config).expect("an engine")
}

fn check(tests: &[Test], engine: &Engine, iterations: u64) {
    let mut faults = Vec::new();
    for test in tests {
        let seed = std::process::id().into();
        let observed = run(test, engine, &Options { iterations, seed }, &|_| ()).unwrap_or_else(|e| panic!("{}: {e:#}", test.name()));
        let judgement = Expected::of(&test.program).judge(&observed.histogram);
        assert_eq!(judgement.total, iterations);
        for (outcome, count) in judgement.forbidden {
            faults.push(format!("{}: {count} times {} (seed {seed})\n{}", test.name(), test.describe(&outcome), test.listing()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn interpreted_tests_do_what_is_allowed() {
    check(&Test::all(), &engine(EngineKind::Reference, "max"), 300);
}

fn find(name: &str) -> Test {
    Test::all().into_iter().find(|t| t.name() == name).expect("a test")
}

#[test]
fn the_judge_sees_what_is_forbidden() {
    let expected = Expected::of(&find("SB+atomic32").program);
    let seen = Histogram::from([(vec![1, 1], 5), (vec![0, 1], 4), (vec![0, 0], 3)]);
    let judgement = expected.judge(&seen);
    assert_eq!(judgement.forbidden, Histogram::from([(vec![0, 0], 3)]));
    assert_eq!(judgement.unseen, [vec![1, 0]]);
    assert_eq!((judgement.relaxed, judgement.total), (0, 12));
    let plain = Expected::of(&find("SB+plain32").program).judge(&seen);
    assert!(plain.forbidden.is_empty());
    assert_eq!(plain.relaxed, 3);
}
