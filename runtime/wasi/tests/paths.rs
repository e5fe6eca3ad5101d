//! What the calls that name files by path mean. The trailing-slash and link cases follow the programs of wasi-testsuite and
//! of wasmtime's preview 1 tests.

mod common;
use common::*;
use samite_wasi::types::{FileType, fdflags, fstflags, oflags, rights};
use samite_wasi::{Errno, WasiCtxBuilder};

const CREAT: u16 = oflags::CREAT;

#[test]
fn open_flags() {
    let (_temp, mut g) = Guest::in_temp_dir();
    assert_eq!(g.open(DIR, "file", 0), err(Errno::NoEnt));
    let fd = g.open(DIR, "file", CREAT | oflags::EXCL).unwrap();
    g.write(fd, b"contents").unwrap();
    assert_eq!(g.open(DIR, "file", CREAT | oflags::EXCL), err(Errno::Exist));
    assert_eq!(g.open(DIR, "file", oflags::EXCL), Ok(5));
    let fd = g.open(DIR, "file", CREAT).unwrap();
    assert_eq!(g.read(fd, 100).unwrap(), b"contents");
    let fd = g.open(DIR, "file", oflags::TRUNC).unwrap();
    assert_eq!(g.filestat(fd).unwrap()[4], 0);
    // Without any right, creating and truncating still work; reading and writing do not.
    let fd = g.open_full(DIR, 0, "other", CREAT, 0, 0, 0).unwrap();
    assert_eq!(g.write(fd, b"x"), err(Errno::Badf));
    g.open_full(DIR, 0, "file", oflags::TRUNC, 0, 0, 0).unwrap();
    assert_eq!(g.open(DIR, "file", oflags::DIRECTORY), err(Errno::NotDir));
    for both in [CREAT, oflags::EXCL, oflags::TRUNC] {
        assert_eq!(g.open(DIR, "file", oflags::DIRECTORY | both), err(Errno::Inval));
    }
    assert_eq!(g.open(DIR, "file", 16), err(Errno::Inval));
    assert_eq!(g.open_full(DIR, 2, "file", 0, 0, 0, 0), err(Errno::Inval));
    assert_eq!(g.open_full(DIR, 0, "file", 0, 0, 0, 32), err(Errno::Inval));
    assert_eq!(g.open(fd, "x", 0), err(Errno::NotDir));
    assert_eq!(g.open(0, "x", 0), err(Errno::NotDir));
    assert_eq!(g.open(99, "x", 0), err(Errno::Badf));
}

#[test]
fn append_with_truncation() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let fd = g.open(DIR, "file", CREAT).unwrap();
    g.write(fd, b"old").unwrap();
    let fd = g.open_full(DIR, 0, "file", CREAT | oflags::TRUNC, rights::FILE, 0, fdflags::APPEND).unwrap();
    g.write(fd, b"new").unwrap();
    assert_eq!(g.pread(fd, 10, 0).unwrap(), b"new");
}

#[test]
fn opening_directories() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let [_, _, base, inheriting] = g.fdstat(DIR).unwrap();
    let same = g.open_full(DIR, 0, ".", 0, base, inheriting, 0).unwrap();
    assert_eq!(g.fdstat(same), Ok([3, 0, base, inheriting]));
    let bare = g.open_full(DIR, 0, ".", 0, 0, 0, 0).unwrap();
    assert_eq!(g.fdstat(bare), Ok([3, 0, 0, 0]));
    g.open_full(DIR, 0, ".", oflags::DIRECTORY, 0, 0, 0).unwrap();
    let reader = g.open_full(DIR, 0, ".", oflags::DIRECTORY, rights::FD_READ | rights::FD_READDIR, 0, 0).unwrap();
    assert_eq!(g.fdstat(reader).unwrap()[2], rights::FD_READDIR, "what does not apply is dropped");
    for flags in [0, oflags::DIRECTORY] {
        assert_eq!(g.open_full(DIR, 0, ".", flags, rights::FD_READ | rights::FD_WRITE, 0, 0), err(Errno::IsDir));
    }
    assert_eq!(g.open(DIR, ".", CREAT), err(Errno::IsDir));
    // With all bits, as some libraries ask: those that are no rights are ignored.
    let all = g.open_full(DIR, 0, ".", oflags::DIRECTORY, !rights::FD_WRITE, u64::MAX, 0).unwrap();
    assert_eq!(g.fdstat(all), Ok([3, 0, rights::DIRECTORY, rights::ALL]));
}

