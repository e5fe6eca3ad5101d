//! Programs that run in the engine and call WASI.

use samite::{Config, Engine, EngineKind, Linker, Module, Store};
use samite_wasi::types::Errno;
use samite_wasi::{Exit, OutputBuffer, Stdout, WasiCtx, WasiCtxBuilder, add_to_linker};

struct Data {
    wasi: WasiCtx,
}

/// Runs `_start`; gives how it ended and what it wrote.
fn run(program: &str, builder: WasiCtxBuilder) -> (anyhow::Result<()>, Vec<u8>) {
    run_on(&Engine::default(), program, builder)
}

fn run_on(engine: &Engine, program: &str, builder: WasiCtxBuilder) -> (anyhow::Result<()>, Vec<u8>) {
    let output = OutputBuffer::new(1 << 20);
    let mut linker = Linker::new(engine);
    add_to_linker(&mut linker, |data: &mut Data| &mut data.wasi).unwrap();
    let module = Module::new(engine, program).unwrap();
    let wasi = builder.stdout(Stdout::Buffer(output.clone())).build().unwrap();
    let mut store = Store::new(engine, Data { wasi });
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start").unwrap();
    (start.call(&mut store, ()), output.contents())
}

fn exit_code(end: anyhow::Result<()>) -> i32 {
    end.unwrap_err().downcast_ref::<Exit>().expect("an exit").0
}

/// The arguments, one after another, to standard output.
#[test]
fn arguments_to_output() {
    prints_arguments(&Engine::default(), "1");
}

/// Of such a memory no bytes can be borrowed.
#[test]
fn arguments_to_output_through_shared_memory() {
    let engine = Engine::new(Config::new().engine(EngineKind::Reference)).unwrap();
    prints_arguments(&engine, "1 1 shared");
}

fn prints_arguments(engine: &Engine, memory: &str) {
    let program = r#"(module
        (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "args_get" (func $get (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "_start")
            (if (call $sizes (i32.const 0) (i32.const 4)) (then unreachable))
            (if (call $get (i32.const 64) (i32.const 1024)) (then unreachable))
            (i32.store (i32.const 16) (i32.const 1024))
            (i32.store (i32.const 20) (i32.load (i32.const 4)))
            (if (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)) (then unreachable))
            (if (i32.ne (i32.load (i32.const 24)) (i32.load (i32.const 4))) (then unreachable))))"#;
    let program = &program.replace(r#"(memory (export "memory") 1)"#, &format!(r#"(memory (export "memory") {memory})"#));
    let (end, output) = run_on(engine, program, WasiCtxBuilder::new().args(["one", "two", ""]));
    end.unwrap();
    assert_eq!(output, b"one\0two\0\0");
}

#[test]
fn exit_codes() {
    for code in [0, 1, 42, -1] {
        let program = format!(
            r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
                (func (export "_start") (call $exit (i32.const {code})) unreachable))"#
        );
        let (end, _) = run(&program, WasiCtxBuilder::new());
        assert_eq!(exit_code(end), code);
    }
    let program = r#"(module (import "wasi_snapshot_preview1" "proc_raise" (func $raise (param i32) (result i32)))
        (func (export "_start") (drop (call $raise (i32.const 6)))))"#;
    assert_eq!(exit_code(run(program, WasiCtxBuilder::new()).0), 134);
}

/// 64-bit arguments, results through memory, and an error number as exit code.
#[test]
fn files() {
    let temp = tempfile::TempDir::new().unwrap();
    let program = r#"(module
        (import "wasi_snapshot_preview1" "path_open"
            (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_pwrite" (func $pwrite (param i32 i32 i32 i64 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\10\00\00\00\04\00\00\00")
        (data (i32.const 16) "file")
        (func (export "_start")
            (local $errno i32)
            (local.set $errno (call $open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 4) (i32.const 1)
                (i64.const 0x44) (i64.const 0) (i32.const 0) (i32.const 32)))
            (if (local.get $errno) (then (call $exit (local.get $errno))))
            (drop (call $pwrite (i32.load (i32.const 32)) (i32.const 0) (i32.const 1) (i64.const 3) (i32.const 36)))))"#;
    run(program, WasiCtxBuilder::new().preopened_path(temp.path(), "/").unwrap()).0.unwrap();
    assert_eq!(std::fs::read(temp.path().join("file")).unwrap(), b"\0\0\0file");
    assert_eq!(exit_code(run(program, WasiCtxBuilder::new()).0), Errno::Badf as i32);
}

#[test]
fn without_a_memory() {
    let program = r#"(module
        (import "wasi_unstable" "random_get" (func $random (param i32 i32) (result i32)))
        (import "wasi_unstable" "sched_yield" (func $yield (result i32)))
        (import "wasi_unstable" "proc_exit" (func $exit (param i32)))
        (func (export "_start")
            (if (call $yield) (then unreachable))
            (call $exit (call $random (i32.const 0) (i32.const 1)))))"#;
    assert_eq!(exit_code(run(program, WasiCtxBuilder::new()).0), Errno::Fault as i32);
}

#[test]
fn every_function_links() {
    use std::fmt::Write;
    let name = |ty: &samite_wasi::ValType| match ty {
        samite_wasi::ValType::I32 => " i32",
        samite_wasi::ValType::I64 => " i64",
    };
    let mut program = String::from("(module");
    for (module, import) in samite_wasi::imports() {
        let params: String = import.params.iter().map(name).collect();
        let results: String = import.results.iter().map(name).collect();
        write!(program, "(import \"{module}\" \"{}\" (func (param{params}) (result{results})))", import.name).unwrap();
    }
    program += "(func (export \"_start\")))";
    run(&program, WasiCtxBuilder::new()).0.unwrap();
}

#[test]
fn names_are_defined_once() {
    let mut linker = Linker::new(&Engine::default());
    add_to_linker(&mut linker, |data: &mut Data| &mut data.wasi).unwrap();
    assert!(add_to_linker(&mut linker, |data: &mut Data| &mut data.wasi).is_err());
}
