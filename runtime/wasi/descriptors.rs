//! The descriptor table, and the calls about descriptors as such: close, renumber, status, flags, rights, preopen names.
//!
//! An entry is cheap to copy: a call takes its copy, lets go of the table and then talks to the host. A descriptor closed
//! meanwhile by another thread lives until that call returns.
//!
//! Errors are chosen in this order: no such descriptor is `Badf`; the wrong kind is `Badf` (`NotDir` where a directory is
//! wanted, `Spipe` for offsets on a stream); a missing right is `NotCapable`, except that missing `FD_READ` or `FD_WRITE`
//! is `Badf` as in POSIX and wasmtime.

use crate::ctx::WasiCtx;
use crate::memory::{GuestMemory, check};
use crate::sockets::Socket;
use crate::stdio::{Input, Output};
use crate::types::{Errno, FDSTAT, FileType, PRESTAT, fdflags, flags, rights};
use cap_std::fs::Dir;
use parking_lot::Mutex;
use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::OFlags;
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

/// What a descriptor stands for.
pub(crate) enum Descriptor {
    Input(Input),
    Output(Output),
    File(OpenFile),
    Directory(Directory),
    Socket(Socket),
}

/// Anything opened by path that is no directory. The offset is the host's.
pub(crate) struct OpenFile {
    pub(crate) file: File,
    pub(crate) file_type: FileType,
    /// As the guest set them. `append` is not set on the host's descriptor, where it would break `fd_pwrite`.
    pub(crate) flags: AtomicU16,
}

pub(crate) struct Directory {
    pub(crate) dir: Dir,
    /// Held while the host's directory offset is moved and used (`fd_readdir`).
    pub(crate) listing: Mutex<()>,
}

impl Directory {
    pub(crate) fn new(dir: Dir) -> Directory {
        Directory { dir, listing: Mutex::new(()) }
    }
}

/// One place of the table.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) base: u64,
    pub(crate) inheriting: u64,
    /// The guest's name of a preopened directory.
    pub(crate) preopened: Option<Arc<str>>,
    pub(crate) descriptor: Arc<Descriptor>,
}

impl Entry {
    /// `Badf` or `NotCapable` unless all of `wanted` are held.
    pub(crate) fn require(&self, wanted: u64) -> Result<(), Errno> {
        let missing = wanted & !self.base;
        if missing == 0 {
            Ok(())
        } else if missing & (rights::FD_READ | rights::FD_WRITE) != 0 {
            Err(Errno::Badf)
        } else {
            Err(Errno::NotCapable)
        }
    }

    /// The file, with these rights. `Badf` for other kinds.
    pub(crate) fn file(&self, wanted: u64) -> Result<&OpenFile, Errno> {
        match &*self.descriptor {
            Descriptor::File(file) => self.require(wanted).map(|()| file),
            _ => Err(Errno::Badf),
        }
    }

    /// Like `file` for calls about offsets: `Spipe` for streams.
    pub(crate) fn seekable(&self, wanted: u64) -> Result<&OpenFile, Errno> {
        match &*self.descriptor {
            Descriptor::Input(_) | Descriptor::Output(_) | Descriptor::Socket(_) => Err(Errno::Spipe),
            _ => self.file(wanted),
        }
    }

    /// The directory, with these rights. `NotDir` for other kinds.
    pub(crate) fn directory(&self, wanted: u64) -> Result<&Directory, Errno> {
        match &*self.descriptor {
            Descriptor::Directory(directory) => self.require(wanted).map(|()| directory),
            _ => Err(Errno::NotDir),
        }
    }

    /// The host's descriptor of a file or directory, with these rights. `Badf` for other kinds.
    pub(crate) fn host(&self, wanted: u64) -> Result<BorrowedFd<'_>, Errno> {
        let fd = match &*self.descriptor {
            Descriptor::File(open) => open.file.as_fd(),
            Descriptor::Directory(directory) => directory.dir.as_fd(),
            _ => return Err(Errno::Badf),
        };
        self.require(wanted).map(|()| fd)
    }
}

/// Descriptors by number.
pub(crate) struct Table {
    entries: Vec<Option<Entry>>,
    most: usize,
}

impl Table {
    pub(crate) fn new(most: usize) -> Table {
        Table { entries: Vec::new(), most }
    }

    /// Puts the entry at the lowest free number. `Mfile` at the limit.
    pub(crate) fn add(&mut self, entry: Entry) -> Result<u32, Errno> {
        let free = self.entries.iter().position(Option::is_none).unwrap_or(self.entries.len());
        if free >= self.most {
            return Err(Errno::Mfile);
        }
        if free == self.entries.len() {
            self.entries.push(None);
        }
        self.entries[free] = Some(entry);
        Ok(free as u32)
    }

    /// `Mfile` when nothing can be added; asked before the host opens anything.
    pub(crate) fn room(&self) -> Result<(), Errno> {
        if self.entries.iter().flatten().count() < self.most { Ok(()) } else { Err(Errno::Mfile) }
    }

    fn place(&mut self, fd: u32) -> Result<&mut Option<Entry>, Errno> {
        match self.entries.get_mut(fd as usize) {
            Some(place @ Some(_)) => Ok(place),
            _ => Err(Errno::Badf),
        }
    }
}

