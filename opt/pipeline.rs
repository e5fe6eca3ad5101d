//! The pipeline, readable top to bottom: passes as data, in order, each with the reason for its place.
//!
//! ```text
//! none:   bounds
//! basic:  params -> gvn -> bounds -> gvn (if anything compares) -> cfg -> dce
//! ```
use crate::{Bounds, Context, Passes, Settings};
use crate::{bounds, cfg, dce, gvn, params};
use samite_ir::ssa::Func;

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
}

const BOUNDS: Pass = Pass {
    name: "bounds",
    run: bounds::run,
    when: When::Compares,
    why: "accesses that a fault will not catch need a compare; after gvn, equal indices are one value and one check covers them",
};

const NONE: &[Pass] = &[BOUNDS];

const BASIC: &[Pass] = &[
    Pass {
        name: "params",
        run: params::run,
        when: When::Always,
        why: "translation gives loops a parameter for every local; gvn cannot look through one that never changes",
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
    Pass {
        name: "cfg",
        run: cfg::run,
        when: When::Always,
        why: "gvn decides branches and empties blocks; straight lines before dce make parameters arguments",
    },
    Pass { name: "dce", run: dce::run, when: When::Always, why: "last: every other pass leaves ops unused" },
];

/// (earlier, later, why): what every pipeline that has both keeps to.
pub const ORDER: &[(&str, &str, &str)] = &[
    ("params", "gvn", "gvn numbers a parameter as a value of its own"),
    ("gvn", "bounds", "checks are removed by index value, and offsets fold into addresses before they are spelled out"),
    ("bounds", "gvn-checks", "it is there for what bounds emits"),
    ("gvn", "cfg", "constant branches are found by gvn"),
    ("gvn", "dce", "gvn leaves the operands of what it replaced"),
    ("bounds", "dce", "bounds leaves heap addresses unused"),
    ("cfg", "dce", "merged blocks leave parameters unused"),
];

pub fn pipeline(passes: Passes) -> &'static [Pass] {
    match passes {
        Passes::None => NONE,
        Passes::Basic => BASIC,
    }
}

/// Runs the pipeline that the options name.
pub fn run(f: &mut Func, settings: &Settings<'_>, context: &mut Context) {
    run_observed(f, settings, context, |_, _| {});
}

/// Like `run`; `after` sees the function after every pass: to print, to time, to verify.
pub fn run_observed(f: &mut Func, settings: &Settings<'_>, context: &mut Context, mut after: impl FnMut(&'static Pass, &Func)) {
    let compares = settings.options.bounds == Bounds::Compare || bounds::compares_some(f, settings);
    for pass in pipeline(settings.options.passes) {
        if pass.when == When::Always || compares {
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
            let at = |name: &str| pipeline(*passes).iter().position(|p| p.name == name);
            for (earlier, later, why) in ORDER {
                if let (Some(a), Some(b)) = (at(earlier), at(later)) {
                    assert!(a < b, "{earlier} before {later} in {}: {why}", passes.name());
                }
            }
        }
        for name in ORDER.iter().flat_map(|(a, b, _)| [a, b]) {
            assert!(BASIC.iter().any(|p| p.name == *name), "{name} is no pass");
        }
    }
}
