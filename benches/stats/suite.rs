//! Many benches in one number: the geometric mean of their ratios.
use super::compare::Evidence;
use super::describe::{mean, variance};
use super::random::Random;

/// The evidence for the geometric mean. Benches are drawn with replacement, and of each one of its own redrawn differences: the interval is
/// for programs like these, not for these alone, and the more so the less they agree. A single bench stands for itself. None of nothing.
pub fn together(benches: &[&Evidence], seed: u64) -> Option<Evidence> {
    if let [single] = benches {
        return Some((*single).clone());
    }
    let count = benches.len();
    let difference = mean(&benches.iter().map(|e| e.difference).collect::<Vec<_>>())?;
    let mut random = Random::new(seed);
    let redrawn = |random: &mut Random| {
        let sum: f64 = (0..count)
            .map(|_| {
                let bench = benches[random.below(count)];
                bench.replicates[random.below(bench.replicates.len())]
            })
            .sum();
        sum / count as f64
    };
    let replicates: Vec<f64> = (0..super::compare::REPLICATES).map(|_| redrawn(&mut random)).collect();
    let error = variance(&replicates).map_or(f64::INFINITY, |v| (v * count as f64 / (count - 1) as f64).sqrt());
    Some(Evidence { difference, error, degrees: (count - 1) as f64, spread: None, replicates })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Pairing, Verdict, compare, judge_apart};

    fn bench(ratio: f64) -> Evidence {
        let first = [vec![1.0, 1.001, 0.999], vec![1.002, 1.0, 1.001], vec![1.001; 3]];
        let second = [1.0, 1.001, 0.999].map(|noise| vec![ratio * noise; 3]);
        compare(&first, &second, Pairing::ByRound, 1).unwrap()
    }

    #[test]
    fn twice_as_fast_and_half_as_fast_is_no_difference() {
        let (fast, slow) = (bench(0.5), bench(2.0));
        let mean = together(&[&fast, &slow], 1).unwrap();
        assert!(mean.difference.abs() < 0.002);
        let judged = judge_apart(&[&mean])[0];
        assert!(judged.verdict == Verdict::CannotTell && judged.low < 0.5 && judged.high > 2.0);
    }

    #[test]
    fn many_that_agree_are_sure() {
        let benches: Vec<Evidence> = (0..20).map(|_| bench(1.03)).collect();
        let mean = together(&benches.iter().collect::<Vec<_>>(), 1).unwrap();
        let judged = judge_apart(&[&mean])[0];
        assert!(judged.verdict == Verdict::Slower && (1.028..1.032).contains(&judged.low), "{judged:?}");
        assert_eq!(together(&[], 1), None);
        let single = together(&[&benches[0]], 1).unwrap();
        assert_eq!(judge_apart(&[&single])[0].ratio, judge_apart(&[&benches[0]])[0].ratio);
    }
}
