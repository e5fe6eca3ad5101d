//! Tables of the page: the summary, the heat map, all numbers, and the record of what was measured.
use super::charts::{badge, class};
use super::{escape, name};
use crate::analysis::{Analysis, CODE_BYTES, Quantity};
use crate::record::Clock;
use crate::report::samples::kind;
use crate::report::words::{letter, many, ratio, short, thousands, time, uncertainty};
use crate::stats::{Judged, Verdict};
use std::fmt::Write;

/// A table that may be wider than a phone scrolls by itself, by keyboard too.
pub fn scrolled(label: &str, table: &str) -> String {
    format!("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\">{table}</div>\n")
}

/// A line for each subject.
pub fn summary(analysis: &Analysis) -> String {
    let subjects = &analysis.experiment.subjects;
    let compared = subjects.len() > 1;
    let failed = analysis.failed() > 0;
    let compiled = analysis.summaries.iter().any(|s| s.total_ns.contains_key(&Quantity::Compile));
    let mut head = String::from("<th scope=\"col\">Subject</th>");
    let mut columns = vec![];
    if compared {
        columns.push("Run /A");
    }
    columns.push("Run, total");
    if compiled {
        columns.extend(if compared { &["Compile /A", "Compile, total"][..] } else { &["Compile, total"][..] });
    }
    columns.push("Code bytes");
    if compared {
        columns.extend(["Faster", "Slower", "Cannot tell"]);
    }
    if failed {
        columns.push("Failed");
    }
    columns.iter().for_each(|c| head += &format!("<th scope=\"col\" class=\"n\">{c}</th>"));
    let mut body = String::new();
    for (k, summary) in analysis.summaries.iter().enumerate() {
        let mut cells: Vec<String> = Vec::new();
        let mean = |q: Quantity| match summary.means.get(&q) {
            Some(mean) => judgement(&mean.judged),
            None if k == 0 => "1".into(),
            None => "–".into(),
        };
        let total = |q: Quantity| summary.total_ns.get(&q).map_or("–".into(), |ns| time(*ns));
        if compared {
            cells.push(mean(Quantity::Run));
        }
        cells.push(total(Quantity::Run));
        if compiled {
            if compared {
                cells.push(mean(Quantity::Compile));
            }
            cells.push(total(Quantity::Compile));
        }
        cells.push(summary.totals.get(CODE_BYTES).map_or("–".into(), |n| thousands(*n)));
        if compared {
            let tally = [summary.faster, summary.slower, summary.cannot_tell];
            cells.extend(tally.map(|n| if k == 0 { "–".into() } else { n.to_string() }));
        }
        if failed {
            cells.push(if summary.failed > 0 { format!("<span class=\"failed\">{}</span>", summary.failed) } else { "–".into() });
        }
        let about = if k == 0 && compared { " <span class=\"tag\">compared with</span>" } else { "" };
        let _ = write!(body, "<tr><th scope=\"row\"><b>{}</b> <code>{}</code>{about}</th>", letter(k), name(&short(analysis, k)));
        cells.iter().for_each(|c| body += &format!("<td class=\"n\">{c}</td>"));
        body += "</tr>\n";
    }
    scrolled("Summary", &format!("<table class=\"plain\"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"))
}

/// The ratio in the colour of its verdict, with its uncertainty.
fn judgement(judged: &Judged) -> String {
    let class = class(judged.verdict);
    format!("<span class=\"ratio {class}\">{}</span> <span class=\"pm\">{}</span>", ratio(judged.ratio), uncertainty(judged))
}

