//! Arguments, environment, clocks, randomness, exit, and what the builder refuses.

mod common;
use common::*;
use samite_wasi::types::{Clock, oflags};
use samite_wasi::{BuildError, Clocks, Errno, Exit, HostClocks, ManualClocks, SeededRandom, WasiCtxBuilder};
use std::sync::Arc;

#[test]
fn arguments_and_environment() {
    let builder = WasiCtxBuilder::new().arg("prog").args(["", "ünï"]).env("A", "1").env("B", "x=y").env("A", "2");
    let mut g = Guest::new(builder);
    g.call("args_sizes_get", &[0, 4]).unwrap();
    assert_eq!((g.u32(0), g.u32(4)), (3, 5 + 1 + 6));
    g.call("args_get", &[16, DATA.into()]).unwrap();
    assert_eq!(g.data(12), "prog\0\0ünï\0".as_bytes());
    assert_eq!([g.u32(16), g.u32(20), g.u32(24)], [DATA, DATA + 5, DATA + 6]);
    g.call("environ_sizes_get", &[0, 4]).unwrap();
    assert_eq!((g.u32(0), g.u32(4)), (2, 6 + 4));
    g.call("environ_get", &[16, DATA.into()]).unwrap();
    assert_eq!(g.data(10), b"B=x=y\0A=2\0");
    assert_eq!(g.call("environ_get", &[16, MEMORY as u64 - 9]), err(Errno::Fault));
    assert_eq!(g.call("environ_get", &[MEMORY as u64 - 7, 16]), err(Errno::Fault));
    g.call("environ_get", &[16, MEMORY as u64 - 10]).unwrap();
}

#[test]
fn nothing_by_default() {
    let mut g = Guest::new(WasiCtxBuilder::new());
    g.call("args_sizes_get", &[0, 4]).unwrap();
    g.call("environ_sizes_get", &[8, 12]).unwrap();
    assert_eq!(&g.memory[..16], &[0; 16]);
    g.call("args_get", &[0, 0]).unwrap();
    assert_eq!(g.call("fd_prestat_get", &[3, 0]), err(Errno::Badf));
}

#[test]
fn manual_clocks() {
    let clocks = Arc::new(ManualClocks::new(1_000_000_000_000));
    let mut g = Guest::new(WasiCtxBuilder::new().clocks(clocks.clone()));
    clocks.advance(5);
    g.call("clock_time_get", &[0, 0, 0]).unwrap();
    g.call("clock_time_get", &[1, u64::MAX, 8]).unwrap();
    assert_eq!((g.u64(0), g.u64(8)), (1_000_000_000_005, 5));
    g.call("clock_res_get", &[1, 0]).unwrap();
    assert_eq!(g.u64(0), 1);
    for clock in [2, 3, 4, u64::from(u32::MAX)] {
        assert_eq!(g.call("clock_time_get", &[clock, 0, 0]), err(Errno::Inval));
        assert_eq!(g.call("clock_res_get", &[clock, 0]), err(Errno::Inval));
    }
}

#[test]
fn host_clocks() {
    let clocks = HostClocks::new();
    let realtime = clocks.now(Clock::Realtime).unwrap();
    let std = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64;
    assert!(std - realtime < 10_000_000_000);
    let early = clocks.now(Clock::Monotonic).unwrap();
    assert!(early < 10_000_000_000 && clocks.now(Clock::Monotonic).unwrap() >= early);
    for clock in [Clock::Realtime, Clock::Monotonic, Clock::ProcessCpu, Clock::ThreadCpu] {
        assert!(clocks.resolution(clock).unwrap() > 0);
        clocks.now(clock).unwrap();
    }
}

#[test]
fn randomness() {
    let mut g = Guest::new(WasiCtxBuilder::new());
    let len = 100_000;
    g.call("random_get", &[DATA.into(), len]).unwrap();
    let bytes = g.data(len as u32);
    // 100,000 fair bytes: each value about 390 times.
    for value in 0..=255 {
        let count = bytes.iter().filter(|b| **b == value).count();
        assert!((200..600).contains(&count), "{value} {count} times");
    }
    assert_eq!(g.call("random_get", &[DATA.into(), MEMORY as u64]), err(Errno::Fault));
    g.call("random_get", &[MEMORY as u64, 0]).unwrap();

    let take = |seed| {
        let mut g = Guest::new(WasiCtxBuilder::new().random(SeededRandom(seed)));
        g.call("random_get", &[0, 13]).unwrap();
        g.memory[..16].to_vec()
    };
    assert_eq!(take(1), take(1));
    assert_ne!(take(1), take(2));
    assert_eq!(take(1)[13..], [0; 3]);
}

