// Graph searches on compressed adjacency: Dijkstra with a binary heap that can lower keys, breadth first with a
// queue, depth first with recursion. One iteration: one graph of 512 vertices and 2,048 edges, all three.
#include "kernel.h"

enum { VERTICES = 512, EDGES = 2048, FAR = 0x7fffffff };
static u32 start[VERTICES + 1], from[EDGES], to[EDGES], weight[EDGES];
static u16 target[EDGES];
static u32 cost[EDGES], distance[VERTICES], heap[VERTICES], place[VERTICES], heap_size;

static NOINLINE void make_graph(Rng *rng) {
    for (u32 i = 0; i <= VERTICES; i++) start[i] = 0;
    for (u32 e = 0; e < EDGES; e++) {
        from[e] = rng_below(rng, VERTICES);
        to[e] = rng_below(rng, VERTICES);
        weight[e] = 1 + rng_below(rng, 1000);
        start[from[e] + 1]++;
    }
    for (u32 i = 0; i < VERTICES; i++) start[i + 1] += start[i];
    for (u32 i = 0; i < VERTICES; i++) place[i] = start[i];
    for (u32 e = 0; e < EDGES; e++) {
        u32 slot = place[from[e]]++;
        target[slot] = (u16)to[e];
        cost[slot] = weight[e];
    }
}

static void set(u32 i, u32 vertex) {
    heap[i] = vertex;
    place[vertex] = i;
}

static void rise(u32 i, u32 vertex) {
    while (i > 0 && distance[vertex] < distance[heap[(i - 1) / 2]]) {
        set(i, heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    set(i, vertex);
}

static u32 pop(void) {
    u32 top = heap[0], last = heap[--heap_size], i = 0;
    for (;;) {
        u32 child = 2 * i + 1;
        if (child >= heap_size) break;
        if (child + 1 < heap_size && distance[heap[child + 1]] < distance[heap[child]]) child++;
        if (distance[heap[child]] >= distance[last]) break;
        set(i, heap[child]);
        i = child;
    }
    set(i, last);
    return top;
}

static NOINLINE void shortest(u32 source) {
    for (u32 i = 0; i < VERTICES; i++) distance[i] = FAR, place[i] = VERTICES;
    heap_size = 0;
    distance[source] = 0;
    rise(heap_size++, source);
    while (heap_size > 0) {
        u32 v = pop();
        for (u32 e = start[v]; e < start[v + 1]; e++) {
            u32 w = target[e], length = distance[v] + cost[e];
            if (length >= distance[w]) continue;
            distance[w] = length;
            rise(place[w] == VERTICES ? heap_size++ : place[w], w);
        }
    }
}

static NOINLINE u32 breadth(u32 source) {
    static u32 queue[VERTICES], level[VERTICES];
    u32 sum = 0, tail = 0;
    for (u32 i = 0; i < VERTICES; i++) level[i] = FAR;
    level[source] = 0;
    queue[tail++] = source;
    for (u32 head = 0; head < tail; head++) {
        u32 v = queue[head];
        sum += level[v] * (head + 1);
        for (u32 e = start[v]; e < start[v + 1]; e++)
            if (level[target[e]] == FAR) {
                level[target[e]] = level[v] + 1;
                queue[tail++] = target[e];
            }
    }
    return sum;
}

static u8 seen[VERTICES];
static u32 clock;

static NOINLINE u32 depth(u32 v) {
    u32 sum = ++clock * v;
    seen[v] = 1;
    for (u32 e = start[v]; e < start[v + 1]; e++)
        if (!seen[target[e]]) sum = sum * 3 + depth(target[e]);
    return sum;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 58;
    for (u32 n = 0; n < (u32)iterations; n++) {
        make_graph(&rng);
        u32 source = rng_below(&rng, VERTICES);
        shortest(source);
        for (u32 i = 0; i < VERTICES; i += 8) hash = mix(hash, distance[i]);
        u32 wide = breadth(source);
        fill_bytes(seen, 0, sizeof seen);
        clock = 0;
        hash = mix(hash, (u64)wide << 32 | depth(source));
    }
    return (i64)hash;
}
