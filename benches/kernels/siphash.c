// SipHash-2-4 (Aumasson and Bernstein 2012) of many short and some long messages: 64-bit adds, rotations, xors.
// One iteration: 64 messages of 0 to 255 bytes, each keyed by the last result.
#include "kernel.h"

enum { MESSAGES = 64, BYTES = 4096 };
static u8 text[BYTES];

static u64 load64(const u8 *p) {
    u64 word;
    copy_bytes(&word, p, 8);
    return word;
}

#define ROUND(v0, v1, v2, v3)                                                            \
    do {                                                                                 \
        v0 += v1, v1 = rotl64(v1, 13), v1 ^= v0, v0 = rotl64(v0, 32);                    \
        v2 += v3, v3 = rotl64(v3, 16), v3 ^= v2;                                         \
        v0 += v3, v3 = rotl64(v3, 21), v3 ^= v0;                                         \
        v2 += v1, v1 = rotl64(v1, 17), v1 ^= v2, v2 = rotl64(v2, 32);                    \
    } while (0)

static NOINLINE u64 siphash(u64 k0, u64 k1, const u8 *p, u32 length) {
    u64 v0 = k0 ^ 0x736f6d6570736575ull, v1 = k1 ^ 0x646f72616e646f6dull;
    u64 v2 = k0 ^ 0x6c7967656e657261ull, v3 = k1 ^ 0x7465646279746573ull;
    const u8 *end = p + (length & ~7u);
    for (; p < end; p += 8) {
        u64 word = load64(p);
        v3 ^= word;
        ROUND(v0, v1, v2, v3);
        ROUND(v0, v1, v2, v3);
        v0 ^= word;
    }
    u64 last = (u64)length << 56;
    for (u32 i = 0; i < (length & 7); i++) last |= (u64)p[i] << (8 * i);
    v3 ^= last;
    ROUND(v0, v1, v2, v3);
    ROUND(v0, v1, v2, v3);
    v0 ^= last;
    v2 ^= 0xff;
    for (u32 i = 0; i < 4; i++) ROUND(v0, v1, v2, v3);
    return v0 ^ v1 ^ v2 ^ v3;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    rng_fill_bytes(&rng, text, BYTES);
    u64 k0 = rng_u64(&rng), k1 = rng_u64(&rng);
    for (u32 n = 0; n < (u32)iterations; n++)
        for (u32 i = 0; i < MESSAGES; i++) {
            u32 start = (u32)k0 % (BYTES - 256), length = (u32)(k1 >> 56);
            u64 digest = siphash(k0, k1, text + start, length);
            k0 = k1;
            k1 = digest;
        }
    return (i64)mix(k0, k1);
}
