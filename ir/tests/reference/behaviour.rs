//! What the official scripts do not ask of an interpreter.
use crate::store::Store;
use samite_ir::reference::{Cause, Frame, Options};
use samite_ir::translate::module::{FuncType, ValType};
use samite_ir::value::Trap;

fn bytes(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the test's module parses")
}

/// A store with one instance of the module, number 0.
fn store(text: &str) -> Store {
    let mut store = Store::default();
    store.instantiate(&bytes(text)).expect("the test's module instantiates");
    store
}

fn results(store: &mut Store, instance: usize, name: &str, args: &[u64]) -> Vec<u64> {
    let values = store.call_export(instance, name, args).unwrap_or_else(|stop| panic!("{name}: {stop:?}"));
    values.iter().map(|v| v.bits()).collect()
}

fn trap(store: &mut Store, instance: usize, name: &str, args: &[u64]) -> (Trap, Vec<Frame>) {
    let stop = store.call_export(instance, name, args).expect_err("a trap is expected");
    match stop.cause {
        Cause::Trap(trap) => (trap, stop.backtrace),
        cause => panic!("{name}: {cause:?}"),
    }
}

/// Offset of the first byte of the `n`th operator of that opcode in the module, found by decoding it.
fn offset_of(module: &[u8], wanted: fn(&wasmparser::Operator<'_>) -> bool, n: usize) -> u32 {
    let mut found = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(module) {
        if let wasmparser::Payload::CodeSectionEntry(body) = payload.unwrap() {
            for operator in body.get_operators_reader().unwrap().into_iter_with_offsets() {
                let (operator, offset) = operator.unwrap();
                if wanted(&operator) {
                    found.push(offset as u32);
                }
            }
        }
    }
    found[n]
}

#[test]
fn traps_know_where_they_happened() {
    use wasmparser::Operator as W;
    let text = r#"(module
        (import "host" "nop" (func))
        (func $divide (param i32) (result i32) i32.const 1 local.get 0 i32.div_u)
        (func (export "outer") (param i32) (result i32)
            (block (result i32) (loop (result i32) (call $divide (local.get 0))))))"#;
    let mut store = Store::default();
    store.host_function("host", "nop", FuncType::default(), |_, _| Ok(Vec::new()));
    let instance = store.instantiate(&bytes(text)).unwrap() as u64;
    assert_eq!(results(&mut store, 0, "outer", &[1]), [1]);
    let (why, backtrace) = trap(&mut store, 0, "outer", &[0]);
    assert_eq!(why, Trap::IntegerDivideByZero);
    let division = offset_of(&bytes(text), |op| matches!(op, W::I32DivU), 0);
    let call = offset_of(&bytes(text), |op| matches!(op, W::Call { .. }), 0);
    let frame = |function, offset| Frame { instance, function, offset };
    assert_eq!(backtrace, [frame(1, division), frame(2, call)]);
    assert_eq!(store.stack_used, 0);
}

#[test]
fn host_errors_pass_through_with_the_backtrace_of_all_instances() {
    let mut store = Store::default();
    let ty = FuncType { params: vec![ValType::I32], results: vec![ValType::I32] };
    store.host_function("host", "fail", ty, |_, args| match args[0].bits() {
        0 => Err(Cause::Host("no".to_string()).into()),
        n => Ok(vec![samite_ir::reference::Val::from_bits(n + 1)]),
    });
    let inner = r#"(module
        (import "host" "fail" (func $fail (param i32) (result i32)))
        (func (export "inner") (param i32) (result i32) (i32.mul (i32.const 2) (call $fail (local.get 0)))))"#;
    let outer = r#"(module
        (import "inner" "inner" (func $inner (param i32) (result i32)))
        (func (export "outer") (param i32) (result i32) (i32.add (i32.const 100) (call $inner (local.get 0)))))"#;
    let inner = store.instantiate(&bytes(inner)).unwrap();
    store.register("inner", inner);
    let outer = store.instantiate(&bytes(outer)).unwrap();
    assert_eq!(results(&mut store, outer, "outer", &[4]), [110]);
    let stop = store.call_export(outer, "outer", &[0]).unwrap_err();
    assert!(matches!(stop.cause, Cause::Host(ref why) if why == "no"));
    let places: Vec<(u64, u32)> = stop.backtrace.iter().map(|f| (f.instance, f.function)).collect();
    assert_eq!(places, [(inner as u64, 1), (outer as u64, 1)]);
    assert_eq!(store.stack_used, 0);
}

