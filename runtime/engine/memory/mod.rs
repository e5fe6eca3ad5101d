//! Linear memories: a reservation of address space whose first `length` bytes can be read and written. A memory never moves.
//!
//! With `Bounds::Guard` any 32-bit index plus any 32-bit offset plus any access width falls inside the reservation, so an access out of
//! bounds faults on a page without access and machine code compares nothing. With `Bounds::Compare` only min(max, limit) is reserved.
//! Either way growth is a change of access and a store of the length.
//!
//! ```text
//! pool     reservations that wait to be used again         image    what a memory contains at first
//! growth   the length, while others use the memory         words    bytes of a shared memory
//! wait     queues of threads that wait for an address
//! ```
pub mod growth;
pub mod image;
pub mod pool;
pub mod wait;
pub mod words;

use crate::engine::Engine;
use crate::store::StoreOpaque;
use crate::sync::AtomicU64;
use crate::vm::{MemoryRecord, Stored};
use anyhow::ensure;
use growth::{Accessible, Grown};
use image::Image;
use pool::{Pool, Pooled};
use samite_ir::translate::module::MemoryType;
use samite_ir::value::Trap;
use samite_opt::Bounds;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

pub const WASM_PAGE: u64 = 1 << 16;
/// Bytes of a reservation under `Bounds::Guard`: 2^32 indices, 2^32 offsets, and more than the widest access.
pub const GUARDED: usize = (8 << 30) + (64 << 10);

/// A memory: its record, and what only the runtime knows. A shared one may be in many stores, and is used by all of their threads.
pub struct LinearMemory {
    record: MemoryRecord,
    reservation: Pooled,
    accessible: Accessible,
    ty: MemoryType,
    /// The most pages that fit the reservation and the type.
    max_pages: u64,
}

