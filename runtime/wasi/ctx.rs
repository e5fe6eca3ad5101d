//! The state of one WASI program and how it is built: arguments, environment, clocks, randomness, descriptors, limits.
//!
//! A `WasiCtx` is a handle: clones share everything, and every method takes `&self`. So the threads of a program, one store
//! each, use one set of descriptors, and a thread that blocks in a read holds no lock. Nothing of the host is visible
//! unless the builder was told so: without a word a program gets no arguments, no environment, no directories, an empty
//! standard input, and outputs that go nowhere.

use crate::clocks::{Clocks, HostClocks};
use crate::descriptors::{Descriptor, Directory, Entry, Table};
use crate::memory::{GuestMemory, check, write_u32};
use crate::random::{HostRandom, Random};
use crate::sockets::Socket;
use crate::stdio::{Stdin, Stdout};
use crate::types::{Errno, Exit, rights};
use cap_std::fs::Dir;
use parking_lot::{Mutex, MutexGuard};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::retry_on_intr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// Open descriptors a program may hold unless the builder says otherwise (`max_descriptors`).
pub const DEFAULT_MAX_DESCRIPTORS: usize = 1024;

/// A program's view of the world. Cloning shares it.
#[derive(Clone)]
pub struct WasiCtx(Arc<Shared>);

struct Shared {
    args: Vec<Vec<u8>>,
    env: Vec<Vec<u8>>,
    clocks: Arc<dyn Clocks>,
    random: Mutex<Box<dyn Random>>,
    table: Mutex<Table>,
    max_file_size: u64,
    /// Readable from `stop` on; there only if somebody may call that.
    stop: OnceLock<OwnedFd>,
}

/// Why a context could not be built.
#[derive(Debug)]
pub enum BuildError {
    /// An argument, variable or guest path contains a NUL byte, or a variable's name is empty or has a `=`.
    BadString(String),
    /// Arguments or environment do not fit the 32-bit sizes of the interface, or a directory the descriptor limit.
    TooLarge,
    /// A directory to be preopened could not be opened.
    Directory(String, std::io::Error),
    /// A preopened socket is not one.
    Socket(std::io::Error),
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BuildError::BadString(string) => write!(f, "{string:?} cannot be passed to a WASI program"),
            BuildError::TooLarge => write!(f, "arguments, environment or preopened directories exceed the limits"),
            BuildError::Directory(path, error) => write!(f, "cannot open the directory {path:?}: {error}"),
            BuildError::Socket(error) => write!(f, "cannot use the socket: {error}"),
        }
    }
}

impl std::error::Error for BuildError {}

/// Builds a `WasiCtx`.
pub struct WasiCtxBuilder {
    args: Vec<Vec<u8>>,
    env: Vec<(Vec<u8>, Vec<u8>)>,
    stdin: Stdin,
    stdout: Stdout,
    stderr: Stdout,
    directories: Vec<(Dir, String)>,
    sockets: Vec<OwnedFd>,
    clocks: Arc<dyn Clocks>,
    random: Box<dyn Random>,
    max_descriptors: usize,
    max_file_size: u64,
}

impl Default for WasiCtxBuilder {
    fn default() -> WasiCtxBuilder {
        WasiCtxBuilder::new()
    }
}

impl WasiCtxBuilder {
    pub fn new() -> WasiCtxBuilder {
        WasiCtxBuilder {
            args: Vec::new(),
            env: Vec::new(),
            stdin: Stdin::Null,
            stdout: Stdout::Null,
            stderr: Stdout::Null,
            directories: Vec::new(),
            sockets: Vec::new(),
            clocks: Arc::new(HostClocks::new()),
            random: Box::new(HostRandom),
            max_descriptors: DEFAULT_MAX_DESCRIPTORS,
            max_file_size: u64::MAX,
        }
    }

