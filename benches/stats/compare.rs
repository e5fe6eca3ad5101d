//! Two programs' times, compared: how much slower is the second one, and how sure is that?
//!
//! Times come in processes, and processes in rounds: those of a round ran side by side. What differs between processes (where code, stack and
//! heap came to lie) and between rounds (a neighbour woke up) does not become less with more samples of one process, so the process is the
//! unit: its location is one number, and the scatter of the differences between rounds says how sure the mean difference is. Everything is
//! done in logarithms: ratios are what is compared, and a log ratio of -0.01 and one of +0.01 are as far from "no difference".
//!
//! The standard error is that of a bootstrap of the upper level of the hierarchy: rounds are drawn with replacement, the samples within them are
//! kept. Drawing these too counts their scatter twice, as it is in the rounds' differences already (A. Davison, D. Hinkley, "Bootstrap methods
//! and their application", 1997, 3.8). With few rounds such an error is itself uncertain, and too small by sqrt((n - 1) / n), which is made good;
//! `family` does the rest. What was chosen on which data: papers/statistics.md.
use super::describe::{mean, variance};
use super::random::Random;

/// How often rounds are drawn anew. The error has a relative error of 1 / sqrt(2 * this), 3 %.
pub const REPLICATES: usize = 500;

/// Do the processes of both sides belong together, two and two?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pairing {
    /// The n-th processes of both ran side by side: what disturbed one disturbed the other.
    ByRound,
    /// Other days, other processes.
    Apart,
}

/// What one comparison says by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Natural logarithm of the second one's time through the first one's.
    pub difference: f64,
    /// Standard error of that; infinite with a single round, which says nothing of the next.
    pub error: f64,
    /// Degrees of freedom of the error: how many more rounds than one it comes from.
    pub degrees: f64,
    /// Standard deviation of a process's location (logarithm), pooled over both sides: what effect sizes are in units of. None with single
    /// processes.
    pub spread: Option<f64>,
    /// The differences of the redrawn data, around `difference`.
    pub replicates: Vec<f64>,
}

/// Compares the times of two sides, a list for each process. Processes without samples are left out (with their partner, if paired by
/// round); None if nothing is left on a side.
pub fn compare(first: &[Vec<f64>], second: &[Vec<f64>], pairing: Pairing, seed: u64) -> Option<Evidence> {
    let mut random = Random::new(seed);
    match pairing {
        Pairing::ByRound => {
            let rounds = first.iter().zip(second).filter(|(a, b)| !a.is_empty() && !b.is_empty());
            let (first, second): (Vec<&[f64]>, Vec<&[f64]>) = rounds.map(|(a, b)| (&a[..], &b[..])).unzip();
            let differences: Vec<f64> = first.iter().zip(&second).map(|(a, b)| location(b) - location(a)).collect();
            let count = differences.len();
            let replicates = (0..if count == 0 { 0 } else { REPLICATES }).map(|_| redrawn(&differences, &mut random)).collect();
            let degrees = count.saturating_sub(1) as f64;
            Some(Evidence::new(mean(&differences)?, degrees, count, spread(&first, &second), replicates))
        }
        Pairing::Apart => {
            let kept = |side: &'_ [Vec<f64>]| -> Vec<Vec<f64>> { side.iter().filter(|p| !p.is_empty()).cloned().collect() };
            let (first, second) = (kept(first), kept(second));
            let (first, second): (Vec<&[f64]>, Vec<&[f64]>) =
                (first.iter().map(|p| &p[..]).collect(), second.iter().map(|p| &p[..]).collect());
            let located = |side: &[&[f64]]| side.iter().map(|p| location(p)).collect::<Vec<_>>();
            let (from, to) = (located(&first), located(&second));
            let difference = mean(&to)? - mean(&from)?;
            let replicates = (0..REPLICATES).map(|_| redrawn(&to, &mut random) - redrawn(&from, &mut random)).collect();
            let fewer = first.len().min(second.len());
            // Of a sum of two errors, that of the smaller side may be most of it.
            let degrees = fewer.saturating_sub(1) as f64;
            Some(Evidence::new(difference, degrees, fewer, spread(&first, &second), replicates))
        }
    }
}

impl Evidence {
    fn new(difference: f64, degrees: f64, rounds: usize, spread: Option<f64>, replicates: Vec<f64>) -> Evidence {
        let drawn = variance(&replicates).filter(|_| rounds > 1);
        let error = drawn.map_or(f64::INFINITY, |v| (v * rounds as f64 / (rounds - 1) as f64).sqrt());
        Evidence { difference, error, degrees, spread, replicates }
    }
}

