/* An extension module that needs a library; without Python's headers, which the machine need not have. */
#include <stddef.h>

struct definition {
    struct { ptrdiff_t references; void *type; void *init; ptrdiff_t index; void *copy; } base;
    const char *name, *doc;
    ptrdiff_t size;
    void *rest[5];
};

static struct definition module = {{1, NULL, NULL, 0, NULL}, "native", NULL, -1, {NULL}};

extern int answer(void);
extern void *PyModule_Create2(struct definition *, int);

void *PyInit_native_single(void) { return answer() == 42 ? PyModule_Create2(&module, 3) : NULL; }
void *PyInit_native_inner(void) { return answer() == 42 ? PyModule_Create2(&module, 3) : NULL; }
