//! What the optimizer is told to do: closed enums, each printable and parsable, so that strategies can name them.
use std::fmt;

/// How much is done.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Passes {
    /// What legality needs.
    None,
    /// Rewriting, value numbering and clean-up, each once.
    Basic,
}

impl Passes {
    pub const ALL: &'static [Passes] = &[Passes::None, Passes::Basic];
    pub const fn name(self) -> &'static str {
        match self {
            Passes::None => "none",
            Passes::Basic => "basic",
        }
    }
    pub fn parse(name: &str) -> Option<Passes> {
        Passes::ALL.iter().copied().find(|p| p.name() == name)
    }
}

/// How accesses out of a memory's bounds are found.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Bounds {
    /// By the fault: memory is followed by pages without access. A wish: memories with 64-bit indices always compare.
    Guard,
    /// By a compare with the current length.
    Compare,
}

impl Bounds {
    pub const ALL: &'static [Bounds] = &[Bounds::Guard, Bounds::Compare];
    pub const fn name(self) -> &'static str {
        match self {
            Bounds::Guard => "guard",
            Bounds::Compare => "compare",
        }
    }
    pub fn parse(name: &str) -> Option<Bounds> {
        Bounds::ALL.iter().copied().find(|b| b.name() == name)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Options {
    pub passes: Passes,
    pub bounds: Bounds,
}

impl Options {
    /// Every combination, for tests.
    pub fn all() -> impl Iterator<Item = Options> {
        Passes::ALL.iter().flat_map(|p| Bounds::ALL.iter().map(|b| Options { passes: *p, bounds: *b }))
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "passes={},bounds={}", self.passes.name(), self.bounds.name())
    }
}
