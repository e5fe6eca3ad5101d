//! What the runtime asks of the operating system: address space and the bounds of the stack. Signals are in `trap`.
use std::io;
use std::ops::Range;
use std::ptr::{self, NonNull};

/// The page size that all rounding here uses; asserted against the system's when the first engine is made.
pub const PAGE: usize = 4096;

pub fn page_size() -> usize {
    // SAFETY: sysconf has no preconditions.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) as usize }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    None,
    Read,
    ReadWrite,
    ReadExecute,
}

impl Access {
    fn flags(self) -> libc::c_int {
        match self {
            Access::None => libc::PROT_NONE,
            Access::Read => libc::PROT_READ,
            Access::ReadWrite => libc::PROT_READ | libc::PROT_WRITE,
            Access::ReadExecute => libc::PROT_READ | libc::PROT_EXEC,
        }
    }
}

/// A range of address space, at first without access. Unmapped when dropped.
#[derive(Debug)]
pub struct Reservation {
    base: NonNull<u8>,
    size: usize,
}

// SAFETY: it owns the range; who reads and writes it is decided by the owner.
unsafe impl Send for Reservation {}
// SAFETY: as above.
unsafe impl Sync for Reservation {}

impl Reservation {
    /// `size` > 0 is rounded up to pages.
    pub fn new(size: usize) -> io::Result<Reservation> {
        let size = size.checked_next_multiple_of(PAGE).ok_or_else(|| io::Error::from_raw_os_error(libc::ENOMEM))?;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a fresh mapping at an address of the system's choice touches nothing that exists.
        let at = unsafe { libc::mmap(ptr::null_mut(), size, libc::PROT_NONE, flags, -1, 0) };
        if at == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let base = NonNull::new(at.cast()).expect("the system does not map address 0");
        Ok(Reservation { base, size })
    }
    pub fn base(&self) -> *mut u8 {
        self.base.as_ptr()
    }
    pub fn size(&self) -> usize {
        self.size
    }
    fn check(&self, range: &Range<usize>) {
        let aligned = range.start.is_multiple_of(PAGE) && range.end.is_multiple_of(PAGE);
        assert!(
            aligned && range.start <= range.end && range.end <= self.size,
            "{range:?} is not a range of pages of {:#x} bytes",
            self.size
        );
    }
    /// Changes the access of a range of whole pages.
    pub fn protect(&self, range: Range<usize>, access: Access) -> io::Result<()> {
        self.check(&range);
        if range.is_empty() {
            return Ok(());
        }
        // SAFETY: the range is ours (`check`). Rust references into it are made only by the owner, who changes access only when none is
        // live.
        let failed = unsafe { libc::mprotect(self.base().add(range.start).cast(), range.len(), access.flags()) };
        if failed != 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
    /// Gives the memory of a range of whole pages back; it reads as zeros afterwards.
    pub fn discard(&self, range: Range<usize>) -> io::Result<()> {
        self.check(&range);
        if range.is_empty() {
            return Ok(());
        }
        // SAFETY: as in `protect`.
        let failed = unsafe { libc::madvise(self.base().add(range.start).cast(), range.len(), libc::MADV_DONTNEED) };
        if failed != 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        // SAFETY: the range is ours and nobody uses it any more. Failure would only leak it.
        unsafe { libc::munmap(self.base().cast(), self.size) };
    }
}

/// The stack of this thread, guard pages excluded; None if the system does not tell.
pub fn thread_stack() -> Option<Range<usize>> {
    // SAFETY: `attributes` is initialized by pthread_getattr_np before it is read, and destroyed once.
    unsafe {
        let mut attributes = std::mem::zeroed::<libc::pthread_attr_t>();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) != 0 {
            return None;
        }
        let (mut start, mut size, mut guard) = (ptr::null_mut(), 0, 0);
        let known = libc::pthread_attr_getstack(&attributes, &mut start, &mut size) == 0
            && libc::pthread_attr_getguardsize(&attributes, &mut guard) == 0;
        libc::pthread_attr_destroy(&mut attributes);
        // glibc counts the guard as part of a thread's stack; for the main thread it is 0 or the kernel's gap, outside.
        known.then(|| start.addr() + guard..start.addr() + size)
    }
}
