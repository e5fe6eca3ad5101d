// Binary trees made and dropped: recursive building from a free list, recursive counting, recursive freeing.
// One iteration: one long-lived tree of depth 9 and sixteen short-lived ones of depth 4 to 7.
#include "kernel.h"

enum { NODES = 1 << 12 };
typedef struct Tree { struct Tree *left, *right; u32 value; } Tree;
static Tree nodes[NODES];
static Tree *free_list;

static NOINLINE Tree *build(u32 depth, u32 value) {
    Tree *t = free_list;
    free_list = t->left;
    t->value = value;
    t->left = depth ? build(depth - 1, value * 3 + 1) : NULL;
    t->right = depth ? build(depth - 1, value * 5 + 2) : NULL;
    return t;
}

static NOINLINE u32 check(const Tree *t) {
    return t->left ? t->value + check(t->left) - check(t->right) : t->value;
}

static NOINLINE void drop(Tree *t) {
    if (t->left) drop(t->left), drop(t->right);
    t->left = free_list;
    free_list = t;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 50;
    free_list = NULL;
    for (u32 i = NODES; i-- > 0;) nodes[i].left = free_list, free_list = &nodes[i];
    for (u32 n = 0; n < (u32)iterations; n++) {
        Tree *longest = build(9, rng_u32(&rng));
        u32 sum = 0;
        for (u32 i = 0; i < 16; i++) {
            Tree *t = build(4 + i % 4, rng_u32(&rng));
            sum = sum * 3 + check(t);
            drop(t);
        }
        hash = mix(hash, (u64)sum << 32 | check(longest));
        drop(longest);
    }
    return (i64)hash;
}
