//! A small deterministic random generator (xorshift* of Marsaglia and Vigna) for the tests of this crate's allocators: the same seed gives the same flow
//! on every machine.

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        let mut r = Random((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        r.next();
        r.next();
        r
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// A number in 0..`n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// True `percent` times in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for n in (1..items.len()).rev() {
            items.swap(n, self.below(n + 1));
        }
    }
}
