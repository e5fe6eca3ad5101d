//! The compiler as one readable function, `compile_function`: a body to SSA, the passes, selection, registers, bytes.
//!
//! `compile_module` runs it over all functions of a module in parallel, the largest first so that none is left over at the end, and links the
//! results. A worker's buffers are reused from function to function; a function's intermediate forms are dropped before its next.
pub mod artifact;
pub mod image;
pub mod listing;
pub mod strategy;

use crate::mach::code::{Code, Target};
use crate::mach::flow::Allocation;
use crate::mach::lower;
use crate::mach::tables::Emitted;
use crate::regalloc;
use crate::x64::X64;
pub use image::Image;
use rayon::prelude::*;
use samite_ir::ssa::Func;
use samite_ir::translate::decode::Decoded;
use samite_ir::translate::error::{Error, ErrorKind};
use samite_ir::translate::vmctx::Layout;
use samite_ir::translate::{Options as TranslateOptions, Translator};
use std::ops::AddAssign;
use std::time::{Duration, Instant};
pub use strategy::Strategy;

/// What each station made of a function, for those who look on: golden tests, `--emit`, the explorer.
pub trait Observer {
    fn ssa(&mut self, _pass: &str, _func: &Func) {}
    fn mach(&mut self, _code: &Code<X64>) {}
    fn allocated(&mut self, _code: &Code<X64>, _allocation: &Allocation) {}
}

/// Looks at nothing.
pub struct NoObserver;
impl Observer for NoObserver {}

/// Counts and times of a compilation, summed over functions. Times are of the worker's clock, so they add up over workers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    pub functions: u64,
    pub wasm_bytes: u64,
    pub ops: u64,
    pub steps: u64,
    pub spilled_values: u64,
    /// Moves between registers and slots that the allocator added.
    pub moves: u64,
    pub code_bytes: u64,
    pub translate: Duration,
    pub optimize: Duration,
    pub lower: Duration,
    pub allocate: Duration,
    pub emit: Duration,
}

impl AddAssign for Stats {
    fn add_assign(&mut self, o: Stats) {
        self.functions += o.functions;
        self.wasm_bytes += o.wasm_bytes;
        self.ops += o.ops;
        self.steps += o.steps;
        self.spilled_values += o.spilled_values;
        self.moves += o.moves;
        self.code_bytes += o.code_bytes;
        self.translate += o.translate;
        self.optimize += o.optimize;
        self.lower += o.lower;
        self.allocate += o.allocate;
        self.emit += o.emit;
    }
}

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
    let mut clock = Clock(Instant::now());

    let options = TranslateOptions { interrupt: strategy.interrupt, nan: strategy.nan };
    let mut func = worker.translator.translate(module, layout, index, body, &options)?;
    observer.ssa("translate", &func);
    check_ssa(&func, "translate");
    let translate = clock.lap();

    let options = samite_opt::Options { passes: strategy.passes, bounds: strategy.bounds };
    let settings = samite_opt::Settings { options, layout, memories: &module.info.memories };
    samite_opt::run_observed(&mut func, &settings, &mut worker.optimizer, |pass, func| {
        observer.ssa(pass.name, func);
        check_ssa(func, pass.name);
    });
    let optimize = clock.lap();

    let code = lower::lower::<X64>(&func);
    let ops = func.body.len() as u64;
    drop(func);
    observer.mach(&code);
    let lower = clock.lap();

    check_flow(&code, index);
    let allocation = regalloc::run(strategy.regalloc, &code.flow, X64::registers(), &mut worker.regalloc);
    check_allocation(&code, &allocation, index);
    observer.allocated(&code, &allocation);
    let allocate = clock.lap();

    let emitted = X64::emit(&code, &allocation);
    let emit = clock.lap();
    let stats = Stats {
        functions: 1,
        wasm_bytes: body.len() as u64,
        ops,
        steps: code.ops.len() as u64,
        spilled_values: u64::from(allocation.spilled_values),
        moves: allocation.edits.len() as u64,
        code_bytes: u64::from(emitted.code_len),
        translate,
        optimize,
        lower,
        allocate,
        emit,
    };
    Ok((emitted, stats))
}

struct Clock(Instant);

impl Clock {
    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now - std::mem::replace(&mut self.0, now)
    }
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
    let layout = layout(module)?;
    let bodies = &module.info.bodies;
    let mut order: Vec<u32> = (0..bodies.len() as u32).collect();
    order.sort_by_key(|i| std::cmp::Reverse(bodies[*i as usize].len()));
    // One task at a time from the front of the order; rayon's own splitting would deal out halves.
    let mut done: Vec<(u32, Result<(Emitted, Stats), Error>)> = order
        .par_iter()
        .with_max_len(1)
        .map_init(Worker::default, |worker, &i| (i, compile_function(worker, module, bytes, &layout, i, strategy, &mut NoObserver)))
        .collect();
    done.sort_by_key(|d| d.0);
    let mut stats = Stats::default();
    let mut functions = Vec::with_capacity(done.len());
    for (_, result) in done {
        let (emitted, s) = result?;
        functions.push(emitted);
        stats += s;
    }
    let image = Image::link(functions).ok_or_else(|| Error::new(ErrorKind::Limit, 0, "more than 2 GiB of machine code"))?;
    Ok((image, stats))
}

/// The instance record's layout for a module.
pub fn layout(module: &Decoded) -> Result<Layout, Error> {
    Layout::new(&module.info).ok_or_else(|| Error::new(ErrorKind::Limit, 0, "an instance record of more than 2 GiB"))
}
