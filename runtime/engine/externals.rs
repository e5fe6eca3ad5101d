//! Memories, tables and globals as handles, and what can be imported and exported.
use crate::engine::Engine;
use crate::func::Func;
use crate::memory::MemoryObject;
use crate::shared::SharedMemory;
use crate::store::{AsContext, AsContextMut, StoreOpaque};
use crate::values::{Ref, Val};
use crate::vm::{GlobalCell, Slot, Stored, TableObject};
use anyhow::{anyhow, bail, ensure};
use samite_ir::translate::module::{FuncType, GlobalType, MemoryType, TableType};
use std::fmt;

/// A linear memory of a store.
///
/// ```
/// use samite::*;
/// let mut store = Store::new(&Engine::default(), ());
/// let memory = Memory::new(&mut store, MemoryType { min: 1, max: Some(2), shared: false })?;
/// memory.write(&mut store, 8, b"hi")?;
/// assert_eq!(&memory.data(&store)[7..11], b"\0hi\0");
/// assert_eq!(memory.grow(&mut store, 1)?, 1);
/// assert!(memory.grow(&mut store, 1).is_err());
/// assert_eq!(memory.data_size(&store), 2 << 16);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Memory {
    object: Stored<MemoryObject>,
}

/// An access outside a memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemoryAccessError;

impl fmt::Display for MemoryAccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of bounds memory access")
    }
}
impl std::error::Error for MemoryAccessError {}

impl Memory {
    pub(crate) fn from_object(object: Stored<MemoryObject>) -> Memory {
        Memory { object }
    }
    pub(crate) fn object(self) -> Stored<MemoryObject> {
        self.object
    }
    /// A zeroed memory. Fails if a limit forbids it or there is no address space.
    ///
    /// A memory that threads share is a `SharedMemory`, never this.
    pub fn new(mut store: impl AsContextMut, ty: MemoryType) -> anyhow::Result<Memory> {
        ensure!(!ty.shared, "a shared memory is made by `SharedMemory::new`");
        store.as_context_mut().access().new_memory(ty, None).map(Memory::from_object)
    }
    pub fn ty(&self, store: impl AsContext) -> MemoryType {
        self.object.get(store.as_context().opaque()).ty()
    }
    /// All bytes.
    pub fn data<'a, T: 'static>(&self, store: impl Into<crate::StoreContext<'a, T>>) -> &'a [u8] {
        self.object.bytes(store.into().opaque())
    }
    /// All bytes, to write.
    pub fn data_mut<'a, T: 'static>(&self, store: impl Into<crate::StoreContextMut<'a, T>>) -> &'a mut [u8] {
        self.object.bytes_mut(store.into().into_parts().0)
    }
    /// All bytes, and the embedder's data beside them.
    pub fn data_and_store_mut<'a, T: 'static>(&self, store: impl Into<crate::StoreContextMut<'a, T>>) -> (&'a mut [u8], &'a mut T) {
        let (opaque, _, data) = store.into().into_parts();
        (self.object.bytes_mut(opaque), data)
    }
    /// Copies into `buffer` from `offset` on.
    pub fn read(&self, store: impl AsContext, offset: usize, buffer: &mut [u8]) -> Result<(), MemoryAccessError> {
        self.object.read(store.as_context().opaque(), offset as u64, buffer).map_err(|_| MemoryAccessError)
    }
    /// Copies all of `buffer` to `offset`, or nothing.
    pub fn write(&self, mut store: impl AsContextMut, offset: usize, buffer: &[u8]) -> Result<(), MemoryAccessError> {
        self.object.write(store.as_context_mut().opaque_mut(), offset as u64, buffer).map_err(|_| MemoryAccessError)
    }
    /// In pages of 64 KiB.
    pub fn size(&self, store: impl AsContext) -> u64 {
        self.object.get(store.as_context().opaque()).pages()
    }
    /// In bytes.
    pub fn data_size(&self, store: impl AsContext) -> usize {
        self.object.get(store.as_context().opaque()).length() as usize
    }
    /// Adds pages; gives the old number of them.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64) -> anyhow::Result<u64> {
        let mut store = store.as_context_mut();
        self.object.check(store.opaque());
        store.access().grow_memory(self.object, delta).ok_or_else(|| anyhow!("failed to grow memory by {delta} pages"))
    }
}

/// A table of a store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Table {
    object: Stored<TableObject>,
}