#[test]
fn rights_of_directories() {
    let (_temp, mut g) = Guest::in_temp_dir();
    g.at("path_create_directory", DIR, "d").unwrap();
    // Everything is refused without rights.
    let bare = g.open_full(DIR, 0, "d", oflags::DIRECTORY, 0, rights::ALL, 0).unwrap();
    assert_eq!(g.open(bare, "x", 0), err(Errno::NotCapable));
    for name in ["path_create_directory", "path_remove_directory", "path_unlink_file"] {
        assert_eq!(g.at(name, bare, "x"), err(Errno::NotCapable), "{name}");
    }
    assert_eq!(g.filestat_at(bare, 0, "x"), err(Errno::NotCapable));
    assert_eq!(g.call("path_filestat_set_times", &[bare.into(), 0, PATH.into(), 1, 0, 0, 0]), err(Errno::NotCapable));
    assert_eq!(g.readlink(bare, "x", 9), err(Errno::NotCapable));
    assert_eq!(g.symlink("x", bare, "y"), err(Errno::NotCapable));
    assert_eq!(g.link(bare, "x", DIR, "y"), err(Errno::NotCapable));
    assert_eq!(g.link(DIR, "x", bare, "y"), err(Errno::NotCapable));
    assert_eq!(g.rename(bare, "x", DIR, "y"), err(Errno::NotCapable));
    assert_eq!(g.rename(DIR, "x", bare, "y"), err(Errno::NotCapable));
    assert_eq!(g.readdir(bare, 100, 0), err(Errno::NotCapable));

    // Creating and truncating are rights of the directory.
    let opener = g.open_full(DIR, 0, "d", oflags::DIRECTORY, rights::PATH_OPEN, rights::ALL, 0).unwrap();
    assert_eq!(g.open(opener, "x", CREAT), err(Errno::NotCapable));
    assert_eq!(g.open(opener, "x", oflags::TRUNC), err(Errno::NotCapable));
    assert_eq!(g.open(opener, "x", 0), err(Errno::NoEnt));

    // Nothing is handed down that is not inheriting; that holds for synchronization flags too.
    let base = rights::PATH_OPEN | rights::PATH_CREATE_FILE;
    let narrow = g.open_full(DIR, 0, "d", oflags::DIRECTORY, base, rights::FD_READ, 0).unwrap();
    let created = g.open_full(narrow, 0, "x", CREAT, rights::FD_READ, 0, 0).unwrap();
    assert_eq!(g.fdstat(created).unwrap()[2], rights::FD_READ);
    assert_eq!(g.open_full(narrow, 0, "x", 0, rights::FD_READ | rights::FD_WRITE, 0, 0), err(Errno::NotCapable));
    assert_eq!(g.open_full(narrow, 0, "x", 0, rights::FD_READ, rights::FD_SYNC, 0), err(Errno::NotCapable));
    for flag in [fdflags::SYNC, fdflags::DSYNC, fdflags::RSYNC] {
        assert_eq!(g.open_full(narrow, 0, "x", 0, rights::FD_READ, 0, flag), err(Errno::NotCapable));
    }
}

#[test]
fn interesting_paths() {
    let (_temp, mut g) = Guest::in_temp_dir();
    g.at("path_create_directory", DIR, "dir").unwrap();
    g.at("path_create_directory", DIR, "dir/nested/").unwrap();
    g.open(DIR, "dir/nested/file", CREAT).unwrap();
    g.open(DIR, "dir/.//nested/../../dir/nested/../nested///./file", 0).unwrap();
    assert_eq!(g.open(DIR, "/dir/nested/file", 0), err(Errno::Perm));
    assert_eq!(g.open(DIR, "dir/nested/file\0", 0), err(Errno::Inval));
    assert_eq!(g.open(DIR, "dir\0/nested/file", 0), err(Errno::Inval));
    assert_eq!(g.open(DIR, "dir/nested/file/", 0), err(Errno::NotDir));
    assert_eq!(g.open(DIR, "dir/nested/file///", 0), err(Errno::NotDir));
    assert_eq!(g.open(DIR, "dir/nested/new/", CREAT), err(Errno::IsDir));
    g.open_dir(DIR, "dir/nested/").unwrap();
    g.open_dir(DIR, "dir/nested///").unwrap();
    assert_eq!(g.open_dir(DIR, "dir/nested/../../../x"), err(Errno::Perm));
    assert_eq!(g.open(DIR, "dir/file/x", 0), err(Errno::NoEnt));
    assert_eq!(g.open(DIR, "dir/nested/file/x", 0), err(Errno::NotDir));
}

