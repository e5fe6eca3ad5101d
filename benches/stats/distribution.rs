//! Student's t and what it takes: the tails of small samples. Continued fraction and series as in Abramowitz and Stegun, 6.1, 6.3, 6.4, 26.5;
//! checked against printed tables in the tests.

/// The chance that |t| is at least this, with so many degrees of freedom (not whole, if they are shared; infinite is the normal law).
pub fn two_sided(t: f64, degrees: f64) -> f64 {
    let t = t.abs();
    // Beyond that the beta function loses digits, and t is normal to all that are printed.
    let degrees = degrees.min(1e7);
    incomplete_beta(degrees / (degrees + t * t), degrees / 2.0, 0.5)
}

/// The t that |t| reaches with this chance.
pub fn critical(chance: f64, degrees: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while two_sided(high, degrees) > chance && high < 1e12 {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if two_sided(middle, degrees) > chance { low = middle } else { high = middle }
    }
    high
}

/// ln of the gamma function of a positive number.
fn ln_gamma(x: f64) -> f64 {
    // Up to where Stirling's series is exact to 1e-15.
    let (mut x, mut product) = (x, 1.0);
    while x < 12.0 {
        product *= x;
        x += 1.0;
    }
    let z = 1.0 / (x * x);
    let series = (1.0 / 12.0 - z * (1.0 / 360.0 - z * (1.0 / 1260.0 - z * (1.0 / 1680.0 - z / 1188.0)))) / x;
    (x - 0.5) * x.ln() - x + (2.0 * std::f64::consts::PI).ln() / 2.0 + series - product.ln()
}

/// Derivative of the logarithm of the gamma function.
pub fn digamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < 12.0 {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let z = 1.0 / (x * x);
    sum + x.ln() - 0.5 / x - z * (1.0 / 12.0 - z * (1.0 / 120.0 - z * (1.0 / 252.0 - z / 240.0)))
}

/// Its second derivative.
pub fn trigamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < 12.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let z = 1.0 / (x * x);
    sum + 1.0 / x + z / 2.0 + z / x * (1.0 / 6.0 - z * (1.0 / 30.0 - z * (1.0 / 42.0 - z / 30.0)))
}

/// I_x(a, b), by Lentz's evaluation of the continued fraction.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp() / a;
    let not_zero = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let (mut c, mut d) = (1.0, 1.0 / not_zero(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..10_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for step in [even, odd] {
            d = 1.0 / not_zero(1.0 + step * d);
            c = not_zero(1.0 + step / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < 1e-14 {
            break;
        }
    }
    front * fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two-sided 5 % and 0.1 %, as every table of t prints them.
    #[test]
    fn tables_of_t() {
        let table = [
            (1.0, 12.706, 636.619),
            (2.0, 4.303, 31.599),
            (5.0, 2.571, 6.869),
            (10.0, 2.228, 4.587),
            (30.0, 2.042, 3.646),
            (f64::INFINITY, 1.960, 3.291),
        ];
        for (degrees, five, tenth) in table {
            assert!((critical(0.05, degrees) - five).abs() < 6e-4, "{degrees}: {}", critical(0.05, degrees));
            assert!((critical(0.001, degrees) - tenth).abs() < 6e-4, "{degrees}: {}", critical(0.001, degrees));
            assert!((two_sided(five, degrees) - 0.05).abs() < 1e-4);
        }
        assert_eq!(two_sided(0.0, 5.0), 1.0);
    }

    #[test]
    fn gamma_and_its_derivatives() {
        assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-12);
        assert!((ln_gamma(11.0) - 3_628_800f64.ln()).abs() < 1e-11);
        assert!((digamma(1.0) + 0.577_215_664_901_532_9).abs() < 1e-12);
        assert!((trigamma(1.0) - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-12);
        assert!((trigamma(0.5) - std::f64::consts::PI.powi(2) / 2.0).abs() < 1e-12);
    }
}
