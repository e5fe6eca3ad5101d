//! Memories that threads share: linking, growth, bulk operators, limits, waiting.
mod common;
use common::*;
use samite::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::time::{Duration, Instant};

fn shared(min: u64, max: u64) -> MemoryType {
    MemoryType { min, max: Some(max), shared: true }
}

/// Engines of each kind, and with each way to check bounds.
fn configurations() -> Vec<(String, Config)> {
    let strategies = ["bounds=guard", "bounds=compare"].map(|s| s.parse::<Strategy>().unwrap());
    let kinds = EngineKind::ALL.iter().flat_map(|kind| strategies.map(|strategy| (*kind, strategy)));
    kinds
        .map(|(kind, strategy)| {
            let mut config = Config::new();
            config.engine(kind).strategy(strategy);
            (format!("{kind:?} {:?}", strategy.bounds), config)
        })
        .collect()
}

fn all_engines() -> Vec<(String, Engine)> {
    configurations().into_iter().map(|(name, config)| (name, Engine::new(&config).unwrap())).collect()
}

#[test]
fn types_are_checked() {
    let engine = Engine::default();
    let message = |ty| SharedMemory::new(&engine, ty).unwrap_err().to_string();
    assert_eq!(message(MemoryType { min: 1, max: Some(2), shared: false }), "the type of a shared memory must say so");
    assert_eq!(message(MemoryType { min: 1, max: None, shared: true }), "a shared memory must have a maximum");
    assert!(message(shared(2, 1)).starts_with("memory type out of range"));
    let error = Memory::new(&mut Store::new(&engine, ()), shared(1, 1)).unwrap_err();
    assert_eq!(error.to_string(), "a shared memory is made by `SharedMemory::new`");
}

#[test]
fn host_access() {
    let memory = SharedMemory::new(&Engine::default(), shared(1, 3)).unwrap();
    assert_eq!((memory.size(), memory.byte_len(), memory.ty()), (1, 65536, shared(1, 3)));
    memory.write(65533, b"abc").unwrap();
    assert_eq!(memory.write(65534, b"xyz"), Err(MemoryAccessError));
    assert_eq!(memory.write(u64::MAX, b"xyz"), Err(MemoryAccessError));
    let mut bytes = [0; 3];
    memory.read(65533, &mut bytes).unwrap();
    assert_eq!(&bytes, b"abc");
    assert_eq!(memory.read(65534, &mut bytes), Err(MemoryAccessError));
    memory.atomic_store_u32(4, 0x0102_0304).unwrap();
    assert_eq!(memory.atomic_load_u64(0), Ok(0x0102_0304 << 32));
    memory.atomic_store_u64(8, u64::MAX).unwrap();
    assert_eq!(memory.atomic_load_u32(12), Ok(u32::MAX));
    assert_eq!(memory.atomic_load_u32(2), Err(Trap::UnalignedAtomic));
    assert_eq!(memory.atomic_store_u64(4, 0), Err(Trap::UnalignedAtomic));
    assert_eq!(memory.atomic_load_u32(65536), Err(Trap::MemoryOutOfBounds));
    assert_eq!(memory.grow(1).unwrap(), 1);
    assert_eq!(memory.atomic_load_u32(65536), Ok(0));
    assert!(memory.grow(2).is_err() && memory.grow(u64::MAX).is_err());
    assert_eq!(memory.grow(0).unwrap(), 2);
}

