// The sieve of Eratosthenes: bytes for the odd numbers below 2^15, then a segmented sieve of bits far above.
// One iteration: the small sieve, and 65,536 odd numbers from a random place below 2^29.
#include "kernel.h"

enum { LIMIT = 1 << 15, SEGMENT = 1 << 16 };
static u8 composite[LIMIT / 2];
static u32 primes[LIMIT / 8], prime_count;
static u32 bits[SEGMENT / 32];

static NOINLINE void small_sieve(void) {
    fill_bytes(composite, 0, sizeof composite);
    prime_count = 0;
    for (u32 i = 1; i < LIMIT / 2; i++) {
        if (composite[i]) continue;
        u32 p = 2 * i + 1;
        primes[prime_count++] = p;
        for (u32 k = p * p / 2; k < LIMIT / 2; k += p) composite[k] = 1;
    }
}

static NOINLINE u32 segment(u32 start) {                   // bit i stands for start + 2 i, start odd
    fill_bytes(bits, 0xff, sizeof bits);
    for (u32 i = 0; i < prime_count; i++) {
        u32 p = primes[i];
        if (p * p > start + 2 * SEGMENT) break;
        u32 first = p * p > start ? p * p : (start + p - 1) / p * p;
        if (first % 2 == 0) first += p;
        for (u32 k = (first - start) / 2; k < SEGMENT; k += p) bits[k / 32] &= ~(1u << (k % 32));
    }
    u32 count = 0;
    for (u32 i = 0; i < SEGMENT / 32; i++) count += (u32)__builtin_popcount(bits[i]);
    return count;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 39;
    for (u32 n = 0; n < (u32)iterations; n++) {
        small_sieve();
        u32 start = rng_below(&rng, 1u << 29) | 1;
        hash = mix(hash, (u64)prime_count << 32 | segment(start));
        hash = mix(hash, bits[n % (SEGMENT / 32)]);
    }
    return (i64)hash;
}
