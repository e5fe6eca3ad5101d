//! Stack exhaustion at any depth of wasm is a trap, and the process lives.
mod common;
use common::*;
use samite::*;

/// Runs on a thread with a stack of so many bytes.
fn on_thread(stack: usize, f: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(stack).spawn(f).unwrap().join().unwrap();
}

fn engine_with(kind: EngineKind, max_wasm_stack: usize) -> Engine {
    Engine::new(Config::new().engine(kind).max_wasm_stack(max_wasm_stack)).unwrap()
}

#[test]
fn recursion_traps_and_can_be_repeated() {
    for (kind, engine) in engines() {
        let (mut store, instance) = instantiate(
            &engine,
            (),
            r#"(module
                (func $deep (export "deep") (param i32) (result i32)
                    (i32.add (i32.const 1) (call $deep (local.get 0))))
                (func $to (export "to") (param i32) (result i32)
                    (if (result i32) (local.get 0)
                        (then (i32.add (i32.const 1) (call $to (i32.sub (local.get 0) (i32.const 1)))))
                        (else (i32.const 0)))))"#,
        );
        let deep = instance.get_typed_func::<i32, i32>(&mut store, "deep").unwrap();
        let to = instance.get_typed_func::<i32, i32>(&mut store, "to").unwrap();
        for _ in 0..3 {
            let error = deep.call(&mut store, 0).unwrap_err();
            assert_eq!(trap(&error), Trap::StackExhausted, "{kind:?}");
            assert_eq!(frames(&error)[..2], ["deep", "deep"], "{kind:?}");
            assert_eq!(to.call(&mut store, 1000).unwrap(), 1000);
        }
    }
}

#[test]
fn every_depth_with_frames_of_many_sizes_and_a_host_call_at_the_edge() {
    // The host function uses nearly all that the reserve promises.
    fn busy(x: i32) -> i32 {
        let mut bytes = [0u8; 400 << 10];
        for at in (0..bytes.len()).step_by(4096) {
            bytes[at] = x as u8;
        }
        i32::from(std::hint::black_box(&bytes)[8 << 10])
    }
    // The interpreter counts values of its own stacks; the thread's stack is what machine code runs out of.
    for (kind, max_stack, sizes) in
        [(EngineKind::Compiled, 64 << 20, &[0, 1, 7, 40, 200, 999][..]), (EngineKind::Reference, 1 << 14, &[0, 7])]
    {
        on_thread(2 << 20, move || {
            let engine = engine_with(kind, max_stack);
            let mut linker = Linker::<u32>::new(&engine);
            linker
                .func_wrap("h", "busy", |mut caller: Caller<'_, u32>, x: i32| {
                    *caller.data_mut() += 1;
                    busy(x)
                })
                .unwrap();
            for &locals in sizes {
                // Values that live across the call, so that frames are as large as they have locals.
                let declare = "(local i64)".repeat(locals);
                let sums: String = (1..=locals).map(|k| format!("(local.set {k} (i64.extend_i32_u (local.get 0)))")).collect();
                let uses: String = (1..=locals).map(|k| format!("(drop (i64.add (local.get {k}) (local.get {k})))")).collect();
                let wat = format!(
                    r#"(module (import "h" "busy" (func $busy (param i32) (result i32)))
                        (func $down (export "down") (param i32) (result i32) {declare} {sums}
                            (drop (call $down (i32.add (local.get 0) (i32.const 1)))) {uses} (i32.const 0))
                        (func $busily (export "busily") (param i32) (result i32) {declare} {sums}
                            (drop (call $busy (local.get 0)))
                            (drop (call $busily (i32.add (local.get 0) (i32.const 1)))) {uses} (i32.const 0))
                        (func $edge (export "edge") (param i32) (result i32) {declare} {sums}
                            (if (result i32) (local.get 0)
                                (then (call $edge (i32.sub (local.get 0) (i32.const 1))))
                                (else (call $busy (i32.const 7)))) {uses}))"#
                );
                let module = Module::new(&engine, wat).unwrap();
                let mut store = Store::new(&engine, 0);
                let instance = linker.instantiate(&mut store, &module).unwrap();
                for name in ["down", "busily"] {
                    let f = instance.get_typed_func::<i32, i32>(&mut store, name).unwrap();
                    let error = f.call(&mut store, 0).unwrap_err();
                    assert_eq!(trap(&error), Trap::StackExhausted, "{kind:?} {name} {locals}");
                }
                // Steps of one frame around the deepest call that works.
                let edge = instance.get_typed_func::<i32, i32>(&mut store, "edge").unwrap();
                let works = |store: &mut Store<u32>, depth: i32| match edge.call(store, depth) {
                    Ok(x) => {
                        assert_eq!(x, 7);
                        true
                    }
                    Err(error) => {
                        assert_eq!(trap(&error), Trap::StackExhausted);
                        false
                    }
                };
                let (mut low, mut high) = (0, 1 << 20);
                while high - low > 1 {
                    let middle = (low + high) / 2;
                    *(if works(&mut store, middle) { &mut low } else { &mut high }) = middle;
                }
                for depth in low.saturating_sub(20)..low + 20 {
                    assert_eq!(works(&mut store, depth.max(0)), depth <= low, "{kind:?} {locals} {depth} {low}");
                }
            }
        });
    }
}

