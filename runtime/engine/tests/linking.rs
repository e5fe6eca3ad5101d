//! Imports, exports, and what instances share.
mod common;
use common::*;
use samite::*;

#[test]
fn mismatches_are_named() {
    for (_, engine) in engines() {
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        linker.func_wrap("env", "f", |_: i32| 1i64).unwrap();
        let memory = Memory::new(&mut store, MemoryType { min: 1, max: None, shared: false }).unwrap();
        let global = Global::new(&mut store, GlobalType { value: ValType::I32, mutable: false }, Val::I32(1)).unwrap();
        let table = Table::new(&mut store, TableType { element: ValType::ExternRef, min: 3, max: Some(9) }, Ref::Extern(None));
        linker.define(&store, "env", "memory", memory).unwrap();
        linker.define(&store, "env", "global", global).unwrap();
        linker.define(&store, "env", "table", table.unwrap()).unwrap();
        let mut error = |import: &str| {
            let module = Module::new(&engine, format!("(module (import {import}))")).unwrap();
            match linker.instantiate(&mut store, &module) {
                Ok(_) => "fine".to_string(),
                Err(error) => format!("{error:#}"),
            }
        };
        let cases = [
            (r#""env" "f" (func (param i32) (result i64))"#, "fine"),
            (r#""env" "global" (global i32)"#, "fine"),
            (r#""env" "memory" (memory 1)"#, "fine"),
            (r#""env" "table" (table 2 9 externref)"#, "fine"),
            (r#""env" "g" (func (param i32))"#, "unknown import: `env::g` has not been defined; the module wants a func (i32) -> ()"),
            (r#""x" "f" (memory 1 2)"#, "unknown import: `x::f` has not been defined; the module wants a memory 1 2"),
            (
                r#""env" "f" (func (param i64))"#,
                "incompatible import type for `env::f`: expected func (i64) -> (), found func (i32) -> (i64)",
            ),
            (r#""env" "memory" (memory 2)"#, "incompatible import type for `env::memory`: expected memory 2, found memory 1"),
            (r#""env" "memory" (memory 1 5)"#, "incompatible import type for `env::memory`: expected memory 1 5, found memory 1"),
            (
                r#""env" "global" (global (mut i32))"#,
                "incompatible import type for `env::global`: expected global (mut i32), found global i32",
            ),
            (
                r#""env" "table" (table 3 8 externref)"#,
                "incompatible import type for `env::table`: expected table 3 8 externref, found table 3 9 externref",
            ),
            (
                r#""env" "table" (table 3 funcref)"#,
                "incompatible import type for `env::table`: expected table 3 funcref, found table 3 9 externref",
            ),
            (r#""env" "table" (func)"#, "incompatible import type for `env::table`: expected func () -> (), found table 3 9 externref"),
        ];
        for (import, expected) in cases {
            assert_eq!(error(import), expected, "{import}");
        }
        assert_eq!(linker.func_wrap("env", "f", || {}).err().unwrap().to_string(), "import of `env::f` defined twice");
        linker.allow_shadowing(true).func_wrap("env", "f", || {}).unwrap();
    }
}

#[test]
fn instances_share_what_they_import() {
    for (kind, engine) in engines() {
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        let owner = Module::new(
            &engine,
            r#"(module
                (memory (export "memory") 1)
                (table (export "table") 4 funcref)
                (global (export "counter") (mut i64) (i64.const 5))
                (type $t (func (result i32)))
                (elem (i32.const 1) $one)
                (func $one (result i32) (i32.const 1))
                (func (export "call") (param i32) (result i32) (call_indirect (type $t) (local.get 0)))
                (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0))))"#,
        )
        .unwrap();
        let user = Module::new(
            &engine,
            r#"(module
                (import "owner" "memory" (memory 1))
                (import "owner" "table" (table 4 funcref))
                (import "owner" "counter" (global $counter (mut i64)))
                (import "owner" "call" (func $call (param i32) (result i32)))
                (memory $own 0)
                (data (i32.const 8) "\2a")
                (elem (i32.const 2) $two $own_call)
                (func $two (result i32)
                    (global.set $counter (i64.add (global.get $counter) (i64.const 1)))
                    (i32.const 2))
                (func $own_call (result i32) (i32.add (call $call (i32.const 2)) (i32.const 100)))
                (func (export "grow") (result i32) (memory.grow (i32.const 1))))"#,
        );
        let user = match user {
            Ok(user) => user,
            // Two memories in one module are not in this engine yet.
            Err(_) => Module::new(
                &engine,
                r#"(module
                (import "owner" "memory" (memory 1))
                (import "owner" "table" (table 4 funcref))
                (import "owner" "counter" (global $counter (mut i64)))
                (import "owner" "call" (func $call (param i32) (result i32)))
                (data (i32.const 8) "\2a")
                (elem (i32.const 2) $two $own_call)
                (func $two (result i32)
                    (global.set $counter (i64.add (global.get $counter) (i64.const 1)))
                    (i32.const 2))
                (func $own_call (result i32) (i32.add (call $call (i32.const 2)) (i32.const 100)))
                (func (export "grow") (result i32) (memory.grow (i32.const 1))))"#,
            )
            .unwrap(),
        };
        let owner = linker.instantiate(&mut store, &owner).unwrap();
        linker.instance(&mut store, "owner", owner).unwrap();
        let user = linker.instantiate(&mut store, &user).unwrap();
        let call = owner.get_typed_func::<i32, i32>(&mut store, "call").unwrap();
        let counter = owner.get_global(&mut store, "counter").unwrap();
        assert_eq!(call.call(&mut store, 1).unwrap(), 1, "{kind:?}");
        assert_eq!(call.call(&mut store, 2).unwrap(), 2);
        assert_eq!(call.call(&mut store, 3).unwrap(), 102);
        assert_eq!(counter.get(&store).unwrap_i64(), 7);
        assert_eq!(trap(&call.call(&mut store, 0).unwrap_err()), Trap::UninitializedElement);
        assert_eq!(trap(&call.call(&mut store, 4).unwrap_err()), Trap::UndefinedElement);

        let load = owner.get_typed_func::<i32, i32>(&mut store, "load").unwrap();
        assert_eq!(load.call(&mut store, 8).unwrap(), 42);
        assert_eq!(trap(&load.call(&mut store, 65536).unwrap_err()), Trap::MemoryOutOfBounds);
        let grow = user.get_typed_func::<(), i32>(&mut store, "grow").unwrap();
        assert_eq!(grow.call(&mut store, ()).unwrap(), 1);
        assert_eq!(load.call(&mut store, 65536).unwrap(), 0);
        let memory = owner.get_memory(&mut store, "memory").unwrap();
        assert_eq!(memory.size(&store), 2);
        memory.data_mut(&mut store)[65536] = 9;
        assert_eq!(load.call(&mut store, 65536).unwrap(), 9);

        // The identity of functions and tables.
        let table = owner.get_table(&mut store, "table").unwrap();
        let Some(Ref::Func(Some(two))) = table.get(&store, 2) else { panic!() };
        assert_eq!(two.typed::<(), i32>(&store).unwrap().call(&mut store, ()).unwrap(), 2);
        table.set(&mut store, 0, Ref::Func(Some(two))).unwrap();
        assert_eq!(table.get(&store, 0).unwrap().as_func(), Some(&two));
        assert_eq!(call.call(&mut store, 0).unwrap(), 2);
        assert!(table.get(&store, 4).is_none());
        assert_eq!(table.grow(&mut store, 2, Ref::Func(Some(two))).unwrap(), 4);
        assert_eq!(call.call(&mut store, 5).unwrap(), 2);
        Table::copy(&mut store, &table, 4, &table, 1, 1).unwrap();
        assert_eq!(call.call(&mut store, 4).unwrap(), 1);
    }
}

#[test]
fn start_functions_and_failing_segments() {
    for (_, engine) in engines() {
        let mut linker = Linker::<u32>::new(&engine);
        linker.func_wrap("h", "f", |mut c: Caller<'_, u32>| *c.data_mut() += 1).unwrap();
        let mut store = Store::new(&engine, 0);
        for wat in [
            r#"(module (import "h" "f" (func $f)) (start $f))"#,
            r#"(module (import "h" "f" (func $f)) (func $g call $f) (start $g))"#,
            r#"(module (import "h" "f" (func $f)) (func $g call $f) (export "g" (func $g)) (start $g))"#,
        ] {
            linker.instantiate(&mut store, &Module::new(&engine, wat).unwrap()).unwrap();
        }
        assert_eq!(*store.data(), 3);
        let wat = "(module $m (func $boom unreachable) (start $boom))";
        let error = linker.instantiate(&mut store, &Module::new(&engine, wat).unwrap()).unwrap_err();
        assert_eq!((trap(&error), frames(&error)), (Trap::Unreachable, vec!["boom".to_string()]));

        // What a failing instance wrote before stays.
        let memory = Memory::new(&mut store, MemoryType { min: 1, max: None, shared: false }).unwrap();
        let table = Table::new(&mut store, TableType { element: ValType::FuncRef, min: 2, max: None }, Ref::Func(None)).unwrap();
        linker.define(&store, "m", "memory", memory).unwrap();
        linker.define(&store, "m", "table", table).unwrap();
        let wat = r#"(module
            (import "m" "memory" (memory 1)) (import "m" "table" (table 1 funcref))
            (func $f (result i32) (i32.const 77))
            (elem (i32.const 0) $f)
            (data (i32.const 0) "abc") (data (i32.const 65535) "xy"))"#;
        let error = linker.instantiate(&mut store, &Module::new(&engine, wat).unwrap()).unwrap_err();
        assert_eq!(trap(&error), Trap::MemoryOutOfBounds);
        assert_eq!(&memory.data(&store)[..4], b"abc\0");
        assert_eq!(memory.data(&store)[65535], 0);
        let Some(Ref::Func(Some(f))) = table.get(&store, 0) else { panic!() };
        assert_eq!(f.typed::<(), i32>(&store).unwrap().call(&mut store, ()).unwrap(), 77);
        let wat = r#"(module (import "m" "table" (table 1 funcref)) (func $f) (elem (i32.const 1) $f $f))"#;
        let error = linker.instantiate(&mut store, &Module::new(&engine, wat).unwrap()).unwrap_err();
        assert_eq!(trap(&error), Trap::TableOutOfBounds);
        assert!(table.get(&store, 1).unwrap().is_null());
    }
}

#[test]
fn unknown_imports_can_be_filled_in() {
    for (_, engine) in engines() {
        let wat = r#"(module
            (import "a" "f" (func $f (param i32) (result i64)))
            (func (export "run") (result i64) (call $f (i32.const 1))))"#;
        let module = Module::new(&engine, wat).unwrap();
        let mut linker = Linker::<()>::new(&engine);
        linker.define_unknown_imports_as_traps(&module).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let run = instance.get_typed_func::<(), i64>(&mut store, "run").unwrap();
        let error = run.call(&mut store, ()).unwrap_err();
        assert_eq!(error.root_cause().to_string(), "unknown import: `a::f` has not been defined");
        let mut linker = Linker::<()>::new(&engine);
        linker.define_unknown_imports_as_default_values(&module).unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        assert_eq!(instance.get_typed_func::<(), i64>(&mut store, "run").unwrap().call(&mut store, ()).unwrap(), 0);
    }
}

#[test]
fn modules_tell_what_they_import_and_export() {
    for (_, engine) in engines() {
        let wat = r#"(module $name
            (import "a" "f" (func (param i32))) (import "b" "g" (global f64))
            (memory (export "m") 1 2) (func (export "") (result v128) unreachable))"#;
        let module = Module::new(&engine, wat.replace("v128", "f32")).unwrap();
        assert_eq!(module.name(), Some("name"));
        let imports: Vec<String> = module.imports().map(|i| format!("{}.{}: {}", i.module(), i.name(), i.ty())).collect();
        assert_eq!(imports, ["a.f: func (i32) -> ()", "b.g: global f64"]);
        let exports: Vec<String> = module.exports().map(|e| format!("{}: {}", e.name(), e.ty())).collect();
        assert_eq!(exports, ["m: memory 1 2", ": func () -> (f32)"]);
        assert!(Module::new(&engine, "(module (func i32.add))").is_err());
        assert!(Module::new(&engine, b"\0asm\x02\0\0\0").is_err());
        let error = Module::from_file(&engine, "/nowhere/x.wasm").unwrap_err();
        assert!(error.to_string().contains("/nowhere/x.wasm"), "{error:#}");
    }
}

#[test]
fn compiled_modules_can_be_written_and_read() {
    let fast = engine(EngineKind::Compiled);
    let wat = r#"(module $m
        (import "h" "f" (func $f (param i32) (result i32)))
        (memory 1) (data (i32.const 4) "\05")
        (func $run (export "run") (param i32) (result i32) (i32.div_u (call $f (local.get 0)) (i32.load8_u (local.get 0)))))"#;
    let module = Module::new(&fast, wat).unwrap();
    let bytes = module.serialize().unwrap();
    let check = |module: &Module| {
        let mut linker = Linker::new(module.engine());
        linker.func_wrap("h", "f", |x: i32| 10 * x).unwrap();
        let mut store = Store::new(module.engine(), ());
        let instance = linker.instantiate(&mut store, module).unwrap();
        let run = instance.get_typed_func::<i32, i32>(&mut store, "run").unwrap();
        assert_eq!(run.call(&mut store, 4).unwrap(), 8);
        let error = run.call(&mut store, 0).unwrap_err();
        assert_eq!((trap(&error), frames(&error)), (Trap::IntegerDivideByZero, vec!["run".to_string()]));
    };
    check(&module);
    // SAFETY: `serialize` gave the bytes.
    let load = |engine: &Engine, bytes: &[u8]| unsafe { Module::deserialize(engine, bytes) };
    let again = load(&fast, &bytes).unwrap();
    check(&again);
    assert_eq!(again.serialize().unwrap(), bytes);
    check(&load(&engine(EngineKind::Compiled), &bytes).unwrap());
    let file = tempfile();
    std::fs::write(&file, &bytes).unwrap();
    check(&Module::from_trusted_file(&fast, &file).unwrap());
    std::fs::remove_file(&file).unwrap();

    let error = |engine: &Engine, bytes: &[u8]| format!("{:#}", load(engine, bytes).unwrap_err());
    assert_eq!(error(&engine(EngineKind::Reference), &bytes), "the reference engine runs no machine code");
    let with = |strategy: &str| Engine::new(Config::new().engine(EngineKind::Compiled).strategy(strategy.parse().unwrap())).unwrap();
    for strategy in ["bounds=compare", "interrupt=epoch", "nan=canonical"] {
        assert!(error(&with(strategy), &bytes).contains("does not agree with"));
    }
    let compares = Module::new(&with("bounds=compare"), wat).unwrap().serialize().unwrap();
    check(&load(&fast, &compares).unwrap());
    for at in [0, 5, bytes.len() / 2, bytes.len() - 1] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert!(error(&fast, &damaged).contains("not a usable compiled module"));
    }
    assert!(error(&fast, &bytes[..bytes.len() / 2]).contains("not a usable compiled module"));
}

/// A name for a file of this process.
fn tempfile() -> std::path::PathBuf {
    std::env::temp_dir().join(format!("samite-test-{}.cwasm", std::process::id()))
}
