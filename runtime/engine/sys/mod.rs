//! What the runtime asks of the operating system: address space, the bounds of the stack, and sleep (`park`). Signals are in `trap`.
pub mod park;

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::os::fd::{AsRawFd, FromRawFd};
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
    /// Maps a file's pages, from its start, over a range of whole pages: readable and writable, and what is written stays private.
    pub fn map_private(&self, range: Range<usize>, file: &File) -> io::Result<()> {
        self.map_over(range, libc::PROT_READ | libc::PROT_WRITE, 0, file.as_raw_fd())
    }
    /// Puts fresh pages, readable and writable, over a range of whole pages.
    pub fn map_fresh(&self, range: Range<usize>) -> io::Result<()> {
        self.map_over(range, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_ANONYMOUS, -1)
    }
    fn map_over(&self, range: Range<usize>, access: libc::c_int, flags: libc::c_int, file: libc::c_int) -> io::Result<()> {
        self.check(&range);
        let flags = flags | libc::MAP_PRIVATE | libc::MAP_FIXED | libc::MAP_NORESERVE;
        // SAFETY: the range is ours (`check`), so that replacing what is mapped there harms nobody: as in `protect`.
        let at = unsafe { libc::mmap(self.base().add(range.start).cast(), range.len(), access, flags, file, 0) };
        if at == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
    /// Gives the memory of a range of whole pages back; it reads as zeros afterwards, or as the file that is mapped there.
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

/// A file without a name that nobody can change any more.
pub fn sealed_file(contents: &[u8]) -> io::Result<File> {
    // SAFETY: the name is a C string; the descriptor, if there is one, is new and nobody else's.
    let mut file = unsafe {
        let file = libc::memfd_create(c"samite-memory".as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING);
        if file < 0 {
            return Err(io::Error::last_os_error());
        }
        File::from_raw_fd(file)
    };
    file.write_all(contents)?;
    let seals = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_WRITE | libc::F_SEAL_SEAL;
    // SAFETY: a call on our own descriptor.
    let failed = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } != 0;
    if failed { Err(io::Error::last_os_error()) } else { Ok(file) }
}

/// Maps the first page of a file so that it could be executed, for as long as the process lives.
pub fn map_executable(file: &File) -> io::Result<()> {
    let access = libc::PROT_READ | libc::PROT_EXEC;
    // SAFETY: a fresh mapping at an address of the system's choice touches nothing that exists; nobody uses it.
    let at = unsafe { libc::mmap(ptr::null_mut(), PAGE, access, libc::MAP_PRIVATE, file.as_raw_fd(), 0) };
    if at == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The clock that `perf record -k mono` uses.
pub fn monotonic_ns() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the system fills the structure. The clock is always there.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// The system's number of this thread.
pub fn thread_id() -> i32 {
    // SAFETY: no preconditions.
    unsafe { libc::gettid() }
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