    /// Adds one argument; the first is the program's name.
    pub fn arg(mut self, arg: impl Into<Vec<u8>>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    pub fn args<A: Into<Vec<u8>>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable; a later value replaces an earlier one.
    pub fn env(mut self, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        let name = name.into();
        self.env.retain(|(n, _)| *n != name);
        self.env.push((name, value.into()));
        self
    }

    /// Passes the host's environment on.
    pub fn inherit_env(self) -> Self {
        use std::os::unix::ffi::OsStringExt;
        std::env::vars_os().fold(self, |builder, (name, value)| builder.env(name.into_vec(), value.into_vec()))
    }

    /// Where descriptor 0 reads.
    pub fn stdin(mut self, stdin: Stdin) -> Self {
        self.stdin = stdin;
        self
    }

    /// Where descriptor 1 writes.
    pub fn stdout(mut self, stdout: Stdout) -> Self {
        self.stdout = stdout;
        self
    }

    /// Where descriptor 2 writes.
    pub fn stderr(mut self, stderr: Stdout) -> Self {
        self.stderr = stderr;
        self
    }

    /// The host's own three streams.
    pub fn inherit_stdio(self) -> Self {
        self.stdin(Stdin::Inherit).stdout(Stdout::InheritOut).stderr(Stdout::InheritErr)
    }

    /// Gives the program the directory `host` and what is below it, under the name `guest`. Descriptors count from 3 in the
    /// order of these calls.
    pub fn preopened_path(self, host: impl AsRef<Path>, guest: impl Into<String>) -> Result<Self, BuildError> {
        let host = host.as_ref();
        let dir = open_directory(rustix::fs::CWD, host).map_err(|e| BuildError::Directory(host.display().to_string(), e))?;
        Ok(self.preopened_dir(dir, guest))
    }

    /// Like `preopened_path` for an open directory.
    pub fn preopened_dir(mut self, dir: Dir, guest: impl Into<String>) -> Self {
        self.directories.push((dir, guest.into()));
        self
    }

    /// Like `preopened_path` for the command line's `HOST::GUEST`, or `HOST` alone for the same name inside.
    pub fn preopened_spec(self, spec: &str) -> Result<Self, BuildError> {
        let (host, guest) = spec.split_once("::").unwrap_or((spec, spec));
        self.preopened_path(host, guest)
    }

    /// Gives the program a socket, listening or connected; it follows the directories in the numbering.
    pub fn preopened_socket(mut self, socket: impl Into<OwnedFd>) -> Self {
        self.sockets.push(socket.into());
        self
    }

    /// Replaces the clocks.
    pub fn clocks(mut self, clocks: Arc<dyn Clocks>) -> Self {
        self.clocks = clocks;
        self
    }

    /// Replaces the source of randomness.
    pub fn random(mut self, random: impl Random + 'static) -> Self {
        self.random = Box::new(random);
        self
    }

    /// The most descriptors open at a time, preopened ones included; the next `path_open` answers `Mfile`.
    pub fn max_descriptors(mut self, most: usize) -> Self {
        self.max_descriptors = most;
        self
    }

    /// The size in bytes beyond which the program cannot make a file grow (`Fbig`), as the shell's `ulimit -f`. Sparse
    /// growth counts too. Unlimited by default.
    pub fn max_file_size(mut self, bytes: u64) -> Self {
        self.max_file_size = bytes;
        self
    }

    pub fn build(self) -> Result<WasiCtx, BuildError> {
        for (name, _) in &self.env {
            if name.is_empty() || name.contains(&b'=') {
                return Err(bad_string(name));
            }
        }
        let env: Vec<Vec<u8>> = self.env.into_iter().map(|(name, value)| [&name[..], b"=", &value].concat()).collect();
        for strings in [&self.args, &env] {
            if let Some(bad) = strings.iter().find(|s| s.contains(&0)) {
                return Err(bad_string(bad));
            }
            // Pointers (4 bytes each) and bytes must both fit the guest's address space.
            let bytes: u64 = strings.iter().map(|s| s.len() as u64 + 1).sum();
            if bytes > u64::from(u32::MAX) || strings.len() as u64 * 4 > u64::from(u32::MAX) {
                return Err(BuildError::TooLarge);
            }
        }

        let mut table = Table::new(self.max_descriptors);
        let mut add = |entry| table.add(entry).map_err(|_| BuildError::TooLarge);
        add(self.stdin.entry())?;
        add(self.stdout.entry())?;
        add(self.stderr.entry())?;
        for (dir, guest) in self.directories {
            if guest.contains('\0') {
                return Err(bad_string(guest.as_bytes()));
            }
            // The given directory may have been opened for path lookup only (cap-std does that); ours is also listed and synced.
            let dir = open_directory(&dir, Path::new(".")).map_err(|e| BuildError::Directory(guest.clone(), e))?;
            add(Entry {
                base: rights::DIRECTORY,
                inheriting: rights::ALL,
                preopened: Some(guest.into()),
                descriptor: Arc::new(Descriptor::Directory(Directory::new(dir))),
            })?;
        }
        for fd in self.sockets {
            let socket = Socket::new(fd, 0).map_err(|e| BuildError::Socket(e.into()))?;
            add(Entry {
                base: rights::SOCKET,
                inheriting: rights::SOCKET,
                preopened: None,
                descriptor: Arc::new(Descriptor::Socket(socket)),
            })?;
        }
        Ok(WasiCtx(Arc::new(Shared {
            args: self.args,
            env,
            clocks: self.clocks,
            random: Mutex::new(self.random),
            table: Mutex::new(table),
            max_file_size: self.max_file_size,
            stop: OnceLock::new(),
        })))
    }
}

impl WasiCtx {
    pub(crate) fn clocks(&self) -> &dyn Clocks {
        &*self.0.clocks
    }