impl LinearMemory {
    /// A memory of `ty.min` pages: zeros, and what the image has. Fails if the engine's limits forbid it.
    pub fn new(engine: &Engine, ty: MemoryType, image: Option<&Arc<Image>>) -> anyhow::Result<LinearMemory> {
        let (bounds, limit) = (engine.config().bounds(), engine.config().max_memory_bytes);
        ensure!(ty.min <= 1 << 16 && ty.max.is_none_or(|max| max <= 1 << 16 && ty.min <= max), "memory type out of range: {ty:?}");
        ensure!(!ty.shared || ty.max.is_some(), "a shared memory must have a maximum");
        let bytes = ty.min * WASM_PAGE;
        ensure!(bytes <= limit, "a memory of {bytes} bytes is larger than the limit of {limit}");
        // A 32-bit memory has at most 2^16 pages.
        let max_pages = ty.max.unwrap_or(1 << 16).min(limit / WASM_PAGE);
        let length = usize::try_from(bytes)?;
        let size = match bounds {
            Bounds::Guard => GUARDED,
            // One more page: loads of wide vectors may start at the last byte only after their compare, but a size of 0 is no mapping.
            Bounds::Compare => usize::try_from(max_pages * WASM_PAGE)? + crate::sys::PAGE,
        };
        let reservation = Pool::take(engine.pool(), size, length, bounds, image)?;
        let accessible = Accessible::new(reservation.accessible());
        if ty.shared {
            engine.pool().charge_shared(bytes)?;
        }
        let record = MemoryRecord { base: reservation.base(), length: AtomicU64::new(bytes) };
        Ok(LinearMemory { record, reservation, accessible, ty, max_pages })
    }
    /// What machine code reads; it stays where it is.
    pub fn record(&self) -> &MemoryRecord {
        &self.record
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
        self.record.length.load(SeqCst)
    }
    pub fn pages(&self) -> u64 {
        self.length() / WASM_PAGE
    }
    pub fn base(&self) -> *mut u8 {
        self.record.base
    }
    /// Is the address in its reservation, guards included?
    pub fn contains(&self, address: usize) -> bool {
        self.reservation.contains(address)
    }
    pub fn max_pages(&self) -> u64 {
        self.max_pages
    }
    /// Adds zeroed pages up to `new` if there are `old`; refused if the maximum, the engine or the system forbids.
    pub fn grow(&self, old: u64, new: u64) -> Grown {
        if new > self.max_pages {
            return Grown::Refused;
        }
        let pool = self.reservation.pool();
        let more = (new - old) * WASM_PAGE;
        if self.ty.shared && pool.charge_shared(more).is_err() {
            return Grown::Refused;
        }
        let allow = |from, to| self.reservation.allow(from, to).is_ok();
        let grown = self.accessible.grow(&self.record.length, old * WASM_PAGE, new * WASM_PAGE, allow);
        if self.ty.shared && grown != Grown::Done {
            pool.release_shared(more);
        }
        grown
    }
    /// Traps unless `[start, start + len)` is inside, which it then stays.
    pub fn check(&self, start: u64, len: u64) -> Result<(), Trap> {
        match start.checked_add(len) {
            Some(end) if end <= self.length() => Ok(()),
            _ => Err(Trap::MemoryOutOfBounds),
        }
    }
    /// Where an atomic access of `width` bytes is: traps unless it is aligned and inside.
    pub fn place(&self, address: u64, width: u32) -> Result<usize, Trap> {
        if !address.is_multiple_of(u64::from(width)) {
            return Err(Trap::UnalignedAtomic);
        }
        self.check(address, u64::from(width))?;
        Ok(address as usize)
    }
    /// The bytes of a shared memory as Rust may see them (`words`).
    pub fn words(&self) -> &[AtomicU64] {
        assert!(self.ty.shared, "the memory is not shared");
        // SAFETY: the first `length` bytes are readable and writable, initialized (zeroed by the system), aligned to pages, and stay where they
        // are while `self` lives. To Rust they are never anything but these words.
        unsafe { std::slice::from_raw_parts(self.base().cast(), self.length() as usize / size_of::<AtomicU64>()) }
    }
    /// Copies out of a shared memory.
    pub fn read_shared(&self, start: u64, buffer: &mut [u8]) -> Result<(), Trap> {
        self.check(start, buffer.len() as u64)?;
        words::read(self.words(), start as usize, buffer);
        Ok(())
    }
    /// Copies into a shared memory: all, or nothing and traps.
    pub fn write_shared(&self, start: u64, bytes: &[u8]) -> Result<(), Trap> {
        self.check(start, bytes.len() as u64)?;
        words::write(self.words(), start as usize, bytes);
        Ok(())
    }
}

impl Drop for LinearMemory {
    fn drop(&mut self) {
        self.reservation.set_dirty(self.accessible.bytes());
        if self.ty.shared {
            self.reservation.pool().release_shared(self.length());
        }
    }
}

/// A memory in a store; of a shared one, a handle.
#[derive(Clone)]
pub struct MemoryObject(pub Arc<LinearMemory>);

impl std::ops::Deref for MemoryObject {
    type Target = LinearMemory;
    fn deref(&self) -> &LinearMemory {
        &self.0
    }
}

/// Bytes that are copied at once between memories of which one is shared.
const PIECE: usize = 4096;

