//! `poll_oneoff`: waiting for clocks and descriptors.
//!
//! What is wrong with one subscription (no such descriptor, no right, a clock that cannot be waited for) is an event with
//! that error, at once, as the witx describes; wasi-libc's `poll` relies on it. A subscription that cannot be read at all
//! (unknown kind, clock or flag) fails the call with `Inval`.
//!
//! Regular files are always ready. Streams are asked of the host, all in one `poll`; time passes as the clocks say
//! (`Clocks::wait`), so a program with replaced clocks never really sleeps.

use crate::ctx::WasiCtx;
use crate::descriptors::{Descriptor, Entry};
use crate::memory::{GuestMemory, check, write_u32};
use crate::stdio::Readiness;
use crate::types::{
    CLOCKS, Clock, EVENT, EVENT_TYPES, Errno, EventType, FileType, Layout, SUBSCRIPTION, SUBSCRIPTION_FD, eventrwflags, fdflags, flags,
    member, rights, subclockflags,
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, BorrowedFd};
use std::sync::atomic::Ordering;

/// The most subscriptions in one call; more is `Inval`.
pub const MAX_SUBSCRIPTIONS: u32 = 1024;

struct Subscription {
    userdata: u64,
    kind: EventType,
    wanted: Wanted,
}

enum Wanted {
    /// Until the clock shows so many nanoseconds.
    Time(Clock, u64),
    Descriptor(Entry),
    /// Nothing to wait for.
    Failed(Errno),
}

/// What happened to a subscription: error, bytes, flags.
#[derive(Clone, Copy)]
struct Event {
    error: Option<Errno>,
    bytes: u64,
    flags: u16,
}

impl Event {
    const PLAIN: Event = Event { error: None, bytes: 0, flags: 0 };

    fn ready(bytes: u64) -> Event {
        Event { bytes, ..Event::PLAIN }
    }

    fn failed(error: Errno) -> Event {
        Event { error: Some(error), ..Event::PLAIN }
    }
}

impl WasiCtx {
    /// `poll_oneoff`: waits until one of `count` subscriptions (48 bytes each) has something to say and stores the events
    /// (32 bytes each), in the order of the subscriptions; their number at `result`. `Inval`: no subscription, or more than
    /// `MAX_SUBSCRIPTIONS`. Waiting for ever is legal; a host that wants to end it replaces the clocks.
    pub fn poll_oneoff(&self, memory: &mut dyn GuestMemory, subscriptions: u32, events: u32, count: u32, result: u32) -> Result<(), Errno> {
        self.poll(memory, &SUBSCRIPTION, subscriptions, events, count, result)
    }

    /// `poll_oneoff` of either preview.
    pub(crate) fn poll(
        &self,
        memory: &mut dyn GuestMemory,
        layout: &Layout<6>,
        subscriptions: u32,
        events: u32,
        count: u32,
        result: u32,
    ) -> Result<(), Errno> {
        if count == 0 || count > MAX_SUBSCRIPTIONS {
            return Err(Errno::Inval);
        }
        check(memory, result, 4)?;
        check(memory, events, u64::from(count) * EVENT.size as u64)?;
        let mut records = vec![0; count as usize * layout.size];
        memory.read(subscriptions, &mut records)?;
        let subscriptions = records.chunks_exact(layout.size).map(|r| self.subscription(layout, r)).collect::<Result<Vec<_>, _>>()?;

        let happened = self.wait(&subscriptions)?;
        let mut stored = 0;
        for (subscription, event) in subscriptions.iter().zip(happened) {
            let Some(event) = event else { continue };
            let error = event.error.map_or(0, |e| e as u64);
            let record = EVENT.encode([subscription.userdata, error, subscription.kind as u64, event.bytes, event.flags.into()]);
            memory.write(events + stored * EVENT.size as u32, &record[..EVENT.size])?;
            stored += 1;
        }
        write_u32(memory, result, stored)
    }

    fn subscription(&self, layout: &Layout<6>, record: &[u8]) -> Result<Subscription, Errno> {
        let [userdata, tag, clock, timeout, _precision, clock_flags] = layout.decode(record);
        let kind = member(&EVENT_TYPES, tag as u32)?;
        let wanted = match kind {
            EventType::Clock => {
                let clock = member(&CLOCKS, clock as u32)?;
                let absolute = flags(clock_flags as u32, subclockflags::ALL)? & subclockflags::ABSTIME != 0;
                match clock {
                    // Time spent computing does not pass while waiting.
                    Clock::ProcessCpu | Clock::ThreadCpu => Wanted::Failed(Errno::Inval),
                    Clock::Realtime | Clock::Monotonic => match self.clocks().now(clock) {
                        Ok(_) if absolute => Wanted::Time(clock, timeout),
                        Ok(now) => Wanted::Time(clock, now.saturating_add(timeout)),
                        Err(error) => Wanted::Failed(error),
                    },
                }
            }
            EventType::FdRead | EventType::FdWrite => {
                let [.., fd] = SUBSCRIPTION_FD.decode(record);
                let direction = if kind == EventType::FdRead { rights::FD_READ } else { rights::FD_WRITE };
                match self.entry(fd as u32).and_then(|e| e.require(rights::POLL_FD_READWRITE | direction).map(|()| e)) {
                    Ok(entry) => Wanted::Descriptor(entry),
                    Err(error) => Wanted::Failed(error),
                }
            }
        };
        Ok(Subscription { userdata, kind, wanted })
    }

