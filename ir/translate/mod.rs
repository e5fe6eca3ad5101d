//! Wasm bytes to meaning: a module's declarations, the layout of its instance record, and its function bodies in SSA form.
//!
//! ```text
//! error      why a module is refused            options    what translation can be asked for
//! decode     bytes -> Decoded (module)          vmctx      field offsets of the instance record, shared with the runtime
//! scan       pass 1 over a body: validates it, notes where constructs end and locals are assigned
//! body       pass 2: control flow               operators  pass 2: everything else, lanes: vectors
//! vectors    the vector operators by `ir/value`'s names, for the interpreter too
//! locals     which value a local has            build      the function under construction
//! ```
pub mod atomics;
mod body;
mod build;
pub mod decode;
pub mod error;
mod lanes;
mod locals;
pub mod module;
mod operators;
pub mod options;
mod scan;
pub mod vectors;
pub mod vmctx;

pub use body::Translator;
pub use decode::{Decoded, decode};
pub use error::{Error, ErrorKind};
pub use options::{Interrupt, Nan, Options};
