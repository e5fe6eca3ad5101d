//! Commands on a store, those of each thread on one of its own.
use super::expect::{Expected, Shown};
use super::read::{Action, Argument, Command, Script, Source, What};
use super::{Failure, Outcome, spectest};
use crate::input::one_line;
use samite::{Engine, Extern, ExternRef, Instance, Linker, Module, Ref, SharedMemory, Store, Trap, Val};
use samite_ir::translate::{Error, ErrorKind};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{Scope, ScopedJoinHandle};

pub fn run(script: &Script, engine: &Engine) -> Outcome {
    let mut outcome = std::thread::scope(|scope| run_commands(scope, &script.commands, engine, None));
    outcome.failures.sort_by_key(|failure| failure.line);
    outcome
}

/// An instance's shared memories, under the names of its exports, for a thread that knows it by `name`.
struct Shared {
    name: String,
    memories: Vec<(String, SharedMemory)>,
}

/// Runs commands, and waits for all threads that they start.
fn run_commands<'scope, 'script>(
    scope: &'scope Scope<'scope, 'script>,
    commands: &'script [Command],
    engine: &Engine,
    shared: Option<Shared>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut runner = match Runner::new(scope, engine, shared) {
        Ok(runner) => runner,
        Err(error) => {
            let line = commands.first().map_or(1, |command| command.line);
            let message = format!("the host module cannot be made: {}", one_line(&error));
            outcome.failures.push(Failure { line, message, feature: None });
            return outcome;
        }
    };
    for command in commands {
        match runner.command(&command.what) {
            Ok(Counts::Yes) => outcome.passed += 1,
            Ok(Counts::No) => {}
            Err(Reason { message, feature }) => outcome.failures.push(Failure { line: command.line, message, feature }),
        }
    }
    let running: Vec<String> = runner.threads.keys().cloned().collect();
    for thread in running {
        if let Err(Reason { message, feature }) = runner.join(&thread) {
            let line = commands.last().map_or(1, |command| command.line);
            outcome.failures.push(Failure { line, message, feature });
        }
    }
    outcome.passed += runner.of_threads.passed;
    outcome.failures.append(&mut runner.of_threads.failures);
    outcome
}

/// Does the success of a command count as a passed assertion?
enum Counts {
    Yes,
    No,
}

/// Why a command failed.
#[derive(Clone, Debug)]
struct Reason {
    message: String,
    feature: Option<String>,
}

impl Reason {
    fn new(message: impl Into<String>) -> Reason {
        Reason { message: message.into(), feature: None }
    }
    fn missing(feature: &str) -> Reason {
        Reason { message: format!("needs {feature}"), feature: Some(feature.to_string()) }
    }
    /// That something failed which should not.
    fn error(error: &anyhow::Error) -> Reason {
        let feature = refusal(error).filter(|e| e.kind == ErrorKind::Unsupported).map(|e| e.message.clone());
        Reason { message: one_line(error), feature }
    }
}

fn refusal(error: &anyhow::Error) -> Option<&Error> {
    error.downcast_ref::<Error>()
}

/// What may go wrong with an action: what the script may expect, and what it cannot.
enum Stop {
    /// Instantiation or a call failed.
    Failed(anyhow::Error),
    /// There is nothing to call.
    Reason(Reason),
}

impl Stop {
    fn reason(self) -> Reason {
        match self {
            Stop::Failed(error) => Reason::error(&error),
            Stop::Reason(reason) => reason,
        }
    }
}

/// Bytes of a thread's stack: those of the main thread on most systems.
const STACK: usize = 8 << 20;

/// A panic is a bug of the engine; the script goes on, to show what else works.
fn guarded<T>(work: impl FnOnce() -> anyhow::Result<T>) -> Result<T, Stop> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(Stop::Failed),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
            let line = text.unwrap_or_default().lines().next().unwrap_or_default();
            Err(Stop::Reason(Reason::new(format!("panic: {line}"))))
        }
    }
}

/// An instance, or why there is none: what refers to it then fails for the same reason.
type Place = Result<Instance, Reason>;

