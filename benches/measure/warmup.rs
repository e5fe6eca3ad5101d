//! How many of a process' first runs are warm-up: they are slower than what follows by more than that varies.
//!
//! Caches, page faults and engines that compile again while they run make first runs slow. A run counts as warm-up while it is slower than
//! the median of all later ones by both 1 % and three times their median deviation. At least half of the runs stay.
use crate::record::Sample;

pub fn warmup(runs: &[Sample]) -> u32 {
    let mut skip = 0;
    while skip < runs.len() / 2 {
        let later: Vec<f64> = runs[skip + 1..].iter().map(|run| run.wall_ns as f64).collect();
        let middle = median(later.clone());
        let deviation = median(later.iter().map(|ns| (ns - middle).abs()).collect());
        // 1.4826 times the median deviation estimates the standard deviation.
        let slow = middle + (0.01 * middle).max(3.0 * 1.4826 * deviation);
        if runs[skip].wall_ns as f64 <= slow {
            break;
        }
        skip += 1;
    }
    skip as u32
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times: &[u64]) -> u32 {
        warmup(&times.iter().map(|&wall_ns| Sample { wall_ns, ..Sample::default() }).collect::<Vec<_>>())
    }

    #[test]
    fn slow_starts_are_found() {
        assert_eq!(of(&[1500, 1000, 1001, 999, 1000]), 1);
        assert_eq!(of(&[3000, 1500, 1000, 1001, 999, 1000]), 2);
        assert_eq!(of(&[1000, 1001, 999, 1000, 1002]), 0);
        // Faster is not warm-up, and what varies that much anyway is none either.
        assert_eq!(of(&[900, 1000, 1000, 1000]), 0);
        assert_eq!(of(&[1300, 1000, 1200, 800, 1100]), 0);
        assert_eq!(of(&[64000, 16000, 4000, 1000, 1000, 1000]), 3);
        // Half of the runs stay, whatever they are.
        assert_eq!(of(&[64000, 16000, 1000, 1000]), 2);
        // What gets faster for ever is not warm-up followed by something steady.
        assert_eq!(of(&[6000, 5000, 4000, 3000, 2000, 1000]), 0);
        assert_eq!((of(&[]), of(&[5]), of(&[9, 5])), (0, 0, 1));
    }
}
