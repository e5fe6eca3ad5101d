// Every place of a word in a text. One iteration: four words of 2 to 12 letters in 8 KiB over a small alphabet.
// By vectors: sixteen places at once by the first and the last letter, the rest compared where both are right. The model: place by place.
#include "kernel.h"

enum { BYTES = 8192 };
static u8 text[BYTES + 32], word[16];

static inline u32 is_here(u32 at, u32 length) {
    for (u32 k = 1; k < length; k++)
        if (text[at + k] != word[k]) return 0;
    return 1;
}

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static NOINLINE u64 search(u32 length) {
    const v128_t first = wasm_i8x16_splat((i8)word[0]), last = wasm_i8x16_splat((i8)word[length - 1]);
    u64 found = 0;
    // Zeros behind the text are in no word.
    for (u32 i = 0; i < BYTES; i += 16) {
        v128_t a = wasm_i8x16_eq(wasm_v128_load(text + i), first), b = wasm_i8x16_eq(wasm_v128_load(text + i + length - 1), last);
        for (u32 mask = wasm_i8x16_bitmask(wasm_v128_and(a, b)); mask; mask &= mask - 1) {
            u32 at = i + (u32)__builtin_ctz(mask);
            if (is_here(at, length)) found = found * 31 + at + 1;
        }
    }
    return found;
}
#else
static NOINLINE u64 search(u32 length) {
    u64 found = 0;
    for (u32 at = 0; at < BYTES; at++)
        if (text[at] == word[0] && is_here(at, length)) found = found * 31 + at + 1;
    return found;
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 21;
    for (u32 i = 0; i < BYTES; i++) text[i] = (u8)('a' + rng_below(&rng, 12));
    for (u32 n = 0; n < (u32)iterations; n++)
        for (u32 k = 0; k < 4; k++) {
            u32 length = 2 + rng_below(&rng, 11), from = rng_below(&rng, BYTES - 16);
            for (u32 i = 0; i < length; i++) word[i] = text[from + i];
            hash = mix(hash, search(length));
            text[rng_below(&rng, BYTES)] = (u8)('a' + rng_below(&rng, 12));
        }
    return (i64)hash;
}
