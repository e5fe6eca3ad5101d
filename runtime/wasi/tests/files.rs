//! What the calls on open files mean.

mod common;
use common::*;
use samite_wasi::types::{fdflags, fstflags, oflags, rights};
use samite_wasi::{Errno, InputBuffer, OutputBuffer, Stdin, Stdout, WasiCtxBuilder};

const SET: u64 = 0;
const CUR: u64 = 1;
const END: u64 = 2;

#[test]
fn write_seek_read() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let fd = g.open(DIR, "file", oflags::CREAT | oflags::EXCL).unwrap();
    assert_eq!(fd, 4);
    assert_eq!(g.write(fd, b"hello world"), Ok(11));
    assert_eq!(g.read(fd, 100), Ok(vec![]));
    assert_eq!(g.seek(fd, 6, SET), Ok(6));
    assert_eq!(g.read(fd, 100).unwrap(), b"world");
    assert_eq!(g.seek(fd, -5, END), Ok(6));
    assert_eq!(g.seek(fd, -2, CUR), Ok(4));
    g.call("fd_tell", &[fd.into(), RESULT.into()]).unwrap();
    assert_eq!(g.u64(RESULT), 4);
    assert_eq!(g.seek(fd, 100, END), Ok(111));
    assert_eq!(g.read(fd, 1), Ok(vec![]));
    assert_eq!(g.filestat(fd).unwrap()[4], 11);
}

#[test]
fn seek_errors() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let fd = g.open(DIR, "file", oflags::CREAT).unwrap();
    g.write(fd, b"x").unwrap();
    for (offset, whence) in
        [(-1, SET), (-2, CUR), (-2, END), (i64::MAX, CUR), (i64::MAX, END), (i64::MIN, SET), (i64::MIN, CUR), (i64::MIN, END)]
    {
        assert_eq!(g.seek(fd, offset, whence), err(Errno::Inval), "{offset} {whence}");
    }
    for whence in [3, 255, 256, u64::from(u32::MAX)] {
        assert_eq!(g.seek(fd, 0, whence), err(Errno::Inval));
    }
    assert_eq!(g.seek(fd, 0, CUR), Ok(1), "errors move nothing");
    for stream in 0..3 {
        assert_eq!(g.seek(stream, 0, SET), err(Errno::Spipe));
        assert_eq!(g.call("fd_tell", &[stream.into(), RESULT.into()]), err(Errno::Spipe));
        assert_eq!(g.pread(stream, 1, 0), err(Errno::Spipe));
        assert_eq!(g.pwrite(stream, b"x", 0), err(Errno::Spipe));
    }
    assert_eq!(g.seek(DIR, 0, SET), err(Errno::Badf));
}

#[test]
fn positioned_transfers_leave_the_offset() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let fd = g.open(DIR, "file", oflags::CREAT).unwrap();
    assert_eq!(g.pwrite(fd, b"0123456789", 0), Ok(10));
    assert_eq!(g.pread(fd, 4, 3).unwrap(), b"3456");
    assert_eq!(g.pwrite(fd, b"ab", 8), Ok(2));
    assert_eq!(g.pread(fd, 10, 7).unwrap(), b"7ab");
    assert_eq!(g.pread(fd, 10, 1000), Ok(vec![]));
    assert_eq!(g.seek(fd, 0, CUR), Ok(0));
    for offset in [u64::MAX, 1 << 63, i64::MAX as u64] {
        assert_eq!(g.pread(fd, 4, offset), err(Errno::Inval));
        assert_eq!(g.pwrite(fd, b"abcd", offset), err(Errno::Inval));
    }
}

