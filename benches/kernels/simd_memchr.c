// Lines of a text and their lengths: the next line feed, from any place on. One iteration: 16 KiB of lines.
// By vectors: sixteen bytes compared, the first by a mask. The model: byte by byte.
#include "kernel.h"

enum { BYTES = 16 * 1024 };
static u8 text[BYTES + 16];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

// Reads up to 15 bytes beyond the byte that it finds; one is at the end of the text.
static NOINLINE u32 find(u32 at, u32 byte) {
    const v128_t wanted = wasm_i8x16_splat((i8)byte);
    for (;; at += 16) {
        v128_t same = wasm_i8x16_eq(wasm_v128_load(text + at), wanted);
        if (wasm_v128_any_true(same)) return at + (u32)__builtin_ctz(wasm_i8x16_bitmask(same));
    }
}

static NOINLINE u32 count(u32 byte) {
    const v128_t wanted = wasm_i8x16_splat((i8)byte);
    v128_t total = wasm_i32x4_const_splat(0);
    for (u32 i = 0; i < BYTES;) {
        // No lane of a byte counts beyond 255.
        v128_t some = wasm_i8x16_const_splat(0);
        for (u32 k = 0; k < 128 && i < BYTES; k++, i += 16) some = wasm_i8x16_sub(some, wasm_i8x16_eq(wasm_v128_load(text + i), wanted));
        total = wasm_i32x4_add(total, wasm_u32x4_extadd_pairwise_u16x8(wasm_u16x8_extadd_pairwise_u8x16(some)));
    }
    return (u32)(wasm_i32x4_extract_lane(total, 0) + wasm_i32x4_extract_lane(total, 1) + wasm_i32x4_extract_lane(total, 2) +
                 wasm_i32x4_extract_lane(total, 3));
}
#else
static NOINLINE u32 find(u32 at, u32 byte) {
    while (text[at] != byte) at++;
    return at;
}

static NOINLINE u32 count(u32 byte) {
    u32 found = 0;
    for (u32 i = 0; i < BYTES; i++) found += text[i] == byte;
    return found;
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 10;
    for (u32 i = 0; i < BYTES; i++) text[i] = (u8)(rng_below(&rng, 48) ? 32 + rng_below(&rng, 90) : '\n');
    text[BYTES - 1] = '\n';
    for (u32 n = 0; n < (u32)iterations; n++) {
        u32 longest = 0, lines = 0;
        for (u32 at = 0; at < BYTES; lines++) {
            u32 end = find(at, '\n');
            if (end - at > longest) longest = end - at;
            at = end + 1;
        }
        hash = mix(hash, (u64)lines << 40 | (u64)longest << 20 | count(32 + n % 90));
        u32 at = rng_below(&rng, BYTES - 1);
        text[at] = text[at] == '\n' ? ' ' : '\n';
    }
    return (i64)hash;
}
