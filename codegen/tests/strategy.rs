//! Strategies as text, and the set of them in which every two values meet. Sizes that performance was planned with.
use samite_codegen::driver::Strategy;
use samite_codegen::x64::op::{Inst, Op};
use std::collections::HashSet;

#[test]
fn strategies_print_and_parse() {
    for strategy in Strategy::all() {
        let text = strategy.to_string();
        assert_eq!(text.parse(), Ok(strategy), "{text}");
        // Any order, and spaces.
        let turned: Vec<&str> = text.split(',').rev().collect();
        assert_eq!(turned.join(" , ").parse(), Ok(strategy));
    }
    assert_eq!("".parse(), Ok(Strategy::MAX));
    assert_eq!("max".parse(), Ok(Strategy::default()));
    assert_eq!("baseline".parse(), Ok(Strategy::BASELINE));
    let mixed: Strategy = "baseline,bounds=compare".parse().expect("a preset and a field");
    assert_eq!((mixed.bounds, mixed.passes), (samite_opt::Bounds::Compare, Strategy::BASELINE.passes));
}

#[test]
fn what_is_no_strategy_is_refused_with_what_is_known() {
    for (text, known) in [
        ("fastest", "FIELD=VALUE, max or baseline"),
        ("passes=all", "known values are none, basic"),
        ("registers=linear", "known fields are passes, regalloc, bounds, interrupt, nan"),
        ("nan=", "known values are native, canonical"),
        ("bounds=guard,baseline", "FIELD=VALUE"),
    ] {
        let error = text.parse::<Strategy>().expect_err(text);
        assert!(error.contains(known), "{text}: {error}");
    }
}

/// The fields of a strategy, as its text has them.
fn fields(strategy: &Strategy) -> Vec<(String, String)> {
    let text = strategy.to_string();
    text.split(',').map(|part| part.split_once('=').expect("FIELD=VALUE")).map(|(f, v)| (f.into(), v.into())).collect()
}

#[test]
fn every_two_values_meet_in_the_covering_set() {
    let pairs = |s: &Strategy| {
        let fields = fields(s);
        let mut pairs = HashSet::new();
        for (n, a) in fields.iter().enumerate() {
            pairs.extend(fields[..n].iter().map(|b| (b.clone(), a.clone())));
        }
        pairs
    };
    let all = Strategy::all();
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len(), "each strategy once");
    let wanted: HashSet<_> = all.iter().flat_map(pairs).collect();
    let chosen = Strategy::covering();
    let met: HashSet<_> = chosen.iter().flat_map(pairs).collect();
    assert!(wanted == met, "missing: {:?}", wanted.difference(&met).collect::<Vec<_>>());
    // No smaller than the two largest fields make it, and far from all.
    assert!(chosen.len() * 3 < all.len() || all.len() < 24, "{} of {}", chosen.len(), all.len());
}

#[test]
fn sizes() {
    assert_eq!(size_of::<samite_ir::ssa::Op>(), 16);
    assert_eq!(size_of::<samite_codegen::mach::flow::Operand>(), 8);
    assert_eq!(size_of::<samite_codegen::mach::flow::Step>(), 16);
    assert!(size_of::<Inst>() <= 28, "{}", size_of::<Inst>());
    assert!(size_of::<Op>() <= 40, "{}", size_of::<Op>());
    assert_eq!(size_of::<samite_codegen::mach::tables::TrapRow>(), 8);
    assert_eq!(size_of::<samite_codegen::mach::tables::LineRow>(), 8);
}
