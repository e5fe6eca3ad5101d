//! The runtime: making instances, calls in and out, traps. `cargo bench -p samite-benches --bench runtime`; for both kinds of engine.
use criterion::{Criterion, criterion_group, criterion_main};
use samite::{Config, Engine, EngineKind, Linker, Module, Store, TypedFunc};
use std::hint::black_box;
use std::time::Duration;

const PROGRAM: &str = r#"(module
    (import "host" "add" (func $add (param i32 i32) (result i32)))
    (memory 1)
    (data (i32.const 100) "data")
    (table 10 funcref)
    (elem (i32.const 0) func $nothing)
    (func $nothing (export "nothing"))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "out") (param i32 i32) (result i32)
        (local i32)
        (loop $l
            (local.set 2 (call $add (local.get 2) (local.get 1)))
            (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get 2))
    (func (export "unreachable") unreachable)
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
    (func $deep (export "deep") (param i32) (result i32)
        (if (result i32) (local.get 0) (then (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 1))) (else unreachable))))"#;

/// Calls out of wasm in one call of `out`.
const CALLS: i32 = 1000;

fn runtime(c: &mut Criterion) {
    for kind in EngineKind::ALL {
        let engine = Engine::new(Config::new().engine(*kind)).expect("an engine");
        let mut group = c.benchmark_group(format!("{kind:?}").to_lowercase());
        group.sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
        let mut linker = Linker::new(&engine);
        linker.func_wrap("host", "add", |a: i32, b: i32| a.wrapping_add(b)).expect("a host function");
        let module = Module::new(&engine, PROGRAM).expect("it is valid");
        let prepared = linker.instantiate_pre(&module).expect("its imports are there");

        group.bench_function("store and instance", |b| {
            b.iter(|| {
                let mut store = Store::new(&engine, ());
                black_box(prepared.instantiate(&mut store).expect("an instance"));
            });
        });
        let mut store = Store::new(&engine, ());
        let instance = prepared.instantiate(&mut store).expect("an instance");
        let nothing: TypedFunc<(), ()> = instance.get_typed_func(&mut store, "nothing").expect("its type");
        group.bench_function("call in, nothing", |b| b.iter(|| nothing.call(&mut store, ()).expect("it returns")));
        let add: TypedFunc<(i32, i32), i32> = instance.get_typed_func(&mut store, "add").expect("its type");
        group.bench_function("call in, add", |b| b.iter(|| add.call(&mut store, black_box((1, 2))).expect("it returns")));
        let out: TypedFunc<(i32, i32), i32> = instance.get_typed_func(&mut store, "out").expect("its type");
        group.throughput(criterion::Throughput::Elements(CALLS as u64));
        group.bench_function("calls out", |b| b.iter(|| out.call(&mut store, (CALLS, 3)).expect("it returns")));
        group.throughput(criterion::Throughput::Elements(1));

        let unreachable: TypedFunc<(), ()> = instance.get_typed_func(&mut store, "unreachable").expect("its type");
        group.bench_function("trap, unreachable", |b| b.iter(|| unreachable.call(&mut store, ()).expect_err("it traps")));
        let load: TypedFunc<i32, i32> = instance.get_typed_func(&mut store, "load").expect("its type");
        group.bench_function("trap, out of bounds", |b| b.iter(|| load.call(&mut store, -1).expect_err("it traps")));
        let divide: TypedFunc<(i32, i32), i32> = instance.get_typed_func(&mut store, "divide").expect("its type");
        group.bench_function("trap, division by zero", |b| b.iter(|| divide.call(&mut store, (1, 0)).expect_err("it traps")));
        let deep: TypedFunc<i32, i32> = instance.get_typed_func(&mut store, "deep").expect("its type");
        group.bench_function("trap under 100 frames", |b| b.iter(|| deep.call(&mut store, 100).expect_err("it traps")));
        group.finish();
    }
}

criterion_group!(all, runtime);
criterion_main!(all);
