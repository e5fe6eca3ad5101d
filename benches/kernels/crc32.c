// CRC-32 (polynomial 0xedb88320): bit by bit to make the tables, then byte by byte and four bytes a step.
// One iteration: the tables, and 24 KiB by each method.
#include "kernel.h"

enum { BYTES = 24 * 1024 };
static u8 text[BYTES];
static u32 table[4][256];

static NOINLINE void make_tables(u32 polynomial) {
    for (u32 i = 0; i < 256; i++) {
        u32 c = i;
        for (u32 bit = 0; bit < 8; bit++) c = c & 1 ? (c >> 1) ^ polynomial : c >> 1;
        table[0][i] = c;
    }
    for (u32 k = 1; k < 4; k++)
        for (u32 i = 0; i < 256; i++) table[k][i] = (table[k - 1][i] >> 8) ^ table[0][table[k - 1][i] & 255];
}

static NOINLINE u32 by_bytes(const u8 *p, u32 length) {
    u32 c = ~0u;
    for (u32 i = 0; i < length; i++) c = (c >> 8) ^ table[0][(c ^ p[i]) & 255];
    return ~c;
}

static NOINLINE u32 by_words(const u8 *p, u32 length) {
    u32 c = ~0u;
    for (; length >= 4; p += 4, length -= 4) {
        u32 word;
        copy_bytes(&word, p, 4);
        c ^= word;
        c = table[3][c & 255] ^ table[2][(c >> 8) & 255] ^ table[1][(c >> 16) & 255] ^ table[0][c >> 24];
    }
    for (; length > 0; p++, length--) c = (c >> 8) ^ table[0][(c ^ *p) & 255];
    return ~c;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 22;
    rng_fill_bytes(&rng, text, BYTES);
    for (u32 n = 0; n < (u32)iterations; n++) {
        make_tables(0xedb88320u);
        u32 length = BYTES - rng_below(&rng, 8);
        u32 one = by_bytes(text, length), other = by_words(text, length);
        text[rng_below(&rng, BYTES)] ^= (u8)one;
        hash = mix(hash, (u64)one << 32 | other);
    }
    return (i64)hash;
}
