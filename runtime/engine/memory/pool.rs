//! Reservations that wait to be used again, so that a warm engine makes and drops memories without mapping anything.
//!
//! A used reservation is cleared when it comes back: small dirty ones by writing zeros, which keeps their pages, larger ones by
//! `MADV_DONTNEED`, which gives the pages back. Both thresholds are guesses from page-fault costs (about 0.5 us a page in a guest).
use crate::sys::{Access, PAGE, Reservation};
use anyhow::{Context, bail};
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
    /// Bytes from the start that may be read and written, all zero.
    accessible: usize,
}

pub struct Pool {
    idle: Mutex<Vec<Idle>>,
    /// Bytes of address space in use by memories or waiting.
    reserved: AtomicU64,
    budget: u64,
}

impl Pool {
    pub fn new(budget: u64) -> Arc<Pool> {
        Arc::new(Pool { idle: Mutex::new(Vec::new()), reserved: AtomicU64::new(0), budget })
    }
    /// A reservation of `size` bytes, the first `length` of them accessible and zero; and no more than those under `Bounds::Guard`.
    pub fn take(pool: &Arc<Pool>, size: usize, length: usize, bounds: Bounds) -> anyhow::Result<Pooled> {
        let Idle { reservation, accessible } = match pool.take_idle(size, length) {
            Some(idle) => idle,
            None => pool.reserve(size, bounds)?,
        };
        let mut pooled = Pooled { reservation: ManuallyDrop::new(reservation), accessible, pool: pool.clone() };
        if accessible < length {
            pooled.allow(accessible, length).context("cannot commit a linear memory")?;
            pooled.accessible = length;
        } else if accessible > length && bounds == Bounds::Guard {
            pooled.reservation.protect(length..accessible, Access::None).context("cannot set up the guard of a linear memory")?;
            pooled.accessible = length;
        }
        Ok(pooled)
    }
    /// Best one with the same access already; the last one otherwise.
    fn take_idle(&self, size: usize, length: usize) -> Option<Idle> {
        let mut idle = self.idle.lock();
        let fits = |i: &Idle| i.reservation.size() == size;
        let at = idle.iter().rposition(|i| fits(i) && i.accessible == length).or_else(|| idle.iter().rposition(fits))?;
        Some(idle.swap_remove(at))
    }
    fn reserve(&self, size: usize, bounds: Bounds) -> anyhow::Result<Idle> {
        let advice = match bounds {
            Bounds::Guard => "; with the strategy `bounds=compare` memories reserve only as much as they may use",
            Bounds::Compare => "",
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
            Ok(reservation) => Ok(Idle { reservation, accessible: 0 }),
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
    /// Takes back a reservation whose first `dirty` bytes are accessible and may be written.
    fn put(&self, reservation: Reservation, dirty: usize) {
        let size = reservation.size();
        let cleared = if dirty <= CLEAR_BY_WRITING {
            // SAFETY: the first `dirty` bytes are accessible, and the memory that used them is gone.
            unsafe { reservation.base().write_bytes(0, dirty) };
            true
        } else {
            reservation.discard(0..dirty).is_ok()
        };
        let mut idle = self.idle.lock();
        if cleared && idle.len() < KEEP {
            idle.push(Idle { reservation, accessible: dirty });
        } else {
            drop(idle);
            drop(reservation);
            self.reserved.fetch_sub(size as u64, Ordering::Relaxed);
        }
    }
}

/// A reservation in use; goes back to its pool when dropped.
pub struct Pooled {
    reservation: ManuallyDrop<Reservation>,
    accessible: usize,
    pool: Arc<Pool>,
}

impl Pooled {
    pub fn base(&self) -> *mut u8 {
        self.reservation.base()
    }
    pub fn contains(&self, address: usize) -> bool {
        (self.base().addr()..self.base().addr() + self.reservation.size()).contains(&address)
    }
    pub fn accessible(&self) -> usize {
        self.accessible
    }
    /// Makes `[from, to)` accessible.
    pub fn allow(&self, from: usize, to: usize) -> io::Result<()> {
        self.reservation.protect(from..to, Access::ReadWrite)
    }
    /// Says how much is accessible at last, before it is dropped.
    pub fn set_dirty(&mut self, accessible: usize) {
        self.accessible = accessible;
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        // SAFETY: taken once, here.
        let reservation = unsafe { ManuallyDrop::take(&mut self.reservation) };
        self.pool.put(reservation, self.accessible);
    }
}
