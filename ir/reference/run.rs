//! Executes prepared bodies.
use super::env::{Env, Stop, Val};

/// Runs a defined function (its index among the defined ones) on `args`, which have the types of its parameters.
/// Reads `Env::options` and `Env::prepared` once, at the start.
pub fn invoke<E: Env>(env: &mut E, defined: u32, args: &[Val]) -> Result<Vec<Val>, Stop<E::Error>> {
    let _ = (env, defined, args);
    unimplemented!()
}