    pub(crate) fn random(&self) -> MutexGuard<'_, Box<dyn Random>> {
        self.0.random.lock()
    }

    /// Never keep it over a host call.
    pub(crate) fn table(&self) -> MutexGuard<'_, Table> {
        self.0.table.lock()
    }

    /// Makes `stop` work. Fails if the host has no more descriptors.
    pub(crate) fn stoppable(&self) -> std::io::Result<()> {
        if self.0.stop.get().is_none() {
            let event = rustix::event::eventfd(0, rustix::event::EventfdFlags::CLOEXEC)?;
            // If another thread was faster, that one's counts.
            drop(self.0.stop.set(event));
        }
        Ok(())
    }

    /// Ends what waits in a call, of any thread, now and later, with `Intr`: reading streams and `poll_oneoff`.
    pub(crate) fn stop(&self) {
        if let Some(event) = self.0.stop.get() {
            // It cannot fail but by overflow, and then it is readable.
            let _ = rustix::io::write(event, &1u64.to_ne_bytes());
        }
    }

    /// What becomes readable when waiting is to end.
    pub(crate) fn stop_event(&self) -> Option<BorrowedFd<'_>> {
        self.0.stop.get().map(|event| event.as_fd())
    }

    /// Before a read that may block: waits for bytes, `Intr` if `stop` comes first.
    pub(crate) fn until_readable(&self, fd: BorrowedFd<'_>) -> Result<(), Errno> {
        let Some(stop) = self.stop_event() else { return Ok(()) };
        let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::IN), PollFd::from_borrowed_fd(stop, PollFlags::IN)];
        retry_on_intr(|| poll(&mut fds, None))?;
        if fds[1].revents().is_empty() { Ok(()) } else { Err(Errno::Intr) }
    }

    pub(crate) fn max_file_size(&self) -> u64 {
        self.0.max_file_size
    }

    /// `args_sizes_get`: number of arguments and bytes of all of them with their NULs (32 bits each).
    pub fn args_sizes_get(&self, memory: &mut dyn GuestMemory, count: u32, bytes: u32) -> Result<(), Errno> {
        strings_sizes(memory, &self.0.args, count, bytes)
    }

    /// `args_get`: pointers at `argv`, NUL-terminated strings from `argv_buf` on.
    pub fn args_get(&self, memory: &mut dyn GuestMemory, argv: u32, argv_buf: u32) -> Result<(), Errno> {
        strings_get(memory, &self.0.args, argv, argv_buf)
    }

    /// `environ_sizes_get`: number of `NAME=VALUE` strings and bytes of all of them with their NULs (32 bits each).
    pub fn environ_sizes_get(&self, memory: &mut dyn GuestMemory, count: u32, bytes: u32) -> Result<(), Errno> {
        strings_sizes(memory, &self.0.env, count, bytes)
    }

    /// `environ_get`: pointers at `environ`, NUL-terminated strings from `environ_buf` on.
    pub fn environ_get(&self, memory: &mut dyn GuestMemory, environ: u32, environ_buf: u32) -> Result<(), Errno> {
        strings_get(memory, &self.0.env, environ, environ_buf)
    }

    /// `proc_exit`: the program ends with `code`.
    pub fn proc_exit(&self, code: u32) -> Exit {
        Exit(code as i32)
    }

    /// `proc_raise`, after the actions in the witx list of signals: those that terminate end the program with 128 + signal
    /// (the shell's convention), those that are ignored succeed. `NotSup`: a signal that would stop the program, or `none`,
    /// which is reserved. `Inval`: no such signal.
    pub fn proc_raise(&self, signal: u32) -> Result<Result<(), Errno>, Exit> {
        match signal {
            // pipe, chld, cont (nothing is stopped), urg, winch
            13 | 16 | 17 | 22 | 27 => Ok(Ok(())),
            // none, stop, tstp, ttin, ttou
            0 | 18..=21 => Ok(Err(Errno::NotSup)),
            1..=30 => Err(Exit(128 + signal as i32)),
            _ => Ok(Err(Errno::Inval)),
        }
    }

    /// `sched_yield`.
    pub fn sched_yield(&self) -> Result<(), Errno> {
        std::thread::yield_now();
        Ok(())
    }
}

