//! The statistics are judged by recorded samples: copies of one strategy on a noisy machine (`samples.txt`; benches/examples/record_samples.rs says how).
//! They do not differ, so every verdict is a false one; with one side's samples multiplied by 1.02, every verdict but "slower" is.
use samite_benches::stats::{Evidence, Judged, Pairing, Verdict, compare, judge};
use std::collections::BTreeMap;

/// Kernel, copy, round: runs without the first one, which is warm-up.
type Recorded = BTreeMap<String, Vec<Vec<Vec<f64>>>>;

fn recorded() -> Recorded {
    let mut recorded = Recorded::new();
    for line in include_str!("samples.txt").lines().filter(|l| !l.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (round, copy): (usize, usize) = (words[1].parse().unwrap(), words[2].parse().unwrap());
        let copies = recorded.entry(words[0].to_string()).or_insert_with(|| vec![Vec::new(); 4]);
        assert_eq!(copies[copy].len(), round, "rounds are in order");
        copies[copy].push(words[4..].iter().map(|w| CLOCK(w)).collect());
    }
    recorded
}

/// Which of both clocks the laboratory goes by.
const CLOCK: fn(&str) -> f64 = |word| word.split_once('/').unwrap().0.parse().unwrap();

/// Three ways to make two pairs of four copies.
const PAIRS: [[usize; 2]; 6] = [[0, 1], [2, 3], [0, 2], [1, 3], [0, 3], [1, 2]];

/// Reports of all kernels: for each pair of copies one, of so many rounds and runs, the second side's times multiplied.
fn reports(rounds: usize, runs: usize, factor: f64) -> Vec<Vec<Judged>> {
    let recorded = recorded();
    let side = |copies: &[Vec<Vec<f64>>], copy: usize, factor: f64| -> Vec<Vec<f64>> {
        copies[copy][..rounds].iter().map(|process| process[..runs].iter().map(|t| t * factor).collect()).collect()
    };
    let report = |(seed, pair): (usize, &[usize; 2])| {
        let compared = |copies: &Vec<Vec<Vec<f64>>>| {
            compare(&side(copies, pair[0], 1.0), &side(copies, pair[1], factor), Pairing::ByRound, seed as u64).unwrap()
        };
        let evidence: Vec<Evidence> = recorded.values().map(compared).collect();
        judge(&evidence.iter().map(|e| (0, e)).collect::<Vec<_>>())
    };
    PAIRS.iter().enumerate().map(report).collect()
}

fn share(reports: &[Vec<Judged>], of: impl Fn(&Judged) -> bool) -> f64 {
    let all: Vec<&Judged> = reports.iter().flatten().collect();
    assert!(all.len() >= 200, "{} comparisons", all.len());
    all.iter().filter(|j| of(j)).count() as f64 / all.len() as f64
}
