// Native twin's main. NAME ITERATIONS [RUNS] prints the checksum and the median time of RUNS runs (default 5);
// NAME alone speaks the protocol of ../worker/mod.rs on its standard streams.
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

long long run(int iterations);

static int by_value(const void *a, const void *b) {
    long long x = *(const long long *)a, y = *(const long long *)b;
    return (x > y) - (x < y);
}

static long long now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

// Requests are our own: a key stands in them once, without blanks.
static int serve(void) {
    static char line[1 << 16];
    printf("{\"engine\":\"native\",\"version\":\"%s\"}\n", __VERSION__);
    for (fflush(stdout); fgets(line, sizeof line, stdin); fflush(stdout)) {
        if (strstr(line, "\"do\":\"quit\"")) return 0;
        const char *iterations = strstr(line, "\"iterations\":");
        if (!strstr(line, "\"do\":\"run\"")) {
            puts("{}");
        } else if (!iterations) {
            puts("{\"error\":\"a kernel needs its iterations\"}");
        } else {
            int count = atoi(iterations + strlen("\"iterations\":"));
            long long cpu = now(CLOCK_PROCESS_CPUTIME_ID), wall = now(CLOCK_MONOTONIC);
            long long result = run(count);
            wall = now(CLOCK_MONOTONIC) - wall;
            cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
            struct rusage usage;
            getrusage(RUSAGE_SELF, &usage);
            printf("{\"wall_ns\":%lld,\"cpu_ns\":%lld,\"peak_rss_bytes\":%lld,\"answer\":{\"values\":[\"i64:0x%llx\"]}}\n", wall, cpu,
                   usage.ru_maxrss * 1024ll, (unsigned long long)result);
        }
    }
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 2) return serve();
    int iterations = atoi(argv[1]), runs = argc > 2 ? atoi(argv[2]) : 5;
    if (runs < 1) runs = 1;
    long long *times = malloc(sizeof *times * (size_t)runs), result = 0;
    for (int k = 0; k < runs; k++) {
        long long start = now(CLOCK_MONOTONIC);
        long long r = run(iterations);
        times[k] = now(CLOCK_MONOTONIC) - start;
        if (k > 0 && r != result) return fprintf(stderr, "result differs between runs\n"), 1;
        result = r;
    }
    qsort(times, (size_t)runs, sizeof *times, by_value);
    printf("0x%016llx %lld\n", (unsigned long long)result, times[runs / 2]);
    free(times);
    return 0;
}