impl Table {
    pub(crate) fn from_object(object: Stored<TableObject>) -> Table {
        Table { object }
    }
    pub(crate) fn object(self) -> Stored<TableObject> {
        self.object
    }
    /// A table with all entries `init`.
    pub fn new(mut store: impl AsContextMut, ty: TableType, init: Ref) -> anyhow::Result<Table> {
        let mut store = store.as_context_mut();
        ensure!(init.ty() == ty.element, "type mismatch: a table of {} cannot hold {}", ty.element, init.ty());
        let bits = init.to_bits(store.opaque_mut())?;
        let object = store.access().new_table(ty)?;
        object.get(store.opaque()).fill(0, bits, ty.min).expect("the table is as long as its minimum");
        Ok(Table { object })
    }
    pub fn ty(&self, store: impl AsContext) -> TableType {
        self.object.get(store.as_context().opaque()).ty()
    }
    /// The reference at `index`, or None beyond the end.
    pub fn get(&self, store: impl AsContext, index: u64) -> Option<Ref> {
        let store = store.as_context();
        let table = self.object.get(store.opaque());
        Some(Ref::from_bits(table.ty().element, table.get(index)?, store.opaque()))
    }
    fn bits(&self, store: &mut StoreOpaque, value: &Ref) -> anyhow::Result<u64> {
        let element = self.object.get(store).ty().element;
        ensure!(value.ty() == element, "type mismatch: a table of {element} cannot hold {}", value.ty());
        value.to_bits(store)
    }
    pub fn set(&self, mut store: impl AsContextMut, index: u64, value: Ref) -> anyhow::Result<()> {
        let mut store = store.as_context_mut();
        let bits = self.bits(store.opaque_mut(), &value)?;
        ensure!(self.object.get(store.opaque()).set(index, bits), "table element index {index} out of bounds");
        Ok(())
    }
    /// In elements.
    pub fn size(&self, store: impl AsContext) -> u64 {
        self.object.get(store.as_context().opaque()).len()
    }
    /// Adds elements `init`; gives the old size.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64, init: Ref) -> anyhow::Result<u64> {
        let mut store = store.as_context_mut();
        let bits = self.bits(store.opaque_mut(), &init)?;
        store.access().grow_table(self.object, delta, bits).ok_or_else(|| anyhow!("failed to grow table by {delta} elements"))
    }
    pub fn fill(&self, mut store: impl AsContextMut, dst: u64, value: Ref, len: u64) -> anyhow::Result<()> {
        let mut store = store.as_context_mut();
        let bits = self.bits(store.opaque_mut(), &value)?;
        self.object.get(store.opaque()).fill(dst, bits, len).map_err(anyhow::Error::msg)
    }
    /// Copies elements between tables of one store.
    pub fn copy(mut store: impl AsContextMut, dst: &Table, dst_index: u64, src: &Table, src_index: u64, len: u64) -> anyhow::Result<()> {
        let store = store.as_context_mut();
        let (to, from) = (dst.object.get(store.opaque()), src.object.get(store.opaque()));
        ensure!(to.ty().element == from.ty().element, "type mismatch: tables of different references");
        to.copy_from(from, dst_index, src_index, len).map_err(anyhow::Error::msg)
    }
}

/// A global of a store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Global {
    cell: Stored<GlobalCell>,
    ty: GlobalType,
}

