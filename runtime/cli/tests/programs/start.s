# Where a thread of wasi-threads begins: a stack and thread-local storage of its own, then C. `arg` points at {stack top, tls block}.
	.globaltype	__stack_pointer, i32
	.functype	__wasm_init_tls (i32) -> ()
	.functype	thread_begins (i32, i32) -> ()
	.section	.text.wasi_thread_start,"",@
	.globl	wasi_thread_start
	.type	wasi_thread_start,@function
wasi_thread_start:
	.functype	wasi_thread_start (i32, i32) -> ()
	local.get	1
	i32.load	0
	global.set	__stack_pointer
	local.get	1
	i32.load	4
	call	__wasm_init_tls
	local.get	0
	local.get	1
	call	thread_begins
	end_function
	.export_name	wasi_thread_start, wasi_thread_start