/// Programs by subjects, coloured by the ratio to A.
pub fn heat(analysis: &Analysis) -> String {
    let experiment = analysis.experiment;
    let mut head = String::from("<th scope=\"col\">Program</th>");
    for (k, subject) in experiment.subjects.iter().enumerate().skip(1) {
        let _ = write!(head, "<th scope=\"col\" title=\"{}\">{}</th>", escape(&subject.name), letter(k));
    }
    // The strongest colour is the ratio that one in twenty exceeds, so that one outlier does not pale the rest.
    let mut sizes: Vec<f64> = analysis.entries.iter().filter_map(|e| Some(e.run()?.judged?.ratio.ln().abs())).collect();
    sizes.sort_by(f64::total_cmp);
    let strongest = crate::stats::describe::quantile(&sizes, 0.95).unwrap_or(1.0).max(0.05);
    let mut body = String::new();
    for (at, group) in analysis.groups.iter().enumerate() {
        // A single group is the whole, and has no mean of its own.
        if analysis.groups.len() > 1 {
            let _ = write!(body, "<tr class=\"group\"><th scope=\"row\">{}</th>", escape(group));
            for summary in analysis.summaries.iter().skip(1) {
                body += &summary.groups[at].map_or("<td></td>".into(), |m| heat_cell(&m.judged, strongest));
            }
            body += "</tr>\n";
        }
        for (b, bench) in experiment.benches.iter().enumerate().filter(|(_, bench)| bench.group == *group) {
            let _ = write!(body, "<tr><th scope=\"row\">{}</th>", escape(&bench.name));
            for k in 1..experiment.subjects.len() {
                let entry = analysis.entry(b, k);
                body += &match (&entry.failed, entry.run().and_then(|t| t.judged)) {
                    (Some(why), _) => format!("<td class=\"failed\" title=\"{}\">failed</td>", escape(why)),
                    (None, Some(judged)) => heat_cell(&judged, strongest),
                    (None, None) => "<td></td>".into(),
                };
            }
            body += "</tr>\n";
        }
    }
    let table = format!("<table class=\"heat\"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>");
    format!(
        "<p class=\"caption\">Run time relative to A. <span class=\"key faster\">less</span> <span class=\"key slower\">more</span>; numbers without colour may be noise. \
         Lines of groups are geometric means.</p>\n{}",
        scrolled("Heat map of programs by subjects", &table)
    )
}

fn heat_cell(judged: &Judged, strongest: f64) -> String {
    if judged.verdict == Verdict::CannotTell {
        return format!("<td class=\"unsure\">{}</td>", ratio(judged.ratio));
    }
    // By the square root: small differences are seen, too.
    let size = (judged.ratio.ln().abs() / strongest).min(1.0).sqrt() * 100.0;
    format!("<td class=\"{}\" style=\"--s:{size:.0}%\">{}</td>", class(judged.verdict), ratio(judged.ratio))
}

/// Every program under every subject, to search and sort.
pub fn numbers(analysis: &Analysis) -> String {
    let experiment = analysis.experiment;
    let compared = experiment.subjects.len() > 1;
    let mut titles = vec![("Program", false), ("Group", false), ("Subject", false), ("Run", true)];
    if compared {
        titles.extend([("Run /A", true), ("±", true), ("Verdict", false), ("Effect", true)]);
    }
    titles.push(("Compile", true));
    if compared {
        titles.push(("Compile /A", true));
    }
    titles.push(("Instantiate", true));
    let names = analysis.count_names();
    let shown: Vec<String> = names.iter().map(|n| n.replace('_', " ")).collect();
    titles.extend(shown.iter().map(|n| (n.as_str(), true)));
    let head: String = titles
        .iter()
        .map(|(title, number)| {
            let class = if *number { " class=\"n\"" } else { "" };
            format!("<th scope=\"col\"{class} aria-sort=\"none\">{}</th>", escape(title))
        })
        .collect();
    let mut body = String::new();
    for (b, bench) in experiment.benches.iter().enumerate() {
        for k in 0..experiment.subjects.len() {
            let entry = analysis.entry(b, k);
            let _ = write!(
                body,
                "<tr><th scope=\"row\">{}</th><td>{}</td><td title=\"{}\">{}</td>",
                escape(&bench.name),
                escape(&bench.group),
                escape(&experiment.subjects[k].name),
                letter(k)
            );
            let at = |q: Quantity| entry.times.get(&q);
            let timed = |q: Quantity| (at(q).map(|t| t.ns), at(q).map_or(String::new(), |t| time(t.ns)));
            let (ns, text) = timed(Quantity::Run);
            match &entry.failed {
                Some(why) => body += &number(Some(f64::MAX), format!("<span class=\"failed\" title=\"{}\">failed</span>", escape(why))),
                None => body += &number(ns, text),
            }
            let judged = |q: Quantity| at(q).and_then(|t| t.judged);
            if compared {
                let run = judged(Quantity::Run);
                body += &number(run.map(|j| j.ratio), run.map_or(String::new(), |j| ratio(j.ratio)));
                body += &number(run.map(|j| j.uncertainty()).filter(|u| u.is_finite()), run.map_or(String::new(), |j| uncertainty(&j)));
                let _ = write!(body, "<td>{}</td>", run.map_or(String::new(), |j| badge(&j)));
                let effect = run.and_then(|j| j.effect);
                body += &number(effect, effect.map_or(String::new(), |e| format!("{e:.1}")));
            }
            let (ns, text) = timed(Quantity::Compile);
            body += &number(ns, text);
            if compared {
                let compile = judged(Quantity::Compile);
                body += &number(compile.map(|j| j.ratio), compile.map_or(String::new(), |j| ratio(j.ratio)));
            }
            let (ns, text) = timed(Quantity::Instantiate);
            body += &number(ns, text);
            for name in &names {
                let count = entry.counts.get(*name);
                body += &number(count.map(|c| c.value as f64), count.map_or(String::new(), |c| thousands(c.value)));
            }
            body += "</tr>\n";
        }
    }
    let table = format!("<table class=\"plain\" id=\"all\" data-sortable><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>");
    format!(
        "<p class=\"caption\">Effect is the difference in standard deviations of a process.</p>\n<p class=\"controls\" hidden><label for=\"all-search\">Rows with</label> \
         <input id=\"all-search\" type=\"search\" placeholder=\"program, group, letter, verdict\" data-filter=\"#all tbody tr\" autocomplete=\"off\"> \
         <span class=\"count\" role=\"status\"></span></p>\n{}",
        scrolled("All numbers", &table)
    )
}

