//! Many engines, stores and threads.
mod common;
use common::*;
use samite::*;

const WAT: &str = r#"(module
    (import "h" "add" (func $add (param i32 i32) (result i32)))
    (memory 1)
    (func $fib (export "fib") (param i32) (result i32)
        (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
            (then (local.get 0))
            (else (call $add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                             (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
    (func (export "trap") (param i32) (result i32) (i32.load (local.get 0))))"#;

fn exercise(engine: &Engine, module: &Module, linker: &Linker<u32>) {
    let mut store = Store::new(engine, 0);
    let instance = linker.instantiate(&mut store, module).unwrap();
    let fib = instance.get_typed_func::<i32, i32>(&mut store, "fib").unwrap();
    let fails = instance.get_typed_func::<i32, i32>(&mut store, "trap").unwrap();
    assert_eq!(fib.call(&mut store, 10).unwrap(), 55);
    assert_eq!(*store.data(), 88);
    for at in [65533, -1, 1 << 30] {
        assert_eq!(trap(&fails.call(&mut store, at).unwrap_err()), Trap::MemoryOutOfBounds);
    }
}

fn linker(engine: &Engine) -> Linker<u32> {
    let mut linker = Linker::new(engine);
    linker
        .func_wrap("h", "add", |mut caller: Caller<'_, u32>, a: i32, b: i32| {
            *caller.data_mut() += 1;
            a + b
        })
        .unwrap();
    linker
}

#[test]
fn one_module_in_many_threads() {
    for (_, engine) in engines() {
        let module = Module::new(&engine, WAT).unwrap();
        let linker = linker(&engine);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..20).for_each(|_| exercise(&engine, &module, &linker)));
            }
        });
    }
}

#[test]
fn modules_come_and_go_while_others_trap() {
    let engine = engine(EngineKind::Compiled);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..30 {
                    let module = Module::new(&engine, WAT).unwrap();
                    exercise(&engine, &module, &linker(&engine));
                }
            });
        }
    });
}

#[test]
fn many_engines_and_stores_that_move_between_threads() {
    let engines: Vec<Engine> = (0..6).map(|k| engine(EngineKind::ALL[k % 2])).collect();
    for engine in &engines {
        let module = Module::new(engine, WAT).unwrap();
        let mut store = Store::new(engine, 0);
        let instance = linker(engine).instantiate(&mut store, &module).unwrap();
        let fib = instance.get_typed_func::<i32, i32>(&mut store, "fib").unwrap();
        let fails = instance.get_typed_func::<i32, i32>(&mut store, "trap").unwrap();
        for _ in 0..4 {
            store = std::thread::spawn(move || {
                assert_eq!(fib.call(&mut store, 6).unwrap(), 8);
                assert_eq!(trap(&fails.call(&mut store, -4).unwrap_err()), Trap::MemoryOutOfBounds);
                store
            })
            .join()
            .unwrap();
        }
        assert_eq!(fib.call(&mut store, 6).unwrap(), 8);
    }
}

#[test]
fn a_module_of_another_engine_is_refused() {
    let (a, b) = (engine(EngineKind::Compiled), engine(EngineKind::Compiled));
    let module = Module::new(&a, "(module)").unwrap();
    let error = Instance::new(&mut Store::new(&b, ()), &module, &[]).unwrap_err();
    assert_eq!(error.to_string(), "the module and the store are of different engines");
}

#[test]
fn what_is_shared_is_send_and_sync() {
    fn both<T: Send + Sync>() {}
    both::<Engine>();
    both::<Module>();
    both::<Linker<()>>();
    both::<InstancePre<()>>();
    both::<Store<()>>();
    both::<Func>();
    both::<TypedFunc<(i32, i64), f32>>();
    both::<(Instance, Memory, Table, Global, Extern, Val, ExternRef)>();
}
