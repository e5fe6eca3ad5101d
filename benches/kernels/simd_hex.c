// Bytes as hexadecimal digits and back, either case. One iteration: 6 KiB there and back.
// By vectors: digits looked up by a swizzle, values by comparisons. The model: digit by digit.
#include "kernel.h"

enum { BYTES = 6 * 1024 };
static u8 plain[BYTES], coded[2 * BYTES], opened[BYTES];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static NOINLINE void encode(void) {
    const v128_t digits = wasm_i8x16_const('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f');
    for (u32 i = 0; i < BYTES; i += 16) {
        v128_t x = wasm_v128_load(plain + i);
        v128_t high = wasm_i8x16_swizzle(digits, wasm_u8x16_shr(x, 4));
        v128_t low = wasm_i8x16_swizzle(digits, wasm_v128_and(x, wasm_i8x16_const_splat(15)));
        wasm_v128_store(coded + 2 * i, wasm_i8x16_shuffle(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
        wasm_v128_store(coded + 2 * i + 16, wasm_i8x16_shuffle(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
    }
}

// Values of digits; what is none is noted.
static inline v128_t values(v128_t c, v128_t *good) {
    v128_t number = wasm_i8x16_sub(c, wasm_i8x16_const_splat('0'));
    v128_t letter = wasm_i8x16_sub(wasm_v128_or(c, wasm_i8x16_const_splat(32)), wasm_i8x16_const_splat('a'));
    v128_t is_number = wasm_u8x16_lt(number, wasm_i8x16_const_splat(10)), is_letter = wasm_u8x16_lt(letter, wasm_i8x16_const_splat(6));
    *good = wasm_v128_and(*good, wasm_v128_or(is_number, is_letter));
    return wasm_v128_bitselect(number, wasm_i8x16_add(letter, wasm_i8x16_const_splat(10)), is_number);
}

static NOINLINE u32 decode(void) {
    v128_t good = wasm_i8x16_const_splat(-1);
    for (u32 i = 0; i < BYTES; i += 16) {
        v128_t a = values(wasm_v128_load(coded + 2 * i), &good), b = values(wasm_v128_load(coded + 2 * i + 16), &good);
        v128_t high = wasm_i8x16_shuffle(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        v128_t low = wasm_i8x16_shuffle(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
        wasm_v128_store(opened + i, wasm_v128_or(wasm_i8x16_shl(high, 4), low));
    }
    return wasm_i8x16_all_true(good);
}
#else
static NOINLINE void encode(void) {
    for (u32 i = 0; i < BYTES; i++) {
        coded[2 * i] = (u8) "0123456789abcdef"[plain[i] >> 4];
        coded[2 * i + 1] = (u8) "0123456789abcdef"[plain[i] & 15];
    }
}

static u32 value(u32 c) { return c - '0' < 10 ? c - '0' : (c | 32) - 'a' < 6 ? (c | 32) - 'a' + 10 : 255; }

static NOINLINE u32 decode(void) {
    u32 good = 1;
    for (u32 i = 0; i < BYTES; i++) {
        u32 high = value(coded[2 * i]), low = value(coded[2 * i + 1]);
        good &= (high | low) < 16;
        opened[i] = (u8)(high << 4 | low);
    }
    return good;
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 20;
    rng_fill_bytes(&rng, plain, BYTES);
    for (u32 n = 0; n < (u32)iterations; n++) {
        encode();
        for (u32 i = n % 16; i < 2 * BYTES; i += 256) hash = mix(hash, coded[i]);
        for (u32 i = n % 8; i < 2 * BYTES; i += 64) coded[i] -= coded[i] >= 'a' ? 32 : 0;
        u32 good = decode(), wrong = 0;
        for (u32 i = 0; i < BYTES; i += 8) wrong += plain[i] != opened[i];
        coded[rng_below(&rng, 2 * BYTES)] = (u8)"g/:@`G\xff"[rng_below(&rng, 7)];
        hash = mix(hash, good << 16 | decode() << 24 | wrong);
        plain[rng_below(&rng, BYTES)] ^= (u8)(1 + n % 255);
    }
    return (i64)hash;
}
