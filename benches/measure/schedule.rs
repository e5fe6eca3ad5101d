//! What happens in which order, and how far things are moved: all from one seed, so that a run can be repeated.
use crate::stats::random::Random;

pub fn shuffle<T>(items: &mut [T], random: &mut Random) {
    for last in (1..items.len()).rev() {
        items.swap(last, random.below(last + 1));
    }
}

/// Where a child's things are put.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// Bytes of a variable in its environment, which lies above the stack.
    pub environment: usize,
    /// Bytes that are allocated before anything else.
    pub heap: usize,
    /// Of the places of machine code.
    pub code: u64,
}

impl Placement {
    pub fn random(random: &mut Random) -> Placement {
        Placement { environment: random.below(4096), heap: random.below(256 << 10), code: random.next() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffles_are_fair() {
        let mut counts = [[0u32; 4]; 4];
        let mut random = Random::new(1);
        for _ in 0..4000 {
            let mut items = [0, 1, 2, 3];
            shuffle(&mut items, &mut random);
            for (place, item) in items.into_iter().enumerate() {
                counts[item][place] += 1;
            }
        }
        assert!(counts.iter().flatten().all(|n| (850..1150).contains(n)), "{counts:?}");
    }
}
