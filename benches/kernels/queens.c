// N queens by recursion over rows with arrays of attacked lines and a callback for each solution.
// One iteration: a 7 x 7 board with a random order of columns.
#include "kernel.h"

enum { N = 7 };
typedef struct {
    u8 column[N], rising[2 * N], falling[2 * N], order[N], place[N];
    void (*found)(void *context, const u8 *place);
    void *context;
} Board;

static void place_row(Board *b, u32 row) {
    if (row == N) {
        b->found(b->context, b->place);
        return;
    }
    for (u32 i = 0; i < N; i++) {
        u32 c = b->order[i];
        if (b->column[c] | b->rising[row + c] | b->falling[row + N - c]) continue;
        b->column[c] = b->rising[row + c] = b->falling[row + N - c] = 1;
        b->place[row] = (u8)c;
        place_row(b, row + 1);
        b->column[c] = b->rising[row + c] = b->falling[row + N - c] = 0;
    }
}

static void hash_solution(void *context, const u8 *place) {
    u64 *hash = context, word = 0;
    for (u32 i = 0; i < N; i++) word = word * N + place[i];
    *hash = mix(*hash, word);
}

static void count_solution(void *context, const u8 *place) {
    u64 *hash = context;
    *hash += place[0];
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 51;
    for (u32 n = 0; n < (u32)iterations; n++) {
        Board board = {.found = rng_below(&rng, 2) ? hash_solution : count_solution, .context = &hash};
        for (u32 i = 0; i < N; i++) {
            u32 k = rng_below(&rng, i + 1);
            board.order[i] = board.order[k];
            board.order[k] = (u8)i;
        }
        place_row(&board, 0);
        hash = mix(hash, n);
    }
    return (i64)hash;
}