impl Stored<MemoryObject> {
    /// Panics for a shared memory, of which there are no such bytes.
    pub fn bytes(self, store: &StoreOpaque) -> &[u8] {
        let memory = self.get(store);
        assert!(!memory.ty.shared, "a shared memory cannot be borrowed");
        // SAFETY: the first `length` bytes are readable, initialized (zeroed by the system) and stay where they are; the borrow of the store
        // keeps wasm from running and others from writing or freeing: the memory is not shared, so in no other store.
        unsafe { std::slice::from_raw_parts(memory.base(), memory.length() as usize) }
    }
    /// Panics as `bytes`.
    pub fn bytes_mut(self, store: &mut StoreOpaque) -> &mut [u8] {
        let memory = self.get(store);
        assert!(!memory.ty.shared, "a shared memory cannot be borrowed");
        // SAFETY: as in `bytes`, and the store is mutably borrowed: no other slice of its memories is live.
        unsafe { std::slice::from_raw_parts_mut(memory.base(), memory.length() as usize) }
    }
    /// Traps unless `[start, start + len)` is inside.
    pub fn check_range(self, store: &StoreOpaque, start: u64, len: u64) -> Result<(), Trap> {
        self.get(store).check(start, len)
    }
    /// Copies out; traps if the range is out of bounds.
    pub fn read(self, store: &StoreOpaque, start: u64, buffer: &mut [u8]) -> Result<(), Trap> {
        let memory = self.get(store);
        if memory.ty.shared {
            return memory.read_shared(start, buffer);
        }
        memory.check(start, buffer.len() as u64)?;
        buffer.copy_from_slice(&self.bytes(store)[start as usize..][..buffer.len()]);
        Ok(())
    }
    /// Copies in; traps, with nothing written, if the range is out of bounds.
    pub fn write(self, store: &mut StoreOpaque, start: u64, bytes: &[u8]) -> Result<(), Trap> {
        let memory = self.get(store);
        if memory.ty.shared {
            return memory.write_shared(start, bytes);
        }
        memory.check(start, bytes.len() as u64)?;
        self.bytes_mut(store)[start as usize..][..bytes.len()].copy_from_slice(bytes);
        Ok(())
    }
    /// As `memmove` between two memories or in one; traps, with nothing written, if a range is out of bounds.
    pub fn copy_from(self, store: &mut StoreOpaque, src: Stored<MemoryObject>, dst: u64, from: u64, len: u64) -> Result<(), Trap> {
        let (source, target) = (src.get(store), self.get(store));
        source.check(from, len)?;
        target.check(dst, len)?;
        if source.ty.shared || target.ty.shared {
            return self.copy_by_pieces(store, src, dst, from, len);
        }
        // SAFETY: both ranges are in bounds, and the mutable borrow of the store keeps slices of either from being live; neither is shared.
        unsafe { ptr::copy(source.base().add(from as usize), target.base().add(dst as usize), len as usize) };
        Ok(())
    }
    /// The same through a buffer. If the ranges overlap, a piece is read before anything is written over it: those further on come first if the
    /// copy goes up.
    fn copy_by_pieces(self, store: &mut StoreOpaque, src: Stored<MemoryObject>, dst: u64, from: u64, len: u64) -> Result<(), Trap> {
        let mut buffer = [0; PIECE];
        let mut left = len;
        while left > 0 {
            let piece = left.min(PIECE as u64);
            let at = if dst > from { left - piece } else { len - left };
            let buffer = &mut buffer[..piece as usize];
            src.read(store, from + at, buffer)?;
            self.write(store, dst + at, buffer)?;
            left -= piece;
        }
        Ok(())
    }
    pub fn fill(self, store: &mut StoreOpaque, dst: u64, byte: u8, len: u64) -> Result<(), Trap> {
        let memory = self.get(store);
        memory.check(dst, len)?;
        if memory.ty.shared {
            words::fill(memory.words(), dst as usize, byte, len as usize);
        } else {
            self.bytes_mut(store)[dst as usize..][..len as usize].fill(byte);
        }
        Ok(())
    }
    /// Copies `bytes[src..src + len]` of a segment; traps, with nothing written, if a range is out of bounds.
    pub fn init(self, store: &mut StoreOpaque, bytes: &[u8], dst: u64, src: u64, len: u64) -> Result<(), Trap> {
        self.get(store).check(dst, len)?;
        let source = src.checked_add(len).and_then(|end| bytes.get(src as usize..end as usize));
        self.write(store, dst, source.ok_or(Trap::MemoryOutOfBounds)?)
    }
}