struct Runner<'scope, 'script> {
    scope: &'scope Scope<'scope, 'script>,
    threads: HashMap<String, ScopedJoinHandle<'scope, Outcome>>,
    /// What came of the threads that ended.
    of_threads: Outcome,
    engine: Engine,
    store: Store<()>,
    linker: Linker<()>,
    /// Registered names whose instance could not be made.
    unlinked: HashMap<String, Reason>,
    current: Place,
    named: HashMap<String, Place>,
    latest_definition: Result<Module, Reason>,
    definitions: HashMap<String, Result<Module, Reason>>,
}

impl<'scope, 'script> Runner<'scope, 'script> {
    fn new(scope: &'scope Scope<'scope, 'script>, engine: &Engine, shared: Option<Shared>) -> anyhow::Result<Runner<'scope, 'script>> {
        let mut store = Store::new(engine, ());
        let mut linker = Linker::new(engine);
        linker.allow_shadowing(true);
        spectest::define(&mut linker, &mut store)?;
        let mut named = HashMap::new();
        if let Some(shared) = shared {
            named.insert(shared.name, Ok(stand_in(&mut store, &shared.memories)?));
        }
        Ok(Runner {
            scope,
            threads: HashMap::new(),
            of_threads: Outcome::default(),
            engine: engine.clone(),
            store,
            linker,
            unlinked: HashMap::new(),
            current: Err(Reason::new("there is no instance yet")),
            named,
            latest_definition: Err(Reason::new("there is no module definition yet")),
            definitions: HashMap::new(),
        })
    }

    fn command(&mut self, what: &'script What) -> Result<Counts, Reason> {
        match what {
            What::Module { name, module } => {
                let place = self.compile(module).and_then(|module| self.instantiate(&module)).map_err(Stop::reason);
                self.settle(name, place)
            }
            What::Definition { name, module } => {
                let compiled = self.compile(module).map_err(Stop::reason);
                self.latest_definition = compiled.clone();
                if let Some(name) = name {
                    self.definitions.insert(name.clone(), compiled.clone());
                }
                compiled.map(|_| Counts::No)
            }
            What::Instance { name, definition } => {
                let found = match definition {
                    None => Some(&self.latest_definition),
                    Some(definition) => self.definitions.get(definition),
                };
                let module = found.cloned().unwrap_or_else(|| Err(Reason::new("there is no module definition of this name")));
                let place = module.and_then(|module| self.instantiate(&module).map_err(Stop::reason));
                self.settle(name, place)
            }
            What::Register { name, instance } => match self.instance(instance) {
                Ok(instance) => {
                    self.unlinked.remove(name);
                    let linked = self.linker.instance(&mut self.store, name, instance);
                    linked.map(|_| Counts::No).map_err(|error| Reason::error(&error))
                }
                Err(reason) => {
                    self.unlinked.insert(name.clone(), reason.clone());
                    Err(reason)
                }
            },
            What::Invoke(action) => self.act(action).map(|_| Counts::No).map_err(Stop::reason),
            What::AssertReturn { action, results } => {
                let values = self.act(action).map_err(Stop::reason)?;
                compare(&values, results).map(|()| Counts::Yes)
            }
            What::AssertTrap { action, message } | What::AssertExhaustion { action, message } => {
                let done = self.act(action);
                trapped(done, message).map(|()| Counts::Yes)
            }
            What::AssertException { action } => match self.act(action) {
                Ok(values) => Err(Reason::new(format!("no exception: {}", list(&values)))),
                Err(stop) => Err(stop.reason()),
            },
            What::AssertInvalid { module, message } | What::AssertMalformed { module, message } => {
                self.refused(module, message).map(|()| Counts::Yes)
            }
            What::AssertUnlinkable { module, message } => {
                let module = self.compile(module).map_err(Stop::reason)?;
                unlinkable(self.instantiate(&module), message).map(|()| Counts::Yes)
            }
            What::Thread { name, shared, commands } => self.spawn(name, shared, commands).map(|()| Counts::No),
            What::Wait { thread } => self.join(thread).map(|()| Counts::No),
            What::Unsupported { feature } => Err(Reason::missing(feature)),
        }
    }

