//! The statistics are judged by recorded samples: copies of one strategy on a noisy machine (`samples.txt`; benches/examples/record_samples.rs says how).
//! They do not differ, so every verdict is a false one; with one side's samples multiplied by 1.02, every verdict but "slower" is.
use samite_benches::stats::describe::{mean, median, variance};
use samite_benches::stats::suite::{SAMPLE, together};
use samite_benches::stats::{Evidence, Judged, Pairing, Verdict, compare, judge, judge_apart, share_errors};
use std::collections::BTreeMap;

/// Kernel, copy, round: times of runs without the first one, which is warm-up.
type Recorded = BTreeMap<String, Vec<Vec<Vec<f64>>>>;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Clock {
    Wall,
    Cpu,
}

fn recorded(clock: Clock) -> Recorded {
    let mut recorded = Recorded::new();
    for line in include_str!("samples.txt").lines().filter(|l| !l.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (round, copy): (usize, usize) = (words[1].parse().unwrap(), words[2].parse().unwrap());
        let copies = recorded.entry(words[0].to_string()).or_insert_with(|| vec![Vec::new(); COPIES]);
        assert_eq!(copies[copy].len(), round, "rounds are in order");
        let time = |word: &&str| {
            let (wall, cpu) = word.split_once('/').unwrap();
            if clock == Clock::Wall { wall } else { cpu }.parse().unwrap()
        };
        copies[copy].push(words[4..].iter().map(time).collect());
    }
    recorded
}

const COPIES: usize = 7;

fn pairs() -> impl Iterator<Item = [usize; 2]> {
    (0..COPIES).flat_map(|b| (0..b).map(move |a| [a, b]))
}

/// Reports of all kernels: for each pair of copies one, of so many rounds and runs, the second side's times multiplied.
fn evidence(rounds: usize, runs: usize, factor: f64) -> Vec<Vec<Evidence>> {
    let recorded = recorded(Clock::Cpu);
    let side = |copies: &[Vec<Vec<f64>>], copy: usize, factor: f64| -> Vec<Vec<f64>> {
        copies[copy][..rounds].iter().map(|process| process[..runs].iter().map(|t| t * factor).collect()).collect()
    };
    let report = |(seed, pair): (usize, [usize; 2])| {
        let compared = |copies: &Vec<Vec<Vec<f64>>>| {
            compare(&side(copies, pair[0], 1.0), &side(copies, pair[1], factor), Pairing::ByRound, seed as u64).unwrap()
        };
        recorded.values().map(compared).collect()
    };
    pairs().enumerate().map(report).collect()
}

fn reports(rounds: usize, runs: usize, factor: f64) -> Vec<Vec<Judged>> {
    let judged = |report: &Vec<Evidence>| judge(&report.iter().map(|e| (0, e)).collect::<Vec<_>>());
    evidence(rounds, runs, factor).iter().map(judged).collect()
}

fn share(reports: &[Vec<Judged>], of: impl Fn(&Judged) -> bool) -> f64 {
    let all: Vec<&Judged> = reports.iter().flatten().collect();
    assert!(all.len() >= 200, "{} comparisons", all.len());
    all.iter().filter(|j| of(j)).count() as f64 / all.len() as f64
}

/// As `bench --thorough` has them.
const ROUNDS: usize = 10;
const RUNS: usize = 15;

#[test]
fn copies_are_not_told_apart() {
    for (rounds, runs) in [(3, 5), (5, 3), (3, RUNS), (5, RUNS), (ROUNDS, 5), (ROUNDS, RUNS)] {
        let reports = reports(rounds, runs, 1.0);
        let wrong = share(&reports, |j| j.verdict != Verdict::CannotTell);
        assert!(wrong <= 0.05, "{rounds} rounds of {runs} runs: {wrong} of the verdicts are false");
        // Not by refusing everything: chances of single comparisons are what they say. Of three runs often none was undisturbed; such outliers make
        // few rounds too careful.
        let by_chance = share(&reports, |j| j.p <= 0.05);
        let (least, most) = if runs < 5 { (0.0, 1.0) } else { (0.01, 0.99) };
        assert!((least..=0.08).contains(&by_chance), "{rounds} rounds of {runs} runs: {by_chance}");
        println!("{rounds} rounds of {runs} runs: {wrong:.3} false, {by_chance:.3} below 0.05");
        let inside = share(&reports, |j| j.low <= 1.0 && j.high >= 1.0);
        assert!((0.92..=most).contains(&inside), "{rounds} rounds of {runs} runs: {inside} of the intervals hold the truth");
    }
}

/// Each comparison says how large a slow-down would have been found in 80 of 100 reports: such a one is planted in all, and found.
#[test]
fn what_is_called_detectable_is_detected() {
    let quiet = reports(ROUNDS, RUNS, 1.0);
    let sizes: Vec<f64> = quiet.iter().flatten().map(|j| j.detectable).collect();
    let median = samite_benches::stats::describe::median(&sizes).unwrap();
    assert!(median.is_finite());
    // Those that say that they can see this much.
    let planted = reports(ROUNDS, RUNS, 1.0 + median);
    let able: Vec<bool> = quiet
        .iter()
        .flatten()
        .zip(planted.iter().flatten())
        .filter(|(q, _)| q.detectable <= median)
        .map(|(_, p)| p.verdict == Verdict::Slower)
        .collect();
    let found = able.iter().filter(|f| **f).count() as f64 / able.len() as f64;
    assert!(able.len() > 100 && found >= 0.8, "{found} of {}", able.len());
}

