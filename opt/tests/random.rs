//! Random functions through every pass of every pipeline: after each pass the function is valid and every run ends as before,
//! with the same results, trap, calls and memory, and does no more to shared memory than it did.
mod common;

use common::trace::{Touch, Trace};
use common::{Random, Sharing, check_passes, generate, module_with};
use samite_ir::translate::vmctx::Layout;
use samite_opt::{Context, Options};

/// `SAMITE_RANDOM_FUNCTIONS` asks for more.
#[test]
fn random_functions() {
    let count = std::env::var("SAMITE_RANDOM_FUNCTIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(3_000);
    let mut context = Context::default();
    for seed in 0..count {
        let sharing = if seed % 3 == 2 { Sharing::Shared } else { Sharing::Alone };
        let layout = Layout::new(&module_with(sharing)).unwrap();
        let f = generate::generate(seed, sharing, &layout);
        samite_ir::ssa::verify::assert_valid(&f, "generation");
        let inputs = generate::inputs(&mut Random(seed), 4);
        for options in Options::all() {
            let before = f.to_string();
            let run = std::panic::AssertUnwindSafe(|| check_passes(&f, sharing, options, &inputs, &mut context));
            if let Err(panic) = std::panic::catch_unwind(run) {
                eprintln!("seed {seed}, {options}:\n{before}");
                std::panic::resume_unwind(panic);
            }
        }
    }
}

/// The rule for shared memory objects to what it is there for.
#[test]
fn wrong_accesses_are_noticed() {
    let read = |addr, width| Touch { addr, width, value: None };
    let write = |addr, width, value| Touch { addr, width, value: Some((0, value)) };
    // (plain accesses, each with the stretch it is in)
    let run = |list: &[(usize, Touch)]| {
        let mut trace = Trace::default();
        for k in 0..2 {
            trace.synchronize();
            trace.atomic(write(64, 4, 1));
            list.iter().filter(|(at, _)| *at == k).for_each(|(_, touch)| trace.plain(*touch));
        }
        trace
    };
    let before = run(&[(0, read(8, 4)), (0, read(8, 4)), (0, write(16, 8, 7)), (1, read(24, 8))]);
    let fine: [&[(usize, Touch)]; 3] = [&[], &[(0, read(8, 4)), (0, write(16, 8, 7))], &[(1, read(24, 8)), (0, read(8, 4))]];
    for list in fine {
        assert_eq!(run(list).may_replace(&before), Ok(()));
    }
    let wrong: [(&str, &[(usize, Touch)]); 6] = [
        ("moved across an atomic op", &[(1, read(8, 4))]),
        ("invented", &[(0, read(32, 4))]),
        ("repeated", &[(1, read(24, 8)), (1, read(24, 8))]),
        ("another value", &[(0, write(16, 8, 8))]),
        ("split", &[(1, read(24, 4)), (1, read(28, 4))]),
        ("a read that became a write", &[(1, write(24, 8, 0))]),
    ];
    for (what, list) in wrong {
        assert!(run(list).may_replace(&before).is_err(), "{what}");
    }
    let mut other = run(&[]);
    other.atomic(read(64, 4));
    assert!(other.may_replace(&before).is_err(), "one more atomic access");
}
