//! Calls that name files by path, all relative to an open directory and confined to what is below it.
//!
//! cap-std does the confining: on Linux `openat2(RESOLVE_BENEATH)`, elsewhere component by component; operations on names
//! open the parent directory that way and then act on the last component only. So neither `..` nor a link, nor one
//! exchanged meanwhile, leads out; an attempt is `Perm`. The kernel decides everything else, trailing slashes included.
//!
//! Paths are checked here first: outside memory `Fault`, 4096 bytes or more `NameTooLong`, not UTF-8 `Ilseq`, with a NUL
//! byte `Inval`, empty `NoEnt`, absolute `Perm`.

use crate::ctx::WasiCtx;
use crate::descriptors::{Descriptor, Directory, Entry, OpenFile};
use crate::files::NewTime;
use crate::memory::{GuestMemory, check, write_u32};
use crate::types::{Errno, FILESTAT, FileType, Layout, fdflags, flags, lookupflags, oflags, rights};
use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsMaybeDirExt, OpenOptionsSyncExt, SystemTimeSpec};
use cap_std::fs::{Dir, Metadata, MetadataExt, OpenOptions, OpenOptionsExt};
use cap_std::time::SystemTime;
use rustix::fs::OFlags;
use std::sync::Arc;
use std::sync::atomic::AtomicU16;
use std::time::Duration;

/// Bytes of a path with its NUL, as on Linux.
const PATH_MAX: u32 = 4096;

/// What `path_open` is asked for; raw values, checked in the call.
#[derive(Clone, Copy, Debug)]
pub struct OpenRequest {
    /// `lookupflags`.
    pub lookup: u32,
    pub path: u32,
    pub path_len: u32,
    /// `oflags`.
    pub oflags: u32,
    pub base: u64,
    pub inheriting: u64,
    /// `fdflags`.
    pub fdflags: u32,
}

impl WasiCtx {
    /// `path_open`: the new descriptor (32 bits at `result`).
    ///
    /// The rights asked for must be among the directory's inheriting ones (`NotCapable`); bits that name no right are
    /// ignored, for there are libraries that ask for all 32 or 64; rights that the opened kind of file cannot have are
    /// dropped. The file is opened for writing when `FD_WRITE`, `creat` or `trunc` is asked for. `Inval`: `directory`
    /// together with `creat`, `excl` or `trunc`. `Mfile`: too many descriptors.
    pub fn path_open(&self, memory: &mut dyn GuestMemory, fd: u32, request: OpenRequest, result: u32) -> Result<(), Errno> {
        check(memory, result, 4)?;
        let follow = flags(request.lookup, lookupflags::ALL)?;
        let how = flags(request.oflags, oflags::ALL)?;
        let fd_flags = flags(request.fdflags, fdflags::ALL)?;
        let base = request.base & rights::ALL;
        let inheriting = request.inheriting & rights::ALL;
        let path = path(memory, request.path, request.path_len)?;

        let parent = self.entry(fd)?;
        let needed = rights::PATH_OPEN
            | if how & oflags::CREAT != 0 { rights::PATH_CREATE_FILE } else { 0 }
            | if how & oflags::TRUNC != 0 { rights::PATH_FILESTAT_SET_SIZE } else { 0 };
        let directory = parent.directory(needed)?;
        let handed_down = base
            | inheriting
            | if fd_flags & fdflags::DSYNC != 0 { rights::FD_DATASYNC } else { 0 }
            | if fd_flags & (fdflags::RSYNC | fdflags::SYNC) != 0 { rights::FD_SYNC } else { 0 };
        if handed_down & !parent.inheriting != 0 {
            return Err(Errno::NotCapable);
        }
        if how & oflags::DIRECTORY != 0 && how != oflags::DIRECTORY {
            return Err(Errno::Inval);
        }
        self.table().room()?;

        let write = base & rights::FD_WRITE != 0 || how & (oflags::CREAT | oflags::TRUNC) != 0;
        let read = base & (rights::FD_READ | rights::FD_READDIR) != 0;
        let mut options = OpenOptions::new();
        options.read(read || !write).write(write).truncate(how & oflags::TRUNC != 0).maybe_dir(true).follow(following(follow, &path));
        match (how & oflags::CREAT != 0, how & oflags::EXCL != 0) {
            (true, true) => options.create_new(true),
            (true, false) => options.create(true),
            (false, _) => &mut options,
        };
        options.dsync(fd_flags & fdflags::DSYNC != 0).sync(fd_flags & fdflags::SYNC != 0).rsync(fd_flags & fdflags::RSYNC != 0);
        options.nonblock(fd_flags & fdflags::NONBLOCK != 0);
        // A terminal must not become the host process's controlling one.
        let directory_only = if how & oflags::DIRECTORY != 0 { OFlags::DIRECTORY } else { OFlags::empty() };
        options.custom_flags((OFlags::NOCTTY | directory_only).bits() as i32);

        let file = directory.dir.open_with(&path, &options)?.into_std();
        let file_type = FileType::from(rustix::fs::FileType::from_raw_mode(rustix::fs::fstat(&file)?.st_mode));
        let (base, descriptor) = match file_type {
            FileType::Directory => (base & rights::DIRECTORY, Descriptor::Directory(Directory::new(Dir::from_std_file(file)))),
            _ => {
                let applicable = match file_type {
                    FileType::RegularFile | FileType::BlockDevice => rights::FILE,
                    _ => rights::STREAM,
                };
                (base & applicable, Descriptor::File(OpenFile { file, file_type, flags: AtomicU16::new(fd_flags) }))
            }
        };
        let new = self.table().add(Entry { base, inheriting, preopened: None, descriptor: Arc::new(descriptor) })?;
        write_u32(memory, result, new)
    }