#[test]
fn append() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let fd = g.open_full(DIR, 0, "file", oflags::CREAT, rights::FILE, 0, fdflags::APPEND).unwrap();
    g.write(fd, b"one ").unwrap();
    g.seek(fd, 0, SET).unwrap();
    g.write(fd, b"two").unwrap();
    assert_eq!(g.seek(fd, 0, CUR), Ok(7), "the offset follows the end");
    assert_eq!(g.pread(fd, 100, 0).unwrap(), b"one two");
    assert_eq!(g.pwrite(fd, b"ONE", 0), Ok(3), "pwrite writes where it is told");
    assert_eq!(g.pread(fd, 100, 0).unwrap(), b"ONE two");
    assert_eq!(g.fdstat(fd).unwrap()[1], fdflags::APPEND.into());

    g.call("fd_fdstat_set_flags", &[fd.into(), 0]).unwrap();
    g.seek(fd, 4, SET).unwrap();
    g.write(fd, b"TWO").unwrap();
    assert_eq!(g.pread(fd, 100, 0).unwrap(), b"ONE TWO");
    g.call("fd_fdstat_set_flags", &[fd.into(), fdflags::APPEND.into()]).unwrap();
    g.seek(fd, 0, SET).unwrap();
    g.write(fd, b"!").unwrap();
    assert_eq!(g.pread(fd, 100, 0).unwrap(), b"ONE TWO!");
}

#[test]
fn several_vectors() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let fd = g.open(DIR, "file", oflags::CREAT).unwrap();
    g.put(DATA, b"abcdefgh");
    let mut vectors = Vec::new();
    for (ptr, len) in [(DATA + 6, 2u32), (0, 0), (DATA, 3)] {
        vectors.extend(ptr.to_le_bytes());
        vectors.extend(len.to_le_bytes());
    }
    g.put(VECTORS, &vectors);
    g.call("fd_write", &[fd.into(), VECTORS.into(), 3, RESULT.into()]).unwrap();
    assert_eq!(g.pread(fd, 100, 0).unwrap(), b"ghabc");
    g.put(VECTORS, &vectors);
    g.put(DATA, &[b'-'; 10]);
    g.call("fd_pread", &[fd.into(), VECTORS.into(), 3, 1, RESULT.into()]).unwrap();
    assert_eq!(g.u32(RESULT), 4);
    assert_eq!(g.data(10), b"bc----ha--");
    // No vector, and none with bytes.
    for count in [0, 1] {
        g.put(VECTORS, &[0; 8]);
        g.call("fd_read", &[fd.into(), VECTORS.into(), count, RESULT.into()]).unwrap();
        assert_eq!(g.u32(RESULT), 0);
    }
}

#[test]
fn large_transfers() {
    let (temp, mut g) = Guest::in_temp_dir();
    let fd = g.open(DIR, "file", oflags::CREAT).unwrap();
    let bytes: Vec<u8> = (0..200_000u32).map(|i| (i * 7 + i / 256) as u8).collect();
    assert_eq!(g.write(fd, &bytes), Ok(200_000));
    assert_eq!(std::fs::read(temp.path().join("file")).unwrap(), bytes);
    g.put(DATA, &vec![0; 200_000]);
    assert!(g.pread(fd, 220_000, 0).unwrap() == bytes);
}

#[test]
fn a_bad_vector_takes_nothing() {
    let input = InputBuffer::new("abc");
    let mut g = Guest::new(WasiCtxBuilder::new().stdin(Stdin::Buffer(input)));
    let mut vectors = Vec::new();
    for (ptr, len) in [(DATA, 1u32), (u32::MAX, 1)] {
        vectors.extend(ptr.to_le_bytes());
        vectors.extend(len.to_le_bytes());
    }
    g.put(VECTORS, &vectors);
    assert_eq!(g.call("fd_read", &[0, VECTORS.into(), 2, RESULT.into()]), err(Errno::Fault));
    assert_eq!(g.call("fd_read", &[0, VECTORS.into(), 1, MEMORY as u64 - 3]), err(Errno::Fault));
    assert_eq!(g.read(0, 3).unwrap(), b"abc");
}

