//! Host functions: their definitions, their records in a store, and the one function shape through which they are called.
//!
//! Machine code calls the host stub of the signature, which spills the arguments into slots and calls `HostRecord::call`; Rust calls it
//! directly. Status 0 means the results are in the slots; else the store's `pending` holds the error or the panic.
use super::context::instance_of;
use super::records::{FuncRecord, Slot, StoreRecord, VmContext};
use super::store::{StoreAccess, StoreContextMut, Stored};
use crate::engine::Engine;
use crate::func::Caller;
use crate::instance::InstanceData;
use crate::store::{Pending, StoreOpaque};
use samite_ir::translate::module::FuncType;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};
use std::sync::Arc;

type HostCall = unsafe extern "C" fn(host: *mut HostRecord, caller: *mut VmContext, slots: *mut Slot) -> u32;

/// What a host function does with arguments in slots; it leaves its results there.
pub trait HostFunction<T: 'static>: Send + Sync + 'static {
    fn call(&self, caller: Caller<'_, T>, slots: &mut [Slot]) -> anyhow::Result<()>;
}

/// A host function, in no store yet.
pub struct HostDefinition {
    /// Gave the signature its number, and keeps the stub.
    engine: Engine,
    ty: FuncType,
    signature: u32,
    /// The host stub of the signature; null in reference mode.
    stub: *const u8,
    call: HostCall,
    slots: usize,
    closure: NonNull<()>,
    drop_closure: unsafe fn(NonNull<()>),
}

// SAFETY: the closure is `Send + Sync` (`HostFunction`), the stub is code of the engine, which is never written.
unsafe impl Send for HostDefinition {}
// SAFETY: as above.
unsafe impl Sync for HostDefinition {}

impl HostDefinition {
    pub fn new<T: 'static, H: HostFunction<T>>(engine: &Engine, ty: FuncType, function: H) -> anyhow::Result<HostDefinition> {
        let signature = engine.signature(&ty);
        let closure = NonNull::from(Box::leak(Box::new(function))).cast();
        Ok(HostDefinition {
            engine: engine.clone(),
            stub: engine.host_stub(signature)?,
            call: host_call::<T, H>,
            slots: ty.params.len().max(ty.results.len()),
            ty,
            signature,
            closure,
            drop_closure: drop_closure::<H>,
        })
    }
    pub fn ty(&self) -> &FuncType {
        &self.ty
    }
}

impl Drop for HostDefinition {
    fn drop(&mut self) {
        // SAFETY: `new` leaked a closure of the type that `drop_closure` expects.
        unsafe { (self.drop_closure)(self.closure) }
    }
}

unsafe fn drop_closure<H>(closure: NonNull<()>) {
    // SAFETY: `HostDefinition::new` leaked a `Box<H>`.
    drop(unsafe { Box::from_raw(closure.cast::<H>().as_ptr()) });
}

/// A host function for stores of `T`: remembers the type that its closure expects.
pub struct HostFunc<T> {
    pub definition: Arc<HostDefinition>,
    marker: PhantomData<fn(T) -> T>,
}

impl<T> Clone for HostFunc<T> {
    fn clone(&self) -> HostFunc<T> {
        HostFunc { definition: self.definition.clone(), marker: PhantomData }
    }
}

impl<T: 'static> HostFunc<T> {
    pub fn new<H: HostFunction<T>>(engine: &Engine, ty: FuncType, function: H) -> anyhow::Result<HostFunc<T>> {
        Ok(HostFunc { definition: Arc::new(HostDefinition::new::<T, H>(engine, ty, function)?), marker: PhantomData })
    }
    /// Its function record in a store; the same one every time. Panics unless the store is of the engine that the function was made for.
    pub fn record(&self, store: &mut StoreContextMut<'_, T>) -> Stored<FuncRecord> {
        assert!(Engine::same(&self.definition.engine, store.engine()), "host function used with a store of another engine");
        let at = store.access().record_ptr();
        store.opaque_mut().host_record(&self.definition, |definition| HostRecord::new(definition, at))
    }
}

/// What the context of a host function points to. The host stubs read the first two fields.
#[repr(C)]
pub struct HostRecord {
    store: NonNull<StoreRecord>,
    call: HostCall,
    closure: NonNull<()>,
    slots: usize,
    func: FuncRecord,
    /// Keeps the closure alive.
    _definition: Arc<HostDefinition>,
}

const _: () = assert!(std::mem::offset_of!(HostRecord, store) == 0 && std::mem::offset_of!(HostRecord, call) == 8);

