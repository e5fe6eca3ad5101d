//! The target-independent back half.
pub mod buffer;
pub mod code;
pub mod dominators;
pub mod flow;
pub mod layout;
pub mod loops;
pub mod lower;
pub mod moves;
pub mod tables;
pub mod text;
pub mod verify;
