//! Our engine as a child has it: one module, one program, timed calls.
use super::{Answer, Program, Reply, World};
use crate::measure::meter::{self, Meter};
use crate::profile;
use crate::record::{CodeStats, Sample};
use anyhow::{Context, bail};
use samite::{Caller, Engine, Func, Linker, Module, Store, TypedFunc, Val, ValType};
use samite_wasi::{Exit, InputBuffer, OutputBuffer, Stdin, Stdout, WasiCtx, WasiCtxBuilder, add_to_linker};
use std::path::Path;
use std::time::{Duration, Instant};

/// Bytes of a stream that are kept; a benchmark that writes more is one of the terminal.
const MOST_OUTPUT: usize = 256 << 20;

/// What is profiled runs for so long, or once: most kernels give 250 samples a second.
const PROFILED: Duration = Duration::from_secs(1);

/// A function that gives its argument back. Compiling it starts the compiler's threads and fills its tables.
const FIRST: &[u8] = b"\0asm\x01\0\0\0\x01\x06\x01\x60\x01\x7f\x01\x7f\x03\x02\x01\0\x0a\x06\x01\x04\0\x20\0\x0b";

/// An engine and what it runs.
pub struct Session {
    engine: Engine,
    module: Option<Module>,
    ready: Option<Ready>,
    /// None while a store has it.
    meter: Option<Meter>,
}

/// A program about to run.
enum Ready {
    Kernel(Store<Guest>, TypedFunc<i32, i64>),
    Invoke(Store<Guest>, Func, Vec<Val>),
    /// Programs that end get a fresh instance each run.
    Start(World, Timed),
}

/// What of a command is timed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Timed {
    Whole,
    BetweenMarks,
}

/// What host functions know.
struct Guest {
    wasi: WasiCtx,
    meter: Option<Meter>,
    /// What was measured between `bench.start` and `bench.end`.
    between: Option<Sample>,
}

impl Session {
    pub fn new(engine: Engine) -> anyhow::Result<Session> {
        Module::from_binary(&engine, FIRST)?;
        Ok(Session { engine, module: None, ready: None, meter: Some(Meter::new()) })
    }

    pub fn compile(&mut self, bytes: &[u8]) -> anyhow::Result<Reply> {
        let engine = self.engine.clone();
        let (module, sample) = self.meter().time(|| Module::from_binary(&engine, bytes));
        self.module = Some(module?);
        Ok(Reply { peak_rss_bytes: meter::peak_rss(), ..Reply::timed(sample) })
    }

    /// What the compiler says about the code of the module; None without machine code.
    pub fn code(&self) -> Option<CodeStats> {
        let stats = self.module.as_ref()?.compile_stats()?;
        Some(CodeStats {
            code_bytes: stats.count("code_bytes"),
            counts: stats.counts.iter().filter(|(name, _)| *name != "code_bytes").map(|(name, n)| (name.to_string(), n)).collect(),
            passes: stats.times().iter().map(|(name, time)| (name.to_string(), time.as_nanos() as u64)).collect(),
        })
    }

    pub fn instantiate(&mut self, program: &Program) -> anyhow::Result<Reply> {
        self.ready = None;
        let (ready, sample) = match program {
            Program::Kernel { .. } => {
                let (mut store, sample, instance) = self.instance(&World::default())?;
                let run = instance.get_typed_func(&mut store, "run")?;
                (Ready::Kernel(store, run), sample)
            }
            Program::Invoke { name, args } => {
                let (mut store, sample, instance) = self.instance(&World::default())?;
                let func = instance.get_func(&mut store, name).with_context(|| format!("no exported function `{name}`"))?;
                let params = func.ty(&store).params;
                anyhow::ensure!(params.len() == args.len(), "`{name}` takes other arguments");
                let values = params.iter().zip(args).map(|(ty, text)| argument(*ty, text).with_context(|| format!("`{text}` is no {ty}")));
                let values = values.collect::<anyhow::Result<Vec<Val>>>()?;
                if let Some(initialize) = instance.get_func(&mut store, "_initialize") {
                    initialize.call(&mut store, &[], &mut [])?;
                }
                (Ready::Invoke(store, func, values), sample)
            }
            Program::Wasi(world) | Program::Sightglass(world) => {
                let (mut store, sample, _) = self.instance(world)?;
                self.meter = store.data_mut().meter.take();
                let timed = if matches!(program, Program::Wasi(_)) { Timed::Whole } else { Timed::BetweenMarks };
                (Ready::Start(world.clone(), timed), sample)
            }
        };
        self.ready = Some(ready);
        Ok(Reply::timed(sample))
    }