    /// Waits; gives what happened to each subscription, to one at least.
    fn wait(&self, subscriptions: &[Subscription]) -> Result<Vec<Option<Event>>, Errno> {
        let mut happened = vec![None; subscriptions.len()];
        let mut asked = Vec::new();
        let mut fds = Vec::new();
        for (i, subscription) in subscriptions.iter().enumerate() {
            match &subscription.wanted {
                Wanted::Time(..) => {}
                Wanted::Failed(error) => happened[i] = Some(Event::failed(*error)),
                Wanted::Descriptor(entry) => match readiness(entry, subscription.kind) {
                    Ok(Asked::Now(bytes)) => happened[i] = Some(Event::ready(bytes)),
                    Ok(Asked::Host(fd)) => {
                        let direction = if subscription.kind == EventType::FdRead { PollFlags::IN } else { PollFlags::OUT };
                        asked.push((i, fd));
                        fds.push(PollFd::from_borrowed_fd(fd, direction));
                    }
                    Err(error) => happened[i] = Some(Event::failed(error)),
                },
            }
        }
        if let Some(stop) = self.stop_event() {
            fds.push(PollFd::from_borrowed_fd(stop, PollFlags::IN));
        }
        loop {
            // How long until the first clock; nothing if something has happened already.
            let mut timeout = happened.iter().any(Option::is_some).then_some(0);
            for (i, subscription) in subscriptions.iter().enumerate() {
                if let Wanted::Time(clock, until) = subscription.wanted {
                    let left = until.saturating_sub(self.clocks().now(clock)?);
                    timeout = Some(timeout.map_or(left, |t: u64| t.min(left)));
                    if left == 0 {
                        happened[i] = Some(Event::PLAIN);
                    }
                }
            }
            if timeout == Some(0) {
                host_poll(&mut fds, Some(0))?;
            } else {
                self.clocks().wait(timeout, &mut |limit| host_poll(&mut fds, limit))?;
            }
            // What is beyond those asked is the one that tells to stop.
            if fds[asked.len()..].iter().any(|stop| !stop.revents().is_empty()) {
                return Err(Errno::Intr);
            }
            for ((i, fd), poll_fd) in asked.iter().zip(&fds) {
                happened[*i] = host_event(*fd, subscriptions[*i].kind, poll_fd.revents());
            }
            if happened.iter().any(Option::is_some) {
                return Ok(happened);
            }
        }
    }
}

enum Asked<'a> {
    Now(u64),
    Host(BorrowedFd<'a>),
}

/// Whether a descriptor is ready by its nature, or whom to ask.
fn readiness(entry: &Entry, kind: EventType) -> Result<Asked<'_>, Errno> {
    let stream = |readiness| match readiness {
        Readiness::Now(bytes) => Asked::Now(bytes),
        Readiness::Ask(fd) => Asked::Host(fd),
    };
    Ok(match &*entry.descriptor {
        Descriptor::Input(input) => stream(input.readiness()),
        Descriptor::Output(output) => stream(output.readiness()),
        Descriptor::Socket(socket) => Asked::Host(socket.fd.as_fd()),
        Descriptor::File(open) if open.file_type == FileType::RegularFile => match kind {
            EventType::FdRead => {
                let size = rustix::fs::fstat(&open.file)?.st_size as u64;
                Asked::Now(size.saturating_sub(rustix::fs::tell(&open.file)?))
            }
            _ => Asked::Now(1),
        },
        Descriptor::File(open) => Asked::Host(open.file.as_fd()),
        Descriptor::Directory(_) => return Err(Errno::Badf),
    })
}

impl Entry {
    /// What a read of it may have to wait for.
    pub(crate) fn blocks(&self) -> Option<BorrowedFd<'_>> {
        let (fd, flags) = match &*self.descriptor {
            Descriptor::Input(input) => match input.readiness() {
                Readiness::Ask(fd) => (fd, &input.flags),
                Readiness::Now(_) => return None,
            },
            Descriptor::Socket(socket) => (socket.fd.as_fd(), &socket.flags),
            Descriptor::File(open) if open.file_type != FileType::RegularFile => (open.file.as_fd(), &open.flags),
            Descriptor::File(_) | Descriptor::Output(_) | Descriptor::Directory(_) => return None,
        };
        (flags.load(Ordering::Relaxed) & fdflags::NONBLOCK == 0).then_some(fd)
    }
}

/// Asks the host, for at most `limit` nanoseconds. A signal ends the wait early, which the caller's loop notices.
fn host_poll(fds: &mut [PollFd<'_>], limit: Option<u64>) -> Result<(), Errno> {
    if fds.is_empty() && limit == Some(0) {
        return Ok(());
    }
    let limit = limit.map(|l| Timespec { tv_sec: (l / 1_000_000_000) as i64, tv_nsec: (l % 1_000_000_000) as i64 });
    match poll(fds, limit.as_ref()) {
        Ok(_) => Ok(()),
        Err(rustix::io::Errno::INTR) => {
            fds.iter_mut().for_each(PollFd::clear_revents);
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

fn host_event(fd: BorrowedFd<'_>, kind: EventType, found: PollFlags) -> Option<Event> {
    if found.is_empty() {
        return None;
    }
    if found.contains(PollFlags::NVAL) {
        return Some(Event::failed(Errno::Badf));
    }
    let bytes = match kind {
        // Where the host cannot count (a listening socket), one may try to read.
        EventType::FdRead => rustix::io::ioctl_fionread(fd).unwrap_or(1),
        _ => 1,
    };
    let flags = if found.intersects(PollFlags::HUP | PollFlags::ERR) { eventrwflags::HANGUP } else { 0 };
    Some(Event { error: None, bytes, flags })
}
