//! WASI preview 1 (and the older `wasi_unstable`) for Samite: files, clocks, randomness, arguments, environment, standard
//! streams, sockets handed in, polling and exit. Specification: `legacy/preview1` of github.com/WebAssembly/WASI; where it is
//! silent, wasmtime's choice of error is ours unless the code says why not.
//!
//! ```text
//! guest call -> imports (one table row) -> WasiCtx method -> host, through cap-std for every path
//!               results and errors are numbers; memory is reached by copying (memory::GuestMemory)
//! ```
//!
//! - `types` numbers, flags and record layouts; `memory` the guest's memory and scatter/gather lists;
//! - `ctx` a program's state and its builder; `descriptors` the table of open things and their rights;
//! - `files`, `readdir`, `paths`, `poll`, `sockets`, `clocks`, `random`, `stdio` the calls, each beside what it needs;
//! - `threads` programs that start threads;
//! - `imports` all functions as data; `linker` hands them to the engine.
//!
//! What holds whatever the guest passes: nothing outside the preopened directories is opened, created, moved or changed; no
//! panic; no host allocation above 256 KiB for one call; waiting only where the interface means to wait (reading a stream,
//! opening a pipe that the host put there, `poll_oneoff`). Everything here is plain Rust: `unsafe` is forbidden.
//!
//! To add a WASI function:
//! 1. write the method on `WasiCtx` in the file of its subject: raw integers in, `Result<(), Errno>` out, results through
//!    `GuestMemory`, pointers of results checked before the host is asked to do anything;
//! 2. put new numbers and record layouts into `types`, and the layouts into its test;
//! 3. add its row to `imports::PREVIEW1` (a test checks order and count); preview 0 then has it too unless filtered there;
//! 4. nothing else for hostile values: `tests/hostile.rs` runs over the table; write a test of what the function means.

#![forbid(unsafe_code)]

mod clocks;
mod ctx;
mod descriptors;
mod files;
mod imports;
mod linker;
mod memory;
mod paths;
mod poll;
mod random;
mod readdir;
mod sockets;
mod stdio;
mod threads;
pub mod types;

pub use clocks::{Clocks, HostClocks, ManualClocks};
pub use ctx::{BuildError, DEFAULT_MAX_DESCRIPTORS, WasiCtx, WasiCtxBuilder};
pub use imports::{Call, Import, PREVIEW0_MODULE, PREVIEW1, PREVIEW1_MODULE, ValType, imports};
pub use linker::add_to_linker;
pub use memory::{CHUNK, GuestMemory, MAX_IOVECS};
pub use paths::OpenRequest;
pub use poll::MAX_SUBSCRIPTIONS;
pub use random::{HostRandom, Random, SeededRandom};
pub use stdio::{InputBuffer, OutputBuffer, Stdin, Stdout};
pub use threads::{DEFAULT_MAX_THREADS, SPAWN, THREADS_MODULE, Threads};
pub use types::{Errno, Exit};
