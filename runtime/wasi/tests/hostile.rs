//! Every function with every kind of bad argument, over the table of imports.
//!
//! Arguments are drawn from values at the edges of integers, of memory and of what exists (descriptors, lengths, flags), one
//! and two at a time against a call that would work, and at random all together. Whatever happens, the call returns: an
//! error number that exists, or success. It must not panic (the test would fail), not exit unless asked to, not allocate
//! much (the peak of resident memory is compared), not touch anything outside the directory, and not block (the test would not end).
//!
//! Blocking by intent is excluded by the set-up, not by leaving calls out: on these clocks a wait of 584 years passes at
//! once, and a wait without limit (`poll_oneoff` on a socket that has nothing to say and no clock) is interrupted; standard
//! input is a buffer; sockets are non-blocking.

mod common;
use common::*;
use samite_wasi::types::{Clock, Errno, IOVEC, SUBSCRIPTION, oflags, rights};
use samite_wasi::{
    Clocks, Exit, GuestMemory, Import, InputBuffer, ManualClocks, OutputBuffer, Random, SeededRandom, Stdin, Stdout, ValType, WasiCtx,
};
use samite_wasi::{WasiCtxBuilder, imports};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// 64 KiB, so that the last page's end and much of 32 bits lie outside.
const SIZE: u32 = 0x1_0000;

const I32: [u64; 20] = [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    8,
    31,
    255,
    0x1000,
    0x2000,
    SIZE as u64 - 8,
    SIZE as u64 - 1,
    SIZE as u64,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_0000,
    0xffff_fff8,
    0xffff_ffff,
];

const I64: [u64; 12] = [
    0,
    1,
    2,
    100,
    rights::FD_READ | rights::FD_WRITE,
    rights::ALL,
    u32::MAX as u64,
    1 << 32,
    i64::MAX as u64,
    1 << 63,
    u64::MAX - 1,
    u64::MAX,
];

/// Paths that the guest may come across, at multiples of 32 from 0x1000 on.
const PATHS: [&[u8]; 16] = [
    b"file",
    b"dir",
    b"link",
    b"out",
    b"../secret",
    b"/etc/passwd",
    b"dir/../../x",
    b"",
    b"\0",
    b"\xff\xfe",
    b"new",
    b"file/",
    b"dir/",
    b".",
    b"..",
    b"out/secret",
];

/// Time that passes at once; where there is no limit, the wait is interrupted.
struct Hurried(ManualClocks);

impl Clocks for Hurried {
    fn resolution(&self, clock: Clock) -> Result<u64, Errno> {
        self.0.resolution(clock)
    }

    fn now(&self, clock: Clock) -> Result<u64, Errno> {
        self.0.now(clock)
    }

    fn wait(&self, timeout: Option<u64>, ready: &mut dyn FnMut(Option<u64>) -> Result<(), Errno>) -> Result<(), Errno> {
        match timeout {
            Some(_) => self.0.wait(timeout, ready),
            None => Err(Errno::Intr),
        }
    }
}

struct Scene {
    outer: TempDir,
    _peers: (UnixStream, UnixStream),
    ctx: WasiCtx,
    memory: Vec<u8>,
}

impl Scene {
    fn new() -> Scene {
        // In memory where that is possible: thousands of synchronizations to a disk take half a minute.
        let outer = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).unwrap();
        std::fs::write(outer.path().join("secret"), "secret").unwrap();
        let inner = outer.path().join("inner");
        std::fs::create_dir_all(inner.join("dir")).unwrap();
        std::fs::write(inner.join("file"), "contents").unwrap();
        std::os::unix::fs::symlink("file", inner.join("link")).unwrap();
        std::os::unix::fs::symlink("..", inner.join("out")).unwrap();

        let (stream, mut peer) = UnixStream::pair().unwrap();
        stream.set_nonblocking(true).unwrap();
        std::io::Write::write_all(&mut peer, &[7; 1000]).unwrap();
        let listener = UnixListener::bind(outer.path().join("socket")).unwrap();
        listener.set_nonblocking(true).unwrap();
        let waiting = UnixStream::connect(outer.path().join("socket")).unwrap();
        std::fs::remove_file(outer.path().join("socket")).unwrap();

