/* WASI of 2022 has no setjmp. For programs that jump only to leave on an error or by an exit call, which their
   check does not reach: a jump traps. What jumps in earnest (Lua, mruby) waits for exceptions. */
#pragma once
typedef int jmp_buf[1], sigjmp_buf[1];
#define setjmp(env) ((void)(env), 0)
#define sigsetjmp(env, mask) ((void)(env), 0)
#define longjmp(env, value) __builtin_trap()
#define siglongjmp(env, value) __builtin_trap()