#[test]
fn rights_of_files() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let fd = g.open(DIR, "file", oflags::CREAT).unwrap();
    assert_eq!(g.fdstat(fd), Ok([4, 0, rights::FILE, 0]));
    g.close(fd);

    let reader = g.open_full(DIR, 0, "file", 0, rights::FD_READ, 0, 0).unwrap();
    assert_eq!(g.write(reader, b"x"), err(Errno::Badf));
    assert_eq!(g.seek(reader, 1, SET), err(Errno::NotCapable));
    assert_eq!(g.seek(reader, 0, CUR), err(Errno::NotCapable));
    assert_eq!(g.pread(reader, 1, 0), err(Errno::NotCapable));
    for (name, args) in [
        ("fd_sync", vec![]),
        ("fd_datasync", vec![]),
        ("fd_advise", vec![0, 0, 0]),
        ("fd_allocate", vec![0, 1]),
        ("fd_filestat_get", vec![DATA.into()]),
        ("fd_filestat_set_size", vec![0]),
        ("fd_filestat_set_times", vec![0, 0, 0]),
        ("fd_fdstat_set_flags", vec![0]),
    ] {
        let args: Vec<u64> = [u64::from(reader)].into_iter().chain(args).collect();
        assert_eq!(g.call(name, &args), err(Errno::NotCapable), "{name}");
    }

    // Telling needs one of two rights.
    let teller = g.open_full(DIR, 0, "file", 0, rights::FD_READ | rights::FD_TELL, 0, 0).unwrap();
    assert_eq!(g.seek(teller, 0, CUR), Ok(0));
    assert_eq!(g.seek(teller, 1, CUR), err(Errno::NotCapable));
    let seeker = g.open_full(DIR, 0, "file", 0, rights::FD_READ | rights::FD_SEEK, 0, 0).unwrap();
    g.call("fd_tell", &[seeker.into(), RESULT.into()]).unwrap();

    // Rights are only given up.
    let fd = g.open(DIR, "file", 0).unwrap();
    g.call("fd_fdstat_set_rights", &[fd.into(), rights::FD_READ, 0]).unwrap();
    assert_eq!(g.fdstat(fd).unwrap()[2], rights::FD_READ);
    assert_eq!(g.write(fd, b"x"), err(Errno::Badf));
    assert_eq!(g.call("fd_fdstat_set_rights", &[fd.into(), rights::FD_READ | rights::FD_WRITE, 0]), err(Errno::NotCapable));
    assert_eq!(g.call("fd_fdstat_set_rights", &[fd.into(), rights::FD_READ, rights::FD_READ]), err(Errno::NotCapable));
    assert_eq!(g.call("fd_fdstat_set_rights", &[99, 0, 0]), err(Errno::Badf));
}

#[test]
fn flags_of_descriptors() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let fd = g.open_full(DIR, 0, "file", oflags::CREAT, rights::FILE, 0, fdflags::SYNC | fdflags::APPEND).unwrap();
    assert_eq!(g.fdstat(fd).unwrap()[1], u64::from(fdflags::SYNC | fdflags::APPEND));
    // Synchronization stays as opened.
    assert_eq!(g.call("fd_fdstat_set_flags", &[fd.into(), 0]), err(Errno::Inval));
    assert_eq!(g.call("fd_fdstat_set_flags", &[fd.into(), (fdflags::SYNC | fdflags::DSYNC).into()]), err(Errno::Inval));
    g.call("fd_fdstat_set_flags", &[fd.into(), (fdflags::SYNC | fdflags::NONBLOCK).into()]).unwrap();
    assert_eq!(g.fdstat(fd).unwrap()[1], u64::from(fdflags::SYNC | fdflags::NONBLOCK));
    assert_eq!(g.call("fd_fdstat_set_flags", &[fd.into(), 32]), err(Errno::Inval));
    assert_eq!(g.call("fd_fdstat_set_flags", &[DIR.into(), 0]), err(Errno::Badf));
    g.call("fd_fdstat_set_flags", &[1, fdflags::NONBLOCK.into()]).unwrap();
    for flag in [fdflags::DSYNC, fdflags::RSYNC] {
        let fd = g.open_full(DIR, 0, "file", 0, rights::FILE, 0, flag).unwrap();
        assert_eq!(g.fdstat(fd).unwrap()[1], flag.into());
    }
}

