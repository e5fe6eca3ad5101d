// Least-significant-digit radix sort of 64-bit keys with payloads, eight bits a pass; passes whose digit is
// constant are skipped. One iteration: 4,096 keys of 48 bits.
#include "kernel.h"

enum { N = 4096 };
typedef struct { u64 key; u32 payload; } Item;
static Item items[2][N];

static NOINLINE u32 sort(void) {
    u32 from = 0;
    for (u32 shift = 0; shift < 64; shift += 8) {
        u32 start[256] = {0};
        for (u32 i = 0; i < N; i++) start[items[from][i].key >> shift & 255]++;
        if (start[items[from][0].key >> shift & 255] == N) continue;
        u32 sum = 0;
        for (u32 i = 0; i < 256; i++) {
            u32 count = start[i];
            start[i] = sum;
            sum += count;
        }
        for (u32 i = 0; i < N; i++) items[!from][start[items[from][i].key >> shift & 255]++] = items[from][i];
        from = !from;
    }
    return from;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 29;
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < N; i++) {
            items[0][i].key = rng_u64(&rng) >> 16;
            items[0][i].payload = i;
        }
        const Item *sorted = items[sort()];
        u32 wrong = 0;
        for (u32 i = 1; i < N; i++) wrong += sorted[i - 1].key > sorted[i].key;
        for (u32 i = n % 16; i < N; i += 64) hash = mix(hash, sorted[i].key + sorted[i].payload + wrong);
    }
    return (i64)hash;
}
