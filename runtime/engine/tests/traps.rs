//! Every way for wasm to trap, and what is known afterwards.
mod common;
use common::*;
use samite::*;

const TRAPS: &str = r#"(module $m
    (memory (export "memory") 1)
    (table (export "table") 3 funcref)
    (type $t (func))
    (elem (i32.const 1) $right $wrong)
    (elem $passive func $right)
    (data $bytes "abc")
    (func $right)
    (func $wrong (param i64))
    (func (export "unreachable") unreachable)
    (func (export "load") (param i32) (result i64) (i64.load (local.get 0)))
    (func (export "load far") (param i32) (result i32) (i32.load8_u offset=0xffffffff (local.get 0)))
    (func (export "store") (param i32) (i32.store16 offset=3 (local.get 0) (i32.const 7)))
    (func (export "call") (param i32) (call_indirect (type $t) (local.get 0)))
    (func (export "div") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
    (func (export "rem") (param i64 i64) (result i64) (i64.rem_u (local.get 0) (local.get 1)))
    (func (export "trunc") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
    (func (export "get") (param i32) (result funcref) (table.get (local.get 0)))
    (func (export "fill") (param i32 i32) (memory.fill (local.get 0) (i32.const 1) (local.get 1)))
    (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
    (func (export "init") (param i32 i32 i32) (memory.init $bytes (local.get 0) (local.get 1) (local.get 2)))
    (func (export "drop") (data.drop $bytes) (elem.drop $passive))
    (func (export "table fill") (param i32 i32) (table.fill (local.get 0) (ref.null func) (local.get 1)))
    (func (export "table copy") (param i32 i32 i32) (table.copy (local.get 0) (local.get 1) (local.get 2)))
    (func (export "table init") (param i32 i32 i32) (table.init $passive (local.get 0) (local.get 1) (local.get 2)))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "table grow") (param i32) (result i32) (table.grow (ref.func $right) (local.get 0))))"#;

