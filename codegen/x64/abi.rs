//! The calling convention of compiled code.
//!
//! The context is parameter 0, in rdi, and not preserved. Integers and references go in rsi rdx rcx r8 r9 rax, floats and vectors in
//! xmm0-xmm7, the rest on the stack in 8 bytes each (16 for vectors), popped by the callee. A call through a pointer has the caller's context in
//! r10. Results come in rax rdx rcx rsi r8 r9 and xmm0-xmm7; if there are more, the caller passes the address of an area for them as
//! first integer argument. Registers that hold an i32 have their upper half zero.
//! Up to six integer arguments this is the C convention too, which the runtime's functions rely on.
use super::regs::{R8, R9, RAX, RCX, RDI, RDX, RSI, xmm};
use crate::mach::flow::{Class, PReg};
use crate::mach::lower::class_of;
use samite_ir::value::Type;
use smallvec::SmallVec;

pub const CONTEXT: PReg = RDI;
const INT_PARAMS: [PReg; 6] = [RSI, RDX, RCX, R8, R9, RAX];
const INT_RESULTS: [PReg; 6] = [RAX, RDX, RCX, RSI, R8, R9];
const VEC_COUNT: u8 = 8;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    Reg(PReg),
    /// Byte offset in the area of stack arguments, or in the result area.
    Memory(u32),
}

/// Where parameters and results of a signature are.
#[derive(Clone, Debug)]
pub struct Convention {
    /// The context first.
    pub params: SmallVec<[Place; 8]>,
    pub results: SmallVec<[Place; 2]>,
    /// Bytes of stack arguments, a multiple of 8.
    pub stack_bytes: u32,
    /// Bytes of the result area; if not 0, its address is in `result_pointer()`.
    pub result_bytes: u32,
}

/// Bytes that a value takes in memory.
pub const fn memory_bytes(ty: Type) -> u32 {
    match ty {
        Type::V128 => 16,
        Type::V256 => panic!("V256 never crosses a call"),
        _ => 8,
    }
}

impl Convention {
    /// `params` starts with the context. A type has at most 1,000 parameters, as wasm and the runtime have it: what they take on the stack is popped by
    /// a `ret` with 16 bits.
    pub fn new(params: &[Type], results: &[Type]) -> Convention {
        let (results, result_bytes) = assign(results, &INT_RESULTS);
        let pointer = usize::from(result_bytes > 0);
        let (rest, stack_bytes) = assign(&params[1..], &INT_PARAMS[pointer..]);
        let params = std::iter::once(Place::Reg(CONTEXT)).chain(rest).collect();
        Convention { params, results: results.into_iter().collect(), stack_bytes, result_bytes }
    }
    /// Register that holds the address of the result area.
    pub fn result_pointer(&self) -> Option<PReg> {
        (self.result_bytes > 0).then_some(INT_PARAMS[0])
    }
}

fn assign(types: &[Type], ints: &[PReg]) -> (SmallVec<[Place; 8]>, u32) {
    let mut ints = ints.iter();
    let mut vecs = (0..VEC_COUNT).map(xmm);
    let mut bytes = 0;
    let places = types
        .iter()
        .map(|&ty| {
            let reg = match class_of(ty) {
                Class::Int => ints.next().copied(),
                Class::Vec => vecs.next(),
            };
            match reg {
                Some(r) => Place::Reg(r),
                None => {
                    let at = bytes;
                    bytes += memory_bytes(ty);
                    Place::Memory(at)
                }
            }
        })
        .collect();
    (places, bytes)
}
