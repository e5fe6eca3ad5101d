//! wasi-threads: a program that imports a shared memory and `wasi::thread-spawn` and exports `wasi_thread_start` may start threads. Each is
//! another instance of the same module, in a store of its own, over the same memory and the same `WasiCtx`.
//! Specification: github.com/WebAssembly/wasi-threads.
//!
//! The program ends when its first thread returns, when any thread exits, or when any thread traps: with that exit code or that trap. Then
//! all other threads are stopped: those in wasm code at the next function's entry or loop, those that wait in memory or in a WASI call at once.
//! `Threads::run` returns when none is left.
//!
//! ```
//! use samite::{Config, Engine, Linker, Module, Store};
//! use samite_wasi::{Exit, Threads, WasiCtx, WasiCtxBuilder, add_to_linker};
//!
//! # fn main() -> anyhow::Result<()> {
//! let engine = Engine::new(Config::new().strategy("interrupt=epoch".parse().map_err(samite::Error::msg)?))?;
//! let module = Module::new(
//!     &engine,
//!     r#"(module
//!         (import "env" "memory" (memory 1 1 shared))
//!         (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
//!         (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
//!         (func (export "wasi_thread_start") (param $id i32) (param $argument i32)
//!             (call $exit (local.get $argument)))
//!         (func (export "_start")
//!             (drop (call $spawn (i32.const 7)))
//!             (loop $forever (br $forever))))"#,
//! )?;
//! let mut linker = Linker::new(&engine);
//! add_to_linker(&mut linker, |ctx: &mut WasiCtx| ctx)?;
//! let mut store = Store::new(&engine, WasiCtxBuilder::new().build()?);
//! let threads = Threads::new(&mut linker, &mut store, &module, |ctx| ctx)?;
//! let end = threads.run(&linker, &mut store, |store, instance| {
//!     instance.get_typed_func::<(), ()>(&mut *store, "_start")?.call(store, ())
//! });
//! assert_eq!(end.unwrap_err().downcast_ref::<Exit>(), Some(&Exit(7)));
//! # Ok(())
//! # }
//! ```

use crate::ctx::WasiCtx;
use crate::types::Errno;
use anyhow::{Context, ensure};
use parking_lot::{Condvar, Mutex};
use samite::{Caller, Engine, ExternType, Instance, InstancePre, Linker, Module, SharedMemory, Store, Trap, UpdateDeadline};
use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What a program with threads imports.
pub const THREADS_MODULE: &str = "wasi";
pub const SPAWN: &str = "thread-spawn";
const START: &str = "wasi_thread_start";

/// Threads that a program may have at a time, beside its first, unless `Threads::max_threads` says otherwise.
pub const DEFAULT_MAX_THREADS: usize = 4096;

/// Thread numbers are positive and below this: the document reserves the upper bits.
const NUMBERS: u32 = 1 << 29;

/// How often threads are told again to stop, should one have missed it.
const AGAIN: Duration = Duration::from_millis(2);

/// The threads of one program.
pub struct Threads<T: Clone + Send + 'static> {
    program: Arc<Program<T>>,
    module: Module,
}

struct Program<T: 'static> {
    engine: Engine,
    /// What each thread is an instance of; set before the first can start.
    instances: OnceLock<InstancePre<T>>,
    /// What the stores of threads hold.
    data: Mutex<T>,
    ctx: WasiCtx,
    /// Read by every thread at its deadline; set once, under the lock of `state`.
    stopped: AtomicBool,
    state: Mutex<State>,
    /// A thread has ended.
    ended: Condvar,
}

struct State {
    most: usize,
    grace: Option<Duration>,
    next: u32,
    running: HashMap<u32, JoinHandle<()>>,
    /// Those that have nothing more to do than to end.
    ending: Vec<JoinHandle<()>>,
    outcome: Option<End>,
}

/// Why the program ended, other than by its first thread's return.
enum End {
    Error(anyhow::Error),
    /// Of a host function.
    Panic(Box<dyn Any + Send>),
}

