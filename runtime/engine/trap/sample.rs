//! Where a thread spends its time: a timer on its CPU time interrupts it, and the signal handler notes the program counter.
//!
//! The handler takes no lock and allocates nothing: it writes two words to a buffer that is there before the timer starts. What they mean is looked
//! up when sampling ends, so modules must live until then. CPU timers are as fine as the kernel's ticks, often 4 ms, whatever the period.
use super::backtrace::FrameInfo;
use super::stack::THREAD;
use super::unwind::frame_at;
use crate::engine::Engine;
use crate::sys;
use anyhow::{Context, ensure};
use parking_lot::Mutex;
use std::cell::Cell;
use std::collections::HashMap;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Samples that a buffer has room for: half an hour at 250 a second.
const ROOM: usize = 1 << 19;

/// A program counter, and where wasm code was last left for the host: 0 if it never was.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Raw {
    pc: usize,
    exit: usize,
}

struct Buffer {
    room: Box<[Cell<Raw>]>,
    taken: AtomicUsize,
}

thread_local! {
    /// Where the handler writes; null if the thread is not sampled. Without destructor, so that access is one address computation.
    static BUFFER: Cell<*const Buffer> = const { Cell::new(ptr::null()) };
}

/// Samples the thread that it was started on until it is stopped or dropped.
pub struct Sampler {
    engine: Engine,
    buffer: Box<Buffer>,
    /// A pointer, so that samplers stay on their thread.
    timer: libc::timer_t,
}

/// What was the thread doing?
#[derive(Clone, Debug)]
pub enum SampledAt {
    /// It ran this wasm operator.
    Wasm(FrameInfo),
    /// It was on the way into wasm code or out of it.
    Crossing,
    /// It ran a host function or the runtime, called by this wasm operator; None if no wasm code was waiting.
    Host(Option<FrameInfo>),
}

/// What a sampler has seen.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// Where, and how often. Each place once, in no order.
    pub places: Vec<(SampledAt, u64)>,
    /// Samples that there was no room for.
    pub lost: u64,
}

impl Samples {
    pub fn total(&self) -> u64 {
        self.places.iter().map(|(_, count)| count).sum()
    }
}

impl Sampler {
    /// Begins to sample this thread, once in `period` of its CPU time. Takes the signal `SIGPROF`; fails if the program uses it, or if the thread is
    /// sampled already.
    pub fn start(engine: &Engine, period: Duration) -> anyhow::Result<Sampler> {
        ensure!(engine.machine().is_some(), "the reference engine runs no machine code to be sampled");
        ensure!(BUFFER.with(|buffer| buffer.get().is_null()), "this thread is sampled already");
        install()?;
        let room = vec![Cell::new(Raw { pc: 0, exit: 0 }); ROOM].into_boxed_slice();
        let buffer = Box::new(Buffer { room, taken: AtomicUsize::new(0) });
        let timer = timer()?;
        BUFFER.with(|current| current.set(&raw const *buffer));
        // From here on its drop undoes everything.
        let sampler = Sampler { engine: engine.clone(), buffer, timer };
        let period = period.max(Duration::from_micros(10));
        let period = libc::timespec { tv_sec: period.as_secs() as libc::time_t, tv_nsec: period.subsec_nanos().into() };
        // SAFETY: the timer exists, the system reads the structure.
        let failed = unsafe { libc::timer_settime(timer, 0, &libc::itimerspec { it_interval: period, it_value: period }, ptr::null_mut()) };
        ensure!(failed == 0, "cannot start a timer: {}", std::io::Error::last_os_error());
        Ok(sampler)
    }

    /// Ends sampling, and looks up what was seen.
    pub fn stop(self) -> Samples {
        BUFFER.with(|current| current.set(ptr::null()));
        let taken = self.buffer.taken.load(Ordering::Relaxed);
        let mut counts: HashMap<Raw, u64> = HashMap::new();
        for raw in &self.buffer.room[..taken.min(ROOM)] {
            *counts.entry(raw.get()).or_default() += 1;
        }
        let mut places: Vec<(SampledAt, u64)> = Vec::new();
        let mut known = HashMap::new();
        for (raw, count) in counts {
            let place = self.place(raw);
            let key = match &place {
                SampledAt::Wasm(frame) => (0, Some(frame)),
                SampledAt::Crossing => (1, None),
                SampledAt::Host(frame) => (2, frame.as_ref()),
            };
            let key = (key.0, key.1.map(|f| (f.module().code().map(|code| code.start()), f.func_index(), f.module_offset())));
            let at = *known.entry(key).or_insert_with(|| {
                places.push((place, 0));
                places.len() - 1
            });
            places[at].1 += count;
        }
        Samples { places, lost: taken.saturating_sub(ROOM) as u64 }
    }