impl Global {
    pub(crate) fn from_cell(cell: Stored<GlobalCell>, ty: GlobalType) -> Global {
        Global { cell, ty }
    }
    pub(crate) fn cell(self) -> Stored<GlobalCell> {
        self.cell
    }
    pub(crate) fn global_type(self) -> GlobalType {
        self.ty
    }
    pub fn new(mut store: impl AsContextMut, ty: GlobalType, value: Val) -> anyhow::Result<Global> {
        let mut store = store.as_context_mut();
        value.expect(ty.value, "the value of a global")?;
        let slot = value.to_slot(store.opaque_mut())?;
        let cell = store.opaque_mut().globals.keep(GlobalCell { value: std::cell::Cell::new(slot) });
        Ok(Global::from_cell(cell, ty))
    }
    pub fn ty(&self, store: impl AsContext) -> GlobalType {
        self.cell.check(store.as_context().opaque());
        self.global_type()
    }
    pub fn get(&self, store: impl AsContext) -> Val {
        let store = store.as_context();
        let slot = self.cell.get(store.opaque()).value.get();
        Val::from_slot(self.ty.value, slot, store.opaque())
    }
    pub fn set(&self, mut store: impl AsContextMut, value: Val) -> anyhow::Result<()> {
        let mut store = store.as_context_mut();
        ensure!(self.ty.mutable, "immutable global cannot be set");
        value.expect(self.ty.value, "the value of a global")?;
        let slot: Slot = value.to_slot(store.opaque_mut())?;
        self.cell.get(store.opaque()).value.set(slot);
        Ok(())
    }
}

/// The type of something that can be imported or exported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ExternType {
    Func(FuncType),
    Global(GlobalType),
    Table(TableType),
    Memory(MemoryType),
}

impl ExternType {
    pub fn func(&self) -> Option<&FuncType> {
        if let ExternType::Func(ty) = self { Some(ty) } else { None }
    }
    pub fn memory(&self) -> Option<&MemoryType> {
        if let ExternType::Memory(ty) = self { Some(ty) } else { None }
    }
    pub fn table(&self) -> Option<&TableType> {
        if let ExternType::Table(ty) = self { Some(ty) } else { None }
    }
    pub fn global(&self) -> Option<&GlobalType> {
        if let ExternType::Global(ty) = self { Some(ty) } else { None }
    }
}

impl fmt::Display for ExternType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limits = |min: u64, max: Option<u64>| max.map_or(format!("{min}"), |max| format!("{min} {max}"));
        match self {
            ExternType::Func(ty) => write!(f, "func {ty}"),
            ExternType::Global(ty) if ty.mutable => write!(f, "global (mut {})", ty.value),
            ExternType::Global(ty) => write!(f, "global {}", ty.value),
            ExternType::Table(ty) => write!(f, "table {} {}", limits(ty.min, ty.max), ty.element),
            ExternType::Memory(ty) => write!(f, "memory {}{}", limits(ty.min, ty.max), if ty.shared { " shared" } else { "" }),
        }
    }
}

/// Something that can be imported or exported.
#[derive(Clone, Debug)]
pub enum Extern {
    Func(Func),
    Global(Global),
    Table(Table),
    Memory(Memory),
    SharedMemory(SharedMemory),
}

