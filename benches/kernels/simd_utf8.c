// Is a text UTF-8? Strict, by the table of RFC 3629. One iteration: a text of 8 KiB, right and with a byte changed.
// By vectors: which bytes must continue a character follows from the three before, special leads by comparisons. The model: character by character.
#include "kernel.h"

enum { BYTES = 8192 };
static u8 text[BYTES + 32];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static inline v128_t at_least(v128_t x, i32 low) { return wasm_u8x16_ge(x, wasm_i8x16_splat((i8)low)); }
static inline v128_t is(v128_t x, i32 value) { return wasm_i8x16_eq(x, wasm_i8x16_splat((i8)value)); }

static NOINLINE u32 is_utf8(u32 length) {
    v128_t before = wasm_i8x16_const_splat(0), wrong = before;
    // Zeros behind the text end a character that is cut off.
    for (u32 i = 0; i < length + 3; i += 16) {
        v128_t x = wasm_v128_load(text + i);
        if (!wasm_i8x16_bitmask(wasm_v128_or(x, before))) {
            before = x;
            continue;
        }
        v128_t one = wasm_i8x16_shuffle(before, x, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
        v128_t two = wasm_i8x16_shuffle(before, x, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
        v128_t three = wasm_i8x16_shuffle(before, x, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
        v128_t continues = wasm_i8x16_lt(x, wasm_i8x16_const_splat(-64));
        v128_t must = wasm_v128_or(wasm_v128_or(at_least(one, 0xc0), at_least(two, 0xe0)), at_least(three, 0xf0));
        wrong = wasm_v128_or(wrong, wasm_v128_xor(continues, must));
        // Never: C0, C1, F5 and above.
        wrong = wasm_v128_or(wrong, wasm_v128_or(wasm_v128_or(is(x, 0xc0), is(x, 0xc1)), at_least(x, 0xf5)));
        v128_t high = at_least(x, 0xa0), middle = at_least(x, 0x90);
        wrong = wasm_v128_or(wrong, wasm_v128_andnot(is(one, 0xe0), high));
        wrong = wasm_v128_or(wrong, wasm_v128_and(is(one, 0xed), high));
        wrong = wasm_v128_or(wrong, wasm_v128_andnot(is(one, 0xf0), middle));
        wrong = wasm_v128_or(wrong, wasm_v128_and(is(one, 0xf4), middle));
        before = x;
    }
    return !wasm_v128_any_true(wrong);
}
#else
static NOINLINE u32 is_utf8(u32 length) {
    for (u32 i = 0; i < length;) {
        u32 lead = text[i++], more = lead < 0x80 ? 0 : lead < 0xc2 ? 9 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 9;
        u32 low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80, high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (more == 9 || i + more > length) return 0;
        for (u32 k = 0; k < more; k++, i++, low = 0x80, high = 0xbf)
            if (text[i] < low || text[i] > high) return 0;
    }
    return 1;
}
#endif

static u32 write(u32 at, u32 c) {
    if (c < 0x80) return text[at] = (u8)c, 1;
    u32 size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (u32 k = size; k-- > 1; c >>= 6) text[at + k] = (u8)(0x80 | (c & 63));
    text[at] = (u8)(0xf00u >> size | c);
    return size;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 9;
    u32 length = 0;
    while (length + 4 <= BYTES) {
        static const u32 limits[5] = {0x80, 0x80, 0x800, 0xd800, 0x110000};
        u32 kind = rng_below(&rng, 5), c = rng_below(&rng, limits[kind]);
        // Runs of one kind, as texts have them.
        for (u32 run = rng_below(&rng, 40); run && length + 4 <= BYTES; run--) {
            length += write(length, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
            c = (c * 5 + 1) % limits[kind];
        }
    }
    for (u32 n = 0; n < (u32)iterations; n++) {
        u32 at = rng_below(&rng, length), good = is_utf8(length);
        u8 kept = text[at];
        text[at] = (u8)rng_u32(&rng);
        hash = mix(hash, (u64)at << 8 | good << 1 | is_utf8(length));
        text[at] = kept;
    }
    return (i64)hash;
}
