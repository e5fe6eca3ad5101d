//! However and whenever a program with threads ends, no thread of the host is left. Alone in its process, so that threads can be counted.
use samite::{Config, Engine, EngineKind, Linker, Module, Store};
use samite_wasi::{Threads, WasiCtx, WasiCtxBuilder, add_to_linker};
use std::time::{Duration, Instant};

const MODULE: &str = r#"(module
    (import "env" "memory" (memory 1 1 shared))
    (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (export "memory" (memory 0))
    ;; A subscription of a clock that rings in an hour.
    (data (i32.const 144) "\01")
    (data (i32.const 152) "\00\a0\b8\30\46\03\00\00")
    (func $work (param $how i32)
        (block $return (block $trap (block $exit (block $wait (block $sleep (block $loop
            (br_table $return $trap $exit $wait $sleep $loop (local.get $how)))
            (loop $l (br $l)))
            (drop (call $poll (i32.const 128) (i32.const 256) (i32.const 1) (i32.const 320))) (return))
            (drop (memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const -1))) (return))
            (call $exit (i32.const 3)))
            unreachable))
    ;; So long before it: the others are anywhere then.
    (func $delay (param $n i32)
        (loop $l (br_if $l (i32.gt_s (local.tee $n (i32.sub (local.get $n) (i32.const 1))) (i32.const 0)))))
    (func (export "wasi_thread_start") (param $id i32) (param $how i32)
        (call $delay (i32.mul (local.get $id) (i32.shr_u (local.get $how) (i32.const 3))))
        (call $work (i32.and (local.get $how) (i32.const 7))))
    (func (export "run") (param $threads i32) (param $others i32) (param $first i32) (param $delay i32)
        (loop $l
            (drop (call $spawn (i32.or (i32.shl (local.get $delay) (i32.const 3)) (i32.rem_u (i32.add (local.get $others) (local.get $threads)) (i32.const 6)))))
            (br_if $l (local.tee $threads (i32.sub (local.get $threads) (i32.const 1)))))
        (call $delay (local.get $delay))
        (call $work (local.get $first))))"#;

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

#[test]
fn no_thread_is_left() {
    let mut ends = std::collections::BTreeMap::new();
    let compiled = Engine::new(Config::new().strategy("interrupt=epoch".parse().unwrap())).unwrap();
    let reference = Engine::new(Config::new().engine(EngineKind::Reference)).unwrap();
    for (engine, programs) in [(compiled, 1000), (reference, 200)] {
        let module = Module::new(&engine, MODULE).unwrap();
        // Compiling has threads of its own.
        let before = threads();
        for n in 0..programs {
            let mut linker = Linker::new(&engine);
            add_to_linker(&mut linker, |ctx: &mut WasiCtx| ctx).unwrap();
            let mut store = Store::new(&engine, WasiCtxBuilder::new().build().unwrap());
            let program = Threads::new(&mut linker, &mut store, &module, |ctx| ctx).unwrap();
            // The first thread returns, traps or exits, or somebody else of four does the latter two.
            let (count, others, first, delay) = (1 + n % 4, n / 4 % 6, n / 24 % 6, n * 37 % 2000);
            let (count, first) = if first < 3 { (count, first) } else { (6, first) };
            let end = program.run(&linker, &mut store, |store, instance| {
                instance.get_typed_func::<(i32, i32, i32, i32), ()>(&mut *store, "run")?.call(store, (count, others, first, delay))
            });
            let end = end.map_or_else(|error| error.root_cause().to_string(), |()| "returned".to_string());
            *ends.entry(end).or_insert(0) += 1;
            // The system tells of a thread's end a moment before it forgets the thread.
            let since = Instant::now();
            while threads() != before && since.elapsed() < Duration::from_secs(10) {
                std::thread::yield_now();
            }
            assert_eq!(threads(), before, "program {n}");
        }
    }
    assert!(ends.len() == 3, "returns, traps and exits: {ends:?}");
    println!("{ends:?}");
}
