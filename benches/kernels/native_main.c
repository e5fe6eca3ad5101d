// Native twin's main: NAME ITERATIONS [RUNS] prints the checksum and the median time of RUNS runs (default 5).
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

long long run(int iterations);

static int by_value(const void *a, const void *b) {
    long long x = *(const long long *)a, y = *(const long long *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    if (argc < 2) return fprintf(stderr, "usage: %s ITERATIONS [RUNS]\n", argv[0]), 2;
    int iterations = atoi(argv[1]), runs = argc > 2 ? atoi(argv[2]) : 5;
    if (runs < 1) runs = 1;
    long long *times = malloc(sizeof *times * (size_t)runs), result = 0;
    for (int k = 0; k < runs; k++) {
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        long long r = run(iterations);
        clock_gettime(CLOCK_MONOTONIC, &b);
        times[k] = (b.tv_sec - a.tv_sec) * 1000000000ll + (b.tv_nsec - a.tv_nsec);
        if (k > 0 && r != result) return fprintf(stderr, "result differs between runs\n"), 1;
        result = r;
    }
    qsort(times, (size_t)runs, sizeof *times, by_value);
    printf("0x%016llx %lld\n", (unsigned long long)result, times[runs / 2]);
    free(times);
    return 0;
}