/// Every call with a path, given a bad one.
#[test]
fn bad_paths() {
    let (temp, mut g) = Guest::in_temp_dir();
    std::fs::write(temp.path().join("good"), "").unwrap();
    let long = "x/".repeat(2048);
    let name = "n".repeat(256);
    let cases: [(&[u8], Errno); 10] = [
        (b"", Errno::NoEnt),
        (b"\0", Errno::Inval),
        (b"a\0b", Errno::Inval),
        (b"\xff", Errno::Ilseq),
        (b"a/\xc0\xaf", Errno::Ilseq),
        (b"/", Errno::Perm),
        (b"/etc/passwd", Errno::Perm),
        (b"../x", Errno::Perm),
        (long.as_bytes(), Errno::NameTooLong),
        (name.as_bytes(), Errno::NameTooLong),
    ];
    for (path, errno) in cases {
        g.put(PATH, path);
        g.put(PATH2, b"good");
        let (p, n) = (u64::from(PATH), path.len() as u64);
        let (good, good_n) = (u64::from(PATH2), 4);
        let (d, r, out) = (u64::from(DIR), u64::from(RESULT), u64::from(DATA));
        for (call, args) in [
            ("path_open", vec![d, 0, p, n, 0, 0, 0, 0, r]),
            ("path_create_directory", vec![d, p, n]),
            ("path_remove_directory", vec![d, p, n]),
            ("path_unlink_file", vec![d, p, n]),
            ("path_filestat_get", vec![d, 0, p, n, out]),
            ("path_filestat_get", vec![d, 1, p, n, out]),
            ("path_filestat_set_times", vec![d, 0, p, n, 0, 0, 1]),
            ("path_filestat_set_times", vec![d, 1, p, n, 0, 0, 1]),
            ("path_readlink", vec![d, p, n, out, 9, r]),
            ("path_link", vec![d, 0, p, n, d, good, good_n]),
            ("path_link", vec![d, 0, good, good_n, d, p, n]),
            ("path_rename", vec![d, p, n, d, good, good_n]),
            ("path_rename", vec![d, good, good_n, d, p, n]),
            ("path_symlink", vec![good, good_n, d, p, n]),
        ] {
            assert_eq!(g.call(call, &args), err(errno), "{call} {:?}", String::from_utf8_lossy(path));
        }
        // What a link contains may lead anywhere as long as it is relative.
        let contents = g.call("path_symlink", &[p, n, d, good, good_n]);
        assert!(contents.is_err());
    }
    assert!(temp.path().join("good").is_file());
}

#[test]
fn attributes() {
    let (temp, mut g) = Guest::in_temp_dir();
    let fd = g.open(DIR, "file", CREAT).unwrap();
    g.write(fd, b"12345").unwrap();
    g.symlink("file", DIR, "link").unwrap();
    g.link(DIR, "file", DIR, "hard").unwrap();
    let by_fd = g.filestat(fd).unwrap();
    assert_eq!(g.filestat_at(DIR, 0, "file"), Ok(by_fd));
    assert_eq!(g.filestat_at(DIR, FOLLOW, "link"), Ok(by_fd));
    assert_eq!(g.filestat_at(DIR, 0, "hard"), Ok(by_fd));
    assert_eq!((by_fd[2], by_fd[3], by_fd[4]), (FileType::RegularFile as u64, 2, 5));
    let link = g.filestat_at(DIR, 0, "link").unwrap();
    assert_eq!((link[2], link[4]), (FileType::SymbolicLink as u64, 4));
    assert_eq!(g.filestat_at(DIR, 0, ".").unwrap(), g.filestat(DIR).unwrap());
    use std::os::unix::fs::MetadataExt;
    let host = temp.path().join("file").metadata().unwrap();
    assert_eq!(by_fd[0], host.dev());
    assert_eq!(by_fd[1], host.ino());
    assert_eq!(by_fd[6], host.mtime() as u64 * 1_000_000_000 + host.mtime_nsec() as u64);
    assert_eq!(g.filestat_at(DIR, 2, "file"), err(Errno::Inval));
    for file in ["file/", "file/.", "link/", "link/."] {
        assert_eq!(g.filestat_at(DIR, 0, file), err(Errno::NotDir), "{file}");
    }
    g.symlink(".", DIR, "self").unwrap();
    assert_eq!(g.filestat_at(DIR, 0, "self/").unwrap()[..4], g.filestat(DIR).unwrap()[..4]);
    assert_eq!(g.filestat_at(fd, 0, "file"), err(Errno::NotDir));
}

