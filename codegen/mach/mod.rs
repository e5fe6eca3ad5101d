//! The target-independent back half.
pub mod flow;
