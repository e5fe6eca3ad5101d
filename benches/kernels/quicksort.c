// Quicksort (Hoare 1961) with a median of three, its own stack of ranges, and insertion sort for short ones.
// One iteration: 4,096 random integers.
#include "kernel.h"

enum { N = 4096, SHORT = 12 };
static i32 a[N];

static void exchange(u32 i, u32 j) {
    i32 keep = a[i];
    a[i] = a[j];
    a[j] = keep;
}

static NOINLINE void sort(u32 count) {
    u32 stack[64], depth = 0, low = 0, high = count - 1;
    for (;;) {
        while (high - low > SHORT) {
            u32 middle = low + (high - low) / 2;
            if (a[middle] < a[low]) exchange(middle, low);
            if (a[high] < a[low]) exchange(high, low);
            if (a[high] < a[middle]) exchange(high, middle);
            i32 pivot = a[middle];
            u32 i = low, j = high;
            for (;;) {
                do i++; while (a[i] < pivot);
                do j--; while (a[j] > pivot);
                if (i >= j) break;
                exchange(i, j);
            }
            // The longer part waits on the stack, so its depth stays logarithmic.
            if (j - low > high - (j + 1)) {
                stack[depth++] = low, stack[depth++] = j;
                low = j + 1;
            } else {
                stack[depth++] = j + 1, stack[depth++] = high;
                high = j;
            }
        }
        for (u32 i = low + 1; i <= high; i++) {
            i32 value = a[i];
            u32 j = i;
            for (; j > low && a[j - 1] > value; j--) a[j] = a[j - 1];
            a[j] = value;
        }
        if (depth == 0) return;
        high = stack[--depth];
        low = stack[--depth];
    }
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 28;
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < N; i++) a[i] = (i32)rng_u32(&rng);
        sort(N);
        u32 wrong = 0;
        for (u32 i = 1; i < N; i++) wrong += a[i - 1] > a[i];
        for (u32 i = n % 16; i < N; i += 64) hash = mix(hash, (u64)a[i] + wrong);
    }
    return (i64)hash;
}