impl Extern {
    pub fn into_func(self) -> Option<Func> {
        if let Extern::Func(x) = self { Some(x) } else { None }
    }
    pub fn into_global(self) -> Option<Global> {
        if let Extern::Global(x) = self { Some(x) } else { None }
    }
    pub fn into_table(self) -> Option<Table> {
        if let Extern::Table(x) = self { Some(x) } else { None }
    }
    pub fn into_memory(self) -> Option<Memory> {
        if let Extern::Memory(x) = self { Some(x) } else { None }
    }
    pub fn into_shared_memory(self) -> Option<SharedMemory> {
        if let Extern::SharedMemory(x) = self { Some(x) } else { None }
    }
    pub fn ty(&self, store: impl AsContext) -> ExternType {
        self.extern_type(store.as_context().opaque())
    }
    /// Of memories and tables with the size they have now, which is what an import is checked against.
    pub(crate) fn extern_type(&self, store: &StoreOpaque) -> ExternType {
        match self {
            Extern::Func(f) => ExternType::Func((*store.engine().func_type(f.signature(store))).clone()),
            Extern::Global(g) => ExternType::Global(g.global_type()),
            Extern::Table(t) => {
                let table = t.object.get(store);
                ExternType::Table(TableType { min: table.len(), ..table.ty() })
            }
            Extern::Memory(m) => {
                let memory = m.object.get(store);
                ExternType::Memory(MemoryType { min: memory.pages(), ..memory.ty() })
            }
            Extern::SharedMemory(m) => ExternType::Memory(MemoryType { min: m.size(), ..m.ty() }),
        }
    }
    pub(crate) fn belongs_to(&self, store: &StoreOpaque) -> bool {
        match self {
            Extern::Func(f) => f.record().belongs_to(store),
            Extern::Global(g) => g.cell.belongs_to(store),
            Extern::Table(t) => t.object.belongs_to(store),
            Extern::Memory(m) => m.object.belongs_to(store),
            // To all stores of its engine.
            Extern::SharedMemory(m) => Engine::same(m.engine(), store.engine()),
        }
    }
    /// Fails with both types if this cannot be imported as `wanted`.
    pub(crate) fn check_import(&self, store: &StoreOpaque, wanted: &ExternType) -> anyhow::Result<()> {
        ensure!(self.belongs_to(store), "it belongs to another store");
        let found = self.extern_type(store);
        let limits = |min: u64, max: Option<u64>, wanted_min: u64, wanted_max: Option<u64>| {
            min >= wanted_min && wanted_max.is_none_or(|wanted| max.is_some_and(|max| max <= wanted))
        };
        let fits = match (&found, wanted) {
            (ExternType::Func(a), ExternType::Func(b)) => a == b,
            (ExternType::Global(a), ExternType::Global(b)) => a == b,
            (ExternType::Table(a), ExternType::Table(b)) => a.element == b.element && limits(a.min, a.max, b.min, b.max),
            (ExternType::Memory(a), ExternType::Memory(b)) => a.shared == b.shared && limits(a.min, a.max, b.min, b.max),
            _ => false,
        };
        if !fits {
            bail!("expected {wanted}, found {found}");
        }
        Ok(())
    }
}

impl From<Func> for Extern {
    fn from(x: Func) -> Extern {
        Extern::Func(x)
    }
}
impl From<Global> for Extern {
    fn from(x: Global) -> Extern {
        Extern::Global(x)
    }
}
impl From<Table> for Extern {
    fn from(x: Table) -> Extern {
        Extern::Table(x)
    }
}
impl From<Memory> for Extern {
    fn from(x: Memory) -> Extern {
        Extern::Memory(x)
    }
}

/// An export of an instance.
#[derive(Clone, Debug)]
pub struct Export {
    name: String,
    definition: Extern,
}

impl Export {
    pub(crate) fn new(name: String, definition: Extern) -> Export {
        Export { name, definition }
    }
    pub fn name(&self) -> &str {
        &self.name
    }
    pub fn into_extern(self) -> Extern {
        self.definition
    }
    pub fn into_func(self) -> Option<Func> {
        self.definition.into_func()
    }
    pub fn into_memory(self) -> Option<Memory> {
        self.definition.into_memory()
    }
    pub fn into_shared_memory(self) -> Option<SharedMemory> {
        self.definition.into_shared_memory()
    }
    pub fn into_table(self) -> Option<Table> {
        self.definition.into_table()
    }
    pub fn into_global(self) -> Option<Global> {
        self.definition.into_global()
    }
    pub fn ty(&self, store: impl AsContext) -> ExternType {
        self.definition.ty(store)
    }
}
