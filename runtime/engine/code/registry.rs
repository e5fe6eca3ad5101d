//! Where code is: a sorted array of address ranges that a signal handler can search.
//!
//! The handler takes no lock and allocates nothing: it counts itself in, loads the current array, searches, and counts itself out. A
//! writer makes a new array, swaps it in, and frees the old one (or unmaps code) only after the count was zero once: a reader that comes
//! later sees the new array, since all of it is sequentially consistent. Readers stay for some hundred nanoseconds, so writers may spin.
use super::trap_row;
use crate::sync::{AtomicPtr, AtomicUsize, Mutex, spin_loop, step};
use samite_codegen::driver::image::FunctionRow;
use samite_codegen::mach::tables::TrapRow;
use samite_ir::value::Trap;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

/// Tables of a range, as raw slices: their owner owns the registration too.
#[derive(Clone, Copy)]
pub struct Rows {
    traps: *const [TrapRow],
    functions: *const [FunctionRow],
    by_place: *const [u32],
}

impl Rows {
    /// `by_place`: indices of functions, sorted by start.
    pub fn new(traps: &[TrapRow], functions: &[FunctionRow], by_place: &[u32]) -> Rows {
        Rows { traps, functions, by_place }
    }
}

#[derive(Clone, Copy)]
struct Range {
    start: usize,
    end: usize,
    rows: Rows,
}

/// The code of an engine.
pub struct Registry {
    /// Sorted by address; null if empty. A leaked box.
    ranges: AtomicPtr<Vec<Range>>,
    readers: AtomicUsize,
    writers: Mutex<()>,
}

// SAFETY: the tables that the ranges point to are never written, and outlive their registration (`add`).
unsafe impl Send for Registry {}
// SAFETY: as above.
unsafe impl Sync for Registry {}

/// What is at a program counter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    /// What a fault there means; None is not a fault of wasm.
    pub trap: Option<Trap>,
    /// None in stubs.
    pub frame: Option<FrameKind>,
}

/// Where a wasm function's caller is found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FrameKind {
    /// `[rbp]` and `[rbp + 8]` are the caller's frame pointer and the return address.
    Framed,
    /// The return address is at the stack pointer; rbp is the caller's.
    Frameless,
}

impl Registry {
    pub fn new() -> Registry {
        Registry { ranges: AtomicPtr::new(ptr::null_mut()), readers: AtomicUsize::new(0), writers: Mutex::new(()) }
    }

    /// Runs `f` on the range that contains `pc`. Safe in a signal handler as long as `f` is.
    fn with<R>(&self, pc: usize, f: impl FnOnce(&Range) -> R) -> Option<R> {
        self.readers.fetch_add(1, SeqCst);
        // SAFETY: null, or an array that no writer frees before it has seen no reader since taking it out.
        let ranges: &[Range] = unsafe { self.ranges.load(SeqCst).as_ref() }.map_or(&[], |list| list);
        step();
        let at = ranges.partition_point(|r| r.start <= pc);
        let found = at.checked_sub(1).map(|at| &ranges[at]).filter(|r| pc < r.end).map(f);
        self.readers.fetch_sub(1, SeqCst);
        found
    }

    /// What is at `pc`; None outside the engine's code. Safe in a signal handler.
    pub fn find(&self, pc: usize) -> Option<Found> {
        self.with(pc, |range| {
            // SAFETY: the tables outlive the registration (`add`), and a writer that ends it waits for this reader.
            let (traps, functions, by_place) = unsafe { (&*range.rows.traps, &*range.rows.functions, &*range.rows.by_place) };
            let offset = (pc - range.start) as u32;
            let at = by_place.partition_point(|f| functions[*f as usize].start <= offset).checked_sub(1);
            let function = at.map(|at| functions[by_place[at] as usize]).filter(|f| offset < f.code_end);
            let frame = function.map(|f| if f.frameless { FrameKind::Frameless } else { FrameKind::Framed });
            Found { trap: trap_row(traps, offset), frame }
        })
    }