#[test]
fn each_trap() {
    use Trap::*;
    for (kind, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, (), TRAPS);
        let mut run = |name: &str, params: &[Val]| -> Option<Trap> {
            let f = instance.get_func(&mut store, name).unwrap();
            let mut results = vec![Val::I32(0); f.ty(&store).results.len()];
            let error = f.call(&mut store, params, &mut results).err()?;
            assert_eq!(frames(&error), [name], "{kind:?}");
            assert_eq!(error.root_cause().to_string(), trap(&error).name());
            Some(trap(&error))
        };
        let i = |values: &[i32]| values.iter().map(|v| Val::I32(*v)).collect::<Vec<_>>();
        assert_eq!(run("unreachable", &[]), Some(Unreachable), "{kind:?}");
        for (at, expected) in [(0, None), (65528, None), (65529, Some(MemoryOutOfBounds)), (-1, Some(MemoryOutOfBounds))] {
            assert_eq!(run("load", &i(&[at])), expected, "{kind:?} {at}");
        }
        assert_eq!(run("load far", &i(&[-1])), Some(MemoryOutOfBounds));
        assert_eq!(run("load far", &i(&[0])), Some(MemoryOutOfBounds));
        assert_eq!(run("store", &i(&[65531])), None);
        assert_eq!(run("store", &i(&[65532])), Some(MemoryOutOfBounds));
        assert_eq!(run("store", &i(&[-4])), Some(MemoryOutOfBounds));
        assert_eq!(run("call", &i(&[0])), Some(UninitializedElement));
        assert_eq!(run("call", &i(&[1])), None);
        assert_eq!(run("call", &i(&[2])), Some(IndirectCallTypeMismatch));
        assert_eq!(run("call", &i(&[3])), Some(UndefinedElement));
        assert_eq!(run("call", &i(&[-1])), Some(UndefinedElement));
        assert_eq!(run("div", &i(&[1, 0])), Some(IntegerDivideByZero));
        assert_eq!(run("div", &i(&[i32::MIN, -1])), Some(IntegerOverflow));
        assert_eq!(run("rem", &[Val::I64(1), Val::I64(0)]), Some(IntegerDivideByZero));
        assert_eq!(run("trunc", &[Val::from(f64::NAN)]), Some(InvalidConversionToInteger));
        assert_eq!(run("trunc", &[Val::from(1e10)]), Some(IntegerOverflow));
        assert_eq!(run("get", &i(&[3])), Some(TableOutOfBounds));
        assert_eq!(run("fill", &i(&[65536, 0])), None);
        assert_eq!(run("fill", &i(&[65530, 7])), Some(MemoryOutOfBounds));
        assert_eq!(run("copy", &i(&[1, 0, 65535])), None);
        assert_eq!(run("copy", &i(&[1, 0, 65536])), Some(MemoryOutOfBounds));
        assert_eq!(run("init", &i(&[0, 1, 2])), None);
        assert_eq!(run("init", &i(&[0, 1, 3])), Some(MemoryOutOfBounds));
        assert_eq!(run("table fill", &i(&[2, 2])), Some(TableOutOfBounds));
        assert_eq!(run("table copy", &i(&[0, 1, 3])), Some(TableOutOfBounds));
        assert_eq!(run("table init", &i(&[0, 0, 1])), None);
        assert_eq!(run("table init", &i(&[0, 0, 2])), Some(TableOutOfBounds));
        assert_eq!(run("drop", &[]), None);
        assert_eq!(run("init", &i(&[0, 0, 0])), None);
        assert_eq!(run("init", &i(&[0, 0, 1])), Some(MemoryOutOfBounds));
        assert_eq!(run("table init", &i(&[0, 0, 1])), Some(TableOutOfBounds));
        assert_eq!(run("grow", &i(&[1])), None);
        assert_eq!(run("load", &i(&[65529])), None);
        assert_eq!(run("load", &i(&[131065])), Some(MemoryOutOfBounds));
        assert_eq!(run("table grow", &i(&[2])), None);
        assert_eq!(run("call", &i(&[4])), None);
        assert_eq!(run("call", &i(&[5])), Some(UndefinedElement));
    }
}

#[test]
fn backtraces_name_functions_and_offsets() {
    for (kind, engine) in engines() {
        let wat = r#"(module $mod
            (func $leaf (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
            (func $middle (param i32) (result i32) (i32.add (i32.const 1) (call $leaf (local.get 0))))
            (func (param i32) (result i32) (i32.add (i32.const 1) (call $middle (local.get 0))))
            (func $outer (export "run") (param i32) (result i32) (i32.add (i32.const 1) (call 2 (local.get 0)))))"#;
        let bytes = wat::parse_str(wat).unwrap();
        let module = Module::new(&engine, &bytes).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let run = instance.get_typed_func::<i32, i32>(&mut store, "run").unwrap();
        assert_eq!(run.call(&mut store, 1).unwrap(), 4);
        let error = run.call(&mut store, 0).unwrap_err();
        let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
        let functions: Vec<u32> = backtrace.frames().iter().map(|f| f.func_index()).collect();
        assert_eq!(functions, [0, 1, 2, 3], "{kind:?}");
        assert_eq!(frames(&error), ["leaf", "middle", "?", "outer"]);
        // The operators: i32.div_u, call, call, call.
        let opcodes: Vec<u8> = backtrace.frames().iter().map(|f| bytes[f.module_offset().unwrap()]).collect();
        assert_eq!(opcodes, [0x6e, 0x10, 0x10, 0x10], "{kind:?}");
        assert_eq!(backtrace.frames()[0].func_offset(), Some(5));
        let text = format!("{error:?}");
        assert!(text.starts_with("error while executing at wasm backtrace:\n    0: "), "{text}");
        assert!(text.contains("- mod!leaf\n") && text.contains("- mod!<wasm function 2>\n"), "{text}");
        assert!(text.contains("integer divide by zero"), "{text}");
    }
}

#[test]
fn backtraces_cross_the_host() {
    for (kind, engine) in engines() {
        let mut linker = Linker::<()>::new(&engine);
        linker
            .func_wrap("h", "through", |mut caller: Caller<'_, ()>| -> Result<()> {
                let f = caller.get_export("inner").unwrap().into_func().unwrap();
                f.typed::<(), ()>(&caller)?.call(&mut caller, ())
            })
            .unwrap();
        linker.func_wrap("h", "fail", || -> Result<()> { anyhow::bail!("no") }).unwrap();
        let other =
            Module::new(&engine, r#"(module $other (import "h" "fail" (func $fail)) (func $far (export "far") call $fail))"#).unwrap();
        let module = Module::new(
            &engine,
            r#"(module
                (import "h" "through" (func $through))
                (import "o" "far" (func $far))
                (func $a (export "inner") call $b)
                (func $b call $far)
                (func $c (export "run") call $d)
                (func $d call $through))"#,
        )
        .unwrap();
        let mut store = Store::new(&engine, ());
        let other = linker.instantiate(&mut store, &other).unwrap();
        linker.instance(&mut store, "o", other).unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let run = instance.get_typed_func::<(), ()>(&mut store, "run").unwrap();
        let error = run.call(&mut store, ()).unwrap_err();
        assert_eq!(frames(&error), ["far", "b", "a", "d", "c"], "{kind:?}");
        assert_eq!(error.root_cause().to_string(), "no");
    }
}

