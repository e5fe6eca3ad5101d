// Huffman coding (Huffman 1952): frequencies, tree by a binary heap, canonical codes, bits out, bits in.
// One iteration: 12 KiB with a skewed distribution, encoded, decoded and compared.
#include "kernel.h"

enum { BYTES = 12 * 1024, SYMBOLS = 256, LONGEST = 32 };
static u8 plain[BYTES], packed[2 * BYTES], opened[BYTES];
static u32 weight[2 * SYMBOLS], parent[2 * SYMBOLS], heap[SYMBOLS], heap_size;
static u8 length[SYMBOLS];
static u32 code[SYMBOLS], first_code[LONGEST + 1], first_index[LONGEST + 1], count[LONGEST + 1];
static u8 by_code[SYMBOLS];

static u32 lighter(u32 a, u32 b) { return weight[a] != weight[b] ? weight[a] < weight[b] : a < b; }

static void heap_push(u32 node) {
    u32 i = heap_size++;
    while (i > 0 && lighter(node, heap[(i - 1) / 2])) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = node;
}

static u32 heap_pop(void) {
    u32 top = heap[0], node = heap[--heap_size], i = 0;
    for (;;) {
        u32 child = 2 * i + 1;
        if (child >= heap_size) break;
        if (child + 1 < heap_size && lighter(heap[child + 1], heap[child])) child++;
        if (!lighter(heap[child], node)) break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = node;
    return top;
}

static NOINLINE void make_codes(void) {
    for (u32 i = 0; i < SYMBOLS; i++) weight[i] = 0;
    for (u32 i = 0; i < BYTES; i++) weight[plain[i]]++;
    heap_size = 0;
    u32 nodes = SYMBOLS;
    for (u32 i = 0; i < SYMBOLS; i++)
        if (weight[i]) heap_push(i);
    while (heap_size > 1) {
        u32 a = heap_pop(), b = heap_pop();
        weight[nodes] = weight[a] + weight[b];
        parent[a] = parent[b] = nodes;
        heap_push(nodes++);
    }
    u32 root = nodes - 1;
    for (u32 i = 0; i <= LONGEST; i++) count[i] = 0;
    for (u32 i = 0; i < SYMBOLS; i++) {
        length[i] = 0;
        if (!weight[i]) continue;
        for (u32 node = i; node != root; node = parent[node]) length[i]++;
        count[length[i]]++;
    }
    u32 next = 0, index = 0;
    for (u32 bits = 1; bits <= LONGEST; bits++) {
        next <<= 1;
        first_code[bits] = next;
        first_index[bits] = index;
        for (u32 i = 0; i < SYMBOLS; i++)
            if (length[i] == bits) {
                code[i] = next++;
                by_code[index++] = (u8)i;
            }
    }
}

static NOINLINE u32 encode(void) {
    u64 pending = 0;
    u32 held = 0, out = 0;
    for (u32 i = 0; i < BYTES; i++) {
        pending = pending << length[plain[i]] | code[plain[i]];
        held += length[plain[i]];
        while (held >= 8) packed[out++] = (u8)(pending >> (held -= 8));
    }
    packed[out++] = (u8)(pending << (8 - held));
    return out;
}

static NOINLINE void decode(void) {
    u32 in = 0, bits_left = 0, byte = 0;
    for (u32 i = 0; i < BYTES; i++) {
        u32 value = 0, bits = 0;
        do {
            if (bits_left == 0) byte = packed[in++], bits_left = 8;
            value = value << 1 | (byte >> --bits_left & 1);
            bits++;
        } while (value - first_code[bits] >= count[bits]);
        opened[i] = by_code[first_index[bits] + value - first_code[bits]];
    }
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 27;
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < BYTES; i++) {
            u64 r = rng_u64(&rng);
            plain[i] = (u8)((r & 255) & (r >> 8 & 255) & ((r >> 16 & 255) | (i % 64)));
        }
        make_codes();
        u32 size = encode(), wrong = 0;
        decode();
        for (u32 i = 0; i < BYTES; i++) wrong += plain[i] != opened[i];
        hash = mix(hash, (u64)size << 32 | wrong);
        for (u32 i = 0; i < size; i += 64) hash = mix(hash, packed[i]);
    }
    return (i64)hash;
}
