//! A set of blocks that gives back its highest: two levels of bits, so that neither a gap between two blocks nor an empty set costs time in
//! proportion to the function.
use crate::mach::flow::Block;
use cranelift_entity::EntityRef;
use std::ops::RangeInclusive;

#[derive(Debug, Default)]
pub struct BlockSet {
    /// Bit `n` of word `w`: block `64 * w + n` is in the set.
    words: Vec<u64>,
    /// Bit `n` of word `w`: `words[64 * w + n]` is not 0.
    filled: Vec<u64>,
    count: usize,
    /// No word of `filled` above this one has a bit.
    top: usize,
}

impl BlockSet {
    /// Empty, with room for blocks below `blocks`.
    pub fn reset(&mut self, blocks: usize) {
        let words = blocks.div_ceil(64);
        self.words.clear();
        self.words.resize(words, 0);
        self.filled.clear();
        self.filled.resize(words.div_ceil(64), 0);
        (self.count, self.top) = (0, 0);
    }
    pub fn insert(&mut self, b: Block) {
        let (w, bit) = (b.index() / 64, 1 << (b.index() % 64));
        if self.words[w] & bit == 0 {
            self.words[w] |= bit;
            self.filled[w / 64] |= 1 << (w % 64);
            self.count += 1;
            self.top = self.top.max(w / 64);
        }
    }
    pub fn highest(&mut self) -> Option<Block> {
        if self.count == 0 {
            self.top = 0;
            return None;
        }
        while self.filled[self.top] == 0 {
            self.top -= 1;
        }
        let w = self.top * 64 + highest_bit(self.filled[self.top]);
        Some(Block::from_u32((w * 64 + highest_bit(self.words[w])) as u32))
    }
    pub fn remove(&mut self, b: Block) {
        self.remove_in_word(b.index() / 64, 1 << (b.index() % 64));
    }
    /// All of these go. Visits only what is there.
    pub fn remove_range(&mut self, blocks: RangeInclusive<Block>) {
        let (low, high) = (blocks.start().index(), blocks.end().index());
        for group in low / 4096..=(high / 4096).min(self.top) {
            let first = (low / 64).max(group * 64);
            let last = (high / 64).min(group * 64 + 63);
            let mut filled = self.filled[group] & between(first % 64, last % 64);
            while filled != 0 {
                let w = group * 64 + filled.trailing_zeros() as usize;
                filled &= filled - 1;
                let from = if w == low / 64 { low % 64 } else { 0 };
                let to = if w == high / 64 { high % 64 } else { 63 };
                self.remove_in_word(w, between(from, to));
            }
        }
    }
    fn remove_in_word(&mut self, w: usize, mask: u64) {
        self.count -= (self.words[w] & mask).count_ones() as usize;
        self.words[w] &= !mask;
        if self.words[w] == 0 {
            self.filled[w / 64] &= !(1 << (w % 64));
        }
    }
}

fn highest_bit(word: u64) -> usize {
    63 - word.leading_zeros() as usize
}

/// Bits `from` to `to`, both of them too.
fn between(from: usize, to: usize) -> u64 {
    (u64::MAX << from) & (u64::MAX >> (63 - to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Against a set that is kept sorted.
    #[test]
    fn behaves_as_a_sorted_set() {
        let (mut set, mut model) = (BlockSet::default(), BTreeSet::new());
        let blocks = 20_000;
        set.reset(blocks as usize);
        let mut seed = 1u32;
        let mut random = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % below
        };
        for _ in 0..50_000 {
            let b = random(blocks);
            match random(8) {
                0..=4 => {
                    set.insert(Block::from_u32(b));
                    model.insert(b);
                }
                5..=6 => {
                    assert_eq!(set.highest().map(|b| b.as_u32()), model.last().copied());
                    if let Some(b) = set.highest() {
                        set.remove(b);
                        model.pop_last();
                    }
                }
                _ => {
                    let width = 1 << random(14);
                    let to = (b + random(width)).min(blocks - 1);
                    set.remove_range(Block::from_u32(b)..=Block::from_u32(to));
                    model.retain(|x| !(b..=to).contains(x));
                }
            }
        }
        assert!(model.len() > 100, "the test keeps something in the set");
    }
}
