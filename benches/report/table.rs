//! The tables on a terminal: what is compared, a line for each program, failures where they happened, and what it all comes to.
//!
//! A line of a program has run times first, and behind them compile times and code bytes as far as the terminal is wide. Many subjects make
//! cells shorter; more than fit even so go in blocks below each other. `details` adds what is left out: those columns, groups, counts and passes.
use super::words::{direction, less_or_more, letter, many, percent, plan, sentence, sight, thousands, time, uncertainty, whole, wrap};
use crate::against::{Against, Change};
use crate::analysis::{Analysis, CODE_BYTES, Entry, Quantity};
use crate::record::Clock;
use crate::stats::{Judged, Verdict};
use std::fmt::Write;

/// Where nobody knows how wide a line may be.
pub const WIDTH: usize = 100;

/// What a terminal shows.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Columns of the terminal.
    pub width: usize,
    /// All there is, not only what most people ask for.
    pub details: bool,
}

/// Of `Form::Mark`.
const LEGEND: &str = "Numbers are times as parts of A's, 0.50 is half of it: ▼ faster than A, ▲ slower, ~ these runs cannot tell.";

/// Columns of one subject after another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section<'a> {
    Time(Quantity),
    Count(&'a str),
}

/// How much of a comparison is said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `1.83x slower  ±2.1%`
    Interval,
    /// `1.83x slower`
    Word,
    /// `1.83▲`
    Mark,
}

/// Lines of cells: the first cell of a line to the left, the others to the right.
struct Grid {
    /// Above the labels: where the columns of a section begin, and what they are.
    titles: Vec<(usize, &'static str)>,
    lines: Vec<Vec<String>>,
}

/// All of it.
pub fn table(analysis: &Analysis, page: Page) -> String {
    let mut text = head(analysis, page.width);
    text += &programs(analysis, page);
    text += &summary(analysis, page.width);
    text += &profiles(analysis, page.width);
    if page.details {
        text += &details(analysis, page.width);
    }
    text
}

fn head(analysis: &Analysis, width: usize) -> String {
    let experiment = analysis.experiment;
    let mut text = wrap(&format!("{}: {}, {}", experiment.suite, many(experiment.benches.len(), "program"), plan(analysis)), width, "  ");
    text.push('\n');
    for (k, subject) in experiment.subjects.iter().enumerate() {
        let mut line = whole(analysis, k);
        if !subject.version.is_empty() && subject.version != experiment.version {
            let _ = write!(line, " ({})", subject.version);
        }
        if subject.clock == Clock::Process {
            line += ", whole processes timed";
        }
        text += &wrap(&format!("  {}  {line}", letter(k)), width, "     ");
    }
    text.push('\n');
    if experiment.subjects.len() > 1 {
        text += &wrap(
            "Compared with A; a `?` says that these runs cannot tell. ± is half of the 95 % interval, `±?` more than 100 %.",
            width,
            "",
        );
        text.push('\n');
    }
    text
}

/// A line for each program, in as many blocks as it takes.
fn programs(analysis: &Analysis, page: Page) -> String {
    let others: Vec<usize> = (1..analysis.experiment.subjects.len()).collect();
    let run = Section::Time(Quantity::Run);
    let (form, blocks) = blocks(page.width, &others, &|others, form| grid(analysis, &[run], others, form));
    let mut text = String::new();
    for block in blocks {
        let mut shown = vec![run];
        for section in [Section::Time(Quantity::Compile), Section::Count(CODE_BYTES)] {
            shown.push(section);
            if !section.there(analysis) || grid(analysis, &shown, block, form).width() > page.width {
                shown.pop();
            }
        }
        let failures = |bench: usize| {
            let failed = block.iter().chain(&[0]).filter_map(|k| Some((*k, analysis.entry(bench, *k).failed.as_ref()?)));
            failed.map(|(k, error)| wrap(&format!("    {}: {error}", letter(k)), page.width, "       ")).collect()
        };
        text += &grid(analysis, &shown, block, form).text(&failures);
        text.push('\n');
    }
    if form == Form::Mark && !others.is_empty() {
        text += &wrap(LEGEND, page.width, "");
        text.push('\n');
    }
    text
}

impl Section<'_> {
    fn title(&self) -> &'static str {
        match self {
            Section::Time(Quantity::Run) => "run time",
            Section::Time(Quantity::Compile) => "compile time",
            Section::Time(Quantity::Instantiate) => "instantiation",
            Section::Count(_) => "code bytes",
        }
    }
    fn there(&self, analysis: &Analysis) -> bool {
        (0..analysis.summaries.len()).any(|k| self.of(analysis, k))
    }
    /// Does a subject have it for any program?
    fn of(&self, analysis: &Analysis, subject: usize) -> bool {
        analysis.column(subject).any(|entry| match self {
            Section::Time(quantity) => entry.times.contains_key(quantity),
            Section::Count(name) => entry.counts.contains_key(*name),
        })
    }
    fn first(&self, entry: &Entry) -> String {
        let missing = if entry.failed.is_some() { "FAILED" } else { "-" };
        let shown = match self {
            Section::Time(quantity) => entry.times.get(quantity).map(|t| time(t.ns)),
            Section::Count(name) => entry.counts.get(*name).map(|c| thousands(c.value)),
        };
        shown.unwrap_or(missing.into())
    }
    fn other(&self, entry: &Entry, form: Form) -> String {
        let missing = if entry.failed.is_some() { "FAILED" } else { "-" };
        match self {
            Section::Time(quantity) => match entry.times.get(quantity).and_then(|t| t.judged) {
                Some(judged) => comparison(&judged, form),
                None => pad(missing, form),
            },
            Section::Count(name) => entry.counts.get(*name).and_then(|c| c.ratio).map_or("-".into(), less_or_more),
        }
    }
}