/// In single programs: the plan is that of `--thorough`.
#[test]
fn two_percent_are_found() {
    for (rounds, runs) in [(3, 5), (5, 3), (5, RUNS), (ROUNDS, 5), (ROUNDS, RUNS)] {
        println!(
            "{rounds} rounds of {runs} runs: {:.3} of 2 % found",
            share(&reports(rounds, runs, 1.02), |j| j.verdict == Verdict::Slower)
        );
    }
    let found = share(&reports(ROUNDS, RUNS, 1.02), |j| j.verdict == Verdict::Slower);
    assert!(found >= 0.8, "{found}");
}

/// With fewer rounds the mean of the suite finds them.
#[test]
fn two_percent_of_the_suite_are_found() {
    let verdicts = |factor: f64| -> Vec<Verdict> {
        let plans = [(5, RUNS), (8, RUNS), (ROUNDS, RUNS)];
        let all = plans.into_iter().flat_map(|(rounds, runs)| evidence(rounds, runs, factor));
        let mean = |report: Vec<Evidence>| judge_apart(&[&together(&report.iter().collect::<Vec<_>>(), 1).unwrap()])[0].verdict;
        all.map(mean).collect()
    };
    let (same, planted) = (verdicts(1.0), verdicts(1.02));
    assert!(same.iter().filter(|v| **v != Verdict::CannotTell).count() * 20 <= same.len() + 10, "{same:?}");
    assert!(planted.iter().filter(|v| **v == Verdict::Slower).count() * 5 >= planted.len() * 4, "{planted:?}");
}

/// Means over few programs are judged by what is known of these programs: those of copies are not told apart, and more programs show more.
#[test]
fn means_of_few_programs() {
    let means = |factor: f64, size: usize| -> Vec<Judged> {
        let mut all = Vec::new();
        for (rounds, runs) in [(5, 3), (ROUNDS, RUNS)] {
            for report in evidence(rounds, runs, factor) {
                let shared = share_errors(&report.iter().map(|e| (0, e)).collect::<Vec<_>>());
                let groups = shared.chunks(size).map(|group| together(&group.iter().collect::<Vec<_>>(), 1).unwrap());
                // As in a report of so few programs: beside means of compile and of instantiation times, which are the same here.
                let nothing = Evidence { difference: 0.0, ..shared[0].clone() };
                all.extend(groups.map(|mean| judge_apart(&[&mean, &nothing, &nothing])[0]));
            }
        }
        all
    };
    let part = |all: &[Judged], of: fn(&Judged) -> bool| all.iter().filter(|j| of(j)).count() as f64 / all.len() as f64;
    for size in [1, 2, 3, SAMPLE - 1] {
        let wrong = part(&means(1.0, size), |j| j.verdict != Verdict::CannotTell);
        println!("means of {size}: {wrong:.3} false, {:.3} of 5 % found", part(&means(1.05, size), |j| j.verdict == Verdict::Slower));
        assert!(wrong <= 0.05, "means of {size} programs: {wrong} of the verdicts are false");
    }
    let found = [1, 2, SAMPLE - 1].map(|size| part(&means(1.05, size), |j| j.verdict == Verdict::Slower));
    assert!(found[0] < found[2], "{found:?}");
}

/// What one number for a process is to be, and of which clock: the table of papers/statistics.md.
#[test]
fn estimators() {
    let estimators: [(&str, fn(&[f64]) -> Option<f64>); 3] =
        [("mean", mean), ("median", median), ("least", |times| times.iter().copied().reduce(f64::min))];
    let mut table = BTreeMap::new();
    for clock in [Clock::Cpu, Clock::Wall] {
        let recorded = recorded(clock);
        for (name, estimate) in estimators {
            let of_kernel = |copies: &Vec<Vec<Vec<f64>>>| {
                let located = |process: &Vec<f64>| estimate(&process.iter().map(|t| t.ln()).collect::<Vec<_>>()).unwrap();
                let spread = |pair: &[usize; 2]| {
                    let differences = copies[pair[0]].iter().zip(&copies[pair[1]]).map(|(a, b)| located(b) - located(a));
                    variance(&differences.collect::<Vec<_>>()).unwrap()
                };
                mean(&pairs().map(|pair| spread(&pair)).collect::<Vec<_>>()).unwrap().sqrt()
            };
            let spread = median(&recorded.values().map(of_kernel).collect::<Vec<_>>()).unwrap();
            println!("{clock:?} {name}: {:.1} %", spread * 100.0);
            table.insert((clock == Clock::Wall, name), spread);
        }
    }
    for wall in [false, true] {
        assert!(table[&(wall, "least")] < table[&(wall, "median")], "{table:?}");
        assert!(table[&(wall, "least")] < table[&(wall, "mean")], "{table:?}");
    }
}
