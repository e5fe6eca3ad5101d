//! All comparisons of a report, judged together.
//!
//! *Errors are shared.* Three rounds say little of how much a fourth would differ; sixty programs' three rounds say much. Each comparison's
//! variance is drawn towards what the others show, as far as they agree with each other (an inverse gamma law fitted to the logarithms of
//! their variances), and gains degrees of freedom by that: G. Smyth, "Linear models and empirical Bayes methods for assessing differential
//! expression", 2004, sections 3 and 6.2. Where programs differ wildly in how steady they are, little is shared by itself.
//!
//! *Many comparisons make many mistakes.* Verdicts hold together: S. Holm, "A simple sequentially rejective multiple test procedure", 1979:
//! the chance of even one false verdict in the report is at most `ALPHA`. Intervals are of one comparison each (95 %).
use super::compare::Evidence;
use super::describe::{mean, variance};
use super::distribution::{critical, digamma, trigamma, two_sided};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The chance of a false verdict in a report.
pub const ALPHA: f64 = 0.05;
/// The chance that a difference as large as `Judged::detectable` gets a verdict.
pub const POWER: f64 = 0.8;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Faster,
    Slower,
    /// What was seen may be noise. It does not say that there is no difference.
    CannotTell,
}

/// What a comparison says in its report.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Judged {
    /// The second one's time through the first one's.
    pub ratio: f64,
    /// Ends of its 95 % interval.
    pub low: f64,
    pub high: f64,
    /// The chance of a difference this large without a cause, of this comparison alone.
    pub p: f64,
    /// The same among all comparisons of the report.
    pub adjusted: f64,
    /// The difference in standard deviations of a process (Cohen's d on logarithms). None with single processes or without any scatter.
    pub effect: Option<f64>,
    /// The smallest change, as a part of the time, that would have got a verdict here in 80 % of reports; infinite if none would.
    pub detectable: f64,
    pub verdict: Verdict,
}

impl Judged {
    /// Half the width of the interval, as a part of the ratio: the 0.02 of "1.30 ± 2 %".
    pub fn uncertainty(&self) -> f64 {
        (self.high / self.low).sqrt() - 1.0
    }
}

/// Judges all comparisons of a report. Those of one kind (any number) share their errors.
pub fn judge(family: &[(usize, &Evidence)]) -> Vec<Judged> {
    judge_apart(&share_errors(family).iter().collect::<Vec<_>>())
}

/// Comparisons with the errors that are known when all of one kind (any number) are looked at together, in their order.
pub fn share_errors(family: &[(usize, &Evidence)]) -> Vec<Evidence> {
    let priors: BTreeMap<usize, Prior> = family
        .iter()
        .map(|(kind, _)| *kind)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|kind| {
            let alike: Vec<&Evidence> = family.iter().filter(|(k, _)| *k == kind).map(|(_, e)| *e).collect();
            (kind, Prior::fit(&alike))
        })
        .collect();
    let shared = |(kind, evidence): &(usize, &Evidence)| {
        let (error, degrees) = priors[kind].moderate(evidence);
        Evidence { error, degrees, ..(*evidence).clone() }
    };
    family.iter().map(shared).collect()
}

/// Judges comparisons by the errors that they have.
pub fn judge_apart(family: &[&Evidence]) -> Vec<Judged> {
    let chances: Vec<f64> = family.iter().map(|e| chance(e.difference, e.error, e.degrees)).collect();
    let adjusted = holm(&chances);
    let strictest = ALPHA / family.len().max(1) as f64;
    let judged = |at: usize| {
        let Evidence { difference, error, degrees, spread, .. } = *family[at];
        let wide = |chance: f64| if error.is_finite() && degrees > 0.0 { critical(chance, degrees) * error } else { f64::INFINITY };
        let half = wide(ALPHA);
        let verdict = match difference {
            _ if adjusted[at] > ALPHA => Verdict::CannotTell,
            d if d < 0.0 => Verdict::Faster,
            _ => Verdict::Slower,
        };
        Judged {
            ratio: difference.exp(),
            low: (difference - half).exp(),
            high: (difference + half).exp(),
            p: chances[at],
            adjusted: adjusted[at],
            effect: spread.filter(|s| *s > 0.0).map(|s| difference / s),
            // The second quantile is that of one side: 2 * (1 - POWER) on both.
            detectable: (wide(strictest) + wide(2.0 * (1.0 - POWER))).exp_m1(),
            verdict,
        }
    };
    (0..family.len()).map(judged).collect()
}