/// As wide as every other one of its form, so that words stand below words.
fn comparison(judged: &Judged, form: Form) -> String {
    let (factor, word) = direction(judged.ratio);
    let sure = judged.verdict != Verdict::CannotTell;
    let word = if sure { word.to_string() } else { format!("{word}?") };
    match form {
        Form::Interval => format!("{factor:>6} {word:<7} {:>5}", uncertainty(judged)),
        Form::Word => format!("{factor:>6} {word:<7}"),
        Form::Mark => format!("{:.2}{}", judged.ratio, super::words::mark(judged.verdict)),
    }
}

fn pad(text: &str, form: Form) -> String {
    match form {
        Form::Interval => format!("{text:>6}{:14}", ""),
        Form::Word => format!("{text:>6}{:8}", ""),
        Form::Mark => text.chars().take(6).collect(),
    }
}

fn grid(analysis: &Analysis, sections: &[Section<'_>], others: &[usize], form: Form) -> Grid {
    let benches = &analysis.experiment.benches;
    let mut lines = vec![vec!["program".to_string()]];
    lines.extend(benches.iter().map(|bench| vec![bench.name.clone()]));
    let mut titles = Vec::new();
    for section in sections {
        titles.push((lines[0].len(), section.title()));
        lines[0].push(letter(0));
        // Where there can be nothing there is no column.
        let others: Vec<usize> =
            others.iter().copied().filter(|k| *section == Section::Time(Quantity::Run) || section.of(analysis, *k)).collect();
        for &k in &others {
            let label = letter(k);
            lines[0].push(if matches!(section, Section::Time(_)) { pad(&label, form) } else { label });
        }
        for bench in 0..benches.len() {
            let cells = others.iter().map(|k| section.other(analysis.entry(bench, *k), form));
            lines[bench + 1].push(section.first(analysis.entry(bench, 0)));
            lines[bench + 1].extend(cells);
        }
    }
    Grid { titles, lines }
}

impl Grid {
    fn new(lines: Vec<Vec<String>>) -> Grid {
        Grid { titles: Vec::new(), lines }
    }
    /// Of each column.
    fn widths(&self) -> Vec<usize> {
        let columns = self.lines.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |c: usize| self.lines.iter().filter_map(|line| line.get(c)).map(|cell| cell.chars().count()).max().unwrap_or(0);
        let mut widths: Vec<usize> = (0..columns).map(widest).collect();
        // A section is as wide as its title.
        for (n, (first, title)) in self.titles.iter().enumerate() {
            let end = self.titles.get(n + 1).map_or(columns, |next| next.0);
            let all: usize = widths[*first..end].iter().map(|width| width + 2).sum::<usize>() - 2;
            widths[*first] += title.chars().count().saturating_sub(all);
        }
        widths
    }
    fn width(&self) -> usize {
        let widths = self.widths();
        widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1)
    }
    /// `below` is what stands under the line of a program.
    fn text(&self, below: &dyn Fn(usize) -> String) -> String {
        let widths = self.widths();
        let mut text = String::new();
        if !self.titles.is_empty() {
            let mut line = String::new();
            for (first, title) in &self.titles {
                let at: usize = widths[..*first].iter().map(|width| width + 2).sum();
                line += &" ".repeat(at - line.chars().count());
                line += title;
            }
            text += &(line + "\n");
        }
        for (at, cells) in self.lines.iter().enumerate() {
            let mut line = String::new();
            for (c, cell) in cells.iter().enumerate() {
                let space = " ".repeat(widths[c] - cell.chars().count());
                line += &if c == 0 { format!("{cell}{space}") } else { format!("  {space}{cell}") };
            }
            text += line.trim_end();
            text.push('\n');
            if let Some(program) = at.checked_sub(1) {
                text += &below(program);
            }
        }
        text
    }
}

