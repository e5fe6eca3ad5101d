//! The memory model as it is computed, against what is known of it.
use samite_fuzz::litmus::{Expected, SHAPES, Shape, Test, Variant};
use std::collections::BTreeSet;

fn shape(name: &str) -> Shape {
    *SHAPES.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("no shape {name}"))
}

/// By its full name.
fn test(name: &str) -> Test {
    Test::all().into_iter().find(|t| t.name() == name).unwrap_or_else(|| panic!("no test {name}"))
}

fn expected(name: &str) -> Expected {
    Expected::of(&test(name).program)
}

/// How many outcomes are allowed, and whether this one is.
#[track_caller]
fn check(name: &str, allowed: usize, outcome: &[u64], is_allowed: bool) {
    let expected = expected(name);
    let list = |set: &BTreeSet<Vec<u64>>| set.iter().map(|o| format!("\n  {}", test(name).describe(o))).collect::<String>();
    assert_eq!(expected.allowed.len(), allowed, "{name}:{}", list(&expected.allowed));
    assert_eq!(expected.allowed.contains(outcome), is_allowed, "{name}:{}", list(&expected.allowed));
}

#[test]
fn plain_accesses_are_weak() {
    check("SB+plain32", 4, &[0, 0], true);
    // Allowed though no processor with wasm on it does it: no axiom orders a read before a write that depends on nothing.
    check("LB+plain32", 4, &[1, 1], true);
    check("MP+plain32", 4, &[1, 0], true);
    check("IRIW+plain32", 16, &[1, 0, 1, 0], true);
    // Reads of one location are not in an order of their own.
    check("CoRR+plain32", 4, &[1, 0], true);
    check("WRC+plain32", 8, &[1, 1, 0], true);
    check("ISA2+plain32", 8, &[1, 1, 0], true);
    check("2+2W+plain32", 4, &[1, 1], true);
}

#[test]
fn plain_accesses_have_an_order_within_their_thread() {
    // The first of two writes of a thread does not stay.
    check("CoWW+plain32", 9, &[2, 1, 2], true);
    check("CoWW+plain32", 9, &[0, 0, 1], false);
    // What a thread wrote it does not forget; what it writes later it does not read.
    check("CoWR+plain32", 4, &[0, 1], false);
    check("CoRW+plain32", 4, &[1, 1], false);
}

#[test]
fn atomic_accesses_are_sequentially_consistent() {
    check("SB+atomic32", 3, &[0, 0], false);
    check("LB+atomic32", 3, &[1, 1], false);
    check("MP+atomic32", 3, &[1, 0], false);
    check("IRIW+atomic32", 15, &[1, 0, 1, 0], false);
    check("CoRR+atomic32", 3, &[1, 0], false);
    check("2+2W+atomic32", 3, &[1, 1], false);
    check("R+atomic32", 3, &[0, 2], false);
    check("S+atomic32", 3, &[1, 2], false);
    check("WRC+atomic64", 7, &[1, 1, 0], false);
    check("3SB+atomic8", 7, &[0, 0, 0], false);
    // Not only these: a program without data races takes turns.
    let turns = |variant: &Variant| {
        let uniform = [Variant::Atomic, Variant::Add, Variant::Exchange, Variant::CompareExchange];
        samite_fuzz::litmus::shapes::Width::ALL.iter().any(|w| uniform.iter().any(|make| make(*w) == *variant))
    };
    for test in Test::all().iter().filter(|t| turns(&t.variant)) {
        let expected = Expected::of(&test.program);
        assert_eq!(expected.allowed, expected.sequential, "{}", test.name());
    }
}

#[test]
fn turns_are_always_allowed() {
    let all = Test::all();
    assert!(all.len() > 400, "{}", all.len());
    for test in &all {
        let expected = Expected::of(&test.program);
        assert!(!expected.sequential.is_empty() && expected.sequential.is_subset(&expected.allowed), "{}", test.name());
    }
}

