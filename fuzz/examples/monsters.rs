//! How the time of a compile grows with the size of each monster: one worker, size doubled from step to step.
use samite_codegen::driver::{Strategy, compile_module};
use samite_fuzz::monsters::MONSTERS;
use samite_ir::translate::decode;
use std::time::Instant;

fn main() {
    let mut strategy = Strategy::MAX;
    let mut only = None;
    for arg in std::env::args().skip(1) {
        match arg.parse() {
            Ok(s) => strategy = s,
            Err(_) => only = Some(arg),
        }
    }
    println!("{strategy}\n{:38} {:>9} {:>10} {:>8}", "shape", "size", "ms", "factor");
    for m in MONSTERS.iter().filter(|m| only.as_ref().is_none_or(|o| m.name.contains(o.as_str()))) {
        let mut before = None;
        for size in [12_250, 24_500, 49_000, 100_000, 200_000, 400_000] {
            if size > m.limit {
                break;
            }
            let bytes = m.module(size);
            let start = Instant::now();
            let result = decode(&bytes).and_then(|d| compile_module(&d, &bytes, &strategy));
            let ms = start.elapsed().as_secs_f64() * 1e3;
            let factor = before.map_or(String::new(), |b: f64| format!("{:.2}", ms / b));
            before = Some(ms);
            let outcome = result.map_or_else(|e| e.to_string(), |_| String::new());
            println!("{:38} {size:>9} {ms:>10.1} {factor:>8} {outcome}", m.name);
        }
    }
}