    fn place(&self, raw: Raw) -> SampledAt {
        let machine = self.engine.machine().expect("`start` asked for one");
        match machine.registry().find(raw.pc) {
            Some(found) if found.frame.is_some() => frame_at(&self.engine, raw.pc).map_or(SampledAt::Crossing, SampledAt::Wasm),
            Some(_) => SampledAt::Crossing,
            // A return address: the call is before it.
            None => SampledAt::Host(raw.exit.checked_sub(1).and_then(|pc| frame_at(&self.engine, pc))),
        }
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        BUFFER.with(|current| current.set(ptr::null()));
        // SAFETY: the timer was made by `start` and is deleted once. A signal that is still on its way finds no buffer.
        unsafe { libc::timer_delete(self.timer) };
    }
}

/// A timer on this thread's CPU time that signals this thread.
fn timer() -> anyhow::Result<libc::timer_t> {
    // SAFETY: zeros are a valid structure, which the system reads; it writes the timer.
    unsafe {
        let mut event = std::mem::zeroed::<libc::sigevent>();
        event.sigev_notify = libc::SIGEV_THREAD_ID;
        event.sigev_signo = libc::SIGPROF;
        event.sigev_notify_thread_id = sys::thread_id();
        let mut timer = ptr::null_mut();
        let failed = libc::timer_create(libc::CLOCK_THREAD_CPUTIME_ID, &mut event, &mut timer);
        ensure!(failed == 0, "cannot make a timer: {}", std::io::Error::last_os_error());
        Ok(timer)
    }
}

/// Installs the handler, once in a process. It stays.
fn install() -> anyhow::Result<()> {
    static INSTALLED: Mutex<bool> = Mutex::new(false);
    let mut installed = INSTALLED.lock();
    if *installed {
        return Ok(());
    }
    // SAFETY: zeros are a valid structure; the handler has the shape that the flags say.
    unsafe {
        let mut old = std::mem::zeroed::<libc::sigaction>();
        let known = libc::sigaction(libc::SIGPROF, ptr::null(), &mut old) == 0;
        ensure!(known && old.sa_sigaction == libc::SIG_DFL, "the program uses the signal SIGPROF itself");
        let mut new = std::mem::zeroed::<libc::sigaction>();
        new.sa_sigaction = handle as *const () as usize;
        new.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
        libc::sigemptyset(&mut new.sa_mask);
        let failed = libc::sigaction(libc::SIGPROF, &new, ptr::null_mut()) != 0;
        if failed {
            return Err(std::io::Error::last_os_error()).context("cannot install a handler of SIGPROF");
        }
    }
    *installed = true;
    Ok(())
}

unsafe extern "C" fn handle(_: libc::c_int, _: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the buffer is this thread's, from before the timer started until `BUFFER` is null again.
    let Some(buffer) = (unsafe { BUFFER.with(Cell::get).as_ref() }) else { return };
    let at = buffer.taken.fetch_add(1, Ordering::Relaxed);
    let Some(place) = buffer.room.get(at) else { return };
    // SAFETY: the record of a store that is in use further out on this thread's stack.
    let record = unsafe { THREAD.with(|thread| thread.activation()).as_ref() };
    // SAFETY: the system passes the thread's context.
    place.set(Raw { pc: unsafe { program_counter(context.cast()) }, exit: record.map_or(0, |record| record.exit_pc.get()) });
}

/// # Safety
/// The context that a signal handler was given.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
unsafe fn program_counter(context: *const libc::ucontext_t) -> usize {
    // SAFETY: as the caller says.
    unsafe { (*context).uc_mcontext.gregs[libc::REG_RIP as usize] as usize }
}

/// There is no machine code for this system to be in.
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
unsafe fn program_counter(_: *const libc::ucontext_t) -> usize {
    0
}
