//! `samite`: WebAssembly in a Rust program. The shapes are those that users of wasmtime's API know.
//!
//! ```
//! use samite::*;
//!
//! # fn main() -> anyhow::Result<()> {
//! let engine = Engine::default();
//! let module = Module::new(
//!     &engine,
//!     r#"(module
//!         (import "host" "twice" (func $twice (param i32) (result i32)))
//!         (func (export "run") (param i32) (result i32)
//!             (i32.add (call $twice (local.get 0)) (i32.const 2))))"#,
//! )?;
//! let mut linker = Linker::new(&engine);
//! linker.func_wrap("host", "twice", |mut caller: Caller<'_, u32>, x: i32| {
//!     *caller.data_mut() += 1;
//!     2 * x
//! })?;
//! let mut store = Store::new(&engine, 0);
//! let instance = linker.instantiate(&mut store, &module)?;
//! let run = instance.get_typed_func::<i32, i32>(&mut store, "run")?;
//! assert_eq!(run.call(&mut store, 20)?, 42);
//! assert_eq!(*store.data(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! ```text
//! engine module store linker instance func typed externals shared values limits config    the API, safe code only
//! reference   calls under the reference interpreter: `ir/reference`'s Env over a store
//! vm/         records shared with machine code, and what owns them
//! memory/     linear memories over pooled reservations         sys/   address space, stack bounds, sleep
//! code/       executable memory (W^X) and where it is          trap/  faults, traps and backtraces; entering machine code
//! ```
//! Calls go from the upper rows to the lower ones; `vm/host` calls up, because a host function is the embedder's code.
//! `unsafe` is allowed in the five folders only, each block with the invariant it rests on.
//!
//! To add a kind of external (say a tag): 1. its object in a folder below, 2. an `Arena` for it in `store.rs`, 3. its handle in
//! `externals.rs`, 4. a variant of `Extern` (the compiler lists the matches), 5. import and export of it in `instance.rs`.
#![deny(unsafe_code)]

#[allow(unsafe_code)]
mod code;
mod config;
mod engine;
mod externals;
mod func;
mod instance;
mod limits;
mod linker;
#[allow(unsafe_code)]
mod memory;
mod module;
mod reference;
mod registry;
mod shared;
mod store;
mod sync;
#[allow(unsafe_code)]
mod sys;
#[allow(unsafe_code)]
mod trap;
mod typed;
mod values;
#[allow(unsafe_code)]
mod vm;

pub use anyhow::{Error, Result};
pub use code::Profiler;
pub use config::{Config, EngineKind};
pub use engine::Engine;
pub use externals::{Export, Extern, ExternType, Global, Memory, MemoryAccessError, Table};
pub use func::{Caller, Func, IntoFunc};
pub use instance::{Instance, InstancePre};
pub use limits::{ResourceLimiter, StoreLimits, StoreLimitsBuilder, UpdateDeadline};
pub use linker::Linker;
pub use memory::wait::{Wait, WaitQueue, Waited};
pub use module::{ExportType, ImportType, Module};
pub use samite_codegen::driver::{Placement, Stats, Strategy};
pub use samite_ir::translate::module::{FuncType, GlobalType, MemoryType, TableType, ValType};
pub use samite_ir::value::Trap;
pub use shared::{SharedMemory, WaitResult};
pub use store::{AsContext, AsContextMut, Store, StoreContext, StoreContextMut};
pub use trap::{FrameInfo, SampledAt, Sampler, Samples, WasmBacktrace};
pub use typed::{TypedFunc, WasmParams, WasmResults, WasmRet, WasmTy};
pub use values::{ExternRef, Ref, V128, Val};
