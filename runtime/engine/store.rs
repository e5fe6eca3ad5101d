//! Stores: the owner of instances and of everything they are made of, with the embedder's data.
use crate::code::Machine;
use crate::engine::Engine;
use crate::instance::InstanceData;
use crate::limits::{Growth, ResourceLimiter, UpdateDeadline};
use crate::memory::growth::Grown;
use crate::memory::image::Image;
use crate::memory::{LinearMemory, MemoryObject};
use crate::shared::SharedMemory;
use crate::values::ExternHandles;
use crate::vm::store::{Arena, Erased, StoreOwner};
use crate::vm::{FuncRecord, GlobalCell, HostDefinition, HostRecord, StoreAccess, StoreId, Stored, TableObject};
use anyhow::ensure;
use samite_ir::translate::Interrupt;
use samite_ir::translate::module::{MemoryType, TableType};
use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub use crate::vm::store::{StoreContext, StoreContextMut};

/// Why a call into wasm is to end.
pub enum Pending {
    Error(anyhow::Error),
    Panic(Box<dyn Any + Send>),
}

/// What a store is beside the embedder's data.
pub struct StoreOpaque {
    erased: Erased,
    engine: Engine,
    pub(crate) instances: Arena<InstanceData>,
    pub(crate) memories: Arena<MemoryObject>,
    /// Imported ones. They are the engine's, and count for no limit of the store.
    shared_memories: Arena<MemoryObject>,
    pub(crate) tables: Arena<TableObject>,
    pub(crate) globals: Arena<GlobalCell>,
    hosts: Arena<HostRecord>,
    /// By address of the definition, which the record keeps alive.
    host_records: HashMap<usize, Stored<FuncRecord>>,
    pub(crate) externs: ExternHandles,
    pub(crate) pending: Option<Pending>,
    /// Is there a callback at the deadline?
    asks_at_deadline: bool,
    /// Of the reference interpreter (`Env::stack_used`).
    pub(crate) stack_used: u64,
}

impl StoreOpaque {
    fn new(erased: Erased, engine: Engine) -> StoreOpaque {
        let id = erased.id();
        StoreOpaque {
            erased,
            engine,
            instances: Arena::new(id),
            memories: Arena::new(id),
            shared_memories: Arena::new(id),
            tables: Arena::new(id),
            globals: Arena::new(id),
            hosts: Arena::new(id),
            host_records: HashMap::new(),
            externs: ExternHandles::default(),
            pending: None,
            asks_at_deadline: false,
            stack_used: 0,
        }
    }
    pub(crate) fn erased(&self) -> &Erased {
        &self.erased
    }
    pub(crate) fn id(&self) -> StoreId {
        self.erased.id()
    }
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
    /// The store's handle of a shared memory.
    pub(crate) fn shared_memory(&mut self, memory: &SharedMemory) -> Stored<MemoryObject> {
        let known = self.all_memories().find(|known| Arc::ptr_eq(&known.get(self).0, memory.linear()));
        known.unwrap_or_else(|| self.shared_memories.keep(MemoryObject(memory.linear().clone())))
    }
    pub(crate) fn all_memories(&self) -> impl Iterator<Item = Stored<MemoryObject>> {
        self.memories.iter().chain(self.shared_memories.iter())
    }
    /// The record of a host function; made by `make` the first time.
    pub(crate) fn host_record(
        &mut self,
        definition: &Arc<HostDefinition>,
        make: impl FnOnce(&Arc<HostDefinition>) -> HostRecord,
    ) -> Stored<FuncRecord> {
        let hosts = &mut self.hosts;
        let record = self.host_records.entry(Arc::as_ptr(definition).addr());
        *record.or_insert_with(|| HostRecord::link(hosts.keep(make(definition))))
    }
    /// The error that ends a call; a panic goes on from here.
    pub(crate) fn take_pending(&mut self) -> anyhow::Error {
        match self.pending.take() {
            Some(Pending::Error(error)) => error,
            Some(Pending::Panic(panic)) => std::panic::resume_unwind(panic),
            None => unreachable!("a call failed without a reason"),
        }
    }
}

