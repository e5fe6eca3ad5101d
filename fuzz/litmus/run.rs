//! Runs a test many times, and counts what comes out.
//!
//! Each thread of the test is a thread here with a store of its own over one shared memory. Batches differ, so that threads meet in many ways: how far
//! apart places are (in one cache line, in lines of their own, at the same offset of pages), whether threads meet before each time and for how long,
//! how they are skewed, and on which processors they run. All of that follows from a seed; what the machine does with it does not.
use super::emit::{self, Arguments};
use super::{Histogram, Test, Variant};
use anyhow::Context;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use samite::{Engine, Extern, Linker, MemoryType, Module, SharedMemory, Store, Val};
use std::hint::spin_loop;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex, MutexGuard};
use std::time::{Duration, Instant};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// How often each test runs.
    pub iterations: u64,
    pub seed: u64,
}

/// What was seen of one test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Observed {
    pub histogram: Histogram,
    pub time: Duration,
    /// The first batch and time in it of each outcome, and how the batch was run.
    pub first: Vec<(super::Outcome, String)>,
}

/// Most times in a batch.
const MOST: u32 = 2048;
/// Where results start, and how far those of threads are apart.
const RESULTS: u32 = 0x1_0000;
const RESULTS_OF_THREAD: u32 = 0x2_0000;
/// Where locations start, and how large memory is.
const PLACES: u32 = 0x10_0000;
const PAGES: u64 = 80;
/// How far it grows, where another thread grows it.
const GROWN: u64 = 4096;
/// Most times over one memory, where each time grows it.
const TIMES_OF_GROWTH: u64 = 8 * MOST as u64;

/// Runs a test on an engine; `progress` is told how many times are done.
pub fn run(test: &Test, engine: &Engine, options: &Options, progress: &dyn Fn(u64)) -> anyhow::Result<Observed> {
    let start = Instant::now();
    let mut observed = Observed { histogram: Histogram::new(), time: Duration::ZERO, first: Vec::new() };
    let of_one_memory = if test.program.length.is_some() { TIMES_OF_GROWTH } else { u64::MAX };
    let max = match test.variant {
        Variant::Grow(_) => GROWN,
        Variant::Length => PAGES + TIMES_OF_GROWTH,
        _ => PAGES,
    };
    let module = Module::new(engine, emit::module(&test.program, PAGES, max))?;
    let mut done = 0;
    while done < options.iterations {
        let to = options.iterations.min(done.saturating_add(of_one_memory));
        let memory = SharedMemory::new(engine, MemoryType { min: PAGES, max: Some(max), shared: true })?;
        let room = Room::new(test, engine, &module, &memory);
        room.run(done..to, options, &mut observed, progress)?;
        done = to;
    }
    observed.time = start.elapsed();
    Ok(observed)
}

/// How one batch is run.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Batch {
    number: u64,
    arguments: Vec<Arguments>,
    /// The processors of each thread; none: as the system likes.
    pinned: Option<Vec<usize>>,
}

impl Batch {
    /// By the seed and the number of the batch alone.
    fn new(test: &Test, options: &Options, number: u64, count: u32, processors: &[usize]) -> Batch {
        let mut dice = Dice(options.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let (threads, locations) = (test.program.threads.len(), test.program.locations.len() as u32);
        // Places of one time together, in a line or in several, or each location in an array of its own.
        let (stride, spacing) = match dice.below(4) {
            0 => (locations.next_power_of_two() * 8, 8),
            1 => (64, 16),
            2 => (dice.pick(&[256, 512]), dice.pick(&[8, 64])),
            _ => {
                let stride = dice.pick(&[8, 16, 64, 128, 256]);
                (stride, (stride * MOST).next_multiple_of(4096) + dice.pick(&[0, 64, 192]))
            }
        };
        // More threads than processors meet only if they let each other run.
        let crowded = threads > processors.len();
        let (looks, pauses) = match dice.below(8) {
            0 | 1 => (0, 0),
            2 if crowded => (16, 2 * threads as u32),
            3 if crowded => (64, 0),
            _ if crowded => (0, 0),
            _ => (dice.pick(&[64, 512]), 0),
        };
        let mask = dice.pick(&[0, 0, 3, 15, 63]);
        let pinned = match dice.below(4) {
            0 => None,
            // All on one, which the meeting must not wait for.
            1 if looks == 0 && dice.below(8) == 0 => Some(vec![processors[dice.below(processors.len())]; threads]),
            _ => {
                let from = dice.below(processors.len());
                Some((0..threads).map(|t| processors[(from + t) % processors.len()]).collect())
            }
        };
        let arguments = (0..threads as u32).map(|t| Arguments {
            base: PLACES,
            stride,
            spacing,
            count,
            results: RESULTS + t * RESULTS_OF_THREAD,
            looks,
            pauses,
            mask,
            factor: dice.pick(&[0, 1, 3, 7, 11]),
            pages: 0,
        });
        Batch { number, arguments: arguments.collect(), pinned }
    }

    /// Bytes from the first to behind the last location.
    fn extent(&self, test: &Test) -> usize {
        let first = &self.arguments[0];
        let bytes = test.program.locations.len() as u32 * first.spacing + first.count * first.stride;
        bytes as usize + 8
    }
}

/// What the threads of a test share.
struct Room<'a> {
    test: &'a Test,
    engine: &'a Engine,
    module: &'a Module,
    memory: &'a SharedMemory,
    /// All and the host, which sleeps while they run.
    begin: Barrier,
    /// The threads alone, awake.
    line: Gate,
    end: Barrier,
    /// None: there is none left.
    batch: Mutex<Option<Batch>>,
    failure: Mutex<Option<anyhow::Error>>,
    over: AtomicBool,
}

