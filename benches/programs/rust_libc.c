/* What Rust's std asks of a libc and Debian's wasi-libc of 2022 lacks: threads, of which there are none, and
   realpath, which here is the path itself (no program of ours has links), and fchmod. The signatures are those std calls by:
   wasm-ld makes a call through a wrong signature a trap. 58 is ENOTSUP. */
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
typedef void *P;
int pthread_create(P a, P b, P c, P d) { return 58; }
int pthread_join(P a, P b) { return 58; }
int pthread_detach(P a) { return 58; }
int pthread_attr_init(P a) { return 0; }
int pthread_attr_destroy(P a) { return 0; }
int pthread_attr_setstacksize(P a, unsigned long n) { return 0; }
char *realpath(const char *path, char *out) { return out ? strcpy(out, path) : strdup(path); }
int fchmod(int f, mode_t m) { return 0; }
