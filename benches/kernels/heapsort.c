// Heapsort (Williams 1964, Floyd's bottom-up building) of 64-bit integers. One iteration: 3,000 of them.
#include "kernel.h"

enum { N = 3000 };
static u64 a[N];

static void sink(u32 i, u32 count) {
    u64 value = a[i];
    for (;;) {
        u32 child = 2 * i + 1;
        if (child >= count) break;
        if (child + 1 < count && a[child + 1] > a[child]) child++;
        if (a[child] <= value) break;
        a[i] = a[child];
        i = child;
    }
    a[i] = value;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 30;
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < N; i++) a[i] = rng_u64(&rng);
        for (u32 i = N / 2; i-- > 0;) sink(i, N);
        for (u32 count = N - 1; count > 0; count--) {
            u64 top = a[0];
            a[0] = a[count];
            a[count] = top;
            sink(0, count);
        }
        u32 wrong = 0;
        for (u32 i = 1; i < N; i++) wrong += a[i - 1] > a[i];
        for (u32 i = n % 16; i < N; i += 64) hash = mix(hash, a[i] + wrong);
    }
    return (i64)hash;
}