impl<'a> Room<'a> {
    fn new(test: &'a Test, engine: &'a Engine, module: &'a Module, memory: &'a SharedMemory) -> Room<'a> {
        let threads = test.program.threads.len();
        Room {
            test,
            engine,
            module,
            memory,
            begin: Barrier::new(threads + 1),
            line: Gate { threads, arrived: AtomicUsize::new(0) },
            end: Barrier::new(threads + 1),
            batch: Mutex::new(None),
            failure: Mutex::new(None),
            over: AtomicBool::new(false),
        }
    }

    /// Runs these times of all.
    fn run(&self, times: Range<u64>, options: &Options, observed: &mut Observed, progress: &dyn Fn(u64)) -> anyhow::Result<()> {
        std::thread::scope(|scope| {
            for t in 0..self.line.threads {
                scope.spawn(move || self.thread(t));
            }
            if matches!(self.test.variant, Variant::Grow(_)) {
                scope.spawn(|| self.grow());
            }
            let done = self.host(times, options, observed, progress);
            self.over.store(true, Ordering::SeqCst);
            lock(&self.batch).take();
            self.begin.wait();
            done
        })
    }

    fn host(&self, times: Range<u64>, options: &Options, observed: &mut Observed, progress: &dyn Fn(u64)) -> anyhow::Result<()> {
        let processors = processors();
        let mut done = times.start;
        while done < times.end {
            let count = u64::from(MOST).min(times.end - done) as u32;
            let mut batch = Batch::new(self.test, options, done / u64::from(MOST), count, &processors);
            batch.arguments.iter_mut().for_each(|a| a.pages = self.memory.size() as u32);
            self.memory.write(emit::MEETING.into(), &[0; 4])?;
            self.memory.write(PLACES.into(), &vec![0; batch.extent(self.test)])?;
            *lock(&self.batch) = Some(batch.clone());
            self.begin.wait();
            self.end.wait();
            if let Some(error) = lock(&self.failure).take() {
                return Err(error.context(format!("in {batch:?}")));
            }
            self.gather(&batch, observed)?;
            done += u64::from(count);
            progress(done);
        }
        Ok(())
    }

    /// Counts the outcomes of a batch.
    fn gather(&self, batch: &Batch, observed: &mut Observed) -> anyhow::Result<()> {
        let program = &self.test.program;
        let of_thread = program.threads.iter().map(|actions| actions.iter().filter_map(|a| a.into()).collect::<Vec<_>>());
        let mut results = Vec::new();
        for (registers, arguments) in of_thread.zip(&batch.arguments) {
            let mut bytes = vec![0; 8 * registers.len() * arguments.count as usize];
            self.memory.read(arguments.results.into(), &mut bytes)?;
            results.push((registers, bytes));
        }
        let first = batch.arguments[0];
        let mut places = vec![0; if program.finals.is_empty() { 0 } else { batch.extent(self.test) }];
        self.memory.read(PLACES.into(), &mut places)?;
        let mut outcome = vec![0; program.registers + program.finals.len()];
        for time in 0..first.count as usize {
            for (registers, bytes) in &results {
                for (k, register) in registers.iter().enumerate() {
                    outcome[*register] = number(bytes, 8 * (time * registers.len() + k), 8);
                }
            }
            for (k, l) in program.finals.iter().enumerate() {
                let at = l * first.spacing as usize + time * first.stride as usize;
                let width = program.cell_bytes as usize * program.locations[*l].cells;
                outcome[program.registers + k] = number(&places, at, width);
            }
            match observed.histogram.get_mut(&outcome) {
                Some(count) => *count += 1,
                None => {
                    observed.histogram.insert(outcome.clone(), 1);
                    observed.first.push((outcome.clone(), format!("time {time} of {batch:?}")));
                }
            }
        }
        Ok(())
    }

    fn store(&self) -> anyhow::Result<(Store<()>, samite::Instance)> {
        let mut store = Store::new(self.engine, ());
        let mut linker = Linker::new(self.engine);
        linker.func_wrap(emit::MODULE, emit::PAUSE, std::thread::yield_now)?;
        linker.define(&store, emit::MODULE, emit::MEMORY, self.memory.clone())?;
        let instance = linker.instantiate(&mut store, self.module)?;
        Ok((store, instance))
    }

    fn thread(&self, t: usize) {
        let mut room = self.store().and_then(|(mut store, instance)| {
            let func = instance.get_export(&mut store, &t.to_string()).and_then(Extern::into_func).context("a thread is not exported")?;
            Ok((store, func))
        });
        loop {
            self.begin.wait();
            // Taken once a batch, so that nobody holds it while others start.
            let Some(batch) = lock(&self.batch).clone() else { return };
            if let Some(pinned) = &batch.pinned {
                pin(&[pinned[t]]);
            } else {
                pin(&processors());
            }
            self.line.pass();
            let done = match &mut room {
                Ok((store, func)) => {
                    let arguments = batch.arguments[t].list().map(|x| Val::I32(x as i32));
                    // Others wait at the end of the batch, whatever happens.
                    let call = AssertUnwindSafe(|| func.call(store, &arguments, &mut []));
                    catch_unwind(call).unwrap_or_else(|_| Err(anyhow::anyhow!("a panic")))
                }
                Err(error) => Err(anyhow::anyhow!("{error:#}")),
            };
            if let Err(error) = done {
                lock(&self.failure).get_or_insert(error.context(format!("thread {t}")));
            }
            self.end.wait();
        }
    }

    /// Grows the memory, by a page or by nothing, as long as the test runs.
    fn grow(&self) {
        let grown = self.store().and_then(|(mut store, instance)| {
            let grow = instance.get_typed_func::<i32, i32>(&mut store, emit::GROW)?;
            let mut dice = Dice(1);
            while !self.over.load(Ordering::SeqCst) {
                grow.call(&mut store, i32::from(dice.below(16) == 0))?;
                (0..dice.below(2000)).for_each(|_| spin_loop());
                std::thread::yield_now();
            }
            Ok(())
        });
        if let Err(error) = grown {
            lock(&self.failure).get_or_insert(error.context("the thread that grows memory"));
        }
    }
}

