//! A guest for tests: a context, 256 KiB of memory, and calls by name through the table of imports.

#![allow(dead_code, reason = "each test file uses its part")]

use samite_wasi::types::{DIRENT, FDSTAT, FILESTAT, IOVEC, lookupflags, rights};
use samite_wasi::{Errno, GuestMemory, PREVIEW1_MODULE, WasiCtx, WasiCtxBuilder};
use tempfile::TempDir;

/// Where helpers put things in guest memory.
pub const RESULT: u32 = 64;
pub const VECTORS: u32 = 256;
pub const PATH: u32 = 0x2000;
pub const PATH2: u32 = 0x4000;
pub const DATA: u32 = 0x8000;
pub const MEMORY: usize = 256 * 1024;

/// The preopened directory.
pub const DIR: u32 = 3;

pub const FOLLOW: u64 = lookupflags::SYMLINK_FOLLOW as u64;

pub struct Guest {
    pub ctx: WasiCtx,
    pub memory: Vec<u8>,
    pub module: &'static str,
}

/// A failed call, as the guest sees it.
pub fn err<T>(errno: Errno) -> Result<T, u16> {
    Err(errno as u16)
}

impl Guest {
    pub fn new(builder: WasiCtxBuilder) -> Guest {
        Guest { ctx: builder.build().unwrap(), memory: vec![0; MEMORY], module: PREVIEW1_MODULE }
    }

    /// A guest with an empty temporary directory as descriptor 3, named `/`.
    pub fn in_temp_dir() -> (TempDir, Guest) {
        let temp = TempDir::new().unwrap();
        let guest = Guest::new(WasiCtxBuilder::new().preopened_path(temp.path(), "/").unwrap());
        (temp, guest)
    }

    /// Calls a function; the error number unless 0.
    pub fn call(&mut self, name: &str, args: &[u64]) -> Result<(), u16> {
        let (_, import) = samite_wasi::imports().find(|(m, i)| *m == self.module && i.name == name).unwrap();
        assert_eq!(args.len(), import.params.len(), "{name}");
        match (import.call)(&self.ctx, &mut self.memory, args).unwrap() {
            0 => Ok(()),
            errno => Err(errno as u16),
        }
    }

    pub fn u32(&self, ptr: u32) -> u32 {
        self.u64(ptr) as u32
    }

    pub fn u64(&self, ptr: u32) -> u64 {
        let mut bytes = [0; 8];
        self.memory.read(ptr, &mut bytes).unwrap();
        u64::from_le_bytes(bytes)
    }

    pub fn put(&mut self, ptr: u32, bytes: &[u8]) {
        self.memory.write(ptr, bytes).unwrap();
    }

    /// Stores a path; gives pointer and length.
    pub fn path(&mut self, path: &str) -> [u64; 2] {
        self.put(PATH, path.as_bytes());
        [PATH.into(), path.len() as u64]
    }

    pub fn path2(&mut self, path: &str) -> [u64; 2] {
        self.put(PATH2, path.as_bytes());
        [PATH2.into(), path.len() as u64]
    }

    /// Calls a function with (fd, path).
    pub fn at(&mut self, name: &str, fd: u32, path: &str) -> Result<(), u16> {
        let [ptr, len] = self.path(path);
        self.call(name, &[fd.into(), ptr, len])
    }

    /// Opens with every choice.
    #[allow(clippy::too_many_arguments)]
    pub fn open_full(
        &mut self,
        fd: u32,
        lookup: u64,
        path: &str,
        oflags: u16,
        base: u64,
        inheriting: u64,
        fdflags: u16,
    ) -> Result<u32, u16> {
        let [ptr, len] = self.path(path);
        self.call("path_open", &[fd.into(), lookup, ptr, len, oflags.into(), base, inheriting, fdflags.into(), RESULT.into()])?;
        Ok(self.u32(RESULT))
    }

    /// Opens with all rights to a file, without following a link.
    pub fn open(&mut self, fd: u32, path: &str, oflags: u16) -> Result<u32, u16> {
        self.open_full(fd, 0, path, oflags, rights::FILE, 0, 0)
    }

    /// Opens for reading only, following links.
    pub fn open_read(&mut self, fd: u32, path: &str) -> Result<u32, u16> {
        self.open_full(fd, FOLLOW, path, 0, rights::FILE & !rights::FD_WRITE, 0, 0)
    }

    /// Opens a directory with all rights.
    pub fn open_dir(&mut self, fd: u32, path: &str) -> Result<u32, u16> {
        self.open_full(fd, FOLLOW, path, samite_wasi::types::oflags::DIRECTORY, rights::DIRECTORY, rights::ALL, 0)
    }

    pub fn close(&mut self, fd: u32) {
        self.call("fd_close", &[fd.into()]).unwrap();
    }

    /// One vector over `len` bytes at `DATA`.
    pub fn vector(&mut self, len: u32) -> [u64; 2] {
        let record = IOVEC.encode([DATA.into(), len.into()]);
        self.put(VECTORS, &record[..8]);
        [VECTORS.into(), 1]
    }

