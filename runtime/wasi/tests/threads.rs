//! What the document of wasi-threads says of a program's threads, on compiled code and on the interpreter.
use samite::{Config, Engine, EngineKind, Linker, Module, Store, Trap};
use samite_wasi::{Exit, OutputBuffer, Stdout, Threads, WasiCtx, WasiCtxBuilder, add_to_linker};
use std::time::{Duration, Instant};

const IMPORTS: &str = r#"
    (import "env" "memory" (memory 1 4 shared))
    (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (export "memory" (memory 0))
    (func $forever (loop $l (br $l)))
    ;; Until $n threads have told that they are done.
    (func $await (param $n i32) (local $now i32)
        (loop $l
            (local.set $now (i32.atomic.load (i32.const 0)))
            (if (i32.lt_u (local.get $now) (local.get $n))
                (then (drop (memory.atomic.wait32 (i32.const 0) (local.get $now) (i64.const -1))) (br $l)))))
    (func $done
        (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
        (drop (memory.atomic.notify (i32.const 0) (i32.const -1))))
    ;; A clock that rings in an hour.
    (func $sleep
        (i64.store (i32.const 128) (i64.const 0))
        (i64.store (i32.const 136) (i64.const 0))
        (i32.store (i32.const 144) (i32.const 1))
        (i64.store (i32.const 152) (i64.const 3600000000000))
        (drop (call $poll (i32.const 128) (i32.const 256) (i32.const 1) (i32.const 320))))
"#;

fn engines() -> [Engine; 2] {
    let compiled = Engine::new(Config::new().strategy("interrupt=epoch".parse().unwrap())).unwrap();
    [compiled, Engine::new(Config::new().engine(EngineKind::Reference)).unwrap()]
}

/// Runs `_start` of a module; its end, and what it gave if that is a number.
fn run(engine: &Engine, body: &str, most: usize) -> anyhow::Result<()> {
    let module = Module::new(engine, format!("(module {IMPORTS} {body})")).unwrap();
    let mut linker = Linker::new(engine);
    add_to_linker(&mut linker, |ctx: &mut WasiCtx| ctx).unwrap();
    let output = OutputBuffer::new(1000);
    let mut store = Store::new(engine, WasiCtxBuilder::new().stdout(Stdout::Buffer(output)).build().unwrap());
    let threads = Threads::new(&mut linker, &mut store, &module, |ctx| ctx)?.max_threads(most);
    threads.run(&linker, &mut store, |store, instance| instance.get_typed_func::<(), ()>(&mut *store, "_start")?.call(store, ()))
}

fn exit_of(body: &str) -> Vec<i32> {
    let code = |engine: &Engine| match run(engine, body, 100) {
        Ok(()) => 0,
        Err(error) => error.downcast_ref::<Exit>().unwrap_or_else(|| panic!("{error:?}\n{body}")).0,
    };
    engines().iter().map(code).collect()
}

fn trap_of(body: &str) -> Vec<Trap> {
    let trap = |engine: &Engine| *run(engine, body, 100).unwrap_err().downcast_ref::<Trap>().unwrap();
    engines().iter().map(trap).collect()
}

const START: &str = r#"(func (export "wasi_thread_start") (param $id i32) (param $argument i32)"#;

#[test]
fn arguments_and_numbers() {
    // Each thread adds its argument; numbers are positive, differ, and are what `thread-spawn` gave.
    let body = format!(
        r#"{START}
            (i32.store (i32.add (i32.const 1024) (i32.mul (local.get $argument) (i32.const 4))) (local.get $id))
            (call $done))
        (func (export "_start") (local $i i32) (local $sum i32)
            (loop $l
                (i32.store (i32.add (i32.const 2048) (i32.mul (local.get $i) (i32.const 4))) (call $spawn (local.get $i)))
                (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10))))
            (call $await (i32.const 10))
            (local.set $i (i32.const 0))
            (loop $l
                (local.set $sum (i32.add (local.get $sum) (i32.and
                    (i32.gt_s (i32.load (i32.add (i32.const 1024) (i32.mul (local.get $i) (i32.const 4)))) (i32.const 0))
                    (i32.eq (i32.load (i32.add (i32.const 1024) (i32.mul (local.get $i) (i32.const 4))))
                        (i32.load (i32.add (i32.const 2048) (i32.mul (local.get $i) (i32.const 4))))))))
                (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10))))
            (call $exit (local.get $sum)))"#
    );
    assert_eq!(exit_of(&body), [10, 10]);
}

#[test]
fn instances_have_globals_of_their_own() {
    let body = format!(
        r#"(global $g (mut i32) (i32.const 5))
        {START} (global.set $g (i32.const 6)) (call $done))
        (func (export "_start")
            (drop (call $spawn (i32.const 0)))
            (call $await (i32.const 1))
            (call $exit (global.get $g)))"#
    );
    assert_eq!(exit_of(&body), [5, 5]);
}

