//! Entries of tables: 32 bytes for a funcref (what an indirect call needs, and the record), 8 for the handle of an externref.
use super::records::{FuncEntry, FuncRecord, TableRecord};
use samite_ir::translate::module::{TableType, ValType};
use samite_ir::value::Trap;
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::cell::Cell;
use std::ptr;

/// A table: its record, where machine code finds the entries, and what only the runtime knows.
#[repr(C)]
pub struct TableObject {
    record: TableRecord,
    capacity: Cell<usize>,
    ty: TableType,
}

impl TableObject {
    /// A table of `ty.min` nulls, or None if there is no memory for it.
    pub fn new(ty: TableType) -> Option<TableObject> {
        let record = TableRecord { entries: Cell::new(ptr::without_provenance_mut(16)), length: Cell::new(0) };
        let table = TableObject { record, capacity: Cell::new(0), ty };
        let length = usize::try_from(ty.min).ok()?;
        table.reserve(length)?;
        table.record.length.set(ty.min);
        Some(table)
    }
    pub fn ty(&self) -> TableType {
        self.ty
    }
    pub fn is_func(&self) -> bool {
        self.ty.element == ValType::FuncRef
    }
    pub fn len(&self) -> u64 {
        self.record.length.get()
    }
    fn entry_size(&self) -> usize {
        if self.is_func() { size_of::<FuncEntry>() } else { 8 }
    }
    fn layout(&self, capacity: usize) -> Option<Layout> {
        let bytes = capacity.checked_mul(self.entry_size())?;
        Layout::from_size_align(bytes, 16).ok()
    }
    /// Makes room for `length` entries; new ones are null. None if there is no memory.
    fn reserve(&self, length: usize) -> Option<()> {
        let old = self.capacity.get();
        if length <= old {
            return Some(());
        }
        // Growing one by one must not copy each time.
        let wanted = length.max(old.saturating_mul(2).min(usize::try_from(self.ty.max.unwrap_or(u64::MAX)).unwrap_or(usize::MAX)));
        let capacity = if self.layout(wanted).is_some() { wanted } else { length };
        let layout = self.layout(capacity)?;
        // SAFETY: `capacity` > 0 as it is above the old one.
        let entries = unsafe { alloc_zeroed(layout) };
        if entries.is_null() {
            return None;
        }
        if old > 0 {
            // SAFETY: both blocks have at least `old` entries; the old one was allocated here with this layout.
            unsafe {
                ptr::copy_nonoverlapping(self.record.entries.get(), entries, old * self.entry_size());
                dealloc(self.record.entries.get(), self.layout(old)?);
            }
        }
        self.record.entries.set(entries);
        self.capacity.set(capacity);
        Some(())
    }
    /// Address of entry `index`, which must be below `len()`.
    fn entry(&self, index: u64) -> *mut u8 {
        debug_assert!(index < self.len());
        // SAFETY: `len()` <= capacity.
        unsafe { self.record.entries.get().add(index as usize * self.entry_size()) }
    }
    /// The reference at `index`: the address of a function record, or an externref's handle; 0 is null. None out of bounds.
    pub fn get(&self, index: u64) -> Option<u64> {
        if index >= self.len() {
            return None;
        }
        let entry = self.entry(index);
        // SAFETY: in bounds; zeros and what `write` and machine code wrote are valid entries.
        Some(unsafe {
            if self.is_func() { (*entry.cast::<FuncEntry>()).record.expose_provenance() as u64 } else { entry.cast::<u64>().read() }
        })
    }
    /// Writes a reference, as `get` gives it. False out of bounds.
    pub fn set(&self, index: u64, reference: u64) -> bool {
        let inside = index < self.len();
        if inside {
            self.write(index, reference);
        }
        inside
    }
    fn write(&self, index: u64, reference: u64) {
        let entry = self.entry(index);
        if !self.is_func() {
            // SAFETY: in bounds by the caller's check.
            return unsafe { entry.cast::<u64>().write(reference) };
        }
        let record: *const FuncRecord = ptr::with_exposed_provenance(reference as usize);
        let value = if record.is_null() {
            FuncEntry { code: ptr::null(), context: ptr::null_mut(), signature: 0, padding: 0, record }
        } else {
            // SAFETY: a funcref that is not null is the address of a record of this store (`Stored::from_bits`).
            let f = unsafe { &*record };
            FuncEntry { code: f.code, context: f.context, signature: f.signature, padding: 0, record }
        };
        // SAFETY: in bounds by the caller's check.
        unsafe { entry.cast::<FuncEntry>().write(value) }
    }
    /// Traps, with nothing written, unless `[dst, dst + len)` is inside.
    pub fn fill(&self, dst: u64, reference: u64, len: u64) -> Result<(), Trap> {
        self.check(dst, len)?;
        (dst..dst + len).for_each(|index| self.write(index, reference));
        Ok(())
    }
    /// As `memmove` from `src`, which has the same kind of entries (validation).
    pub fn copy_from(&self, src: &TableObject, dst_index: u64, src_index: u64, len: u64) -> Result<(), Trap> {
        assert_eq!(self.ty.element, src.ty.element, "table.copy between kinds of references");
        src.check(src_index, len)?;
        self.check(dst_index, len)?;
        if len > 0 {
            // SAFETY: both ranges are in bounds, checked above; they may overlap.
            unsafe { ptr::copy(src.entry(src_index), self.entry(dst_index), len as usize * self.entry_size()) }
        }
        Ok(())
    }
    pub fn check(&self, start: u64, len: u64) -> Result<(), Trap> {
        match start.checked_add(len) {
            Some(end) if end <= self.len() => Ok(()),
            _ => Err(Trap::TableOutOfBounds),
        }
    }
    /// Adds `delta` entries of `reference`; gives the old length, or None if the maximum or memory forbids.
    pub fn grow(&self, delta: u64, reference: u64) -> Option<u64> {
        let old = self.len();
        let new = old.checked_add(delta)?;
        // A 32-bit table cannot pass 2^32 - 1.
        if new > self.ty.max.unwrap_or(u64::MAX).min(u64::from(u32::MAX)) {
            return None;
        }
        self.reserve(usize::try_from(new).ok()?)?;
        self.record.length.set(new);
        if reference != 0 {
            (old..new).for_each(|index| self.write(index, reference));
        }
        Some(old)
    }
}

impl Drop for TableObject {
    fn drop(&mut self) {
        let capacity = self.capacity.get();
        if let (1.., Some(layout)) = (capacity, self.layout(capacity)) {
            // SAFETY: allocated by `reserve` with this layout.
            unsafe { dealloc(self.record.entries.get(), layout) }
        }
    }
}
