//! `fd_readdir`: listing a directory into guest memory.
//!
//! A cookie says after which entry to go on. 0 is the start; 1 and 2 follow `.` and `..`, which are always first and made
//! here (so that the inode number of a preopened directory's parent is not shown); every other cookie is the host's own
//! position in the directory (Linux's `d_off`) plus 3. So a listing in small pieces takes linear time and stays right
//! while entries come and go, as far as the host's file system promises that for `seekdir`.

use crate::ctx::WasiCtx;
use crate::memory::{GuestMemory, check, write_u32};
use crate::types::{DIRENT, Errno, FileType, rights};
use rustix::fs::{AtFlags, RawDir, SeekFrom};

const AFTER_DOT: u64 = 1;
const AFTER_DOT_DOT: u64 = 2;
const HOST: u64 = 3;

/// The guest's buffer while it is filled.
struct Listing<'a> {
    memory: &'a mut dyn GuestMemory,
    next: u32,
    left: u32,
}

impl Listing<'_> {
    /// Adds an entry, cut where the buffer ends.
    fn put(&mut self, cookie: u64, inode: u64, name: &[u8], file_type: FileType) -> Result<(), Errno> {
        let record = DIRENT.encode([cookie, inode, name.len() as u64, file_type as u64]);
        self.bytes(&record[..DIRENT.size])?;
        self.bytes(name)
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        let fits = bytes.len().min(self.left as usize);
        self.memory.write(self.next, &bytes[..fits])?;
        self.next = self.next.wrapping_add(fits as u32);
        self.left -= fits as u32;
        Ok(())
    }
}

impl WasiCtx {
    /// `fd_readdir`: directory entries (a 24-byte record each, then the name without NUL) from `cookie` on, the last one
    /// possibly cut; at `result` the number of bytes used, less than `len` at the end of the directory. `Inval`: a cookie
    /// that no entry had. Names are the host's bytes, also where they are not UTF-8.
    pub fn fd_readdir(&self, memory: &mut dyn GuestMemory, fd: u32, buf: u32, len: u32, cookie: u64, result: u32) -> Result<(), Errno> {
        check(memory, result, 4)?;
        check(memory, buf, len.into())?;
        let entry = self.entry(fd)?;
        let directory = entry.directory(rights::FD_READDIR)?;
        let mut listing = Listing { memory, next: buf, left: len };

        let inode = rustix::fs::fstat(&directory.dir)?.st_ino;
        if cookie < AFTER_DOT {
            listing.put(AFTER_DOT, inode, b".", FileType::Directory)?;
        }
        if cookie < AFTER_DOT_DOT {
            listing.put(AFTER_DOT_DOT, inode, b"..", FileType::Directory)?;
        }

        let start = i64::try_from(cookie.saturating_sub(HOST)).map_err(|_| Errno::Inval)?;
        let mut buffer: Vec<u8> = Vec::with_capacity((len as usize).saturating_mul(2).clamp(1024, 32 * 1024));
        let _held = directory.listing.lock();
        rustix::fs::seek(&directory.dir, SeekFrom::Start(start as u64))?;
        let mut host = RawDir::new(&directory.dir, buffer.spare_capacity_mut());
        while listing.left > 0 {
            let Some(found) = host.next() else { break };
            let found = found?;
            let name = found.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            let file_type = match found.file_type() {
                // Not every file system says; asking about the name itself follows nothing.
                rustix::fs::FileType::Unknown => rustix::fs::statat(&directory.dir, name, AtFlags::SYMLINK_NOFOLLOW)
                    .map_or(rustix::fs::FileType::Unknown, |stat| rustix::fs::FileType::from_raw_mode(stat.st_mode)),
                known => known,
            };
            let next = found.next_entry_cookie().checked_add(HOST).ok_or(Errno::Overflow)?;
            listing.put(next, found.ino(), name.to_bytes(), file_type.into())?;
        }
        let left = listing.left;
        write_u32(memory, result, len - left)
    }
}
