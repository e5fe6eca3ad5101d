// AES-128 in counter mode (FIPS 197) with four lookup tables a round; S-box and tables are computed from
// arithmetic in GF(2^8). One iteration: a fresh key, its schedule, 6 KiB.
#include "kernel.h"

enum { BYTES = 6144 };
static u8 sbox[256], text[BYTES];
static u32 table[4][256], schedule[44];

static u8 twice(u8 x) { return (u8)(x << 1 ^ (x >> 7) * 0x1b); }

static void make_tables(void) {
    u8 p = 1, q = 1;                                       // p runs through powers of 3, q through their inverses
    do {
        p = (u8)(p ^ twice(p));
        q ^= (u8)(q << 1);
        q ^= (u8)(q << 2);
        q ^= (u8)(q << 4);
        if (q & 0x80) q ^= 0x09;
        u32 wide = q * 0x101u;
        sbox[p] = (u8)(q ^ wide >> 7 ^ wide >> 6 ^ wide >> 5 ^ wide >> 4 ^ 0x63);
    } while (p != 1);
    sbox[0] = 0x63;
    for (u32 i = 0; i < 256; i++) {
        u8 s = sbox[i], d = twice(s);
        u32 column = (u32)d << 24 | (u32)s << 16 | (u32)s << 8 | (u8)(s ^ d);
        for (u32 k = 0; k < 4; k++) table[k][i] = rotr32(column, 8 * k);
    }
}

static u32 substitute(u32 w) {
    return (u32)sbox[w >> 24] << 24 | (u32)sbox[w >> 16 & 255] << 16 | (u32)sbox[w >> 8 & 255] << 8 | sbox[w & 255];
}

static NOINLINE void expand(const u32 *key) {
    u8 power = 1;
    for (u32 i = 0; i < 4; i++) schedule[i] = key[i];
    for (u32 i = 4; i < 44; i++) {
        u32 w = schedule[i - 1];
        if (i % 4 == 0) {
            w = substitute(rotl32(w, 8)) ^ (u32)power << 24;
            power = twice(power);
        }
        schedule[i] = schedule[i - 4] ^ w;
    }
}

static NOINLINE void encrypt(u32 *s) {
    u32 a = s[0] ^ schedule[0], b = s[1] ^ schedule[1], c = s[2] ^ schedule[2], d = s[3] ^ schedule[3];
#define COLUMN(w, x, y, z, k) \
    (table[0][(w) >> 24] ^ table[1][(x) >> 16 & 255] ^ table[2][(y) >> 8 & 255] ^ table[3][(z) & 255] ^ (k))
    for (u32 round = 4; round < 40; round += 4) {
        u32 e = COLUMN(a, b, c, d, schedule[round]), f = COLUMN(b, c, d, a, schedule[round + 1]);
        u32 g = COLUMN(c, d, a, b, schedule[round + 2]), h = COLUMN(d, a, b, c, schedule[round + 3]);
        a = e, b = f, c = g, d = h;
    }
#define LAST(w, x, y, z) (((w) & 0xff000000u) | ((x) & 0xff0000u) | ((y) & 0xff00u) | ((z) & 0xffu))
    s[0] = substitute(LAST(a, b, c, d)) ^ schedule[40];
    s[1] = substitute(LAST(b, c, d, a)) ^ schedule[41];
    s[2] = substitute(LAST(c, d, a, b)) ^ schedule[42];
    s[3] = substitute(LAST(d, a, b, c)) ^ schedule[43];
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 25;
    make_tables();
    rng_fill_bytes(&rng, text, BYTES);
    for (u32 n = 0; n < (u32)iterations; n++) {
        u32 key[4] = {rng_u32(&rng), rng_u32(&rng), rng_u32(&rng), rng_u32(&rng)};
        expand(key);
        for (u32 at = 0; at < BYTES; at += 16) {
            u32 s[4] = {key[0], key[1], n, at};
            encrypt(s);
            for (u32 i = 0; i < 16; i++) text[at + i] ^= (u8)(s[i / 4] >> (24 - 8 * (i % 4)));
            hash = mix(hash, s[0]);
        }
        hash = mix(hash, text[n % BYTES]);
    }
    return (i64)hash;
}
