// xxHash64 (Collet's specification) of long messages: four lanes of 64-bit multiplication and rotation.
// One iteration: 32 KiB in three unequal messages.
#include "kernel.h"

enum { BYTES = 32768 };
#define P1 0x9e3779b185ebca87ull
#define P2 0xc2b2ae3d27d4eb4full
#define P3 0x165667b19e3779f9ull
#define P4 0x85ebca77c2b2ae63ull
#define P5 0x27d4eb2f165667c5ull
static u8 text[BYTES];

static u64 load64(const u8 *p) {
    u64 word;
    copy_bytes(&word, p, 8);
    return word;
}

static u32 load32(const u8 *p) {
    u32 word;
    copy_bytes(&word, p, 4);
    return word;
}

static u64 lane(u64 acc, u64 word) { return rotl64(acc + word * P2, 31) * P1; }
static u64 merge(u64 acc, u64 v) { return (acc ^ lane(0, v)) * P1 + P4; }

static NOINLINE u64 xxhash(const u8 *p, u32 length, u64 seed) {
    const u8 *end = p + length;
    u64 h = seed + P5;
    if (length >= 32) {
        u64 a = seed + P1 + P2, b = seed + P2, c = seed, d = seed - P1;
        for (; end - p >= 32; p += 32) {
            a = lane(a, load64(p));
            b = lane(b, load64(p + 8));
            c = lane(c, load64(p + 16));
            d = lane(d, load64(p + 24));
        }
        h = rotl64(a, 1) + rotl64(b, 7) + rotl64(c, 12) + rotl64(d, 18);
        h = merge(merge(merge(merge(h, a), b), c), d);
    }
    h += length;
    for (; end - p >= 8; p += 8) h = rotl64(h ^ lane(0, load64(p)), 27) * P1 + P4;
    for (; end - p >= 4; p += 4) h = rotl64(h ^ load32(p) * P1, 23) * P2 + P3;
    for (; p < end; p++) h = rotl64(h ^ *p * P5, 11) * P1;
    h = (h ^ (h >> 33)) * P2;
    h = (h ^ (h >> 29)) * P3;
    return h ^ (h >> 32);
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 0;
    rng_fill_bytes(&rng, text, BYTES);
    for (u32 n = 0; n < (u32)iterations; n++) {
        u32 first = (u32)rng_below(&rng, BYTES / 2), second = first + rng_below(&rng, BYTES / 2);
        hash = xxhash(text, first, hash);
        hash = xxhash(text + first, second - first, hash);
        hash = xxhash(text + second, BYTES - second, hash);
        text[hash % BYTES] ^= (u8)(hash >> 32);
    }
    return (i64)hash;
}
