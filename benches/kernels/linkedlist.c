// Linked lists in scattered memory: build in shuffled order, walk, insert, remove, reverse, merge sort, find.
// One iteration: a list of 2,000 nodes through all of it.
#include "kernel.h"

enum { NODES = 2000 };
typedef struct Node { struct Node *next; u32 key, value; } Node;
static Node nodes[NODES];
static u32 order[NODES];

static Node *reverse(Node *list) {
    Node *done = NULL;
    while (list) {
        Node *next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static NOINLINE Node *merge(Node *a, Node *b) {
    Node head, *tail = &head;
    while (a && b) {
        Node **less = b->key < a->key ? &b : &a;
        tail->next = *less;
        tail = *less;
        *less = tail->next;
    }
    tail->next = a ? a : b;
    return head.next;
}

static Node *sort(Node *list) {                            // bottom-up: pending[i] holds 2^i nodes or none
    Node *pending[16] = {NULL};
    while (list) {
        Node *one = list;
        list = list->next;
        one->next = NULL;
        u32 i = 0;
        for (; pending[i]; pending[i++] = NULL) one = merge(pending[i], one);
        pending[i] = one;
    }
    for (u32 i = 0; i < COUNT(pending); i++)
        if (pending[i]) list = list ? merge(pending[i], list) : pending[i];
    return list;
}

static NOINLINE u64 walk(const Node *list) {
    u64 sum = 0;
    for (; list; list = list->next) sum = sum * 5 + (list->key ^ list->value);
    return sum;
}

static Node *find(Node *list, u32 key) {
    while (list && list->key < key) list = list->next;
    return list;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 49;
    for (u32 i = 0; i < NODES; i++) order[i] = i;
    for (u32 n = 0; n < (u32)iterations; n++) {
        Node *list = NULL;
        for (u32 i = NODES; i-- > 0;) {
            u32 k = rng_below(&rng, i + 1), pick = order[k];
            order[k] = order[i];
            order[i] = pick;
            nodes[pick] = (Node){list, rng_u32(&rng) >> 12, i};
            list = &nodes[pick];
        }
        for (u32 turn = 0; turn < 4; turn++) {
            hash = mix(hash, walk(list));
            list = reverse(list);
        }
        Node **at = &list;                                 // every third node moves behind its successor
        for (u32 i = 0; *at && (*at)->next; i++) {
            if (i % 3 == 0) {
                Node *moved = *at, *next = moved->next;
                *at = next;
                moved->next = next->next;
                next->next = moved;
            }
            at = &(*at)->next;
        }
        hash = mix(hash, walk(list));
        list = sort(list);
        for (u32 i = 0; i < 24; i++) {
            Node *hit = find(list, rng_u32(&rng) >> 12);
            if (hit) hit->value += i + 1;
        }
        for (at = &list; *at;) {                           // remove the odd ones
            if ((*at)->value & 1) *at = (*at)->next;
            else at = &(*at)->next;
        }
        hash = mix(hash, walk(list));
    }
    return (i64)hash;
}
