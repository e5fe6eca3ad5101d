// An open-addressing hash map with Robin Hood insertion (Celis 1986) and backward-shift deletion, growing by
// doubling. One iteration: an empty map, then 6,000 inserts, lookups and removals of skewed keys.
#include "kernel.h"

enum { MOST = 8192, STEPS = 6000 };
typedef struct { u64 key, value; } Slot;                   // key 0 is an empty slot
static Slot storage[2][MOST];
static Slot *slots;
static u32 mask, used, active;

static u32 home(u64 key) { return (u32)(key * 0x9e3779b97f4a7c15ull >> 32) & mask; }

static void place(u64 key, u64 value) {
    u32 i = home(key), distance = 0;
    for (;; i = (i + 1) & mask, distance++) {
        if (slots[i].key == 0) {
            slots[i] = (Slot){key, value};
            used++;
            return;
        }
        if (slots[i].key == key) {
            slots[i].value += value;
            return;
        }
        u32 other = (i - home(slots[i].key)) & mask;
        if (other < distance) {
            Slot keep = slots[i];
            slots[i] = (Slot){key, value};
            key = keep.key, value = keep.value, distance = other;
        }
    }
}

static void reset(u32 capacity) {
    active = !active;
    slots = storage[active];
    mask = capacity - 1;
    used = 0;
    fill_bytes(slots, 0, capacity * sizeof(Slot));
}

static NOINLINE void insert(u64 key, u64 value) {
    if (used * 8 >= (mask + 1) * 7) {
        const Slot *old = slots;
        u32 capacity = mask + 1;
        reset(2 * capacity);
        for (u32 i = 0; i < capacity; i++)
            if (old[i].key) place(old[i].key, old[i].value);
    }
    place(key, value);
}

static u32 find(u64 key) {
    u32 i = home(key);
    for (u32 distance = 0; slots[i].key; i = (i + 1) & mask, distance++) {
        if (slots[i].key == key) return i;
        if (((i - home(slots[i].key)) & mask) < distance) break;
    }
    return ~0u;
}

static NOINLINE u32 erase(u64 key) {
    u32 i = find(key);
    if (i == ~0u) return 0;
    for (;;) {
        u32 next = (i + 1) & mask;
        if (slots[next].key == 0 || home(slots[next].key) == next) break;
        slots[i] = slots[next];
        i = next;
    }
    slots[i].key = 0;
    used--;
    return 1;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 31;
    for (u32 n = 0; n < (u32)iterations; n++) {
        reset(16);
        u64 sum = 0;
        for (u32 step = 0; step < STEPS; step++) {
            u64 r = rng_u64(&rng), key = 1 + (r & 0xfff) * ((r >> 12 & 3) + 1);
            switch (r >> 61) {
            case 0: sum += erase(key); break;
            case 1: case 2: case 3: {
                u32 i = find(key);
                if (i != ~0u) sum += slots[i].value;
                break;
            }
            default: insert(key, r >> 40);
            }
        }
        for (u32 i = 0; i <= mask; i++) sum = sum * 3 + slots[i].key * slots[i].value;
        hash = mix(hash, sum + used);
    }
    return (i64)hash;
}
