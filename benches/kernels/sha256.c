// SHA-256 (FIPS 180-4). The constants are the fractional bits of roots of primes and are computed here, by
// integer search, so that no table has to be trusted. One iteration: the digest of 8 KiB chained to the last one.
#include "kernel.h"

enum { BYTES = 8192 };
static u8 text[BYTES + 128];
static u32 constant[64], initial[8], state[8];

// The first 32 fractional bits of the k-th root (k = 2, 3) of p: the largest r with (2^32 * whole + r)^k <= p * 2^(32 k).
static u32 root_fraction(u32 p, u32 k) {
    u64 whole = 1;
    while ((k == 2 ? (whole + 1) * (whole + 1) : (whole + 1) * (whole + 1) * (whole + 1)) <= p) whole++;
    u64 r = whole << 32;
    for (u32 bit = 32; bit-- > 0;) {
        // r^k against p * 2^(32 k), in pieces of 32 bits; r < 2^36.
        u64 trial = r | 1ull << bit;
        u64 low = trial & 0xffffffffu, high = trial >> 32;
        u64 cross = 2 * high * low + (low * low >> 32);    // trial^2 = (high^2 << 64) + (cross << 32) + last
        u64 last = (low * low) & 0xffffffffu;
        u64 square_high = high * high + (cross >> 32), square_mid = cross & 0xffffffffu;
        if (k == 2) {
            if (square_high < p) r = trial;
        } else {
            u64 c0 = last * low;                           // times trial again, carrying upwards
            u64 c1 = square_mid * low, c1b = last * high + (c0 >> 32);
            u64 mid = (c1 & 0xffffffffu) + (c1b & 0xffffffffu);
            u64 c2 = square_high * low + square_mid * high + (c1 >> 32) + (c1b >> 32) + (mid >> 32);
            u64 c3 = square_high * high + (c2 >> 32);
            if (c3 < p) r = trial;
        }
    }
    return (u32)r;
}

static void make_constants(void) {
    u32 found = 0;
    for (u32 p = 2; found < 64; p++) {
        u32 prime = 1;
        for (u32 d = 2; d * d <= p; d++) prime &= p % d != 0;
        if (!prime) continue;
        if (found < 8) initial[found] = root_fraction(p, 2);
        constant[found++] = root_fraction(p, 3);
    }
}

static NOINLINE void compress(const u8 *block) {
    u32 w[64];
    for (u32 i = 0; i < 16; i++)
        w[i] = (u32)block[4 * i] << 24 | (u32)block[4 * i + 1] << 16 | (u32)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (u32 i = 16; i < 64; i++) {
        u32 s0 = rotr32(w[i - 15], 7) ^ rotr32(w[i - 15], 18) ^ w[i - 15] >> 3;
        u32 s1 = rotr32(w[i - 2], 17) ^ rotr32(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    u32 a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (u32 i = 0; i < 64; i++) {
        u32 t1 = h + (rotr32(e, 6) ^ rotr32(e, 11) ^ rotr32(e, 25)) + ((e & f) ^ (~e & g)) + constant[i] + w[i];
        u32 t2 = (rotr32(a, 2) ^ rotr32(a, 13) ^ rotr32(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

static void digest(u32 length) {
    u32 end = length;
    text[end++] = 0x80;
    while (end % 64 != 56) text[end++] = 0;
    for (u32 i = 0; i < 8; i++) text[end++] = (u8)((u64)length * 8 >> (56 - 8 * i));
    copy_bytes(state, initial, sizeof state);
    for (u32 i = 0; i < end; i += 64) compress(text + i);
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    make_constants();
    rng_fill_bytes(&rng, text, BYTES);
    u64 hash = 23;
    for (u32 n = 0; n < (u32)iterations; n++) {
        digest(BYTES - rng_below(&rng, 64));
        for (u32 i = 0; i < 8; i++) {
            for (u32 k = 0; k < 4; k++) text[4 * i + k] = (u8)(state[i] >> (8 * k));
            hash = mix(hash, state[i]);
        }
    }
    return (i64)hash;
}
