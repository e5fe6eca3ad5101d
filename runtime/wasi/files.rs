//! Calls on open files: read, write, seek, size, times, allocation, synchronization.
//!
//! The host's offset is the guest's. Appending is done per write (`RWF_APPEND`, atomic against other processes), so that
//! `fd_pwrite` writes where it is told also on an appending descriptor, as POSIX wants and Linux's `O_APPEND` does not.
//! A transfer above 64 KiB is several host calls; another thread's write may fall between them.

use crate::ctx::WasiCtx;
use crate::descriptors::{Descriptor, Entry, OpenFile};
use crate::memory::{Buffers, GuestMemory, Transfer, check, write_u32, write_u64};
use crate::types::{Errno, FILESTAT, FileType, Layout, Whence, fdflags, flags, fstflags, member, rights};
use rustix::fs::{Advice, FallocateFlags, SeekFrom, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT};
use rustix::io::{ReadWriteFlags, retry_on_intr};
use std::io::IoSlice;
use std::num::NonZeroU64;
use std::sync::atomic::Ordering;

/// Kinds of advice, by number.
const ADVICE: [Advice; 6] = [Advice::Normal, Advice::Sequential, Advice::Random, Advice::WillNeed, Advice::DontNeed, Advice::NoReuse];

/// Host file offsets are signed.
const MAX_OFFSET: u64 = i64::MAX as u64;

/// The new value of one timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NewTime {
    Keep,
    Now,
    /// Nanoseconds since 1970.
    To(u64),
}

impl NewTime {
    /// `Inval` when both the value and now are asked for.
    pub(crate) fn pair(atim: u64, mtim: u64, fst_flags: u32) -> Result<[NewTime; 2], Errno> {
        let set = flags(fst_flags, fstflags::ALL)?;
        let one = |time, to, now| match (set & to != 0, set & now != 0) {
            (true, true) => Err(Errno::Inval),
            (true, false) => Ok(NewTime::To(time)),
            (false, true) => Ok(NewTime::Now),
            (false, false) => Ok(NewTime::Keep),
        };
        Ok([one(atim, fstflags::ATIM, fstflags::ATIM_NOW)?, one(mtim, fstflags::MTIM, fstflags::MTIM_NOW)?])
    }

    fn timespec(self) -> Timespec {
        match self {
            NewTime::Keep => Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
            NewTime::Now => Timespec { tv_sec: 0, tv_nsec: UTIME_NOW },
            NewTime::To(time) => Timespec { tv_sec: (time / 1_000_000_000) as i64, tv_nsec: (time % 1_000_000_000) as i64 },
        }
    }

    pub(crate) fn timestamps([atim, mtim]: [NewTime; 2]) -> Timestamps {
        Timestamps { last_access: atim.timespec(), last_modification: mtim.timespec() }
    }
}

/// The values of a filestat record, in the order of `FILESTAT`.
pub(crate) fn filestat(stat: &rustix::fs::Stat) -> [u64; 8] {
    // Times before 1970 are shown as 0: the type has no sign.
    let time = |seconds: i64, nanoseconds: u64| u64::try_from(i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds)).unwrap_or(0);
    let file_type = FileType::from(rustix::fs::FileType::from_raw_mode(stat.st_mode));
    #[allow(clippy::useless_conversion, reason = "the number of links has 32 bits on aarch64")]
    [
        stat.st_dev,
        stat.st_ino,
        file_type as u64,
        stat.st_nlink.into(),
        stat.st_size as u64,
        time(stat.st_atime, stat.st_atime_nsec),
        time(stat.st_mtime, stat.st_mtime_nsec),
        time(stat.st_ctime, stat.st_ctime_nsec),
    ]
}