#[test]
fn sizes() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let fd = g.open(DIR, "file", oflags::CREAT).unwrap();
    g.write(fd, b"abcdef").unwrap();
    g.call("fd_filestat_set_size", &[fd.into(), 3]).unwrap();
    g.call("fd_filestat_set_size", &[fd.into(), 5]).unwrap();
    assert_eq!(g.pread(fd, 10, 0).unwrap(), b"abc\0\0");
    assert_eq!(g.seek(fd, 0, CUR), Ok(6));
    assert_eq!(g.call("fd_filestat_set_size", &[fd.into(), u64::MAX]), err(Errno::Inval));
    g.call("fd_allocate", &[fd.into(), 90, 20]).unwrap();
    assert_eq!(g.filestat(fd).unwrap()[4], 110);
    g.call("fd_allocate", &[fd.into(), 10, 10]).unwrap();
    assert_eq!(g.filestat(fd).unwrap()[4], 110);
    assert_eq!(g.call("fd_allocate", &[fd.into(), 10, 0]), err(Errno::Inval));
    assert_eq!(g.call("fd_allocate", &[fd.into(), u64::MAX, 2]), err(Errno::Fbig));
    assert_eq!(g.call("fd_allocate", &[fd.into(), i64::MAX as u64, 1]), err(Errno::Fbig));
    for fd in [0, 1, DIR] {
        assert_eq!(g.call("fd_filestat_set_size", &[fd.into(), 0]), err(Errno::Badf));
        assert_eq!(g.call("fd_allocate", &[fd.into(), 0, 1]), err(Errno::Badf));
    }
    let reader = g.open_full(DIR, 0, "file", 0, rights::FD_READ | rights::FD_FILESTAT_SET_SIZE, 0, 0).unwrap();
    assert_eq!(g.call("fd_filestat_set_size", &[reader.into(), 0]), err(Errno::Inval), "not open for writing");
}

#[test]
fn the_limit_on_file_sizes() {
    let temp = tempfile::TempDir::new().unwrap();
    let mut g = Guest::new(WasiCtxBuilder::new().preopened_path(temp.path(), "/").unwrap().max_file_size(10));
    let fd = g.open(DIR, "file", oflags::CREAT).unwrap();
    assert_eq!(g.write(fd, b"12345678"), Ok(8));
    assert_eq!(g.write(fd, b"90ab"), Ok(2));
    assert_eq!(g.write(fd, b"c"), err(Errno::Fbig));
    assert_eq!(g.pwrite(fd, b"x", 10), err(Errno::Fbig));
    assert_eq!(g.pwrite(fd, b"xy", 9), Ok(1));
    assert_eq!(g.call("fd_filestat_set_size", &[fd.into(), 11]), err(Errno::Fbig));
    assert_eq!(g.call("fd_allocate", &[fd.into(), 5, 6]), err(Errno::Fbig));
    g.call("fd_fdstat_set_flags", &[fd.into(), fdflags::APPEND.into()]).unwrap();
    g.seek(fd, 0, SET).unwrap();
    assert_eq!(g.write(fd, b"x"), err(Errno::Fbig));
    assert_eq!(g.filestat(fd).unwrap()[4], 10);
}

