//! The table on a terminal: what is compared, a line for each program, failures where they happened, and what it all comes to.
use super::words::{letter, many, mark, plan, ratio, sentence, sight, thousands, time, uncertainty};
use crate::analysis::{Against, Analysis, CODE_BYTES, Change, Quantity};
use crate::stats::Judged;
use std::fmt::Write;

/// With more subjects than this, lines of programs show run times only; what the rest comes to is below them.
const WIDE: usize = 3;

const LEGEND: &str = "  ▼ faster, ▲ slower, ~ cannot tell; ± is the 95 % interval; less than 1 is less than A";

/// All of it.
pub fn table(analysis: &Analysis) -> String {
    let mut text = head(analysis);
    let rows: Vec<Vec<String>> = (0..analysis.experiment.benches.len()).map(|bench| row(analysis, bench)).collect();
    let (titles, labels) = titles(analysis);
    let mut lines = vec![titles, labels];
    lines.extend(rows);
    let lines = align(&lines);
    for (at, line) in lines.iter().enumerate() {
        let _ = writeln!(text, "{line}");
        if let Some(bench) = at.checked_sub(2) {
            for subject in 0..analysis.experiment.subjects.len() {
                if let Some(error) = &analysis.entry(bench, subject).failed {
                    let _ = writeln!(text, "    {}: {error}", letter(subject));
                }
            }
        }
    }
    text + "\n" + &summary(analysis)
}

fn head(analysis: &Analysis) -> String {
    let experiment = analysis.experiment;
    let mut text = format!("{}: {}, {}\n", experiment.suite, many(experiment.benches.len(), "program"), plan(analysis));
    for (k, subject) in experiment.subjects.iter().enumerate() {
        let _ = write!(text, "  {} = {}", letter(k), subject.name);
        if !subject.version.is_empty() && subject.version != experiment.version {
            let _ = write!(text, " ({})", subject.version);
        }
        text.push('\n');
    }
    if experiment.subjects.len() > 1 {
        let _ = writeln!(text, "{LEGEND}");
    }
    text + "\n"
}

/// The two lines above the columns: what, and whose.
fn titles(analysis: &Analysis) -> (Vec<String>, Vec<String>) {
    let others = 1..analysis.experiment.subjects.len();
    let (mut titles, mut labels) = (vec![String::new()], vec!["program".to_string()]);
    let mut section = |title: &str| {
        titles.push(title.to_string());
        labels.push("A".to_string());
        for k in others.clone() {
            titles.push(String::new());
            labels.push(format!("{}/A", letter(k)));
        }
    };
    section("run");
    if analysis.experiment.subjects.len() <= WIDE {
        section("compile");
        section("code");
    }
    (titles, labels)
}

fn row(analysis: &Analysis, bench: usize) -> Vec<String> {
    let subjects = analysis.experiment.subjects.len();
    let first = analysis.entry(bench, 0);
    let mut cells = vec![analysis.experiment.benches[bench].name.clone()];
    let mut section = |quantity: Quantity| {
        let of = |entry: &crate::analysis::Entry| entry.times.get(&quantity).copied();
        let missing = |k: usize| if analysis.entry(bench, k).failed.is_some() { "FAILED" } else { "-" }.to_string();
        cells.push(of(first).map_or_else(|| missing(0), |t| time(t.ns)));
        for k in 1..subjects {
            let judged = of(analysis.entry(bench, k)).and_then(|t| t.judged);
            cells.push(judged.map_or_else(|| missing(k), |j| judgement(&j)));
        }
    };
    section(Quantity::Run);
    if subjects <= WIDE {
        section(Quantity::Compile);
        let code = |k: usize| analysis.entry(bench, k).counts.get(CODE_BYTES);
        cells.push(code(0).map_or("-".into(), |c| thousands(c.value)));
        cells.extend((1..subjects).map(|k| code(k).and_then(|c| c.ratio).map_or("-".into(), ratio)));
    }
    cells
}

/// `0.412 ±1.2% ▼`
fn judgement(judged: &Judged) -> String {
    format!("{} {:>6} {}", ratio(judged.ratio), uncertainty(judged), mark(judged.verdict))
}