    fn spawn(&mut self, name: &str, shared: &Option<String>, commands: &'script [Command]) -> Result<(), Reason> {
        if self.threads.contains_key(name) {
            return Err(Reason::new(format!("there is a thread ${name} already")));
        }
        let shared = match shared {
            None => None,
            Some(shared) => {
                let exports = self.instance(&Some(shared.clone()))?.exports(&mut self.store);
                let memories = exports.filter_map(|export| Some((export.name().to_string(), export.into_shared_memory()?)));
                Some(Shared { name: shared.clone(), memories: memories.collect() })
            }
        };
        let (scope, engine) = (self.scope, self.engine.clone());
        let thread = std::thread::Builder::new().stack_size(STACK);
        let started = thread.spawn_scoped(scope, move || run_commands(scope, commands, &engine, shared));
        let started = started.map_err(|error| Reason::new(format!("the thread cannot be started: {error}")))?;
        self.threads.insert(name.to_string(), started);
        Ok(())
    }

    /// Waits for a thread, and keeps what came of it.
    fn join(&mut self, name: &str) -> Result<(), Reason> {
        let thread = self.threads.remove(name).ok_or_else(|| Reason::new(format!("there is no thread ${name}")))?;
        let mut outcome = thread.join().map_err(|_| Reason::new(format!("the thread ${name} panicked")))?;
        self.of_threads.passed += outcome.passed;
        self.of_threads.failures.append(&mut outcome.failures);
        Ok(())
    }

    /// Makes the outcome of an instantiation the current instance, and the named one if it has a name.
    fn settle(&mut self, name: &Option<String>, place: Place) -> Result<Counts, Reason> {
        self.current = place.clone();
        if let Some(name) = name {
            self.named.insert(name.clone(), place.clone());
        }
        place.map(|_| Counts::No)
    }

    fn compile(&self, module: &Source) -> Result<Module, Stop> {
        let bytes = module.as_ref().map_err(|message| Stop::Reason(Reason::new(format!("the text is not a module: {message}"))))?;
        guarded(|| Module::from_binary(&self.engine, bytes))
    }

    fn instantiate(&mut self, module: &Module) -> Result<Instance, Stop> {
        if let Some(reason) = module.imports().find_map(|import| self.unlinked.get(import.module())) {
            return Err(Stop::Reason(reason.clone()));
        }
        guarded(|| self.linker.instantiate(&mut self.store, module))
    }

    fn instance(&self, name: &Option<String>) -> Place {
        match name {
            None => self.current.clone(),
            Some(name) => match self.named.get(name) {
                Some(place) => place.clone(),
                None => Err(Reason::new(format!("there is no instance ${name}"))),
            },
        }
    }

    fn act(&mut self, action: &Action) -> Result<Vec<Val>, Stop> {
        let none = |what: String| Stop::Reason(Reason::new(what));
        match action {
            Action::Instantiate(module) => {
                let module = self.compile(module)?;
                self.instantiate(&module).map(|_| Vec::new())
            }
            Action::Get { instance, global } => {
                let instance = self.instance(instance).map_err(Stop::Reason)?;
                let found = instance.get_global(&mut self.store, global);
                let found = found.ok_or_else(|| none(format!("no exported global {global:?}")))?;
                Ok(vec![found.get(&self.store)])
            }
            Action::Call { instance, function, arguments } => {
                let instance = self.instance(instance).map_err(Stop::Reason)?;
                let found = instance.get_func(&mut self.store, function);
                let found = found.ok_or_else(|| none(format!("no exported function {function:?}")))?;
                let arguments: Vec<Val> = arguments.iter().map(value).collect::<Result<_, Reason>>().map_err(Stop::Reason)?;
                let mut results: Vec<Val> = found.ty(&self.store).results.iter().map(|ty| Val::default_for_ty(*ty)).collect();
                guarded(|| found.call(&mut self.store, &arguments, &mut results))?;
                Ok(results)
            }
        }
    }

    /// Is a module refused? Whether as malformed or as invalid is not compared: validation reads as it goes and finds either first.
    fn refused(&self, module: &Source, message: &str) -> Result<(), Reason> {
        // What the text parser refuses never reaches the engine.
        if module.is_err() {
            return Ok(());
        }
        let error = match self.compile(module) {
            Ok(_) => return Err(Reason::new(format!("accepted, expected refusal: {message}"))),
            Err(Stop::Failed(error)) => error,
            Err(stop) => return Err(stop.reason()),
        };
        match refusal(&error) {
            // Refused for another reason than the asserted one, which is still to be judged.
            Some(found) if found.kind == ErrorKind::Unsupported && !lacks(message, &found.message) => Err(Reason::error(&error)),
            Some(_) => Ok(()),
            None => Err(Reason::error(&error)),
        }
    }
}