/// Opens a directory so that it can be listed and synced too.
fn open_directory(at: impl rustix::fd::AsFd, path: &Path) -> std::io::Result<Dir> {
    use rustix::fs::{Mode, OFlags};
    let fd = rustix::fs::openat(at, path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    Ok(Dir::from_std_file(fd.into()))
}

fn bad_string(bytes: &[u8]) -> BuildError {
    BuildError::BadString(String::from_utf8_lossy(bytes).into_owned())
}

fn strings_sizes(memory: &mut dyn GuestMemory, strings: &[Vec<u8>], count: u32, bytes: u32) -> Result<(), Errno> {
    check(memory, count, 4)?;
    check(memory, bytes, 4)?;
    write_u32(memory, count, strings.len() as u32)?;
    write_u32(memory, bytes, strings.iter().map(|s| s.len() as u32 + 1).sum())
}

fn strings_get(memory: &mut dyn GuestMemory, strings: &[Vec<u8>], pointers: u32, buffer: u32) -> Result<(), Errno> {
    check(memory, pointers, strings.len() as u64 * 4)?;
    check(memory, buffer, strings.iter().map(|s| s.len() as u64 + 1).sum())?;
    let mut ptr = buffer;
    for (i, string) in strings.iter().enumerate() {
        write_u32(memory, pointers + i as u32 * 4, ptr)?;
        memory.write(ptr, string)?;
        memory.write(ptr + string.len() as u32, &[0])?;
        // The last string may end where a 4 GiB memory does.
        ptr = ptr.wrapping_add(string.len() as u32 + 1);
    }
    Ok(())
}
