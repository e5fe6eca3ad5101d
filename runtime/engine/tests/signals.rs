//! Faults that are not wasm's go where they would have gone without us. Each case runs in a process of its own, which is this test
//! program again with the case's name in an environment variable.
mod common;
use common::*;
use samite::*;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

const CASE: &str = "SAMITE_TEST_CASE";

/// Runs `case` in a process of its own; None in that process, once `case` is over.
fn apart(name: &str, case: impl FnOnce()) -> Option<ExitStatus> {
    if std::env::var(CASE).is_ok_and(|asked| asked == name) {
        case();
        return None;
    }
    let test = std::env::current_exe().unwrap();
    let output = Command::new(test).args(["--exact", name, "--nocapture"]).env(CASE, name).output().unwrap();
    Some(output.status)
}

fn segfault() {
    // SAFETY: none: the point is to fault.
    unsafe { std::ptr::without_provenance_mut::<u8>(8).write_volatile(1) };
}

fn wasm_still_traps() {
    let wat = r#"(module (memory 1) (func (export "f") (param i32) (result i32) (i32.load (local.get 0))))"#;
    let (mut store, instance) = instantiate(&engine(EngineKind::Compiled), (), wat);
    let f = instance.get_typed_func::<i32, i32>(&mut store, "f").unwrap();
    assert_eq!(trap(&f.call(&mut store, -1).unwrap_err()), Trap::MemoryOutOfBounds);
}

extern "C" fn exit_42(_: libc::c_int, _: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: _exit may be called in signal handlers.
    unsafe { libc::_exit(42) }
}

fn install(signal: libc::c_int, handler: libc::sighandler_t, flags: libc::c_int) -> libc::sigaction {
    // SAFETY: a handler of the shape that the flags say.
    unsafe {
        let mut new = std::mem::zeroed::<libc::sigaction>();
        new.sa_sigaction = handler;
        new.sa_flags = flags;
        let mut old = std::mem::zeroed();
        assert_eq!(libc::sigaction(signal, &new, &mut old), 0);
        old
    }
}

#[test]
fn a_handler_from_before_gets_foreign_faults() {
    let status = apart("a_handler_from_before_gets_foreign_faults", || {
        install(libc::SIGSEGV, exit_42 as *const () as usize, libc::SA_SIGINFO);
        wasm_still_traps();
        segfault();
    });
    assert!(status.is_none_or(|s| s.code() == Some(42)), "{status:?}");
}

#[test]
fn the_default_action_kills_with_the_right_signal() {
    let status = apart("the_default_action_kills_with_the_right_signal", || {
        install(libc::SIGSEGV, libc::SIG_DFL, 0);
        wasm_still_traps();
        segfault();
    });
    assert!(status.is_none_or(|s| s.signal() == Some(libc::SIGSEGV)), "{status:?}");
}

#[test]
fn a_sent_signal_kills_too() {
    let status = apart("a_sent_signal_kills_too", || {
        install(libc::SIGILL, libc::SIG_DFL, 0);
        wasm_still_traps();
        // SAFETY: a signal to ourselves.
        unsafe { libc::raise(libc::SIGILL) };
    });
    assert!(status.is_none_or(|s| s.signal() == Some(libc::SIGILL)), "{status:?}");
}

#[test]
fn an_ignored_sent_signal_is_ignored() {
    let status = apart("an_ignored_sent_signal_is_ignored", || {
        install(libc::SIGFPE, libc::SIG_IGN, 0);
        wasm_still_traps();
        // SAFETY: a signal to ourselves.
        unsafe { libc::raise(libc::SIGFPE) };
        wasm_still_traps();
        std::process::exit(43);
    });
    assert!(status.is_none_or(|s| s.code() == Some(43)), "{status:?}");
}

#[test]
fn a_fault_in_a_host_function_is_no_trap() {
    let status = apart("a_fault_in_a_host_function_is_no_trap", || {
        install(libc::SIGSEGV, exit_42 as *const () as usize, libc::SA_SIGINFO | libc::SA_ONSTACK);
        let engine = engine(EngineKind::Compiled);
        let mut linker = Linker::<()>::new(&engine);
        linker.func_wrap("h", "f", segfault).unwrap();
        let wat = r#"(module (import "h" "f" (func $f)) (func (export "run") call $f))"#;
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &Module::new(&engine, wat).unwrap()).unwrap();
        let _ = instance.get_typed_func::<(), ()>(&mut store, "run").unwrap().call(&mut store, ());
    });
    assert!(status.is_none_or(|s| s.code() == Some(42)), "{status:?}");
}

static mut BELOW: Option<libc::sigaction> = None;

extern "C" fn chains(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: `BELOW` was filled before this handler was used; what is below is a handler of this shape.
    unsafe {
        let below = (*(&raw const BELOW)).unwrap().sa_sigaction;
        let below: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = std::mem::transmute(below);
        below(signal, info, context);
    }
}

#[test]
fn a_handler_from_after_may_chain_to_ours() {
    let status = apart("a_handler_from_after_may_chain_to_ours", || {
        wasm_still_traps();
        let below = install(libc::SIGSEGV, chains as *const () as usize, libc::SA_SIGINFO | libc::SA_ONSTACK);
        // SAFETY: no signal of ours comes between the two lines.
        unsafe { BELOW = Some(below) };
        wasm_still_traps();
        std::process::exit(44);
    });
    assert!(status.is_none_or(|s| s.code() == Some(44)), "{status:?}");
}

#[test]
fn a_host_stack_overflow_is_reported_as_before() {
    #[allow(unconditional_recursion)]
    fn forever(x: &[u8; 1000]) -> u8 {
        let y = std::hint::black_box([x[0].wrapping_add(1); 1000]);
        forever(&y).wrapping_add(y[500])
    }
    let status = apart("a_host_stack_overflow_is_reported_as_before", || {
        let thread = std::thread::spawn(|| {
            wasm_still_traps();
            forever(&[0; 1000])
        });
        let _ = thread.join();
    });
    // The standard library's handler says so and aborts.
    assert!(status.is_none_or(|s| s.signal() == Some(libc::SIGABRT)), "{status:?}");
}
