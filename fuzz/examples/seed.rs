//! The module of a seed in text, for looking into what the smoke test found: `... --example seed -- 17 > f.wasm`.
use std::io::Write;

fn main() {
    let seed = std::env::args().nth(1).and_then(|s| s.parse().ok()).expect("a seed");
    let bytes = samite_fuzz::generate(seed).expect("a seed that gives a module");
    std::io::stdout().write_all(&bytes).expect("somewhere to write to");
}
