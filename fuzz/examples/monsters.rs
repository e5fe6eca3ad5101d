//! How the time of a compile grows with the size of each monster, the size doubled from step to step.
//!
//! Times are CPU time of the process with one compiling thread, the least of several compiles, so that other work on the machine does not
//! show; after them, of that fastest compile, the wall milliseconds of each station. Ends with a failure if a doubling costs more than `MAX_FACTOR`
//! times as much, on average from a shape's smallest size to its largest, or one compile more than `MAX_SECONDS`. Single steps may cost more: where what a
//! compile works on leaves a cache.
//!
//! `cargo run --release -p samite-fuzz --example monsters [STRATEGY] [PART OF A NAME]`
use rustix::time::{ClockId, clock_gettime};
use samite_codegen::driver::{Stats, Strategy, compile_module};
use samite_fuzz::monsters::{MONSTERS, Monster};
use samite_ir::translate::decode;
use samite_ir::translate::error::Error;
use std::process::ExitCode;

const SIZES: [u32; 6] = [12_250, 24_500, 49_000, 100_000, 200_000, 400_000];
/// Compiles of each size.
const TURNS: u32 = 5;
const MAX_FACTOR: f64 = 2.3;
const MAX_SECONDS: f64 = 5.0;

fn main() -> ExitCode {
    let mut strategy = Strategy::MAX;
    let mut only = None;
    for arg in std::env::args().skip(1) {
        match arg.parse() {
            Ok(s) => strategy = s,
            Err(_) => only = Some(arg),
        }
    }
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    one.install(|| measure(&strategy, only.as_deref()))
}

fn measure(strategy: &Strategy, only: Option<&str>) -> ExitCode {
    println!("{strategy}\n{:38} {:>9} {:>10} {:>8}   by station", "shape", "size", "ms", "factor");
    let (mut worst, mut steepest, mut largest) = ((0.0, String::new()), (0.0, String::new()), (0.0, String::new()));
    let raise = |most: &mut (f64, String), value: f64, what: String| {
        if value > most.0 {
            *most = (value, what);
        }
    };
    for m in MONSTERS.iter().filter(|m| only.is_none_or(|o| m.name.contains(o))) {
        let mut times: Vec<(u32, f64)> = Vec::new();
        for (size, result) in least(m, strategy) {
            let (seconds, stats) = match result {
                Ok(result) => result,
                // A limit of the specification's implementations: nothing larger is compiled either.
                Err(refused) => {
                    println!("{:38} {size:>9} {refused}", m.name);
                    break;
                }
            };
            let now = (size, seconds);
            let step = times.last().map(|&before| factor(before, now));
            times.push(now);
            let shown = step.map_or(String::new(), |f| format!("{f:.2}"));
            let stations: String = stats.times().iter().map(|(name, t)| format!("  {name} {:.1}", t.as_secs_f64() * 1e3)).collect();
            println!("{:38} {size:>9} {:>10.1} {shown:>8} {stations}", m.name, seconds * 1e3);
            raise(&mut steepest, step.unwrap_or_default(), format!("{} to {size}", m.name));
            raise(&mut largest, seconds, format!("{} of {size}", m.name));
        }
        if let [first, .., last] = times[..] {
            let mean = factor(first, last);
            println!("{:38} {:>9} {:>10} {mean:>8.2}", m.name, "mean", "");
            raise(&mut worst, mean, m.name.to_owned());
        }
    }
    println!("worst mean factor {:.2} ({}), steepest step {:.2} ({})", worst.0, worst.1, steepest.0, steepest.1);
    println!("largest time {:.2} s ({})", largest.0, largest.1);
    let good = worst.0 <= MAX_FACTOR && largest.0 <= MAX_SECONDS;
    if !good {
        println!("too much: at most {MAX_FACTOR} and {MAX_SECONDS} s are allowed");
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What a doubling costs from one (size, seconds) to another, on average.
fn factor(from: (u32, f64), to: (u32, f64)) -> f64 {
    (to.1 / from.1).powf(2f64.ln() / (f64::from(to.0) / f64::from(from.0)).ln())
}

/// For each size the CPU seconds of its fastest compile, and what that one tells; a size that is refused is the last. The sizes take turns, so
/// that a machine that gets slower does so for all.
fn least(m: &Monster, strategy: &Strategy) -> Vec<(u32, Result<(f64, Stats), Error>)> {
    let mut all: Vec<(u32, Result<(f64, Stats), Error>)> = Vec::new();
    for _ in 0..TURNS {
        for (k, size) in SIZES.into_iter().filter(|s| *s <= m.limit).enumerate() {
            let bytes = m.module(size);
            let start = cpu_seconds();
            let compiled = decode(&bytes).and_then(|module| compile_module(&module, &bytes, strategy));
            let seconds = cpu_seconds() - start;
            let new = compiled.map(|(_, stats)| (seconds, stats));
            let refused = new.is_err();
            match all.get_mut(k) {
                None => all.push((size, new)),
                Some((_, Ok(old))) if seconds < old.0 => *old = new.expect("it compiled before"),
                Some(_) => {}
            }
            if refused {
                break;
            }
        }
    }
    all
}

/// Spent by all threads of this process.
fn cpu_seconds() -> f64 {
    let t = clock_gettime(ClockId::ProcessCPUTime);
    t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9
}
