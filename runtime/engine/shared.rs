//! Memories that threads share, as the embedder sees them; and waiting in them.
use crate::engine::Engine;
use crate::externals::{Extern, MemoryAccessError};
use crate::memory::growth::Grown;
use crate::memory::wait::{Wait, Waited};
use crate::memory::{LinearMemory, MemoryObject, words};
use crate::sync::Deadline;
use crate::vm::{StoreAccess, Stored};
use anyhow::{anyhow, ensure};
use samite_ir::translate::module::MemoryType;
use samite_ir::value::Trap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

/// A linear memory of any number of stores of an engine, and of their threads. A clone is the same memory.
///
/// Its bytes change at any time, so nobody can borrow them: they are copied in and out, in no particular order, or accessed atomically.
///
/// ```
/// use samite::*;
/// let engine = Engine::default();
/// let memory = SharedMemory::new(&engine, MemoryType { min: 1, max: Some(2), shared: true })?;
/// let module = Module::new(&engine, r#"(module
///     (import "env" "memory" (memory 1 2 shared))
///     (func (export "run") (i32.store8 (i32.const 8) (i32.const 42))))"#)?;
/// std::thread::scope(|scope| {
///     for _ in 0..2 {
///         // To a store per thread.
///         scope.spawn(|| {
///             let mut store = Store::new(&engine, ());
///             let instance = Instance::new(&mut store, &module, &[memory.clone().into()])?;
///             instance.get_typed_func::<(), ()>(&mut store, "run")?.call(&mut store, ())
///         });
///     }
/// });
/// let mut byte = [0];
/// memory.read(8, &mut byte)?;
/// assert_eq!(byte, [42]);
/// assert_eq!(memory.grow(1)?, 1);
/// assert_eq!(memory.size(), 2);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct SharedMemory {
    engine: Engine,
    memory: Arc<LinearMemory>,
}

/// How a wait ended that nobody interrupted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WaitResult {
    /// By a notification.
    Ok,
    /// At once: memory had another value than the expected one.
    Mismatch,
    TimedOut,
}

impl SharedMemory {
    /// A zeroed memory of a type that is `shared` and has a maximum. Fails if a limit of the engine forbids it or there is no address space.
    pub fn new(engine: &Engine, ty: MemoryType) -> anyhow::Result<SharedMemory> {
        ensure!(ty.shared, "the type of a shared memory must say so");
        Ok(SharedMemory::of(engine, Arc::new(LinearMemory::new(engine, ty, None)?)))
    }
    pub(crate) fn of(engine: &Engine, memory: Arc<LinearMemory>) -> SharedMemory {
        SharedMemory { engine: engine.clone(), memory }
    }
    pub(crate) fn linear(&self) -> &Arc<LinearMemory> {
        &self.memory
    }
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
    /// Are the two the same memory?
    pub fn same(a: &SharedMemory, b: &SharedMemory) -> bool {
        Arc::ptr_eq(&a.memory, &b.memory)
    }
    pub fn ty(&self) -> MemoryType {
        self.memory.ty()
    }
    /// In pages of 64 KiB.
    pub fn size(&self) -> u64 {
        self.memory.pages()
    }
    /// In bytes.
    pub fn byte_len(&self) -> u64 {
        self.memory.length()
    }
    /// Adds pages while others go on; gives the old number of them.
    pub fn grow(&self, delta: u64) -> anyhow::Result<u64> {
        loop {
            let old = self.size();
            let grown = old.checked_add(delta).map_or(Grown::Refused, |new| self.memory.grow(old, new));
            match grown {
                Grown::Done => return Ok(old),
                Grown::Changed => {}
                Grown::Refused => return Err(anyhow!("failed to grow memory by {delta} pages")),
            }
        }
    }
    /// Copies into `buffer` from `address` on.
    pub fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), MemoryAccessError> {
        self.memory.read_shared(address, buffer).map_err(|_| MemoryAccessError)
    }
    /// Copies all of `bytes` to `address`, or nothing.
    pub fn write(&self, address: u64, bytes: &[u8]) -> Result<(), MemoryAccessError> {
        self.memory.write_shared(address, bytes).map_err(|_| MemoryAccessError)
    }
    fn place(&self, address: u64, width: u32) -> Result<usize, Trap> {
        self.memory.place(address, width)
    }
    /// Sequentially consistent, as all atomic operators of wasm are, and trapping as they do: `UnalignedAtomic`, `MemoryOutOfBounds`.
    pub fn atomic_load_u32(&self, address: u64) -> Result<u32, Trap> {
        Ok(words::load(self.memory.words(), self.place(address, 4)?, 4) as u32)
    }
    /// As `atomic_load_u32`.
    pub fn atomic_load_u64(&self, address: u64) -> Result<u64, Trap> {
        Ok(words::load(self.memory.words(), self.place(address, 8)?, 8))
    }
    /// As `atomic_load_u32`.
    pub fn atomic_store_u32(&self, address: u64, value: u32) -> Result<(), Trap> {
        let at = self.place(address, 4)?;
        words::update(self.memory.words(), at, 4, |_| value.into());
        Ok(())
    }
    /// As `atomic_load_u32`.
    pub fn atomic_store_u64(&self, address: u64, value: u64) -> Result<(), Trap> {
        let at = self.place(address, 8)?;
        words::update(self.memory.words(), at, 8, |_| value);
        Ok(())
    }
    /// `memory.atomic.wait32`: waits while nobody notifies this address, for ever without `timeout`. `Engine::interrupt` ends it with
    /// `Trap::Interrupted`.
    pub fn wait32(&self, address: u64, expected: u32, timeout: Option<Duration>) -> Result<WaitResult, Trap> {
        self.wait(address, 4, expected.into(), timeout)
    }
    /// `memory.atomic.wait64`, otherwise as `wait32`.
    pub fn wait64(&self, address: u64, expected: u64, timeout: Option<Duration>) -> Result<WaitResult, Trap> {
        self.wait(address, 8, expected, timeout)
    }
    fn wait(&self, address: u64, width: u32, expected: u64, timeout: Option<Duration>) -> Result<WaitResult, Trap> {
        let deadline = timeout.and_then(Deadline::after);
        let stopped = &mut || self.engine.stopping();
        match wait(&self.engine, &self.memory, Place { address, width }, expected, deadline, None, stopped)? {
            Waited::Notified => Ok(WaitResult::Ok),
            Waited::Mismatch => Ok(WaitResult::Mismatch),
            Waited::TimedOut => Ok(WaitResult::TimedOut),
            Waited::Interrupted => Err(Trap::Interrupted),
        }
    }
    /// `memory.atomic.notify`: wakes up to `count` threads that wait at this address, those first that came first; gives how many.
    pub fn notify(&self, address: u64, count: u32) -> Result<u32, Trap> {
        notify(&self.engine, &self.memory, address, count)
    }
}

