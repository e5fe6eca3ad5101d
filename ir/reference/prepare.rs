//! A module's bodies, prepared for the interpreter on first execution.

/// The prepared bodies of one module's defined functions; each is made when first called.
#[derive(Debug, Default)]
pub struct Prepared {}

impl Prepared {
    /// For a module that defines `functions` functions.
    pub fn new(functions: usize) -> Prepared {
        let _ = functions;
        Prepared {}
    }
}
