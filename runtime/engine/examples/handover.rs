//! What it takes two threads to hand a turn to each other: in wasm code, through `SharedMemory::wait32` and `notify`, and through futexes of
//! the system.
//!
//! `cargo run --release -p samite --example handover`: best and median of many short interleaved runs, in nanoseconds a hand-over; on a
//! machine that does other things too, the best went undisturbed. `running`: the other thread
//! answers at once, on a processor of its own. `asleep`: both threads on one processor, so that each must sleep for the other to go on.
//! `late`: the other one answers after 50 us of work, which are taken off.
use rustix::thread::{CpuSet, futex, sched_setaffinity};
use samite::*;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::{Duration, Instant};

const RUNS: usize = 101;

/// A word that changes hands.
trait Turn: Sync {
    fn get(&self) -> u32;
    /// Waits while it is `value`.
    fn wait(&self, value: u32);
    fn pass(&self, value: u32);
}

struct Ours(SharedMemory);

impl Turn for Ours {
    fn get(&self) -> u32 {
        self.0.atomic_load_u32(0).expect("inside")
    }
    fn wait(&self, value: u32) {
        self.0.wait32(0, value, None).expect("inside");
    }
    fn pass(&self, value: u32) {
        self.0.atomic_store_u32(0, value).expect("inside");
        self.0.notify(0, 1).expect("inside");
    }
}

struct Native(AtomicU32);

impl Turn for Native {
    fn get(&self) -> u32 {
        self.0.load(SeqCst)
    }
    fn wait(&self, value: u32) {
        // It fails if the value is another one, which `turns` looks at.
        let _ = futex::wait(&self.0, futex::Flags::PRIVATE, value, None);
    }
    fn pass(&self, value: u32) {
        self.0.store(value, SeqCst);
        futex::wake(&self.0, futex::Flags::PRIVATE, 1).expect("a futex");
    }
}

#[derive(Clone, Copy)]
enum How {
    Running,
    Asleep,
    Late,
}

const WORK: Duration = Duration::from_micros(50);

/// Puts the thread of turns `mine`, `mine + 2`, .. on its processor.
fn pin(mine: u32, how: How) {
    let processor = if matches!(how, How::Asleep) { 0 } else { mine as usize };
    let mut set = CpuSet::new();
    set.set(processor);
    sched_setaffinity(None, &set).expect("two processors");
}

/// Turns `mine`, `mine + 2`, ..
fn turns(turn: &dyn Turn, mine: u32, count: u32, how: How) {
    pin(mine, how);
    for next in (mine..2 * count).step_by(2) {
        loop {
            let now = turn.get();
            if now == next {
                break;
            }
            turn.wait(now);
        }
        if matches!(how, How::Late) {
            let start = Instant::now();
            while start.elapsed() < WORK {}
        }
        turn.pass(next + 1);
    }
}

/// The same.
const WAT: &str = r#"(module
    (import "" "" (memory 1 1 shared))
    (func (export "turns") (param $next i32) (param $end i32)
        (local $now i32)
        (loop $again
            (if (i32.ne (local.tee $now (i32.atomic.load (i32.const 0))) (local.get $next))
                (then
                    (drop (memory.atomic.wait32 (i32.const 0) (local.get $now) (i64.const -1)))
                    (br $again)))
            (i32.atomic.store (i32.const 0) (i32.add (local.get $next) (i32.const 1)))
            (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
            (br_if $again (i32.lt_u (local.tee $next (i32.add (local.get $next) (i32.const 2))) (local.get $end))))))"#;

fn turns_in_wasm(module: &Module, memory: &SharedMemory, mine: u32, count: u32, how: How) -> Result<()> {
    pin(mine, how);
    let mut store = Store::new(module.engine(), ());
    let instance = Instance::new(&mut store, module, &[memory.clone().into()])?;
    instance.get_typed_func::<(u32, u32), ()>(&mut store, "turns")?.call(&mut store, (mine, 2 * count))
}

/// Nanoseconds a hand-over.
fn measure(how: How, turns: impl Fn(u32, u32) + Sync) -> f64 {
    let count = if matches!(how, How::Late) { 100 } else { 1000 };
    let start = Instant::now();
    let turns = &turns;
    std::thread::scope(|scope| (0..2).for_each(|mine| drop(scope.spawn(move || turns(mine, count)))));
    let each = start.elapsed().as_nanos() as f64 / f64::from(2 * count);
    if matches!(how, How::Late) { each - WORK.as_nanos() as f64 } else { each }
}

fn main() -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(&engine, WAT)?;
    for (name, how) in [("running", How::Running), ("asleep", How::Asleep), ("late", How::Late)] {
        let (mut wasm, mut host, mut native) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let memory = || SharedMemory::new(&engine, MemoryType { min: 1, max: Some(1), shared: true });
            let ours = Ours(memory()?);
            host.push(measure(how, |mine, count| turns(&ours, mine, count, how)));
            let word = Native(AtomicU32::new(0));
            native.push(measure(how, |mine, count| turns(&word, mine, count, how)));
            // It has no clock to be late by.
            if !matches!(how, How::Late) {
                let memory = memory()?;
                wasm.push(measure(how, |mine, count| turns_in_wasm(&module, &memory, mine, count, how).expect("no trap")));
            }
        }
        for list in [&mut wasm, &mut host, &mut native] {
            list.sort_by(f64::total_cmp);
        }
        for (which, at) in [("best", 0), ("median", RUNS / 2)] {
            let wasm = wasm.get(at).map_or("-".into(), |ns| format!("{ns:.0}"));
            let (a, b) = (host[at], native[at]);
            println!("{name:8} {which:7} wasm {wasm:>6} ns   host {a:6.0} ns   futex {b:6.0} ns   host/futex {:.3}", a / b);
        }
    }
    Ok(())
}
