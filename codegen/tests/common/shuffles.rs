//! Index patterns of shuffles: every one of lanes of 32 and of 64 bits, and of each kind that is done in its own way more than enough.

pub fn patterns() -> Vec<[u8; 16]> {
    let mut state = 3u64;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state ^ state >> 29) >> 16
    };
    let mut patterns: Vec<[u8; 16]> = Vec::new();
    let lanes = |size: usize, l: &[u8]| -> [u8; 16] { std::array::from_fn(|k| l[k / size] * size as u8 + (k % size) as u8) };
    for n in 0..16u8 {
        patterns.push(lanes(8, &[n % 4, n / 4]));
    }
    for n in 0..4096u32 {
        patterns.push(lanes(4, &[0, 3, 6, 9].map(|at| (n >> at & 7) as u8)));
    }
    // Rotations of both, splats.
    for n in 0..32u8 {
        patterns.push(std::array::from_fn(|k| (k as u8 + n) % 32));
        patterns.push(std::array::from_fn(|k| (k as u8 + n) % 16));
        patterns.push([n; 16]);
    }
    // Words, blends of bytes and of words, interleavings, windows, random ones.
    for _ in 0..1500 {
        let words: [u8; 8] = std::array::from_fn(|_| (next() % 16) as u8);
        patterns.push(lanes(2, &words));
        let mask = next();
        patterns.push(std::array::from_fn(|k| k as u8 | ((mask >> k & 1) as u8) << 4));
        patterns.push(lanes(2, &std::array::from_fn::<u8, 8, _>(|k| k as u8 | ((mask >> (20 + k) & 1) as u8) << 3)));
        patterns.push(std::array::from_fn(|k| if k < 8 { k as u8 } else { (next() % 16) as u8 + 16 }));
        let from = (next() % 17) as u8;
        patterns.push(std::array::from_fn(|_| from + (next() % 16) as u8));
        patterns.push(std::array::from_fn(|_| (next() % 32) as u8));
    }
    patterns
}
