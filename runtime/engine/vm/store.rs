//! The allocation behind a `Store<T>` and the handles of what it owns.
//!
//! `StoreInner<T>` starts with the record that machine code reads, so the address of the record is the address of the store: a host
//! function finds its store through it. A `StoreContextMut` holds that address, not a Rust reference, and makes references only for the
//! span of one safe operation; so a host function called from wasm may use the store again although the caller up the stack has a
//! `StoreContextMut` too (its borrow says that nobody else uses it, and while wasm runs it does not use it either).
use super::records::StoreRecord;
use crate::limits::{Growth, ResourceLimiter, UpdateDeadline};
use crate::store::StoreOpaque;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::num::NonZeroU64;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU64, Ordering};

/// Never used twice in a process, so a handle that outlives its store matches none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct StoreId(NonZeroU64);

impl StoreId {
    fn fresh() -> StoreId {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        // 2^64 stores take longer to make than the machine lives.
        StoreId(NonZeroU64::new(NEXT.fetch_add(1, Ordering::Relaxed)).expect("store ids are exhausted"))
    }
}

/// Handle of something that a store owns.
pub struct Stored<T> {
    store: StoreId,
    at: NonNull<T>,
}

// SAFETY: a handle is an id and an address; following it takes a borrow of the store, which is as thread-safe as the store is.
unsafe impl<T> Send for Stored<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Stored<T> {}

impl<T> Clone for Stored<T> {
    fn clone(&self) -> Stored<T> {
        *self
    }
}
impl<T> Copy for Stored<T> {}
impl<T> PartialEq for Stored<T> {
    fn eq(&self, other: &Stored<T>) -> bool {
        self.store == other.store && ptr::eq(self.at.as_ptr(), other.at.as_ptr())
    }
}
impl<T> Eq for Stored<T> {}
impl<T> Hash for Stored<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.at.hash(state);
    }
}
impl<T> fmt::Debug for Stored<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:p}", self.at)
    }
}

impl<T> Stored<T> {
    /// # Safety
    /// `at` is allocated by the store `store`, is never moved, and lives until that store is dropped.
    pub unsafe fn new(store: StoreId, at: NonNull<T>) -> Stored<T> {
        Stored { store, at }
    }
    pub fn belongs_to(self, store: &StoreOpaque) -> bool {
        self.store == store.id()
    }
    /// Panics if it belongs to another store: a mistake of the embedder, not of a wasm program.
    pub fn check(self, store: &StoreOpaque) {
        if self.store != store.id() {
            wrong_store();
        }
    }
    pub fn get(self, store: &StoreOpaque) -> &T {
        self.check(store);
        // SAFETY: the ids match, so the store that owns it is alive and borrowed; nobody has a `&mut T` (see `vm`).
        unsafe { self.at.as_ref() }
    }
    pub fn as_ptr(self) -> *mut T {
        self.at.as_ptr()
    }
    pub fn store_id(self) -> StoreId {
        self.store
    }
    /// The address as wasm values hold it.
    pub fn bits(self) -> u64 {
        self.at.as_ptr().expose_provenance() as u64
    }
    /// The inverse of `bits`; 0 is None. That `bits` came from a value of the right type in the store `store` is kept by validation: wasm
    /// cannot make a reference out of a number.
    pub fn from_bits(store: StoreId, bits: u64) -> Option<Stored<T>> {
        NonNull::new(ptr::with_exposed_provenance_mut(bits as usize)).map(|at| Stored { store, at })
    }
}

#[cold]
#[inline(never)]
fn wrong_store() -> ! {
    panic!("object used with a store that it does not belong to")
}

/// Objects of one kind that live as long as their store.
pub struct Arena<T> {
    store: StoreId,
    items: Vec<NonNull<T>>,
}

impl<T> Arena<T> {
    pub fn new(store: StoreId) -> Arena<T> {
        Arena { store, items: Vec::new() }
    }
    pub fn keep(&mut self, value: T) -> Stored<T> {
        let at = NonNull::from(Box::leak(Box::new(value)));
        self.items.push(at);
        Stored { store: self.store, at }
    }
    pub fn len(&self) -> usize {
        self.items.len()
    }
    pub fn iter(&self) -> impl Iterator<Item = Stored<T>> {
        self.items.iter().map(|at| Stored { store: self.store, at: *at })
    }
}

impl<T> Drop for Arena<T> {
    fn drop(&mut self) {
        for at in self.items.drain(..) {
            // SAFETY: `keep` leaked it, and the store is being dropped: no handle will be followed any more.
            drop(unsafe { Box::from_raw(at.as_ptr()) });
        }
    }
}

type Limiter<T> = Box<dyn (FnMut(&mut T) -> &mut dyn ResourceLimiter) + Send + Sync>;
type EpochCallback<T> = Box<dyn FnMut(StoreContextMut<'_, T>) -> anyhow::Result<UpdateDeadline> + Send + Sync>;

/// What the embedder asked to be called for.
pub struct Hooks<T: 'static> {
    pub limiter: Option<Limiter<T>>,
    pub epoch: Option<EpochCallback<T>>,
}

