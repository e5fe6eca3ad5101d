// Bit tricks: population count by hardware and by hand, leading and trailing zeros, Gray codes, Morton order,
// bit reversal, next word with the same number of ones (Gosper), integer square root and logarithm, parity.
// One iteration: 2,048 words through all of them.
#include "kernel.h"

static u32 count_by_hand(u64 x) {
    x -= x >> 1 & 0x5555555555555555ull;
    x = (x & 0x3333333333333333ull) + (x >> 2 & 0x3333333333333333ull);
    return (u32)(((x + (x >> 4)) & 0x0f0f0f0f0f0f0f0full) * 0x0101010101010101ull >> 56);
}

static u64 reverse(u64 x) {
    x = (x & 0x5555555555555555ull) << 1 | (x >> 1 & 0x5555555555555555ull);
    x = (x & 0x3333333333333333ull) << 2 | (x >> 2 & 0x3333333333333333ull);
    x = (x & 0x0f0f0f0f0f0f0f0full) << 4 | (x >> 4 & 0x0f0f0f0f0f0f0f0full);
    x = (x & 0x00ff00ff00ff00ffull) << 8 | (x >> 8 & 0x00ff00ff00ff00ffull);
    x = (x & 0x0000ffff0000ffffull) << 16 | (x >> 16 & 0x0000ffff0000ffffull);
    return rotl64(x, 32);
}

static u64 spread(u32 v) {
    u64 x = v;
    x = (x | x << 16) & 0x0000ffff0000ffffull;
    x = (x | x << 8) & 0x00ff00ff00ff00ffull;
    x = (x | x << 4) & 0x0f0f0f0f0f0f0f0full;
    x = (x | x << 2) & 0x3333333333333333ull;
    return (x | x << 1) & 0x5555555555555555ull;
}

static u32 ungray(u32 g) {
    for (u32 shift = 16; shift > 0; shift /= 2) g ^= g >> shift;
    return g;
}

static u32 next_with_same_count(u32 x) {
    if (x == 0) return 0;
    u32 low = x & -x, ripple = x + low;
    return ripple == 0 ? low : ripple | ((x ^ ripple) >> 2) / low;
}

static u32 square_root(u64 x) {
    if (x == 0) return 0;
    u64 result = 0, bit = 1ull << ((63 - (u32)__builtin_clzll(x)) & ~1u);
    for (; bit; bit >>= 2) {
        u64 trial = result | bit;
        result >>= 1;
        if (x >= trial) x -= trial, result |= bit;
    }
    return (u32)result;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 34;
    for (u32 n = 0; n < (u32)iterations; n++) {
        u64 sum = 0;
        for (u32 i = 0; i < 2048; i++) {
            u64 x = rng_u64(&rng) >> (i & 63) | 1;
            u32 low = (u32)x, high = (u32)(x >> 32);
            sum += (u32)__builtin_popcountll(x) * 3 - count_by_hand(x);
            sum += (u64)__builtin_clzll(x) << 8 | (u64)(u32)__builtin_ctzll(x) << 16;
            sum += (u32)__builtin_clz(low) + (u32)__builtin_ctz(high | 0x80000000u) + (u32)__builtin_popcount(high);
            sum ^= reverse(x);
            sum = rotl64(sum, low & 63) + (spread(low) | spread(high) << 1);
            sum += ungray(low ^ low >> 1) == low ? rotr32(low, high & 31) : 1;
            sum ^= (u64)next_with_same_count(low) << 7;
            sum += square_root(x);
            sum += (u64)(i64)(i8)x + (u64)(i64)(i16)high;
        }
        hash = mix(hash, sum);
    }
    return (i64)hash;
}
