//! What is inside: the compiler's counts and passes, and where programs spend their time. Names are data: a new count or pass shows up by itself.
use super::tables::scrolled;
use super::{escape, name};
use crate::analysis::Analysis;
use crate::report::words::{less_or_more, letter, percent, short, thousands, time};
use std::fmt::Write;

/// The subjects that have a compiler that tells.
fn compiled(analysis: &Analysis) -> Vec<usize> {
    (0..analysis.summaries.len()).filter(|k| !analysis.summaries[*k].totals.is_empty()).collect()
}

fn head(analysis: &Analysis, first: &str, subjects: &[usize]) -> String {
    let letters =
        subjects.iter().map(|k| format!("<th scope=\"col\" class=\"n\" title=\"{}\">{}</th>", escape(&short(analysis, *k)), letter(*k)));
    format!("<thead><tr><th scope=\"col\">{first}</th>{}</tr></thead>", letters.collect::<String>())
}

/// A line for each count: the total, and the mean of the ratios to A.
pub fn counts(analysis: &Analysis) -> String {
    let subjects = compiled(analysis);
    let mut body = String::new();
    for count in analysis.count_names() {
        let _ = write!(body, "<tr><th scope=\"row\">{}</th>", escape(&count.replace('_', " ")));
        for &k in &subjects {
            let summary = &analysis.summaries[k];
            let total = summary.totals.get(count).map_or("–".into(), |n| thousands(*n));
            let ratio = summary.counts.get(count).filter(|_| k > 0).map(|r| format!(" <span class=\"pm\">{}</span>", less_or_more(*r)));
            let _ = write!(body, "<td class=\"n\">{total}{}</td>", ratio.unwrap_or_default());
        }
        body += "</tr>\n";
    }
    let table = format!("<table class=\"plain\">{}<tbody>{body}</tbody></table>", head(analysis, "Count", &subjects));
    format!(
        "<p class=\"caption\">Totals of all programs; beside them geometric means of the ratios to A, over programs where both have some.</p>\n{}",
        scrolled("Counts of the compiler", &table)
    )
}

/// A line for each pass: its time, a bar of it.
pub fn passes(analysis: &Analysis) -> String {
    let subjects = compiled(analysis);
    let total = |k: usize| analysis.summaries[k].passes.iter().map(|p| p.1).sum::<u64>();
    let most = subjects.iter().flat_map(|k| &analysis.summaries[*k].passes).map(|p| p.1).max().unwrap_or(1).max(1);
    let mut body = String::new();
    for pass in analysis.pass_names() {
        let _ = write!(body, "<tr><th scope=\"row\"><code>{}</code></th>", escape(pass));
        for &k in &subjects {
            body += &analysis.summaries[k].pass_ns(pass).map_or("<td class=\"n\">–</td>".into(), |ns| {
                let (size, part) = (ns as f64 / most as f64 * 100.0, ns as f64 / total(k).max(1) as f64);
                format!(
                    "<td class=\"n share\" style=\"--s:{size:.0}%\">{} <span class=\"pm\">{}</span></td>",
                    time(ns as f64),
                    percent(part)
                )
            });
        }
        body += "</tr>\n";
    }
    body += "<tr class=\"mean\"><th scope=\"row\">all</th>";
    subjects.iter().for_each(|k| body += &format!("<td class=\"n\">{}</td>", time(total(*k) as f64)));
    let table = format!("<table class=\"plain\">{}<tbody>{body}</tr></tbody></table>", head(analysis, "Pass", &subjects));
    format!(
        "<p class=\"caption\">CPU time of each pass, all programs together, summed over the compiler's threads, in the order in which they run. Of one compilation of each program: \
         what is compared above is measured by itself.</p>\n{}",
        scrolled("Time of the compiler by pass", &table)
    )
}

/// For each program its functions and loops.
pub fn profile(analysis: &Analysis) -> String {
    let experiment = analysis.experiment;
    let has = |k: usize| (0..experiment.benches.len()).any(|b| experiment.cell(b, k).profile.is_some());
    let subjects: Vec<usize> = (0..experiment.subjects.len()).filter(|k| has(*k)).collect();
    let mut programs = String::new();
    for (b, bench) in experiment.benches.iter().enumerate() {
        let mut body = String::new();
        for line in analysis.places(b) {
            let _ =
                write!(body, "<tr><th scope=\"row\" style=\"padding-left:{:.1}em\">{}</th>", f64::from(line.depth) * 1.1, name(&line.what));
            for &k in &subjects {
                body += &line.shares[k].map_or("<td class=\"n\">–</td>".into(), |share| {
                    let size = share.all * 100.0;
                    let ns = analysis.entry(b, k).run().map_or(String::new(), |run| time(run.ns * share.all));
                    format!("<td class=\"n share\" style=\"--s:{size:.0}%\">{size:.0}% <span class=\"pm\">{ns}</span></td>")
                });
            }
            body += "</tr>\n";
        }
        if !body.is_empty() {
            let table = format!("<table class=\"plain\">{}<tbody>{body}</tbody></table>", head(analysis, "Where", &subjects));
            let _ = write!(
                programs,
                "<details class=\"profile\"{3} data-name=\"{0} {1}\"><summary>{0} <span class=\"pm\">{1}</span></summary>\n{2}</details>\n",
                escape(&bench.name),
                escape(&bench.group),
                scrolled(&format!("Profile of {}", escape(&bench.name)), &table),
                // A few are all to be seen, many by their names.
                if programs.matches("<details").count() < 3 { " open" } else { "" },
            );
        }
    }
    format!(
        "<p class=\"caption\">Parts of a run by samples, and the time that they come to. A function counts without what it calls; a loop is named by its place in the module, \
         in bytes, and is part of what it is in. What takes less than 1 % under every subject is left out.</p>\n\
         <p class=\"controls\" hidden><label for=\"profile-search\">Programs</label> <input id=\"profile-search\" type=\"search\" placeholder=\"name or group\" \
         data-filter=\".profile\" autocomplete=\"off\"> <span class=\"count\" role=\"status\"></span></p>\n{programs}"
    )
}