#[test]
fn times_by_path() {
    let (_temp, mut g) = Guest::in_temp_dir();
    g.open(DIR, "file", CREAT).unwrap();
    g.at("path_create_directory", DIR, "dir").unwrap();
    g.symlink("file", DIR, "link").unwrap();
    let set = |g: &mut Guest, lookup: u64, path: &str, atim: u64, mtim: u64, flags: u16| {
        let [p, n] = g.path(path);
        g.call("path_filestat_set_times", &[DIR.into(), lookup, p, n, atim, mtim, flags.into()])
    };
    let both = fstflags::ATIM | fstflags::MTIM;
    set(&mut g, 0, "file", 1_000_000_001, 2_000_000_002, both).unwrap();
    assert_eq!(g.filestat_at(DIR, 0, "file").unwrap()[5..7], [1_000_000_001, 2_000_000_002]);
    set(&mut g, FOLLOW, "dir", 3, 4, both).unwrap();
    assert_eq!(g.filestat_at(DIR, 0, "dir").unwrap()[5..7], [3, 4]);
    // The link or what it names.
    set(&mut g, 0, "link", 7, 8, both).unwrap();
    assert_eq!(g.filestat_at(DIR, 0, "link").unwrap()[5..7], [7, 8]);
    set(&mut g, FOLLOW, "link", 0, 9, fstflags::MTIM).unwrap();
    assert_eq!(g.filestat_at(DIR, 0, "file").unwrap()[5..7], [1_000_000_001, 9]);
    set(&mut g, FOLLOW, "link", 0, 0, fstflags::MTIM_NOW).unwrap();
    assert!(g.filestat_at(DIR, 0, "file").unwrap()[6] > 1_600_000_000_000_000_000);
    set(&mut g, 0, "link", 0, 0, fstflags::ATIM_NOW).unwrap();
    assert_eq!(g.filestat_at(DIR, 0, "link").unwrap()[6], 8);
    for lookup in [0, FOLLOW] {
        assert_eq!(set(&mut g, lookup, "file", 0, 0, fstflags::MTIM | fstflags::MTIM_NOW), err(Errno::Inval));
        assert_eq!(set(&mut g, lookup, "none", 0, 0, fstflags::MTIM), err(Errno::NoEnt));
    }
    assert_eq!(set(&mut g, 2, "file", 0, 0, 0), err(Errno::Inval));
    assert_eq!(set(&mut g, 0, "file", 0, 0, 16), err(Errno::Inval));
}

#[test]
fn hard_links() {
    let (_temp, mut g) = Guest::in_temp_dir();
    g.open(DIR, "file", CREAT).unwrap();
    g.at("path_create_directory", DIR, "sub").unwrap();
    let sub = g.open_dir(DIR, "sub").unwrap();
    g.link(DIR, "file", sub, "link").unwrap();
    assert_eq!(g.filestat_at(sub, 0, "link"), g.filestat_at(DIR, 0, "file"));
    for existing in ["file", "sub"] {
        assert_eq!(g.link(DIR, "file", DIR, existing), err(Errno::Exist));
    }
    assert_eq!(g.link(DIR, "sub", DIR, "new"), err(Errno::Perm));
    assert_eq!(g.link(DIR, "file", DIR, "new/"), err(Errno::NoEnt));
    assert_eq!(g.link(DIR, "none", DIR, "new"), err(Errno::NoEnt));
    // The link itself is linked, dangling or circular; following is refused.
    for contents in ["none", "symlink"] {
        g.symlink(contents, DIR, "symlink").unwrap();
        g.link(DIR, "symlink", DIR, "copy").unwrap();
        assert_eq!(g.readlink(DIR, "copy", 100).unwrap(), contents);
        assert_eq!(g.link(DIR, "file", DIR, "symlink"), err(Errno::Exist));
        let ([p, n], [q, m]) = (g.path("symlink"), g.path2("new"));
        assert_eq!(g.call("path_link", &[DIR.into(), FOLLOW, p, n, DIR.into(), q, m]), err(Errno::Inval));
        g.at("path_unlink_file", DIR, "symlink").unwrap();
        g.at("path_unlink_file", DIR, "copy").unwrap();
    }
}