impl<T: Clone + Send + 'static> Threads<T> {
    /// Does the module start threads?
    pub fn wanted(module: &Module) -> bool {
        module.imports().any(|import| import.module() == THREADS_MODULE && import.name() == SPAWN)
    }

    /// Defines `thread-spawn`, and the shared memories that the module imports and nobody has defined. `get` finds the context in a store's
    /// data; the stores of threads get clones of the data of `store`, which it has now. Fails if the engine's strategy is `interrupt=off`, since
    /// then no thread could be stopped, and if the module has no `wasi_thread_start` of the right type.
    pub fn new(
        linker: &mut Linker<T>,
        store: &mut Store<T>,
        module: &Module,
        get: fn(&mut T) -> &mut WasiCtx,
    ) -> anyhow::Result<Threads<T>> {
        let engine = module.engine().clone();
        ensure!(engine.has_epochs(), "the threads of a program can be stopped only with the strategy interrupt=epoch");
        let start = module.get_export(START).with_context(|| format!("a program with threads exports `{START}`, which this one lacks"))?;
        let right = start.func().is_some_and(|ty| ty.params == [samite::ValType::I32; 2] && ty.results.is_empty());
        ensure!(right, "`{START}` is {start}, not a function that takes two i32 and gives nothing");
        for import in module.imports() {
            let (of, name) = (import.module(), import.name());
            if let ExternType::Memory(ty) = import.ty()
                && ty.shared
                && linker.get(&mut *store, of, name).is_none()
            {
                linker.define(&*store, of, name, SharedMemory::new(&engine, ty)?)?;
            }
        }
        let ctx = get(store.data_mut()).clone();
        ctx.stoppable()?;
        let state = State { most: DEFAULT_MAX_THREADS, grace: None, next: 1, running: HashMap::new(), ending: Vec::new(), outcome: None };
        let program = Arc::new(Program {
            engine,
            instances: OnceLock::new(),
            data: Mutex::new(store.data().clone()),
            ctx,
            stopped: AtomicBool::new(false),
            state: Mutex::new(state),
            ended: Condvar::new(),
        });
        let weak: Weak<Program<T>> = Arc::downgrade(&program);
        linker.func_wrap(THREADS_MODULE, SPAWN, move |_: Caller<'_, T>, argument: i32| -> i32 {
            weak.upgrade().map_or(NO_THREAD, |program| program.spawn(argument))
        })?;
        Ok(Threads { program, module: module.clone() })
    }

    /// How many threads there may be at a time, beside the first; `thread-spawn` of more fails.
    pub fn max_threads(self, most: usize) -> Threads<T> {
        self.program.state.lock().most = most;
        self
    }

    /// After the program's end, `run` waits so long for threads in host functions that do not return, and then leaves them behind; without this
    /// it waits until all have ended.
    pub fn grace(self, grace: Duration) -> Threads<T> {
        self.program.state.lock().grace = Some(grace);
        self
    }

    /// What ends the program from outside, for other threads of the embedder.
    pub fn stopper(&self) -> impl Fn(anyhow::Error) + Send + 'static {
        let program = Arc::downgrade(&self.program);
        move |why| {
            if let Some(program) = program.upgrade() {
                program.stop(Some(End::Error(why)));
            }
        }
    }

    /// Makes the first instance, of what the linker has, and gives it to `main`; when that returns the program is over. Gives what `main` gave, or why another
    /// thread ended the program before. The store's epoch deadline and its callback are used for this.
    pub fn run<R>(
        self,
        linker: &Linker<T>,
        store: &mut Store<T>,
        main: impl FnOnce(&mut Store<T>, Instance) -> anyhow::Result<R>,
    ) -> anyhow::Result<R> {
        let program = &self.program;
        let instances = linker.instantiate_pre(&self.module)?;
        assert!(program.instances.set(instances).is_ok(), "it is set only here");
        let result = catch_unwind(AssertUnwindSafe(|| {
            program.watch(store);
            let instance = program.instances.get().expect("set at first").instantiate(&mut *store)?;
            main(store, instance)
        }));
        let (value, end) = match result {
            Ok(Ok(value)) => (Some(value), None),
            Ok(Err(error)) => (None, Some(End::Error(error))),
            Err(panic) => (None, Some(End::Panic(panic))),
        };
        program.stop(end);
        match (program.join(), value) {
            (None, value) => Ok(value.expect("nothing else ended it")),
            (Some(End::Error(error)), _) => Err(error),
            (Some(End::Panic(panic)), _) => resume_unwind(panic),
        }
    }
}

