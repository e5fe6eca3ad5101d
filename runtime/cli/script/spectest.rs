//! The host module `spectest` that scripts may import, as in the specification's reference interpreter. What it prints is not shown.
use samite::{Extern, FuncType, Global, GlobalType, Linker, Memory, MemoryType, Ref, SharedMemory, Store, Table, TableType, Val, ValType};

pub fn define(linker: &mut Linker<()>, store: &mut Store<()>) -> anyhow::Result<()> {
    use ValType::*;
    let prints: [(&str, &[ValType]); 7] = [
        ("print", &[]),
        ("print_i32", &[I32]),
        ("print_i64", &[I64]),
        ("print_f32", &[F32]),
        ("print_f64", &[F64]),
        ("print_i32_f32", &[I32, F32]),
        ("print_f64_f64", &[F64, F64]),
    ];
    for (name, params) in prints {
        let ty = FuncType { params: params.to_vec(), results: Vec::new() };
        linker.func_new("spectest", name, ty, |_, _, _| Ok(()))?;
    }
    let globals = [
        ("global_i32", Val::I32(666)),
        ("global_i64", Val::I64(666)),
        ("global_f32", Val::from(666.6f32)),
        ("global_f64", Val::from(666.6f64)),
    ];
    for (name, value) in globals {
        let global = Global::new(&mut *store, GlobalType { value: value.ty(), mutable: false }, value)?;
        linker.define(&mut *store, "spectest", name, Extern::Global(global))?;
    }
    let table = Table::new(&mut *store, TableType { element: FuncRef, min: 10, max: Some(20) }, Ref::Func(None))?;
    linker.define(&mut *store, "spectest", "table", Extern::Table(table))?;
    let memory = Memory::new(&mut *store, MemoryType { min: 1, max: Some(2), shared: false })?;
    linker.define(&mut *store, "spectest", "memory", Extern::Memory(memory))?;
    let shared = SharedMemory::new(store.engine(), MemoryType { min: 1, max: Some(2), shared: true })?;
    linker.define(&mut *store, "spectest", "shared_memory", Extern::SharedMemory(shared))?;
    Ok(())
}
