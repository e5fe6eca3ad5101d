// ChaCha20 (RFC 8439). One iteration: 8 KiB encrypted in place.
// By vectors: four blocks side by side, rotations by bytes as shuffles, transposed at the end. The model: block by block.
#include "kernel.h"

enum { BYTES = 8192 };
static u8 text[BYTES];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static inline v128_t turn16(v128_t x) { return wasm_i8x16_shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13); }
static inline v128_t turn8(v128_t x) { return wasm_i8x16_shuffle(x, x, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14); }
static inline v128_t turn(v128_t x, u32 n) { return wasm_v128_or(wasm_i32x4_shl(x, n), wasm_u32x4_shr(x, 32 - n)); }

#define QUARTER(a, b, c, d)                                                    \
    do {                                                                       \
        x[a] = wasm_i32x4_add(x[a], x[b]), x[d] = turn16(wasm_v128_xor(x[d], x[a]));   \
        x[c] = wasm_i32x4_add(x[c], x[d]), x[b] = turn(wasm_v128_xor(x[b], x[c]), 12); \
        x[a] = wasm_i32x4_add(x[a], x[b]), x[d] = turn8(wasm_v128_xor(x[d], x[a]));    \
        x[c] = wasm_i32x4_add(x[c], x[d]), x[b] = turn(wasm_v128_xor(x[b], x[c]), 7);  \
    } while (0)

static NOINLINE void encrypt(const u32 *key) {
    for (u32 at = 0; at < BYTES; at += 256) {
        v128_t start[16], x[16];
        for (u32 i = 0; i < 16; i++) start[i] = wasm_i32x4_splat((i32)key[i]);
        start[12] = wasm_i32x4_add(wasm_i32x4_splat((i32)(key[12] + at / 64)), wasm_i32x4_const(0, 1, 2, 3));
        for (u32 i = 0; i < 16; i++) x[i] = start[i];
        for (u32 i = 0; i < 10; i++) {
            QUARTER(0, 4, 8, 12);
            QUARTER(1, 5, 9, 13);
            QUARTER(2, 6, 10, 14);
            QUARTER(3, 7, 11, 15);
            QUARTER(0, 5, 10, 15);
            QUARTER(1, 6, 11, 12);
            QUARTER(2, 7, 8, 13);
            QUARTER(3, 4, 9, 14);
        }
        for (u32 i = 0; i < 16; i += 4) {
            v128_t a = wasm_i32x4_add(x[i], start[i]), b = wasm_i32x4_add(x[i + 1], start[i + 1]);
            v128_t c = wasm_i32x4_add(x[i + 2], start[i + 2]), d = wasm_i32x4_add(x[i + 3], start[i + 3]);
            v128_t ab0 = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), ab1 = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7);
            v128_t cd0 = wasm_i32x4_shuffle(c, d, 0, 4, 1, 5), cd1 = wasm_i32x4_shuffle(c, d, 2, 6, 3, 7);
            v128_t rows[4] = {wasm_i64x2_shuffle(ab0, cd0, 0, 2), wasm_i64x2_shuffle(ab0, cd0, 1, 3), wasm_i64x2_shuffle(ab1, cd1, 0, 2),
                              wasm_i64x2_shuffle(ab1, cd1, 1, 3)};
            for (u32 k = 0; k < 4; k++) {
                u8 *to = text + at + 64 * k + 4 * i;
                wasm_v128_store(to, wasm_v128_xor(wasm_v128_load(to), rows[k]));
            }
        }
    }
}
#else
#define QUARTER(a, b, c, d)                        \
    do {                                           \
        x[a] += x[b], x[d] = rotl32(x[d] ^ x[a], 16); \
        x[c] += x[d], x[b] = rotl32(x[b] ^ x[c], 12); \
        x[a] += x[b], x[d] = rotl32(x[d] ^ x[a], 8);  \
        x[c] += x[d], x[b] = rotl32(x[b] ^ x[c], 7);  \
    } while (0)

static NOINLINE void encrypt(const u32 *key) {
    for (u32 at = 0; at < BYTES; at += 64) {
        u32 start[16], x[16];
        copy_bytes(start, key, sizeof start);
        start[12] += at / 64;
        copy_bytes(x, start, sizeof x);
        for (u32 i = 0; i < 10; i++) {
            QUARTER(0, 4, 8, 12);
            QUARTER(1, 5, 9, 13);
            QUARTER(2, 6, 10, 14);
            QUARTER(3, 7, 11, 15);
            QUARTER(0, 5, 10, 15);
            QUARTER(1, 6, 11, 12);
            QUARTER(2, 7, 8, 13);
            QUARTER(3, 4, 9, 14);
        }
        for (u32 i = 0; i < 16; i++)
            for (u32 k = 0; k < 4; k++) text[at + 4 * i + k] ^= (u8)((x[i] + start[i]) >> (8 * k));
    }
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u32 key[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    for (u32 i = 4; i < 16; i++) key[i] = rng_u32(&rng);
    rng_fill_bytes(&rng, text, BYTES);
    u64 hash = 11;
    for (u32 n = 0; n < (u32)iterations; n++) {
        encrypt(key);
        for (u32 i = n % 32; i < BYTES; i += 256) hash = mix(hash, text[i]);
        key[4 + n % 12] ^= (u32)hash;
    }
    return (i64)hash;
}
