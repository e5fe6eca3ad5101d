//! What crossing between the host and wasm costs, and making instances: `cargo run --release -p samite --example speed [NAME]`.
//! Each line is the best of several runs, in nanoseconds for one operation. A name selects the lines that start with it.
use samite::*;
use std::hint::black_box;
use std::time::Instant;

const CALLS: &str = r#"(module
    (import "h" "add" (func $add (param i32 i32) (result i32)))
    (import "h" "count" (func $count (param i32)))
    (import "h" "result" (func $result (param i32) (result i32)))
    (import "h" "untyped" (func $untyped (param i32) (result i32)))
    (memory 1)
    (func (export "nothing"))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "unreachable") unreachable)
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "empty loop") (param i32)
        (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "host add") (param i32) (local i32)
        (loop $l (local.set 1 (call $add (local.get 1) (local.get 0)))
            (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "host with caller") (param i32)
        (loop $l (call $count (local.get 0)) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "host with result") (param i32)
        (loop $l (drop (call $result (local.get 0))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "host untyped") (param i32)
        (loop $l (drop (call $untyped (local.get 0))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "memory.fill of 8 bytes") (param i32)
        (loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 8))
            (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"#;

fn time(name: &str, times: u64, mut run: impl FnMut(u64)) {
    if std::env::args().nth(1).is_some_and(|asked| !name.starts_with(&asked)) {
        return;
    }
    let mut best = f64::MAX;
    // Many short runs: on a machine that does other things too, some go undisturbed.
    for _ in 0..200 {
        let start = Instant::now();
        run(times);
        best = best.min(start.elapsed().as_nanos() as f64 / times as f64);
    }
    println!("{name:40} {best:10.1} ns");
}

fn main() -> Result<()> {
    let engine = Engine::new(Config::new().engine(EngineKind::Compiled))?;
    calls(&engine)?;
    instances(&engine)
}

fn calls(engine: &Engine) -> Result<()> {
    let mut linker = Linker::<u64>::new(engine);
    linker.func_wrap("h", "add", |a: i32, b: i32| a.wrapping_add(b))?;
    linker.func_wrap("h", "count", |mut caller: Caller<'_, u64>, a: u32| *caller.data_mut() += u64::from(a))?;
    linker.func_wrap("h", "result", |a: i32| if a < 0 { Err(Error::msg("negative")) } else { Ok(a) })?;
    let ty = FuncType { params: vec![ValType::I32], results: vec![ValType::I32] };
    linker.func_new("h", "untyped", ty, |_, params, results| {
        results[0] = params[0].clone();
        Ok(())
    })?;
    let mut store = Store::new(engine, 0);
    let instance = linker.instantiate(&mut store, &Module::new(engine, CALLS)?)?;
    let nothing = instance.get_typed_func::<(), ()>(&mut store, "nothing")?;
    time("host to wasm, nothing", 100_000, |n| (0..n).for_each(|_| nothing.call(&mut store, ()).unwrap()));
    let add = instance.get_typed_func::<(i32, i32), i32>(&mut store, "add")?;
    time("host to wasm, add", 100_000, |n| {
        black_box((0..n).fold(0, |sum, k| add.call(&mut store, (sum, k as i32)).unwrap()));
    });
    let add = instance.get_func(&mut store, "add").expect("exported");
    let mut results = [Val::I32(0)];
    time("host to wasm, untyped", 20_000, |n| {
        (0..n).for_each(|_| add.call(&mut store, &[Val::I32(1), Val::I32(2)], &mut results).unwrap());
    });
    for name in ["empty loop", "host add", "host with caller", "host with result", "host untyped", "memory.fill of 8 bytes"] {
        let f = instance.get_typed_func::<i32, ()>(&mut store, name)?;
        time(name, 100_000, |n| f.call(&mut store, n as i32).unwrap());
    }
    let unreachable = instance.get_typed_func::<(), ()>(&mut store, "unreachable")?;
    time("trap, unreachable", 500, |n| (0..n).for_each(|_| assert!(unreachable.call(&mut store, ()).is_err())));
    let load = instance.get_typed_func::<i32, i32>(&mut store, "load")?;
    time("trap, out of bounds", 500, |n| (0..n).for_each(|_| assert!(load.call(&mut store, -1).is_err())));
    Ok(())
}

fn instances(engine: &Engine) -> Result<()> {
    let (functions, data) = ("$f ".repeat(50), "abcdefgh".repeat(500));
    let wat = format!(
        r#"(module (memory 16) (table 100 funcref) (func $f) (elem (i32.const 0) {functions}) (data (i32.const 1000) "{data}")
            (func (export "run") (i32.store (i32.const 70000) (i32.load (i32.const 1000)))))"#
    );
    let module = Linker::<()>::new(engine).instantiate_pre(&Module::new(engine, wat)?)?;
    time("store", 5_000, |n| (0..n).for_each(|_| drop(Store::new(engine, ()))));
    time("instance of 1 MiB, table, data", 500, |n| {
        (0..n).for_each(|_| assert!(module.instantiate(&mut Store::new(engine, ())).is_ok()));
    });
    time("instance of 1 MiB, table, data; and a call", 500, |n| {
        for _ in 0..n {
            let mut store = Store::new(engine, ());
            let instance = module.instantiate(&mut store).unwrap();
            instance.get_typed_func::<(), ()>(&mut store, "run").unwrap().call(&mut store, ()).unwrap();
        }
    });
    let module = Linker::<()>::new(engine).instantiate_pre(&Module::new(engine, r#"(module (memory 1) (func (export "run")))"#)?)?;
    time("instance of 64 KiB", 500, |n| {
        (0..n).for_each(|_| assert!(module.instantiate(&mut Store::new(engine, ())).is_ok()));
    });
    Ok(())
}