/// What `thread-spawn` answers if there is no thread: an error, negative.
const NO_THREAD: i32 = -(Errno::Again as i32);

impl<T: Clone + Send + 'static> Program<T> {
    fn spawn(self: Arc<Program<T>>, argument: i32) -> i32 {
        let mut state = self.state.lock();
        if self.stopped() || state.running.len() >= state.most {
            return NO_THREAD;
        }
        let number = (0..NUMBERS).map(|n| (state.next + n - 1) % (NUMBERS - 1) + 1).find(|n| !state.running.contains_key(n));
        let number = number.expect("not all are taken");
        let program = self.clone();
        let stack = self.engine.config().thread_stack();
        let thread = std::thread::Builder::new().name(format!("wasi {number}")).stack_size(stack);
        let Ok(handle) = thread.spawn(move || program.thread(number, argument)) else { return NO_THREAD };
        state.next = number + 1;
        // Under the lock: it does not end before it is here.
        state.running.insert(number, handle);
        let ending = std::mem::take(&mut state.ending);
        drop(state);
        join_all(ending);
        number as i32
    }

    /// What a thread of the host does for one of the program.
    fn thread(self: Arc<Program<T>>, number: u32, argument: i32) {
        let end = match catch_unwind(AssertUnwindSafe(|| self.start(number, argument))) {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(End::Error(error)),
            Err(panic) => Some(End::Panic(panic)),
        };
        if end.is_some() {
            self.stop(end);
        }
        let mut state = self.state.lock();
        let handle = state.running.remove(&number).expect("it was running");
        state.ending.push(handle);
        self.ended.notify_all();
    }

    fn start(self: &Arc<Program<T>>, number: u32, argument: i32) -> anyhow::Result<()> {
        let data = self.data.lock().clone();
        let mut store = Store::new(&self.engine, data);
        Program::watch(self, &mut store);
        ensure!(!self.stopped(), Trap::Interrupted);
        let instance = self.instances.get().expect("set at first").instantiate(&mut store)?;
        let start = instance.get_typed_func::<(i32, i32), ()>(&mut store, START)?;
        start.call(&mut store, (number as i32, argument))
    }

    /// Makes wasm code of a store stop with the program. Whoever calls it asks `stopped` afterwards: what was stopped before is not noticed.
    fn watch(self: &Arc<Program<T>>, store: &mut Store<T>) {
        let program = self.clone();
        store.epoch_deadline_callback(move |_| Ok(if program.stopped() { UpdateDeadline::Interrupt } else { UpdateDeadline::Continue(1) }));
        store.set_epoch_deadline(1);
    }

    fn stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Ends the program, if nothing has yet.
    fn stop(&self, why: Option<End>) {
        let mut state = self.state.lock();
        if !self.stopped() {
            state.outcome = why;
            self.stopped.store(true, Ordering::SeqCst);
        }
        drop(state);
        self.ctx.stop();
        self.engine.increment_epoch();
    }

    /// Waits until no thread is left; why the program ended.
    fn join(&self) -> Option<End> {
        let since = Instant::now();
        let mut state = self.state.lock();
        while !state.running.is_empty() && state.grace.is_none_or(|grace| since.elapsed() < grace) {
            self.engine.increment_epoch();
            self.ended.wait_for(&mut state, AGAIN);
        }
        let (ending, outcome) = (std::mem::take(&mut state.ending), state.outcome.take());
        drop(state);
        join_all(ending);
        outcome
    }
}

/// They have nothing more to do, and no panic is left in them.
fn join_all(threads: Vec<JoinHandle<()>>) {
    for thread in threads {
        drop(thread.join());
    }
}
