//! Tables for a paper (papers/strategies.md): what each subject comes to, and the full matrix of programs by subjects.
use super::words::{letter, mark, plan, ratio, sight, thousands, time, uncertainty, whole};
use crate::analysis::{Analysis, CODE_BYTES, Quantity};
use crate::stats::Judged;
use std::fmt::Write;

/// The part of a page below its text. `command` is what made it.
pub fn matrix(analysis: &Analysis, command: &str) -> String {
    let experiment = analysis.experiment;
    let machine = &experiment.machine;
    let place: Vec<String> = [machine.cpu.clone(), format!("{} cores", machine.cores), format!("{} {}", machine.os, machine.kernel)]
        .into_iter()
        .filter(|t| !t.trim().is_empty())
        .collect();
    let mut text = format!("`{command}`\n\n{}: {}. {}.\n\n", experiment.suite, plan(analysis), place.join(", "));
    text += "| | subject | run | compile | code | run, total | compile, total | code bytes | faster / slower / cannot tell | failed |\n";
    text += "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n";
    for (k, (subject, summary)) in experiment.subjects.iter().zip(&analysis.summaries).enumerate() {
        let one = if k == 0 { "1" } else { "" };
        let mean = |q: Quantity| summary.means.get(&q).map_or(one.to_string(), |m| judgement(&m.judged));
        let total = |q: Quantity| summary.total_ns.get(&q).map_or(String::new(), |ns| time(*ns));
        let code = summary.counts.get(CODE_BYTES).map_or(String::new(), |r| if k == 0 { one.into() } else { ratio(*r) });
        let bytes = summary.totals.get(CODE_BYTES).map_or(String::new(), |n| thousands(*n));
        let version = if subject.version == experiment.version { String::new() } else { format!(" {}", cell(&subject.version)) };
        let tally = [summary.faster, summary.slower, summary.cannot_tell].map(|n| n.to_string()).join(" / ");
        let named = whole(analysis, k);
        let _ = writeln!(
            text,
            "| {} | `{}`{version} | {} | {} | {code} | {} | {} | {bytes} | {} | {} |",
            letter(k),
            cell(&named),
            mean(Quantity::Run),
            mean(Quantity::Compile),
            total(Quantity::Run),
            total(Quantity::Compile),
            if k == 0 { String::new() } else { tally },
            if summary.failed > 0 { summary.failed.to_string() } else { String::new() },
        );
    }
    text += "\nGeometric means relative to A, with 95 % intervals: ▼ faster, ▲ slower, ~ cannot tell.";
    if let Some(sight) = sight(analysis) {
        let _ = write!(text, " {sight}");
    }
    text += "\n\nRun times of each program, of A, and relative to A:\n\n| program | A |";
    (1..experiment.subjects.len()).for_each(|k| text += &format!(" {} |", letter(k)));
    text += "\n|---|--:|";
    text += &"--:|".repeat(experiment.subjects.len() - 1);
    for (b, bench) in experiment.benches.iter().enumerate() {
        let _ = write!(text, "\n| {} |", cell(&bench.name));
        for k in 0..experiment.subjects.len() {
            let entry = analysis.entry(b, k);
            let shown = match (&entry.failed, entry.run()) {
                (Some(_), _) => "failed".to_string(),
                (None, Some(run)) if k == 0 => time(run.ns),
                (None, run) => run.and_then(|r| r.judged).map_or(String::new(), |j| format!("{} {}", ratio(j.ratio), mark(j.verdict))),
            };
            let _ = write!(text, " {shown} |");
        }
    }
    text + "\n"
}

fn judgement(judged: &Judged) -> String {
    format!("{} {} {}", ratio(judged.ratio), uncertainty(judged), mark(judged.verdict))
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