    pub fn run(&mut self, iterations: Option<i32>) -> anyhow::Result<Reply> {
        let (sample, answer) = match self.ready.take().context("nothing is instantiated")? {
            Ready::Kernel(mut store, run) => {
                let iterations = iterations.context("a kernel needs its iterations")?;
                let mut meter = store.data_mut().meter.take().expect("each run gives it back");
                let (result, sample) = meter.time(|| run.call(&mut store, iterations));
                store.data_mut().meter = Some(meter);
                self.ready = Some(Ready::Kernel(store, run));
                (sample, Answer { values: vec![format!("i64:{:#x}", result?)], exit: 0 })
            }
            Ready::Invoke(mut store, func, args) => {
                let mut results: Vec<Val> = func.ty(&store).results.iter().map(|ty| Val::default_for_ty(*ty)).collect();
                let mut meter = store.data_mut().meter.take().expect("each run gives it back");
                let (result, sample) = meter.time(|| func.call(&mut store, &args, &mut results));
                store.data_mut().meter = Some(meter);
                self.ready = Some(Ready::Invoke(store, func, args));
                result?;
                (sample, Answer { values: results.iter().map(shown).collect(), exit: 0 })
            }
            Ready::Start(world, timed) => {
                let done = self.start(&world, timed);
                self.ready = Some(Ready::Start(world, timed));
                done?
            }
        };
        Ok(Reply { peak_rss_bytes: meter::peak_rss(), answer: Some(answer), ..Reply::timed(sample) })
    }

    /// Runs it for a while, at least once, and says where the time goes.
    pub fn profile(&mut self, iterations: Option<i32>) -> anyhow::Result<Reply> {
        let engine = self.engine.clone();
        let start = Instant::now();
        let work = || loop {
            let reply = self.run(iterations);
            if reply.is_err() || start.elapsed() > PROFILED {
                return reply;
            }
        };
        let (reply, profile) = profile::measure(&engine, profile::PERIOD, work)?;
        Ok(Reply { profile: Some(profile), ..reply? })
    }

    /// Runs a command from its beginning to its end.
    fn start(&mut self, world: &World, timed: Timed) -> anyhow::Result<(Sample, Answer)> {
        let (stdout, stderr) = (OutputBuffer::new(MOST_OUTPUT), OutputBuffer::new(MOST_OUTPUT));
        let streams = (Stdout::Buffer(stdout.clone()), Stdout::Buffer(stderr.clone()));
        let (mut store, _, instance) = self.instance_with(world, streams)?;
        let start = instance.get_typed_func::<(), ()>(&mut store, "_start");
        let mut meter = Meter::new();
        let (result, whole) = match start {
            Ok(start) => meter.time(|| start.call(&mut store, ())),
            Err(error) => (Err(error), Sample::default()),
        };
        let guest = store.data_mut();
        self.meter = guest.meter.take();
        let between = guest.between.take();
        std::fs::write(&world.stdout, stdout.contents()).context("cannot keep the program's output")?;
        std::fs::write(&world.stderr, stderr.contents()).context("cannot keep the program's output")?;
        let exit = match result {
            Ok(()) => 0,
            Err(error) => match error.downcast_ref::<Exit>() {
                Some(Exit(code)) => *code,
                None => return Err(error),
            },
        };
        let sample = match timed {
            Timed::Whole => whole,
            Timed::BetweenMarks => between.with_context(|| format!("the program ended with {exit} and never called `bench.end`"))?,
        };
        Ok((sample, Answer { values: Vec::new(), exit }))
    }