    /// `path_create_directory`.
    pub fn path_create_directory(&self, memory: &mut dyn GuestMemory, fd: u32, path_ptr: u32, path_len: u32) -> Result<(), Errno> {
        let path = path(memory, path_ptr, path_len)?;
        Ok(self.entry(fd)?.directory(rights::PATH_CREATE_DIRECTORY)?.dir.create_dir(path)?)
    }

    /// `path_remove_directory`. `NotEmpty`: it is not empty.
    pub fn path_remove_directory(&self, memory: &mut dyn GuestMemory, fd: u32, path_ptr: u32, path_len: u32) -> Result<(), Errno> {
        let path = path(memory, path_ptr, path_len)?;
        // cap-std takes a slash at the end for `/.`, which cannot be removed.
        let path = path.trim_end_matches('/');
        Ok(self.entry(fd)?.directory(rights::PATH_REMOVE_DIRECTORY)?.dir.remove_dir(path)?)
    }

    /// `path_unlink_file`: files and symbolic links. `IsDir`: a directory.
    pub fn path_unlink_file(&self, memory: &mut dyn GuestMemory, fd: u32, path_ptr: u32, path_len: u32) -> Result<(), Errno> {
        let path = path(memory, path_ptr, path_len)?;
        Ok(self.entry(fd)?.directory(rights::PATH_UNLINK_FILE)?.dir.remove_file(path)?)
    }

    /// `path_filestat_get`: attributes (64 bytes at `result`; times in nanoseconds).
    pub fn path_filestat_get(
        &self,
        memory: &mut dyn GuestMemory,
        fd: u32,
        lookup: u32,
        path_ptr: u32,
        path_len: u32,
        result: u32,
    ) -> Result<(), Errno> {
        self.filestat_at(memory, &FILESTAT, fd, lookup, (path_ptr, path_len), result)
    }

