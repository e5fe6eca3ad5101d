// ChaCha20 (RFC 8439): 32-bit add, xor, rotate on sixteen words. One iteration: 8 KiB encrypted in place.
#include "kernel.h"

enum { BYTES = 8192 };
static u8 text[BYTES];

#define QUARTER(a, b, c, d)                            \
    do {                                               \
        a += b, d = rotl32(d ^ a, 16);                 \
        c += d, b = rotl32(b ^ c, 12);                 \
        a += b, d = rotl32(d ^ a, 8);                  \
        c += d, b = rotl32(b ^ c, 7);                  \
    } while (0)

static NOINLINE void block(u32 *out, const u32 *in) {
    u32 x[16];
    copy_bytes(x, in, sizeof x);
    for (u32 i = 0; i < 10; i++) {
        QUARTER(x[0], x[4], x[8], x[12]);
        QUARTER(x[1], x[5], x[9], x[13]);
        QUARTER(x[2], x[6], x[10], x[14]);
        QUARTER(x[3], x[7], x[11], x[15]);
        QUARTER(x[0], x[5], x[10], x[15]);
        QUARTER(x[1], x[6], x[11], x[12]);
        QUARTER(x[2], x[7], x[8], x[13]);
        QUARTER(x[3], x[4], x[9], x[14]);
    }
    for (u32 i = 0; i < 16; i++) out[i] = x[i] + in[i];
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u32 key[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}, stream[16];
    for (u32 i = 4; i < 16; i++) key[i] = rng_u32(&rng);
    rng_fill_bytes(&rng, text, BYTES);
    u64 hash = 24;
    for (u32 n = 0; n < (u32)iterations; n++) {
        key[12] = 0;
        key[13] = rng_u32(&rng);
        for (u32 at = 0; at < BYTES; at += 64) {
            block(stream, key);
            key[12]++;
            for (u32 i = 0; i < 16; i++)
                for (u32 k = 0; k < 4; k++) text[at + 4 * i + k] ^= (u8)(stream[i] >> (8 * k));
        }
        for (u32 i = n % 32; i < BYTES; i += 256) hash = mix(hash, text[i]);
        for (u32 i = 0; i < 8; i++) key[4 + i] ^= stream[i];
    }
    return (i64)hash;
}