    fn instance(&mut self, world: &World) -> anyhow::Result<(Store<Guest>, Sample, samite::Instance)> {
        self.instance_with(world, (Stdout::Null, Stdout::Null))
    }

    /// A fresh instance; its store has the meter.
    fn instance_with(&mut self, world: &World, streams: (Stdout, Stdout)) -> anyhow::Result<(Store<Guest>, Sample, samite::Instance)> {
        let module = self.module.clone().context("nothing is compiled")?;
        let wasi = context(world, streams)?;
        let mut linker = Linker::new(&self.engine);
        add_to_linker(&mut linker, |guest: &mut Guest| &mut guest.wasi)?;
        linker.func_wrap("bench", "start", |mut caller: Caller<'_, Guest>| {
            if let Some(meter) = &mut caller.data_mut().meter {
                meter.start();
            }
        })?;
        linker.func_wrap("bench", "end", |mut caller: Caller<'_, Guest>| {
            let guest = caller.data_mut();
            guest.between = guest.meter.as_mut().map(Meter::stop);
        })?;
        let mut store = Store::new(&self.engine, Guest { wasi, meter: None, between: None });
        let (instance, sample) = self.meter().time(|| linker.instantiate(&mut store, &module));
        store.data_mut().meter = self.meter.take();
        Ok((store, sample, instance?))
    }

    fn meter(&mut self) -> &mut Meter {
        self.meter.get_or_insert_with(Meter::new)
    }
}

fn context(world: &World, (stdout, stderr): (Stdout, Stdout)) -> anyhow::Result<WasiCtx> {
    let mut builder = WasiCtxBuilder::new().args(world.args.iter().map(|arg| arg.as_bytes())).stdout(stdout).stderr(stderr);
    for (name, value) in &world.env {
        builder = builder.env(name.as_str(), value.as_str());
    }
    for (host, guest) in &world.dirs {
        builder = builder.preopened_path(host, guest.as_str())?;
    }
    if let Some(file) = &world.stdin {
        builder = builder.stdin(Stdin::Buffer(InputBuffer::new(read(file)?)));
    }
    Ok(builder.build()?)
}

pub fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

fn argument(ty: ValType, text: &str) -> anyhow::Result<Val> {
    let number = || super::integer(text).context("expected a number");
    Ok(match ty {
        ValType::I32 => {
            Val::I32(i32::try_from(number()?).or_else(|_| u32::try_from(number()?).map(|n| n as i32).map_err(anyhow::Error::from))?)
        }
        ValType::I64 => {
            Val::I64(i64::try_from(number()?).or_else(|_| u64::try_from(number()?).map(|n| n as i64).map_err(anyhow::Error::from))?)
        }
        ValType::F32 => Val::from(text.parse::<f32>()?),
        ValType::F64 => Val::from(text.parse::<f64>()?),
        ValType::V128 | ValType::FuncRef | ValType::ExternRef => bail!("only numbers can be passed"),
    })
}

/// Type and bits.
fn shown(value: &Val) -> String {
    match value {
        Val::I32(v) => format!("i32:{:#x}", *v as u32),
        Val::I64(v) => format!("i64:{v:#x}"),
        Val::F32(bits) => format!("f32:{bits:#x}"),
        Val::F64(bits) => format!("f64:{bits:#x}"),
        Val::V128(v) => format!("v128:{:#x}", v.as_u128()),
        Val::FuncRef(f) => format!("text:{}", if f.is_some() { "funcref" } else { "null" }),
        Val::ExternRef(f) => format!("text:{}", if f.is_some() { "externref" } else { "null" }),
    }
}