#[test]
fn exit_and_signals() {
    let g = Guest::new(WasiCtxBuilder::new());
    for (code, exit) in [(0, 0), (1, 1), (255, 255), (u32::MAX, -1)] {
        assert_eq!(g.ctx.proc_exit(code), Exit(exit));
    }
    let (_, import) = samite_wasi::imports().find(|(_, i)| i.name == "proc_exit").unwrap();
    assert_eq!((import.call)(&g.ctx, &mut vec![], &[7]), Err(Exit(7)));

    assert_eq!(g.ctx.proc_raise(6), Err(Exit(134)));
    assert_eq!(g.ctx.proc_raise(13), Ok(Ok(())));
    assert_eq!(g.ctx.proc_raise(0), Ok(Err(Errno::NotSup)));
    assert_eq!(g.ctx.proc_raise(18), Ok(Err(Errno::NotSup)));
    assert_eq!(g.ctx.proc_raise(31), Ok(Err(Errno::Inval)));
    assert_eq!(g.ctx.sched_yield(), Ok(()));
}

#[test]
fn descriptors_are_limited() {
    let temp = tempfile::TempDir::new().unwrap();
    let mut g = Guest::new(WasiCtxBuilder::new().preopened_path(temp.path(), "/").unwrap().max_descriptors(6));
    for i in 4..6 {
        assert_eq!(g.open(DIR, "file", oflags::CREAT), Ok(i));
    }
    assert_eq!(g.open(DIR, "new", oflags::CREAT), err(Errno::Mfile));
    assert!(!temp.path().join("new").exists(), "nothing happens on the host");
    g.close(4);
    assert_eq!(g.open(DIR, "file", 0), Ok(4));
}

#[test]
fn the_builder_refuses() {
    let temp = tempfile::TempDir::new().unwrap();
    assert!(matches!(WasiCtxBuilder::new().arg("a\0b").build(), Err(BuildError::BadString(_))));
    assert!(matches!(WasiCtxBuilder::new().env("a=b", "").build(), Err(BuildError::BadString(_))));
    assert!(matches!(WasiCtxBuilder::new().env("", "x").build(), Err(BuildError::BadString(_))));
    assert!(matches!(WasiCtxBuilder::new().env("A", "x\0").build(), Err(BuildError::BadString(_))));
    assert!(matches!(WasiCtxBuilder::new().preopened_path(temp.path(), "a\0").unwrap().build(), Err(BuildError::BadString(_))));
    assert!(matches!(WasiCtxBuilder::new().preopened_path(temp.path().join("none"), "/"), Err(BuildError::Directory(..))));
    std::fs::write(temp.path().join("file"), "").unwrap();
    assert!(matches!(WasiCtxBuilder::new().preopened_path(temp.path().join("file"), "/"), Err(BuildError::Directory(..))));
    assert!(matches!(WasiCtxBuilder::new().max_descriptors(2).build(), Err(BuildError::TooLarge)));
    let file = std::fs::File::open(temp.path().join("file")).unwrap();
    assert!(matches!(WasiCtxBuilder::new().preopened_socket(file).build(), Err(BuildError::Socket(_))));
}

#[test]
fn directory_specifications() {
    let temp = tempfile::TempDir::new().unwrap();
    let host = temp.path().to_str().unwrap();
    let builder = WasiCtxBuilder::new().preopened_spec(&format!("{host}::/data")).unwrap().preopened_spec(host).unwrap();
    let mut g = Guest::new(builder);
    for (fd, name) in [(3, "/data"), (4, host)] {
        g.call("fd_prestat_dir_name", &[fd, DATA.into(), 4096]).unwrap();
        assert_eq!(g.data(name.len() as u32), name.as_bytes());
    }
    // A directory that was opened for path lookup only can still be listed and synced.
    let dir = cap_std::fs::Dir::open_ambient_dir(temp.path(), cap_std::ambient_authority()).unwrap();
    let mut g = Guest::new(WasiCtxBuilder::new().preopened_dir(dir, "."));
    assert_eq!(g.readdir(3, 100, 0).unwrap().0.len(), 2);
    g.call("fd_sync", &[3]).unwrap();
}
