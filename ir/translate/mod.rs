//! Wasm bytes to meaning: a module's declarations (`module`), the layout of its instance record (`vmctx`), and a function body
//! to SSA.
pub mod module;
pub mod vmctx;
