// A kernel as a program: NAME ITERATIONS prints the checksum and how many seconds `run` took by the program's own clock. wasi.sh builds it for WASI, and
// wasi.toml says how the native twin is built.
#define _POSIX_C_SOURCE 199309L
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

long long run(int iterations);

static char line[80];
static size_t length;

static void text(const char *s) {
    while (*s) line[length++] = *s++;
}

// At least so many digits.
static void number(unsigned long long value, unsigned base, int digits) {
    if (value >= base || digits > 1) number(value / base, base, digits - 1);
    line[length++] = "0123456789abcdef"[value % base];
}

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        text("usage: NAME ITERATIONS\n");
        return write(2, line, length) < 0 ? 3 : 2;
    }
    int iterations = atoi(argv[1]);
    long long start = now();
    unsigned long long sum = (unsigned long long)run(iterations);
    long long time = now() - start;
    text("checksum 0x");
    number(sum, 16, 16);
    text("\nseconds ");
    number((unsigned long long)time / 1000000000, 10, 1);
    text(".");
    number((unsigned long long)time % 1000000000, 10, 9);
    text("\n");
    return write(1, line, length) < 0;
}