impl WasiCtx {
    /// `fd_read`: number of bytes read (32 bits at `result`); 0 at the end. Streams return what has arrived, files fill
    /// the buffers.
    pub fn fd_read(&self, memory: &mut dyn GuestMemory, fd: u32, iovs: u32, iovs_len: u32, result: u32) -> Result<(), Errno> {
        check(memory, result, 4)?;
        let entry = self.entry(fd)?;
        let got = match &*entry.descriptor {
            Descriptor::Directory(_) => return Err(Errno::Badf),
            _ => entry.require(rights::FD_READ).and_then(|()| Buffers::new(memory, iovs, iovs_len))?,
        };
        if let Some(stream) = entry.blocks() {
            self.until_readable(stream)?;
        }
        let got = match &*entry.descriptor {
            Descriptor::Input(input) => got.fill(memory, Transfer::Once, |buf, _| input.read(buf))?,
            Descriptor::Socket(socket) => got.fill(memory, Transfer::Once, |buf, _| socket.receive(buf))?,
            Descriptor::File(open) => {
                let transfer = if open.file_type == FileType::RegularFile { Transfer::Whole } else { Transfer::Once };
                got.fill(memory, transfer, |buf, _| Ok(retry_on_intr(|| rustix::io::read(&open.file, &mut *buf))?))?
            }
            Descriptor::Output(_) | Descriptor::Directory(_) => return Err(Errno::Badf),
        };
        write_u32(memory, result, got)
    }

    /// `fd_pread`: like `fd_read` from `offset`, which stays. `Inval`: the offset does not fit the host. `Spipe`: a stream.
    pub fn fd_pread(&self, memory: &mut dyn GuestMemory, fd: u32, iovs: u32, iovs_len: u32, offset: u64, result: u32) -> Result<(), Errno> {
        check(memory, result, 4)?;
        let entry = self.entry(fd)?;
        let open = entry.seekable(rights::FD_READ | rights::FD_SEEK)?;
        let buffers = Buffers::new(memory, iovs, iovs_len)?;
        offset_in_range(offset, buffers.total())?;
        let got = buffers.fill(memory, Transfer::Whole, |buf, done| {
            Ok(retry_on_intr(|| rustix::io::pread(&open.file, &mut *buf, offset + u64::from(done)))?)
        })?;
        write_u32(memory, result, got)
    }

    /// `fd_write`: number of bytes written (32 bits at `result`).
    pub fn fd_write(&self, memory: &mut dyn GuestMemory, fd: u32, iovs: u32, iovs_len: u32, result: u32) -> Result<(), Errno> {
        check(memory, result, 4)?;
        let entry = self.entry(fd)?;
        let put = match &*entry.descriptor {
            Descriptor::Directory(_) => return Err(Errno::Badf),
            _ => entry.require(rights::FD_WRITE).and_then(|()| Buffers::new(memory, iovs, iovs_len))?,
        };
        let put = match &*entry.descriptor {
            Descriptor::Output(output) => put.drain(memory, |buf, _| output.write(buf))?,
            Descriptor::Socket(socket) => put.drain(memory, |buf, _| socket.send(buf))?,
            Descriptor::File(open) => put.drain(memory, |buf, _| self.write_file(open, buf))?,
            Descriptor::Input(_) | Descriptor::Directory(_) => return Err(Errno::Badf),
        };
        write_u32(memory, result, put)
    }

    /// `fd_pwrite`: like `fd_write` at `offset`, also when the descriptor appends; the descriptor's offset stays. `Inval`:
    /// the offset does not fit the host. `Spipe`: a stream.
    pub fn fd_pwrite(
        &self,
        memory: &mut dyn GuestMemory,
        fd: u32,
        iovs: u32,
        iovs_len: u32,
        offset: u64,
        result: u32,
    ) -> Result<(), Errno> {
        check(memory, result, 4)?;
        let entry = self.entry(fd)?;
        let open = entry.seekable(rights::FD_WRITE | rights::FD_SEEK)?;
        let buffers = Buffers::new(memory, iovs, iovs_len)?;
        offset_in_range(offset, buffers.total())?;
        let put = buffers.drain(memory, |buf, done| {
            let at = offset + u64::from(done);
            let buf = self.within_file_limit(buf, at)?;
            Ok(retry_on_intr(|| rustix::io::pwrite(&open.file, buf, at))?)
        })?;
        write_u32(memory, result, put)
    }

