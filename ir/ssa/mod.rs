//! The SSA form: block parameters over an ordered CFG, in wasm order.
//!
//! One id space: every op is a `Value`, whether it has a result or not; block parameters and the results of calls are ops
//! too. So a fact about values is one side table, and an operand names its definition without a second look-up.
//! Live ops are exactly those listed in a block's parameters or body; the arena may hold dead ones.
pub mod cfg;
pub mod dom;
pub mod effects;
pub mod eval;
pub mod func;
pub mod loops;
pub mod op;
pub mod text;
pub mod verify;

#[cfg(test)]
mod tests;

pub use func::{BlockData, CallData, CallTarget, EdgeData, Func, Signature, SwitchData, Vectors};
pub use op::{Block, Builtin, CallSite, Edge, Op, Region, Sig, Switch, Value, ValueList, VectorConst, waited};