fn chance(difference: f64, error: f64, degrees: f64) -> f64 {
    match difference {
        _ if !error.is_finite() || degrees <= 0.0 => 1.0,
        0.0 => 1.0,
        // Without any scatter every difference is one (counted, not timed).
        _ if error == 0.0 => 0.0,
        d => two_sided(d / error, degrees),
    }
}

/// Each chance among all of them, in their order.
pub fn holm(chances: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|a, b| chances[*a].total_cmp(&chances[*b]));
    let mut adjusted = vec![1.0; chances.len()];
    let mut largest = 0.0f64;
    for (rank, &at) in order.iter().enumerate() {
        largest = largest.max(chances[at] * (chances.len() - rank) as f64).min(1.0);
        adjusted[at] = largest;
    }
    adjusted
}

/// What the variances of a family have in common: a typical one, and how many degrees of freedom that is worth (infinite: all are alike).
#[derive(Clone, Copy, PartialEq, Debug)]
struct Prior {
    variance: f64,
    degrees: f64,
}

impl Prior {
    const NONE: Prior = Prior { variance: 0.0, degrees: 0.0 };
    /// Fewer comparisons say nothing of a law of variances.
    const LEAST: usize = 5;

    fn fit(family: &[&Evidence]) -> Prior {
        let usable = family.iter().filter(|e| e.degrees > 0.0 && e.error.is_finite() && e.error > 0.0);
        let (logs, noises): (Vec<f64>, Vec<f64>) = usable
            .map(|e| {
                let half = e.degrees / 2.0;
                ((e.error * e.error).ln() - digamma(half) + half.ln(), trigamma(half))
            })
            .unzip();
        if logs.len() < Prior::LEAST {
            return Prior::NONE;
        }
        let (Some(center), Some(scatter), Some(noise)) = (mean(&logs), variance(&logs), mean(&noises)) else { return Prior::NONE };
        let excess = scatter - noise;
        if excess <= 0.0 {
            return Prior { variance: center.exp(), degrees: f64::INFINITY };
        }
        let half = inverse_trigamma(excess);
        Prior { variance: (center + digamma(half) - half.ln()).exp(), degrees: 2.0 * half }
    }

    /// Standard error and degrees of freedom of a comparison in the family.
    fn moderate(&self, evidence: &Evidence) -> (f64, f64) {
        if !evidence.error.is_finite() || evidence.degrees <= 0.0 || self.degrees == 0.0 {
            return (evidence.error, evidence.degrees);
        }
        if self.degrees.is_infinite() {
            return (self.variance.sqrt(), f64::INFINITY);
        }
        let own = evidence.error * evidence.error;
        let degrees = self.degrees + evidence.degrees;
        (((self.degrees * self.variance + evidence.degrees * own) / degrees).sqrt(), degrees)
    }
}

