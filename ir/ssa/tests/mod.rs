//! Tests of the SSA form; one file a file.
mod eval;
mod graph;
mod text;
mod verify;
