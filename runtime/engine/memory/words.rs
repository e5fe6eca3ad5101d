//! Bytes of a shared memory. To Rust they are atomic words of 64 bits and nothing else ever: what is narrower is done by shifts, and written
//! by compare-and-exchange of the word around it, so that no two Rust accesses of different sizes race. (Compiled code is foreign code.)
//!
//! Reading and writing of many bytes is relaxed; an aligned access of up to 8 bytes is one access, and so never torn.
use samite_ir::value::atomic::mask;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

const WORD: usize = 8;

/// A piece of one word: bytes `start..end` of word `word`, which are `at..` of the caller's.
struct Piece {
    word: usize,
    start: usize,
    end: usize,
    at: usize,
}

/// The words that `[from, from + len)` touches, in order.
fn pieces(from: usize, len: usize) -> impl Iterator<Item = Piece> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (word, start) = ((from + at) / WORD, (from + at) % WORD);
        let end = (start + len - at).min(WORD);
        let piece = Piece { word, start, end, at };
        at += end - start;
        (start < end).then_some(piece)
    })
}

/// Replaces the bits of a mask in a word.
fn merge(word: &AtomicU64, mask: u64, bits: u64) {
    if mask == u64::MAX {
        return word.store(bits, Relaxed);
    }
    // Always `Some`: the update is never refused.
    let _ = word.fetch_update(Relaxed, Relaxed, |old| Some(old & !mask | bits));
}

/// Copies out. The range is inside.
pub fn read(words: &[AtomicU64], from: usize, buffer: &mut [u8]) {
    for piece in pieces(from, buffer.len()) {
        let bytes = u64::from_le(words[piece.word].load(Relaxed)).to_le_bytes();
        buffer[piece.at..][..piece.end - piece.start].copy_from_slice(&bytes[piece.start..piece.end]);
    }
}

/// Copies in. The range is inside.
pub fn write(words: &[AtomicU64], to: usize, bytes: &[u8]) {
    for piece in pieces(to, bytes.len()) {
        let (mut mask, mut bits) = ([0; WORD], [0; WORD]);
        mask[piece.start..piece.end].fill(0xff);
        bits[piece.start..piece.end].copy_from_slice(&bytes[piece.at..][..piece.end - piece.start]);
        merge(&words[piece.word], u64::from_ne_bytes(mask), u64::from_ne_bytes(bits));
    }
}

/// Sets bytes. The range is inside.
pub fn fill(words: &[AtomicU64], to: usize, byte: u8, len: usize) {
    for piece in pieces(to, len) {
        let (mut mask, mut bits) = ([0; WORD], [0; WORD]);
        mask[piece.start..piece.end].fill(0xff);
        bits[piece.start..piece.end].fill(byte);
        merge(&words[piece.word], u64::from_ne_bytes(mask), u64::from_ne_bytes(bits));
    }
}

/// An atomic load of `width` bytes (1, 2, 4 or 8), zero-extended. The address is aligned, and inside.
pub fn load(words: &[AtomicU64], at: usize, width: u32) -> u64 {
    u64::from_le(words[at / WORD].load(SeqCst)) >> (8 * (at % WORD)) & mask(width)
}

/// Atomically replaces what is there by the low bytes of `change` of it; gives what was there, zero-extended. The address is aligned, and
/// inside.
pub fn update(words: &[AtomicU64], at: usize, width: u32, change: impl Fn(u64) -> u64) -> u64 {
    let (shift, mask) = (8 * (at % WORD), mask(width));
    let changed = |word: u64| {
        let word = u64::from_le(word);
        let new = change(word >> shift & mask) & mask;
        Some((word & !(mask << shift) | new << shift).to_le())
    };
    // Always `Ok`: the update is never refused.
    let (Ok(word) | Err(word)) = words[at / WORD].fetch_update(SeqCst, SeqCst, changed);
    u64::from_le(word) >> shift & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(count: usize) -> Vec<AtomicU64> {
        (0..count).map(|_| AtomicU64::new(0)).collect()
    }

    fn bytes(words: &[AtomicU64]) -> Vec<u8> {
        words.iter().flat_map(|word| word.load(Relaxed).to_ne_bytes()).collect()
    }

    /// Against plain bytes, every range of three words.
    #[test]
    fn every_range() {
        let source: Vec<u8> = (1..=24).collect();
        for from in 0..=24 {
            for len in 0..=24 - from {
                let (memory, filled) = (words(3), words(3));
                write(&memory, from, &source[..len]);
                fill(&filled, from, 0xa5, len);
                let (mut expected, mut expected_fill) = (vec![0; 24], vec![0; 24]);
                expected[from..from + len].copy_from_slice(&source[..len]);
                expected_fill[from..from + len].fill(0xa5);
                assert_eq!(bytes(&memory), expected, "{from} {len}");
                assert_eq!(bytes(&filled), expected_fill, "{from} {len}");
                let mut back = vec![0; len];
                read(&memory, from, &mut back);
                assert_eq!(back, &source[..len]);
            }
        }
    }

    #[test]
    fn atomics_of_every_width_and_place() {
        for width in [1, 2, 4, 8] {
            for at in (0..16).step_by(width as usize) {
                let memory = words(2);
                fill(&memory, 0, 0x11, 16);
                let old = 0x1111_1111_1111_1111 & mask(width);
                let new = old.wrapping_sub(0x22);
                assert_eq!(load(&memory, at, width), old);
                assert_eq!(update(&memory, at, width, |old| old.wrapping_sub(0x22)), old);
                assert_eq!(load(&memory, at, width), new & mask(width));
                let mut expected = vec![0x11; 16];
                expected[at..at + width as usize].copy_from_slice(&new.to_le_bytes()[..width as usize]);
                assert_eq!(bytes(&memory), expected);
            }
        }
    }

    /// Threads that write neighbouring bytes lose nothing.
    #[test]
    fn neighbours() {
        let memory = words(1);
        std::thread::scope(|scope| {
            for at in 0..8 {
                let memory = &memory;
                scope.spawn(move || (0..=200u8).for_each(|byte| write(memory, at, &[byte])));
            }
        });
        assert_eq!(bytes(&memory), [200; 8]);
    }
}
