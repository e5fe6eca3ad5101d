//! One page that needs nothing else: no network, no framework, charts drawn here. It reads without scripts (every chart is a table, or has one);
//! `page.js` adds choosing, searching, sorting and the theme. `page.mjs` opens it in a real browser and objects to what is broken.
//!
//! Places in charts are percentages of their width, so that they fit a phone and a wall alike without scaling their text.
mod charts;
mod compiler;
mod scale;
mod tables;

use super::words::{letter, many, plan, sentence, sight};
use crate::analysis::{Analysis, CODE_BYTES, Quantity};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page. `command` is what made it, for the record; empty if nobody says.
pub fn page(analysis: &Analysis, command: &str) -> String {
    let experiment = analysis.experiment;
    let sections = sections(analysis, command);
    let links: String = sections.iter().map(|s| format!("<a href=\"#{}\">{}</a>", s.id, s.short)).collect();
    let body: String = sections
        .iter()
        .map(|s| {
            format!(
                "<section id=\"{0}\" aria-labelledby=\"{0}-title\"><h2 id=\"{0}-title\">{1}</h2>\n{2}</section>\n",
                s.id, s.title, s.body
            )
        })
        .collect();
    let machine = &experiment.machine;
    let place = if machine.cpu.is_empty() { &machine.arch } else { &machine.cpu };
    let facts = [many(experiment.benches.len(), "program"), plan(analysis), place.clone(), date(experiment.started)];
    let facts: Vec<String> = facts.iter().filter(|f| !f.is_empty()).map(|f| escape(f)).collect();
    let suite = escape(&experiment.suite);
    let facts = facts.join("<span aria-hidden=\"true\"> · </span>");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{suite} · Samite bench</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#summary\">To the results</a>\n\
         <header>\n<div class=\"top\"><p class=\"brand\">Samite bench</p><button type=\"button\" id=\"theme\" hidden>Theme: system</button></div>\n\
         <h1>{suite}</h1>\n<p class=\"facts\">{facts}</p>\n</header>\n<nav aria-label=\"Sections\">{links}</nav>\n<main>\n{body}</main>\n\
         <footer><p>Made by <code>samite bench --html</code>, version {}. All that is shown is in this file.</p></footer>\n\
         <script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        escape(&experiment.version)
    )
}

struct Section {
    id: &'static str,
    /// In the list of sections.
    short: &'static str,
    title: &'static str,
    body: String,
}

fn sections(analysis: &Analysis, command: &str) -> Vec<Section> {
    let compared = analysis.experiment.subjects.len() > 1;
    let mut sections = vec![Section { id: "summary", short: "Summary", title: "Summary", body: summary(analysis) }];
    let has = |found: bool, id: &'static str, short: &'static str, title: &'static str, body: &dyn Fn() -> String| {
        found.then(|| Section { id, short, title, body: body() })
    };
    let timed = |q: Quantity| analysis.entries.iter().any(|e| e.times.contains_key(&q));
    let judged = analysis.entries.iter().any(|e| e.run().is_some_and(|t| t.judged.is_some()));
    let profiled = analysis.experiment.cells.iter().any(|cell| cell.profile.is_some());
    let pareto = compared && analysis.summaries.iter().filter(|s| s.pareto.is_some()).count() > 1;
    sections.extend(
        [
            has(judged, "ratios", "Ratios", "Run time, program by program", &|| charts::ratios(analysis)),
            has(pareto, "tradeoff", "Trade-off", "Compile time against run time", &|| charts::tradeoff(analysis)),
            has(judged && analysis.experiment.subjects.len() > 2, "heat", "Heat map", "Where each one wins and loses", &|| {
                tables::heat(analysis)
            }),
            has(analysis.count_names().contains(&CODE_BYTES), "size", "Code size", "Code size", &|| charts::sizes(analysis)),
            has(!analysis.count_names().is_empty(), "counts", "Counts", "What the compiler counted", &|| compiler::counts(analysis)),
            has(!analysis.pass_names().is_empty(), "passes", "Passes", "Where compile time goes", &|| compiler::passes(analysis)),
            has(profiled, "profile", "Profile", "Where run time goes", &|| compiler::profile(analysis)),
            has(timed(Quantity::Run), "samples", "Samples", "Every sample", &|| charts::samples(analysis)),
            has(true, "numbers", "Numbers", "All numbers", &|| tables::numbers(analysis)),
            has(true, "record", "Record", "What was measured, and where", &|| tables::record(analysis, command)),
        ]
        .into_iter()
        .flatten(),
    );
    sections
}

fn summary(analysis: &Analysis) -> String {
    let subjects = &analysis.experiment.subjects;
    let mut text = String::new();
    for k in 1..subjects.len() {
        // With many, the table says it.
        if subjects.len() > 5 {
            break;
        }
        let (this, first) = (letter(k), letter(0));
        text += &format!("<p class=\"lead\">{}</p>\n", escape(&sentence(analysis, k, &this, &first)));
    }
    text += &tables::summary(analysis);
    if let Some(sight) = sight(analysis) {
        text += &format!(
            "<p class=\"note\">{} Verdicts hold together: the chance of even one false “faster” or “slower” among all of them is 5 %. \
             Intervals are of one comparison each, 95 %; those of means over five programs or more are for programs like these, of fewer for these.</p>\n",
            escape(&sight)
        );
    }
    text
}

pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// A name in a table: it may break after a comma.
fn name(text: &str) -> String {
    escape(text).replace(',', ",<wbr>")
}

/// A day of the calendar, from seconds since 1970 (days from civil, reversed; Gregorian).
fn date(seconds: u64) -> String {
    if seconds == 0 {
        return String::new();
    }
    let days = (seconds / 86_400) as i64 + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, year) = if month < 10 { (month + 3, year + era * 400) } else { (month - 9, year + era * 400 + 1) };
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar() {
        assert_eq!([1, 951_782_400, 1_709_164_800, 4_102_444_799].map(date), ["1970-01-01", "2000-02-29", "2024-02-29", "2099-12-31"]);
    }

    #[test]
    fn names_are_text() {
        assert_eq!(escape("<a href=\"x\">&"), "&lt;a href=&quot;x&quot;&gt;&amp;");
    }
}