/// What stands below the programs: a line for each subject, and a sentence.
fn summary(analysis: &Analysis, width: usize) -> String {
    let subjects = &analysis.experiment.subjects;
    let programs = many(analysis.experiment.benches.len(), "program");
    let mut text = if subjects.len() > 1 {
        format!("{programs} together: totals of A, geometric means of the others\n")
    } else {
        format!("{programs} together\n")
    };
    let sections = [Section::Time(Quantity::Run), Section::Time(Quantity::Compile), Section::Count(CODE_BYTES), Section::Count("spills")];
    let names = ["run time", "compile time", "code bytes", "spills"];
    let shown: Vec<(Section<'_>, &str)> = sections.into_iter().zip(names).filter(|(section, _)| section.there(analysis)).collect();
    let grid = |_: &[usize], form: Form| means(analysis, &shown, form);
    let (form, _) = blocks(width, &[], &grid);
    text += &grid(&[], form).text(&|_| String::new());
    text.push('\n');
    // Where lines of programs have no marks, nobody has said what they are.
    if form == Form::Mark && subjects.len() > 1 {
        text += &wrap(LEGEND, width, "  ");
        text.push('\n');
    }
    for k in 1..subjects.len() {
        text += &wrap(&sentence(analysis, k, &letter(k), "A"), width, "  ");
    }
    if let Some(sight) = sight(analysis) {
        text += &wrap(&sight, width, "  ");
    }
    text
}

/// A line for each subject: what A comes to, and means of the others.
fn means(analysis: &Analysis, sections: &[(Section<'_>, &str)], form: Form) -> Grid {
    let compared = analysis.summaries.len() > 1;
    // Times are comparisons below the first line.
    let to_left = |text: String, section: &Section<'_>| match section {
        Section::Time(_) if compared => format!("{text:<0$}", pad("", form).chars().count()),
        _ => text,
    };
    let mut lines = vec![vec![String::new()]];
    lines[0].extend(sections.iter().map(|(section, name)| to_left(name.to_string(), section)));
    let failed = analysis.failed() > 0;
    if failed {
        lines[0].push("failed".into());
    }
    for (k, summary) in analysis.summaries.iter().enumerate() {
        let mut line = vec![format!("  {}", letter(k))];
        for (section, _) in sections {
            line.push(match section {
                Section::Time(quantity) if k == 0 => to_left(summary.total_ns.get(quantity).map_or("-".into(), |ns| time(*ns)), section),
                Section::Time(quantity) => summary.means.get(quantity).map_or_else(|| pad("-", form), |m| comparison(&m.judged, form)),
                Section::Count(name) if k == 0 => summary.totals.get(*name).map_or("-".into(), |n| thousands(*n)),
                Section::Count(name) => summary.counts.get(*name).map_or("-".into(), |r| less_or_more(*r)),
            });
        }
        if failed {
            line.push(if summary.failed > 0 { summary.failed.to_string() } else { "-".into() });
        }
        lines.push(line);
    }
    Grid::new(lines)
}

/// What else there is, each as a table of its own.
fn details(analysis: &Analysis, width: usize) -> String {
    let mut text = String::from("\n");
    let others: Vec<usize> = (1..analysis.experiment.subjects.len()).collect();
    for section in [Section::Time(Quantity::Compile), Section::Time(Quantity::Instantiate), Section::Count(CODE_BYTES)] {
        if section.there(analysis) {
            text += &tables(width, &others, &|others, form| grid(analysis, &[section], others, form));
        }
    }
    if analysis.groups.len() > 1 && !others.is_empty() {
        text += "run time by group of programs, geometric means\n";
        text += &tables(width, &others, &|others, form| {
            let mut lines = vec![vec![String::new()]];
            lines[0].extend(others.iter().map(|k| pad(&letter(*k), form)));
            for (at, group) in analysis.groups.iter().enumerate() {
                let mean = |k: &usize| analysis.summaries[*k].groups[at].map_or_else(|| pad("-", form), |m| comparison(&m.judged, form));
                lines.push(std::iter::once(format!("  {group}")).chain(others.iter().map(mean)).collect());
            }
            Grid::new(lines)
        });
    }
    let compiled: Vec<usize> = (0..analysis.summaries.len()).filter(|k| !analysis.summaries[*k].totals.is_empty()).collect();
    let names = analysis.count_names();
    if !names.is_empty() {
        let others: Vec<usize> = compiled.iter().copied().filter(|k| *k > 0).collect();
        text += "counts of all programs: totals of A, geometric means of the others\n";
        text += &tables(width, &others, &|others, _| {
            let mut lines =
                vec![std::iter::once(String::new()).chain(std::iter::once(0).chain(others.iter().copied()).map(letter)).collect()];
            for name in &names {
                let total = analysis.summaries[0].totals.get(*name).map_or("-".into(), |n| thousands(*n));
                let ratio = |k: &usize| analysis.summaries[*k].counts.get(*name).map_or("-".into(), |r| less_or_more(*r));
                lines.push([format!("  {}", name.replace('_', " ")), total].into_iter().chain(others.iter().map(ratio)).collect());
            }
            Grid::new(lines)
        });
    }
    let passes = analysis.pass_names();
    if !passes.is_empty() {
        text += "time of the compiler by pass, all programs, summed over its threads\n";
        text += &tables(width, &compiled, &|subjects, _| {
            let mut lines = vec![std::iter::once(String::new()).chain(subjects.iter().map(|k| letter(*k))).collect::<Vec<_>>()];
            for name in &passes {
                let of = |k: &usize| {
                    let (ns, all) = (analysis.summaries[*k].pass_ns(name), analysis.summaries[*k].passes.iter().map(|p| p.1).sum::<u64>());
                    ns.map_or("-".into(), |ns| format!("{} {:>5}", time(ns as f64), percent(ns as f64 / all.max(1) as f64)))
                };
                lines.push(std::iter::once(format!("  {name}")).chain(subjects.iter().map(of)).collect());
            }
            Grid::new(lines)
        });
    }
    text
}

/// How subjects go into as many tables as the width asks for, cells as long as they can be.
fn blocks<'s>(width: usize, subjects: &'s [usize], grid: &dyn Fn(&[usize], Form) -> Grid) -> (Form, Vec<&'s [usize]>) {
    let fits = |form: Form, subjects: &[usize]| grid(subjects, form).width() <= width;
    let form = [Form::Interval, Form::Word].into_iter().find(|form| fits(*form, subjects)).unwrap_or(Form::Mark);
    let most = (1..=subjects.len()).rev().find(|n| subjects.chunks(*n).all(|block| fits(form, block))).unwrap_or(1);
    (form, if subjects.is_empty() { vec![&[]] } else { subjects.chunks(most).collect() })
}

fn tables(width: usize, subjects: &[usize], grid: &dyn Fn(&[usize], Form) -> Grid) -> String {
    let (form, blocks) = blocks(width, subjects, grid);
    blocks.into_iter().map(|block| grid(block, form).text(&|_| String::new()) + "\n").collect()
}

/// Where the time goes: for each program a line for each function and loop.
fn profiles(analysis: &Analysis, width: usize) -> String {
    let profiled: Vec<usize> = (0..analysis.summaries.len())
        .filter(|k| (0..analysis.experiment.benches.len()).any(|b| analysis.experiment.cell(b, *k).profile.is_some()))
        .collect();
    if profiled.is_empty() {
        return String::new();
    }
    let mut text =
        format!("\n{}", wrap("where the time goes: parts of a run, and times; loops are parts of what they are in", width, "  "));
    for (b, bench) in analysis.experiment.benches.iter().enumerate() {
        let lines = analysis.places(b);
        if lines.is_empty() {
            continue;
        }
        text += &tables(width, &profiled, &|subjects, _| {
            let mut cells = vec![
                std::iter::once(bench.name.clone())
                    .chain(subjects.iter().map(|k| format!("{:>4} {:8}", letter(*k), "")))
                    .collect::<Vec<_>>(),
            ];
            for line in &lines {
                let name = format!("{}{}", "  ".repeat(line.depth as usize + 1), line.what);
                let share = |k: &usize| line.shares[*k].map_or("-".into(), |s| place(s.all, analysis.entry(b, *k)));
                cells.push(std::iter::once(shortened(&name, width / 2)).chain(subjects.iter().map(share)).collect());
            }
            Grid::new(cells)
        });
    }
    text
}

/// `61%  25.1 ms`
fn place(part: f64, entry: &Entry) -> String {
    if part == 0.0 {
        return format!("   - {:8}", "");
    }
    let time = entry.run().map_or(String::new(), |run| time(part * run.ns));
    format!("{:>4} {time:>8}", format!("{:.0}%", part * 100.0))
}

fn shortened(text: &str, most: usize) -> String {
    let kept: String = text.chars().take(most).collect();
    if kept.len() < text.len() { format!("{}…", kept.chars().take(most - 1).collect::<String>()) } else { kept }
}

/// What changed since another experiment: means, and each program whose time is another one for sure.
pub fn against(against: &Against, then: &str, width: usize) -> String {
    let mut text = format!("compared with {then}: {} of the same program and subject\n", many(against.changes.len(), "run time"));
    let sure = |c: &&Change| c.judged.verdict != Verdict::CannotTell;
    let mut changed: Vec<&Change> = against.changes.iter().filter(sure).collect();
    changed.sort_by(|a, b| b.judged.ratio.total_cmp(&a.judged.ratio));
    for (subject, mean) in &against.means {
        text += &wrap(
            &format!("  {} over {}: {subject}", comparison(&mean.judged, Form::Interval), many(mean.benches, "program")),
            width,
            "      ",
        );
        let mine = changed.iter().filter(|c| c.subject == *subject);
        let line = |c: &&Change| vec![format!("    {}", c.bench), time(c.then_ns), time(c.now_ns), comparison(&c.judged, Form::Interval)];
        text += &Grid::new(mine.map(line).collect()).text(&|_| String::new());
    }
    for (bench, subject, error) in &against.broken {
        text += &wrap(&format!("  {bench} worked and fails now under {subject}: {error}"), width, "    ");
    }
    for line in against.partners.left_out() {
        text += &wrap(&format!("  {line}"), width, "    ");
    }
    if changed.is_empty() && against.broken.is_empty() {
        text.push_str("  no program is faster or slower for sure\n");
    }
    text
}
