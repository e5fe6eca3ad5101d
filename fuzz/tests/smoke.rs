//! A fixed number of generated modules, compared under a covering set of strategies. `SAMITE_FUZZ=FROM..TO` sets the seeds.
use samite::Strategy;
use samite_fuzz::{Verdict, compare, generate};

#[test]
fn generated_modules_agree_with_the_reference() {
    let seeds = match std::env::var("SAMITE_FUZZ") {
        Ok(text) => {
            let (from, to) = text.split_once("..").expect("SAMITE_FUZZ=FROM..TO");
            from.parse().expect("a number")..to.parse().expect("a number")
        }
        Err(_) => 0..150u64,
    };
    let strategies = Strategy::covering();
    let (mut calls, mut refused, mut cut) = (0, 0, 0);
    let mut wrong = Vec::new();
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let Some(bytes) = generate(seed) else { continue };
        // A compiler that panics has printed why.
        let Ok(verdict) = std::panic::catch_unwind(|| compare(&bytes, &strategies)) else {
            wrong.push(format!("seed {seed}: a panic"));
            continue;
        };
        match verdict {
            Verdict::Agree { calls: n, cut_short } => {
                calls += n;
                cut += usize::from(cut_short);
            }
            Verdict::Refused(why) => {
                refused += 1;
                println!("seed {seed} refused: {why}");
            }
            differ => wrong.push(format!("seed {seed}: {differ:#?}")),
        }
    }
    println!("{calls} calls agree under {} strategies; {refused} modules refused, {cut} cut short", strategies.len());
    assert!(wrong.is_empty(), "{} of {count} seeds are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(calls as u64 > count, "the generator makes too little to run");
    assert!(refused as u64 * 10 < count, "too many modules are refused");
}