/// What stands below the programs: a line for each subject, and a sentence.
fn summary(analysis: &Analysis) -> String {
    let subjects = &analysis.experiment.subjects;
    let mut text = String::new();
    if subjects.len() > 1 {
        let _ = writeln!(text, "geometric means over {}, relative to A", many(analysis.experiment.benches.len(), "program"));
    } else {
        let _ = writeln!(text, "totals over {}", many(analysis.experiment.benches.len(), "program"));
    }
    let names = analysis.count_names();
    let ratios = subjects.len() > 1;
    let mut lines = vec![vec![String::new()]];
    if ratios {
        lines[0].extend(["run", "compile"].map(String::from));
        lines[0].extend(names.iter().map(|name| name.replace("code_bytes", "code").replace('_', " ")));
    }
    lines[0].extend(["run, total", "compile, total", "code bytes"].map(String::from));
    let failed = analysis.failed() > 0;
    if failed {
        lines[0].push("failed".into());
    }
    for (k, summary) in analysis.summaries.iter().enumerate() {
        let mut line = vec![format!("  {}", letter(k))];
        let one = |there: bool| if there && k == 0 { "1" } else { "-" }.to_string();
        if ratios {
            for quantity in [Quantity::Run, Quantity::Compile] {
                let there = summary.total_ns.contains_key(&quantity);
                line.push(summary.means.get(&quantity).map_or(one(there), |m| judgement(&m.judged)));
            }
            for name in &names {
                let there = summary.counts.get(*name);
                line.push(there.filter(|_| k > 0).map_or(one(there.is_some()), |r| ratio(*r)));
            }
        }
        let total = |quantity| summary.total_ns.get(&quantity).map_or("-".into(), |ns| time(*ns));
        line.extend([total(Quantity::Run), total(Quantity::Compile)]);
        line.push(summary.totals.get(CODE_BYTES).map_or("-".into(), |n| thousands(*n)));
        if failed {
            line.push(if summary.failed > 0 { summary.failed.to_string() } else { "-".into() });
        }
        lines.push(line);
    }
    for line in align(&lines) {
        let _ = writeln!(text, "{line}");
    }
    text.push('\n');
    for k in 1..subjects.len() {
        let _ = writeln!(text, "{}", sentence(analysis, k, &letter(k), "A"));
    }
    if let Some(sight) = sight(analysis) {
        let _ = writeln!(text, "{sight}");
    }
    text
}

/// What changed since another experiment: means, and each program whose time is another one for sure.
pub fn against(against: &Against, then: &str) -> String {
    let mut text = format!("compared with {then}: {} of the same program and subject\n", many(against.changes.len(), "run time"));
    for (subject, mean) in &against.means {
        let _ = writeln!(text, "  {} over {}  {subject}", judgement(&mean.judged), many(mean.benches, "program"));
    }
    let sure = |c: &&Change| c.judged.verdict != crate::stats::Verdict::CannotTell;
    let mut changed: Vec<&Change> = against.changes.iter().filter(sure).collect();
    changed.sort_by(|a, b| b.judged.ratio.total_cmp(&a.judged.ratio));
    let lines: Vec<Vec<String>> = changed
        .iter()
        .map(|c| vec![format!("  {}", c.bench), time(c.then_ns), time(c.now_ns), judgement(&c.judged), format!(" {}", c.subject)])
        .collect();
    for line in align(&lines) {
        let _ = writeln!(text, "{line}");
    }
    for (bench, subject, error) in &against.broken {
        let _ = writeln!(text, "  {bench} worked and fails now under {subject}: {error}");
    }
    if !against.other_modules.is_empty() {
        let _ = writeln!(text, "  not compared, as the modules are others now: {}", against.other_modules.join(", "));
    }
    if changed.is_empty() && against.broken.is_empty() {
        text.push_str("  no program is faster or slower for sure\n");
    }
    text
}

/// Columns as wide as their widest cell: the first to the left, the others to the right.
fn align(lines: &[Vec<String>]) -> Vec<String> {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |text: &str| text.chars().count();
    let widths: Vec<usize> = (0..columns).map(|c| lines.iter().filter_map(|l| l.get(c)).map(|t| width(t)).max().unwrap_or(0)).collect();
    let line = |cells: &Vec<String>| {
        let mut text = String::new();
        for (c, cell) in cells.iter().enumerate() {
            let pad = " ".repeat(widths[c] - width(cell));
            // Verdicts are judged by their marks, which stand at the end.
            text += &if c == 0 { format!("{cell}{pad}") } else { format!("  {pad}{cell}") };
        }
        text.trim_end().to_string()
    };
    lines.iter().map(line).collect()
}