/// `repr(C)`: the offsets of `record` and `opaque` do not depend on `T`.
#[repr(C)]
struct StoreInner<T: 'static> {
    record: StoreRecord,
    opaque: StoreOpaque,
    hooks: Hooks<T>,
    data: T,
}

/// The hooks for code that does not know `T`.
#[derive(Clone, Copy)]
struct ErasedHooks {
    limit: fn(&mut StoreAccess<'_>, Growth) -> anyhow::Result<bool>,
    epoch: fn(&mut StoreAccess<'_>) -> anyhow::Result<UpdateDeadline>,
}

/// Part of `StoreOpaque` that only this file fills.
pub struct Erased {
    id: StoreId,
    hooks: ErasedHooks,
}

impl Erased {
    pub fn id(&self) -> StoreId {
        self.id
    }
}

/// The owner of a store.
pub struct StoreOwner<T: 'static> {
    at: NonNull<StoreInner<T>>,
}

// SAFETY: it owns the allocation like a `Box`. What the store holds beside `T` is handles, mappings and closures that are `Send`.
unsafe impl<T: Send> Send for StoreOwner<T> {}
// SAFETY: through `&StoreOwner` only `&T` and reads of the store's objects are possible; their `Cell`s are written only by who has the store
// mutably borrowed.
unsafe impl<T: Sync> Sync for StoreOwner<T> {}

impl<T: 'static> StoreOwner<T> {
    pub fn new(data: T, make: impl FnOnce(Erased) -> StoreOpaque) -> StoreOwner<T> {
        let hooks = ErasedHooks { limit: limit_hook::<T>, epoch: epoch_hook::<T> };
        let opaque = make(Erased { id: StoreId::fresh(), hooks });
        let inner = StoreInner { record: StoreRecord::new(), opaque, hooks: Hooks { limiter: None, epoch: None }, data };
        StoreOwner { at: NonNull::from(Box::leak(Box::new(inner))) }
    }
    pub fn context(&self) -> StoreContext<'_, T> {
        StoreContext { at: self.at, borrow: PhantomData }
    }
    pub fn context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut { at: self.at, borrow: PhantomData }
    }
    pub fn record(&self) -> &StoreRecord {
        // SAFETY: the store is borrowed by `self`; all fields of the record are `Cell`s.
        unsafe { &(*self.at.as_ptr()).record }
    }
    pub fn into_data(self) -> T {
        let at = self.at;
        std::mem::forget(self);
        // SAFETY: `new` leaked it and `self` was its only owner.
        let inner = unsafe { Box::from_raw(at.as_ptr()) };
        inner.data
    }
}

impl<T: 'static> Drop for StoreOwner<T> {
    fn drop(&mut self) {
        // SAFETY: `new` leaked it; no context can outlive the borrow of the owner.
        drop(unsafe { Box::from_raw(self.at.as_ptr()) });
    }
}

/// A shared borrow of a store.
pub struct StoreContext<'a, T: 'static> {
    at: NonNull<StoreInner<T>>,
    borrow: PhantomData<&'a T>,
}

// SAFETY: as a `&StoreOwner<T>`.
unsafe impl<T: Sync> Send for StoreContext<'_, T> {}
// SAFETY: as a `&StoreOwner<T>`.
unsafe impl<T: Sync> Sync for StoreContext<'_, T> {}

impl<T: 'static> Clone for StoreContext<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: 'static> Copy for StoreContext<'_, T> {}

impl<'a, T: 'static> StoreContext<'a, T> {
    pub fn data(&self) -> &'a T {
        // SAFETY: the store is borrowed for 'a.
        unsafe { &(*self.at.as_ptr()).data }
    }
    pub(crate) fn opaque(&self) -> &'a StoreOpaque {
        // SAFETY: the store is borrowed for 'a.
        unsafe { &(*self.at.as_ptr()).opaque }
    }
}

/// An exclusive borrow of a store.
pub struct StoreContextMut<'a, T: 'static> {
    at: NonNull<StoreInner<T>>,
    borrow: PhantomData<&'a mut T>,
}

// SAFETY: as a `&mut StoreOwner<T>`.
unsafe impl<T: Send> Send for StoreContextMut<'_, T> {}
// SAFETY: as a `&mut StoreOwner<T>`.
unsafe impl<T: Sync> Sync for StoreContextMut<'_, T> {}

