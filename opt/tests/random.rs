//! Random functions through every pass of every pipeline: after each pass the function is valid and every run ends as before,
//! with the same results, trap, calls and memory.
mod common;

use common::{Random, check_passes, generate, module};
use samite_ir::translate::vmctx::Layout;
use samite_opt::{Context, Options};

/// `SAMITE_RANDOM_FUNCTIONS` asks for more.
#[test]
fn random_functions() {
    let count = std::env::var("SAMITE_RANDOM_FUNCTIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(3_000);
    let layout = Layout::new(&module()).unwrap();
    let mut context = Context::default();
    for seed in 0..count {
        let f = generate::generate(seed, &layout);
        samite_ir::ssa::verify::assert_valid(&f, "generation");
        let inputs = generate::inputs(&mut Random(seed), 4);
        for options in Options::all() {
            let before = f.to_string();
            let run = std::panic::AssertUnwindSafe(|| check_passes(&f, options, &inputs, &mut context));
            if let Err(panic) = std::panic::catch_unwind(run) {
                eprintln!("seed {seed}, {options}:\n{before}");
                std::panic::resume_unwind(panic);
            }
        }
    }
}