    /// `fd_seek`: the new offset in bytes (64 bits at `result`). `Inval`: before the start or not representable.
    /// `Spipe`: a stream.
    pub fn fd_seek(&self, memory: &mut dyn GuestMemory, fd: u32, offset: i64, whence: u32, result: u32) -> Result<(), Errno> {
        self.seek(memory, fd, offset, member(&crate::types::WHENCE, whence)?, result)
    }

    /// `fd_seek` of either preview. Staying where one is needs the right to tell only.
    pub(crate) fn seek(&self, memory: &mut dyn GuestMemory, fd: u32, offset: i64, whence: Whence, result: u32) -> Result<(), Errno> {
        check(memory, result, 8)?;
        let entry = self.entry(fd)?;
        let open = if whence == Whence::Cur && offset == 0 { tellable(&entry)? } else { entry.seekable(rights::FD_SEEK)? };
        let to = match whence {
            Whence::Set => SeekFrom::Start(u64::try_from(offset).map_err(|_| Errno::Inval)?),
            Whence::Cur => SeekFrom::Current(offset),
            Whence::End => SeekFrom::End(offset),
        };
        let position =
            rustix::fs::seek(&open.file, to).map_err(|e| if e == rustix::io::Errno::OVERFLOW { Errno::Inval } else { e.into() })?;
        write_u64(memory, result, position)
    }

    /// `fd_tell`: the offset in bytes (64 bits at `result`). `Spipe`: a stream.
    pub fn fd_tell(&self, memory: &mut dyn GuestMemory, fd: u32, result: u32) -> Result<(), Errno> {
        check(memory, result, 8)?;
        let entry = self.entry(fd)?;
        let position = rustix::fs::tell(&tellable(&entry)?.file)?;
        write_u64(memory, result, position)
    }

    /// `fd_sync`: data and metadata reach the disk. Directories too.
    pub fn fd_sync(&self, fd: u32) -> Result<(), Errno> {
        Ok(rustix::fs::fsync(self.entry(fd)?.host(rights::FD_SYNC)?)?)
    }

    /// `fd_datasync`: data reach the disk. Directories too.
    pub fn fd_datasync(&self, fd: u32) -> Result<(), Errno> {
        Ok(rustix::fs::fdatasync(self.entry(fd)?.host(rights::FD_DATASYNC)?)?)
    }

