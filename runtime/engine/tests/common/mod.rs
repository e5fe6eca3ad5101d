//! What the tests of the API share.
#![allow(dead_code)]
use samite::*;

/// One engine of each kind, with its name for messages.
pub fn engines() -> Vec<(EngineKind, Engine)> {
    EngineKind::ALL.iter().map(|kind| (*kind, engine(*kind))).collect()
}

pub fn engine(kind: EngineKind) -> Engine {
    Engine::new(Config::new().engine(kind)).unwrap()
}

/// A store of `T` with an instance of a module without imports.
pub fn instantiate<T: 'static>(engine: &Engine, data: T, wat: &str) -> (Store<T>, Instance) {
    let mut store = Store::new(engine, data);
    let module = Module::new(engine, wat).unwrap();
    let instance = Linker::new(engine).instantiate(&mut store, &module).unwrap();
    (store, instance)
}

pub fn trap(error: &Error) -> Trap {
    *error.downcast_ref::<Trap>().unwrap_or_else(|| panic!("no trap: {error:?}"))
}

/// Names of the functions on the backtrace, innermost first.
pub fn frames(error: &Error) -> Vec<String> {
    let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap_or_else(|| panic!("no backtrace: {error:?}"));
    backtrace.frames().iter().map(|f| f.func_name().unwrap_or("?").to_string()).collect()
}
