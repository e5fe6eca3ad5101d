//! What each operator computes or traps with: the one definition, used by the reference interpreter, the constant
//! folder and the SSA evaluator, and judged itself by foreign engines (`ir/tests/value_recorded.rs`).
//!
//! Scalars travel as `Bits`, a `u64`: an i32 or f32 is its bit pattern with the upper 32 bits zero. That is also the
//! invariant of compiled code: the upper half of a register that holds an i32 is zero.
//! NaNs are deterministic and the same on every machine (`float.rs` has the rule); `nan=canonical` is `canonical_nan` applied to the
//! result of every operator whose `computes_nan` is true.
//! Vectors are 128 bits (`lanes.rs`), in target operators up to 256 (`target.rs`); `Wide` holds a value of any type.
//! Source: WebAssembly core specification 3.0, section 4.3 (numerics).

pub mod atomic;
pub mod edges;
pub mod float;
pub mod int;
pub mod lane_ops;
pub mod lanes;
pub mod ops;
pub mod scalar;
pub mod target;
mod wide;

pub use lane_ops::{Extension, LaneBinOp, LaneShiftOp, LaneTernOp, LaneTest, LaneUnOp, Relaxed, Shape};
pub use lanes::{
    canonical_nan_lanes, extract_lane, lane_binary, lane_shift, lane_ternary, lane_test, lane_unary, replace_lane, shuffle, splat,
};
pub use ops::{BinOp, CmpOp, ConvOp, MemOp, RmwOp, Trap, Type, UnOp};
pub use scalar::{binary, canonical_nan, compare, convert, is_nan, loaded, unary};
pub use target::TargetOp;
pub use wide::Wide;

/// A scalar's bit pattern; i32 and f32 leave the upper 32 bits zero.
pub type Bits = u64;