#[test]
fn recursion_ends_at_the_stated_limit() {
    let text = r#"(module
        (func $down (export "down") (param i32) (result i32)
            (if (result i32) (local.get 0)
                (then (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))
                (else (i32.const 0)))))"#;
    let mut store = store(text);
    assert_eq!(results(&mut store, 0, "down", &[50_000]), [50_000]);
    assert_eq!(trap(&mut store, 0, "down", &[10_000_000]).0, Trap::StackExhausted);
    // Per level: 1 parameter, 1 operand left behind, frame and two labels.
    store.options = Options { max_stack: 100 * (1 + 1 + 4 + 2 * 2), ..Options::default() };
    assert_eq!(results(&mut store, 0, "down", &[95]), [95]);
    assert_eq!(trap(&mut store, 0, "down", &[105]).0, Trap::StackExhausted);
}

#[test]
fn locals_and_operands_count_towards_the_limit() {
    let locals = "i64 ".repeat(10_000);
    let text = format!("(module (func $f (export \"f\") (local {locals}) (call $f)))");
    let (why, backtrace) = trap(&mut store(&text), 0, "f", &[]);
    assert_eq!(why, Trap::StackExhausted);
    assert!(backtrace.len() < 110, "{} frames of 10,000 locals are more than 2^20 values", backtrace.len());
}

#[test]
fn recursion_through_two_instances_ends() {
    let mut store = Store::default();
    let first = r#"(module
        (table (export "table") 1 funcref)
        (func (export "f") (call_indirect (i32.const 0))))"#;
    let second = r#"(module
        (import "first" "table" (table 1 funcref))
        (import "first" "f" (func $f))
        (elem (i32.const 0) $g)
        (func $g (export "g") (call $f)))"#;
    let instance = store.instantiate(&bytes(first)).unwrap();
    store.register("first", instance);
    let second = store.instantiate(&bytes(second)).unwrap();
    assert_eq!(trap(&mut store, second, "g", &[]).0, Trap::StackExhausted);
    assert_eq!(store.stack_used, 0);
}