        let ctx = WasiCtxBuilder::new()
            .args(["prog", "arg"])
            .env("NAME", "value")
            .stdin(Stdin::Buffer(InputBuffer::new(vec![5; 5000])))
            .stdout(Stdout::Buffer(OutputBuffer::new(10_000)))
            .preopened_path(&inner, "/")
            .unwrap()
            .preopened_socket(stream)
            .preopened_socket(listener)
            .clocks(Arc::new(Hurried(ManualClocks::new(1 << 60))))
            .random(SeededRandom(1))
            .max_descriptors(16)
            .max_file_size(1 << 20)
            .build()
            .unwrap();
        let mut scene = Scene { outer, _peers: (peer, waiting), ctx, memory: Vec::new() };
        scene.reset_memory();
        // Descriptor 6 is a file, 7 a directory.
        let mut g = Guest { ctx: scene.ctx.clone(), memory: vec![0; MEMORY], module: samite_wasi::PREVIEW1_MODULE };
        assert_eq!(g.open(DIR, "file", 0), Ok(6));
        assert_eq!(g.open_dir(DIR, "dir"), Ok(7));
        scene
    }

    /// Small numbers, vectors and paths where the arguments may point.
    fn reset_memory(&mut self) {
        self.memory = (0..SIZE).map(|i| if i % 4 == 0 { (i / 4 % 7) as u8 } else { 0 }).collect();
        for i in 0..64 {
            let (ptr, len) = [(0x3000, 16), (0, 0), (0x4000, 0x5000), (SIZE - 4, 4), (SIZE - 4, 8), (u32::MAX, u32::MAX)][i % 6];
            self.memory.write(0x2000 + i as u32 * 8, &IOVEC.encode([ptr.into(), len.into()])[..8]).unwrap();
        }
        // Two subscriptions: the file for reading, which has the same form in both previews, and a clock.
        let subscriptions = [SUBSCRIPTION.encode([2, 1, 6, 0, 0, 0]), SUBSCRIPTION.encode([1, 0, 1, 1000, 0, 0])];
        self.memory.write(0x3800, &[&subscriptions[0][..48], &subscriptions[1][..48], &[0; 64]].concat()).unwrap();
        for (i, path) in PATHS.iter().cycle().take(128).enumerate() {
            self.memory.write(0x1000 + i as u32 * 32, &[0; 32]).unwrap();
            self.memory.write(0x1000 + i as u32 * 32, path).unwrap();
        }
    }

    fn call(&mut self, import: &Import, args: &[u64]) -> u64 {
        match (import.call)(&self.ctx, &mut self.memory, args) {
            Ok(errno) => {
                assert!(errno <= Errno::NotCapable as u64, "{} {args:x?}: errno {errno}", import.name);
                errno
            }
            Err(Exit(_)) => {
                assert!(matches!(import.name, "proc_exit" | "proc_raise"), "{} {args:x?} ended the program", import.name);
                0
            }
        }
    }

    fn intact(&self) {
        assert_eq!(std::fs::read_to_string(self.outer.path().join("secret")).unwrap(), "secret");
        let mut names: Vec<_> = std::fs::read_dir(self.outer.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["inner", "secret"]);
    }
}

fn values(ty: ValType) -> &'static [u64] {
    match ty {
        ValType::I32 => &I32,
        ValType::I64 => &I64,
    }
}

