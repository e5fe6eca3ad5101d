//! The reference interpreter: the official scripts, and what they do not ask for (backtraces, limits, interruption, NaN modes).
mod behaviour;
mod scripts;
mod store;