#[test]
fn renaming() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let dir = |g: &mut Guest, p: &str| g.at("path_create_directory", DIR, p).unwrap();
    dir(&mut g, "source");
    g.rename(DIR, "source", DIR, "target").unwrap();
    assert_eq!(g.open_dir(DIR, "source"), err(Errno::NoEnt));
    dir(&mut g, "source");
    g.rename(DIR, "source", DIR, "target").unwrap();
    dir(&mut g, "source");
    g.open(DIR, "target/file", CREAT).unwrap();
    assert_eq!(g.rename(DIR, "source", DIR, "target"), err(Errno::NotEmpty));
    assert_eq!(g.rename(DIR, "source", DIR, "target/file"), err(Errno::NotDir));
    assert_eq!(g.rename(DIR, "target/file", DIR, "source"), err(Errno::IsDir));
    g.rename(DIR, "target/file", DIR, "file").unwrap();
    // Trailing slashes: fine with directories, not with files.
    g.rename(DIR, "source/", DIR, "moved/").unwrap();
    assert_eq!(g.rename(DIR, "file/", DIR, "other"), err(Errno::NotDir));
    assert_eq!(g.rename(DIR, "file", DIR, "other/"), err(Errno::NotDir));
    assert_eq!(g.rename(DIR, "none", DIR, "other/"), err(Errno::NoEnt));
    g.open(DIR, "other", CREAT).unwrap();
    g.rename(DIR, "file", DIR, "other").unwrap();
    assert_eq!(g.rename(DIR, "file", DIR, "other"), err(Errno::NoEnt));
    assert_eq!(g.rename(DIR, "moved", DIR, "moved/inside"), err(Errno::Inval));
    let moved = g.open_dir(DIR, "moved").unwrap();
    g.rename(DIR, "other", moved, "here").unwrap();
    g.rename(moved, "here", DIR, "back").unwrap();
    assert_eq!(g.rename(DIR, "back", 0, "x"), err(Errno::NotDir));
}

#[test]
fn removing() {
    let (_temp, mut g) = Guest::in_temp_dir();
    g.at("path_create_directory", DIR, "dir").unwrap();
    g.open(DIR, "dir/file", CREAT).unwrap();
    assert_eq!(g.at("path_create_directory", DIR, "dir"), err(Errno::Exist));
    assert_eq!(g.at("path_create_directory", DIR, "dir/file"), err(Errno::Exist));
    assert_eq!(g.at("path_create_directory", DIR, "none/dir"), err(Errno::NoEnt));
    assert_eq!(g.at("path_remove_directory", DIR, "dir"), err(Errno::NotEmpty));
    assert_eq!(g.at("path_remove_directory", DIR, "dir/file"), err(Errno::NotDir));
    assert_eq!(g.at("path_remove_directory", DIR, "dir/file/"), err(Errno::NotDir));
    for dir in ["dir", "dir/"] {
        assert_eq!(g.at("path_unlink_file", DIR, dir), err(Errno::IsDir));
    }
    assert_eq!(g.at("path_unlink_file", DIR, "dir/file/"), err(Errno::NotDir));
    assert_eq!(g.at("path_unlink_file", DIR, "dir/none"), err(Errno::NoEnt));
    g.symlink("file", DIR, "dir/link").unwrap();
    g.at("path_unlink_file", DIR, "dir/link").unwrap();
    g.at("path_unlink_file", DIR, "dir/file").unwrap();
    g.at("path_remove_directory", DIR, "dir/").unwrap();
    // An open file outlives its name.
    let fd = g.open(DIR, "file", CREAT).unwrap();
    g.at("path_unlink_file", DIR, "file").unwrap();
    assert_eq!(g.write(fd, b"x"), Ok(1));
}

