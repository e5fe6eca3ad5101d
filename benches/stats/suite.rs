//! Many benches in one number: the geometric mean of their ratios.
use super::compare::{Evidence, REPLICATES};
use super::describe::{mean, variance};
use super::random::Random;

/// Fewer benches are these benches; so many are drawn from those that there are. Chosen by what copies of one program show
/// (papers/statistics.md).
pub const SAMPLE: usize = 5;

/// The evidence for the geometric mean. A single bench stands for itself. None of nothing.
pub fn together(benches: &[&Evidence], seed: u64) -> Option<Evidence> {
    match benches {
        [] => None,
        [single] => Some((*single).clone()),
        few if few.len() < SAMPLE => Some(of_these(few)),
        many => Some(of_such(many, seed)),
    }
}

/// What would come out if these very benches were measured again: their errors add up as those of independent measurements, with degrees of
/// freedom after Satterthwaite (1946).
fn of_these(benches: &[&Evidence]) -> Evidence {
    let variances = || benches.iter().map(|e| e.error * e.error);
    let sum: f64 = variances().sum();
    let weights: f64 = variances().zip(benches).map(|(v, e)| v * v / e.degrees).sum();
    let degrees = match () {
        () if !sum.is_finite() => 0.0,
        // Nothing scatters.
        () if sum == 0.0 => benches.iter().map(|e| e.degrees).sum(),
        () => sum * sum / weights,
    };
    let replicates = (0..REPLICATES).map(|n| average(benches.iter().map(|e| e.replicates[n % e.replicates.len()]))).collect();
    Evidence { difference: difference(benches), error: sum.sqrt() / benches.len() as f64, degrees, spread: None, replicates }
}

/// Benches are drawn with replacement, and of each one of its own redrawn differences: the interval is for programs like these, and wide if
/// they do not agree.
fn of_such(benches: &[&Evidence], seed: u64) -> Evidence {
    let count = benches.len();
    let mut random = Random::new(seed);
    let redrawn = |random: &mut Random| {
        average((0..count).map(|_| {
            let bench = benches[random.below(count)];
            bench.replicates[random.below(bench.replicates.len())]
        }))
    };
    let replicates: Vec<f64> = (0..REPLICATES).map(|_| redrawn(&mut random)).collect();
    let error = variance(&replicates).map_or(f64::INFINITY, |v| (v * count as f64 / (count - 1) as f64).sqrt());
    Evidence { difference: difference(benches), error, degrees: (count - 1) as f64, spread: None, replicates }
}

fn difference(benches: &[&Evidence]) -> f64 {
    average(benches.iter().map(|e| e.difference))
}

/// Of something.
fn average(values: impl Iterator<Item = f64>) -> f64 {
    mean(&values.collect::<Vec<_>>()).unwrap_or(f64::NAN)
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
        assert_eq!(judge_apart(&[&mean])[0].verdict, Verdict::CannotTell);
    }

    /// Many such are no two programs but programs like these: one may be twice as fast, or half as fast.
    #[test]
    fn many_that_do_not_agree_have_a_wide_interval() {
        let benches: Vec<Evidence> = (0..20).map(|n| bench(if n % 2 == 0 { 0.5 } else { 2.0 })).collect();
        let judged = judge_apart(&[&together(&benches.iter().collect::<Vec<_>>(), 1).unwrap()])[0];
        assert!(judged.low < 0.8 && judged.high > 1.25, "{judged:?}");
        let few: Vec<&Evidence> = benches.iter().take(4).collect();
        let judged = judge_apart(&[&together(&few, 1).unwrap()])[0];
        assert!(judged.low > 0.99 && judged.high < 1.01, "{judged:?}");
    }

    #[test]
    fn many_that_agree_are_sure() {
        let benches: Vec<Evidence> = (0..20).map(|_| bench(1.03)).collect();
        let mean = together(&benches.iter().collect::<Vec<_>>(), 1).unwrap();
        let judged = judge_apart(&[&mean])[0];
        assert!(judged.verdict == Verdict::Slower && (1.028..1.032).contains(&judged.low), "{judged:?}");
        assert_eq!(together(&[], 1), None);
        assert_eq!(together(&[&benches[0]], 1), Some(benches[0].clone()));
    }

    /// Of n equal errors the mean has one of 1 / sqrt(n), known n times as well; a single large one is nearly all there is; one that nobody
    /// knows leaves nothing known.
    #[test]
    fn errors_add_up() {
        let of = |error: f64, degrees: f64| Evidence { difference: 0.1, error, degrees, spread: None, replicates: vec![0.1] };
        let equal = together(&[&of(0.02, 3.0); 4], 1).unwrap();
        assert!((equal.error - 0.01).abs() < 1e-12 && (equal.degrees - 12.0).abs() < 1e-9, "{equal:?}");
        let mixed = together(&[&of(0.02, 3.0), &of(1e-6, 50.0)], 1).unwrap();
        assert!((mixed.error - 0.01).abs() < 1e-6 && (mixed.degrees - 3.0).abs() < 1e-3, "{mixed:?}");
        let unknown = together(&[&of(0.02, 3.0), &of(f64::INFINITY, 0.0)], 1).unwrap();
        assert_eq!((unknown.error, unknown.degrees), (f64::INFINITY, 0.0));
        assert_eq!(together(&[&of(0.0, 2.0), &of(0.0, 2.0)], 1).map(|e| (e.error, e.degrees)), Some((0.0, 4.0)));
        assert_eq!(together(&[&of(0.1, f64::INFINITY); 2], 1).map(|e| e.degrees), Some(f64::INFINITY));
    }

    /// What each of some benches shows, they show together: their mean has a t that is no smaller than the least of theirs, at no fewer degrees.
    #[test]
    fn all_slower_is_slower() {
        for ratios in [vec![1.02, 3.0], vec![1.01, 1.02, 1.65, 9.0], vec![1.05; 4]] {
            let benches: Vec<Evidence> = ratios.into_iter().map(bench).collect();
            let all: Vec<&Evidence> = benches.iter().collect();
            assert!(judge_apart(&all).iter().all(|j| j.verdict == Verdict::Slower));
            assert_eq!(judge_apart(&[&together(&all, 1).unwrap()])[0].verdict, Verdict::Slower);
        }
    }
}
