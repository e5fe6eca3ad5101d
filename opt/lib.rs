//! Place-holder until the passes land (branch `ssa`): take that branch's version of this file.
use samite_ir::ssa::Func;
use samite_ir::translate::vmctx::Layout;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Passes {
    None,
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
}
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Bounds {
    Guard,
}
impl Bounds {
    pub const ALL: &'static [Bounds] = &[Bounds::Guard];
    pub const fn name(self) -> &'static str {
        "guard"
    }
}
pub struct Options {
    pub passes: Passes,
    pub bounds: Bounds,
}
#[derive(Default)]
pub struct Context;
pub fn run(_c: &mut Context, _f: &mut Func, _o: &Options, _l: &Layout, _observe: &mut dyn FnMut(&str, &Func)) {}
