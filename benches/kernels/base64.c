// Base64 (RFC 4648) out and in, through tables, with padding. One iteration: about 12 KiB there and back.
#include "kernel.h"

enum { BYTES = 12 * 1024 };
static u8 plain[BYTES], coded[BYTES / 3 * 4 + 8], opened[BYTES + 4], digit[64], value[256];

static void make_tables(void) {
    for (u32 i = 0; i < 64; i++)
        digit[i] = (u8)(i < 26 ? 'A' + i : i < 52 ? 'a' + i - 26 : i < 62 ? '0' + i - 52 : i == 62 ? '+' : '/');
    for (u32 i = 0; i < 256; i++) value[i] = 0xff;
    for (u32 i = 0; i < 64; i++) value[digit[i]] = (u8)i;
}

static NOINLINE u32 encode(u32 length) {
    u32 out = 0, i = 0;
    for (; i + 3 <= length; i += 3) {
        u32 group = (u32)plain[i] << 16 | (u32)plain[i + 1] << 8 | plain[i + 2];
        coded[out++] = digit[group >> 18];
        coded[out++] = digit[group >> 12 & 63];
        coded[out++] = digit[group >> 6 & 63];
        coded[out++] = digit[group & 63];
    }
    if (i < length) {
        u32 two = i + 1 < length, group = (u32)plain[i] << 16 | (two ? (u32)plain[i + 1] << 8 : 0);
        coded[out++] = digit[group >> 18];
        coded[out++] = digit[group >> 12 & 63];
        coded[out++] = two ? digit[group >> 6 & 63] : '=';
        coded[out++] = '=';
    }
    return out;
}

// Answers the number of bytes, or ~0 at a foreign byte.
static NOINLINE u32 decode(u32 length) {
    u32 out = 0;
    for (u32 i = 0; i < length; i += 4) {
        u32 padding = (coded[i + 3] == '=') + (coded[i + 2] == '=');
        u32 a = value[coded[i]], b = value[coded[i + 1]];
        u32 c = padding > 1 ? 0 : value[coded[i + 2]], d = padding > 0 ? 0 : value[coded[i + 3]];
        if ((a | b | c | d) > 63) return ~0u;
        u32 group = a << 18 | b << 12 | c << 6 | d;
        opened[out++] = (u8)(group >> 16);
        if (padding < 2) opened[out++] = (u8)(group >> 8);
        if (padding < 1) opened[out++] = (u8)group;
    }
    return out;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 36;
    make_tables();
    rng_fill_bytes(&rng, plain, BYTES);
    for (u32 n = 0; n < (u32)iterations; n++) {
        u32 length = BYTES - rng_below(&rng, 64);
        plain[rng_below(&rng, length)] ^= (u8)(1 + n % 255);
        u32 size = encode(length), back = decode(size), wrong = 0;
        for (u32 i = 0; i < length; i++) wrong += plain[i] != opened[i];
        hash = mix(hash, (u64)size << 32 | (back + wrong));
        for (u32 i = n % 16; i < size; i += 128) hash = mix(hash, coded[i]);
    }
    return (i64)hash;
}
