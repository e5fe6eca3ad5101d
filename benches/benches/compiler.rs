//! The compiler's stations, each by itself: decoding, translation, every pass, lowering, every allocator, emission, and all of them together.
//!
//! Inputs: a few embedded kernels as one workload, and one long function with many live values. `cargo bench -p samite-benches --bench compiler`.
use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use samite_codegen::driver::{Strategy, compile_module, layout};
use samite_codegen::mach::code::{Code, Target};
use samite_codegen::mach::flow::Allocation;
use samite_codegen::mach::lower::lower;
use samite_codegen::mach::tables::Detail;
use samite_codegen::regalloc::{self, How};
use samite_codegen::x64::X64;
use samite_ir::ssa::Func;
use samite_ir::translate::vmctx::Layout;
use samite_ir::translate::{Decoded, Options, Translator, decode};
use samite_opt::pipeline::pipeline;
use samite_opt::{Bounds, Passes, Settings};
use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

struct Module {
    bytes: Vec<u8>,
    decoded: Decoded,
    layout: Layout,
}

impl Module {
    fn new(bytes: Vec<u8>) -> Module {
        let decoded = decode(&bytes).expect("it is valid");
        let layout = layout(&decoded).expect("its record is small");
        Module { bytes, decoded, layout }
    }
    fn translate(&self, translator: &mut Translator) -> Vec<Func> {
        let options = Options::default();
        let bodies = self.decoded.info.bodies.iter().enumerate();
        let functions = bodies.map(|(index, body)| {
            let body = &self.bytes[body.clone()];
            translator.translate(&self.decoded, &self.layout, index as u32, body, &options).expect("it is valid")
        });
        functions.collect()
    }
    fn settings(&self, bounds: Bounds) -> Settings<'_> {
        let options = samite_opt::Options { passes: Passes::Basic, bounds };
        Settings { options, layout: &self.layout, memories: &self.decoded.info.memories }
    }
}

/// Kernels that differ: floats, integers and memory, calls, a large switch.
const KERNELS: [&str; 6] = ["matmul", "sha256", "json", "vm_switch", "rbtree", "fft"];

/// One function: values that live from its start to its end, joins and a loop in between.
fn monster(size: u32) -> Vec<u8> {
    let mut text = String::from("(module (memory 1) (func (export \"run\") (param i32) (result i32) (local");
    text.push_str(&" i32".repeat(40));
    text.push(')');
    for n in 0..size {
        let (a, b, c) = (1 + n % 40, 1 + (n * 7) % 40, 1 + (n * 13) % 40);
        let _ = match n % 4 {
            0 => write!(text, "(local.set {a} (i32.add (local.get {b}) (i32.mul (local.get {c}) (i32.const {n}))))"),
            1 => write!(text, "(i32.store offset={} (local.get {b}) (local.get {c}))", n * 4),
            2 => write!(text, "(if (i32.lt_u (local.get {a}) (local.get {b})) (then (local.set {c} (i32.load (local.get {a})))))"),
            _ => write!(text, "(loop (local.set {a} (i32.sub (local.get {a}) (i32.const 1))) (br_if 0 (local.get {a})))"),
        };
    }
    for n in 1..40 {
        let _ = write!(text, "(local.set 0 (i32.add (local.get 0) (local.get {n})))");
    }
    text.push_str("(local.get 0)))");
    wat::parse_str(text).expect("it is text")
}

fn stations(c: &mut Criterion) {
    let kernel = |name: &&str| {
        let file = format!("{}/kernels/{name}.wasm", env!("CARGO_MANIFEST_DIR"));
        Module::new(std::fs::read(&file).unwrap_or_else(|error| panic!("{file}: {error}")))
    };
    let kernels: Vec<Module> = KERNELS.iter().map(kernel).collect();
    for (name, modules) in [("kernels", kernels), ("monster", vec![Module::new(monster(2000))])] {
        let mut group = c.benchmark_group(name);
        group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_millis(1500));
        group.throughput(Throughput::Bytes(modules.iter().map(|m| m.bytes.len() as u64).sum()));
        of(&mut group, &modules);
        group.finish();
    }
}

fn of(group: &mut BenchmarkGroup<'_, WallTime>, modules: &[Module]) {
    group.bench_function("decode", |b| b.iter(|| modules.iter().for_each(|m| drop(black_box(decode(&m.bytes))))));

    let mut translator = Translator::default();
    group.bench_function("translate", |b| b.iter(|| modules.iter().for_each(|m| drop(black_box(m.translate(&mut translator))))));

    // Each pass runs on what those before it made; with compares, so that all of them have something to do.
    let mut functions: Vec<(&Module, Func)> = Vec::new();
    for m in modules {
        functions.extend(m.translate(&mut translator).into_iter().map(|f| (m, f)));
    }
    let mut context = samite_opt::Context::default();
    for pass in pipeline(Passes::Basic) {
        let mut run = |functions: &mut Vec<(&Module, Func)>| {
            functions.iter_mut().for_each(|(m, f)| (pass.run)(f, &m.settings(Bounds::Compare), &mut context));
        };
        group.bench_function(format!("pass {}", pass.name), |b| b.iter_batched_ref(|| functions.clone(), &mut run, BatchSize::LargeInput));
        run(&mut functions);
    }

    // From here on without compares, as compiled by default.
    let mut functions: Vec<Func> = Vec::new();
    for m in modules {
        for mut f in m.translate(&mut translator) {
            samite_opt::run(&mut f, &m.settings(Bounds::Guard), &mut context);
            functions.push(f);
        }
    }
    group.bench_function("lower", |b| b.iter(|| functions.iter().for_each(|f| drop(black_box(lower::<X64>(f))))));

    let codes: Vec<Code<X64>> = functions.iter().map(lower::<X64>).collect();
    let mut context = regalloc::Context::default();
    for how in How::ALL {
        let mut run =
            || -> Vec<Allocation> { codes.iter().map(|code| regalloc::run(how, &code.flow, X64::registers(), &mut context)).collect() };
        group.bench_function(format!("allocate {}", how.name()), |b| b.iter(|| black_box(run())));
        let allocations = run();
        let emit = || {
            codes.iter().zip(&allocations).for_each(|(code, allocation)| drop(black_box(X64::emit(code, allocation, Detail::Operators))))
        };
        group.bench_function(format!("emit {}", how.name()), |b| b.iter(emit));
    }

    for (name, strategy) in [("max", Strategy::MAX), ("baseline", Strategy::BASELINE)] {
        let compile = || modules.iter().for_each(|m| drop(black_box(compile_module(&m.decoded, &m.bytes, &strategy))));
        group.bench_function(format!("compile {name}"), |b| b.iter(compile));
    }
}

criterion_group!(all, stations);
criterion_main!(all);
