/* C++ without exceptions: libc++abi for WASI has no __cxa_throw. Out of memory ends the program. */
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
void *__cxa_allocate_exception(size_t n) { __builtin_trap(); }
void __cxa_throw(void *e, void *type, void (*drop)(void *)) { __builtin_trap(); }
#ifdef __cplusplus
}
#endif
