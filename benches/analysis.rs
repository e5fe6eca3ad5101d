//! What an experiment says: ratios to the baseline with intervals and verdicts, means over groups and the suite, and the Pareto front.
//! Reports show what is here and compute nothing; `against` is about another experiment.
//!
//! The baseline is the first subject. Verdicts on single programs are one family (all programs, subjects and timed quantities of the
//! report); verdicts on means are another one. `stats` says what that is for.
use crate::profile;
use crate::record::{Cell, Experiment, Process, Sample, SubjectKind};
use crate::stats::describe::{geometric_mean, mean};
use crate::stats::{Evidence, Judged, Pairing, Verdict, compare, compare::location, judge_apart, share_errors, suite::together};
use std::collections::BTreeMap;

/// What is timed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Quantity {
    Run,
    Compile,
    Instantiate,
}

impl Quantity {
    pub const ALL: [Quantity; 3] = [Quantity::Run, Quantity::Compile, Quantity::Instantiate];

    pub fn name(self) -> &'static str {
        match self {
            Quantity::Run => "run",
            Quantity::Compile => "compile",
            Quantity::Instantiate => "instantiate",
        }
    }
    /// Nanoseconds of the samples that count. The clock is of runs alone: compiling may use many threads.
    pub(crate) fn samples(self, process: &Process, clock: Clock) -> Vec<f64> {
        let samples = match self {
            Quantity::Run => process.steady(),
            Quantity::Compile => process.compile.as_slice(),
            Quantity::Instantiate => process.instantiate.as_slice(),
        };
        let cpu = self == Quantity::Run && clock == Clock::Cpu;
        samples.iter().map(|s| s.cpu_ns.filter(|_| cpu).unwrap_or(s.wall_ns).max(1) as f64).collect()
    }
}

/// Which clock run times are taken from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clock {
    Wall,
    /// Of the process: what others take of the machine is not in it, which is most of the noise of a busy one (papers/statistics.md).
    Cpu,
}

impl Clock {
    /// CPU time, if all subjects are ours, all runs have it, and none used more than one thread; what peers do beside the program's own work is
    /// part of their wall time only.
    pub(crate) fn of(experiment: &Experiment) -> Clock {
        let ours = experiment.subjects.iter().all(|s| matches!(s.kind, SubjectKind::Strategy | SubjectKind::Reference));
        let runs = || experiment.cells.iter().flat_map(|c| &c.processes).flat_map(|p| &p.runs);
        // Clocks do not tick together: a twentieth more is no second thread.
        let single = |s: &Sample| s.cpu_ns.is_some_and(|cpu| cpu > 0 && cpu <= s.wall_ns + s.wall_ns / 20 + 10_000);
        if ours && runs().next().is_some() && runs().all(single) { Clock::Cpu } else { Clock::Wall }
    }
    pub fn name(self) -> &'static str {
        match self {
            Clock::Wall => "wall time",
            Clock::Cpu => "CPU time",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Analysis<'a> {
    pub experiment: &'a Experiment,
    /// Of run times.
    pub clock: Clock,
    /// At `bench * subjects + subject`.
    pub entries: Vec<Entry>,
    /// Of each subject.
    pub summaries: Vec<Summary>,
    /// In the order of their first programs.
    pub groups: Vec<String>,
}

/// One bench under one subject.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    pub failed: Option<String>,
    /// What was timed. A quantity of a failed bench is not there.
    pub times: BTreeMap<Quantity, Time>,
    /// Bytes of code and the compiler's counts, by name.
    pub counts: BTreeMap<String, Count>,
}

#[derive(Clone, Copy, Debug)]
pub struct Time {
    /// Geometric mean over processes of what stands for each.
    pub ns: f64,
    /// To the baseline; None of the baseline itself, and where it has no time.
    pub judged: Option<Judged>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Count {
    pub value: u64,
    /// To the baseline, if both are not 0.
    pub ratio: Option<f64>,
}

/// A subject over all programs.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    pub failed: usize,
    /// Geometric means of ratios to the baseline; nothing of the baseline itself.
    pub means: BTreeMap<Quantity, Mean>,
    /// Of run times, by group, in the order of `Analysis::groups`.
    pub groups: Vec<Option<Mean>>,
    /// Geometric means of the ratios of counts, over programs where both are not 0.
    pub counts: BTreeMap<String, f64>,
    /// Sums over the programs that worked under every subject that has such times or counts.
    pub total_ns: BTreeMap<Quantity, f64>,
    pub totals: BTreeMap<String, u64>,
    /// CPU nanoseconds of the compiler by pass, in the order in which they run, of all programs.
    pub passes: Vec<(String, u64)>,
    /// Verdicts on run times of single programs.
    pub faster: usize,
    pub slower: usize,
    pub cannot_tell: usize,
    /// No other subject both compiles and runs faster (by their means over the same programs). None without both.
    pub pareto: Option<bool>,
}

