//! The records that machine code and the runtime share, and what owns them.
//!
//! ```text
//! records   repr(C) structs whose offsets `ir/translate/vmctx.rs` fixes (asserted there)
//! store     the allocation behind a `Store<T>`: its record, the type-erased rest, the embedder's data; `Stored<T>` handles
//! context   the instance record, one block laid out by `vmctx::Layout`
//! table     entries of tables
//! builtins  what compiled code calls for the rest
//! host      records of host functions and the one way in which they are called
//! ```
//! This folder may use `unsafe`. The invariant all of it rests on: everything reached through a `Stored<T>` is allocated by the store
//! with that id, is never moved and is freed only when that store is dropped; a handle is followed only after its id was compared
//! with that of a store that the caller has borrowed. Machine code touches only fields that are `Cell`s here, and runs only while no
//! Rust reference to them is live (it runs inside `trap::enter`, which holds a `StoreAccess` and no reference).
pub mod builtins;
pub mod context;
pub mod host;
pub mod records;
pub mod store;
pub mod table;

pub use context::ContextBlock;
pub use host::{HostDefinition, HostFunction, HostRecord};
pub use records::{FuncRecord, GlobalCell, MemoryRecord, Slot, StoreRecord};
pub use store::{StoreAccess, StoreId, Stored};
pub use table::TableObject;
