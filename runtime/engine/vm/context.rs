//! The instance record: one block, zeroed, 16-aligned, of the size that `vmctx::Layout` says.
use super::records::{FuncRecord, GlobalCell, VmContext};
use super::store::{StoreId, Stored};
use crate::instance::InstanceData;
use samite_ir::translate::vmctx;
use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ptr::{self, NonNull};

/// Owner of an instance record.
pub struct ContextBlock {
    at: NonNull<u8>,
    layout: Layout,
}

// SAFETY: it owns the block; the addresses in it are followed only by who has the store borrowed.
unsafe impl Send for ContextBlock {}
// SAFETY: as above.
unsafe impl Sync for ContextBlock {}

impl ContextBlock {
    pub fn new(size: u32) -> ContextBlock {
        let layout = Layout::from_size_align(size as usize, 16).expect("an instance record is below 2^31 bytes");
        // SAFETY: the size is not zero: every record has its head.
        let at = unsafe { alloc_zeroed(layout) };
        let at = NonNull::new(at).unwrap_or_else(|| handle_alloc_error(layout));
        ContextBlock { at, layout }
    }
    pub fn address(&self) -> *mut VmContext {
        self.at.as_ptr().cast()
    }
    /// Panics if `[offset, offset + size)` is not in the block or not aligned to `align`.
    fn field(&self, offset: u32, size: usize, align: usize) -> *mut u8 {
        let offset = offset as usize;
        assert!(offset + size <= self.layout.size() && offset.is_multiple_of(align), "field {offset} outside the instance record");
        // SAFETY: inside the block, checked above.
        unsafe { self.at.as_ptr().add(offset) }
    }
    /// Writes an address. Only while nothing runs in the instance.
    pub fn set_pointer<T>(&self, offset: u32, value: *const T) {
        // SAFETY: in the block and aligned (`field`); instance records are written only before code runs in the instance.
        unsafe { self.field(offset, 8, 8).cast::<*const T>().write(value) }
    }
    pub fn set_u32(&self, offset: u32, value: u32) {
        // SAFETY: as in `set_pointer`.
        unsafe { self.field(offset, 4, 4).cast::<u32>().write(value) }
    }
    pub fn set_func_record(&self, offset: u32, record: FuncRecord) {
        // SAFETY: as in `set_pointer`.
        unsafe { self.field(offset, size_of::<FuncRecord>(), 8).cast::<FuncRecord>().write(record) }
    }
    /// Handle of the function record at `offset`. The block must belong to an instance of the store.
    pub fn func_record(&self, store: StoreId, offset: u32) -> Stored<FuncRecord> {
        let at = self.field(offset, size_of::<FuncRecord>(), 8).cast();
        // SAFETY: in the block, which instances keep until their store is dropped; zeros are a valid record.
        unsafe { Stored::new(store, NonNull::new_unchecked(at)) }
    }
    /// Handle of the global at `offset`. The block must belong to an instance of the store.
    pub fn global(&self, store: StoreId, offset: u32) -> Stored<GlobalCell> {
        let at = self.field(offset, size_of::<GlobalCell>(), 16).cast();
        // SAFETY: as in `func_record`.
        unsafe { Stored::new(store, NonNull::new_unchecked(at)) }
    }
}

impl Drop for ContextBlock {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout.
        unsafe { dealloc(self.at.as_ptr(), self.layout) }
    }
}

/// The instance that a record belongs to, or None for a null `context` (the host called).
///
/// # Safety
/// `context` is null or the record of an instance of the store `store`, whose `INSTANCE` field is set.
pub unsafe fn instance_of(store: StoreId, context: *mut VmContext) -> Option<Stored<InstanceData>> {
    let context = NonNull::new(context)?;
    // SAFETY: the caller says it is an instance record.
    let instance = unsafe { context.as_ptr().cast::<u8>().add(vmctx::INSTANCE as usize).cast::<*mut InstanceData>().read() };
    debug_assert!(!ptr::eq(instance, ptr::null()));
    // SAFETY: `INSTANCE` holds the address of the instance's data, which lives as long as the store.
    NonNull::new(instance).map(|at| unsafe { Stored::new(store, at) })
}