#[derive(Clone, Copy, Debug)]
pub struct Mean {
    pub judged: Judged,
    /// Of so many programs.
    pub benches: usize,
}

impl<'a> Analysis<'a> {
    pub fn new(experiment: &'a Experiment) -> Analysis<'a> {
        let subjects = experiment.subjects.len();
        let clock = Clock::of(experiment);
        let mut entries: Vec<Entry> = Vec::with_capacity(experiment.cells.len());
        let mut evidence: Vec<(usize, Quantity, Evidence)> = Vec::new();
        for (at, cell) in experiment.cells.iter().enumerate() {
            let first = at - at % subjects;
            let baseline = &experiment.cells[first];
            let mut entry = Entry { failed: cell.error.clone(), counts: counts(cell, baseline), ..Entry::default() };
            for quantity in Quantity::ALL {
                let Some(ns) = typical(cell, quantity, clock) else { continue };
                entry.times.insert(quantity, Time { ns, judged: None });
                if at != first
                    && baseline.error.is_none()
                    && let Some(found) = paired(baseline, cell, quantity, clock, seed(experiment, at, quantity))
                {
                    evidence.push((at, quantity, found));
                }
            }
            entries.push(entry);
        }
        // Variances are alike among times of the same kind: a compilation is timed once in a process, a run several times.
        let family: Vec<(usize, &Evidence)> = evidence.iter().map(|(_, quantity, e)| (*quantity as usize, e)).collect();
        let shared = share_errors(&family);
        for ((at, quantity, _), judged) in evidence.iter().zip(judge_apart(&shared.iter().collect::<Vec<_>>())) {
            if let Some(time) = entries[*at].times.get_mut(quantity) {
                time.judged = Some(judged);
            }
        }
        evidence.iter_mut().zip(shared).for_each(|((.., own), shared)| *own = shared);
        let mut groups: Vec<String> = Vec::new();
        for bench in &experiment.benches {
            if !groups.contains(&bench.group) {
                groups.push(bench.group.clone());
            }
        }
        let mut analysis = Analysis { experiment, clock, entries, summaries: Vec::new(), groups };
        analysis.summaries = (0..subjects).map(|s| analysis.summarize(s)).collect();
        analysis.judge_means(&evidence);
        analysis.find_pareto();
        analysis
    }
    pub fn entry(&self, bench: usize, subject: usize) -> &Entry {
        &self.entries[bench * self.experiment.subjects.len() + subject]
    }
    /// Of one subject, all benches in their order.
    pub fn column(&self, subject: usize) -> impl Iterator<Item = &Entry> {
        self.entries.iter().skip(subject).step_by(self.experiment.subjects.len())
    }
    pub fn failed(&self) -> usize {
        self.entries.iter().filter(|e| e.failed.is_some()).count()
    }
    /// Names of counts that any program has, bytes of code first.
    pub fn count_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.entries.iter().flat_map(|e| e.counts.keys().map(String::as_str)).collect();
        names.sort_by_key(|name| (*name != CODE_BYTES, *name));
        names.dedup();
        names
    }
    /// Names of passes that any subject has, in the order in which they run.
    pub fn pass_names(&self) -> Vec<&str> {
        let mut all: Vec<(String, u64)> = Vec::new();
        self.summaries.iter().for_each(|s| add_passes(&mut all, &s.passes));
        let position = |name: &str| all.iter().position(|(known, _)| known == name);
        let mut names: Vec<&str> = self.summaries.iter().flat_map(|s| &s.passes).map(|(name, _)| name.as_str()).collect();
        names.sort_by_key(|name| position(name));
        names.dedup();
        names
    }
    /// Where a program's time goes under each subject, side by side; empty if nobody asked.
    pub fn places(&self, bench: usize) -> Vec<profile::Line> {
        let of = |subject: usize| self.experiment.cell(bench, subject).profile.as_ref();
        profile::together(&(0..self.experiment.subjects.len()).map(of).collect::<Vec<_>>())
    }
    /// The smallest change of a single program's run time that this experiment would have seen in 80 % of cases: of the median program.
    pub fn detectable(&self) -> Option<f64> {
        let runs = self.entries.iter().filter_map(|e| e.run()?.judged).map(|j| j.detectable);
        crate::stats::describe::median(&runs.collect::<Vec<_>>()).filter(|d| d.is_finite())
    }

