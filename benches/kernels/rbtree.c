// A red-black tree (Guibas and Sedgewick 1978) with parent links: insert, delete, successor, and a check of its
// invariants. Links are indices into an array. One iteration: 700 inserts and 500 deletes among 1,024 keys.
#include "kernel.h"

enum { NODES = 1024, KEYS = 1024 };
enum { LEFT, RIGHT };
enum { BLACK, RED };
typedef struct { u16 child[2], parent; u8 colour; u32 key, value; } Node;
static Node node[NODES + 1];                               // node 0 is the black leaf that all share
static u16 root, spare;

static u32 side_of(u32 n) { return node[node[n].parent].child[RIGHT] == n; }

static void set_root_or_child(u32 parent, u32 side, u32 n) {
    if (parent) node[parent].child[side] = (u16)n;
    else root = (u16)n;
}

static NOINLINE void rotate(u32 n, u32 side) {             // n goes down to `side`, its other child comes up
    u32 up = node[n].child[!side], inner = node[up].child[side], parent = node[n].parent;
    node[n].child[!side] = (u16)inner;
    if (inner) node[inner].parent = (u16)n;
    node[up].parent = (u16)parent;
    set_root_or_child(parent, parent ? side_of(n) : LEFT, up);
    node[up].child[side] = (u16)n;
    node[n].parent = (u16)up;
}

static NOINLINE u32 find(u32 key) {
    u32 n = root;
    while (n && node[n].key != key) n = node[n].child[key > node[n].key];
    return n;
}

static NOINLINE void insert(u32 key, u32 value) {
    u32 parent = 0, side = LEFT;
    for (u32 n = root; n;) {
        if (node[n].key == key) {
            node[n].value += value;
            return;
        }
        parent = n;
        side = key > node[n].key;
        n = node[n].child[side];
    }
    u32 n = spare;
    spare = node[n].child[LEFT];
    node[n] = (Node){{0, 0}, (u16)parent, RED, key, value};
    set_root_or_child(parent, side, n);
    while (node[node[n].parent].colour == RED) {
        u32 up = node[n].parent, top = node[up].parent, at = side_of(up), uncle = node[top].child[!at];
        if (node[uncle].colour == RED) {
            node[up].colour = node[uncle].colour = BLACK;
            node[top].colour = RED;
            n = top;
            continue;
        }
        if (side_of(n) != at) {
            n = up;
            rotate(n, at);
            up = node[n].parent;
        }
        node[up].colour = BLACK;
        node[top].colour = RED;
        rotate(top, !at);
    }
    node[root].colour = BLACK;
}

static void replace(u32 old, u32 fresh) {
    u32 parent = node[old].parent;
    set_root_or_child(parent, parent ? side_of(old) : LEFT, fresh);
    node[fresh].parent = (u16)parent;                      // also for the leaf: the repair starts from there
}

static NOINLINE u32 erase(u32 key) {
    u32 gone = find(key);
    if (!gone) return 0;
    u32 value = node[gone].value, colour = node[gone].colour, n;
    if (!node[gone].child[LEFT]) {
        replace(gone, n = node[gone].child[RIGHT]);
    } else if (!node[gone].child[RIGHT]) {
        replace(gone, n = node[gone].child[LEFT]);
    } else {
        u32 next = node[gone].child[RIGHT];
        while (node[next].child[LEFT]) next = node[next].child[LEFT];
        colour = node[next].colour;
        n = node[next].child[RIGHT];
        if (node[next].parent == gone) {
            node[n].parent = (u16)next;
        } else {
            replace(next, n);
            node[next].child[RIGHT] = node[gone].child[RIGHT];
            node[node[next].child[RIGHT]].parent = (u16)next;
        }
        replace(gone, next);
        node[next].child[LEFT] = node[gone].child[LEFT];
        node[node[next].child[LEFT]].parent = (u16)next;
        node[next].colour = node[gone].colour;
    }
    node[gone].child[LEFT] = spare;
    spare = (u16)gone;
    if (colour == RED) return value;
    while (n != root && node[n].colour == BLACK) {
        u32 up = node[n].parent, at = node[up].child[RIGHT] == n, other = node[up].child[!at];
        if (node[other].colour == RED) {
            node[other].colour = BLACK;
            node[up].colour = RED;
            rotate(up, at);
            other = node[up].child[!at];
        }
        if (node[node[other].child[LEFT]].colour == BLACK && node[node[other].child[RIGHT]].colour == BLACK) {
            node[other].colour = RED;
            n = up;
            continue;
        }
        if (node[node[other].child[!at]].colour == BLACK) {
            node[node[other].child[at]].colour = BLACK;
            node[other].colour = RED;
            rotate(other, !at);
            other = node[up].child[!at];
        }
        node[other].colour = node[up].colour;
        node[up].colour = BLACK;
        node[node[other].child[!at]].colour = BLACK;
        rotate(up, at);
        n = root;
    }
    node[n].colour = BLACK;
    return value;
}

static u32 next_of(u32 n) {
    if (node[n].child[RIGHT]) {
        for (n = node[n].child[RIGHT]; node[n].child[LEFT];) n = node[n].child[LEFT];
        return n;
    }
    while (node[n].parent && side_of(n) == RIGHT) n = node[n].parent;
    return node[n].parent;
}

// The black height, or 1000 and more where an invariant is broken.
static u32 black_height(u32 n) {
    if (!n) return 1;
    u32 l = node[n].child[LEFT], r = node[n].child[RIGHT], wrong = 0;
    if (node[n].colour == RED) wrong |= node[l].colour == RED || node[r].colour == RED;
    wrong |= (l && node[l].key >= node[n].key) || (r && node[r].key <= node[n].key);
    u32 left = black_height(l), right = black_height(r);
    return left + (node[n].colour == BLACK) + 1000 * (wrong + (left != right));
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 54;
    for (u32 n = 0; n < (u32)iterations; n++) {
        node[0] = (Node){{0, 0}, 0, BLACK, 0, 0};
        for (u32 i = 1; i <= NODES; i++) node[i].child[LEFT] = (u16)(i < NODES ? i + 1 : 0);
        spare = 1;
        root = 0;
        u64 sum = 0;
        for (u32 i = 0; i < 1200; i++) {
            u32 r = rng_u32(&rng), key = r % KEYS;
            if (i < 300 || i % 9 < 4) insert(key, r >> 16);
            else sum = sum * 3 + erase(key);
        }
        hash = mix(hash, sum + ((u64)black_height(root) << 48));
        u32 first = root;
        while (first && node[first].child[LEFT]) first = node[first].child[LEFT];
        sum = 0;
        for (u32 i = first; i; i = next_of(i)) sum = sum * 7 + node[i].key + node[i].value;
        hash = mix(hash, sum);
    }
    return (i64)hash;
}
