//! The compiler as one readable function, `compile_function`: a body to SSA, the passes, selection, registers, bytes.
//!
//! `compile_module` runs it over all functions of a module in parallel, the largest first so that none is left over at the end, and links the
//! results. A worker's buffers are reused from function to function; a function's intermediate forms are dropped before its next.
pub mod artifact;
pub mod image;
pub mod lines;
pub mod listing;
pub mod places;
mod stats;
pub mod strategy;
pub mod trace;

use crate::mach::code::{Code, Target};
use crate::mach::flow::Allocation;
use crate::mach::lower;
use crate::mach::tables::{Detail, Emitted};
use crate::regalloc;
use crate::x64::X64;
use crate::x64::lanes::{self, Expanded};
pub use image::{Image, Placement};
use rayon::prelude::*;
use samite_ir::ssa::Func;
use samite_ir::translate::decode::Decoded;
use samite_ir::translate::error::{Error, ErrorKind};
use samite_ir::translate::vmctx::Layout;
use samite_ir::translate::{Options as TranslateOptions, Translator};
use stats::Clock;
pub use stats::{Counts, Stats};
use std::sync::atomic::{AtomicUsize, Ordering};
pub use strategy::Strategy;

/// What each station made of a function, for those who look on: golden tests, `--emit`, the explorer.
pub trait Observer {
    fn ssa(&mut self, _pass: &str, _func: &Func) {}
    fn mach(&mut self, _code: &Code<X64>) {}
    fn allocated(&mut self, _code: &Code<X64>, _allocation: &Allocation) {}
    /// What `emitted` is to say about the code.
    fn detail(&self) -> Detail {
        Detail::Operators
    }
    fn emitted(&mut self, _emitted: &Emitted) {}
}

/// Looks at nothing.
pub struct NoObserver;
impl Observer for NoObserver {}

/// Buffers that one thread reuses from function to function.
#[derive(Default)]
pub struct Worker {
    translator: Translator,
    optimizer: samite_opt::Context,
    regalloc: regalloc::Context,
}

/// A function's way: bytes, SSA, optimized SSA, machine steps, registers, bytes.
pub fn compile_function(
    worker: &mut Worker,
    module: &Decoded,
    bytes: &[u8],
    layout: &Layout,
    index: u32,
    strategy: &Strategy,
    observer: &mut dyn Observer,
) -> Result<(Emitted, Stats), Error> {
    let body = &bytes[module.info.bodies[index as usize].clone()];
    let mut stats = Stats::default();
    let mut clock = Clock::start();

    let options = TranslateOptions { interrupt: strategy.interrupt, nan: strategy.nan, relaxed: strategy.relaxed };
    let mut func = worker.translator.translate(module, layout, index, body, &options)?;
    stats.add_time("translate", clock.lap());
    observer.ssa("translate", &func);
    check_ssa(&func, "translate");
    clock.lap();

    let options = samite_opt::Options { passes: strategy.passes, bounds: strategy.bounds };
    let settings = samite_opt::Settings { options, layout, memories: &module.info.memories };
    worker.optimizer.counts.clear();
    let mut after = |name: &'static str, func: &Func| {
        stats.add_time(name, clock.lap());
        observer.ssa(name, func);
        check_ssa(func, name);
        clock.lap();
    };
    samite_opt::early(&mut func, &settings, &mut worker.optimizer, |pass, func| after(pass.name, func));
    if lanes::expand(&mut func, strategy.cpu.set()) == Expanded::Some {
        after("lanes", &func);
    }
    samite_opt::late(&mut func, &settings, &mut worker.optimizer, |pass, func| after(pass.name, func));
    stats.counts.add("functions", 1);
    stats.counts.add("wasm_bytes", body.len() as u64);
    stats.add_passes(&func, &worker.optimizer.counts);

    let code = lower::lower::<X64>(&func);
    drop(func);
    stats.add_time("lower", clock.lap());
    observer.mach(&code);
    check_flow(&code, index);
    if regalloc::reports_too_much(&code.flow, &mut worker.regalloc) {
        let offset = module.info.bodies[index as usize].start;
        return Err(Error::new(ErrorKind::Limit, offset, format!("function {index} keeps too many references across calls")));
    }
    clock.lap();

    let allocation = regalloc::run(strategy.regalloc, &code.flow, X64::registers(), &mut worker.regalloc);
    stats.add_time("allocate", clock.lap());
    check_allocation(&code, &allocation, index);
    observer.allocated(&code, &allocation);
    stats.counts.add("steps", code.ops.len() as u64);
    stats.add_allocation(&allocation);
    clock.lap();

    let emitted = X64::emit(&code, &allocation, observer.detail());
    stats.add_time("emit", clock.lap());
    stats.add_emitted(&emitted);
    observer.emitted(&emitted);
    Ok((emitted, stats))
}

