//! `poll_oneoff`.

mod common;
use common::*;
use samite_wasi::types::{Clock, EVENT, EventType, SUBSCRIPTION, SUBSCRIPTION_FD, eventrwflags, oflags, rights, subclockflags};
use samite_wasi::{Clocks, Errno, InputBuffer, MAX_SUBSCRIPTIONS, ManualClocks, Stdin, WasiCtxBuilder};
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

const EVENTS: u32 = 0x18000;

#[derive(Debug, PartialEq)]
struct Event {
    userdata: u64,
    error: u16,
    kind: EventType,
    bytes: u64,
    flags: u16,
}

fn time(userdata: u64, clock: Clock, timeout: u64, flags: u16) -> Vec<u8> {
    SUBSCRIPTION.encode([userdata, 0, clock as u64, timeout, 0, flags.into()])[..48].to_vec()
}

fn ready(userdata: u64, kind: EventType, fd: u32) -> Vec<u8> {
    SUBSCRIPTION_FD.encode([userdata, kind as u64, fd.into()])[..48].to_vec()
}

fn poll(g: &mut Guest, subscriptions: &[Vec<u8>]) -> Result<Vec<Event>, u16> {
    g.put(DATA, &subscriptions.concat());
    g.call("poll_oneoff", &[DATA.into(), EVENTS.into(), subscriptions.len() as u64, RESULT.into()])?;
    let stored = g.u32(RESULT) as usize;
    assert!(stored >= 1 && stored <= subscriptions.len());
    let records = &g.memory[EVENTS as usize..][..stored * EVENT.size];
    Ok(records
        .chunks(EVENT.size)
        .map(|record| {
            let [userdata, error, kind, bytes, flags] = EVENT.decode(record);
            let kind = [EventType::Clock, EventType::FdRead, EventType::FdWrite][kind as usize];
            Event { userdata, error: error as u16, kind, bytes, flags: flags as u16 }
        })
        .collect())
}

fn tick(userdata: u64) -> Event {
    Event { userdata, error: 0, kind: EventType::Clock, bytes: 0, flags: 0 }
}

#[test]
fn clocks() {
    let clocks = Arc::new(ManualClocks::new(1000));
    let mut g = Guest::new(WasiCtxBuilder::new().clocks(clocks.clone()));
    let year = 31_556_952_000_000_000;
    assert_eq!(poll(&mut g, &[time(7, Clock::Monotonic, year, 0)]), Ok(vec![tick(7)]));
    assert_eq!(clocks.now(Clock::Monotonic), Ok(year));
    // The first of several; those due at the same moment come together.
    let several = [time(1, Clock::Realtime, 50, 0), time(2, Clock::Monotonic, 20, 0), time(3, Clock::Realtime, 20, 0)];
    assert_eq!(poll(&mut g, &several), Ok(vec![tick(2), tick(3)]));
    assert_eq!(clocks.now(Clock::Realtime), Ok(1000 + year + 20));
    // Absolute: to come, and past.
    let at = clocks.now(Clock::Realtime).unwrap() + 5;
    assert_eq!(poll(&mut g, &[time(4, Clock::Realtime, at, subclockflags::ABSTIME)]), Ok(vec![tick(4)]));
    assert_eq!(clocks.now(Clock::Realtime), Ok(at));
    assert_eq!(poll(&mut g, &[time(5, Clock::Monotonic, 1, subclockflags::ABSTIME), time(6, Clock::Monotonic, 1, 0)]), Ok(vec![tick(5)]));
    assert_eq!(clocks.now(Clock::Realtime), Ok(at));
    // For ever, as far as 64 bits go.
    assert_eq!(poll(&mut g, &[time(8, Clock::Monotonic, u64::MAX, 0)]), Ok(vec![tick(8)]));
}

#[test]
fn host_clocks() {
    let mut g = Guest::new(WasiCtxBuilder::new());
    for clock in [Clock::Monotonic, Clock::Realtime] {
        let before = Instant::now();
        assert_eq!(poll(&mut g, &[time(1, clock, 5_000_000, 0)]), Ok(vec![tick(1)]));
        assert!(before.elapsed() >= Duration::from_millis(5));
    }
}

#[test]
fn errors_of_the_call() {
    let mut g = Guest::new(WasiCtxBuilder::new());
    let (data, events, result) = (DATA.into(), EVENTS.into(), RESULT.into());
    assert_eq!(g.call("poll_oneoff", &[data, events, 0, result]), err(Errno::Inval));
    assert_eq!(g.call("poll_oneoff", &[data, events, u64::from(MAX_SUBSCRIPTIONS) + 1, result]), err(Errno::Inval));
    assert_eq!(g.call("poll_oneoff", &[MEMORY as u64 - 47, events, 1, result]), err(Errno::Fault));
    assert_eq!(g.call("poll_oneoff", &[data, MEMORY as u64 - 31, 1, result]), err(Errno::Fault));
    assert_eq!(g.call("poll_oneoff", &[data, events, 1, MEMORY as u64 - 3]), err(Errno::Fault));
    let ok = time(0, Clock::Monotonic, 0, 0);
    for bad in [SUBSCRIPTION.encode([0, 3, 0, 0, 0, 0]), SUBSCRIPTION.encode([0, 0, 4, 0, 0, 0]), SUBSCRIPTION.encode([0, 0, 0, 0, 0, 2])] {
        assert_eq!(poll(&mut g, &[ok.clone(), bad[..48].to_vec()]), err(Errno::Inval));
    }
}