#[test]
fn linking() {
    for (name, engine) in all_engines() {
        let mut store = Store::new(&engine, ());
        let memory = SharedMemory::new(&engine, shared(1, 2)).unwrap();
        let mut linker = Linker::new(&engine);
        linker.define(&store, "m", "shared", memory.clone()).unwrap();
        let own = Memory::new(&mut store, MemoryType { min: 1, max: Some(2), shared: false }).unwrap();
        linker.define(&store, "m", "own", own).unwrap();
        let mut fails = |import: &str| {
            let module = Module::new(&engine, format!("(module (import {import}))")).unwrap();
            linker.instantiate(&mut store, &module).err().map(|error| format!("{:#}", error))
        };
        assert_eq!(fails(r#""m" "shared" (memory 1 2 shared)"#), None, "{name}");
        assert_eq!(fails(r#""m" "shared" (memory 0 3 shared)"#), None, "{name}");
        for (import, expected) in [
            (r#""m" "shared" (memory 1 2)"#, "expected memory 1 2, found memory 1 2 shared"),
            (r#""m" "own" (memory 1 2 shared)"#, "expected memory 1 2 shared, found memory 1 2"),
            (r#""m" "shared" (memory 2 2 shared)"#, "expected memory 2 2 shared, found memory 1 2 shared"),
            (r#""m" "shared" (memory 1 1 shared)"#, "expected memory 1 1 shared, found memory 1 2 shared"),
        ] {
            let message = fails(import).unwrap();
            assert!(message.ends_with(expected), "{name}: {message}");
        }
        memory.grow(1).unwrap();
        assert_eq!(fails(r#""m" "shared" (memory 2 2 shared)"#), None, "{name}");

        let other = Engine::new(engine.config()).unwrap();
        let error = linker.define(&store, "m", "other", SharedMemory::new(&other, shared(1, 1)).unwrap()).err().unwrap();
        assert_eq!(error.to_string(), "`m::other` belongs to another store");
    }
}

const STORES: &str = r#"(module
    (memory (export "memory") 1 4 shared)
    (data (i32.const 100) "abc")
    (data $passive "0123456789")
    (func (export "size") (result i32) (memory.size))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
    (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
    (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
    (func (export "init") (param i32 i32 i32) (memory.init $passive (local.get 0) (local.get 1) (local.get 2))))"#;

#[test]
fn one_memory_in_two_stores() {
    for (name, engine) in all_engines() {
        let (mut a, one) = instantiate(&engine, (), STORES);
        let memory = one.get_shared_memory(&mut a, "memory").unwrap();
        assert!(one.get_memory(&mut a, "memory").is_none());
        assert_eq!(one.get_export(&mut a, "memory").unwrap().ty(&a), ExternType::Memory(shared(1, 4)));
        assert!(SharedMemory::same(&memory, &one.get_shared_memory(&mut a, "memory").unwrap()));
        let importing = STORES.replace(r#"(memory (export "memory") 1 4 shared)"#, r#"(import "" "" (memory 1 4 shared))"#);
        let importing = Module::new(&engine, importing.replace("(i32.const 100) \"abc\"", "(i32.const 101) \"xyz\"")).unwrap();
        let mut b = Store::new(&engine, ());
        let two = Instance::new(&mut b, &importing, &[memory.clone().into()]).unwrap();
        let mut bytes = [0; 5];
        memory.read(99, &mut bytes).unwrap();
        assert_eq!(&bytes, b"\0axyz", "{name}");

        let store = two.get_typed_func::<(i32, i32), ()>(&mut b, "store").unwrap();
        let load = one.get_typed_func::<i32, i32>(&mut a, "load").unwrap();
        store.call(&mut b, (7, 200)).unwrap();
        assert_eq!(load.call(&mut a, 7).unwrap(), 200, "{name}");
        assert_eq!(trap(&load.call(&mut a, 65536).unwrap_err()), Trap::MemoryOutOfBounds);
        let grow = two.get_typed_func::<i32, i32>(&mut b, "grow").unwrap();
        let size = one.get_typed_func::<(), i32>(&mut a, "size").unwrap();
        assert_eq!(grow.call(&mut b, 2).unwrap(), 1, "{name}");
        assert_eq!(size.call(&mut a, ()).unwrap(), 3, "{name}");
        assert_eq!(load.call(&mut a, 3 * 65536 - 1).unwrap(), 0, "{name}");
        assert_eq!(trap(&load.call(&mut a, 3 * 65536).unwrap_err()), Trap::MemoryOutOfBounds);
        assert_eq!(grow.call(&mut b, 2).unwrap(), -1, "{name}");
        // The memory outlives the store that made it.
        drop(a);
        store.call(&mut b, (8, 9)).unwrap();
        memory.read(7, &mut bytes[..2]).unwrap();
        assert_eq!(bytes[..2], [200, 9], "{name}");
    }
}

/// The same calls on a shared and on an unshared memory leave the same bytes.
#[test]
fn bulk_operators() {
    for (name, engine) in all_engines() {
        let (mut a, one) = instantiate(&engine, (), STORES);
        let (mut b, two) = instantiate(&engine, (), &STORES.replace("shared", ""));
        let memory = one.get_shared_memory(&mut a, "memory").unwrap();
        let plain = two.get_memory(&mut b, "memory").unwrap();
        let mut state = 1u64;
        let mut random = move |below: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((state >> 33) % below) as i32
        };
        for _ in 0..400 {
            let operator = ["copy", "copy", "fill", "init"][random(4) as usize];
            let long = random(4) == 0;
            let len = random(if long { 40_000 } else { 30 });
            let mut near = || if random(20) == 0 { 65530 } else { random(if long { 30_000 } else { 100 }) };
            let args = match operator {
                "copy" => (near(), near(), len),
                "fill" => (near(), random(256), len),
                _ => (near(), random(6), random(8)),
            };
            let call = |instance: Instance, store: &mut Store<()>| {
                let function = instance.get_typed_func::<(i32, i32, i32), ()>(&mut *store, operator).unwrap();
                function.call(store, args).map_err(|error| trap(&error))
            };
            assert_eq!(call(one, &mut a), call(two, &mut b), "{name}: {operator} {args:?}");
            let mut bytes = vec![0; 65536];
            memory.read(0, &mut bytes).unwrap();
            assert!(bytes == plain.data(&b), "{name}: {operator} {args:?}");
        }
    }
}

#[test]
fn a_long_range_at_an_odd_place() {
    let engine = Engine::default();
    let memory = SharedMemory::new(&engine, shared(1, 1)).unwrap();
    let bytes: Vec<u8> = (0..=255).cycle().take(65536).collect();
    memory.write(0, &bytes).unwrap();
    let mut back = vec![0; 65529];
    memory.read(5, &mut back).unwrap();
    assert_eq!(back, bytes[5..65534]);
}

/// One grows, others write to the last page they know of and read back; nobody stops.
#[test]
fn growth_while_others_run() {
    let wat = r#"(module
        (import "" "" (memory 1 60 shared))
        (func (export "grow") (result i32) (memory.grow (i32.const 1)))
        ;; Until the memory has so many pages: at its end, writes own byte and reads it.
        (func (export "work") (param $byte i32) (param $pages i32) (result i32)
            (local $at i32) (local $faults i32)
            (loop $again
                (local.set $at (i32.sub (i32.shl (memory.size) (i32.const 16)) (local.get $byte)))
                (i32.store8 (local.get $at) (local.get $byte))
                (local.set $faults (i32.add (local.get $faults) (i32.ne (i32.load8_u (local.get $at)) (local.get $byte))))
                (br_if $again (i32.lt_u (memory.size) (local.get $pages))))
            (local.get $faults)))"#;
    for (name, engine) in all_engines() {
        let module = Module::new(&engine, wat).unwrap();
        let memory = SharedMemory::new(&engine, shared(1, 60)).unwrap();
        let instance = || {
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[memory.clone().into()]).unwrap();
            (store, instance)
        };
        let (name, memory, instance) = (&name, &memory, &instance);
        std::thread::scope(|scope| {
            for byte in 1..=2 {
                scope.spawn(move || {
                    let (mut store, instance) = instance();
                    let work = instance.get_typed_func::<(i32, i32), i32>(&mut store, "work").unwrap();
                    assert_eq!(work.call(&mut store, (byte, 60)).unwrap(), 0, "{name}");
                });
            }
            for grower in 0..2 {
                scope.spawn(move || {
                    let (mut store, instance) = instance();
                    let grow = instance.get_typed_func::<(), i32>(&mut store, "grow").unwrap();
                    let mut last = 0;
                    loop {
                        let old =
                            if grower == 0 { grow.call(&mut store, ()).unwrap() } else { memory.grow(1).map_or(-1, |old| old as i32) };
                        if old < 0 {
                            break;
                        }
                        assert!(old > last, "{name}");
                        last = old;
                        std::thread::yield_now();
                    }
                });
            }
        });
        assert_eq!(memory.size(), 60);
    }
}

#[test]
fn limits() {
    for (name, mut config) in configurations() {
        let engine = Engine::new(config.max_shared_memory_bytes(5 << 16)).unwrap();
        let memory = SharedMemory::new(&engine, shared(1, 10)).unwrap();
        let other = SharedMemory::new(&engine, shared(2, 10)).unwrap();
        let error = SharedMemory::new(&engine, shared(3, 3)).unwrap_err().to_string();
        assert_eq!(error, "196608 bytes more than the 196608 of shared memories there are would pass the limit of 327680", "{name}");
        assert!(memory.grow(3).is_err());
        assert_eq!(memory.grow(2).unwrap(), 1);
        assert!(other.grow(1).is_err());
        let module = Module::new(&engine, "(module (memory 1 1 shared))").unwrap();
        assert!(Instance::new(&mut Store::new(&engine, ()), &module, &[]).is_err());
        drop(memory);
        assert_eq!(other.grow(1).unwrap(), 2);
        for _ in 0..10 {
            Instance::new(&mut Store::new(&engine, ()), &module, &[]).unwrap();
        }

        // What a store's code defines and grows, its limiter is asked about.
        let mut store = Store::new(&engine, StoreLimitsBuilder::new().memory_size(2 << 16).memories(1).build());
        store.limiter(|limits| limits);
        let module = Module::new(
            &engine,
            r#"(module (import "" "" (memory 1 10 shared))
            (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#,
        )
        .unwrap();
        let small = SharedMemory::new(&engine, shared(1, 10)).unwrap();
        let instance = Instance::new(&mut store, &module, &[small.clone().into()]).unwrap();
        Instance::new(&mut store, &module, &[small.clone().into()]).unwrap();
        let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow").unwrap();
        drop(other);
        assert_eq!(grow.call(&mut store, 2).unwrap(), -1, "{name}");
        assert_eq!(grow.call(&mut store, 1).unwrap(), 1, "{name}");
        assert_eq!(small.grow(1).unwrap(), 2, "{name}");
    }
}

#[test]
fn memories_are_zero_when_they_come_back() {
    for (name, engine) in all_engines() {
        for (min, grow) in [(1, 0), (1, 3), (2, 0), (20, 10), (1, 0), (0, 4)] {
            for _ in 0..3 {
                let memory = SharedMemory::new(&engine, shared(min, 40)).unwrap();
                memory.grow(grow).unwrap();
                let mut bytes = vec![1; memory.byte_len() as usize];
                memory.read(0, &mut bytes).unwrap();
                assert!(bytes.iter().all(|b| *b == 0), "{name}");
                bytes.fill(0xee);
                memory.write(0, &bytes).unwrap();
            }
        }
    }
}

#[test]
fn waiting() {
    let engine = Engine::default();
    let memory = SharedMemory::new(&engine, shared(1, 1)).unwrap();
    memory.atomic_store_u32(8, 5).unwrap();
    let soon = Some(Duration::from_millis(1));
    assert_eq!(memory.wait32(8, 4, None), Ok(WaitResult::Mismatch));
    assert_eq!(memory.wait64(8, 5 << 32, None), Ok(WaitResult::Mismatch));
    assert_eq!(memory.wait32(8, 5, soon), Ok(WaitResult::TimedOut));
    assert_eq!(memory.wait64(8, 5, Some(Duration::ZERO)), Ok(WaitResult::TimedOut));
    assert_eq!(memory.wait32(6, 5, soon), Err(Trap::UnalignedAtomic));
    assert_eq!(memory.wait64(12, 5, soon), Err(Trap::UnalignedAtomic));
    assert_eq!(memory.wait32(65536, 5, soon), Err(Trap::MemoryOutOfBounds));
    assert_eq!(memory.notify(8, 1), Ok(0));
    assert_eq!(memory.notify(9, 1), Err(Trap::UnalignedAtomic));
    assert_eq!(memory.notify(65536, 1), Err(Trap::MemoryOutOfBounds));
    let started = Instant::now();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| memory.wait32(8, 5, Some(Duration::from_secs(1000))));
        while memory.notify(8, 1).unwrap() == 0 {
            std::thread::yield_now();
        }
        assert_eq!(waiter.join().unwrap(), Ok(WaitResult::Ok));
    });
    assert!(started.elapsed() < Duration::from_secs(900));
}

/// A time that the clock cannot count is for ever.
#[test]
fn a_very_long_wait() {
    let memory = SharedMemory::new(&Engine::default(), shared(1, 1)).unwrap();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| memory.wait32(0, 0, Some(Duration::MAX)));
        while memory.notify(0, 1).unwrap() == 0 {
            std::thread::yield_now();
        }
        assert_eq!(waiter.join().unwrap(), Ok(WaitResult::Ok));
    });
}

/// Threads with small stacks, since there are thousands.
fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope std::thread::Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> std::thread::ScopedJoinHandle<'scope, T> {
    std::thread::Builder::new().stack_size(64 << 10).spawn_scoped(scope, work).expect("the system allows some thousand threads")
}

#[test]
fn thousands_of_waiters() {
    const WAITERS: u32 = 3000;
    let memory = SharedMemory::new(&Engine::default(), shared(1, 1)).unwrap();
    let memory = &memory;
    std::thread::scope(|scope| {
        // On 30 addresses, with some that give up.
        let waiters: Vec<_> = (0..WAITERS)
            .map(|k| {
                let late = k % 10 == 9;
                let timeout = late.then(|| Duration::from_millis(u64::from(k) / 100));
                spawn(scope, move || (late, memory.wait32(u64::from(k % 30) * 4, 0, timeout).unwrap()))
            })
            .collect();
        let patient = WAITERS / 10 * 9;
        let mut notified = 0;
        let mut round = 0;
        let mut ends = Vec::new();
        let mut waiters = waiters.into_iter();
        while notified < patient || waiters.len() > 0 {
            for at in 0..30 {
                notified += memory.notify(at * 4, round % 7).unwrap();
            }
            round += 1;
            if notified >= patient {
                ends.extend(waiters.next().map(|waiter| waiter.join().unwrap()));
            }
        }
        let ok = ends.iter().filter(|(_, end)| *end == WaitResult::Ok).count() as u32;
        assert_eq!(ok, notified);
        assert!(ends.iter().all(|(late, end)| *late || *end == WaitResult::Ok));
    });
}

#[test]
fn an_interruption_ends_all_waits() {
    for (name, engine) in all_engines() {
        let memory = &SharedMemory::new(&engine, shared(1, 1)).unwrap();
        std::thread::scope(|scope| {
            let waiters: Vec<_> = (0..50).map(|k| spawn(scope, move || memory.wait32(k % 7 * 4, 0, None))).collect();
            engine.interrupt().unwrap();
            for waiter in waiters {
                assert_eq!(waiter.join().unwrap(), Err(Trap::Interrupted), "{name}");
            }
        });
        assert_eq!(memory.wait32(0, 0, None), Err(Trap::Interrupted));
        assert_eq!(memory.wait32(0, 1, None), Ok(WaitResult::Mismatch));
        engine.resume().unwrap();
        assert_eq!(memory.wait32(0, 0, Some(Duration::ZERO)), Ok(WaitResult::TimedOut));
    }
}

/// A queue that never waits.
#[derive(Default)]
struct Impatient {
    waits: AtomicU32,
    rechecks: AtomicU32,
}

impl WaitQueue for Impatient {
    fn wait(&self, _key: usize, mut wait: Wait<'_>) -> Waited {
        self.waits.fetch_add(1, SeqCst);
        match () {
            () if !wait.unchanged() => Waited::Mismatch,
            () if wait.stopped() => Waited::Interrupted,
            () if wait.deadline().is_none() => Waited::Notified,
            () => Waited::TimedOut,
        }
    }
    fn notify(&self, _key: usize, count: u32) -> u32 {
        count.min(3)
    }
    fn recheck(&self) {
        self.rechecks.fetch_add(1, SeqCst);
    }
}

#[test]
fn a_queue_of_the_embedder() {
    let queue = Arc::new(Impatient::default());
    let engine = Engine::new(Config::new().wait_queue(queue.clone())).unwrap();
    let memory = SharedMemory::new(&engine, shared(1, 1)).unwrap();
    assert_eq!(memory.wait32(0, 1, None), Ok(WaitResult::Mismatch));
    assert_eq!(memory.wait32(0, 0, None), Ok(WaitResult::Ok));
    assert_eq!(memory.wait32(0, 0, Some(Duration::from_secs(1000))), Ok(WaitResult::TimedOut));
    assert_eq!(memory.notify(0, 7), Ok(3));
    engine.interrupt().unwrap();
    assert_eq!(memory.wait32(0, 0, None), Err(Trap::Interrupted));
    assert_eq!((queue.waits.load(SeqCst), queue.rechecks.load(SeqCst)), (4, 1));
}

/// Whoever uses a memory keeps its engine.
#[test]
fn the_engine_is_dropped_while_others_run() {
    for (name, engine) in all_engines() {
        let (mut store, instance) = instantiate(&engine, (), STORES);
        let memory = instance.get_shared_memory(&mut store, "memory").unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let runner = std::thread::spawn({
            let stop = stop.clone();
            move || {
                let write = instance.get_typed_func::<(i32, i32), ()>(&mut store, "store").unwrap();
                let mut writes = 0;
                while !stop.load(SeqCst) {
                    write.call(&mut store, (writes % 60_000, writes & 255)).unwrap();
                    writes += 1;
                }
            }
        });
        let waiter = std::thread::spawn({
            let memory = memory.clone();
            move || memory.wait32(60_000, 0, None)
        });
        drop(engine);
        while memory.notify(60_000, 1).unwrap() == 0 {
            std::thread::yield_now();
        }
        assert_eq!(waiter.join().unwrap(), Ok(WaitResult::Ok), "{name}");
        memory.grow(1).unwrap();
        drop(memory);
        stop.store(true, SeqCst);
        runner.join().unwrap();
    }
}

#[test]
fn what_is_shared_is_send_and_sync() {
    fn both<T: Send + Sync + Clone>() {}
    both::<SharedMemory>();
    both::<Extern>();
}
