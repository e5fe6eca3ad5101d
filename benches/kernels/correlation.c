// Covariance and correlation matrices of a table of observations: column means and deviations, then a
// triangular product mirrored into a symmetric matrix. One iteration: one table with fresh rows.
#include "kernel.h"

enum { ROWS = 64, COLS = 56 };
static f64 data[ROWS][COLS], mean[COLS], deviation[COLS], covariance[COLS][COLS], corr[COLS][COLS];

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 9;
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < ROWS; i++)
            for (u32 j = 0; j < COLS; j++) data[i][j] = rng_f64(&rng) * (1 + j % 5) + (j ? 0.25 * data[i][j - 1] : 0);
        for (u32 j = 0; j < COLS; j++) {
            mean[j] = 0;
            for (u32 i = 0; i < ROWS; i++) mean[j] += data[i][j];
            mean[j] /= ROWS;
        }
        for (u32 i = 0; i < ROWS; i++)
            for (u32 j = 0; j < COLS; j++) data[i][j] -= mean[j];
        for (u32 i = 0; i < COLS; i++)
            for (u32 j = i; j < COLS; j++) {
                f64 sum = 0;
                for (u32 k = 0; k < ROWS; k++) sum += data[k][i] * data[k][j];
                covariance[i][j] = covariance[j][i] = sum / (ROWS - 1);
            }
        for (u32 j = 0; j < COLS; j++) {
            f64 sum = 0;
            for (u32 i = 0; i < ROWS; i++) sum += data[i][j] * data[i][j];
            f64 root = __builtin_sqrt(sum / ROWS);
            deviation[j] = root <= 0.1 ? 1.0 : root;
        }
        f64 scale = __builtin_sqrt((f64)ROWS);
        for (u32 i = 0; i < ROWS; i++)
            for (u32 j = 0; j < COLS; j++) data[i][j] /= scale * deviation[j];
        for (u32 i = 0; i < COLS; i++) {
            corr[i][i] = 1;
            for (u32 j = i + 1; j < COLS; j++) {
                corr[i][j] = 0;
                for (u32 k = 0; k < ROWS; k++) corr[i][j] += data[k][i] * data[k][j];
                corr[j][i] = corr[i][j];
            }
        }
        hash = mix_f64s(hash, &covariance[0][0], COLS * COLS, 7);
        hash = mix_f64s(hash, &corr[0][0], COLS * COLS, 7);
    }
    return (i64)hash;
}
