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

/// Its signatures have other numbers there, and its stubs die with their engine.
#[test]
fn a_host_function_of_another_engine_is_refused() {
    for (kind, other) in engines() {
        let here = engine(kind);
        let module = Module::new(&here, r#"(module (import "h" "add" (func (param i32 i32) (result i32))))"#).unwrap();
        let linker = linker(&other);
        let mut store = Store::new(&here, 0);
        let error = linker.instantiate(&mut store, &module).unwrap_err();
        assert_eq!(error.to_string(), "the module and the linker are of different engines");
        let there = Module::new(&other, r#"(module (import "h" "add" (func (param i32 i32) (result i32))))"#).unwrap();
        let error = linker.instantiate_pre(&there).unwrap().instantiate(&mut store).unwrap_err();
        assert_eq!(error.to_string(), "the module and the store are of different engines");
        let taken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| linker.get(&mut store, "h", "add")));
        assert!(taken.is_err(), "{kind:?}");
        assert!(linker.get(&mut Store::new(&other, 0), "h", "add").is_some());
    }
}

/// A host function may hand its store to a thread that it waits for: the limits there are those of that thread's stack.
#[test]
fn a_store_that_is_lent_to_another_thread() {
    for (kind, engine) in engines() {
        let wat = r#"(module
            (import "h" "elsewhere" (func $elsewhere))
            (func $deep (export "deep") (param i32) (result i32)
                (if (result i32) (local.get 0)
                    (then (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1)))))
                    (else (i32.const 0))))
            (func (export "run") (result i32) (call $elsewhere) (call $deep (i32.const 100))))"#;
        let mut linker = Linker::<u32>::new(&engine);
        linker
            .func_wrap("h", "elsewhere", move |mut caller: Caller<'_, u32>| {
                let deep = caller.get_export("deep").unwrap().into_func().unwrap().typed::<i32, i32>(&caller).unwrap();
                std::thread::scope(|scope| {
                    let thread = std::thread::Builder::new().stack_size(1 << 20);
                    let calls = thread.spawn_scoped(scope, || {
                        assert_eq!(deep.call(&mut caller, 100).unwrap(), 100, "{kind:?}");
                        let error = deep.call(&mut caller, 10_000_000).unwrap_err();
                        assert_eq!(trap(&error), Trap::StackExhausted, "{kind:?}");
                        *caller.data_mut() += 1;
                    });
                    calls.unwrap().join().unwrap();
                });
                let error = deep.call(&mut caller, 10_000_000).unwrap_err();
                assert_eq!(trap(&error), Trap::StackExhausted, "{kind:?}");
            })
            .unwrap();
        // The thread's stack may be above the lender's or below.
        let module = Module::new(&engine, wat).unwrap();
        let exercise = || {
            let mut store = Store::new(&engine, 0);
            let instance = linker.instantiate(&mut store, &module).unwrap();
            let run = instance.get_typed_func::<(), i32>(&mut store, "run").unwrap();
            assert_eq!(run.call(&mut store, ()).unwrap(), 100, "{kind:?}");
            assert_eq!(*store.data(), 1);
        };
        exercise();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(exercise);
            }
        });
    }
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