#[test]
fn a_host_function_may_handle_a_trap() {
    for (kind, engine) in engines() {
        let mut linker = Linker::<u32>::new(&engine);
        linker
            .func_wrap("h", "attempt", |mut caller: Caller<'_, u32>, x: i32| -> Result<i32> {
                let f = caller.get_export("div").unwrap().into_func().unwrap();
                let f = f.typed::<i32, i32>(&caller)?;
                match f.call(&mut caller, x) {
                    Ok(x) => Ok(x),
                    Err(error) => {
                        assert_eq!(trap(&error), Trap::IntegerDivideByZero);
                        *caller.data_mut() += 1;
                        Ok(-1)
                    }
                }
            })
            .unwrap();
        let module = Module::new(
            &engine,
            r#"(module
                (import "h" "attempt" (func $attempt (param i32) (result i32)))
                (func (export "div") (param i32) (result i32) (i32.div_s (i32.const 100) (local.get 0)))
                (func (export "run") (param i32 i32) (result i32)
                    (i32.mul (call $attempt (local.get 0)) (call $attempt (local.get 1)))))"#,
        )
        .unwrap();
        let mut store = Store::new(&engine, 0);
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let run = instance.get_typed_func::<(i32, i32), i32>(&mut store, "run").unwrap();
        for _ in 0..100 {
            assert_eq!(run.call(&mut store, (10, 0)).unwrap(), -10, "{kind:?}");
            assert_eq!(run.call(&mut store, (0, 5)).unwrap(), -20);
        }
        assert_eq!(*store.data(), 200);
    }
}