impl HostRecord {
    fn new(definition: &Arc<HostDefinition>, store: NonNull<StoreRecord>) -> HostRecord {
        let (code, signature) = (definition.stub, definition.signature);
        HostRecord {
            store,
            call: definition.call,
            closure: definition.closure,
            slots: definition.slots,
            func: FuncRecord { code, context: ptr::null_mut(), signature, padding: 0, function: 0 },
            _definition: definition.clone(),
        }
    }
    /// Completes a record that has reached its place in the store, and gives the handle of its function record.
    pub fn link(this: Stored<HostRecord>) -> Stored<FuncRecord> {
        let at = this.as_ptr();
        // SAFETY: called once, right after the record came into its arena: nobody else knows it yet.
        unsafe {
            (*at).func.context = at.cast();
            Stored::new(this.store_id(), NonNull::new_unchecked(&raw mut (*at).func))
        }
    }
}

/// Calls a host function from Rust, for an instance or for the host. `slots` has room for its parameters and for its results.
pub fn call_host(
    store: &mut StoreAccess<'_>,
    func: Stored<FuncRecord>,
    caller: Option<Stored<InstanceData>>,
    slots: &mut [Slot],
) -> anyhow::Result<()> {
    let caller = caller.map_or(ptr::null_mut(), |instance| instance.get(store.opaque()).context.address());
    let record = func.get(store.opaque());
    assert_eq!(record.function, 0, "not a host function");
    let host: *mut HostRecord = record.context.cast();
    // SAFETY: the context of a host function's record is its host record (`link`), which lives as long as the store.
    let (call, needed) = unsafe { ((*host).call, (*host).slots) };
    assert!(slots.len() >= needed, "too few slots");
    // SAFETY: the record and the caller belong to the store that `store` has borrowed, and no reference into the store is live here.
    match unsafe { call(host, caller, slots.as_mut_ptr()) } {
        0 => Ok(()),
        _ => Err(store.opaque_mut().take_pending()),
    }
}

/// The instance of a wasm function; None for a host function.
pub fn instance_of_func(store: &StoreOpaque, func: Stored<FuncRecord>) -> Option<Stored<InstanceData>> {
    let record = func.get(store);
    if record.function == 0 {
        return None;
    }
    // SAFETY: the context of a wasm function's record is its instance's.
    unsafe { instance_of(store.id(), record.context.cast()) }
}

/// The shape of every host function. Never unwinds: a panic is kept in the store and goes on in the Rust caller of the wasm function.
unsafe extern "C" fn host_call<T: 'static, H: HostFunction<T>>(host: *mut HostRecord, caller: *mut VmContext, slots: *mut Slot) -> u32 {
    // SAFETY: machine code and `call_host` pass the host record, of a store of `T` (`HostFunc<T>`), while that store is mutably borrowed
    // further up the stack by a call that waits for this one.
    let (mut access, function, slots) = unsafe {
        let record = &*host;
        (StoreAccess::new((*host).store), record.closure.cast::<H>().as_ref(), std::slice::from_raw_parts_mut(slots, record.slots))
    };
    // SAFETY: as above; `caller` is the context of an instance of the same store, or null.
    let caller = unsafe { HostCaller::<T>::new(access.typed::<T>(), caller) };
    match catch_unwind(AssertUnwindSafe(|| function.call(Caller::new(caller), slots))) {
        Ok(Ok(())) => 0,
        Ok(Err(error)) => fail(&mut access, Pending::Error(error)),
        Err(panic) => fail(&mut access, Pending::Panic(panic)),
    }
}

#[cold]
#[inline(never)]
fn fail(store: &mut StoreAccess<'_>, pending: Pending) -> u32 {
    crate::trap::host_failed(store, pending);
    1
}

/// The store and who called, the latter looked up only when asked for.
pub struct HostCaller<'a, T: 'static> {
    pub store: StoreContextMut<'a, T>,
    context: *mut VmContext,
}

// SAFETY: `context` is followed only with the store borrowed.
unsafe impl<T: Send> Send for HostCaller<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for HostCaller<'_, T> {}

impl<'a, T: 'static> HostCaller<'a, T> {
    /// # Safety
    /// `context` is null or the record of an instance of the store.
    unsafe fn new(store: StoreContextMut<'a, T>, context: *mut VmContext) -> HostCaller<'a, T> {
        HostCaller { store, context }
    }
    pub fn reborrow(&mut self) -> HostCaller<'_, T> {
        HostCaller { store: self.store.reborrow(), context: self.context }
    }
    pub fn instance(&self) -> Option<Stored<InstanceData>> {
        // SAFETY: `new` says what `context` is.
        unsafe { instance_of(self.store.opaque().id(), self.context) }
    }
}