    fn summarize(&self, subject: usize) -> Summary {
        let mut summary = Summary { failed: self.column(subject).filter(|e| e.failed.is_some()).count(), ..Summary::default() };
        for judged in self.column(subject).filter_map(|e| e.run()?.judged) {
            match judged.verdict {
                Verdict::Faster => summary.faster += 1,
                Verdict::Slower => summary.slower += 1,
                Verdict::CannotTell => summary.cannot_tell += 1,
            }
        }
        for quantity in Quantity::ALL {
            let has = |s: usize| self.column(s).any(|e| e.times.contains_key(&quantity));
            let timed: Vec<usize> = (0..self.experiment.subjects.len()).filter(|s| has(*s)).collect();
            let everywhere = |bench: &usize| timed.iter().all(|s| self.entry(*bench, *s).times.contains_key(&quantity));
            let benches = (0..self.experiment.benches.len()).filter(everywhere);
            let sum: f64 = benches.filter_map(|b| self.entry(b, subject).times.get(&quantity)).map(|t| t.ns).sum();
            if timed.contains(&subject) && sum > 0.0 {
                summary.total_ns.insert(quantity, sum);
            }
        }
        for name in self.count_names() {
            let ratios = self.column(subject).filter_map(|e| e.counts.get(name)?.ratio);
            if let Some(mean) = geometric_mean(ratios) {
                summary.counts.insert(name.to_string(), mean);
            }
            let values = self.column(subject).filter_map(|e| e.counts.get(name)).map(|c| c.value);
            if let Some(total) = values.reduce(|a, b| a + b) {
                summary.totals.insert(name.to_string(), total);
            }
        }
        let cells = self.experiment.cells.iter().skip(subject).step_by(self.experiment.subjects.len());
        cells.filter_map(|cell| cell.code.as_ref()).for_each(|code| add_passes(&mut summary.passes, &code.passes));
        summary
    }

    /// Means over the suite and, if there are several, over groups, judged together.
    fn judge_means(&mut self, evidence: &[(usize, Quantity, Evidence)]) {
        let subjects = self.experiment.subjects.len();
        let mut means: Vec<(usize, Quantity, Option<usize>, usize, Evidence)> = Vec::new();
        for subject in 1..subjects {
            let of = |quantity: Quantity, group: Option<&str>| -> Vec<&Evidence> {
                let mine = evidence.iter().filter(|(at, q, _)| at % subjects == subject && *q == quantity);
                let inside = mine.filter(|(at, ..)| group.is_none_or(|g| self.experiment.benches[at / subjects].group == g));
                inside.map(|e| &e.2).collect()
            };
            for quantity in Quantity::ALL {
                let found = of(quantity, None);
                let mean = together(&found, seed(self.experiment, subject, quantity));
                means.extend(mean.map(|m| (subject, quantity, None, found.len(), m)));
            }
            // A single group is the whole: asked twice, it would weigh twice among the comparisons.
            for (at, group) in self.groups.iter().enumerate().filter(|_| self.groups.len() > 1) {
                let found = of(Quantity::Run, Some(group));
                let mean = together(&found, seed(self.experiment, subject + subjects * (at + 1), Quantity::Run));
                means.extend(mean.map(|m| (subject, Quantity::Run, Some(at), found.len(), m)));
            }
        }
        for summary in &mut self.summaries {
            summary.groups = vec![None; self.groups.len()];
        }
        let judged = judge_apart(&means.iter().map(|m| &m.4).collect::<Vec<_>>());
        for ((subject, quantity, group, benches, _), mut judged) in means.into_iter().zip(judged) {
            if let Some(verdict) = self.unanimous(subject, quantity, group) {
                judged.verdict = verdict;
            }
            let mean = Mean { judged, benches };
            match group {
                None => _ = self.summaries[subject].means.insert(quantity, mean),
                Some(at) => self.summaries[subject].groups[at] = Some(mean),
            }
        }
    }

    /// What all programs (of a group) are surely, so is their mean: if none of these verdicts is false, this one is not.
    fn unanimous(&self, subject: usize, quantity: Quantity, group: Option<usize>) -> Option<Verdict> {
        let inside = |bench: usize| group.is_none_or(|g| self.experiment.benches[bench].group == self.groups[g]);
        let column = self.column(subject).enumerate().filter(|(bench, _)| inside(*bench));
        let mut verdicts = column.filter_map(|(_, entry)| Some(entry.times.get(&quantity)?.judged?.verdict));
        let first = verdicts.next().filter(|verdict| *verdict != Verdict::CannotTell)?;
        verdicts.all(|verdict| verdict == first).then_some(first)
    }