/// Arguments that make the call work in the scene: the starting point for changes. Paths are at `PATHS`' places (0x1000 is
/// `file`, 0x1020 `dir`, 0x1040 `link`, 0x1140 `new`), one good vector at 0x2000, results at 0x3000 and after.
#[rustfmt::skip]
const WORKING: [(&str, &[u64]); 46] = [
    ("args_get", &[0x3000, 0x3100]),
    ("args_sizes_get", &[0x3000, 0x3100]),
    ("clock_res_get", &[1, 0x3000]),
    ("clock_time_get", &[1, 0, 0x3000]),
    ("environ_get", &[0x3000, 0x3100]),
    ("environ_sizes_get", &[0x3000, 0x3100]),
    ("fd_advise", &[6, 0, 1, 1]),
    ("fd_allocate", &[6, 0, 100]),
    ("fd_close", &[6]),
    ("fd_datasync", &[6]),
    ("fd_fdstat_get", &[6, 0x3000]),
    ("fd_fdstat_set_flags", &[6, 1]),
    ("fd_fdstat_set_rights", &[6, 2, 0]),
    ("fd_filestat_get", &[6, 0x3000]),
    ("fd_filestat_set_size", &[6, 100]),
    ("fd_filestat_set_times", &[6, 1, 1, 5]),
    ("fd_pread", &[6, 0x2000, 1, 2, 0x3100]),
    ("fd_prestat_dir_name", &[3, 0x3000, 1]),
    ("fd_prestat_get", &[3, 0x3000]),
    ("fd_pwrite", &[6, 0x2000, 1, 2, 0x3100]),
    ("fd_read", &[6, 0x2000, 1, 0x3100]),
    ("fd_readdir", &[7, 0x3000, 100, 0, 0x3100]),
    ("fd_renumber", &[6, 7]),
    ("fd_seek", &[6, 1, 1, 0x3000]),
    ("fd_sync", &[6]),
    ("fd_tell", &[6, 0x3000]),
    ("fd_write", &[6, 0x2000, 1, 0x3100]),
    ("path_create_directory", &[3, 0x1140, 3]),
    ("path_filestat_get", &[3, 1, 0x1040, 4, 0x3000]),
    ("path_filestat_set_times", &[3, 1, 0x1040, 4, 1, 1, 5]),
    ("path_link", &[3, 0, 0x1000, 4, 7, 0x1140, 3]),
    ("path_open", &[3, 1, 0x1140, 3, 1, rights::FILE, 0, 1, 0x3000]),
    ("path_readlink", &[3, 0x1040, 4, 0x3000, 100, 0x3100]),
    ("path_remove_directory", &[3, 0x1020, 3]),
    ("path_rename", &[3, 0x1000, 4, 7, 0x1140, 3]),
    ("path_symlink", &[0x1000, 4, 7, 0x1140, 3]),
    ("path_unlink_file", &[3, 0x1000, 4]),
    ("poll_oneoff", &[0x3800, 0x3900, 1, 0x3100]),
    ("proc_exit", &[0]),
    ("proc_raise", &[13]),
    ("random_get", &[0x3000, 100]),
    ("sched_yield", &[]),
    ("sock_accept", &[5, 4, 0x3000]),
    ("sock_recv", &[4, 0x2000, 1, 0, 0x3100, 0x3104]),
    ("sock_send", &[4, 0x2000, 1, 0, 0x3100]),
    ("sock_shutdown", &[4, 3]),
];

fn working(import: &Import) -> Vec<u64> {
    WORKING.iter().find(|(name, _)| *name == import.name).expect("a function without a row in WORKING").1.to_vec()
}

fn resident_peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn one_and_two_arguments_at_a_time() {
    let peak = resident_peak();
    for (module, import) in imports() {
        let base = working(&import);
        assert_eq!(Scene::new().call(&import, &base), 0, "{module} {}", import.name);
        for (i, a) in import.params.iter().enumerate() {
            let mut scene = Scene::new();
            for x in values(*a) {
                scene.reset_memory();
                let mut args = base.clone();
                args[i] = *x;
                scene.call(&import, &args);
                for (j, b) in import.params.iter().enumerate().skip(i + 1) {
                    for y in values(*b) {
                        args[j] = *y;
                        scene.call(&import, &args);
                    }
                    args[j] = base[j];
                }
            }
            scene.intact();
        }
    }
    let grown = resident_peak() - peak;
    assert!(grown < 32 << 20, "resident memory grew by {grown} bytes");
}

#[test]
fn all_arguments_at_random() {
    let peak = resident_peak();
    let mut random = SeededRandom(0x5a17e);
    let mut next = move |below: usize| {
        let mut bytes = [0; 8];
        random.fill(&mut bytes).unwrap();
        (u64::from_le_bytes(bytes) % below as u64) as usize
    };
    let all: Vec<Import> = imports().map(|(_, import)| import).collect();
    for _ in 0..40 {
        let mut scene = Scene::new();
        for round in 0..1000 {
            let import = all[next(all.len())];
            let mut args = working(&import);
            for (i, ty) in import.params.iter().enumerate() {
                match next(4) {
                    0 => {}
                    1 if *ty == ValType::I32 => args[i] = 0x1000 + 32 * next(64) as u64,
                    2 if *ty == ValType::I32 => args[i] = next(20) as u64,
                    _ => args[i] = values(*ty)[next(values(*ty).len())],
                }
            }
            scene.call(&import, &args);
            if round % 50 == 0 {
                scene.reset_memory();
            }
        }
        scene.intact();
    }
    let grown = resident_peak() - peak;
    assert!(grown < 32 << 20, "resident memory grew by {grown} bytes");
}

/// A memory of 4 GiB that is zero, takes every write and keeps the first page only: lengths near 32 bits are then in bounds.
struct Vast {
    page: Vec<u8>,
}

impl GuestMemory for Vast {
    fn size(&self) -> u64 {
        1 << 32
    }