impl fmt::Debug for SharedMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedMemory").field("ty", &self.ty()).field("size", &self.size()).finish()
    }
}

impl From<SharedMemory> for Extern {
    fn from(x: SharedMemory) -> Extern {
        Extern::SharedMemory(x)
    }
}

/// Where an atomic access is.
#[derive(Clone, Copy)]
struct Place {
    address: u64,
    width: u32,
}

fn wait(
    engine: &Engine,
    memory: &LinearMemory,
    place: Place,
    expected: u64,
    deadline: Option<Deadline>,
    poll: Option<Duration>,
    stopped: &mut dyn FnMut() -> bool,
) -> Result<Waited, Trap> {
    if !memory.ty().shared {
        return Err(Trap::ExpectedSharedMemory);
    }
    let at = memory.place(place.address, place.width)?;
    let words = memory.words();
    let unchanged = &|| words::load(words, at, place.width) == expected;
    Ok(engine.wait_queue().wait(memory.base().addr() + at, Wait::new(unchanged, stopped, deadline, poll)))
}

fn notify(engine: &Engine, memory: &LinearMemory, address: u64, count: u32) -> Result<u32, Trap> {
    let at = memory.place(address, 4)?;
    // In a memory of one thread nobody waits.
    Ok(if memory.ty().shared { engine.wait_queue().notify(memory.base().addr() + at, count) } else { 0 })
}

/// How often a thread that waits looks at the engine's epoch, if it has a deadline there: increments of it wake nobody, since signal handlers
/// may make them.
const POLL: Duration = Duration::from_millis(5);

impl StoreAccess<'_> {
    /// Waits as wasm code does: `timeout` in nanoseconds, for ever if negative. `Interrupted` by the engine or at the store's deadline; an error
    /// of whoever decides there is pending then. A panic of theirs goes on from here.
    pub(crate) fn wait(
        &mut self,
        memory: Stored<MemoryObject>,
        address: u64,
        width: u32,
        expected: u64,
        timeout: i64,
    ) -> Result<Waited, Trap> {
        let (engine, memory) = (self.opaque().engine().clone(), memory.get(self.opaque()).clone());
        let deadline = u64::try_from(timeout).ok().map(Duration::from_nanos).and_then(Deadline::after);
        let asks = self.record().deadline.get() != u64::MAX;
        let mut panicked = None;
        // A queue need not stand a panic.
        let stopped = &mut || {
            engine.stopping()
                || asks && catch_unwind(AssertUnwindSafe(|| self.interrupted())).unwrap_or_else(|panic| panicked.replace(panic).is_none())
        };
        let waited = wait(&engine, &memory, Place { address, width }, expected, deadline, asks.then_some(POLL), stopped);
        panicked.map_or(waited, |panic| resume_unwind(panic))
    }
    /// As wasm code notifies.
    pub(crate) fn notify(&self, memory: Stored<MemoryObject>, address: u64, count: u32) -> Result<u32, Trap> {
        notify(self.opaque().engine(), memory.get(self.opaque()), address, count)
    }
}