#[test]
fn symbolic_links() {
    let (temp, mut g) = Guest::in_temp_dir();
    g.open(DIR, "file", CREAT).unwrap();
    g.at("path_create_directory", DIR, "dir").unwrap();
    g.symlink("file", DIR, "link").unwrap();
    g.symlink("dir", DIR, "dirlink").unwrap();
    assert_eq!(g.readlink(DIR, "link", 100).unwrap(), "file");
    assert_eq!(g.readlink(DIR, "link", 2).unwrap(), "fi");
    assert_eq!(g.readlink(DIR, "link", 0).unwrap(), "");
    assert_eq!(g.readlink(DIR, "file", 100), err(Errno::Inval));
    assert_eq!(g.readlink(DIR, "none", 100), err(Errno::NoEnt));
    std::os::unix::fs::symlink("/etc/passwd", temp.path().join("absolute")).unwrap();
    assert_eq!(g.readlink(DIR, "absolute", 100), err(Errno::Perm));

    assert_eq!(g.open(DIR, "link", 0), err(Errno::Loop));
    assert_eq!(g.open(DIR, "dirlink", oflags::DIRECTORY), err(Errno::NotDir));
    assert_eq!(g.open_full(DIR, FOLLOW, "link", oflags::DIRECTORY, 0, 0, 0), err(Errno::NotDir));
    g.open_read(DIR, "link").unwrap();
    g.open_dir(DIR, "dirlink").unwrap();
    assert_eq!(g.open(DIR, "link", CREAT | oflags::EXCL), err(Errno::Exist));
    // In the middle of a path links are always followed.
    g.open(DIR, "dirlink/new", CREAT).unwrap();
    assert!(temp.path().join("dir/new").exists());

    g.symlink("loop", DIR, "loop").unwrap();
    assert_eq!(g.open_read(DIR, "loop"), err(Errno::Loop));
    assert_eq!(g.filestat_at(DIR, FOLLOW, "loop"), err(Errno::Loop));
    g.symlink("none", DIR, "dangling").unwrap();
    assert_eq!(g.open_read(DIR, "dangling"), err(Errno::NoEnt));
    g.open_full(DIR, FOLLOW, "dangling", CREAT, 0, 0, 0).unwrap();
    assert!(temp.path().join("none").exists());

    assert_eq!(g.symlink("x", DIR, "dir"), err(Errno::Exist));
    assert_eq!(g.symlink("x", DIR, "dir/"), err(Errno::Exist));
    assert_eq!(g.symlink("x", DIR, "file"), err(Errno::Exist));
    assert_eq!(g.symlink("x", DIR, "file/"), err(Errno::NotDir));
    assert_eq!(g.symlink("x", DIR, "new/"), err(Errno::NoEnt));
    assert_eq!(g.symlink("/etc", DIR, "new"), err(Errno::Perm));
}

#[test]
fn two_directories() {
    let (one, two) = (tempfile::TempDir::new().unwrap(), tempfile::TempDir::new().unwrap());
    let builder = WasiCtxBuilder::new().preopened_path(one.path(), "/one").unwrap().preopened_path(two.path(), "/two").unwrap();
    let mut g = Guest::new(builder);
    g.open(3, "file", CREAT).unwrap();
    g.rename(3, "file", 4, "moved").unwrap();
    assert!(two.path().join("moved").exists() && !one.path().join("file").exists());
    g.link(4, "moved", 3, "again").unwrap();
    assert!(one.path().join("again").exists());
}

