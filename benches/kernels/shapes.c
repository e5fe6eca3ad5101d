// Virtual calls: objects with a pointer to a table of methods, five classes in random order.
// One iteration: three methods on each of 500 objects.
#include "kernel.h"

enum { OBJECTS = 500 };
typedef struct Shape Shape;
typedef struct {
    f64 (*area)(const Shape *);
    f64 (*perimeter)(const Shape *);
    u32 (*contains)(const Shape *, f64 x, f64 y);
    void (*scale)(Shape *, f64 factor);
} Methods;
struct Shape { const Methods *methods; f64 x, y, a, b; };
static Shape shapes[OBJECTS];

static f64 square_area(const Shape *s) { return s->a * s->a; }
static f64 square_perimeter(const Shape *s) { return 4 * s->a; }
static u32 square_contains(const Shape *s, f64 x, f64 y) {
    return x >= s->x && y >= s->y && x <= s->x + s->a && y <= s->y + s->a;
}
static void square_scale(Shape *s, f64 factor) { s->a *= factor; }

static f64 rectangle_area(const Shape *s) { return s->a * s->b; }
static f64 rectangle_perimeter(const Shape *s) { return 2 * (s->a + s->b); }
static u32 rectangle_contains(const Shape *s, f64 x, f64 y) {
    return x >= s->x && y >= s->y && x <= s->x + s->a && y <= s->y + s->b;
}
static void both_scale(Shape *s, f64 factor) { s->a *= factor, s->b *= factor; }

static f64 circle_area(const Shape *s) { return 3.141592653589793 * s->a * s->a; }
static f64 circle_perimeter(const Shape *s) { return 2 * 3.141592653589793 * s->a; }
static u32 circle_contains(const Shape *s, f64 x, f64 y) {
    return (x - s->x) * (x - s->x) + (y - s->y) * (y - s->y) <= s->a * s->a;
}

static f64 ellipse_area(const Shape *s) { return 3.141592653589793 * s->a * s->b; }
static f64 ellipse_perimeter(const Shape *s) {              // Ramanujan's first approximation
    f64 a = s->a, b = s->b;
    return 3.141592653589793 * (3 * (a + b) - __builtin_sqrt((3 * a + b) * (a + 3 * b)));
}
static u32 ellipse_contains(const Shape *s, f64 x, f64 y) {
    f64 dx = (x - s->x) / s->a, dy = (y - s->y) / s->b;
    return dx * dx + dy * dy <= 1;
}

static f64 triangle_area(const Shape *s) { return s->a * s->b / 2; }
static f64 triangle_perimeter(const Shape *s) { return s->a + s->b + __builtin_sqrt(s->a * s->a + s->b * s->b); }
static u32 triangle_contains(const Shape *s, f64 x, f64 y) {
    return x >= s->x && y >= s->y && (x - s->x) * s->b + (y - s->y) * s->a <= s->a * s->b;
}

static const Methods classes[] = {
    {square_area, square_perimeter, square_contains, square_scale},
    {rectangle_area, rectangle_perimeter, rectangle_contains, both_scale},
    {circle_area, circle_perimeter, circle_contains, square_scale},
    {ellipse_area, ellipse_perimeter, ellipse_contains, both_scale},
    {triangle_area, triangle_perimeter, triangle_contains, both_scale},
};

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 43;
    for (u32 i = 0; i < OBJECTS; i++) {
        const Methods *methods = &classes[rng_below(&rng, COUNT(classes))];
        shapes[i] = (Shape){methods, rng_f64(&rng), rng_f64(&rng), 0.5 + rng_f64(&rng), 0.5 + rng_f64(&rng)};
    }
    for (u32 n = 0; n < (u32)iterations; n++) {
        f64 x = 2 * rng_f64(&rng), y = 2 * rng_f64(&rng), area = 0, perimeter = 0;
        u32 inside = 0;
        for (u32 i = 0; i < OBJECTS; i++) {
            Shape *s = &shapes[i];
            area += s->methods->area(s);
            if (s->methods->contains(s, x, y)) inside++, perimeter += s->methods->perimeter(s);
            s->methods->scale(s, area > 1.2 * (i + 1) ? 0.96 : 1.04);
        }
        hash = mix_f64(mix_f64(mix(hash, inside), area), perimeter);
    }
    return (i64)hash;
}