#[test]
fn atomic_flags_order_plain_data() {
    check("MP+flag", 3, &[1, 0], false);
    check("ISA2+flag", 7, &[1, 1, 0], false);
    // Two writes of a flag have an order, but do not make one.
    check("Z6+flag", 8, &[1, 0, 2], true);
    // A flag that is only written orders nothing.
    check("SB+flag", 4, &[0, 0], true);
}

#[test]
fn fences_order_plain_accesses() {
    check("SB+fence", 3, &[0, 0], false);
    check("LB+fence", 3, &[1, 1], false);
    check("MP+fence", 3, &[1, 0], false);
    check("2+2W+fence", 3, &[1, 1], false);
    // Nothing orders the writers.
    check("IRIW+fence", 16, &[1, 0, 1, 0], true);
}

#[test]
fn waiting_orders_what_was_before_the_notification() {
    let woken_or_late = |name: &str, stale: &[u64]| {
        let expected = expected(name);
        assert_eq!(expected.allowed, expected.sequential, "{name}");
        assert!(!expected.allowed.contains(stale), "{name}");
    };
    // Woken or too late to wait: the message is there. The first register is how many were woken.
    check("MP+block", 2, &[0, 1, 1], true);
    check("MP+block", 2, &[1, 1, 1], false);
    woken_or_late("MP+block", &[1, 0, 0]);
    woken_or_late("ISA2+block", &[1, 0, 1, 0, 0]);
    woken_or_late("WRC+block", &[1, 0, 1, 0, 0]);
    assert!(Test::new(shape("LB"), Variant::Block).is_none(), "all would wait");
    assert!(Test::new(shape("SB"), Variant::Block).is_none(), "nobody waits");
    // Both give up, each before the other has written: impossible.
    assert!(!expected("SB+notify32").allowed.contains(&vec![2, 2]));
    assert!(expected("SB+notify32").allowed.contains(&vec![0, 1]));
}

#[test]
fn wide_plain_accesses_tear_and_narrow_ones_do_not() {
    let high = 1 << 32;
    check("MP+plain64", 16, &[high, 1], true);
    assert!(!expected("MP+atomic64").allowed.contains(&vec![high, 0]));
    for outcome in expected("CoRR+plain32").allowed {
        assert!(outcome.iter().all(|value| *value < 2));
    }
}

#[test]
fn accesses_of_several_sizes_do_not_synchronize() {
    // One thread writes whole, the other reads halves, and sees each on its own.
    check("CoRR+mixed32", 16, &[1, 0, 0, 1], true);
    check("CoRR+mixed-atomic64", 16, &[1, 0, 0, 1], true);
    check("MP+mixed-atomic32", 16, &[1, 1, 0, 0], true);
    // A whole write after two halves hides them, as all are of one thread's past; the halves of another thread's write mix.
    let halves = expected("CoWR+mixed32").allowed;
    assert!(halves.contains(&vec![0x2_0001, 0x1_0002]) && !halves.contains(&vec![0, 0x1_0001]));
}

#[test]
fn names_mean_tests() {
    let named = |word: &str| Test::all().iter().filter(|t| t.is_named(word)).count();
    assert_eq!(named("SB+plain32"), 1);
    assert_eq!(named("SB+plain"), 4);
    assert_eq!(named("sb+plain"), 4);
    assert_eq!(named("+fence"), SHAPES.len());
    assert!(named("SB") > 20 && named("W+RWC") > 20);
    assert_eq!(named("W"), 0);
    let names: BTreeSet<String> = Test::all().iter().map(Test::name).collect();
    assert_eq!(names.len(), Test::all().len(), "names are unique");
}

#[test]
fn growth_is_seen_by_who_is_told_of_it() {
    check("MP+length", 3, &[1, 0], false);
    check("ISA2+length", 7, &[1, 1, 0], false);
    // A length is read without order.
    check("SB+length", 4, &[0, 0], true);
    check("CoRR+length", 4, &[1, 0], true);
    assert!(Test::new(shape("CoWW"), Variant::Length).is_none() && Test::new(shape("R"), Variant::Length).is_some());
}
