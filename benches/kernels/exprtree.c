// Expression trees: random ones are built, differentiated, simplified and evaluated, all by recursion over a
// tagged node. One iteration: six trees, each with its derivative, at four points.
#include "kernel.h"

enum { NODES = 16384 };
enum Kind { NUMBER, VARIABLE, SUM, DIFFERENCE, PRODUCT, QUOTIENT, ROOT };
typedef struct Node { u32 kind; struct Node *a, *b; f64 value; } Node;
static Node nodes[NODES];
static u32 used;

static Node *make(u32 kind, Node *a, Node *b, f64 value) {
    if (used == NODES) used = NODES - 1;                   // never reached with these sizes
    Node *n = &nodes[used++];
    *n = (Node){kind, a, b, value};
    return n;
}

static Node *number(f64 value) { return make(NUMBER, NULL, NULL, value); }

static Node *grow(Rng *rng, u32 depth) {
    if (depth == 0 || rng_below(rng, 8) == 0)
        return rng_below(rng, 2) ? make(VARIABLE, NULL, NULL, 0) : number(1 + rng_below(rng, 4));
    u32 kind = SUM + rng_below(rng, 5);
    Node *a = grow(rng, depth - 1);
    if (kind == ROOT) return make(ROOT, a, NULL, 0);
    return make(kind, a, grow(rng, depth - 1), 0);
}

// Roots are of |a| + 1 and quotients divide by b^2 + 1, so every value is finite.
static NOINLINE f64 evaluate(const Node *n, f64 x) {
    switch (n->kind) {
    case NUMBER: return n->value;
    case VARIABLE: return x;
    case SUM: return evaluate(n->a, x) + evaluate(n->b, x);
    case DIFFERENCE: return evaluate(n->a, x) - evaluate(n->b, x);
    case PRODUCT: return evaluate(n->a, x) * evaluate(n->b, x);
    case QUOTIENT: {
        f64 b = evaluate(n->b, x);
        return evaluate(n->a, x) / (b * b + 1);
    }
    default: return __builtin_sqrt(__builtin_fabs(evaluate(n->a, x)) + 1);
    }
}

static NOINLINE Node *derive(Node *n) {
    switch (n->kind) {
    case NUMBER: return number(0);
    case VARIABLE: return number(1);
    case SUM: case DIFFERENCE: return make(n->kind, derive(n->a), derive(n->b), 0);
    case PRODUCT:
        return make(SUM, make(PRODUCT, derive(n->a), n->b, 0), make(PRODUCT, n->a, derive(n->b), 0), 0);
    case QUOTIENT:                                         // the shape matters here, not the calculus
        return make(QUOTIENT, make(DIFFERENCE, derive(n->a), make(PRODUCT, n->a, derive(n->b), 0), 0), n->b, 0);
    default: return make(QUOTIENT, derive(n->a), n, 0);
    }
}

static u32 is(const Node *n, f64 value) { return n->kind == NUMBER && n->value == value; }

static NOINLINE Node *simplify(Node *n) {
    if (n->kind == NUMBER || n->kind == VARIABLE) return n;
    Node *a = simplify(n->a), *b = n->b ? simplify(n->b) : NULL;
    if (a->kind == NUMBER && (!b || b->kind == NUMBER)) {
        Node whole = {n->kind, a, b, 0};
        return number(evaluate(&whole, 0));
    }
    switch (n->kind) {
    case SUM:
        if (is(a, 0)) return b;
        if (is(b, 0)) return a;
        break;
    case DIFFERENCE:
        if (is(b, 0)) return a;
        break;
    case PRODUCT:
        if (is(a, 0) || is(b, 0)) return number(0);
        if (is(a, 1)) return b;
        if (is(b, 1)) return a;
        break;
    case QUOTIENT:
        if (is(a, 0) || is(b, 0)) return a;
        break;
    default: break;
    }
    return make(n->kind, a, b, 0);
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 53;
    for (u32 n = 0; n < (u32)iterations; n++) {
        used = 0;
        for (u32 k = 0; k < 6; k++) {
            Node *tree = grow(&rng, 6), *slope = simplify(derive(tree));
            for (u32 i = 0; i < 4; i++) {
                f64 x = 2 * rng_f64(&rng) - 1;
                hash = mix_f64(mix_f64(hash, evaluate(tree, x)), evaluate(slope, x));
            }
        }
        hash = mix(hash, used);
    }
    return (i64)hash;
}