impl StoreAccess<'_> {
    fn ask(&mut self, growth: Growth) -> anyhow::Result<()> {
        ensure!(self.allow_growth(growth)?, "resource limit exceeded: {}", growth.what());
        Ok(())
    }
    /// A new memory, if the limits allow it: zeros, and what the image has.
    pub(crate) fn new_memory(&mut self, ty: MemoryType, image: Option<&Arc<Image>>) -> anyhow::Result<Stored<MemoryObject>> {
        self.ask(Growth::Memories(self.opaque().memories.len() + 1))?;
        // A type out of range is refused below.
        let bytes = |pages: u64| pages.saturating_mul(crate::memory::WASM_PAGE) as usize;
        self.ask(Growth::Memory { current: 0, desired: bytes(ty.min), maximum: ty.max.map(bytes) })?;
        let memory = LinearMemory::new(self.opaque().engine(), ty, image)?;
        Ok(self.opaque_mut().memories.keep(MemoryObject(Arc::new(memory))))
    }
    /// A new table of nulls, if the limits allow it.
    pub(crate) fn new_table(&mut self, ty: TableType) -> anyhow::Result<Stored<TableObject>> {
        let limit = self.opaque().engine().config().max_table_elements;
        ensure!(ty.element.is_ref(), "a table of {} is not possible", ty.element);
        ensure!(ty.max.is_none_or(|max| ty.min <= max), "table type out of range: {ty:?}");
        ensure!(ty.min <= limit, "a table of {} elements is larger than the limit of {limit}", ty.min);
        self.ask(Growth::Tables(self.opaque().tables.len() + 1))?;
        self.ask(Growth::Table { current: 0, desired: ty.min as usize, maximum: ty.max.map(|max| max as usize) })?;
        let table = TableObject::new(ty).ok_or_else(|| anyhow::anyhow!("no memory for a table of {} elements", ty.min))?;
        Ok(self.opaque_mut().tables.keep(table))
    }
    pub(crate) fn allow_instance(&mut self) -> anyhow::Result<()> {
        self.ask(Growth::Instances(self.opaque().instances.len() + 1))
    }
    /// Grows a memory; the old number of pages, or None if a limit or the system forbids. An error of the limiter forbids too.
    pub(crate) fn grow_memory(&mut self, memory: Stored<MemoryObject>, delta: u64) -> Option<u64> {
        let memory = memory.get(self.opaque()).clone();
        let bytes = |pages: u64| (pages * crate::memory::WASM_PAGE) as usize;
        loop {
            let old = memory.pages();
            let new = old.checked_add(delta).filter(|new| *new <= memory.max_pages())?;
            let growth = Growth::Memory { current: bytes(old), desired: bytes(new), maximum: memory.ty().max.map(bytes) };
            self.allow_growth(growth).ok().filter(|allowed| *allowed)?;
            match memory.grow(old, new) {
                Grown::Done => return Some(old),
                // The limiter is to be asked about what is the case.
                Grown::Changed => {}
                Grown::Refused => return None,
            }
        }
    }
    /// Grows a table by entries of a reference; the old length, or None as for `grow_memory`.
    pub(crate) fn grow_table(&mut self, table: Stored<TableObject>, delta: u64, reference: u64) -> Option<u64> {
        let object = table.get(self.opaque());
        let (old, ty) = (object.len(), object.ty());
        let limit = self.opaque().engine().config().max_table_elements;
        let new = old.checked_add(delta).filter(|new| *new <= limit && ty.max.is_none_or(|max| *new <= max))?;
        let growth = Growth::Table { current: old as usize, desired: new as usize, maximum: ty.max.map(|max| max as usize) };
        self.allow_growth(growth).ok().filter(|allowed| *allowed)?;
        table.get(self.opaque()).grow(delta, reference)
    }
    /// Is an operator to stop in the middle of its work? Only if nobody is to be asked, who might change what compiled code takes for unchanged.
    pub(crate) fn must_stop(&self) -> bool {
        let engine = self.opaque().engine();
        match engine.strategy().interrupt {
            Interrupt::Off => false,
            Interrupt::Epoch => self.deadline_passed() && !self.opaque().asks_at_deadline,
            Interrupt::Page => engine.machine().is_some_and(Machine::interrupted),
        }
    }
    fn deadline_passed(&self) -> bool {
        self.opaque().engine().epoch().load(Ordering::Relaxed) >= self.record().deadline.get()
    }
    /// Is the deadline passed, and does whoever decides about that want to stop? If by an error, it is pending.
    pub(crate) fn interrupted(&mut self) -> bool {
        if !self.deadline_passed() {
            return false;
        }
        let now = self.opaque().engine().epoch().load(Ordering::Relaxed);
        match self.deadline_reached() {
            Ok(UpdateDeadline::Continue(ticks)) => {
                self.record().deadline.set(now.saturating_add(ticks));
                false
            }
            Ok(UpdateDeadline::Interrupt) => true,
            Err(error) => {
                self.opaque_mut().pending = Some(Pending::Error(error));
                true
            }
        }
    }
}

