//! Reservations that wait to be used again, so that a warm engine makes and drops memories without mapping anything.
//!
//! A used reservation is cleared when it comes back: small dirty ones by writing zeros, which keeps their pages, larger ones by
//! `MADV_DONTNEED`, which gives the pages back. Both thresholds are guesses from page-fault costs (about 0.5 us a page in a guest).
use super::image::Image;
use crate::sys::{Access, PAGE, Reservation};
use anyhow::{anyhow, bail};
use parking_lot::Mutex;
use samite_opt::Bounds;
use std::io;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Memories of at most this size are cleared by writing zeros.
const CLEAR_BY_WRITING: usize = 64 << 10;
/// Reservations kept for use.
const KEEP: usize = 64;

struct Idle {
    reservation: Reservation,
    /// Bytes from the start that may be read and written, all zero but for the image.
    accessible: usize,
    /// What is mapped there; it is inside of the accessible bytes.
    image: Option<Arc<Image>>,
}

fn same_image(a: Option<&Arc<Image>>, b: Option<&Arc<Image>>) -> bool {
    a.map(Arc::as_ptr) == b.map(Arc::as_ptr)
}

impl Idle {
    /// Makes it a memory of `length` bytes that starts as the image says. On failure it is in no state to be used.
    fn prepare(&mut self, length: usize, bounds: Bounds, image: Option<&Arc<Image>>) -> io::Result<()> {
        let fits = same_image(self.image.as_ref(), image);
        if !fits && let Some(old) = self.image.take() {
            self.reservation.map_fresh(old.range())?;
        }
        if self.accessible < length {
            self.reservation.protect(self.accessible..length, Access::ReadWrite)?;
            self.accessible = length;
        } else if self.accessible > length && bounds == Bounds::Guard {
            self.reservation.protect(length..self.accessible, Access::None)?;
            self.accessible = length;
        }
        if !fits && let Some(new) = image {
            new.map(&self.reservation)?;
            self.image = Some(new.clone());
        }
        Ok(())
    }
}

pub struct Pool {
    idle: Mutex<Vec<Idle>>,
    /// Bytes of address space in use by memories or waiting.
    reserved: AtomicU64,
    budget: u64,
    /// Bytes of all shared memories.
    shared: AtomicU64,
    most_shared: u64,
}

