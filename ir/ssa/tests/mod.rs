mod eval;
mod graph;
mod text;
mod verify;