#[test]
fn the_first_thread_ends_the_program() {
    for other in ["(call $forever)", "(drop (memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const -1)))", "(call $sleep)"] {
        let body = format!(
            r#"{START} (call $done) {other})
            (func (export "_start") (drop (call $spawn (i32.const 0))) (drop (call $spawn (i32.const 0))) (call $await (i32.const 2)))"#
        );
        assert_eq!(exit_of(&body), [0, 0], "{other}");
    }
}

#[test]
fn any_thread_ends_the_program() {
    for main in ["(call $forever)", "(drop (memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const -1)))", "(call $sleep)"] {
        let exits = format!(r#"{START} (call $exit (i32.const 9))) (func (export "_start") (drop (call $spawn (i32.const 0))) {main})"#);
        assert_eq!(exit_of(&exits), [9, 9], "{main}");
        let traps = format!(r#"{START} unreachable) (func (export "_start") (drop (call $spawn (i32.const 0))) {main})"#);
        assert_eq!(trap_of(&traps), [Trap::Unreachable; 2], "{main}");
    }
    let deep =
        format!(r#"(func $f (call $f)) {START} (call $f)) (func (export "_start") (drop (call $spawn (i32.const 0))) (call $forever))"#);
    assert_eq!(trap_of(&deep), [Trap::StackExhausted; 2]);
}

/// Threads of threads, one after the other; numbers are used again, and no thread is kept after its end.
#[test]
fn chains() {
    let body = format!(
        r#"{START}
            (if (i32.eqz (local.get $argument)) (then (call $done)) (else (drop (call $spawn (i32.sub (local.get $argument) (i32.const 1)))))))
        (func (export "_start") (drop (call $spawn (i32.const 300))) (call $await (i32.const 1)))"#
    );
    assert_eq!(exit_of(&body), [0, 0]);
}

#[test]
fn more_threads_than_allowed() {
    let body = format!(
        r#"{START} (call $forever))
        (func (export "_start")
            (drop (call $spawn (i32.const 0)))
            (drop (call $spawn (i32.const 0)))
            (call $exit (i32.sub (i32.const 0) (call $spawn (i32.const 0)))))"#
    );
    for engine in engines() {
        let error = run(&engine, &body, 2).unwrap_err();
        assert_eq!(error.downcast_ref::<Exit>(), Some(&Exit(6)), "{error:?}");
    }
}

/// The document: an instance that cannot be made is a trap.
#[test]
fn an_instance_that_traps() {
    let body = format!(
        r#"(func $init (if (i32.atomic.rmw.add (i32.const 32) (i32.const 1)) (then unreachable)))
        (start $init)
        {START}) (func (export "_start") (drop (call $spawn (i32.const 0))) (call $forever))"#
    );
    assert_eq!(trap_of(&body), [Trap::Unreachable; 2]);
}

#[test]
fn what_is_refused() {
    let engine = &engines()[0];
    let refused = |body: &str| run(engine, body, 1).unwrap_err().to_string();
    assert_eq!(refused(r#"(func (export "_start"))"#), "a program with threads exports `wasi_thread_start`, which this one lacks");
    let other = refused(r#"(func (export "_start")) (func (export "wasi_thread_start"))"#);
    assert!(other.starts_with("`wasi_thread_start` is "), "{other}");
    let plain = Engine::default();
    let error = run(&plain, &format!(r#"{START}) (func (export "_start"))"#), 1).unwrap_err();
    assert!(error.to_string().contains("interrupt=epoch"), "{error}");
}

#[test]
fn stopped_from_outside() {
    for engine in engines() {
        let body = format!(r#"{START} (call $sleep)) (func (export "_start") (drop (call $spawn (i32.const 0))) (call $forever))"#);
        let module = Module::new(&engine, format!("(module {IMPORTS} {body})")).unwrap();
        let mut linker = Linker::new(&engine);
        add_to_linker(&mut linker, |ctx: &mut WasiCtx| ctx).unwrap();
        let mut store = Store::new(&engine, WasiCtxBuilder::new().build().unwrap());
        let threads = Threads::new(&mut linker, &mut store, &module, |ctx| ctx).unwrap();
        let stop = threads.stopper();
        let other = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            stop(anyhow::anyhow!("enough"));
        });
        let main = |store: &mut Store<WasiCtx>, instance: samite::Instance| {
            instance.get_typed_func::<(), ()>(&mut *store, "_start")?.call(store, ())
        };
        let since = Instant::now();
        assert_eq!(threads.run(&linker, &mut store, main).unwrap_err().to_string(), "enough");
        assert!(since.elapsed() < Duration::from_secs(60), "it was not waited for the hour");
        other.join().unwrap();
    }
}
