//! The pipeline, readable top to bottom: passes as data, in order, each with the reason for its place.
//!
//! ```text
//!         early                                                            target  late
//! none:   bounds                                                          | lanes |
//! basic:  params -> rotate -> gvn -> bounds -> gvn (if anything compares) | lanes | gvn (if there are vectors) -> cfg -> latch -> dce -> licm
//! ```
//! Between the two halves the target makes its own operators of those of vectors, which is not known here.
use crate::{Bounds, Context, Passes, Settings};
use crate::{bounds, cfg, dce, gvn, latch, licm, params, rotate};
use samite_ir::ssa::{Func, Op};

pub struct Pass {
    pub name: &'static str,
    pub run: fn(&mut Func, &Settings<'_>, &mut Context),
    /// When it runs at all.
    pub when: When,
    /// Why it is done, and why here.
    pub why: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    Always,
    /// If some memory's bounds are found by comparing.
    Compares,
    /// If there are operators of the target.
    Targets,
}

const BOUNDS: Pass = Pass {
    name: "bounds",
    run: bounds::run,
    when: When::Compares,
    why: "accesses that a fault will not catch need a compare; after gvn, equal indices are one value and one check covers them",
};

/// The passes before and after the target's expansion of vector operators.
pub struct Pipeline {
    pub early: &'static [Pass],
    pub late: &'static [Pass],
}

impl Pipeline {
    pub fn passes(&self) -> impl Iterator<Item = &'static Pass> {
        self.early.iter().chain(self.late)
    }
}

const NONE: Pipeline = Pipeline { early: &[BOUNDS], late: &[] };

const BASIC: Pipeline = Pipeline { early: EARLY, late: LATE };

const EARLY: &[Pass] = &[
    Pass {
        name: "params",
        run: params::run,
        when: When::Always,
        why: "translation gives loops a parameter for every local; gvn cannot look through one that never changes",
    },
    Pass {
        name: "rotate",
        run: rotate::run,
        when: When::Always,
        why: "what never changes has no parameter to double any more, and gvn decides guards whose first turn is known",
    },
    Pass {
        name: "gvn",
        run: gvn::run,
        when: When::Always,
        why: "folds, rewrites and numbers in one walk; everything after it has less to do",
    },
    BOUNDS,
    Pass {
        name: "gvn-checks",
        run: gvn::run,
        when: When::Compares,
        why: "checks load the length and compare; most of that is there already",
    },
];

const LATE: &[Pass] = &[
    Pass { name: "gvn-lanes", run: gvn::run, when: When::Targets, why: "sequences of the target share masks, counts and constants" },
    Pass {
        name: "cfg",
        run: cfg::run,
        when: When::Always,
        why: "gvn decides branches and empties blocks; straight lines before dce make parameters arguments",
    },
    Pass {
        name: "latch",
        run: latch::run,
        when: When::Always,
        why: "gvn compares counters before they are added to, which is what it can number; nothing rewrites comparisons after this",
    },
    Pass { name: "dce", run: dce::run, when: When::Always, why: "every pass before it leaves ops unused" },
    Pass {
        name: "licm",
        run: licm::run,
        when: When::Always,
        why: "last: what a loop needs is counted when it needs no more than that, and nothing makes ops in loops any more",
    },
];

/// (earlier, later, why): what every pipeline that has both keeps to.
pub const ORDER: &[(&str, &str, &str)] = &[
    ("params", "rotate", "rotation doubles the parameters that are read, up to a limit"),
    ("rotate", "gvn", "a guard's first test is often of constants; gvn decides it and drops the loop or the way past it"),
    ("params", "gvn", "gvn numbers a parameter as a value of its own"),
    ("gvn", "bounds", "checks are removed by index value, and offsets fold into addresses before they are spelled out"),
    ("bounds", "gvn-checks", "it is there for what bounds emits"),
    ("gvn", "gvn-lanes", "vector operators are rewritten as such, before they come apart"),
    ("gvn", "cfg", "constant branches are found by gvn"),
    ("gvn", "dce", "gvn leaves the operands of what it replaced"),
    ("bounds", "dce", "bounds leaves heap addresses unused"),
    ("gvn", "latch", "gvn would turn it back"),
    ("cfg", "latch", "it looks at blocks as they are in the end"),
    ("latch", "dce", "the limit that a counter was compared with is often used no more"),
    ("cfg", "dce", "merged blocks leave parameters unused"),
    ("cfg", "licm", "edges past empty blocks settle what leads into a loop; loop depths are exact"),
    ("dce", "licm", "dead ops would take the room of others"),
];

pub fn pipeline(passes: Passes) -> Pipeline {
    match passes {
        Passes::None => NONE,
        Passes::Basic => BASIC,
    }
}

/// Runs the pipeline that the options name, but for what the target does in between.
pub fn run(f: &mut Func, settings: &Settings<'_>, context: &mut Context) {
    run_observed(f, settings, context, |_, _| {});
}

/// Like `run`; `after` sees the function after every pass: to print, to time, to verify.
pub fn run_observed(f: &mut Func, settings: &Settings<'_>, context: &mut Context, mut after: impl FnMut(&'static Pass, &Func)) {
    early(f, settings, context, &mut after);
    late(f, settings, context, &mut after);
}

/// The half before vector operators become the target's.
pub fn early(f: &mut Func, settings: &Settings<'_>, context: &mut Context, after: impl FnMut(&'static Pass, &Func)) {
    run_passes(pipeline(settings.options.passes).early, f, settings, context, after);
}

/// The half after that.
pub fn late(f: &mut Func, settings: &Settings<'_>, context: &mut Context, after: impl FnMut(&'static Pass, &Func)) {
    run_passes(pipeline(settings.options.passes).late, f, settings, context, after);
}

fn run_passes(
    passes: &'static [Pass],
    f: &mut Func,
    settings: &Settings<'_>,
    context: &mut Context,
    mut after: impl FnMut(&'static Pass, &Func),
) {
    let compares = settings.options.bounds == Bounds::Compare || bounds::compares_some(f, settings);
    for pass in passes {
        let runs = match pass.when {
            When::Always => true,
            When::Compares => compares,
            When::Targets => f.body.iter().any(|v| matches!(f.ops[*v], Op::Target1(..) | Op::Target2(..) | Op::Target3(..))),
        };
        if runs {
            (pass.run)(f, settings, context);
            after(pass, f);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipelines_keep_to_the_order() {
        for passes in Passes::ALL {
            let at = |name: &str| pipeline(*passes).passes().position(|p| p.name == name);
            for (earlier, later, why) in ORDER {
                if let (Some(a), Some(b)) = (at(earlier), at(later)) {
                    assert!(a < b, "{earlier} before {later} in {}: {why}", passes.name());
                }
            }
        }
        for name in ORDER.iter().flat_map(|(a, b, _)| [a, b]) {
            assert!(BASIC.passes().any(|p| p.name == *name), "{name} is no pass");
        }
    }
}
