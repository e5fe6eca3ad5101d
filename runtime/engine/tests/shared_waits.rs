//! Waiting by wasm code: how it ends, and what interrupts it.
mod common;
use common::*;
use samite::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

const WAT: &str = r#"(module
    (memory (export "memory") 1 1 shared)
    (global $entered (mut i32) (i32.const 0))
    (func $wait (export "wait") (param i32 i32 i64) (result i32)
        (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
    (func (export "wait64") (param i32 i64 i64) (result i32)
        (memory.atomic.wait64 offset=8 (local.get 0) (local.get 1) (local.get 2)))
    (func (export "notify") (param i32 i32) (result i32) (memory.atomic.notify (local.get 0) (local.get 1)))
    ;; A callback that is asked while it waits may change globals.
    (func (export "set") (param i32) (global.set $entered (local.get 0)))
    (func (export "wait and look") (result i32)
        (global.set $entered (i32.const 1))
        (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 200_000_000)))
        (global.get $entered)))"#;

fn configurations() -> Vec<(String, Engine)> {
    let strategies = ["bounds=guard,interrupt=epoch", "bounds=compare,interrupt=epoch"].map(|s| s.parse::<Strategy>().unwrap());
    let kinds = EngineKind::ALL.iter().flat_map(|kind| strategies.map(|strategy| (*kind, strategy)));
    kinds
        .map(|(kind, strategy)| (format!("{kind:?} {strategy}"), Engine::new(Config::new().engine(kind).strategy(strategy)).unwrap()))
        .collect()
}

#[test]
fn traps_and_results() {
    for (name, engine) in configurations() {
        let (mut store, instance) = instantiate(&engine, (), WAT);
        let wait = instance.get_typed_func::<(i32, i32, i64), i32>(&mut store, "wait").unwrap();
        let wait64 = instance.get_typed_func::<(i32, i64, i64), i32>(&mut store, "wait64").unwrap();
        let notify = instance.get_typed_func::<(i32, i32), i32>(&mut store, "notify").unwrap();
        assert_eq!(wait.call(&mut store, (0, 1, -1)).unwrap(), 1, "{name}");
        assert_eq!(wait.call(&mut store, (0, 0, 1000)).unwrap(), 2, "{name}");
        assert_eq!(wait64.call(&mut store, (0, 0, 0)).unwrap(), 2, "{name}");
        assert_eq!(notify.call(&mut store, (0, -1)).unwrap(), 0, "{name}");
        for (at, expected) in [(2, Trap::UnalignedAtomic), (65536, Trap::MemoryOutOfBounds), (-4, Trap::MemoryOutOfBounds)] {
            assert_eq!(trap(&wait.call(&mut store, (at, 0, 0)).unwrap_err()), expected, "{name} {at}");
            assert_eq!(trap(&notify.call(&mut store, (at, 0)).unwrap_err()), expected, "{name} {at}");
        }
        assert_eq!(trap(&wait64.call(&mut store, (65528, 0, 0)).unwrap_err()), Trap::MemoryOutOfBounds, "{name}");
        assert_eq!(trap(&wait64.call(&mut store, (4, 0, 0)).unwrap_err()), Trap::UnalignedAtomic, "{name}");
    }
}

#[test]
fn an_interruption_of_the_engine() {
    for (name, engine) in configurations() {
        let module = &Module::new(&engine, WAT).unwrap();
        let interrupted = |store: &mut Store<()>| {
            let instance = Instance::new(&mut *store, module, &[]).unwrap();
            let wait = instance.get_typed_func::<(i32, i32, i64), i32>(&mut *store, "wait").unwrap();
            wait.call(store, (0, 0, -1)).unwrap_err()
        };
        std::thread::scope(|scope| {
            let waiters: Vec<_> = (0..4).map(|_| scope.spawn(|| interrupted(&mut Store::new(&engine, ())))).collect();
            engine.interrupt().unwrap();
            for waiter in waiters {
                let error = waiter.join().unwrap();
                assert_eq!(trap(&error), Trap::Interrupted, "{name}");
                assert_eq!(frames(&error), ["wait"], "{name}");
            }
        });
        engine.resume().unwrap();
    }
}

