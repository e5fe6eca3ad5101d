//! Handing the functions to the engine: one loop over the table of imports.
//!
//! The guest's memory is what the calling instance exports as `memory`, as the witx says; a module without one can still
//! call what needs none, and pointers are `Fault`. The end of the program comes out of the outermost call as an error whose
//! cause is `Exit`:
//!
//! ```
//! use samite::{Engine, Linker, Module, Store};
//! use samite_wasi::{Exit, OutputBuffer, Stdout, WasiCtx, WasiCtxBuilder, add_to_linker};
//!
//! # fn main() -> anyhow::Result<()> {
//! let engine = Engine::default();
//! let module = Module::new(
//!     &engine,
//!     r#"(module
//!         (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
//!         (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
//!         (memory (export "memory") 1)
//!         (data (i32.const 0) "\08\00\00\00\06\00\00\00hello\0a")
//!         (func (export "_start")
//!             (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
//!             (call $proc_exit (i32.const 3))))"#,
//! )?;
//! let mut linker = Linker::new(&engine);
//! add_to_linker(&mut linker, |ctx: &mut WasiCtx| ctx)?;
//! let output = OutputBuffer::new(1000);
//! let ctx = WasiCtxBuilder::new().arg("hello").stdout(Stdout::Buffer(output.clone())).build()?;
//! let mut store = Store::new(&engine, ctx);
//! let start = linker.instantiate(&mut store, &module)?.get_typed_func::<(), ()>(&mut store, "_start")?;
//! let end = start.call(&mut store, ()).unwrap_err();
//! assert_eq!(end.downcast_ref::<Exit>(), Some(&Exit(3)));
//! assert_eq!(output.contents(), b"hello\n");
//! # Ok(())
//! # }
//! ```

use crate::ctx::WasiCtx;
use crate::imports::{ValType, imports};
use crate::memory::GuestMemory;
use crate::types::Errno;
use samite::{Caller, Extern, FuncType, Linker, Val};

/// Defines `wasi_snapshot_preview1` and `wasi_unstable` in `linker`. `get` finds the context in a store's data. Fails if one
/// of the names is defined already.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut WasiCtx) -> anyhow::Result<()> {
    for (module, import) in imports() {
        let ty = FuncType { params: types(import.params), results: types(import.results) };
        linker.func_new(module, import.name, ty, move |mut caller, params, results| {
            let mut args = [0; MAX_PARAMS];
            for (arg, param) in args.iter_mut().zip(params) {
                *arg = match param {
                    Val::I32(value) => u64::from(*value as u32),
                    Val::I64(value) => *value as u64,
                    other => anyhow::bail!("{module}::{} got {other:?}", import.name),
                };
            }
            let ctx = get(caller.data_mut()).clone();
            let memory = caller.get_export("memory");
            let result = (import.call)(&ctx, &mut CallerMemory { caller, memory }, &args[..params.len()])?;
            if let [out] = results {
                *out = Val::I32(result as i32);
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// The most parameters of a function in the table.
const MAX_PARAMS: usize = 9;

/// The memory of the instance that calls; threads may share it.
struct CallerMemory<'a, T: 'static> {
    caller: Caller<'a, T>,
    memory: Option<Extern>,
}

impl<T: 'static> GuestMemory for CallerMemory<'_, T> {
    fn size(&self) -> u64 {
        match &self.memory {
            Some(Extern::Memory(memory)) => memory.data_size(&self.caller) as u64,
            Some(Extern::SharedMemory(memory)) => memory.byte_len(),
            _ => 0,
        }
    }

    fn read(&self, ptr: u32, buf: &mut [u8]) -> Result<(), Errno> {
        let done = match &self.memory {
            Some(Extern::Memory(memory)) => memory.read(&self.caller, ptr as usize, buf),
            Some(Extern::SharedMemory(memory)) => memory.read(ptr.into(), buf),
            _ => return Err(Errno::Fault),
        };
        done.map_err(|_| Errno::Fault)
    }

    fn write(&mut self, ptr: u32, bytes: &[u8]) -> Result<(), Errno> {
        let done = match &self.memory {
            Some(Extern::Memory(memory)) => memory.write(&mut self.caller, ptr as usize, bytes),
            Some(Extern::SharedMemory(memory)) => memory.write(ptr.into(), bytes),
            _ => return Err(Errno::Fault),
        };
        done.map_err(|_| Errno::Fault)
    }
}

fn types(list: &[ValType]) -> Vec<samite::ValType> {
    let one = |ty: &ValType| match ty {
        ValType::I32 => samite::ValType::I32,
        ValType::I64 => samite::ValType::I64,
    };
    list.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn parameters_fit() {
        let most = crate::imports().map(|(_, import)| import.params.len()).max();
        assert_eq!(most, Some(super::MAX_PARAMS));
    }
}
