//! Signal handlers for the faults that are traps. They take no lock, allocate nothing and touch only the store record of the activation.
//!
//! A fault is ours if this thread is in wasm, and the program counter is in code of that store's engine, at a row of its trap table. Then
//! the handler notes what and where, and makes the thread go on at the exit stub, which makes the newest entry stub return 1. Any other
//! fault goes to the handler that was there before us, or to the system's default.
use super::stack::THREAD;
use super::unwind::{Walk, walk};
use crate::code::FrameKind;
use crate::vm::records::TRACE_FRAMES;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Once;

const SIGNALS: [libc::c_int; 4] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE];

/// The handlers that were installed before ours, in the order of `SIGNALS`. Written once, before ours can run.
static mut PREVIOUS: [MaybeUninit<libc::sigaction>; SIGNALS.len()] = [const { MaybeUninit::uninit() }; SIGNALS.len()];

/// Installs the handlers, once in a process.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for (k, signal) in SIGNALS.into_iter().enumerate() {
            // SAFETY: `PREVIOUS` is written here only, inside the `Once`, and each entry before the handler that reads it is installed (the first
            // call only asks).
            unsafe {
                let previous = (&raw mut PREVIOUS[k]).cast::<libc::sigaction>();
                if libc::sigaction(signal, ptr::null(), previous) != 0 {
                    panic!("cannot ask for the handler of signal {signal}: {}", std::io::Error::last_os_error());
                }
                let mut new = std::mem::zeroed::<libc::sigaction>();
                new.sa_sigaction = handle as *const () as usize;
                new.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
                libc::sigemptyset(&mut new.sa_mask);
                if libc::sigaction(signal, &new, ptr::null_mut()) != 0 {
                    panic!("cannot install a handler of signal {signal}: {}", std::io::Error::last_os_error());
                }
            }
        }
    });
}

unsafe extern "C" fn handle(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the system passes the signal's information and the thread's context, ours to edit.
    unsafe {
        if !trap(signal, info, context.cast()) {
            pass_on(signal, info, context);
        }
    }
}

/// If the fault is a trap of wasm code, makes the thread leave wasm.
///
/// # Safety
/// Called in a signal handler, with what the system passed.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
unsafe fn trap(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::ucontext_t) -> bool {
    // SAFETY: the system's information on the signal.
    if sent(unsafe { &*info }) {
        return false;
    }
    let activation = THREAD.with(|thread| thread.activation());
    // SAFETY: the activation is the record of a store that is in use by a call further out on this thread's stack.
    let Some(record) = (unsafe { activation.as_ref() }) else { return false };
    // SAFETY: the store's engine keeps the registry.
    let Some(registry) = (unsafe { record.registry.get().as_ref() }) else { return false };
    // SAFETY: the system's context of this thread.
    let registers = unsafe { &mut (*context).uc_mcontext.gregs };
    let mut register = |r: libc::c_int| &raw mut registers[r as usize];
    let (pc, sp, fp) = (register(libc::REG_RIP), register(libc::REG_RSP), register(libc::REG_RBP));
    // SAFETY: three registers of the context.
    let (at, stack, frame) = unsafe { (*pc as usize, *sp as usize, *fp as usize) };
    let Some((trap, kind)) = registry.find(at).and_then(|found| Some((found.trap?, found.frame))) else { return false };

    record.trap.code.set(trap.code() + 1);
    // SAFETY: the signals handled here carry an address.
    let address = unsafe { (*info).si_addr() }.addr();
    record.trap.fault_address.set(matches!(signal, libc::SIGSEGV | libc::SIGBUS).then_some(address));
    let mut len = 0;
    let push = |pc| {
        record.trap.trace[len].set(pc);
        len += 1;
        if len < TRACE_FRAMES { Walk::On } else { Walk::Stop }
    };
    // SAFETY: the frames are those of the code that faulted: it waits. A function without frame has called nothing, so that its return
    // address is on top of the stack and the frame pointer is its caller's; in stubs and other functions the chain starts at rbp.
    unsafe {
        match kind {
            Some(FrameKind::Framed) => walk(registry, at, frame, push),
            Some(FrameKind::Frameless) => {
                let mut push = push;
                if push(at) == Walk::On {
                    walk(registry, ptr::with_exposed_provenance::<usize>(stack).read(), frame, push);
                }
            }
            None => {
                let caller = ptr::with_exposed_provenance::<usize>(frame);
                walk(registry, caller.add(1).read(), caller.read(), push);
            }
        }
    }
    record.trap.trace_len.set(len);
    // SAFETY: two registers of the context. The exit stub takes the stack pointer that the newest entry stub left in the record.
    unsafe {
        *pc = record.exit_stub.get() as libc::greg_t;
        *sp = record.entry_sp.get() as libc::greg_t;
    }
    true
}

/// There is no machine code for this system, so no fault in any.
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
unsafe fn trap(_: libc::c_int, _: *mut libc::siginfo_t, _: *mut libc::ucontext_t) -> bool {
    false
}

/// Did somebody send the signal? It does not come again by itself when the handler returns, as a fault does.
fn sent(info: &libc::siginfo_t) -> bool {
    info.si_code <= 0
}

/// Does what would have happened without us.
///
/// # Safety
/// Called in a signal handler, with what the system passed.
unsafe fn pass_on(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let Some(k) = SIGNALS.iter().position(|s| *s == signal) else { return };
    // SAFETY: `install` filled it before this handler could run, and nobody writes it any more.
    let previous = unsafe { PREVIOUS[k].assume_init() };
    // SAFETY: the system's information on the signal.
    let sent = sent(unsafe { &*info });
    // SAFETY: handlers of the shapes that their flags say, called as the system would have called them; the others are system calls that may
    // be made in signal handlers.
    unsafe {
        match previous.sa_sigaction {
            libc::SIG_IGN if sent => {}
            libc::SIG_DFL | libc::SIG_IGN => {
                // The fault comes again, to the default action, which also gives the right exit status. (A fault cannot be ignored.)
                libc::sigaction(signal, &previous, ptr::null_mut());
                if sent {
                    libc::raise(signal);
                }
            }
            handler if previous.sa_flags & libc::SA_SIGINFO != 0 => {
                let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = std::mem::transmute(handler);
                handler(signal, info, context);
            }
            handler => {
                let handler: extern "C" fn(libc::c_int) = std::mem::transmute(handler);
                handler(signal);
            }
        }
    }
}
