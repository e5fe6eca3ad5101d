/* WASI has no users; programs that look for a home directory find none. */
#pragma once
struct passwd { char *pw_name, *pw_dir; };
static inline __attribute__((unused)) struct passwd *getpwuid(unsigned u) { return 0; }
static inline __attribute__((unused)) struct passwd *getpwnam(const char *n) { return 0; }