#[test]
fn times() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let fd = g.open(DIR, "file", oflags::CREAT).unwrap();
    let (atim, mtim) = (1_234_567_890_123_456_789, 987_654_321);
    g.call("fd_filestat_set_times", &[fd.into(), atim, mtim, (fstflags::ATIM | fstflags::MTIM).into()]).unwrap();
    assert_eq!(g.filestat(fd).unwrap()[5..7], [atim, mtim]);
    g.call("fd_filestat_set_times", &[fd.into(), 5, 5, fstflags::MTIM.into()]).unwrap();
    assert_eq!(g.filestat(fd).unwrap()[5..7], [atim, 5]);
    g.call("fd_filestat_set_times", &[fd.into(), 0, 0, fstflags::ATIM_NOW.into()]).unwrap();
    let [now, mtim] = g.filestat(fd).unwrap()[5..7] else { unreachable!() };
    assert!(now > atim && mtim == 5);
    for both in [fstflags::ATIM | fstflags::ATIM_NOW, fstflags::MTIM | fstflags::MTIM_NOW, 16] {
        assert_eq!(g.call("fd_filestat_set_times", &[fd.into(), 1, 1, both.into()]), err(Errno::Inval));
    }
    g.call("fd_filestat_set_times", &[DIR.into(), atim, mtim, fstflags::MTIM.into()]).unwrap();
    assert_eq!(g.filestat(DIR).unwrap()[6], 5);
    assert_eq!(g.call("fd_filestat_set_times", &[0, 0, 0, 0]), err(Errno::Badf));
}

#[test]
fn advice_and_sync() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let fd = g.open(DIR, "file", oflags::CREAT).unwrap();
    for advice in 0..6 {
        g.call("fd_advise", &[fd.into(), 0, 0, advice]).unwrap();
        g.call("fd_advise", &[fd.into(), 10, 50, advice]).unwrap();
    }
    assert_eq!(g.call("fd_advise", &[fd.into(), 0, 0, 6]), err(Errno::Inval));
    assert_eq!(g.call("fd_advise", &[fd.into(), u64::MAX, 1, 0]), err(Errno::Inval));
    assert_eq!(g.call("fd_advise", &[DIR.into(), 0, 0, 0]), err(Errno::Badf));
    for fd in [fd, DIR] {
        g.call("fd_sync", &[fd.into()]).unwrap();
        g.call("fd_datasync", &[fd.into()]).unwrap();
    }
    assert_eq!(g.call("fd_sync", &[1]), err(Errno::Badf));
}

#[test]
fn directories_are_no_files() {
    let (_temp, mut g) = Guest::in_temp_dir();
    assert_eq!(g.read(DIR, 1), err(Errno::Badf));
    assert_eq!(g.write(DIR, b"x"), err(Errno::Badf));
    assert_eq!(g.pread(DIR, 1, 0), err(Errno::Badf));
    assert_eq!(g.pwrite(DIR, b"x", 0), err(Errno::Badf));
    assert_eq!(g.filestat(DIR).unwrap()[2], 3);
    assert_eq!(g.fdstat(DIR), Ok([3, 0, rights::DIRECTORY, rights::ALL]));
}

#[test]
fn renumber_and_close() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let one = g.open(DIR, "one", oflags::CREAT).unwrap();
    let two = g.open(DIR, "two", oflags::CREAT).unwrap();
    g.write(one, b"1").unwrap();
    g.call("fd_renumber", &[one.into(), two.into()]).unwrap();
    assert_eq!(g.pread(two, 10, 0).unwrap(), b"1");
    assert_eq!(g.call("fd_close", &[one.into()]), err(Errno::Badf));
    g.call("fd_renumber", &[two.into(), two.into()]).unwrap();
    for (from, to) in [(two, 99), (99, two), (one, one), (u32::MAX, two), (two, u32::MAX)] {
        assert_eq!(g.call("fd_renumber", &[from.into(), to.into()]), err(Errno::Badf));
    }
    // The lowest free number comes next; preopened directories can be closed and replaced.
    assert_eq!(g.open(DIR, "three", oflags::CREAT), Ok(one));
    g.call("fd_renumber", &[two.into(), DIR.into()]).unwrap();
    assert_eq!(g.call("fd_prestat_get", &[DIR.into(), DATA.into()]), err(Errno::Badf));
    assert_eq!(g.open(DIR, "x", 0), err(Errno::NotDir));
    g.close(DIR);
    assert_eq!(g.open(DIR, "x", 0), err(Errno::Badf));
}

