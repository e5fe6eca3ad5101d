//! `samite-ir`: what programs mean.
//!
//! ```text
//! value/      what each operator computes or traps with: the one definition
//! reference/  the reference interpreter, straight from wasm operators
//! ssa/        the SSA form: ops, functions, effects, verifier, text, evaluator
//! translate/  wasm function body -> ssa::Func
//! ```
//! `value` knows nothing of the others; `reference` knows only `value`; `translate` builds `ssa`.
//!
//! To add an operator: 1. name it in `value/ops.rs` (of vectors, `value/lane_ops.rs`); 2. give it its meaning in `value/int.rs`,
//! `value/float.rs` or `value/lanes.rs`; 3. map the wasm operator to it in `reference/` and 4. in `translate/` (vectors: both in
//! `translate/vectors.rs`); 5. give it its
//! effects in `ssa/effects.rs` (the compiler insists); 6. lower it in each target of `codegen`.
#![forbid(unsafe_code)]

pub mod reference;
pub mod ssa;
pub mod translate;
pub mod value;
