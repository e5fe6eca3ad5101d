//! Linear memories: a reservation of address space whose first `length` bytes can be read and written. A memory never moves.
//!
//! With `Bounds::Guard` any 32-bit index plus any 32-bit offset plus any access width falls inside the reservation, so an access out of
//! bounds faults on a page without access and machine code compares nothing. With `Bounds::Compare` only min(max, limit) is reserved.
//! Either way growth is a change of access and a store of the length.
pub mod image;
pub mod pool;

use crate::store::StoreOpaque;
use crate::vm::{MemoryRecord, Stored};
use image::Image;
use pool::{Pool, Pooled};
use samite_ir::translate::module::MemoryType;
use samite_ir::value::Trap;
use samite_opt::Bounds;
use std::cell::Cell;
use std::ptr;
use std::sync::Arc;

pub const WASM_PAGE: u64 = 1 << 16;
/// Bytes of a reservation under `Bounds::Guard`: 2^32 indices, 2^32 offsets, and more than the widest access.
pub const GUARDED: usize = (8 << 30) + (64 << 10);

/// A memory: its record, and what only the runtime knows.
#[repr(C)]
pub struct MemoryObject {
    record: MemoryRecord,
    reservation: Pooled,
    /// Bytes from the start that may be read and written; `length` under `Bounds::Guard`.
    accessible: Cell<usize>,
    ty: MemoryType,
    /// The most pages that fit the reservation and the type.
    max_pages: u64,
}

impl MemoryObject {
    /// A memory of `ty.min` pages: zeros, and what the image has.
    pub fn new(pool: &Arc<Pool>, ty: MemoryType, bounds: Bounds, limit: u64, image: Option<&Arc<Image>>) -> anyhow::Result<MemoryObject> {
        // A 32-bit memory has at most 2^16 pages.
        let max_pages = ty.max.unwrap_or(1 << 16).min(1 << 16).min((limit / WASM_PAGE).max(ty.min));
        let length = usize::try_from(ty.min * WASM_PAGE)?;
        let size = match bounds {
            Bounds::Guard => GUARDED,
            // One more page: loads of wide vectors may start at the last byte only after their compare, but a size of 0 is no mapping.
            Bounds::Compare => usize::try_from(max_pages.max(ty.min) * WASM_PAGE)? + crate::sys::PAGE,
        };
        let reservation = Pool::take(pool, size, length, bounds, image)?;
        let accessible = reservation.accessible();
        let record = MemoryRecord { base: Cell::new(reservation.base()), length: Cell::new(length as u64) };
        Ok(MemoryObject { record, reservation, accessible: Cell::new(accessible), ty, max_pages })
    }
    /// Did it start as an image of its data segments?
    pub fn has_image(&self) -> bool {
        self.reservation.has_image()
    }
    pub fn ty(&self) -> MemoryType {
        self.ty
    }
    /// In bytes.
    pub fn length(&self) -> u64 {
        self.record.length.get()
    }
    pub fn pages(&self) -> u64 {
        self.length() / WASM_PAGE
    }
    pub fn base(&self) -> *mut u8 {
        self.record.base.get()
    }
    /// Is the address in its reservation, guards included?
    pub fn contains(&self, address: usize) -> bool {
        self.reservation.contains(address)
    }
    pub fn max_pages(&self) -> u64 {
        self.max_pages
    }
    /// Adds zeroed pages; gives the old number, or None if the maximum or the system forbids.
    pub fn grow(&self, delta: u64) -> Option<u64> {
        let old = self.pages();
        let new = old.checked_add(delta).filter(|new| *new <= self.max_pages)?;
        let length = (new * WASM_PAGE) as usize;
        if length > self.accessible.get() {
            self.reservation.allow(self.accessible.get(), length).ok()?;
            self.accessible.set(length);
        }
        self.record.length.set(length as u64);
        Some(old)
    }
}

impl Drop for MemoryObject {
    fn drop(&mut self) {
        self.reservation.set_dirty(self.accessible.get());
    }
}

impl Stored<MemoryObject> {
    pub fn bytes(self, store: &StoreOpaque) -> &[u8] {
        let memory = self.get(store);
        // SAFETY: the first `length` bytes are readable, initialized (zeroed by the system) and stay where they are; the borrow of the store
        // keeps wasm from running and others from writing or freeing.
        unsafe { std::slice::from_raw_parts(memory.base(), memory.length() as usize) }
    }
    pub fn bytes_mut(self, store: &mut StoreOpaque) -> &mut [u8] {
        let memory = self.get(store);
        // SAFETY: as in `bytes`, and the store is mutably borrowed: no other slice of its memories is live.
        unsafe { std::slice::from_raw_parts_mut(memory.base(), memory.length() as usize) }
    }
    /// Traps unless `[start, start + len)` is inside.
    pub fn check_range(self, store: &StoreOpaque, start: u64, len: u64) -> Result<(), Trap> {
        self.get(store).check(start, len)
    }
    /// As `memmove` between two memories or in one; traps, with nothing written, if a range is out of bounds.
    pub fn copy_from(self, store: &mut StoreOpaque, src: Stored<MemoryObject>, dst: u64, from: u64, len: u64) -> Result<(), Trap> {
        let (source, target) = (src.get(store), self.get(store));
        source.check(from, len)?;
        target.check(dst, len)?;
        // SAFETY: both ranges are in bounds, and the mutable borrow of the store keeps slices of either from being live.
        unsafe { ptr::copy(source.base().add(from as usize), target.base().add(dst as usize), len as usize) };
        Ok(())
    }
    pub fn fill(self, store: &mut StoreOpaque, dst: u64, byte: u8, len: u64) -> Result<(), Trap> {
        self.get(store).check(dst, len)?;
        self.bytes_mut(store)[dst as usize..][..len as usize].fill(byte);
        Ok(())
    }
    /// Copies `bytes[src..src + len]` of a segment; traps, with nothing written, if a range is out of bounds.
    pub fn init(self, store: &mut StoreOpaque, bytes: &[u8], dst: u64, src: u64, len: u64) -> Result<(), Trap> {
        self.get(store).check(dst, len)?;
        let source = src.checked_add(len).and_then(|end| bytes.get(src as usize..end as usize));
        let source = source.ok_or(Trap::MemoryOutOfBounds)?;
        self.bytes_mut(store)[dst as usize..][..len as usize].copy_from_slice(source);
        Ok(())
    }
}

impl MemoryObject {
    fn check(&self, start: u64, len: u64) -> Result<(), Trap> {
        match start.checked_add(len) {
            Some(end) if end <= self.length() => Ok(()),
            _ => Err(Trap::MemoryOutOfBounds),
        }
    }
}