#[test]
fn epochs_and_their_callback() {
    for (kind, engine) in interruptible("epoch") {
        let wat = r#"(module (func $spin (export "spin") (loop $l (br $l))) (func (export "f") (result i32) (i32.const 3)))"#;
        let (mut store, instance) = instantiate(&engine, 0u32, wat);
        let spin = instance.get_typed_func::<(), ()>(&mut store, "spin").unwrap();
        let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
        // No deadline yet.
        engine.increment_epoch();
        assert_eq!(f.call(&mut store, ()).unwrap(), 3);
        store.set_epoch_deadline(2);
        engine.increment_epoch();
        assert_eq!(f.call(&mut store, ()).unwrap(), 3, "{kind:?}");
        engine.increment_epoch();
        let error = f.call(&mut store, ()).unwrap_err();
        assert_eq!(trap(&error), Trap::Interrupted, "{kind:?}");

        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut store| {
            *store.data_mut() += 1;
            store.engine().increment_epoch();
            Ok(if *store.data() < 3 { UpdateDeadline::Continue(1) } else { UpdateDeadline::Interrupt })
        });
        let other = engine.clone();
        let ticker = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(10));
            other.increment_epoch();
        });
        let error = spin.call(&mut store, ()).unwrap_err();
        assert_eq!((trap(&error), frames(&error)), (Trap::Interrupted, vec!["spin".to_string()]), "{kind:?}");
        assert_eq!(*store.data(), 3);
        ticker.join().unwrap();

        store.epoch_deadline_callback(|_| anyhow::bail!("enough"));
        assert_eq!(spin.call(&mut store, ()).unwrap_err().root_cause().to_string(), "enough", "{kind:?}");
        store.epoch_deadline_callback(|_| panic!("too much"));
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| spin.call(&mut store, ())));
        assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"too much"), "{kind:?}");
        store.epoch_deadline_trap();
        assert_eq!(trap(&spin.call(&mut store, ()).unwrap_err()), Trap::Interrupted);
        store.set_epoch_deadline(1_000_000);
        assert_eq!(f.call(&mut store, ()).unwrap(), 3);
    }
}

#[test]
fn the_interruption_page() {
    let strategy = "interrupt=page".parse().unwrap();
    let engine = Engine::new(Config::new().engine(EngineKind::Compiled).strategy(strategy)).unwrap();
    let (mut store, instance) = instantiate(&engine, (), r#"(module (func (export "spin") (loop $l (br $l))))"#);
    let spin = instance.get_typed_func::<(), ()>(&mut store, "spin").unwrap();
    let other = engine.clone();
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(10));
        other.interrupt().unwrap();
    });
    assert_eq!(trap(&spin.call(&mut store, ()).unwrap_err()), Trap::Interrupted);
    stopper.join().unwrap();
    assert_eq!(trap(&spin.call(&mut store, ()).unwrap_err()), Trap::Interrupted);
    engine.resume().unwrap();
    let (mut store, instance) = instantiate(&engine, (), r#"(module (func (export "f")))"#);
    instance.get_typed_func::<(), ()>(&mut store, "f").unwrap().call(&mut store, ()).unwrap();
}