/// Lets threads through together, without sleeping unless others need the processor.
struct Gate {
    threads: usize,
    /// Of all passages.
    arrived: AtomicUsize,
}

impl Gate {
    fn pass(&self) {
        let all = (self.arrived.fetch_add(1, Ordering::SeqCst) / self.threads + 1) * self.threads;
        let mut looks = 0;
        while self.arrived.load(Ordering::SeqCst) < all {
            looks += 1;
            if looks % 1000 == 0 { std::thread::yield_now() } else { spin_loop() }
        }
    }
}

fn number(bytes: &[u8], at: usize, width: usize) -> u64 {
    bytes[at..at + width].iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// A thread that panicked has said so; the others need not.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Those that the program was started on: threads that are pinned change only themselves.
fn processors() -> Vec<usize> {
    static ALL: std::sync::OnceLock<Vec<usize>> = std::sync::OnceLock::new();
    let find = || {
        let set = sched_getaffinity(None).ok()?;
        Some((0..CpuSet::MAX_CPU).filter(|n| set.is_set(*n)).collect()).filter(|all: &Vec<usize>| !all.is_empty())
    };
    ALL.get_or_init(|| find().unwrap_or_else(|| vec![0])).clone()
}

/// A system that refuses runs the thread where it likes, which is no less of a test.
fn pin(processors: &[usize]) {
    let mut set = CpuSet::new();
    processors.iter().for_each(|n| set.set(*n));
    let _ = sched_setaffinity(None, &set);
}

/// SplitMix64 (Steele, Lea, Flood, *Fast Splittable Pseudorandom Number Generators*, OOPSLA 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.roll() % n as u64) as usize
    }
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn places_of_a_batch_are_apart_and_in_memory() {
        let tests = Test::all();
        let of_locations = |n: usize| tests.iter().filter(move |t| t.program.locations.len() == n && t.shape.threads.len() > 2).take(2);
        for test in (1..=3).flat_map(of_locations) {
            for number in 0..100 {
                let batch = Batch::new(test, &Options { iterations: 1, seed: 7 }, number, MOST, &[0, 1]);
                let Arguments { base, stride, spacing, count, .. } = batch.arguments[0];
                let place = |l: u32, time: u32| base + l * spacing + time * stride;
                let locations = test.program.locations.len() as u32;
                let mut seen = HashSet::new();
                for (l, time) in (0..locations).flat_map(|l| (0..count).map(move |time| (l, time))) {
                    assert!(seen.insert(place(l, time) / 8) && place(l, time) % 8 == 0, "{}: {batch:?}", test.name());
                }
                let end = place(locations - 1, count - 1) as usize + 8;
                assert!(end <= base as usize + batch.extent(test) && base as usize + batch.extent(test) <= (PAGES << 16) as usize);
            }
        }
        for test in &tests {
            let most = test.program.threads.iter().map(|actions| actions.iter().filter_map(|a| a.into()).count()).max();
            assert!(most <= Some((RESULTS_OF_THREAD / 8 / MOST) as usize));
            assert!(RESULTS + test.program.threads.len() as u32 * RESULTS_OF_THREAD <= PLACES);
        }
    }

    #[test]
    fn a_seed_repeats_a_run() {
        let test = &Test::all()[0];
        let batch = |seed| Batch::new(test, &Options { iterations: 1, seed }, 3, 5, &[0, 1]);
        assert_eq!(batch(1), batch(1));
        assert!((0..20).any(|seed| batch(seed) != batch(1)));
    }
}
