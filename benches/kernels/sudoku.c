// Exact cover by dancing links (Knuth 2000): sudoku puzzles cut out of shuffled full grids; the search stops at
// the second solution. One iteration: one puzzle of 36 givens.
#include "kernel.h"

enum { COLUMNS = 324, ROWS = 729, CELLS = 1 + COLUMNS + 4 * ROWS, MOST = 2 };
static u16 left[CELLS], right[CELLS], up[CELLS], down[CELLS], column[CELLS], row_of[CELLS], size[COLUMNS + 1];
static u16 row_cell[ROWS];
static u8 grid[81], answer[81];
static u32 solutions, steps;

static void build(void) {
    for (u32 c = 0; c <= COLUMNS; c++) {
        left[c] = (u16)(c ? c - 1 : COLUMNS);
        right[c] = (u16)(c < COLUMNS ? c + 1 : 0);
        up[c] = down[c] = column[c] = (u16)c;
        size[c] = 0;
    }
    u32 next = COLUMNS + 1;
    for (u32 r = 0; r < ROWS; r++) {
        u32 cell = r / 9, digit = r % 9, y = cell / 9, x = cell % 9, box = y / 3 * 3 + x / 3;
        u32 at[4] = {1 + cell, 82 + y * 9 + digit, 163 + x * 9 + digit, 244 + box * 9 + digit};
        row_cell[r] = (u16)next;
        for (u32 k = 0; k < 4; k++) {
            u32 i = next + k, c = at[k];
            left[i] = (u16)(next + (k + 3) % 4);
            right[i] = (u16)(next + (k + 1) % 4);
            up[i] = up[c];
            down[i] = (u16)c;
            down[up[c]] = (u16)i;
            up[c] = (u16)i;
            column[i] = (u16)c;
            row_of[i] = (u16)r;
            size[c]++;
        }
        next += 4;
    }
}

static void cover(u32 c) {
    right[left[c]] = right[c];
    left[right[c]] = left[c];
    for (u32 i = down[c]; i != c; i = down[i])
        for (u32 j = right[i]; j != i; j = right[j]) {
            down[up[j]] = down[j];
            up[down[j]] = up[j];
            size[column[j]]--;
        }
}

static void uncover(u32 c) {
    for (u32 i = up[c]; i != c; i = up[i])
        for (u32 j = left[i]; j != i; j = left[j]) {
            size[column[j]]++;
            down[up[j]] = (u16)j;
            up[down[j]] = (u16)j;
        }
    right[left[c]] = (u16)c;
    left[right[c]] = (u16)c;
}

static NOINLINE void search(void) {
    steps++;
    if (right[0] == 0) {
        solutions++;
        return;
    }
    u32 best = right[0];
    for (u32 c = right[best]; c; c = right[c])
        if (size[c] < size[best]) best = c;
    if (size[best] == 0) return;
    cover(best);
    for (u32 i = down[best]; i != best && solutions < MOST; i = down[i]) {
        for (u32 j = right[i]; j != i; j = right[j]) cover(column[j]);
        u32 r = row_of[i];
        answer[r / 9] = (u8)(r % 9 + 1);
        search();
        for (u32 j = left[i]; j != i; j = left[j]) uncover(column[j]);
    }
    uncover(best);
}

static void shuffle(Rng *rng, u8 *items, u32 count) {
    for (u32 i = count; i-- > 1;) {
        u32 k = rng_below(rng, i + 1);
        u8 keep = items[i];
        items[i] = items[k];
        items[k] = keep;
    }
}

static void make_puzzle(Rng *rng) {
    u8 digit[9], band[3] = {0, 1, 2}, inside[3] = {0, 1, 2}, keep[81];
    for (u32 i = 0; i < 9; i++) digit[i] = (u8)i;
    shuffle(rng, digit, 9);
    shuffle(rng, band, 3);
    shuffle(rng, inside, 3);
    for (u32 y = 0; y < 9; y++)
        for (u32 x = 0; x < 9; x++) {
            u32 row = band[y / 3] * 3u + inside[y % 3];
            grid[y * 9 + x] = (u8)(digit[(3 * (row % 3) + row / 3 + x) % 9] + 1);
        }
    for (u32 i = 0; i < 81; i++) keep[i] = i < 36;
    shuffle(rng, keep, 81);
    for (u32 i = 0; i < 81; i++)
        if (!keep[i]) grid[i] = 0;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 59;
    build();
    for (u32 n = 0; n < (u32)iterations; n++) {
        u32 chosen[81], count = 0;
        make_puzzle(&rng);
        solutions = steps = 0;
        for (u32 i = 0; i < 81; i++) {
            answer[i] = grid[i];
            if (!grid[i]) continue;
            u32 cell = row_cell[i * 9 + grid[i] - 1];
            for (u32 k = 0; k < 4; k++) cover(column[cell + k]);
            chosen[count++] = cell;
        }
        search();
        while (count-- > 0)                                // all covers undone, in reverse order
            for (u32 k = 4; k-- > 0;) uncover(column[chosen[count] + k]);
        hash = mix(hash, (u64)solutions << 32 | steps);
        for (u32 i = 0; i < 81; i += 4) hash = mix(hash, answer[i]);
    }
    return (i64)hash;
}
