// Generic sorting through callbacks: an element-size-agnostic merge sort that compares by function pointer and
// moves bytes, on records, integers and pointers, then binary search. One iteration: 500 of each.
#include "kernel.h"

enum { N = 500 };
typedef i32 (*Compare)(const void *a, const void *b);
typedef struct { u32 id; f32 weight; u8 name[8]; } Record;
static Record records[N], scratch[N];
static i32 numbers[N];
static const Record *pointers[N];

static NOINLINE void sort(void *base, u32 count, u32 size, Compare compare, u8 *spare) {
    u8 *a = base;
    if (count <= 6) {
        for (u32 i = 1; i < count; i++)
            for (u32 k = i; k > 0 && compare(a + (k - 1) * size, a + k * size) > 0; k--)
                for (u32 b = 0; b < size; b++) {
                    u8 keep = a[k * size + b];
                    a[k * size + b] = a[(k - 1) * size + b];
                    a[(k - 1) * size + b] = keep;
                }
        return;
    }
    u32 half = count / 2, i = 0, j = half;
    sort(a, half, size, compare, spare);
    sort(a + half * size, count - half, size, compare, spare);
    for (u8 *out = spare; out < spare + count * size; out += size) {
        u32 pick = j == count || (i < half && compare(a + i * size, a + j * size) <= 0) ? i++ : j++;
        copy_bytes(out, a + pick * size, size);
    }
    copy_bytes(a, spare, count * size);
}

static NOINLINE u32 search(const void *key, const void *base, u32 count, u32 size, Compare compare) {
    u32 low = 0;
    while (count > 0) {
        u32 half = count / 2;
        if (compare((const u8 *)base + (low + half) * size, key) < 0) low += half + 1, count -= half + 1;
        else count = half;
    }
    return low;
}

static i32 by_id(const void *a, const void *b) {
    u32 x = ((const Record *)a)->id, y = ((const Record *)b)->id;
    return (x > y) - (x < y);
}

static i32 by_weight(const void *a, const void *b) {
    f32 x = ((const Record *)a)->weight, y = ((const Record *)b)->weight;
    return (x > y) - (x < y);
}

static i32 by_name(const void *a, const void *b) {
    const u8 *x = ((const Record *)a)->name, *y = ((const Record *)b)->name;
    for (u32 i = 0; i < 8; i++)
        if (x[i] != y[i]) return x[i] - y[i];
    return 0;
}

static i32 by_number(const void *a, const void *b) {
    i32 x = *(const i32 *)a, y = *(const i32 *)b;
    return (x > y) - (x < y);
}

static i32 by_pointed_name(const void *a, const void *b) {
    return by_name(*(const Record *const *)a, *(const Record *const *)b);
}

i64 run(i32 iterations) {
    static const Compare orders[] = {by_id, by_weight, by_name};
    Rng rng = rng_new((u32)iterations);
    u64 hash = 55;
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < N; i++) {
            records[i].id = rng_u32(&rng);
            records[i].weight = (f32)rng_f64(&rng);
            for (u32 k = 0; k < 8; k++) records[i].name[k] = (u8)('a' + rng_below(&rng, 3));
            numbers[i] = (i32)rng_u32(&rng);
            pointers[i] = &records[i];
        }
        Compare order = orders[rng_below(&rng, COUNT(orders))];
        sort(records, N, sizeof records[0], order, (u8 *)scratch);
        sort(numbers, N, sizeof numbers[0], by_number, (u8 *)scratch);
        sort(pointers, N, sizeof pointers[0], by_pointed_name, (u8 *)scratch);
        u32 sum = 0;
        for (u32 i = 0; i < 100; i++) {
            i32 key = (i32)rng_u32(&rng);
            sum = sum * 3 + search(&key, numbers, N, sizeof numbers[0], by_number);
            sum = sum * 3 + search(&records[i * 5], records, N, sizeof records[0], order);
        }
        hash = mix(hash, sum);
        for (u32 i = 0; i < N; i += 25) hash = mix(hash, (u64)records[i].id << 32 | (u32)(numbers[i] ^ (i32)pointers[i]->id));
    }
    return (i64)hash;
}
