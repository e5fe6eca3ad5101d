//! Attempts to leave the preopened directory. Each test lays out
//!
//! ```text
//! outer/secret          must not be read, changed, linked or replaced
//! outer/inner/          the preopened directory
//! outer/inner/dir/file
//! ```

mod common;
use common::*;
use samite_wasi::types::{fstflags, oflags, rights};
use samite_wasi::{Errno, WasiCtxBuilder};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use tempfile::TempDir;

struct Prison {
    outer: TempDir,
    g: Guest,
}

impl Prison {
    fn new() -> Prison {
        let outer = TempDir::new().unwrap();
        std::fs::write(outer.path().join("secret"), "secret").unwrap();
        std::fs::create_dir_all(outer.path().join("inner/dir")).unwrap();
        std::fs::write(outer.path().join("inner/dir/file"), "file").unwrap();
        let g = Guest::new(WasiCtxBuilder::new().preopened_path(outer.path().join("inner"), "/").unwrap());
        Prison { outer, g }
    }

    fn inner(&self, path: &str) -> PathBuf {
        self.outer.path().join("inner").join(path)
    }

    /// Tries everything with `path`, which leads out; nothing may succeed, nothing may change.
    fn try_everything(&mut self, fd: u32, path: &str) {
        let g = &mut self.g;
        let mut tried = vec![];
        for lookup in [0, FOLLOW] {
            for how in [0, oflags::CREAT, oflags::CREAT | oflags::EXCL, oflags::TRUNC, oflags::DIRECTORY] {
                for base in [0, rights::FD_READ, rights::FD_WRITE, rights::FILE] {
                    tried.push(g.open_full(fd, lookup, path, how, base, 0, 0).map(drop));
                }
            }
        }
        tried.push(g.filestat_at(fd, FOLLOW, path).map(drop));
        let [p, n] = g.path(path);
        tried.push(g.call("path_filestat_set_times", &[fd.into(), FOLLOW, p, n, 1, 1, (fstflags::ATIM | fstflags::MTIM).into()]));
        assert!(tried.iter().all(Result::is_err), "{path}: {tried:?}");
        self.intact();
    }

    /// In addition, for a path whose last component lies outside (not a link that leads there).
    fn try_names(&mut self, fd: u32, path: &str) {
        self.try_everything(fd, path);
        let g = &mut self.g;
        let tried = [
            g.at("path_create_directory", fd, path),
            g.at("path_remove_directory", fd, path),
            g.at("path_unlink_file", fd, path),
            g.filestat_at(fd, 0, path).map(drop),
            g.readlink(fd, path, 100).map(drop),
            g.symlink("x", fd, path),
            g.link(fd, path, DIR, "stolen"),
            g.link(DIR, "dir/file", fd, path),
            g.rename(fd, path, DIR, "stolen"),
            g.rename(DIR, "dir/file", fd, path),
            g.rename(DIR, "dir", fd, path),
        ];
        assert!(tried.iter().all(Result::is_err), "{path}: {tried:?}");
        self.intact();
    }

    fn intact(&self) {
        let outer = self.outer.path();
        assert_eq!(std::fs::read_to_string(outer.join("secret")).unwrap(), "secret");
        assert!(outer.join("secret").metadata().unwrap().modified().unwrap() > std::time::UNIX_EPOCH + std::time::Duration::from_secs(1));
        let mut names: Vec<_> = std::fs::read_dir(outer).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["inner", "secret"]);
        assert!(!self.inner("stolen").exists());
        assert!(self.inner("dir/file").is_file());
    }
}

#[test]
fn dot_dot() {
    let mut p = Prison::new();
    for path in [
        "../secret",
        "..//secret",
        "./../secret",
        "dir/../../secret",
        "dir/./.././../secret",
        "dir/../../inner/../secret",
        "../inner/../secret",
        "../new",
        "dir/../../new/",
    ] {
        p.try_names(DIR, path);
        assert_eq!(p.g.open(DIR, path, 0), err(Errno::Perm), "{path}");
    }
    for path in ["..", "../", "../.", "../..", "dir/../..", "dir/../../inner", "dir/../../inner/dir/file", "../inner/dir/file"] {
        assert_eq!(p.g.open_dir(DIR, path), err(Errno::Perm), "{path}");
    }
    let dir = p.g.open_dir(DIR, "dir").unwrap();
    assert_eq!(p.g.open(dir, "../dir/file", 0), err(Errno::Perm), "a subdirectory is a prison of its own");
    p.try_names(dir, "../../secret");
}

