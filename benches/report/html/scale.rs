//! Where a number stands in a chart.

/// From numbers to percentages of a width.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Scale {
    /// Of positive numbers; equal steps are equal factors.
    pub fn logarithmic(low: f64, high: f64) -> Scale {
        Scale { low: low.ln(), high: high.ln(), logarithmic: true }
    }
    pub fn linear(low: f64, high: f64) -> Scale {
        Scale { low, high, logarithmic: false }
    }
    /// From 0 to 100; what is outside stands at the end.
    pub fn place(&self, value: f64) -> f64 {
        let value = if self.logarithmic { value.ln() } else { value };
        if self.high <= self.low {
            return 50.0;
        }
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0) * 100.0
    }
    pub fn holds(&self, value: f64) -> bool {
        let value = if self.logarithmic { value.ln() } else { value };
        (self.low..=self.high).contains(&value)
    }
}

/// Ratios that may be named on an axis, the best ones first.
const RATIOS: [f64; 45] = [
    1.0, 0.5, 2.0, 0.1, 10.0, 0.2, 5.0, 0.9, 1.1, 0.8, 1.25, 0.01, 100.0, 0.05, 20.0, 0.02, 50.0, 0.7, 1.5, 0.3, 3.0, 0.95, 1.05, 0.98,
    1.02, 0.99, 1.01, 0.6, 1.75, 0.4, 4.0, 0.85, 1.2, 0.97, 1.03, 0.75, 30.0, 0.03, 7.0, 0.15, 200.0, 500.0, 1000.0, 0.005, 0.001,
];

/// Ratios for an axis, at least so many percent of its width apart, and as far from the ends that their text fits.
pub fn ratio_ticks(scale: &Scale, apart: f64) -> Vec<f64> {
    let mut ticks: Vec<f64> = Vec::new();
    for ratio in RATIOS {
        let place = scale.place(ratio);
        let inside = scale.holds(ratio) && (4.0..=96.0).contains(&place);
        if ratio == 1.0 && scale.holds(1.0) || inside && ticks.iter().all(|t| (scale.place(*t) - place).abs() >= apart) {
            ticks.push(ratio);
        }
    }
    ticks.sort_by(f64::total_cmp);
    ticks
}

/// A scale for ratios: 1 is on it, and it is never so narrow that noise looks large.
pub fn ratio_scale(ratios: impl Iterator<Item = f64>) -> Scale {
    let (mut low, mut high) = (0.96f64, 1.04f64);
    for ratio in ratios.filter(|r| r.is_finite() && *r > 0.0) {
        (low, high) = (low.min(ratio), high.max(ratio));
    }
    let margin = (high / low).powf(0.04);
    Scale::logarithmic(low / margin, high * margin)
}

/// Without zeros that say nothing.
pub fn tick_text(ratio: f64) -> String {
    format!("{ratio}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_steps() {
        let scale = Scale::logarithmic(0.25, 4.0);
        assert_eq!([0.25, 0.5, 1.0, 4.0, 9.0].map(|v| scale.place(v).round()), [0.0, 25.0, 50.0, 100.0, 100.0]);
        assert_eq!(Scale::linear(2.0, 4.0).place(2.5), 25.0);
        assert_eq!(Scale::linear(2.0, 2.0).place(2.0), 50.0);
    }

    #[test]
    fn ticks_are_apart_and_have_one() {
        for (low, high) in [(0.2, 1.1), (0.9, 30.0), (0.97, 1.03), (0.001, 1.0)] {
            let scale = ratio_scale([low, high].into_iter());
            let ticks = ratio_ticks(&scale, 15.0);
            assert!(ticks.contains(&1.0) && ticks.len() > 1 && ticks.len() < 8, "{low}..{high}: {ticks:?}");
            assert!(ticks.windows(2).all(|t| scale.place(t[1]) - scale.place(t[0]) >= 15.0), "{ticks:?}");
        }
    }
}