#[test]
fn preopened_names() {
    let (_temp, mut g) = Guest::in_temp_dir();
    g.call("fd_prestat_get", &[DIR.into(), DATA.into()]).unwrap();
    assert_eq!((g.u32(DATA), g.u32(DATA + 4)), (0, 1));
    g.put(DATA, b"xx");
    g.call("fd_prestat_dir_name", &[DIR.into(), DATA.into(), 2]).unwrap();
    assert_eq!(g.data(2), b"/x");
    assert_eq!(g.call("fd_prestat_dir_name", &[DIR.into(), DATA.into(), 0]), err(Errno::NameTooLong));
    assert_eq!(g.call("fd_prestat_dir_name", &[DIR.into(), MEMORY as u64, 1]), err(Errno::Fault));
    let dir = g.open_dir(DIR, ".").unwrap();
    for fd in [0, 1, 2, dir] {
        assert_eq!(g.call("fd_prestat_get", &[fd.into(), DATA.into()]), err(Errno::Badf));
        assert_eq!(g.call("fd_prestat_dir_name", &[fd.into(), DATA.into(), 9]), err(Errno::NotDir));
    }
}

#[test]
fn standard_streams() {
    let (out, log) = (OutputBuffer::new(8), OutputBuffer::new(100));
    let builder = WasiCtxBuilder::new().stdin(Stdin::Buffer(InputBuffer::new("input")));
    let mut g = Guest::new(builder.stdout(Stdout::Buffer(out.clone())).stderr(Stdout::Buffer(log.clone())));
    assert_eq!(g.read(0, 3).unwrap(), b"inp");
    assert_eq!(g.read(0, 30).unwrap(), b"ut");
    assert_eq!(g.read(0, 30).unwrap(), b"");
    assert_eq!(g.write(0, b"x"), err(Errno::Badf));
    assert_eq!(g.read(1, 1), err(Errno::Badf));
    assert_eq!(g.write(1, b"hello "), Ok(6));
    assert_eq!(g.write(1, b"there"), Ok(2));
    assert_eq!(g.write(1, b"re"), err(Errno::NoSpc));
    assert_eq!(g.write(2, b"log"), Ok(3));
    assert_eq!((out.contents(), log.contents()), (b"hello th".to_vec(), b"log".to_vec()));
    for fd in 0..3 {
        let [file_type, flags, base, _] = g.fdstat(fd).unwrap();
        assert_eq!((file_type, flags, base & (rights::FD_SEEK | rights::FD_TELL)), (0, 0, 0));
        assert_eq!(g.filestat(fd), Ok([0; 8]));
    }

    let mut g = Guest::new(WasiCtxBuilder::new());
    assert_eq!(g.read(0, 3), Ok(vec![]));
    assert_eq!(g.write(1, b"lost"), Ok(4));
    g.close(1);
    assert_eq!(g.write(1, b"lost"), err(Errno::Badf));
}

#[test]
fn threads_share_descriptors() {
    let (temp, mut g) = Guest::in_temp_dir();
    let fd = g.open_full(DIR, 0, "file", oflags::CREAT, rights::FILE, 0, fdflags::APPEND).unwrap();
    std::thread::scope(|scope| {
        for i in 0..4u8 {
            let ctx = g.ctx.clone();
            scope.spawn(move || {
                let mut g = Guest { ctx, memory: vec![0; MEMORY], module: samite_wasi::PREVIEW1_MODULE };
                for _ in 0..100 {
                    g.write(fd, &[b'0' + i; 10]).unwrap();
                    let own = g.open(DIR, &format!("own{i}"), oflags::CREAT).unwrap();
                    g.close(own);
                }
            });
        }
    });
    let written = std::fs::read(temp.path().join("file")).unwrap();
    assert_eq!(written.len(), 4000);
    assert!(written.chunks(10).all(|c| c.iter().all(|b| *b == c[0])));
}