#[test]
fn absolute_paths() {
    let mut p = Prison::new();
    let secret = p.outer.path().join("secret").to_str().unwrap().to_string();
    p.try_names(DIR, &secret);
    p.try_names(DIR, &format!("/{secret}"));
    let new = p.outer.path().join("new").to_str().unwrap().to_string();
    p.try_names(DIR, &new);
    let inside = p.inner("dir/file").to_str().unwrap().to_string();
    assert_eq!(p.g.open(DIR, &inside, 0), err(Errno::Perm), "even when it leads back in");
}

#[test]
fn links_of_the_host() {
    let mut p = Prison::new();
    symlink(p.outer.path().join("secret"), p.inner("absolute")).unwrap();
    symlink("../secret", p.inner("relative")).unwrap();
    symlink("relative", p.inner("chain1")).unwrap();
    symlink("dir/../chain1", p.inner("chain2")).unwrap();
    symlink(p.outer.path(), p.inner("outside")).unwrap();
    symlink("..", p.inner("parent")).unwrap();
    symlink("/", p.inner("root")).unwrap();
    symlink("/proc/self/cwd", p.inner("cwd")).unwrap();
    symlink("../new", p.inner("dangling")).unwrap();
    symlink(p.inner("dir"), p.inner("home")).unwrap();
    for path in ["absolute", "relative", "chain1", "chain2", "dangling"] {
        p.try_everything(DIR, path);
        assert_eq!(p.g.open_read(DIR, path), err(Errno::Perm), "{path}");
    }
    for path in [
        "outside/secret",
        "parent/secret",
        "root/etc/passwd",
        "cwd/Cargo.toml",
        "parent/inner/dir/file",
        "home/file",
        "dir/../parent/secret",
    ] {
        p.try_names(DIR, path);
    }
    // The links themselves are the guest's to look at, move and remove.
    for path in ["relative", "parent"] {
        p.g.filestat_at(DIR, 0, path).unwrap();
        p.g.readlink(DIR, path, 100).unwrap();
        p.g.rename(DIR, path, DIR, "moved").unwrap();
        p.g.at("path_unlink_file", DIR, "moved").unwrap();
    }
    p.intact();
}

#[test]
fn links_of_the_guest() {
    let mut p = Prison::new();
    let secret = p.outer.path().join("secret").to_str().unwrap().to_string();
    assert_eq!(p.g.symlink(&secret, DIR, "link"), err(Errno::Perm));
    p.g.symlink("../secret", DIR, "up").unwrap();
    p.try_everything(DIR, "up");
    p.g.symlink("..", DIR, "parent").unwrap();
    p.try_names(DIR, "parent/secret");
    // Harmless where it is made, it leads out once moved up.
    p.g.symlink("../../secret", DIR, "dir/deep").unwrap();
    p.try_everything(DIR, "dir/deep");
    p.g.symlink("../..", DIR, "dir/up").unwrap();
    p.g.rename(DIR, "dir/up", DIR, "moved").unwrap();
    p.try_names(DIR, "moved/secret");
    p.g.link(DIR, "up", DIR, "copy").unwrap();
    p.try_everything(DIR, "copy");
    // Through a directory descriptor that starts lower.
    let dir = p.g.open_dir(DIR, "dir").unwrap();
    p.g.symlink("../dir/file", dir, "sideways").unwrap();
    assert_eq!(p.g.open_read(dir, "sideways"), err(Errno::Perm));
    p.g.open_read(DIR, "dir/sideways").unwrap();
}

