// A heap with boundary tags, eight size-class lists, splitting and coalescing (Knuth, TAOCP 2.5), under a random
// load of allocate, resize and free; every block carries a pattern that is checked. One iteration: 1,500 steps.
#include "kernel.h"

enum { HEAP = 1 << 16, LIVE = 128, STEPS = 1500, CLASSES = 8, USED = 1, HEADER = 4, LEAST = 16 };
// A block: size in bytes | USED in its first and last word; a free one holds next and previous offsets between.
// Offset 0 means none: the heap starts at 8 so that payloads, 4 past a header, sit on multiples of 4.
static u32 heap[HEAP / 4], list[CLASSES];

static u32 *word(u32 offset) { return &heap[offset / 4]; }
static u32 size_of(u32 block) { return *word(block) & ~7u; }

static u32 class_of(u32 size) {
    u32 log = 31 - (u32)__builtin_clz(size | LEAST) - 4;
    return log < CLASSES ? log : CLASSES - 1;
}

static void stamp(u32 block, u32 size, u32 used) {
    *word(block) = *word(block + size - 4) = size | used;
}

static void link(u32 block) {
    u32 class = class_of(size_of(block)), next = list[class];
    *word(block + 4) = next;
    *word(block + 8) = 0;
    if (next) *word(next + 8) = block;
    list[class] = block;
}

static void unlink(u32 block) {
    u32 next = *word(block + 4), previous = *word(block + 8);
    if (next) *word(next + 8) = previous;
    if (previous) *word(previous + 4) = next;
    else list[class_of(size_of(block))] = next;
}

static NOINLINE void heap_reset(void) {
    for (u32 i = 0; i < CLASSES; i++) list[i] = 0;
    *word(4) = USED;                                       // guards on both sides stop coalescing
    *word(HEAP - 8) = USED;
    stamp(8, HEAP - 16, 0);
    link(8);
}

static NOINLINE u32 heap_take(u32 size) {
    u32 need = (size + 2 * HEADER + 7) & ~7u;
    if (need < LEAST) need = LEAST;
    for (u32 class = class_of(need); class < CLASSES; class++)
        for (u32 block = list[class]; block; block = *word(block + 4)) {
            u32 have = size_of(block);
            if (have < need) continue;
            unlink(block);
            if (have - need >= LEAST) {
                stamp(block + need, have - need, 0);
                link(block + need);
                have = need;
            }
            stamp(block, have, USED);
            return block + HEADER;
        }
    return 0;
}

static NOINLINE void heap_give(u32 payload) {
    u32 block = payload - HEADER, size = size_of(block), next = block + size;
    if (!(*word(next) & USED)) unlink(next), size += size_of(next);
    if (!(*word(block - 4) & USED)) {
        u32 before = *word(block - 4) & ~7u;
        block -= before;
        unlink(block);
        size += before;
    }
    stamp(block, size, 0);
    link(block);
}

static u32 live[LIVE], live_size[LIVE], failures, spoilt;

static void paint(u32 k) {
    for (u32 i = 0; i < live_size[k]; i += 4) *word(live[k] + i) = k * 0x01010101u + i;
}

static void inspect(u32 k, u32 size) {
    for (u32 i = 0; i < size; i += 4) spoilt += *word(live[k] + i) != k * 0x01010101u + i;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 47;
    for (u32 n = 0; n < (u32)iterations; n++) {
        heap_reset();
        for (u32 k = 0; k < LIVE; k++) live[k] = 0;
        failures = spoilt = 0;
        u64 trace = 0;
        for (u32 step = 0; step < STEPS; step++) {
            u32 r = rng_u32(&rng), k = r % LIVE, size = 4 + (r >> 8 & 0xff) * ((r >> 16 & 15) == 0 ? 20 : 1);
            size &= ~3u;
            if (!live[k]) {
                live[k] = heap_take(size);
                if (live[k]) live_size[k] = size, paint(k);
                else failures++;
            } else if (r >> 30 == 0) {                     // resize: take, copy, give
                u32 fresh = heap_take(size), both = size < live_size[k] ? size : live_size[k];
                if (fresh) {
                    for (u32 i = 0; i < both; i += 4) *word(fresh + i) = *word(live[k] + i);
                    heap_give(live[k]);
                    live[k] = fresh;
                    inspect(k, both);
                    live_size[k] = size, paint(k);
                } else {
                    failures++;
                }
            } else {
                inspect(k, live_size[k]);
                heap_give(live[k]);
                live[k] = 0;
            }
            trace = trace * 7 + live[k];
        }
        for (u32 k = 0; k < LIVE; k++)
            if (live[k]) inspect(k, live_size[k]), heap_give(live[k]);
        spoilt += size_of(8) != HEAP - 16;
        hash = mix(hash, trace + ((u64)failures << 48) + spoilt);
    }
    return (i64)hash;
}
