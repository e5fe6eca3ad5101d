//! How fast validation and translation are, on modules of your own:
//! `cargo run --release -p samite-ir --example translate_speed a.wasm b.wasm`
use samite_ir::ssa::verify;
use samite_ir::translate::vmctx::Layout;
use samite_ir::translate::{Options, Translator, decode};
use std::time::Duration;

fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
        let start = cpu_time();
        let module = decode(&bytes).unwrap_or_else(|e| panic!("{path}: {e}"));
        let decoded = cpu_time() - start;
        let layout = Layout::new(&module.info).expect("a context below 2 GiB");
        let bodies = || (0..).zip(&module.info.bodies).map(|(index, body)| (index, &bytes[body.clone()]));
        let code: usize = bodies().map(|(_, body)| body.len()).sum();
        let mut translator = Translator::default();
        let start = cpu_time();
        for (index, body) in bodies() {
            translator.validate(&module, index, body).unwrap_or_else(|e| panic!("{path}: {e}"));
        }
        let validated = cpu_time() - start;
        let (mut ops, mut blocks, mut params) = (0, 0, 0);
        let start = cpu_time();
        for (index, body) in bodies() {
            let func = translator.translate(&module, &layout, index, body, &Options::default()).expect("valid");
            ops += func.body.len();
            blocks += func.layout.len();
            params += func.layout.iter().map(|b| func.params(*b).len()).sum::<usize>();
        }
        let translated = cpu_time() - start;
        for (index, body) in bodies() {
            let func = translator.translate(&module, &layout, index, body, &Options::default()).expect("valid");
            verify::assert_valid(&func, "translate");
        }
        let speed = |time: Duration| code as f64 / 1e6 / time.as_secs_f64();
        println!(
            "{path}: {:.2} MB of code in {} functions; sections {decoded:.1?}; bodies validated {:.1} MB/s, validated and \
             translated {:.1} MB/s; {ops} ops, {blocks} blocks, {params} parameters",
            code as f64 / 1e6,
            module.info.bodies.len(),
            speed(validated),
            speed(translated),
        );
    }
}

/// Time that this thread has run, where the system says so; else the clock's.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    match text.split(' ').next().and_then(|nanoseconds| nanoseconds.parse().ok()) {
        Some(nanoseconds) => Duration::from_nanos(nanoseconds),
        None => std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default(),
    }
}