    /// `path_filestat_get` of either preview.
    pub(crate) fn filestat_at(
        &self,
        memory: &mut dyn GuestMemory,
        layout: &Layout<8>,
        fd: u32,
        lookup: u32,
        (path_ptr, path_len): (u32, u32),
        result: u32,
    ) -> Result<(), Errno> {
        check(memory, result, layout.size as u64)?;
        let follow = flags(lookup, lookupflags::ALL)?;
        let path = path(memory, path_ptr, path_len)?;
        let entry = self.entry(fd)?;
        let dir = &entry.directory(rights::PATH_FILESTAT_GET)?.dir;
        let metadata = match following(follow, &path) {
            FollowSymlinks::Yes => dir.metadata(path)?,
            FollowSymlinks::No => dir.symlink_metadata(path)?,
        };
        memory.write(result, &layout.encode(filestat(&metadata))[..layout.size])
    }

    /// `path_filestat_set_times`: nanoseconds since 1970, or now. `Inval`: both for one timestamp.
    #[expect(clippy::too_many_arguments, reason = "the interface has them")]
    pub fn path_filestat_set_times(
        &self,
        memory: &mut dyn GuestMemory,
        fd: u32,
        lookup: u32,
        path_ptr: u32,
        path_len: u32,
        atim: u64,
        mtim: u64,
        fst_flags: u32,
    ) -> Result<(), Errno> {
        let follow = flags(lookup, lookupflags::ALL)?;
        let times = NewTime::pair(atim, mtim, fst_flags)?;
        let path = path(memory, path_ptr, path_len)?;
        let entry = self.entry(fd)?;
        let dir = &entry.directory(rights::PATH_FILESTAT_SET_TIMES)?.dir;
        match following(follow, &path) {
            FollowSymlinks::No => {
                let [atim, mtim] = times.map(|time| match time {
                    NewTime::Keep => None,
                    NewTime::Now => Some(SystemTimeSpec::SymbolicNow),
                    NewTime::To(time) => {
                        Some(SystemTimeSpec::Absolute(SystemTime::from_std(std::time::UNIX_EPOCH + Duration::from_nanos(time))))
                    }
                });
                Ok(dir.set_symlink_times(path, atim, mtim)?)
            }
            FollowSymlinks::Yes => {
                // Some access is needed to hold the file; `nonblock` keeps a pipe from waiting for its other end.
                let open = |options: &mut OpenOptions| dir.open_with(&path, options.maybe_dir(true).nonblock(true));
                let file = match open(OpenOptions::new().read(true)).map_err(Errno::from) {
                    Err(Errno::Acces) => open(OpenOptions::new().write(true))?,
                    file => file?,
                };
                Ok(rustix::fs::futimens(&file, &NewTime::timestamps(times))?)
            }
        }
    }

    /// `path_link`: a hard link. `Inval`: the link itself must be named, following it is not offered (as in wasmtime).
    #[expect(clippy::too_many_arguments, reason = "the interface has them")]
    pub fn path_link(
        &self,
        memory: &mut dyn GuestMemory,
        old_fd: u32,
        old_lookup: u32,
        old_ptr: u32,
        old_len: u32,
        new_fd: u32,
        new_ptr: u32,
        new_len: u32,
    ) -> Result<(), Errno> {
        if flags(old_lookup, lookupflags::ALL)? != 0 {
            return Err(Errno::Inval);
        }
        let old = path(memory, old_ptr, old_len)?;
        let new = path(memory, new_ptr, new_len)?;
        let old_entry = self.entry(old_fd)?;
        let new_entry = self.entry(new_fd)?;
        let from = old_entry.directory(rights::PATH_LINK_SOURCE)?;
        let to = new_entry.directory(rights::PATH_LINK_TARGET)?;
        Ok(from.dir.hard_link(old, &to.dir, new)?)
    }

    /// `path_rename`. `NotDir`: a slash ends either name, but it is not a directory that is moved.
    #[expect(clippy::too_many_arguments, reason = "the interface has them")]
    pub fn path_rename(
        &self,
        memory: &mut dyn GuestMemory,
        old_fd: u32,
        old_ptr: u32,
        old_len: u32,
        new_fd: u32,
        new_ptr: u32,
        new_len: u32,
    ) -> Result<(), Errno> {
        let old = path(memory, old_ptr, old_len)?;
        let new = path(memory, new_ptr, new_len)?;
        let old_entry = self.entry(old_fd)?;
        let new_entry = self.entry(new_fd)?;
        let from = old_entry.directory(rights::PATH_RENAME_SOURCE)?;
        let to = new_entry.directory(rights::PATH_RENAME_TARGET)?;
        // cap-std forgets the slash behind a new name; it says that only a directory may get it.
        if new.ends_with('/') && !from.dir.symlink_metadata(old.trim_end_matches('/'))?.is_dir() {
            return Err(Errno::NotDir);
        }
        Ok(from.dir.rename(old, &to.dir, new)?)
    }