/// Instances, memories, tables, globals and functions with the embedder's `T`. Everything in it lives until it is dropped.
///
/// Handles (`Func`, `Memory`, ...) are plain data; every use of one takes the store, and panics if it is another one's.
pub struct Store<T: 'static> {
    owner: StoreOwner<T>,
}

impl<T: 'static> Store<T> {
    pub fn new(engine: &Engine, data: T) -> Store<T> {
        let owner = StoreOwner::new(data, |erased| StoreOpaque::new(erased, engine.clone()));
        crate::trap::stack::configure(owner.record(), engine.config());
        if let Some(machine) = engine.machine() {
            machine.attach(owner.record());
        }
        Store { owner }
    }
    pub fn data(&self) -> &T {
        self.owner.context().data()
    }
    pub fn data_mut(&mut self) -> &mut T {
        self.owner.context_mut().into_data_mut()
    }
    pub fn into_data(self) -> T {
        self.owner.into_data()
    }
    pub fn engine(&self) -> &Engine {
        self.owner.context().opaque().engine()
    }
    /// Installs what decides about growth; it is found in the store's data each time.
    pub fn limiter(&mut self, limiter: impl (FnMut(&mut T) -> &mut dyn ResourceLimiter) + Send + Sync + 'static) {
        self.owner.context_mut().into_parts().1.limiter = Some(Box::new(limiter));
    }
    /// Interrupts wasm code `ticks` increments of the engine's epoch from now. Without a call of this there is no deadline.
    ///
    /// Compiled code looks at the counter only if its strategy says `interrupt=epoch`: at functions' entries and in loops, and without a callback
    /// also while it fills or copies memory.
    pub fn set_epoch_deadline(&mut self, ticks: u64) {
        self.as_context_mut().set_epoch_deadline(ticks);
    }
    /// At the deadline: trap. This is what happens anyway without a callback.
    pub fn epoch_deadline_trap(&mut self) {
        let (opaque, hooks, _) = self.owner.context_mut().into_parts();
        opaque.asks_at_deadline = false;
        hooks.epoch = None;
    }
    /// At the deadline: ask. An error traps as well.
    pub fn epoch_deadline_callback(
        &mut self,
        callback: impl FnMut(StoreContextMut<'_, T>) -> anyhow::Result<UpdateDeadline> + Send + Sync + 'static,
    ) {
        let (opaque, hooks, _) = self.owner.context_mut().into_parts();
        opaque.asks_at_deadline = true;
        hooks.epoch = Some(Box::new(callback));
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Store<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("data", self.data()).finish()
    }
}