/// What stands for a process: the logarithm of its least sample. What disturbs a run makes it longer, never shorter.
pub fn location(samples: &[f64]) -> f64 {
    samples.iter().copied().reduce(f64::min).map_or(f64::NAN, f64::ln)
}

/// The mean of as many values, drawn with replacement.
fn redrawn(values: &[f64], random: &mut Random) -> f64 {
    values.iter().map(|_| values[random.below(values.len())]).sum::<f64>() / values.len() as f64
}

/// Pooled standard deviation of locations, each side around its own mean.
fn spread(first: &[&[f64]], second: &[&[f64]]) -> Option<f64> {
    let side = |side: &[&[f64]]| {
        let locations: Vec<f64> = side.iter().map(|p| location(p)).collect();
        variance(&locations).map(|v| (v, (locations.len() - 1) as f64))
    };
    let sides: Vec<(f64, f64)> = [side(first), side(second)].into_iter().flatten().collect();
    let degrees: f64 = sides.iter().map(|s| s.1).sum();
    (degrees > 0.0).then(|| (sides.iter().map(|(v, d)| v * d).sum::<f64>() / degrees).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn processes(rounds: &[[f64; 3]]) -> Vec<Vec<f64>> {
        rounds.iter().map(|r| r.to_vec()).collect()
    }

    #[test]
    fn the_ratio_is_that_of_the_least_by_round() {
        let first = processes(&[[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]);
        let second = processes(&[[2.0, 2.0, 2.0], [8.0, 8.0, 8.0]]);
        for pairing in [Pairing::ByRound, Pairing::Apart] {
            let found = compare(&first, &second, pairing, 1).unwrap();
            // Twice and four times as slow.
            assert!((found.difference - 8f64.sqrt().ln()).abs() < 1e-12);
            assert_eq!(found.degrees, 1.0);
        }
    }

    #[test]
    fn pairing_takes_away_what_rounds_share() {
        let first = processes(&[[1.0, 1.01, 1.0], [2.0, 2.0, 2.01], [4.0, 4.01, 4.0], [3.0, 3.0, 3.0]]);
        let second: Vec<Vec<f64>> = first.iter().map(|p| p.iter().map(|t| t * 1.1).collect()).collect();
        let paired = compare(&first, &second, Pairing::ByRound, 1).unwrap();
        let apart = compare(&first, &second, Pairing::Apart, 1).unwrap();
        assert!((paired.difference - apart.difference).abs() < 1e-12);
        assert!(paired.error < 0.01 && apart.error > 0.1, "{} {}", paired.error, apart.error);
    }

    /// Of the mean of normal differences, the standard error is sd / sqrt(n); here they are -1, 0, 1 times 0.01: sd 0.01.
    #[test]
    fn the_error_is_that_of_the_mean() {
        let first = processes(&[[1.0; 3], [1.0; 3], [1.0; 3]]);
        let second = processes(&[[(-0.01f64).exp(); 3], [1.0; 3], [0.01f64.exp(); 3]]);
        let error = compare(&first, &second, Pairing::ByRound, 1).unwrap().error;
        assert!((error / (0.01 / 3f64.sqrt()) - 1.0).abs() < 0.1, "{error}");
    }

    #[test]
    fn what_is_missing_is_left_out() {
        let first = processes(&[[1.0; 3], [5.0; 3]]);
        let mut second = processes(&[[2.0; 3], [5.0; 3]]);
        second[1].clear();
        let single = compare(&first, &second, Pairing::ByRound, 1).unwrap();
        assert_eq!((single.difference, single.error), (2f64.ln(), f64::INFINITY));
        assert_eq!(compare(&first, &[], Pairing::ByRound, 1), None);
        assert_eq!(compare(&[vec![]], &first, Pairing::Apart, 1), None);
    }

    #[test]
    fn the_seed_decides() {
        let (first, second) = (processes(&[[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]), processes(&[[1.0, 2.0, 3.0], [2.5, 3.0, 5.0]]));
        let of = |seed| compare(&first, &second, Pairing::ByRound, seed).unwrap();
        assert_eq!(of(1), of(1));
        assert_ne!(of(1).replicates, of(2).replicates);
    }
}