#[test]
fn the_deadline_of_a_store() {
    for (name, engine) in configurations() {
        let (mut store, instance) = instantiate(&engine, 0, WAT);
        let wait = instance.get_typed_func::<(i32, i32, i64), i32>(&mut store, "wait").unwrap();
        store.set_epoch_deadline(1);
        // Another store's threads go on.
        let (mut other, patient) = instantiate(&engine, (), WAT);
        let memory = patient.get_shared_memory(&mut other, "memory").unwrap();
        std::thread::scope(|scope| {
            let waits = scope.spawn(move || {
                let wait = patient.get_typed_func::<(i32, i32, i64), i32>(&mut other, "wait").unwrap();
                wait.call(&mut other, (0, 0, -1)).unwrap()
            });
            let stopped = scope.spawn(|| wait.call(&mut store, (0, 0, -1)).unwrap_err());
            engine.increment_epoch();
            assert_eq!(trap(&stopped.join().unwrap()), Trap::Interrupted, "{name}");
            while memory.notify(0, 1).unwrap() == 0 {
                std::thread::yield_now();
            }
            assert_eq!(waits.join().unwrap(), 0, "{name}");
        });

        // Whoever is asked at the deadline may let it wait on, fail, or panic.
        store.set_epoch_deadline(0);
        store.epoch_deadline_callback(|mut store| {
            *store.data_mut() += 1;
            match *store.data() {
                1 | 2 => Ok(UpdateDeadline::Continue(0)),
                3 => Err(Error::msg("enough")),
                4 => panic!("too much"),
                _ => Ok(UpdateDeadline::Continue(1000)),
            }
        });
        assert_eq!(format!("{:#}", wait.call(&mut store, (0, 0, -1)).unwrap_err().root_cause()), "enough", "{name}");
        let panic = catch_unwind(AssertUnwindSafe(|| wait.call(&mut store, (0, 0, -1)))).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"too much"), "{name}");
        // Nothing is left in the queue. (And no callback: it panicked.)
        store.set_epoch_deadline(1000);
        let memory = instance.get_shared_memory(&mut store, "memory").unwrap();
        assert_eq!(memory.notify(0, 100), Ok(0), "{name}");
        assert_eq!(wait.call(&mut store, (0, 0, 0)).unwrap(), 2, "{name}");
    }
}

#[test]
fn what_is_asked_may_change_the_store() {
    for (name, engine) in configurations() {
        let (mut store, instance) = instantiate(&engine, (), WAT);
        let set = instance.get_typed_func::<i32, ()>(&mut store, "set").unwrap();
        let wait = instance.get_typed_func::<(), i32>(&mut store, "wait and look").unwrap();
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |mut store| {
            store.set_epoch_deadline(1000);
            set.call(&mut store, 7)?;
            Ok(UpdateDeadline::Continue(1000))
        });
        std::thread::scope(|scope| {
            let seen = scope.spawn(|| wait.call(&mut store, ()).unwrap());
            // Until it is asked, which may be at the function's entry already: then it sets 1 itself, afterwards.
            engine.increment_epoch();
            assert!(matches!(seen.join().unwrap(), 1 | 7), "{name}");
        });
    }
}

/// Threads that hand a number around, by wasm code alone.
#[test]
fn a_ring_of_threads() {
    const THREADS: i32 = 5;
    let wat = r#"(module
        (import "" "" (memory 1 1 shared))
        (func (export "run") (param $mine i32) (param $threads i32) (param $end i32)
            (local $now i32)
            (block $done
                (loop $again
                    (local.set $now (i32.atomic.load (i32.const 0)))
                    (br_if $done (i32.ge_u (local.get $now) (local.get $end)))
                    (if (i32.eq (i32.rem_u (local.get $now) (local.get $threads)) (local.get $mine))
                        (then
                            (i32.atomic.store (i32.const 0) (i32.add (local.get $now) (i32.const 1)))
                            (drop (memory.atomic.notify (i32.const 0) (i32.const -1))))
                        (else (drop (memory.atomic.wait32 (i32.const 0) (local.get $now) (i64.const -1)))))
                    (br $again)))))"#;
    for (name, engine) in configurations() {
        let module = &Module::new(&engine, wat).unwrap();
        let memory = &SharedMemory::new(&engine, MemoryType { min: 1, max: Some(1), shared: true }).unwrap();
        std::thread::scope(|scope| {
            for mine in 0..THREADS {
                let engine = &engine;
                scope.spawn(move || {
                    let mut store = Store::new(engine, ());
                    let instance = Instance::new(&mut store, module, &[memory.clone().into()]).unwrap();
                    let run = instance.get_typed_func::<(i32, i32, i32), ()>(&mut store, "run").unwrap();
                    run.call(&mut store, (mine, THREADS, 2000)).unwrap();
                });
            }
        });
        assert_eq!(memory.atomic_load_u32(0), Ok(2000), "{name}");
    }
}