/// Newton's method on 1 / trigamma, which is convex and nearly a line (Smyth, appendix).
fn inverse_trigamma(value: f64) -> f64 {
    let mut x = 0.5 + 1.0 / value;
    for _ in 0..50 {
        let at = trigamma(x);
        // trigamma' by a difference quotient: it only steers.
        let slope = (trigamma(x * 1.0001) - at) / (x * 0.0001);
        let step = at * (1.0 - at / value) / slope;
        x += step;
        if (step / x).abs() < 1e-10 {
            break;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::Random;

    fn evidence(difference: f64, error: f64, degrees: f64) -> Evidence {
        Evidence { difference, error, degrees, spread: Some(0.01), replicates: Vec::new() }
    }

    /// The example of Holm's steps: 4 * 0.01, 3 * 0.013, 2 * 0.03, and never less than before.
    #[test]
    fn chances_among_many() {
        let adjusted = holm(&[0.03, 0.01, 0.9, 0.013]);
        let expected = [0.06, 0.04, 0.9, 0.04];
        assert!(adjusted.iter().zip(expected).all(|(a, e)| (a - e).abs() < 1e-12), "{adjusted:?}");
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn trigamma_is_inverted() {
        for x in [0.05, 0.5, 1.0, 3.0, 40.0, 1000.0] {
            let back = inverse_trigamma(trigamma(x));
            assert!((back / x - 1.0).abs() < 1e-6, "{x}: {back}");
        }
    }

    #[test]
    fn verdicts_need_evidence() {
        let clear = judge_apart(&[&evidence(0.1, 0.01, 9.0), &evidence(-0.1, 0.01, 9.0), &evidence(0.01, 0.01, 9.0)]);
        assert_eq!(clear.iter().map(|j| j.verdict).collect::<Vec<_>>(), [Verdict::Slower, Verdict::Faster, Verdict::CannotTell]);
        assert!((clear[0].ratio - 0.1f64.exp()).abs() < 1e-12 && clear[0].low > 1.0 && clear[1].high < 1.0);
        // One round says nothing of the next, however large the difference.
        let single = judge_apart(&[&evidence(3.0, f64::INFINITY, 0.0)]);
        assert_eq!((single[0].verdict, single[0].p), (Verdict::CannotTell, 1.0));
        assert_eq!((single[0].low, single[0].detectable), (0.0, f64::INFINITY));
        // The same evidence among more comparisons weighs less.
        let alone = judge_apart(&[&evidence(0.025, 0.01, 30.0)])[0];
        assert_eq!(alone.verdict, Verdict::Slower);
        let (weak, nothing) = (evidence(0.025, 0.01, 30.0), evidence(0.0, 0.01, 30.0));
        let among = judge_apart(&[&weak, &nothing, &nothing, &nothing])[0];
        assert_eq!((among.verdict, among.p), (Verdict::CannotTell, alone.p));
    }

    /// Normal noise of one size in 60 comparisons of 3 rounds: the family knows its size better than each of them, and a difference of
    /// 6 errors is seen, which 2 degrees of freedom alone never show among 60.
    #[test]
    fn errors_are_shared() {
        let mut random = Random::new(3);
        let mut normal = || (0..12).map(|_| random.next() as f64 / u64::MAX as f64).sum::<f64>() - 6.0;
        let mut family: Vec<Evidence> = (0..60)
            .map(|_| {
                let rounds = [normal(), normal(), normal()];
                evidence(mean(&rounds).unwrap() * 0.01, (variance(&rounds).unwrap() / 3.0).sqrt() * 0.01, 2.0)
            })
            .collect();
        family[7].difference = 6.0 * 0.01 / 3f64.sqrt();
        let judged = judge(&family.iter().map(|e| (0, e)).collect::<Vec<_>>());
        let found: Vec<usize> = (0..60).filter(|k| judged[*k].verdict != Verdict::CannotTell).collect();
        assert_eq!(found, [7]);
        let single = judge_apart(&[&family[7]])[0];
        assert_eq!(single.verdict == Verdict::Slower, single.p <= ALPHA);
        assert!(single.p > ALPHA / 60.0, "{}", single.p);
    }

    /// A difference as large as `detectable` gets its verdict in about 80 of 100 reports, at normal noise.
    #[test]
    fn what_is_detectable_is_detected() {
        let mut random = Random::new(5);
        let mut normal = || (0..12).map(|_| random.next() as f64 / u64::MAX as f64).sum::<f64>() - 6.0;
        let size = judge_apart(&[&evidence(0.0, 0.01, 1e6)])[0].detectable.ln_1p();
        let found =
            (0..2000).filter(|_| judge_apart(&[&evidence(size + normal() * 0.01, 0.01, 1e6)])[0].verdict == Verdict::Slower).count();
        assert!((1540..1660).contains(&found), "{found}");
    }
}
