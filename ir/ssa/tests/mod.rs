mod graph;
mod text;
mod verify;