#[test]
fn listing() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let (entries, used) = g.readdir(DIR, 256, 0).unwrap();
    let names: Vec<_> = entries.iter().map(|e| &*e.3).collect();
    assert_eq!((names, used), (vec![".", ".."], 2 * 24 + 3));
    assert_eq!(entries[0].1, g.filestat(DIR).unwrap()[1]);

    let fd = g.open(DIR, "file", CREAT).unwrap();
    g.at("path_create_directory", DIR, "dir").unwrap();
    g.symlink("file", DIR, "link").unwrap();
    let (mut entries, _) = g.readdir(DIR, 4096, 2).unwrap();
    entries.sort_by(|a, b| a.3.cmp(&b.3));
    let seen: Vec<_> = entries.iter().map(|e| (&*e.3, e.2)).collect();
    assert_eq!(seen, [("dir", 3), ("file", 4), ("link", 7)]);
    assert_eq!(entries[1].1, g.filestat(fd).unwrap()[1]);

    // A cut record and a cut name use the whole buffer.
    for len in [0, 1, 23, 24, 25, 48, 51, 52, 80] {
        let (_, used) = g.readdir(DIR, len, 0).unwrap();
        assert_eq!(used, len);
    }
    assert_eq!(g.readdir(fd, 100, 0), err(Errno::NotDir));
    assert_eq!(g.readdir(0, 100, 0), err(Errno::NotDir));
    assert_eq!(g.readdir(DIR, 100, u64::MAX), err(Errno::Inval));
    assert_eq!(g.call("fd_readdir", &[DIR.into(), DATA.into(), MEMORY as u64, 0, RESULT.into()]), err(Errno::Fault));
}

#[test]
fn listing_in_pieces() {
    let (temp, mut g) = Guest::in_temp_dir();
    for i in 0..1000 {
        std::fs::write(temp.path().join(format!("file.{i}")), "").unwrap();
    }
    for len in [64, 256, 1000, 5000, 100_000] {
        let mut names = Vec::new();
        let mut cookie = 0;
        loop {
            let (entries, used) = g.readdir(DIR, len, cookie).unwrap();
            if let Some(last) = entries.last() {
                cookie = last.0;
            }
            names.extend(entries.into_iter().map(|e| e.3));
            if used < len {
                break;
            }
        }
        let total = names.len();
        names.sort();
        names.dedup();
        assert_eq!((total, names.len()), (1002, 1002), "buffer of {len}");
    }
    // A cookie stays good while other entries go.
    let (entries, _) = g.readdir(DIR, 4096, 0).unwrap();
    let cookie = entries[10].0;
    g.at("path_unlink_file", DIR, &entries[5].3).unwrap();
    g.at("path_unlink_file", DIR, &entries[20].3).unwrap();
    let (rest, _) = g.readdir(DIR, 4096, cookie).unwrap();
    assert_eq!(rest[0].3, entries[11].3);
    assert!(rest.iter().all(|e| e.3 != entries[20].3));
}

#[test]
fn foreign_names() {
    use std::os::unix::ffi::OsStrExt;
    let (temp, mut g) = Guest::in_temp_dir();
    std::fs::write(temp.path().join(std::ffi::OsStr::from_bytes(b"\xff")), "").unwrap();
    g.call("fd_readdir", &[DIR.into(), DATA.into(), 4096, 2, RESULT.into()]).unwrap();
    assert_eq!(g.u32(RESULT), 25);
    assert_eq!(g.data(25)[24], 0xff);
}

/// A pipe that the host put into the directory: opening without waiting, and times without opening it for good.
#[test]
fn pipes_in_directories() {
    let (temp, mut g) = Guest::in_temp_dir();
    let fifo = temp.path().join("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let [p, n] = g.path("fifo");
    g.call("path_filestat_set_times", &[DIR.into(), FOLLOW, p, n, 0, 5, fstflags::MTIM.into()]).unwrap();
    assert_eq!(g.filestat_at(DIR, FOLLOW, "fifo").unwrap()[6], 5);
    let reader = g.open_full(DIR, 0, "fifo", 0, rights::FD_READ | rights::FD_SEEK, 0, fdflags::NONBLOCK).unwrap();
    assert_eq!(g.fdstat(reader), Ok([0, fdflags::NONBLOCK.into(), rights::FD_READ, 0]));
    assert_eq!(g.read(reader, 10), Ok(vec![]), "no writer yet");
    let writer = g.open_full(DIR, 0, "fifo", 0, rights::FD_WRITE, 0, fdflags::NONBLOCK).unwrap();
    assert_eq!(g.read(reader, 10), err(Errno::Again));
    assert_eq!(g.write(writer, b"hello"), Ok(5));
    assert_eq!(g.read(reader, 3).unwrap(), b"hel");
}