impl Pool {
    /// `budget`: bytes of address space; `most_shared`: bytes of all shared memories.
    pub fn new(budget: u64, most_shared: u64) -> Arc<Pool> {
        let zero = AtomicU64::default;
        Arc::new(Pool { idle: Mutex::default(), reserved: zero(), budget, shared: zero(), most_shared })
    }
    /// Counts bytes of shared memories, if there may be so many.
    pub fn charge_shared(&self, bytes: u64) -> anyhow::Result<()> {
        let most = self.most_shared;
        let more = |now: u64| now.checked_add(bytes).filter(|new| *new <= most);
        let charged = self.shared.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        charged.map_err(|now| anyhow!("{bytes} bytes more than the {now} of shared memories there are would pass the limit of {most}"))?;
        Ok(())
    }
    pub fn release_shared(&self, bytes: u64) {
        self.shared.fetch_sub(bytes, Ordering::Relaxed);
    }
    /// A reservation of `size` bytes, the first `length` of them accessible and as the image says, zero elsewhere; under `Bounds::Guard` no
    /// more than those are accessible.
    pub fn take(pool: &Arc<Pool>, size: usize, length: usize, bounds: Bounds, image: Option<&Arc<Image>>) -> anyhow::Result<Pooled> {
        let mut idle = match pool.take_idle(size, length, image) {
            Some(idle) => idle,
            None => pool.reserve(size, bounds)?,
        };
        let prepared = idle.prepare(length, bounds, image);
        let pooled = Pooled { idle: ManuallyDrop::new(idle), pool: pool.clone() };
        match prepared {
            Ok(()) => Ok(pooled),
            Err(error) => {
                pooled.discard();
                Err(anyhow::Error::new(error).context("cannot set up a linear memory"))
            }
        }
    }
    /// The one that needs least to be done; one that is ready if possible.
    fn take_idle(&self, size: usize, length: usize, image: Option<&Arc<Image>>) -> Option<Idle> {
        let mut idle = self.idle.lock();
        let work = |i: &Idle| {
            let remap = if same_image(i.image.as_ref(), image) { 0 } else { 1 + usize::from(i.image.is_some()) };
            remap + usize::from(i.accessible != length)
        };
        let fitting = idle.iter().enumerate().filter(|(_, i)| i.reservation.size() == size);
        let (at, _) = fitting.min_by_key(|(_, i)| work(i))?;
        Some(idle.swap_remove(at))
    }
    fn reserve(&self, size: usize, bounds: Bounds) -> anyhow::Result<Idle> {
        let advice = match bounds {
            Bounds::Guard => "; with the strategy `bounds=compare` memories reserve only as much as they may use",
            Bounds::Compare => "; a memory reserves what its maximum and `Config::max_memory_bytes` let it become",
        };
        let size = size.next_multiple_of(PAGE);
        if self.reserved.fetch_add(size as u64, Ordering::Relaxed) + size as u64 > self.budget {
            self.reserved.fetch_sub(size as u64, Ordering::Relaxed);
            if !self.idle.lock().is_empty() {
                // Waiting reservations of other sizes count too: give them up first.
                self.release_idle();
                return self.reserve(size, bounds);
            }
            bail!("the budget of {} MiB of address space for memories is used up{advice}", self.budget >> 20);
        }
        match Reservation::new(size) {
            Ok(reservation) => Ok(Idle { reservation, accessible: 0, image: None }),
            Err(error) => {
                self.reserved.fetch_sub(size as u64, Ordering::Relaxed);
                let message = format!("cannot reserve {} MiB of address space for a linear memory{advice}", size >> 20);
                Err(anyhow::Error::new(error).context(message))
            }
        }
    }
    fn release_idle(&self) {
        let idle = std::mem::take(&mut *self.idle.lock());
        let bytes: usize = idle.iter().map(|i| i.reservation.size()).sum();
        self.reserved.fetch_sub(bytes as u64, Ordering::Relaxed);
    }
    /// Takes back a reservation whose accessible bytes may have been written.
    fn put(&self, used: Idle) {
        let dirty = used.accessible;
        let cleared = if dirty <= CLEAR_BY_WRITING && used.image.is_none() {
            // SAFETY: the first `dirty` bytes are accessible, and the memory that used them is gone.
            unsafe { used.reservation.base().write_bytes(0, dirty) };
            true
        } else {
            used.reservation.discard(0..dirty).is_ok()
        };
        let mut idle = self.idle.lock();
        if cleared && idle.len() < KEEP {
            idle.push(used);
        } else {
            drop(idle);
            self.release(used);
        }
    }
    fn release(&self, used: Idle) {
        let size = used.reservation.size();
        drop(used);
        self.reserved.fetch_sub(size as u64, Ordering::Relaxed);
    }
}

/// A reservation in use; goes back to its pool when dropped.
pub struct Pooled {
    idle: ManuallyDrop<Idle>,
    pool: Arc<Pool>,
}

impl Pooled {
    pub fn base(&self) -> *mut u8 {
        self.idle.reservation.base()
    }
    pub fn contains(&self, address: usize) -> bool {
        (self.base().addr()..self.base().addr() + self.idle.reservation.size()).contains(&address)
    }
    pub fn pool(&self) -> &Pool {
        &self.pool
    }
    pub fn accessible(&self) -> usize {
        self.idle.accessible
    }
    pub fn has_image(&self) -> bool {
        self.idle.image.is_some()
    }
    /// Makes `[from, to)` accessible.
    pub fn allow(&self, from: usize, to: usize) -> io::Result<()> {
        self.idle.reservation.protect(from..to, Access::ReadWrite)
    }
    /// Says how much is accessible at last, before it is dropped.
    pub fn set_dirty(&mut self, accessible: usize) {
        self.idle.accessible = accessible;
    }
    /// Gives it back to the system, not to the pool.
    fn discard(self) {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: taken once: `this` is not dropped.
        let (idle, pool) = unsafe { (ManuallyDrop::take(&mut this.idle), std::ptr::read(&this.pool)) };
        pool.release(idle);
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        // SAFETY: taken once, here.
        let idle = unsafe { ManuallyDrop::take(&mut self.idle) };
        self.pool.put(idle);
    }
}
