/* Names of POSIX that the tools call for file owners, signals and the like, and that WASI does not have.
   Forced into every C file by build.sh (-include). Each one fails or does nothing, as on a file system
   without owners; none of it changes what a program computes. */
#ifndef SAMITE_PROGRAMS_WASI_H
#define SAMITE_PROGRAMS_WASI_H
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>
#ifdef __cplusplus
extern "C" {
#endif
#define OWN static inline __attribute__((unused))

OWN int chmod(const char *p, mode_t m) { return 0; }
OWN int fchmod(int f, mode_t m) { return 0; }
OWN int chown(const char *p, uid_t u, gid_t g) { return 0; }
OWN int fchown(int f, uid_t u, gid_t g) { return 0; }
OWN uid_t getuid(void) { return 0; }
OWN uid_t geteuid(void) { return 0; }
OWN mode_t umask(mode_t m) { return 022; }
OWN int dup(int f) { errno = ENOSYS; return -1; }
OWN int dup2(int f, int g) { errno = ENOSYS; return -1; }
OWN int pipe(int f[2]) { f[0] = f[1] = -1; return 0; }
OWN unsigned alarm(unsigned s) { return 0; }
OWN FILE *popen(const char *c, const char *m) { errno = ENOSYS; return 0; }
OWN int pclose(FILE *f) { errno = ENOSYS; return -1; }
OWN int mkstemp(char *t) { errno = ENOSYS; return -1; }
/* these two are declared by the libc and defined nowhere */
OWN int no_system(const char *c) { errno = ENOSYS; return -1; }
OWN FILE *no_tmpfile(void) { errno = ENOSYS; return 0; }
#define system no_system
#define tmpfile no_tmpfile

/* record locks: the numbers of musl; fcntl answers EINVAL to all three */
#ifndef F_SETLK
#define F_GETLK 5
#define F_SETLK 6
#define F_SETLKW 7
#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
#endif

#ifndef SA_RESTART
#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2
#define SA_RESTART 0
#define SA_NODEFER 0
struct sigaction { void (*sa_handler)(int); sigset_t sa_mask; int sa_flags; };
OWN int sigemptyset(sigset_t *s) { return 0; }
OWN int sigfillset(sigset_t *s) { return 0; }
OWN int sigaddset(sigset_t *s, int n) { return 0; }
OWN int sigprocmask(int how, const sigset_t *s, sigset_t *o) { return 0; }
OWN int sigaction(int n, const struct sigaction *a, struct sigaction *o) { return 0; }
#endif

#define RLIM_INFINITY (~0ull)
#define RLIMIT_CPU 0
#define RLIMIT_AS 9
typedef unsigned long long rlim_t;
struct rlimit { rlim_t rlim_cur, rlim_max; };
OWN int getrlimit(int r, struct rlimit *l) { l->rlim_cur = l->rlim_max = RLIM_INFINITY; return 0; }
OWN int setrlimit(int r, const struct rlimit *l) { return 0; }
#undef OWN
#ifdef __cplusplus
}
#endif
#endif