    fn read(&self, ptr: u32, buf: &mut [u8]) -> Result<(), Errno> {
        assert!(u64::from(ptr) + buf.len() as u64 <= 1 << 32);
        for (i, byte) in buf.iter_mut().enumerate() {
            *byte = self.page.get(ptr as usize + i).copied().unwrap_or(0);
        }
        Ok(())
    }

    fn write(&mut self, ptr: u32, bytes: &[u8]) -> Result<(), Errno> {
        assert!(u64::from(ptr) + bytes.len() as u64 <= 1 << 32);
        if let Some(page) = self.page.get_mut(ptr as usize..ptr as usize + bytes.len()) {
            page.copy_from_slice(bytes);
        }
        Ok(())
    }
}

#[test]
fn lengths_near_four_gigabytes() {
    let peak = resident_peak();
    let scene = Scene::new();
    let ctx = &scene.ctx;
    let most = u32::MAX;
    let mut vast = Vast { page: vec![0; 0x1_0000] };
    let m = &mut vast;
    m.write(0x8000, &IOVEC.encode([1, most.into()])[..8]).unwrap();
    m.write(0x8100, b"link").unwrap();

    assert_eq!(ctx.fd_read(m, 0, 0x8000, 1, 0), Ok(()), "all of the input");
    assert_eq!(m.page[..4], 5000u32.to_le_bytes());
    assert_eq!(ctx.fd_read(m, 6, 0x8000, 1, 0), Ok(()));
    assert_eq!(ctx.fd_pread(m, 6, 0x8000, 1, 0, 0), Ok(()));
    assert_eq!(ctx.sock_recv(m, 4, 0x8000, 1, 0, 0, 8), Ok(()));
    assert_eq!(ctx.fd_write(m, 1, 0x8000, 1, 0), Ok(()), "up to the buffer's limit");
    assert_eq!(m.page[..4], 10_000u32.to_le_bytes());
    assert_eq!(ctx.fd_pwrite(m, 6, 0x8000, 1, 0, 0), Ok(()), "up to the limit on files");
    assert_eq!(m.page[..4], (1u32 << 20).to_le_bytes());
    for count in [1025, 1 << 29, most] {
        assert_eq!(ctx.fd_read(m, 0, 0, count, 0), Err(Errno::Inval));
    }
    assert_eq!(ctx.fd_prestat_dir_name(m, 3, 1, most), Ok(()));
    assert_eq!(ctx.fd_readdir(m, 3, 1, most, 0, 0), Ok(()));
    assert_eq!(ctx.path_readlink(m, 3, 0x8100, 4, 1, most, 0), Ok(()));
    assert_eq!(m.page[..4], 4u32.to_le_bytes());
    assert_eq!(ctx.path_unlink_file(m, 3, 1, most), Err(Errno::NameTooLong));
    assert_eq!(ctx.poll_oneoff(m, 0, 0, 1 << 26, 0), Err(Errno::Inval));
    // Buffers that end with the memory.
    assert_eq!(ctx.args_get(m, most - 7, most - 8), Ok(()));
    assert_eq!(ctx.args_get(m, most - 7, most - 7), Err(Errno::Fault));
    m.write(0x8000, &IOVEC.encode([u64::from(most) - 9, 10])[..8]).unwrap();
    assert_eq!(ctx.fd_pread(m, 6, 0x8000, 1, 0, 0), Ok(()));
    assert_eq!(ctx.fd_readdir(m, 3, most - 9, 10, 0, 0), Ok(()));
    assert_eq!(ctx.random_get(m, most - 99, 100), Ok(()));
    let grown = resident_peak() - peak;
    assert!(grown < 16 << 20, "resident memory grew by {grown} bytes");
}

/// What exists is found, what is damaged is not: the scene itself is sound.
#[test]
fn the_scene_works() {
    let scene = Scene::new();
    let mut memory = vec![0; MEMORY];
    assert_eq!(scene.ctx.fd_fdstat_get(&mut memory, 7, 0), Ok(()));
    assert_eq!(scene.ctx.sock_accept(&mut memory, 5, 0, 0), Ok(()));
    let mut g = Guest { ctx: scene.ctx.clone(), memory, module: samite_wasi::PREVIEW1_MODULE };
    assert_eq!(g.open_read(DIR, "out/secret"), err(Errno::Perm));
    assert_eq!(g.read(6, 100).unwrap(), b"contents");
    assert!(g.open(DIR, "new", oflags::CREAT).is_ok());
    assert!(Path::new(&scene.outer.path().join("inner/new")).exists());
    scene.intact();
}
