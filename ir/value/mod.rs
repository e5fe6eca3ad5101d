//! What each operator computes or traps with: the one definition, used by the reference interpreter, the constant
//! folder and the SSA evaluator, and judged itself by foreign engines (`ir/tests/value_recorded.rs`).
//!
//! Scalars travel as `Bits`, a `u64`: an i32 or f32 is its bit pattern with the upper 32 bits zero. That is also the
//! invariant of compiled code: the upper half of a register that holds an i32 is zero.
//! NaNs are deterministic and the same on every machine (`float.rs` has the rule); `nan=canonical` is `canonical_nan` applied to the
//! result of every operator whose `computes_nan` is true.
//! Source: WebAssembly core specification 2.0, section 4.3 (numerics).

pub mod edges;
pub mod float;
pub mod int;
pub mod ops;
pub mod scalar;

pub use ops::{BinOp, CmpOp, ConvOp, MemOp, Trap, Type, UnOp};
pub use scalar::{binary, canonical_nan, compare, convert, is_nan, loaded, unary};

/// A scalar's bit pattern; i32 and f32 leave the upper 32 bits zero.
pub type Bits = u64;