impl<'a, T: 'static> StoreContext<'a, T> {
    pub fn engine(&self) -> &'a Engine {
        self.opaque().engine()
    }
}

impl<T: 'static> StoreContextMut<'_, T> {
    pub fn engine(&self) -> &Engine {
        self.opaque().engine()
    }
    /// See `Store::set_epoch_deadline`.
    pub fn set_epoch_deadline(&mut self, ticks: u64) {
        let now = self.engine().epoch().load(Ordering::Relaxed);
        self.access().record().deadline.set(now.saturating_add(ticks));
    }
}

/// Whatever a store can be read through: `Store`, `StoreContext(Mut)`, `Caller`, and references to them.
pub trait AsContext {
    type Data: 'static;
    fn as_context(&self) -> StoreContext<'_, Self::Data>;
}

/// Whatever a store can be used through.
pub trait AsContextMut: AsContext {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, Self::Data>;
}

impl<T: 'static> AsContext for Store<T> {
    type Data = T;
    fn as_context(&self) -> StoreContext<'_, T> {
        self.owner.context()
    }
}
impl<T: 'static> AsContextMut for Store<T> {
    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        self.owner.context_mut()
    }
}
impl<T: 'static> AsContext for StoreContext<'_, T> {
    type Data = T;
    fn as_context(&self) -> StoreContext<'_, T> {
        *self
    }
}
impl<T: 'static> AsContext for StoreContextMut<'_, T> {
    type Data = T;
    fn as_context(&self) -> StoreContext<'_, T> {
        self.shared()
    }
}
impl<T: 'static> AsContextMut for StoreContextMut<'_, T> {
    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        self.reborrow()
    }
}
impl<C: AsContext> AsContext for &C {
    type Data = C::Data;
    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}
impl<C: AsContext> AsContext for &mut C {
    type Data = C::Data;
    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}
impl<C: AsContextMut> AsContextMut for &mut C {
    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, C::Data> {
        C::as_context_mut(self)
    }
}

// For methods whose result borrows from the store as long as the argument does (`Memory::data`).
impl<'a, T: 'static> From<&'a Store<T>> for StoreContext<'a, T> {
    fn from(store: &'a Store<T>) -> StoreContext<'a, T> {
        store.owner.context()
    }
}
impl<'a, T: 'static> From<&'a mut Store<T>> for StoreContext<'a, T> {
    fn from(store: &'a mut Store<T>) -> StoreContext<'a, T> {
        store.owner.context()
    }
}
impl<'a, T: 'static> From<&'a StoreContext<'_, T>> for StoreContext<'a, T> {
    fn from(store: &'a StoreContext<'_, T>) -> StoreContext<'a, T> {
        *store
    }
}
impl<'a, T: 'static> From<&'a StoreContextMut<'_, T>> for StoreContext<'a, T> {
    fn from(store: &'a StoreContextMut<'_, T>) -> StoreContext<'a, T> {
        store.shared()
    }
}
impl<'a, T: 'static> From<&'a mut StoreContextMut<'_, T>> for StoreContext<'a, T> {
    fn from(store: &'a mut StoreContextMut<'_, T>) -> StoreContext<'a, T> {
        store.shared()
    }
}
impl<'a, T: 'static> From<StoreContextMut<'a, T>> for StoreContext<'a, T> {
    fn from(store: StoreContextMut<'a, T>) -> StoreContext<'a, T> {
        store.into_shared()
    }
}
impl<'a, T: 'static> From<&'a mut Store<T>> for StoreContextMut<'a, T> {
    fn from(store: &'a mut Store<T>) -> StoreContextMut<'a, T> {
        store.owner.context_mut()
    }
}
impl<'a, T: 'static> From<&'a mut StoreContextMut<'_, T>> for StoreContextMut<'a, T> {
    fn from(store: &'a mut StoreContextMut<'_, T>) -> StoreContextMut<'a, T> {
        store.reborrow()
    }
}
