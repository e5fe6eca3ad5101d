//! What changed since another experiment, of subjects and programs that both have by name, did the same work, and are the same modules.
//!
//! Which these are (`Partners`) is known before anything is measured: a comparison of nothing is a mistake that should not take minutes to find.
use crate::analysis::{Clock, Mean, Quantity, seed, typical};
use crate::record::{Bench, Cell, Experiment, Plan, Subject};
use crate::stats::{Evidence, Judged, Pairing, Verdict, compare, judge_apart, share_errors, suite::together};
use anyhow::{bail, ensure};

/// What can be compared, and what cannot.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Partners {
    /// Where a program is in both experiments: then, now.
    pub benches: Vec<(usize, usize)>,
    /// The same of subjects.
    pub subjects: Vec<(usize, usize)>,
    /// Names of programs and subjects that are new.
    pub new: Vec<String>,
    /// Names of programs and subjects that are not there any more.
    pub gone: Vec<String>,
    /// Programs of the same name whose module is another one now.
    pub other_modules: Vec<String>,
    /// Programs that were asked for something else: name, work then, work now.
    pub other_work: Vec<(String, String, String)>,
}

#[derive(Clone, Debug)]
pub struct Against {
    pub partners: Partners,
    pub changes: Vec<Change>,
    /// By subject: the mean over its programs.
    pub means: Vec<(String, Mean)>,
    /// Benches that worked then and fail now: bench, subject, why.
    pub broken: Vec<(String, String, String)>,
}

#[derive(Clone, Debug)]
pub struct Change {
    pub bench: String,
    pub subject: String,
    pub then_ns: f64,
    pub now_ns: f64,
    pub judged: Judged,
    /// Bytes of code, if both tell.
    pub code_bytes: Option<(u64, u64)>,
}

/// A pair of cells with times: which bench and subject of now, and what they say.
struct Found {
    bench: usize,
    subject: usize,
    ns: (f64, f64),
    code_bytes: Option<(u64, u64)>,
    evidence: Evidence,
}

impl Partners {
    /// Of an experiment then, and what is to be measured or was measured now. Fails if their times are not of the same thing, or nothing is in both.
    pub fn find(then: &Experiment, plan: &Plan, subjects: &[Subject], benches: &[Bench]) -> anyhow::Result<Partners> {
        let with = |counts: bool| if counts { "with" } else { "without" };
        ensure!(
            then.plan.with_compile == plan.with_compile,
            "it was measured {} --with-compile, and this is measured {}",
            with(then.plan.with_compile),
            with(plan.with_compile)
        );
        let mut found = Partners::default();
        for (now, subject) in subjects.iter().enumerate() {
            match then.subjects.iter().position(|other| other.name == subject.name) {
                Some(then) => found.subjects.push((then, now)),
                None => found.new.push(subject.name.clone()),
            }
        }
        for (now, bench) in benches.iter().enumerate() {
            let Some(at) = then.benches.iter().position(|other| other.name == bench.name) else {
                found.new.push(bench.name.clone());
                continue;
            };
            let old = &then.benches[at];
            // Older files do not say what a run did, but what it went by.
            let same_work = if old.work.is_empty() { then.plan.quick == plan.quick } else { old.work == bench.work };
            if old.wasm_sha256 != bench.wasm_sha256 {
                found.other_modules.push(bench.name.clone());
            } else if !same_work {
                found.other_work.push((bench.name.clone(), old.work.clone(), bench.work.clone()));
            } else {
                found.benches.push((at, now));
            }
        }
        let names = |subjects: &[Subject], benches: &[Bench]| -> Vec<String> {
            subjects.iter().map(|s| s.name.clone()).chain(benches.iter().map(|b| b.name.clone())).collect()
        };
        let known = names(subjects, benches);
        found.gone = names(&then.subjects, &then.benches).into_iter().filter(|name| !known.contains(name)).collect();
        let quick = |quick: bool| if quick { "with --quick" } else { "without --quick" };
        match (found.subjects.is_empty(), found.benches.is_empty()) {
            (false, false) => Ok(found),
            (true, _) => bail!("it has none of the subjects: {} there, not {}", listed(&then.subjects), listed(subjects)),
            (_, true) if !found.other_work.is_empty() && then.plan.quick != plan.quick => {
                bail!("it was measured {}, and this is measured {}: other amounts of work", quick(then.plan.quick), quick(plan.quick))
            }
            (_, true) if !found.other_work.is_empty() => {
                let (name, old, new) = &found.other_work[0];
                bail!("the programs do other work now: `{name}` is `{new}`, and was `{old}`")
            }
            (_, true) if !found.other_modules.is_empty() => bail!("the modules are others now: {}", found.other_modules.join(", ")),
            (_, true) => bail!("it has none of the programs that are to be measured"),
        }
    }
    /// What is not compared, a sentence each.
    pub fn left_out(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut say = |why: &str, names: &[String]| {
            if !names.is_empty() {
                let more = if names.len() > MOST_NAMES { format!(" and {} more", names.len() - MOST_NAMES) } else { String::new() };
                lines.push(format!("not compared, as {why}: {}{more}", names[..names.len().min(MOST_NAMES)].join(", ")));
            }
        };
        say("they are new", &self.new);
        say("they were not measured now", &self.gone);
        say("the modules are others now", &self.other_modules);
        say("they do other work now", &self.other_work.iter().map(|(name, ..)| name.clone()).collect::<Vec<_>>());
        lines
    }
}