#[test]
fn recursion_through_the_host() {
    for kind in [EngineKind::Compiled, EngineKind::Reference] {
        for stack in [700 << 10, 1 << 20, 4 << 20] {
            on_thread(stack, move || {
                let engine = engine_with(kind, 2 << 20);
                let mut linker = Linker::<u32>::new(&engine);
                linker
                    .func_wrap("h", "again", |mut caller: Caller<'_, u32>, x: i32| -> Result<i32> {
                        *caller.data_mut() += 1;
                        let run = caller.get_export("run").unwrap().into_func().unwrap();
                        run.typed::<i32, i32>(&caller)?.call(&mut caller, x + 1)
                    })
                    .unwrap();
                let wat = r#"(module (import "h" "again" (func $again (param i32) (result i32)))
                    (func $run (export "run") (param i32) (result i32) (i32.add (call $again (local.get 0)) (i32.const 1))))"#;
                let module = Module::new(&engine, wat).unwrap();
                let mut store = Store::new(&engine, 0);
                let instance = linker.instantiate(&mut store, &module).unwrap();
                let run = instance.get_typed_func::<i32, i32>(&mut store, "run").unwrap();
                for _ in 0..2 {
                    *store.data_mut() = 0;
                    let error = run.call(&mut store, 0).unwrap_err();
                    assert_eq!(trap(&error), Trap::StackExhausted, "{kind:?} {stack}");
                    assert!(*store.data() > 10, "{kind:?} {stack} {}", store.data());
                }
            });
        }
    }
}

#[test]
fn a_thread_with_less_stack_than_the_reserve_traps_at_once() {
    for kind in [EngineKind::Compiled, EngineKind::Reference] {
        on_thread(256 << 10, move || {
            let engine = engine_with(kind, 1 << 20);
            let mut linker = Linker::<()>::new(&engine);
            linker.func_wrap("h", "f", || ()).unwrap();
            let wat = r#"(module (import "h" "f" (func $f)) (func (export "run") call $f))"#;
            let module = Module::new(&engine, wat).unwrap();
            let mut store = Store::new(&engine, ());
            let instance = linker.instantiate(&mut store, &module).unwrap();
            let run = instance.get_typed_func::<(), ()>(&mut store, "run").unwrap();
            let error = run.call(&mut store, ()).unwrap_err();
            assert_eq!(trap(&error), Trap::StackExhausted, "{kind:?}");
        });
    }
}