#[test]
fn errors_of_a_subscription() {
    let (_temp, mut g) = Guest::in_temp_dir();
    let bare = g.open_full(DIR, 0, "file", oflags::CREAT, rights::FD_READ, 0, 0).unwrap();
    let failed = |userdata, kind, errno: Errno| Event { userdata, error: errno as u16, kind, bytes: 0, flags: 0 };
    let (read, write) = (EventType::FdRead, EventType::FdWrite);
    let later = time(9, Clock::Monotonic, 1_000_000_000_000, 0);
    for (subscription, event) in [
        (ready(1, read, 99), failed(1, read, Errno::Badf)),
        (ready(1, write, u32::MAX), failed(1, write, Errno::Badf)),
        (ready(1, read, bare), failed(1, read, Errno::NotCapable)),
        (ready(1, write, 0), failed(1, write, Errno::Badf)),
        (ready(1, read, 1), failed(1, read, Errno::Badf)),
        (ready(1, read, DIR), failed(1, read, Errno::Badf)),
        (time(1, Clock::ProcessCpu, 0, 0), failed(1, EventType::Clock, Errno::Inval)),
        (time(1, Clock::ThreadCpu, 0, 0), failed(1, EventType::Clock, Errno::Inval)),
    ] {
        assert_eq!(poll(&mut g, &[later.clone(), subscription]), Ok(vec![event]));
    }
}

#[test]
fn files_and_buffers_are_ready() {
    let (temp, _) = Guest::in_temp_dir();
    let builder = WasiCtxBuilder::new().preopened_path(temp.path(), "/").unwrap();
    let mut g = Guest::new(builder.stdin(Stdin::Buffer(InputBuffer::new("input"))));
    let fd = g.open(DIR, "file", oflags::CREAT).unwrap();
    g.write(fd, b"12345678").unwrap();
    g.seek(fd, 2, 0).unwrap();
    let events = poll(
        &mut g,
        &[
            ready(1, EventType::FdRead, fd),
            time(2, Clock::Monotonic, 1_000_000_000_000, 0),
            ready(3, EventType::FdWrite, fd),
            ready(4, EventType::FdRead, 0),
            ready(5, EventType::FdWrite, 1),
        ],
    );
    let event = |userdata, kind, bytes| Event { userdata, error: 0, kind, bytes, flags: 0 };
    assert_eq!(
        events,
        Ok(vec![
            event(1, EventType::FdRead, 6),
            event(3, EventType::FdWrite, 1),
            event(4, EventType::FdRead, 5),
            event(5, EventType::FdWrite, 1),
        ])
    );
}

#[test]
fn sockets_become_ready() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let mut g = Guest::new(WasiCtxBuilder::new().preopened_socket(ours));
    let short = || time(1, Clock::Monotonic, 1_000_000, 0);
    assert_eq!(poll(&mut g, &[short(), ready(2, EventType::FdRead, 3)]), Ok(vec![tick(1)]));
    let write = poll(&mut g, &[ready(3, EventType::FdWrite, 3)]).unwrap();
    assert_eq!((write[0].userdata, write[0].error, write[0].flags), (3, 0, 0));

    let sender = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(5));
        theirs.write_all(b"hello").unwrap();
        theirs
    });
    let events = poll(&mut g, &[ready(2, EventType::FdRead, 3)]).unwrap();
    assert_eq!(events, [Event { userdata: 2, error: 0, kind: EventType::FdRead, bytes: 5, flags: 0 }]);
    drop(sender.join().unwrap());
    let events = poll(&mut g, &[ready(2, EventType::FdRead, 3)]).unwrap();
    assert_eq!((events[0].bytes, events[0].flags), (5, eventrwflags::HANGUP));
}

/// A host can end a wait through its clocks.
#[test]
fn interrupted_waits() {
    struct Impatient;
    impl Clocks for Impatient {
        fn resolution(&self, _: Clock) -> Result<u64, Errno> {
            Ok(1)
        }
        fn now(&self, _: Clock) -> Result<u64, Errno> {
            Ok(0)
        }
        fn wait(&self, _: Option<u64>, _: &mut dyn FnMut(Option<u64>) -> Result<(), Errno>) -> Result<(), Errno> {
            Err(Errno::Intr)
        }
    }
    let mut g = Guest::new(WasiCtxBuilder::new().clocks(Arc::new(Impatient)));
    assert_eq!(poll(&mut g, &[time(1, Clock::Monotonic, 1, 0)]), err(Errno::Intr));
}