    pub fn write(&mut self, fd: u32, bytes: &[u8]) -> Result<u32, u16> {
        self.put(DATA, bytes);
        let [ptr, count] = self.vector(bytes.len() as u32);
        self.call("fd_write", &[fd.into(), ptr, count, RESULT.into()])?;
        Ok(self.u32(RESULT))
    }

    pub fn pwrite(&mut self, fd: u32, bytes: &[u8], offset: u64) -> Result<u32, u16> {
        self.put(DATA, bytes);
        let [ptr, count] = self.vector(bytes.len() as u32);
        self.call("fd_pwrite", &[fd.into(), ptr, count, offset, RESULT.into()])?;
        Ok(self.u32(RESULT))
    }

    pub fn read(&mut self, fd: u32, len: u32) -> Result<Vec<u8>, u16> {
        let [ptr, count] = self.vector(len);
        self.call("fd_read", &[fd.into(), ptr, count, RESULT.into()])?;
        Ok(self.data(self.u32(RESULT)))
    }

    pub fn pread(&mut self, fd: u32, len: u32, offset: u64) -> Result<Vec<u8>, u16> {
        let [ptr, count] = self.vector(len);
        self.call("fd_pread", &[fd.into(), ptr, count, offset, RESULT.into()])?;
        Ok(self.data(self.u32(RESULT)))
    }

    pub fn data(&self, len: u32) -> Vec<u8> {
        self.memory[DATA as usize..][..len as usize].to_vec()
    }

    pub fn seek(&mut self, fd: u32, offset: i64, whence: u64) -> Result<u64, u16> {
        self.call("fd_seek", &[fd.into(), offset as u64, whence, RESULT.into()])?;
        Ok(self.u64(RESULT))
    }

    /// dev, ino, filetype, nlink, size, atim, mtim, ctim
    pub fn filestat(&mut self, fd: u32) -> Result<[u64; 8], u16> {
        self.call("fd_filestat_get", &[fd.into(), DATA.into()])?;
        Ok(FILESTAT.decode(&self.data(64)))
    }

    pub fn filestat_at(&mut self, fd: u32, lookup: u64, path: &str) -> Result<[u64; 8], u16> {
        let [ptr, len] = self.path(path);
        self.call("path_filestat_get", &[fd.into(), lookup, ptr, len, DATA.into()])?;
        Ok(FILESTAT.decode(&self.data(64)))
    }

    /// type, flags, base, inheriting
    pub fn fdstat(&mut self, fd: u32) -> Result<[u64; 4], u16> {
        self.call("fd_fdstat_get", &[fd.into(), DATA.into()])?;
        Ok(FDSTAT.decode(&self.data(24)))
    }

    pub fn rename(&mut self, from: u32, old: &str, to: u32, new: &str) -> Result<(), u16> {
        let [old, old_len] = self.path(old);
        let [new, new_len] = self.path2(new);
        self.call("path_rename", &[from.into(), old, old_len, to.into(), new, new_len])
    }

    pub fn link(&mut self, from: u32, old: &str, to: u32, new: &str) -> Result<(), u16> {
        let [old, old_len] = self.path(old);
        let [new, new_len] = self.path2(new);
        self.call("path_link", &[from.into(), 0, old, old_len, to.into(), new, new_len])
    }

    pub fn symlink(&mut self, contents: &str, fd: u32, new: &str) -> Result<(), u16> {
        let [old, old_len] = self.path(contents);
        let [new, new_len] = self.path2(new);
        self.call("path_symlink", &[old, old_len, fd.into(), new, new_len])
    }

    pub fn readlink(&mut self, fd: u32, path: &str, len: u32) -> Result<String, u16> {
        let [ptr, path_len] = self.path(path);
        self.call("path_readlink", &[fd.into(), ptr, path_len, DATA.into(), len.into(), RESULT.into()])?;
        Ok(String::from_utf8(self.data(self.u32(RESULT))).unwrap())
    }

    /// Complete entries (next cookie, inode, type, name) of one call, and the bytes it used.
    #[allow(clippy::type_complexity)]
    pub fn readdir(&mut self, fd: u32, len: u32, cookie: u64) -> Result<(Vec<(u64, u64, u64, String)>, u32), u16> {
        self.call("fd_readdir", &[fd.into(), DATA.into(), len.into(), cookie, RESULT.into()])?;
        let used = self.u32(RESULT);
        let data = self.data(used);
        let mut rest = &data[..];
        let mut entries = Vec::new();
        while rest.len() >= DIRENT.size {
            let [next, inode, name_len, file_type] = DIRENT.decode(rest);
            let Some(name) = rest[DIRENT.size..].get(..name_len as usize) else { break };
            entries.push((next, inode, file_type, String::from_utf8(name.to_vec()).unwrap()));
            rest = &rest[DIRENT.size + name_len as usize..];
        }
        Ok((entries, used))
    }
}