#[test]
fn loops_and_calls_can_be_interrupted() {
    let mut store = store(
        r#"(module
        (func (export "loop") (loop (br 0)))
        (func $f (export "calls") (call $f))
        (func (export "count") (param i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"#,
    );
    for name in ["loop", "calls"] {
        store.polls_left = Some(1000);
        assert_eq!(trap(&mut store, 0, name, &[]).0, Trap::Interrupted, "{name}");
    }
    // One poll at the entry and one each time round.
    store.polls_left = Some(11);
    assert_eq!(results(&mut store, 0, "count", &[10]), []);
    assert_eq!(store.polls_left, Some(0));
}

#[test]
fn nans_keep_or_lose_their_bits_by_option() {
    let mut store = store(
        r#"(module
        (func (export "add") (param f32 f32) (result f32) (f32.add (local.get 0) (local.get 1)))
        (func (export "neg") (param f64) (result f64) (f64.neg (local.get 0)))
        (func (export "promote") (param f32) (result f64) (f64.promote_f32 (local.get 0)))
        (func (export "pass") (param f32) (result f32) (select (local.get 0) (f32.const 0) (i32.const 1))))"#,
    );
    let (odd, signalling) = (0xffc1_2345, 0x7f80_0001);
    for canonical_nans in [false, true] {
        store.options.canonical_nans = canonical_nans;
        let pick = |free: u64, canonical: u64| if canonical_nans { canonical } else { free };
        assert_eq!(results(&mut store, 0, "add", &[odd, signalling]), [pick(odd, 0x7fc0_0000)]);
        assert_eq!(results(&mut store, 0, "add", &[0, signalling]), [pick(0x7fc0_0001, 0x7fc0_0000)]);
        let promoted = pick(0xfff8_2468_a000_0000, 0x7ff8_0000_0000_0000);
        assert_eq!(results(&mut store, 0, "promote", &[odd]), [promoted]);
        // Bit operations and moves keep them always.
        assert_eq!(results(&mut store, 0, "neg", &[0x7ff0_0000_0000_0001]), [0xfff0_0000_0000_0001]);
        assert_eq!(results(&mut store, 0, "pass", &[signalling]), [signalling]);
    }
}

#[test]
fn bulk_copies_of_many_chunks_overlap_rightly() {
    let mut store = store(
        r#"(module
        (memory 8)
        (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
        (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
        (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
        (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2))))"#,
    );
    let length = 300_000u64;
    let places: Vec<u64> = (0..length - 4).step_by(4099).collect();
    for (to, from) in [(1000, 7), (7, 1000), (100_000, 0), (0, 100_000)] {
        results(&mut store, 0, "fill", &[0, 0, 8 * 65536]);
        for &place in &places {
            results(&mut store, 0, "store", &[from + place, place * 7 + 1]);
        }
        results(&mut store, 0, "copy", &[to, from, length]);
        for &place in &places {
            assert_eq!(results(&mut store, 0, "load", &[to + place]), [place * 7 + 1], "{from} to {to}, at {place}");
        }
    }
    assert_eq!(trap(&mut store, 0, "copy", &[0, 8 * 65536 - 1, 2]).0, Trap::MemoryOutOfBounds);
    assert_eq!(trap(&mut store, 0, "fill", &[8 * 65536 - 1, 1, 0xffff_ffff]).0, Trap::MemoryOutOfBounds);
}

#[test]
fn branches_carry_values_out_of_nested_blocks() {
    let mut store = store(
        r#"(module
        (type $pair (func (param i32 i32) (result i32 i32)))
        (func (export "table") (param i32) (result i32)
            (block (result i32)
                (i32.const 1000)
                (block (result i32)
                    (i32.const 5000)
                    (block (result i32)
                        (i32.const 7) (br_table 0 1 2 3 (i32.const 42) (local.get 0)))
                    (i32.const 1) i32.add i32.add)
                (i32.const 10) i32.add i32.add)
            (i32.const 100) i32.add)
        (func (export "gcd") (param i32 i32) (result i32)
            (local.get 0) (local.get 1)
            (loop $again (param i32 i32) (result i32)
                (local.set 1) (local.set 0)
                (if (result i32) (i32.eqz (local.get 1))
                    (then (local.get 0))
                    (else
                        (local.get 1) (i32.rem_u (local.get 0) (local.get 1))
                        (br $again)))))
        (func (export "swap") (param i32 i32) (result i32 i32)
            (local.get 0) (local.get 1)
            (if (type $pair) (i32.lt_u (local.get 0) (local.get 1))
                (then (local.set 0) (local.set 1) (local.get 0) (local.get 1)))))"#,
    );
    let table: Vec<u64> = (0..5).map(|k| results(&mut store, 0, "table", &[k])[0]).collect();
    assert_eq!(table, [42 + 1 + 5000 + 10 + 1000 + 100, 42 + 10 + 1000 + 100, 42 + 100, 42, 42]);
    assert_eq!(results(&mut store, 0, "gcd", &[1071, 462]), [21]);
    assert_eq!(results(&mut store, 0, "swap", &[3, 9]), [9, 3]);
    assert_eq!(results(&mut store, 0, "swap", &[9, 3]), [9, 3]);
}