/// In builds with assertions every pass is followed by the verifier.
fn check_ssa(func: &Func, pass: &str) {
    if cfg!(debug_assertions)
        && let Err(errors) = samite_ir::ssa::verify::verify(func)
    {
        let text = func.to_string();
        panic!("after {pass}, function {} is wrong: {:?}\n{text}", func.index, &errors[..errors.len().min(5)]);
    }
}

/// In builds with assertions lowering is held to what allocators are promised.
fn check_flow(code: &Code<X64>, index: u32) {
    if cfg!(debug_assertions)
        && let Err(errors) = crate::mach::verify::verify(&code.flow, X64::registers())
    {
        wrong(code, None, index, "lowering", &errors);
    }
}

/// In builds with assertions every allocation is judged.
fn check_allocation(code: &Code<X64>, allocation: &Allocation, index: u32) {
    if cfg!(debug_assertions)
        && let Err(errors) = regalloc::check::check(&code.flow, X64::registers(), allocation)
    {
        wrong(code, Some(allocation), index, "allocation", &errors);
    }
}

fn wrong(code: &Code<X64>, allocation: Option<&Allocation>, index: u32, what: &str, errors: &[String]) -> ! {
    let text = crate::mach::text::print(code, allocation);
    panic!("{what} of function {index} is wrong: {:?}\n{text}", &errors[..errors.len().min(5)]);
}

/// Compiles all functions. The error of the first bad function, in module order, is the error of the module.
pub fn compile_module(module: &Decoded, bytes: &[u8], strategy: &Strategy) -> Result<(Image, Stats), Error> {
    compile_module_placed(module, bytes, strategy, Placement::InOrder)
}

/// Like `compile_module`, with the functions where `placement` says.
pub fn compile_module_placed(module: &Decoded, bytes: &[u8], strategy: &Strategy, placement: Placement) -> Result<(Image, Stats), Error> {
    let layout = layout(module)?;
    let bodies = &module.info.bodies;
    let mut order: Vec<u32> = (0..bodies.len() as u32).collect();
    order.sort_by_key(|i| std::cmp::Reverse(bodies[*i as usize].len()));
    // Each worker takes the largest function that is left, so that none of them ends with a large one.
    let next = AtomicUsize::new(0);
    let work = |_| {
        let (mut worker, mut stats, mut done) = (Worker::default(), Stats::default(), Vec::new());
        while let Some(&index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = compile_function(&mut worker, module, bytes, &layout, index, strategy, &mut NoObserver);
            done.push((
                index,
                result.map(|(emitted, s)| {
                    stats += &s;
                    emitted
                }),
            ));
        }
        (done, stats)
    };
    let workers: Vec<_> = (0..rayon::current_num_threads()).into_par_iter().with_max_len(1).map(work).collect();
    let mut stats = Stats::default();
    let mut done = Vec::with_capacity(bodies.len());
    for (part, s) in workers {
        done.extend(part);
        stats += &s;
    }
    done.sort_by_key(|d| d.0);
    let functions = done.into_iter().map(|d| d.1).collect::<Result<Vec<Emitted>, Error>>()?;
    let image = Image::link(functions, placement).ok_or_else(|| Error::new(ErrorKind::Limit, 0, "more than 2 GiB of machine code"))?;
    Ok((image, stats))
}

/// The instance record's layout for a module.
pub fn layout(module: &Decoded) -> Result<Layout, Error> {
    Layout::new(&module.info).ok_or_else(|| Error::new(ErrorKind::Limit, 0, "an instance record of more than 2 GiB"))
}
