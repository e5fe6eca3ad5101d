//! Where `wasi_unstable` differs from preview 1.

mod common;
use common::*;
use samite_wasi::types::{EVENT, FILESTAT_PREVIEW0, SUBSCRIPTION_PREVIEW0, oflags};
use samite_wasi::{ManualClocks, PREVIEW0_MODULE, WasiCtxBuilder, imports};
use std::sync::Arc;

#[test]
fn differences() {
    let temp = tempfile::TempDir::new().unwrap();
    let clocks = Arc::new(ManualClocks::new(0));
    let mut g = Guest::new(WasiCtxBuilder::new().preopened_path(temp.path(), "/").unwrap().clocks(clocks));
    g.module = PREVIEW0_MODULE;
    let fd = g.open(DIR, "file", oflags::CREAT).unwrap();
    g.write(fd, b"12345").unwrap();
    // whence: cur, end, set
    assert_eq!(g.seek(fd, -1, 0), Ok(4));
    assert_eq!(g.seek(fd, -3, 1), Ok(2));
    assert_eq!(g.seek(fd, 1, 2), Ok(1));
    g.link(DIR, "file", DIR, "link").unwrap();
    g.put(DATA + 56, &[0xaa; 8]);
    g.call("fd_filestat_get", &[fd.into(), DATA.into()]).unwrap();
    let by_fd = FILESTAT_PREVIEW0.decode(&g.data(56));
    assert_eq!(by_fd[2..5], [4, 2, 5]);
    let [p, n] = g.path("link");
    g.call("path_filestat_get", &[DIR.into(), 0, p, n, DATA.into()]).unwrap();
    assert_eq!(FILESTAT_PREVIEW0.decode(&g.data(56)), by_fd);
    assert_eq!(g.data(64)[56..], [0xaa; 8]);

    let record = SUBSCRIPTION_PREVIEW0.encode([9, 0, 1, 77, 0, 0]);
    g.put(DATA, &record[..56]);
    g.call("poll_oneoff", &[DATA.into(), DATA.into(), 1, RESULT.into()]).unwrap();
    assert_eq!(EVENT.decode(&g.data(32)), [9, 0, 0, 0, 0]);
    g.call("clock_time_get", &[1, 0, RESULT.into()]).unwrap();
    assert_eq!(g.u64(RESULT), 77);
}

#[test]
fn the_rest_is_the_same() {
    let names = |module| imports().filter(|(m, _)| *m == module).map(|(_, i)| i.name).collect::<Vec<_>>();
    let mut preview1 = names(samite_wasi::PREVIEW1_MODULE);
    preview1.retain(|name| *name != "sock_accept");
    assert_eq!(names(PREVIEW0_MODULE), preview1);
}