    /// `path_symlink`: a symbolic link at the new path that contains the old one. `Perm`: an absolute old path, which would
    /// mislead other programs even though it could not be followed here.
    pub fn path_symlink(
        &self,
        memory: &mut dyn GuestMemory,
        old_ptr: u32,
        old_len: u32,
        fd: u32,
        new_ptr: u32,
        new_len: u32,
    ) -> Result<(), Errno> {
        let old = path(memory, old_ptr, old_len)?;
        let new = path(memory, new_ptr, new_len)?;
        Ok(Dir::symlink(&self.entry(fd)?.directory(rights::PATH_SYMLINK)?.dir, old, new)?)
    }

    /// `path_readlink`: the link's contents without NUL, cut to `len` bytes; their number at `result`. `Perm`: the contents
    /// are an absolute path, which says something about the host.
    #[expect(clippy::too_many_arguments, reason = "the interface has them")]
    pub fn path_readlink(
        &self,
        memory: &mut dyn GuestMemory,
        fd: u32,
        path_ptr: u32,
        path_len: u32,
        buf: u32,
        len: u32,
        result: u32,
    ) -> Result<(), Errno> {
        check(memory, result, 4)?;
        check(memory, buf, len.into())?;
        let path = path(memory, path_ptr, path_len)?;
        let target = self.entry(fd)?.directory(rights::PATH_READLINK)?.dir.read_link(path)?;
        let target = target.as_os_str().as_encoded_bytes();
        let target = &target[..target.len().min(len as usize)];
        memory.write(buf, target)?;
        write_u32(memory, result, target.len() as u32)
    }
}

/// A path from the guest; the errors are in the head comment.
fn path(memory: &dyn GuestMemory, ptr: u32, len: u32) -> Result<String, Errno> {
    check(memory, ptr, len.into())?;
    if len >= PATH_MAX {
        return Err(Errno::NameTooLong);
    }
    let mut bytes = vec![0; len as usize];
    memory.read(ptr, &mut bytes)?;
    let path = String::from_utf8(bytes).map_err(|_| Errno::Ilseq)?;
    if path.contains('\0') {
        Err(Errno::Inval)
    } else if path.is_empty() {
        Err(Errno::NoEnt)
    } else if path.starts_with('/') {
        Err(Errno::Perm)
    } else {
        Ok(path)
    }
}

/// Whether a link at the end of the path is followed: when the guest says so, or a slash asks for the directory behind it.
fn following(lookup: u16, path: &str) -> FollowSymlinks {
    let directory = path.ends_with('/') || path.ends_with("/.");
    if directory || lookup & lookupflags::SYMLINK_FOLLOW != 0 { FollowSymlinks::Yes } else { FollowSymlinks::No }
}

/// The values of a filestat record, in the order of `FILESTAT`. Times before 1970 are shown as 0.
fn filestat(metadata: &Metadata) -> [u64; 8] {
    let time = |seconds: i64, nanoseconds: i64| u64::try_from(i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds)).unwrap_or(0);
    let file_type = FileType::from(rustix::fs::FileType::from_raw_mode(metadata.mode()));
    [
        metadata.dev(),
        metadata.ino(),
        file_type as u64,
        metadata.nlink(),
        metadata.size(),
        time(metadata.atime(), metadata.atime_nsec()),
        time(metadata.mtime(), metadata.mtime_nsec()),
        time(metadata.ctime(), metadata.ctime_nsec()),
    ]
}