    /// `fd_advise`: `len` 0 means to the end. `Inval`: unknown advice, or numbers beyond 63 bits.
    pub fn fd_advise(&self, fd: u32, offset: u64, len: u64, advice: u32) -> Result<(), Errno> {
        let advice = member(&ADVICE, advice)?;
        let entry = self.entry(fd)?;
        let open = entry.file(rights::FD_ADVISE)?;
        if offset > MAX_OFFSET || len > MAX_OFFSET {
            return Err(Errno::Inval);
        }
        match rustix::fs::fadvise(&open.file, offset, NonZeroU64::new(len), advice) {
            // Advice on a pipe is good advice wasted, not an error of the program.
            Ok(()) | Err(rustix::io::Errno::SPIPE) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// `fd_allocate`: reserves `len` bytes from `offset` and makes the file at least that long. `Inval`: `len` is 0.
    /// `Fbig`: beyond what the host or `max_file_size` allows. `NotSup`: the file system cannot.
    pub fn fd_allocate(&self, fd: u32, offset: u64, len: u64) -> Result<(), Errno> {
        let entry = self.entry(fd)?;
        let open = entry.file(rights::FD_ALLOCATE)?;
        if len == 0 {
            return Err(Errno::Inval);
        }
        let end = offset.checked_add(len).filter(|end| *end <= MAX_OFFSET).ok_or(Errno::Fbig)?;
        if end > self.max_file_size() {
            return Err(Errno::Fbig);
        }
        Ok(retry_on_intr(|| rustix::fs::fallocate(&open.file, FallocateFlags::empty(), offset, len))?)
    }

    /// `fd_filestat_get`: attributes (64 bytes at `result`; times in nanoseconds). Standard streams show zeros and their type.
    pub fn fd_filestat_get(&self, memory: &mut dyn GuestMemory, fd: u32, result: u32) -> Result<(), Errno> {
        self.filestat_of(memory, fd, &FILESTAT, result)
    }

    /// `fd_filestat_get` of either preview.
    pub(crate) fn filestat_of(&self, memory: &mut dyn GuestMemory, fd: u32, layout: &Layout<8>, result: u32) -> Result<(), Errno> {
        let entry = self.entry(fd)?;
        entry.require(rights::FD_FILESTAT_GET)?;
        let only_type = |file_type: FileType| [0, 0, file_type as u64, 0, 0, 0, 0, 0];
        let values = match &*entry.descriptor {
            Descriptor::Input(input) => only_type(input.file_type()),
            Descriptor::Output(output) => only_type(output.file_type()),
            Descriptor::Socket(socket) => only_type(socket.file_type),
            Descriptor::File(_) | Descriptor::Directory(_) => filestat(&rustix::fs::fstat(entry.host(0)?)?),
        };
        memory.write(result, &layout.encode(values)[..layout.size])
    }

    /// `fd_filestat_set_size`: cuts or fills up with zeros. `Inval`: beyond 63 bits, or not open for writing.
    pub fn fd_filestat_set_size(&self, fd: u32, size: u64) -> Result<(), Errno> {
        let entry = self.entry(fd)?;
        let open = entry.file(rights::FD_FILESTAT_SET_SIZE)?;
        if size > MAX_OFFSET {
            return Err(Errno::Inval);
        }
        if size > self.max_file_size() {
            return Err(Errno::Fbig);
        }
        Ok(retry_on_intr(|| rustix::fs::ftruncate(&open.file, size))?)
    }

    /// `fd_filestat_set_times`: nanoseconds since 1970, or now. `Inval`: both for one timestamp.
    pub fn fd_filestat_set_times(&self, fd: u32, atim: u64, mtim: u64, fst_flags: u32) -> Result<(), Errno> {
        let times = NewTime::pair(atim, mtim, fst_flags)?;
        let entry = self.entry(fd)?;
        Ok(rustix::fs::futimens(entry.host(rights::FD_FILESTAT_SET_TIMES)?, &NewTime::timestamps(times))?)
    }

    /// One write at the offset, or at the end when the descriptor appends.
    fn write_file(&self, open: &OpenFile, buf: &[u8]) -> Result<usize, Errno> {
        let append = open.flags.load(Ordering::Relaxed) & fdflags::APPEND != 0;
        let limited = self.max_file_size() != u64::MAX && open.file_type == FileType::RegularFile;
        let buf = match (limited, append) {
            (false, _) => buf,
            (true, true) => self.within_file_limit(buf, rustix::fs::fstat(&open.file)?.st_size as u64)?,
            (true, false) => self.within_file_limit(buf, rustix::fs::tell(&open.file)?)?,
        };
        if append && open.file_type == FileType::RegularFile {
            // The offset u64::MAX stands for the descriptor's own, which moves to the new end.
            Ok(retry_on_intr(|| rustix::io::pwritev2(&open.file, &[IoSlice::new(buf)], u64::MAX, ReadWriteFlags::APPEND))?)
        } else {
            Ok(retry_on_intr(|| rustix::io::write(&open.file, buf))?)
        }
    }

    /// The part of `buf` that may be written at `at`; `Fbig` when that is nothing.
    fn within_file_limit<'a>(&self, buf: &'a [u8], at: u64) -> Result<&'a [u8], Errno> {
        let room = self.max_file_size().saturating_sub(at);
        if room == 0 && !buf.is_empty() {
            return Err(Errno::Fbig);
        }
        Ok(&buf[..buf.len().min(usize::try_from(room).unwrap_or(usize::MAX))])
    }
}

/// The file, if its offset may be asked: `FD_SEEK` implies `FD_TELL`.
fn tellable(entry: &Entry) -> Result<&OpenFile, Errno> {
    entry.seekable(rights::FD_TELL).or_else(|_| entry.seekable(rights::FD_SEEK))
}

/// `Inval` unless `len` bytes from `offset` have representable offsets.
fn offset_in_range(offset: u64, len: u32) -> Result<(), Errno> {
    match offset.checked_add(len.into()) {
        Some(end) if end <= MAX_OFFSET => Ok(()),
        _ => Err(Errno::Inval),
    }
}
