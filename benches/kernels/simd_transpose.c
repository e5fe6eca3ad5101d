// Transposes of a square matrix in place: 64 x 64 numbers of 32 bits, 64 x 64 of 16 bits. One iteration: each once.
// By vectors: tiles of 4 x 4 and 8 x 8 by interleaving shuffles. The model: exchanges.
#include "kernel.h"

enum { SIZE = 64 };
static u32 words[SIZE * SIZE];
static u16 halves[SIZE * SIZE];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

typedef struct { v128_t row[4]; } Tile4;
typedef struct { v128_t row[8]; } Tile8;

static inline Tile4 turn4(const u32 *p) {
    v128_t a = wasm_v128_load(p), b = wasm_v128_load(p + SIZE), c = wasm_v128_load(p + 2 * SIZE), d = wasm_v128_load(p + 3 * SIZE);
    v128_t ac0 = wasm_i32x4_shuffle(a, c, 0, 4, 1, 5), ac1 = wasm_i32x4_shuffle(a, c, 2, 6, 3, 7);
    v128_t bd0 = wasm_i32x4_shuffle(b, d, 0, 4, 1, 5), bd1 = wasm_i32x4_shuffle(b, d, 2, 6, 3, 7);
    return (Tile4){{wasm_i32x4_shuffle(ac0, bd0, 0, 4, 1, 5), wasm_i32x4_shuffle(ac0, bd0, 2, 6, 3, 7), wasm_i32x4_shuffle(ac1, bd1, 0, 4, 1, 5),
                    wasm_i32x4_shuffle(ac1, bd1, 2, 6, 3, 7)}};
}

static inline Tile8 turn8(const u16 *p) {
    v128_t x[8], y[8];
    for (u32 k = 0; k < 8; k++) x[k] = wasm_v128_load(p + k * SIZE);
    // Three rounds, each of which interleaves rows that are four apart.
    for (u32 round = 0; round < 3; round++) {
        for (u32 k = 0; k < 4; k++) {
            y[2 * k] = wasm_i16x8_shuffle(x[k], x[k + 4], 0, 8, 1, 9, 2, 10, 3, 11);
            y[2 * k + 1] = wasm_i16x8_shuffle(x[k], x[k + 4], 4, 12, 5, 13, 6, 14, 7, 15);
        }
        for (u32 k = 0; k < 8; k++) x[k] = y[k];
    }
    Tile8 tile;
    for (u32 k = 0; k < 8; k++) tile.row[k] = x[k];
    return tile;
}

static NOINLINE void turn_words(void) {
    for (u32 i = 0; i < SIZE; i += 4)
        for (u32 j = 0; j <= i; j += 4) {
            Tile4 a = turn4(words + i * SIZE + j), b = turn4(words + j * SIZE + i);
            for (u32 k = 0; k < 4; k++) {
                wasm_v128_store(words + (i + k) * SIZE + j, b.row[k]);
                wasm_v128_store(words + (j + k) * SIZE + i, a.row[k]);
            }
        }
}

static NOINLINE void turn_halves(void) {
    for (u32 i = 0; i < SIZE; i += 8)
        for (u32 j = 0; j <= i; j += 8) {
            Tile8 a = turn8(halves + i * SIZE + j), b = turn8(halves + j * SIZE + i);
            for (u32 k = 0; k < 8; k++) {
                wasm_v128_store(halves + (i + k) * SIZE + j, b.row[k]);
                wasm_v128_store(halves + (j + k) * SIZE + i, a.row[k]);
            }
        }
}
#else
static NOINLINE void turn_words(void) {
    for (u32 i = 0; i < SIZE; i++)
        for (u32 j = 0; j < i; j++) {
            u32 x = words[i * SIZE + j];
            words[i * SIZE + j] = words[j * SIZE + i], words[j * SIZE + i] = x;
        }
}

static NOINLINE void turn_halves(void) {
    for (u32 i = 0; i < SIZE; i++)
        for (u32 j = 0; j < i; j++) {
            u16 x = halves[i * SIZE + j];
            halves[i * SIZE + j] = halves[j * SIZE + i], halves[j * SIZE + i] = x;
        }
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 14;
    for (u32 i = 0; i < SIZE * SIZE; i++) words[i] = rng_u32(&rng), halves[i] = (u16)words[i];
    for (u32 n = 0; n < (u32)iterations; n++) {
        turn_words();
        turn_halves();
        for (u32 i = n % 61; i < SIZE * SIZE; i += 127) hash = mix(hash, (u64)halves[i] << 32 | words[i]);
        words[rng_below(&rng, SIZE * SIZE)] = (u32)hash, halves[rng_below(&rng, SIZE * SIZE)] = (u16)hash;
    }
    return (i64)hash;
}