impl<'a, T: 'static> StoreContextMut<'a, T> {
    pub fn data(&self) -> &T {
        // SAFETY: the store is borrowed by `self`.
        unsafe { &(*self.at.as_ptr()).data }
    }
    pub fn data_mut(&mut self) -> &mut T {
        // SAFETY: the store is mutably borrowed by `self`.
        unsafe { &mut (*self.at.as_ptr()).data }
    }
    pub(crate) fn into_data_mut(self) -> &'a mut T {
        // SAFETY: the store is mutably borrowed for 'a, by `self` that is consumed.
        unsafe { &mut (*self.at.as_ptr()).data }
    }
    pub(crate) fn opaque(&self) -> &StoreOpaque {
        // SAFETY: the store is borrowed by `self`.
        unsafe { &(*self.at.as_ptr()).opaque }
    }
    pub(crate) fn opaque_mut(&mut self) -> &mut StoreOpaque {
        // SAFETY: the store is mutably borrowed by `self`.
        unsafe { &mut (*self.at.as_ptr()).opaque }
    }
    /// Both halves at once: the runtime's and the embedder's.
    pub(crate) fn into_parts(self) -> (&'a mut StoreOpaque, &'a mut Hooks<T>, &'a mut T) {
        let at = self.at.as_ptr();
        // SAFETY: the store is mutably borrowed for 'a, by `self` that is consumed; the fields are distinct.
        unsafe { (&mut (*at).opaque, &mut (*at).hooks, &mut (*at).data) }
    }
    pub(crate) fn access(&mut self) -> StoreAccess<'_> {
        StoreAccess { at: self.at.cast(), borrow: PhantomData }
    }
    pub(crate) fn shared(&self) -> StoreContext<'_, T> {
        StoreContext { at: self.at, borrow: PhantomData }
    }
    pub(crate) fn into_shared(self) -> StoreContext<'a, T> {
        StoreContext { at: self.at, borrow: PhantomData }
    }
    pub(crate) fn reborrow(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut { at: self.at, borrow: PhantomData }
    }
}

/// An exclusive borrow of a store of unknown `T`.
pub struct StoreAccess<'a> {
    at: NonNull<StoreRecord>,
    borrow: PhantomData<&'a mut StoreOpaque>,
}

impl StoreAccess<'_> {
    /// # Safety
    /// `at` is the record of a live store that is mutably borrowed for the lifetime, by nobody who uses that borrow meanwhile.
    pub unsafe fn new<'a>(at: NonNull<StoreRecord>) -> StoreAccess<'a> {
        StoreAccess { at, borrow: PhantomData }
    }
    /// # Safety
    /// The store is a `Store<T>`.
    pub unsafe fn typed<T: 'static>(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut { at: self.at.cast(), borrow: PhantomData }
    }
    fn inner(&self) -> *mut StoreInner<()> {
        self.at.cast().as_ptr()
    }
    pub fn record(&self) -> &StoreRecord {
        // SAFETY: the store is borrowed; all fields of the record are `Cell`s.
        unsafe { self.at.as_ref() }
    }
    pub fn record_ptr(&self) -> NonNull<StoreRecord> {
        self.at
    }
    pub fn opaque(&self) -> &StoreOpaque {
        // SAFETY: the store is borrowed by `self`; `opaque` is at the same place for every `T` (repr(C)).
        unsafe { &(*self.inner()).opaque }
    }
    pub fn opaque_mut(&mut self) -> &mut StoreOpaque {
        // SAFETY: the store is mutably borrowed by `self`; `opaque` is at the same place for every `T` (repr(C)).
        unsafe { &mut (*self.inner()).opaque }
    }
    pub fn reborrow(&mut self) -> StoreAccess<'_> {
        StoreAccess { at: self.at, borrow: PhantomData }
    }
    /// Asks the embedder's limiter.
    pub fn allow_growth(&mut self, growth: Growth) -> anyhow::Result<bool> {
        (self.opaque().erased().hooks.limit)(self, growth)
    }
    /// Asks what to do at the deadline.
    pub fn deadline_reached(&mut self) -> anyhow::Result<UpdateDeadline> {
        (self.opaque().erased().hooks.epoch)(self)
    }
}

fn limit_hook<T: 'static>(access: &mut StoreAccess<'_>, growth: Growth) -> anyhow::Result<bool> {
    // SAFETY: only `StoreOwner::<T>::new` puts this function into a store.
    let context = unsafe { access.typed::<T>() };
    let (_, hooks, data) = context.into_parts();
    match &mut hooks.limiter {
        None => Ok(true),
        Some(limiter) => growth.ask(limiter(data)),
    }
}

fn epoch_hook<T: 'static>(access: &mut StoreAccess<'_>) -> anyhow::Result<UpdateDeadline> {
    // SAFETY: only `StoreOwner::<T>::new` puts this function into a store.
    let mut context = unsafe { access.typed::<T>() };
    let Some(mut callback) = context.reborrow().into_parts().1.epoch.take() else {
        return Ok(UpdateDeadline::Interrupt);
    };
    let answer = callback(context.reborrow());
    context.into_parts().1.epoch.get_or_insert(callback);
    answer
}
