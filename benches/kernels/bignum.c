// Big integers in 32-bit limbs: schoolbook and Karatsuba products (compared), and a power modulo an odd
// 512-bit number by Montgomery's method. One iteration: one product of 64 limbs each way, one power.
#include "kernel.h"

enum { LIMBS = 64, SMALL = 16, WORDS = 16, POWER_BITS = 32 };

static NOINLINE void schoolbook(u32 *to, const u32 *a, const u32 *b, u32 count) {
    for (u32 i = 0; i < 2 * count; i++) to[i] = 0;
    for (u32 i = 0; i < count; i++) {
        u64 carry = 0;
        for (u32 j = 0; j < count; j++) {
            carry += (u64)a[i] * b[j] + to[i + j];
            to[i + j] = (u32)carry;
            carry >>= 32;
        }
        to[i + count] = (u32)carry;
    }
}

// to += a, both of `count` limbs; the carry out is the answer.
static u32 add_to(u32 *to, const u32 *a, u32 count) {
    u64 carry = 0;
    for (u32 i = 0; i < count; i++) {
        carry += (u64)to[i] + a[i];
        to[i] = (u32)carry;
        carry >>= 32;
    }
    return (u32)carry;
}

static u32 subtract_from(u32 *to, const u32 *a, u32 count) {
    u64 borrow = 0;
    for (u32 i = 0; i < count; i++) {
        u64 difference = (u64)to[i] - a[i] - borrow;
        to[i] = (u32)difference;
        borrow = difference >> 63;
    }
    return (u32)borrow;
}

// |a - b| into `to`; answers 1 if a < b.
static u32 distance(u32 *to, const u32 *a, const u32 *b, u32 count) {
    u32 i = count;
    while (i > 0 && a[i - 1] == b[i - 1]) i--;
    u32 less = i > 0 && a[i - 1] < b[i - 1];
    const u32 *large = less ? b : a, *small = less ? a : b;
    for (u32 k = 0; k < count; k++) to[k] = large[k];
    subtract_from(to, small, count);
    return less;
}

// a1 b0 + a0 b1 = a0 b0 + a1 b1 - (a0 - a1)(b0 - b1); `scratch` has 4 * count limbs.
static void karatsuba(u32 *to, const u32 *a, const u32 *b, u32 count, u32 *scratch) {
    if (count <= SMALL) {
        schoolbook(to, a, b, count);
        return;
    }
    u32 half = count / 2;
    u32 *left = scratch, *right = scratch + half, *cross = scratch + count, *rest = scratch + 2 * count;
    u32 negative = distance(left, a, a + half, half) ^ distance(right, b, b + half, half);
    karatsuba(cross, left, right, half, rest);
    karatsuba(to, a, b, half, rest);
    karatsuba(to + count, a + half, b + half, half, rest);
    u32 *middle = scratch;                                 // left and right are spent; count limbs and a carry
    for (u32 i = 0; i < count; i++) middle[i] = to[i];
    u32 carry = add_to(middle, to + count, count);
    if (negative) carry += add_to(middle, cross, count);
    else carry -= subtract_from(middle, cross, count);
    carry += add_to(to + half, middle, count);
    for (u32 i = half + count; carry && i < 2 * count; i++) {
        u64 sum = (u64)to[i] + carry;
        to[i] = (u32)sum;
        carry = (u32)(sum >> 32);
    }
}

static u32 modulus[WORDS], inverse;                        // inverse = -1 / modulus[0] mod 2^32

static NOINLINE void montgomery(u32 *to, const u32 *a, const u32 *b) {
    u32 t[WORDS + 2] = {0};
    for (u32 i = 0; i < WORDS; i++) {
        u64 carry = 0;
        for (u32 j = 0; j < WORDS; j++) {
            carry += (u64)a[i] * b[j] + t[j];
            t[j] = (u32)carry;
            carry >>= 32;
        }
        carry += t[WORDS];
        t[WORDS] = (u32)carry;
        t[WORDS + 1] = (u32)(carry >> 32);
        u32 factor = t[0] * inverse;
        carry = ((u64)factor * modulus[0] + t[0]) >> 32;
        for (u32 j = 1; j < WORDS; j++) {
            carry += (u64)factor * modulus[j] + t[j];
            t[j - 1] = (u32)carry;
            carry >>= 32;
        }
        carry += t[WORDS];
        t[WORDS - 1] = (u32)carry;
        t[WORDS] = t[WORDS + 1] + (u32)(carry >> 32);
    }
    u32 reduced[WORDS];
    for (u32 i = 0; i < WORDS; i++) reduced[i] = t[i];
    u32 borrow = subtract_from(reduced, modulus, WORDS);
    u32 keep = borrow > t[WORDS];
    for (u32 i = 0; i < WORDS; i++) to[i] = keep ? t[i] : reduced[i];
}

i64 run(i32 iterations) {
    static u32 a[LIMBS], b[LIMBS], slow[2 * LIMBS], fast[2 * LIMBS], scratch[4 * LIMBS + 64];
    Rng rng = rng_new((u32)iterations);
    u64 hash = 38;
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < LIMBS; i++) a[i] = rng_u32(&rng), b[i] = rng_u32(&rng);
        schoolbook(slow, a, b, LIMBS);
        karatsuba(fast, a, b, LIMBS, scratch);
        u32 wrong = 0;
        for (u32 i = 0; i < 2 * LIMBS; i++) wrong += slow[i] != fast[i];
        hash = mix(hash, (u64)slow[n % (2 * LIMBS)] << 8 | wrong);

        u32 base[WORDS], power[WORDS], exponent = rng_u32(&rng);
        for (u32 i = 0; i < WORDS; i++) modulus[i] = rng_u32(&rng), base[i] = rng_u32(&rng), power[i] = i == 0;
        modulus[0] |= 1;
        modulus[WORDS - 1] |= 0x80000000u;
        base[WORDS - 1] &= 0x7fffffffu;
        inverse = 1;                                       // Newton's iteration doubles the good bits
        for (u32 i = 0; i < 5; i++) inverse *= 2 - modulus[0] * inverse;
        inverse = -inverse;
        for (u32 bit = POWER_BITS; bit-- > 0;) {
            montgomery(power, power, power);
            if (exponent >> bit & 1) montgomery(power, power, base);
        }
        for (u32 i = 0; i < WORDS; i++) hash = mix(hash, power[i]);
    }
    return (i64)hash;
}