impl WasiCtx {
    /// A copy of descriptor `fd`'s entry.
    pub(crate) fn entry(&self, fd: u32) -> Result<Entry, Errno> {
        self.table().place(fd)?.clone().ok_or(Errno::Badf)
    }

    /// `fd_close`. Preopened directories can be closed too.
    pub fn fd_close(&self, fd: u32) -> Result<(), Errno> {
        let closed = self.table().place(fd)?.take();
        // Dropped after the table is free again: closing a file may take the host a while.
        drop(closed);
        Ok(())
    }

    /// `fd_renumber`: `to` becomes what `fd` was, `fd` is closed. Both must be open (`Badf`), so that a guest cannot choose
    /// arbitrary numbers.
    pub fn fd_renumber(&self, fd: u32, to: u32) -> Result<(), Errno> {
        let mut table = self.table();
        table.place(to)?;
        let moved = table.place(fd)?;
        if fd == to {
            return Ok(());
        }
        let moved = moved.take();
        let replaced = std::mem::replace(table.place(to)?, moved);
        drop(table);
        drop(replaced);
        Ok(())
    }

    /// `fd_fdstat_get`: type, flags and rights (24 bytes at `result`).
    pub fn fd_fdstat_get(&self, memory: &mut dyn GuestMemory, fd: u32, result: u32) -> Result<(), Errno> {
        let entry = self.entry(fd)?;
        let (file_type, flags) = match &*entry.descriptor {
            Descriptor::Input(input) => (input.file_type(), &input.flags),
            Descriptor::Output(output) => (output.file_type(), &output.flags),
            Descriptor::File(open) => (open.file_type, &open.flags),
            Descriptor::Directory(_) => (FileType::Directory, &AtomicU16::new(0)),
            Descriptor::Socket(socket) => (socket.file_type, &socket.flags),
        };
        let record = FDSTAT.encode([file_type as u64, flags.load(Ordering::Relaxed).into(), entry.base, entry.inheriting]);
        memory.write(result, &record[..FDSTAT.size])
    }

    /// `fd_fdstat_set_flags`: `append` and `nonblock` may change. `Inval`: one of the synchronization flags would.
    pub fn fd_fdstat_set_flags(&self, fd: u32, new: u32) -> Result<(), Errno> {
        let new = flags(new, fdflags::ALL)?;
        let entry = self.entry(fd)?;
        let current = match &*entry.descriptor {
            Descriptor::Input(input) => &input.flags,
            Descriptor::Output(output) => &output.flags,
            Descriptor::File(open) => &open.flags,
            Descriptor::Directory(_) => return Err(Errno::Badf),
            Descriptor::Socket(socket) => &socket.flags,
        };
        entry.require(rights::FD_FDSTAT_SET_FLAGS)?;
        let changed = new ^ current.load(Ordering::Relaxed);
        if changed & (fdflags::SYNC | fdflags::DSYNC | fdflags::RSYNC) != 0 {
            return Err(Errno::Inval);
        }
        if changed & fdflags::NONBLOCK != 0 {
            match &*entry.descriptor {
                Descriptor::File(open) => set_nonblock(&open.file, new)?,
                Descriptor::Socket(socket) => set_nonblock(&socket.fd, new)?,
                _ => {}
            }
        }
        current.store(new, Ordering::Relaxed);
        Ok(())
    }

    /// `fd_fdstat_set_rights`: rights can only be given up. `NotCapable`: a right not held.
    pub fn fd_fdstat_set_rights(&self, fd: u32, base: u64, inheriting: u64) -> Result<(), Errno> {
        let mut table = self.table();
        let Some(entry) = table.place(fd)? else { return Err(Errno::Badf) };
        if base & !entry.base != 0 || inheriting & !entry.inheriting != 0 {
            return Err(Errno::NotCapable);
        }
        entry.base = base;
        entry.inheriting = inheriting;
        Ok(())
    }

    /// `fd_prestat_get`: the length in bytes of a preopened directory's name (8 bytes at `result`). `Badf`: not preopened,
    /// which is how libraries find the last one.
    pub fn fd_prestat_get(&self, memory: &mut dyn GuestMemory, fd: u32, result: u32) -> Result<(), Errno> {
        let name = self.entry(fd)?.preopened.ok_or(Errno::Badf)?;
        let record = PRESTAT.encode([0, name.len() as u64]);
        memory.write(result, &record[..PRESTAT.size])
    }

    /// `fd_prestat_dir_name`: the name itself, without NUL. `NameTooLong`: it has more than `len` bytes. `NotDir`: not
    /// preopened.
    pub fn fd_prestat_dir_name(&self, memory: &mut dyn GuestMemory, fd: u32, path: u32, len: u32) -> Result<(), Errno> {
        let name = self.entry(fd)?.preopened.ok_or(Errno::NotDir)?;
        if name.len() > len as usize {
            return Err(Errno::NameTooLong);
        }
        check(memory, path, name.len() as u64)?;
        memory.write(path, name.as_bytes())
    }
}

/// Copies `nonblock` from the guest's flags to the host's descriptor.
fn set_nonblock(fd: impl AsFd, flags: u16) -> Result<(), Errno> {
    let mut host = rustix::fs::fcntl_getfl(&fd)?;
    host.set(OFlags::NONBLOCK, flags & fdflags::NONBLOCK != 0);
    Ok(rustix::fs::fcntl_setfl(&fd, host)?)
}