    fn find_pareto(&mut self) {
        // Over the programs that all of them compile and run: else a subject is better by failing.
        let both = |e: &Entry| Some((e.times.get(&Quantity::Compile)?.ns, e.times.get(&Quantity::Run)?.ns));
        let subjects: Vec<usize> = (0..self.summaries.len()).filter(|s| self.column(*s).any(|e| both(e).is_some())).collect();
        let everywhere = |bench: &usize| subjects.iter().all(|s| both(self.entry(*bench, *s)).is_some());
        let benches: Vec<usize> = (0..self.experiment.benches.len()).filter(everywhere).collect();
        let point = |subject: usize| {
            let times: Vec<(f64, f64)> = benches.iter().filter_map(|b| both(self.entry(*b, subject))).collect();
            Some((geometric_mean(times.iter().map(|t| t.0))?, geometric_mean(times.iter().map(|t| t.1))?))
        };
        let points: Vec<(usize, (f64, f64))> = subjects.iter().filter_map(|s| Some((*s, point(*s)?))).collect();
        for (subject, (compile, run)) in &points {
            let beaten = points.iter().any(|(other, (c, r))| other != subject && c <= compile && r <= run && (c < compile || r < run));
            self.summaries[*subject].pareto = Some(!beaten);
        }
    }
}

impl Entry {
    pub fn run(&self) -> Option<&Time> {
        self.times.get(&Quantity::Run)
    }
}

impl Summary {
    pub fn pass_ns(&self, name: &str) -> Option<u64> {
        self.passes.iter().find(|(known, _)| known == name).map(|(_, ns)| *ns)
    }
}

/// Adds times by pass; a pass that is new stands where it ran.
fn add_passes(sum: &mut Vec<(String, u64)>, passes: &[(String, u64)]) {
    let mut at = 0;
    for (name, ns) in passes {
        match sum.iter().position(|(known, _)| known == name) {
            Some(there) => {
                sum[there].1 += ns;
                at = there + 1;
            }
            None => {
                sum.insert(at, (name.clone(), *ns));
                at += 1;
            }
        }
    }
}

/// The count that is not in `CodeStats::counts`.
pub const CODE_BYTES: &str = "code_bytes";

fn counts(cell: &Cell, baseline: &Cell) -> BTreeMap<String, Count> {
    let of = |cell: &Cell| -> BTreeMap<String, u64> {
        let Some(code) = &cell.code else { return BTreeMap::new() };
        let mut counts = code.counts.clone();
        counts.insert(CODE_BYTES.to_string(), code.code_bytes);
        counts
    };
    let first = of(baseline);
    let ratio = |name: &str, value: u64| {
        let before = *first.get(name)?;
        (before > 0 && value > 0).then(|| value as f64 / before as f64)
    };
    of(cell).into_iter().map(|(name, value)| (name.clone(), Count { value, ratio: ratio(&name, value) })).collect()
}

/// Nanoseconds; None of what failed or was not timed.
pub(crate) fn typical(cell: &Cell, quantity: Quantity, clock: Clock) -> Option<f64> {
    if cell.error.is_some() {
        return None;
    }
    let samples = cell.processes.iter().map(|p| quantity.samples(p, clock)).filter(|s| !s.is_empty());
    mean(&samples.map(|s| location(&s)).collect::<Vec<_>>()).map(f64::exp)
}

/// By the rounds that both have.
fn paired(baseline: &Cell, cell: &Cell, quantity: Quantity, clock: Clock, seed: u64) -> Option<Evidence> {
    let of = |cell: &Cell| -> BTreeMap<u32, Vec<f64>> { cell.processes.iter().map(|p| (p.round, quantity.samples(p, clock))).collect() };
    let (first, second) = (of(baseline), of(cell));
    let rounds = first.into_iter().filter_map(|(round, a)| Some((a, second.get(&round)?.clone())));
    let (first, second): (Vec<_>, Vec<_>) = rounds.unzip();
    compare(&first, &second, Pairing::ByRound, seed)
}

/// Other numbers for every comparison, the same ones whenever the same experiment is read.
pub(crate) fn seed(experiment: &Experiment, at: usize, quantity: Quantity) -> u64 {
    experiment.plan.seed ^ ((at as u64) << 8 | quantity as u64)
}