    /// Replaces the array, and waits until nobody reads the old one.
    fn replace(&self, change: impl FnOnce(&mut Vec<Range>)) {
        let _writer = self.writers.lock();
        let old = self.ranges.load(SeqCst);
        // SAFETY: only writers free arrays, and this is the only writer.
        let mut list = unsafe { old.as_ref() }.cloned().unwrap_or_default();
        change(&mut list);
        self.ranges.store(Box::into_raw(Box::new(list)), SeqCst);
        while self.readers.load(SeqCst) != 0 {
            spin_loop();
        }
        if !old.is_null() {
            // SAFETY: it is out of reach since the store above, and nobody reads it any more.
            drop(unsafe { Box::from_raw(old) });
        }
    }

    /// Makes code known.
    ///
    /// # Safety
    /// Code and tables stay as they are until the registration is dropped.
    pub unsafe fn add(self: &Arc<Registry>, start: usize, len: usize, rows: Rows) -> Registered {
        self.replace(|list| {
            let at = list.partition_point(|r| r.start <= start);
            list.insert(at, Range { start, end: start + len, rows });
        });
        Registered { registry: self.clone(), start }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let list = *self.ranges.get_mut();
        if !list.is_null() {
            // SAFETY: made by `replace`; nobody else has the registry any more.
            drop(unsafe { Box::from_raw(list) });
        }
    }
}

/// Keeps code known until it is dropped.
pub struct Registered {
    registry: Arc<Registry>,
    start: usize,
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.registry.replace(|list| list.retain(|r| r.start != self.start));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::{alone, check, thread};

    fn add(registry: &Arc<Registry>, start: usize, rows: Rows) -> Registered {
        // SAFETY: nothing is there to be freed: the tests' tables outlive their registrations.
        unsafe { registry.add(start, 0x100, rows) }
    }

    #[test]
    fn finds_traps_and_functions() {
        alone(|| {
            let registry = Arc::new(Registry::new());
            let traps = [TrapRow { pc: 4, trap: Trap::Unreachable }, TrapRow { pc: 0x20, trap: Trap::IntegerOverflow }];
            let functions =
                [FunctionRow { start: 0x20, code_end: 0x30, frameless: false }, FunctionRow { start: 0, code_end: 0x10, frameless: true }];
            let high = add(&registry, 0x5000, Rows::new(&traps, &functions, &[1, 0]));
            let low = add(&registry, 0x1000, Rows::new(&traps[..1], &[], &[]));
            let found = |pc| registry.find(pc).map(|f| (f.trap, f.frame));
            assert_eq!(found(0xfff), None);
            assert_eq!(found(0x1004), Some((Some(Trap::Unreachable), None)));
            assert_eq!(found(0x1020), Some((None, None)));
            assert_eq!(found(0x1100), None);
            assert_eq!(found(0x5004), Some((Some(Trap::Unreachable), Some(FrameKind::Frameless))));
            assert_eq!(found(0x5010), Some((None, None)));
            assert_eq!(found(0x5020), Some((Some(Trap::IntegerOverflow), Some(FrameKind::Framed))));
            drop(low);
            assert_eq!(found(0x1004), None);
            drop(high);
            assert_eq!(found(0x5004), None);
        });
    }

    /// Tables on the heap, freed right after their registration ends: a reader that stayed too long would see it.
    #[test]
    fn readers_and_writers_at_once() {
        check(|| {
            let registry = Arc::new(Registry::new());
            let readers = [0x1004, 0x2004].map(|pc| {
                let registry = registry.clone();
                thread::spawn(move || {
                    for _ in 0..3 {
                        assert!(registry.find(pc).is_none_or(|f| f.trap == Some(Trap::Unreachable)));
                    }
                })
            });
            let writers = [0x1000, 0x2000].map(|start| {
                let registry = registry.clone();
                thread::spawn(move || {
                    for _ in 0..2 {
                        let mut table = vec![TrapRow { pc: 4, trap: Trap::Unreachable }];
                        let known = add(&registry, start, Rows::new(&table, &[], &[]));
                        let trap = registry.find(start + 4).and_then(|f| f.trap);
                        assert_eq!(trap, Some(Trap::Unreachable));
                        drop(known);
                        assert_eq!(registry.find(start + 4), None);
                        table[0].trap = Trap::IntegerOverflow;
                    }
                })
            });
            readers.into_iter().chain(writers).for_each(|thread| thread.join().unwrap());
        });
    }
}
