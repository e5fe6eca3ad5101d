// Fast Fourier transform (Cooley and Tukey 1965): radix 2, in place, bit-reversed input, and its inverse.
// Twiddle factors come from our own sine and cosine series. One iteration: a convolution of 1,024 complex numbers.
#include "kernel.h"

enum { BITS = 10, N = 1 << BITS };
typedef struct { f64 re, im; } Complex;
static Complex signal[N], filter[N], root[N / 2];

// sin and cos of x in 0 .. pi/4 by Taylor series to 2^-53.
static f64 small_sin(f64 x) {
    f64 sum = 0, term = x;
    for (u32 i = 1; i < 20; i += 2) {
        sum += term;
        term *= -x * x / (f64)((i + 1) * (i + 2));
    }
    return sum;
}

static f64 small_cos(f64 x) {
    f64 sum = 0, term = 1;
    for (u32 i = 0; i < 20; i += 2) {
        sum += term;
        term *= -x * x / (f64)((i + 1) * (i + 2));
    }
    return sum;
}

static void make_roots(void) {
    const f64 pi = 3.14159265358979323846;
    for (u32 i = 0; i < N / 2; i++) {
        u32 quarter = i / (N / 4), rest = i % (N / 4);
        f64 c, s;
        if (rest <= N / 8) {
            c = small_cos(2 * pi * rest / N), s = small_sin(2 * pi * rest / N);
        } else {
            c = small_sin(pi / 2 - 2 * pi * rest / N), s = small_cos(pi / 2 - 2 * pi * rest / N);
        }
        root[i] = quarter ? (Complex){-s, -c} : (Complex){c, -s};
    }
}

static NOINLINE void transform(Complex *x) {
    for (u32 i = 0, j = 0; i < N; i++) {
        if (i < j) {
            Complex keep = x[i];
            x[i] = x[j];
            x[j] = keep;
        }
        u32 bit = N >> 1;
        while (j & bit) j ^= bit, bit >>= 1;
        j |= bit;
    }
    for (u32 half = 1, stride = N / 2; half < N; half *= 2, stride /= 2)
        for (u32 start = 0; start < N; start += 2 * half)
            for (u32 k = 0; k < half; k++) {
                Complex w = root[k * stride], *low = &x[start + k], *high = low + half;
                f64 re = high->re * w.re - high->im * w.im, im = high->re * w.im + high->im * w.re;
                *high = (Complex){low->re - re, low->im - im};
                *low = (Complex){low->re + re, low->im + im};
            }
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 18;
    make_roots();
    for (u32 i = 0; i < N; i++) filter[i] = (Complex){rng_f64(&rng) - 0.5, rng_f64(&rng) - 0.5};
    transform(filter);
    for (u32 i = 0; i < N; i++) signal[i] = (Complex){rng_f64(&rng), 0};
    for (u32 n = 0; n < (u32)iterations; n++) {
        transform(signal);
        for (u32 i = 0; i < N; i++) {                      // conjugated, so that the same transform inverts
            f64 re = signal[i].re * filter[i].re - signal[i].im * filter[i].im;
            f64 im = signal[i].re * filter[i].im + signal[i].im * filter[i].re;
            signal[i] = (Complex){re / N, -im / N};
        }
        transform(signal);
        f64 top = 1e-6;
        for (u32 i = 0; i < N; i++) {
            f64 size = signal[i].re * signal[i].re + signal[i].im * signal[i].im;
            if (size > top) top = size;
        }
        top = 1 / __builtin_sqrt(top);
        for (u32 i = 0; i < N; i++) signal[i] = (Complex){signal[i].re * top, signal[i].im * top};
        signal[n % N].re += rng_f64(&rng);
        for (u32 i = n % 16; i < N; i += 16) hash = mix_f64(hash, signal[i].im);
    }
    return (i64)hash;
}