/// A line that says what was left out has so many of them.
const MOST_NAMES: usize = 12;

fn listed(subjects: &[Subject]) -> String {
    subjects.iter().map(|s| format!("`{}`", s.name)).collect::<Vec<_>>().join(", ")
}

impl Against {
    /// Run times now, to those then.
    pub fn new(then: &Experiment, now: &Experiment) -> anyhow::Result<Against> {
        let partners = Partners::find(then, &now.plan, &now.subjects, &now.benches)?;
        let clock = if Clock::of(then) == Clock::of(now) { Clock::of(now) } else { Clock::Wall };
        let mut broken = Vec::new();
        let mut found: Vec<Found> = Vec::new();
        for &(old_bench, bench) in &partners.benches {
            for &(old_subject, subject) in &partners.subjects {
                let (before, after) = (then.cell(old_bench, old_subject), now.cell(bench, subject));
                if let (None, Some(error)) = (&before.error, &after.error) {
                    broken.push((now.benches[bench].name.clone(), now.subjects[subject].name.clone(), error.clone()));
                }
                let run = Quantity::Run;
                let Some(ns) = typical(before, run, clock).zip(typical(after, run, clock)) else { continue };
                let of = |cell: &Cell| -> Vec<Vec<f64>> { cell.processes.iter().map(|p| run.samples(p, clock)).collect() };
                let seed = seed(now, bench * now.subjects.len() + subject, run);
                let code_bytes = before.code.as_ref().zip(after.code.as_ref()).map(|(then, now)| (then.code_bytes, now.code_bytes));
                let evidence = compare(&of(before), &of(after), Pairing::Apart, seed);
                found.extend(evidence.map(|evidence| Found { bench, subject, ns, code_bytes, evidence }));
            }
        }
        let shared = share_errors(&found.iter().map(|f| (0, &f.evidence)).collect::<Vec<_>>());
        let change = |(f, judged): (&Found, Judged)| Change {
            bench: now.benches[f.bench].name.clone(),
            subject: now.subjects[f.subject].name.clone(),
            then_ns: f.ns.0,
            now_ns: f.ns.1,
            judged,
            code_bytes: f.code_bytes,
        };
        let judged = judge_apart(&shared.iter().collect::<Vec<_>>());
        let changes = found.iter().zip(judged).map(change).collect();
        let mut means: Vec<(String, usize, Evidence)> = Vec::new();
        for (s, subject) in now.subjects.iter().enumerate() {
            let mine: Vec<&Evidence> = found.iter().zip(&shared).filter(|(f, _)| f.subject == s).map(|(_, e)| e).collect();
            means.extend(together(&mine, seed(now, s, Quantity::Run)).map(|m| (subject.name.clone(), mine.len(), m)));
        }
        let judged = judge_apart(&means.iter().map(|m| &m.2).collect::<Vec<_>>());
        let means = means.into_iter().zip(judged).map(|((name, benches, _), judged)| (name, Mean { judged, benches })).collect();
        Ok(Against { partners, changes, means, broken })
    }
    pub fn slower(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|c| c.judged.verdict == Verdict::Slower)
    }
}