/// A cell that sorts by its value.
fn number(value: Option<f64>, text: String) -> String {
    match value {
        Some(value) => format!("<td class=\"n\" data-v=\"{value:e}\">{text}</td>"),
        None => "<td class=\"n\">–</td>".into(),
    }
}

/// The environment.
pub fn record(analysis: &Analysis, command: &str) -> String {
    let experiment = analysis.experiment;
    let (machine, plan) = (&experiment.machine, &experiment.plan);
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            facts.push((name.to_string(), value));
        }
    };
    fact("Command", command.to_string());
    fact("Samite", experiment.version.clone());
    fact("Processor", machine.cpu.clone());
    fact("Cores", if machine.cores > 0 { machine.cores.to_string() } else { String::new() });
    fact(
        "Memory",
        if machine.memory_bytes > 0 { format!("{:.1} GiB", machine.memory_bytes as f64 / (1u64 << 30) as f64) } else { String::new() },
    );
    fact(
        "System",
        [machine.os.as_str(), &machine.kernel, &machine.arch].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" "),
    );
    for (name, value) in &machine.facts {
        fact(name, value.clone());
    }
    fact("Rounds", format!("{}, of one process for each subject", plan.processes));
    fact("Runs", format!("{} in each process, in random order; one that takes over {} ms once", plan.samples, plan.patience_ms));
    fact("Pinned", plan.pinned.map_or("no".into(), |core| format!("to core {core}")));
    fact("Placement", if plan.randomized { "stack, heap and code at random places" } else { "as the system does it" }.into());
    fact("Work", if plan.quick { "small amounts (--quick)".into() } else { String::new() });
    fact("Seed", plan.seed.to_string());
    let facts: String =
        facts.iter().map(|(name, value)| format!("<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value))).collect();
    let mut body = String::new();
    for (k, subject) in experiment.subjects.iter().enumerate() {
        let clock = match subject.clock {
            Clock::Call => "the call",
            Clock::Process => "whole processes",
        };
        let _ = write!(
            body,
            "<tr><th scope=\"row\"><b>{}</b> <code>{}</code></th><td>{}</td><td>{}</td><td>{clock}</td><td><code>{}</code></td></tr>\n",
            letter(k),
            name(&subject.name),
            kind(subject.kind),
            escape(&subject.version),
            escape(&subject.command),
        );
    }
    let subjects = format!(
        "<table class=\"plain\"><thead><tr><th scope=\"col\">Subject</th><th scope=\"col\">Kind</th><th scope=\"col\">Version</th><th scope=\"col\">Clock of</th>\
         <th scope=\"col\">Command</th></tr></thead><tbody>{body}</tbody></table>"
    );
    let mut body = String::new();
    for bench in &experiment.benches {
        let _ = write!(
            body,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"n\">{}</td><td><code>{}</code></td></tr>\n",
            escape(&bench.name),
            escape(&bench.group),
            escape(&bench.about),
            thousands(bench.wasm_bytes),
            escape(bench.wasm_sha256.get(..16).unwrap_or(&bench.wasm_sha256)),
        );
    }
    let programs = format!(
        "<table class=\"plain\"><thead><tr><th scope=\"col\">Program</th><th scope=\"col\">Group</th><th scope=\"col\">About</th><th scope=\"col\" class=\"n\">wasm bytes</th>\
         <th scope=\"col\">SHA-256</th></tr></thead><tbody>{body}</tbody></table>"
    );
    format!(
        "<dl class=\"facts\">{facts}</dl>\n{}<details><summary>{}</summary>\n{}</details>\n",
        scrolled("Subjects", &subjects),
        many(experiment.benches.len(), "program"),
        scrolled("Programs", &programs)
    )
}