#[test]
fn trailing_slashes() {
    let mut p = Prison::new();
    symlink("..", p.inner("parent")).unwrap();
    symlink("../secret", p.inner("secret")).unwrap();
    for path in ["parent/", "parent//", "parent/.", "parent/./", "parent/..", "secret/", "secret/."] {
        p.try_everything(DIR, path);
        let g = &mut p.g;
        assert!(g.at("path_create_directory", DIR, &format!("{path}new")).is_err() || path == "secret/.");
        assert!(g.at("path_remove_directory", DIR, path).is_err());
        assert!(g.at("path_unlink_file", DIR, path).is_err());
        assert!(g.rename(DIR, "dir/file", DIR, path).is_err());
        assert!(g.link(DIR, "dir/file", DIR, path).is_err());
        p.intact();
    }
}

#[test]
fn renames_and_links_out() {
    let mut p = Prison::new();
    for out in ["../out", "dir/../../out", "/tmp/samite-out"] {
        assert_eq!(p.g.rename(DIR, "dir/file", DIR, out), err(Errno::Perm));
        assert_eq!(p.g.link(DIR, "dir/file", DIR, out), err(Errno::Perm));
        assert_eq!(p.g.symlink("x", DIR, out), err(Errno::Perm));
        assert_eq!(p.g.rename(DIR, out, DIR, "in"), err(Errno::Perm));
        assert_eq!(p.g.link(DIR, out, DIR, "in"), err(Errno::Perm));
    }
    for strange in [".", "..", "dir/..", "./"] {
        assert!(p.g.rename(DIR, strange, DIR, "x").is_err(), "{strange}");
        assert!(p.g.at("path_remove_directory", DIR, strange).is_err(), "{strange}");
    }
    p.intact();
}

/// A directory moved while it is open keeps its own walls; what it was is not reachable through its old place.
#[test]
fn moved_directories() {
    let mut p = Prison::new();
    p.g.at("path_create_directory", DIR, "dir/sub").unwrap();
    let sub = p.g.open_dir(DIR, "dir/sub").unwrap();
    p.g.rename(DIR, "dir/sub", DIR, "sub").unwrap();
    assert_eq!(p.g.open(sub, "../dir/file", 0), err(Errno::Perm));
    p.try_names(sub, "../../secret");
    // The host moves it out altogether.
    std::fs::rename(p.inner("sub"), p.inner("../moved")).unwrap();
    assert_eq!(p.g.open(sub, "../secret", 0), err(Errno::Perm));
    assert!(p.g.open(sub, "new", oflags::CREAT).is_ok(), "the directory itself was given");
    std::fs::rename(p.inner("../moved"), p.inner("sub")).unwrap();
}

struct Stop<'a>(&'a std::sync::atomic::AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}

/// One thread exchanges a directory and a link that leads out, as fast as it can; another opens through the name. Whatever
/// it reads is from inside.
#[test]
fn exchanged_directories() {
    let mut p = Prison::new();
    std::fs::write(p.outer.path().join("file"), "outside").unwrap();
    symlink("..", p.inner("link")).unwrap();
    let (dir, link, swap) = (p.inner("dir"), p.inner("link"), p.inner("swap"));
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                std::fs::rename(&dir, &swap).unwrap();
                std::fs::rename(&link, &dir).unwrap();
                std::fs::rename(&dir, &link).unwrap();
                std::fs::rename(&swap, &dir).unwrap();
            }
        });
        // Also when an assertion below fails, or the test would not end.
        let _stop = Stop(&stop);
        let mut read = 0;
        for _ in 0..5000 {
            if let Ok(fd) = p.g.open_read(DIR, "dir/file") {
                assert_eq!(p.g.read(fd, 100).unwrap(), b"file");
                p.g.close(fd);
                read += 1;
            }
            assert!(p.g.at("path_unlink_file", DIR, "dir/secret").is_err());
            let _ = p.g.filestat_at(DIR, 0, "dir/file").map(|stat| assert_eq!(stat[4], 4));
        }
        assert!(read > 0);
    });
    assert_eq!(std::fs::read_to_string(p.outer.path().join("secret")).unwrap(), "secret");
}
