//! Real modules through every pipeline, verified after every pass: the kernels of the benchmark room.
//!
//! `SAMITE_WASM=a.wasm:b.wasm` takes these instead, and prints ops and times after each pass (with `--nocapture`, and best in
//! release). A look at where time goes, not a benchmark.
use samite_ir::ssa::verify::assert_valid;
use samite_ir::translate::vmctx::Layout;
use samite_ir::translate::{Options as TranslateOptions, Translator, decode};
use samite_opt::{Bounds, Context, Options, Passes, Settings, run_observed};
use std::time::{Duration, Instant};

fn modules() -> (Vec<std::path::PathBuf>, bool) {
    if let Ok(list) = std::env::var("SAMITE_WASM") {
        return (list.split(':').map(Into::into).collect(), true);
    }
    let kernels = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/kernels");
    let files = std::fs::read_dir(&kernels).unwrap_or_else(|e| panic!("{}: {e}", kernels.display()));
    let mut list: Vec<_> = files.map(|f| f.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "wasm")).collect();
    list.sort();
    assert!(!list.is_empty());
    (list, false)
}

#[test]
fn modules_stay_valid() {
    let (list, times) = modules();
    for path in list {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(module) = decode(&bytes) else {
            // Features that translation does not know yet.
            eprintln!("{}: not decoded", path.display());
            continue;
        };
        let layout = Layout::new(&module.info).unwrap();
        for options in Options::all() {
            if !times || options == (Options { passes: Passes::Basic, bounds: Bounds::Guard }) {
                one(&path, &bytes, &module, &layout, options, times);
            }
        }
    }
}

fn one(path: &std::path::Path, bytes: &[u8], module: &samite_ir::translate::Decoded, layout: &Layout, options: Options, times: bool) {
    let settings = Settings { options, layout, memories: &module.info.memories };
    let mut context = Context::default();
    let mut translator = Translator::default();
    let mut passes: Vec<(&str, Duration, usize)> = Vec::new();
    let mut add = |name, time, ops| match passes.iter_mut().find(|p| p.0 == name) {
        Some(p) => (p.1, p.2) = (p.1 + time, p.2 + ops),
        None => passes.push((name, time, ops)),
    };
    for index in 0..module.info.bodies.len() {
        let body = &bytes[module.info.bodies[index].clone()];
        let start = Instant::now();
        let f = translator.translate(module, layout, index as u32, body, &TranslateOptions::default());
        let mut f = f.unwrap_or_else(|e| panic!("{}: function {index}: {e:?}", path.display()));
        add("translate", start.elapsed(), f.body.len());
        if !times {
            assert_valid(&f, "translation");
        }
        let mut start = Instant::now();
        run_observed(&mut f, &settings, &mut context, |pass, f| {
            add(pass.name, start.elapsed(), f.body.len());
            if !times {
                assert_valid(f, &format!("{} of function {index} of {}", pass.name, path.display()));
            }
            start = Instant::now();
        });
    }
    if times {
        let total: usize = module.info.bodies.iter().map(|b| b.len()).sum();
        println!("{}: {total} bytes of code, {options}", path.display());
        for (name, time, ops) in passes {
            let speed = total as f64 / time.as_secs_f64() / 1e6;
            println!("  {name:10} {:8.1} ms  {speed:7.1} MB/s  {ops:9} ops after", time.as_secs_f64() * 1e3);
        }
    }
}
