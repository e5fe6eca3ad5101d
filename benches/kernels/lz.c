// LZ77 (Ziv and Lempel 1977) with hash chains and a byte-aligned output: tokens of literal runs and matches.
// One iteration: 12 KiB of made-up prose compressed, expanded again and compared.
#include "kernel.h"

enum { BYTES = 12 * 1024, HASH = 1 << 11, NONE = 0xffff, SHORTEST = 4, CHAIN = 12 };
static u8 plain[BYTES], packed[BYTES + BYTES / 8 + 64], opened[BYTES];
static u16 head[HASH], before[BYTES];

static void write_prose(Rng *rng) {
    static u8 words[64][8];
    static u32 length[64];
    for (u32 i = 0; i < 64; i++) {
        length[i] = 2 + rng_below(rng, 6);
        for (u32 k = 0; k < length[i]; k++) words[i][k] = (u8)('a' + rng_below(rng, 26));
    }
    u32 at = 0;
    while (at < BYTES) {
        u32 word = rng_below(rng, 64) & rng_below(rng, 64);
        for (u32 k = 0; k < length[word] && at < BYTES; k++) plain[at++] = words[word][k];
        if (at < BYTES) plain[at++] = rng_below(rng, 12) ? ' ' : '.';
    }
}

static u32 hash_at(u32 i) {
    u32 word;
    copy_bytes(&word, plain + i, 4);
    return word * 2654435761u >> 21;
}

static u32 put_number(u32 out, u32 value) {
    for (; value >= 255; value -= 255) packed[out++] = 255;
    packed[out++] = (u8)value;
    return out;
}

// A token is: literal count, literals, match length - SHORTEST + 1 (0 at the end), two bytes of distance.
static NOINLINE u32 compress(void) {
    u32 out = 0, start = 0, i = 0;
    for (u32 k = 0; k < HASH; k++) head[k] = NONE;
    while (i + SHORTEST <= BYTES) {
        u32 slot = hash_at(i), best = 0, distance = 0;
        u32 candidate = head[slot];
        for (u32 tries = 0; candidate != NONE && tries < CHAIN; tries++) {
            u32 length = 0;
            while (i + length < BYTES && plain[candidate + length] == plain[i + length]) length++;
            if (length > best) best = length, distance = i - candidate;
            candidate = before[candidate];
        }
        before[i] = head[slot];
        head[slot] = (u16)i;
        if (best < SHORTEST) {
            i++;
            continue;
        }
        out = put_number(out, i - start);
        while (start < i) packed[out++] = plain[start++];
        out = put_number(out, best - SHORTEST + 1);
        packed[out++] = (u8)distance;
        packed[out++] = (u8)(distance >> 8);
        start = i + best;
        for (i++; i < start; i++)
            if (i + SHORTEST <= BYTES) {
                slot = hash_at(i);
                before[i] = head[slot];
                head[slot] = (u16)i;
            }
    }
    out = put_number(out, BYTES - start);
    while (start < BYTES) packed[out++] = plain[start++];
    return put_number(out, 0);
}

static u32 get_number(u32 *in) {
    u32 value = 0, byte;
    do value += byte = packed[(*in)++];
    while (byte == 255);
    return value;
}

static NOINLINE u32 expand(void) {
    u32 in = 0, out = 0;
    for (;;) {
        for (u32 n = get_number(&in); n > 0; n--) opened[out++] = packed[in++];
        u32 length = get_number(&in);
        if (length == 0) return out;
        u32 from = out - (packed[in] | (u32)packed[in + 1] << 8);
        in += 2;
        for (length += SHORTEST - 1; length > 0; length--) opened[out++] = opened[from++];
    }
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 26;
    for (u32 n = 0; n < (u32)iterations; n++) {
        write_prose(&rng);
        u32 size = compress(), whole = expand(), wrong = 0;
        for (u32 i = 0; i < BYTES; i++) wrong += opened[i] != plain[i];
        hash = mix(hash, (u64)size << 32 | (whole ^ wrong));
        for (u32 i = 0; i < size; i += 64) hash = mix(hash, packed[i]);
    }
    return (i64)hash;
}