/// An instance that exports memories as another one does that is in a store of another thread.
fn stand_in(store: &mut Store<()>, memories: &[(String, SharedMemory)]) -> anyhow::Result<Instance> {
    let mut text = String::from("(module");
    // A module has no more than one memory, under any number of names.
    if let Some((_, memory)) = memories.first() {
        let ty = memory.ty();
        text += &format!(" (import \"\" \"\" (memory {} {} shared))", ty.min, ty.max.unwrap_or(ty.min));
    }
    for (name, _) in memories {
        let name: String = name.bytes().map(|byte| format!("\\{byte:02x}")).collect();
        text += &format!(" (export \"{name}\" (memory 0))");
    }
    let module = Module::new(store.engine(), text + ")")?;
    let imports: Vec<Extern> = memories.first().map(|(_, memory)| memory.clone().into()).into_iter().collect();
    Instance::new(store, &module, &imports)
}

/// Scripts of early versions assert that what a later feature allows is refused; an engine without the feature agrees, in other words.
fn lacks(message: &str, feature: &str) -> bool {
    let same = [
        ("multiple memories", "multiple memories"),
        // Flags of limits and of globals.
        ("integer representation too long", "memory64"),
        ("malformed mutability", "shared-everything threads"),
        ("invalid mutability", "shared-everything threads"),
    ];
    same.contains(&(message, feature))
}

fn value(argument: &Argument) -> Result<Val, Reason> {
    Ok(match argument {
        Argument::I32(v) => Val::I32(*v),
        Argument::I64(v) => Val::I64(*v),
        Argument::F32(v) => Val::F32(*v),
        Argument::F64(v) => Val::F64(*v),
        Argument::V128(bytes) => Val::V128(u128::from_le_bytes(*bytes).into()),
        Argument::Null(ty) => Ref::null(*ty).expect("a reference type").into(),
        Argument::Extern(number) => ExternRef::new(*number).into(),
        Argument::Unsupported { feature } => return Err(Reason::missing(feature)),
    })
}

fn compare(values: &[Val], expected: &[Expected]) -> Result<(), Reason> {
    if values.len() == expected.len() && values.iter().zip(expected).all(|(value, expected)| expected.fits(value)) {
        return Ok(());
    }
    let expected = if expected.is_empty() { "nothing".into() } else { join(expected.iter().map(|e| e.to_string())) };
    Err(Reason::new(format!("got {}, expected {expected}", list(values))))
}

fn list(values: &[Val]) -> String {
    if values.is_empty() { "nothing".into() } else { join(values.iter().map(|v| Shown(v).to_string())) }
}

fn join(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn trapped(done: Result<Vec<Val>, Stop>, message: &str) -> Result<(), Reason> {
    match done {
        Ok(values) => Err(Reason::new(format!("no trap but {}, expected: {message}", list(&values)))),
        Err(Stop::Failed(error)) => match error.downcast_ref::<Trap>() {
            // Scripts give the start of a message, or go on with the number of an element.
            Some(trap) if trap.name().starts_with(message) || message.starts_with(trap.name()) => Ok(()),
            Some(trap) => Err(Reason::new(format!("trap: {trap}, expected: {message}"))),
            None => Err(Reason::error(&error)),
        },
        Err(stop) => Err(stop.reason()),
    }
}

fn unlinkable(done: Result<Instance, Stop>, message: &str) -> Result<(), Reason> {
    match done {
        Ok(_) => Err(Reason::new(format!("it links, expected: {message}"))),
        Err(Stop::Failed(error)) if error.to_string().starts_with(message) => Ok(()),
        Err(Stop::Failed(error)) => {
            let reason = Reason::error(&error);
            Err(Reason { message: format!("{}, expected: {message}", reason.message), ..reason })
        }
        Err(stop) => Err(stop.reason()),
    }
}
