// Base64 (RFC 4648) out and in, whole groups. One iteration: 6 KiB there and back.
// By vectors: twelve bytes are sixteen digits; ranges of digits by comparisons. The model: tables.
#include "kernel.h"

enum { BYTES = 6 * 1024, DIGITS = BYTES / 3 * 4 };
static u8 plain[BYTES + 16], coded[DIGITS + 16], opened[BYTES + 16];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static NOINLINE void encode(void) {
    const v128_t six = wasm_i32x4_const_splat(63);
    for (u32 i = 0, out = 0; i < BYTES; i += 12, out += 16) {
        v128_t x = wasm_v128_load(plain + i);
        // Three bytes a lane, the first one on top.
        x = wasm_i8x16_shuffle(x, x, 2, 1, 0, 0, 5, 4, 3, 3, 8, 7, 6, 6, 11, 10, 9, 9);
        v128_t d = wasm_v128_and(wasm_u32x4_shr(x, 18), six);
        d = wasm_v128_or(d, wasm_i32x4_shl(wasm_v128_and(wasm_u32x4_shr(x, 12), six), 8));
        d = wasm_v128_or(d, wasm_i32x4_shl(wasm_v128_and(wasm_u32x4_shr(x, 6), six), 16));
        d = wasm_v128_or(d, wasm_i32x4_shl(wasm_v128_and(x, six), 24));
        // From 'A'; each range that a digit is beyond moves it on.
        v128_t c = wasm_i8x16_add(d, wasm_i8x16_const_splat('A'));
        c = wasm_i8x16_add(c, wasm_v128_and(wasm_i8x16_gt(d, wasm_i8x16_const_splat(25)), wasm_i8x16_const_splat(6)));
        c = wasm_i8x16_sub(c, wasm_v128_and(wasm_i8x16_gt(d, wasm_i8x16_const_splat(51)), wasm_i8x16_const_splat(75)));
        c = wasm_i8x16_sub(c, wasm_v128_and(wasm_i8x16_gt(d, wasm_i8x16_const_splat(61)), wasm_i8x16_const_splat(15)));
        c = wasm_i8x16_add(c, wasm_v128_and(wasm_i8x16_gt(d, wasm_i8x16_const_splat(62)), wasm_i8x16_const_splat(3)));
        wasm_v128_store(coded + out, c);
    }
}

static inline v128_t between(v128_t c, i32 low, i32 high) {
    return wasm_u8x16_le(wasm_i8x16_sub(c, wasm_i8x16_splat((i8)low)), wasm_i8x16_splat((i8)(high - low)));
}

// Answers whether all were digits.
static NOINLINE u32 decode(void) {
    const v128_t six = wasm_i32x4_const_splat(63);
    v128_t good = wasm_i8x16_const_splat(-1);
    for (u32 i = 0, out = 0; i < DIGITS; i += 16, out += 12) {
        v128_t c = wasm_v128_load(coded + i);
        v128_t upper = between(c, 'A', 'Z'), lower = between(c, 'a', 'z'), digit = between(c, '0', '9');
        v128_t plus = wasm_i8x16_eq(c, wasm_i8x16_const_splat('+')), slash = wasm_i8x16_eq(c, wasm_i8x16_const_splat('/'));
        v128_t move = wasm_v128_and(upper, wasm_i8x16_const_splat(-65));
        move = wasm_v128_or(move, wasm_v128_and(lower, wasm_i8x16_const_splat(-71)));
        move = wasm_v128_or(move, wasm_v128_and(digit, wasm_i8x16_const_splat(4)));
        move = wasm_v128_or(move, wasm_v128_and(plus, wasm_i8x16_const_splat(19)));
        move = wasm_v128_or(move, wasm_v128_and(slash, wasm_i8x16_const_splat(16)));
        good = wasm_v128_and(good, wasm_v128_or(wasm_v128_or(wasm_v128_or(upper, lower), digit), wasm_v128_or(plus, slash)));
        v128_t d = wasm_i8x16_add(c, move);
        v128_t x = wasm_i32x4_shl(wasm_v128_and(d, six), 18);
        x = wasm_v128_or(x, wasm_i32x4_shl(wasm_v128_and(wasm_u32x4_shr(d, 8), six), 12));
        x = wasm_v128_or(x, wasm_i32x4_shl(wasm_v128_and(wasm_u32x4_shr(d, 16), six), 6));
        x = wasm_v128_or(x, wasm_u32x4_shr(d, 24));
        wasm_v128_store(opened + out, wasm_i8x16_shuffle(x, x, 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 3, 3, 3, 3));
    }
    return wasm_i8x16_all_true(good);
}
#else
static const u8 digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static NOINLINE void encode(void) {
    for (u32 i = 0, out = 0; i < BYTES; i += 3, out += 4) {
        u32 group = (u32)plain[i] << 16 | (u32)plain[i + 1] << 8 | plain[i + 2];
        for (u32 k = 0; k < 4; k++) coded[out + k] = digit[group >> (18 - 6 * k) & 63];
    }
}

static NOINLINE u32 decode(void) {
    static u8 value[256];
    fill_bytes(value, 0xff, 256);
    for (u32 i = 0; i < 64; i++) value[digit[i]] = (u8)i;
    u32 all = 0;
    for (u32 i = 0, out = 0; i < DIGITS; i += 4, out += 3) {
        u32 a = value[coded[i]], b = value[coded[i + 1]], c = value[coded[i + 2]], d = value[coded[i + 3]];
        all |= a | b | c | d;
        u32 group = a << 18 | b << 12 | c << 6 | d;
        for (u32 k = 0; k < 3; k++) opened[out + k] = (u8)(group >> (16 - 8 * k));
    }
    return all < 64;
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 8;
    rng_fill_bytes(&rng, plain, BYTES);
    for (u32 n = 0; n < (u32)iterations; n++) {
        encode();
        for (u32 i = n % 16; i < DIGITS; i += 128) hash = mix(hash, coded[i]);
        u32 good = decode(), wrong = 0;
        for (u32 i = 0; i < BYTES; i += 8) wrong += plain[i] != opened[i];
        coded[rng_below(&rng, DIGITS)] = "=-_ \x80\xff"[rng_below(&rng, 6)];
        hash = mix(hash, good << 16 | decode() << 24 | wrong);
        plain[rng_below(&rng, BYTES)] ^= (u8)(1 + n % 255);
    }
    return (i64)hash;
}