/// Filling or copying much memory stops in the middle; what was checked first still comes first.
#[test]
fn bulk_operators_are_interrupted() {
    let wat = r#"(module
        (import "h" "stop" (func $stop))
        (memory (export "memory") 640)
        (func $fill (export "fill") (param i32 i32) (call $stop) (memory.fill (local.get 0) (i32.const 1) (local.get 1)))
        (func $copy (export "copy") (param i32 i32 i32) (call $stop) (memory.copy (local.get 0) (local.get 1) (local.get 2))))"#;
    let mut engines = interruptible("epoch");
    engines.extend(interruptible("page").into_iter().filter(|(kind, _)| *kind == EngineKind::Compiled));
    for (kind, engine) in engines {
        let module = Module::new(&engine, wat).unwrap();
        let mut linker = Linker::<()>::new(&engine);
        linker
            .func_wrap("h", "stop", |caller: Caller<'_, ()>| {
                caller.engine().increment_epoch();
                caller.engine().interrupt()
            })
            .unwrap();
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        let fill = instance.get_typed_func::<(i32, i32), ()>(&mut store, "fill").unwrap();
        let copy = instance.get_typed_func::<(i32, i32, i32), ()>(&mut store, "copy").unwrap();
        let ready = |store: &mut Store<()>| {
            store.set_epoch_deadline(1);
            engine.resume().unwrap();
        };
        let most = 40 << 20;
        ready(&mut store);
        let error = fill.call(&mut store, (0, most)).unwrap_err();
        assert_eq!((trap(&error), frames(&error)), (Trap::Interrupted, vec!["fill".to_string()]), "{kind:?}");
        let ends = |store: &Store<()>| (memory.data(store)[0], memory.data(store)[most as usize - 1]);
        assert_eq!(ends(&store), (1, 0), "{kind:?}");
        // Upwards from the end, downwards from the start.
        memory.data_mut(&mut store)[most as usize - 2] = 2;
        ready(&mut store);
        let error = copy.call(&mut store, (1, 0, most - 1)).unwrap_err();
        assert_eq!((trap(&error), frames(&error)), (Trap::Interrupted, vec!["copy".to_string()]), "{kind:?}");
        assert_eq!(ends(&store), (1, 2), "{kind:?}");
        memory.data_mut(&mut store)[1] = 3;
        ready(&mut store);
        assert_eq!(trap(&copy.call(&mut store, (0, 1, most - 1)).unwrap_err()), Trap::Interrupted);
        assert_eq!(ends(&store), (3, 2), "{kind:?}");
        // Out of bounds is out of bounds, and a little is done at once.
        ready(&mut store);
        assert_eq!(trap(&fill.call(&mut store, (1, most)).unwrap_err()), Trap::MemoryOutOfBounds);
        ready(&mut store);
        assert_eq!(trap(&copy.call(&mut store, (0, 1, most)).unwrap_err()), Trap::MemoryOutOfBounds);
        ready(&mut store);
        fill.call(&mut store, (0, 1 << 16)).unwrap();
        engine.resume().unwrap();
    }
    // Whoever wants to be asked is asked by the next function or loop.
    let (_, engine) = interruptible("epoch").remove(0);
    let mut linker = Linker::<()>::new(&engine);
    linker.func_wrap("h", "stop", |caller: Caller<'_, ()>| caller.engine().increment_epoch()).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &Module::new(&engine, wat).unwrap()).unwrap();
    store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Interrupt));
    store.set_epoch_deadline(1);
    let fill = instance.get_typed_func::<(i32, i32), ()>(&mut store, "fill").unwrap();
    fill.call(&mut store, (0, 40 << 20)).unwrap();
    assert_eq!(trap(&fill.call(&mut store, (0, 0)).unwrap_err()), Trap::Interrupted);
}

/// Copies of all directions and overlaps whose length is around the size of the pieces they are done in.
#[test]
fn large_copies_are_copies() {
    for kind in EngineKind::ALL {
        let engine = engine(*kind);
        let wat = r#"(module (memory (export "memory") 560)
            (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2))))"#;
        let (mut store, instance) = instantiate(&engine, (), wat);
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        let copy = instance.get_typed_func::<(i32, i32, i32), ()>(&mut store, "copy").unwrap();
        let piece = 16 << 20;
        for (to, from, len) in [(3, 0, 2 * piece + 5), (0, 3, 2 * piece + 5), (0, piece, piece + 1), (piece, 0, piece + 1), (7, 7, piece)] {
            for (at, byte) in memory.data_mut(&mut store).iter_mut().enumerate() {
                *byte = (at.wrapping_mul(0x9e37_79b9) >> 15) as u8;
            }
            let mut expected = memory.data(&store).to_vec();
            expected.copy_within(from..from + len, to);
            copy.call(&mut store, (to as i32, from as i32, len as i32)).unwrap();
            assert!(memory.data(&store) == expected, "{kind:?} {to} {from} {len}");
        }
    }
}

fn interruptible(how: &str) -> Vec<(EngineKind, Engine)> {
    let strategy: Strategy = format!("interrupt={how}").parse().unwrap();
    let engine = |kind| (kind, Engine::new(Config::new().engine(kind).strategy(strategy)).unwrap());
    EngineKind::ALL.iter().map(|kind| engine(*kind)).collect()
}
