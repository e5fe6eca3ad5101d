//! Charts: HTML tables whose last or middle column is drawn, and one plane. Each says the same in text.
use super::scale::{Scale, ratio_scale, ratio_ticks, tick_text};
use super::{escape, name};
use crate::analysis::{Analysis, CODE_BYTES, Clock, Quantity};
use crate::record::Sample;
use crate::report::words::{letter, ratio, short, thousands, time, uncertainty, verdict};
use crate::stats::{Judged, Verdict};
use std::fmt::Write;

pub fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Faster => "faster",
        Verdict::Slower => "slower",
        Verdict::CannotTell => "unsure",
    }
}

/// A shape for each verdict, so that colour is not all that tells.
pub fn badge(judged: &Judged) -> String {
    let (class, text) = (class(judged.verdict), verdict(judged.verdict));
    format!("<span class=\"badge {class}\">{text}</span>")
}

/// Buttons that show one panel of several; without scripts all are shown.
fn chooser(analysis: &Analysis, id: &str, label: &str) -> String {
    let subjects = &analysis.experiment.subjects;
    if subjects.len() < 3 {
        return String::new();
    }
    let mut options = String::new();
    for k in 1..subjects.len() {
        let _ = write!(options, "<option value=\"{id}-{k}\">{} · {}</option>", letter(k), escape(&short(analysis, k)));
    }
    format!(
        "<p class=\"controls\" hidden><label for=\"{id}-choose\">{label}</label> <select id=\"{id}-choose\" data-panels=\"{id}\">{options}</select></p>\n"
    )
}

/// For each subject its programs, sorted by ratio, with intervals.
pub fn ratios(analysis: &Analysis) -> String {
    let experiment = analysis.experiment;
    let judged = |b: usize, k: usize| analysis.entry(b, k).run().and_then(|t| t.judged);
    let mut text = chooser(analysis, "ratio", "Compared with A:");
    for k in 1..experiment.subjects.len() {
        let mut rows: Vec<(usize, Judged)> = (0..experiment.benches.len()).filter_map(|b| Some((b, judged(b, k)?))).collect();
        rows.sort_by(|a, b| a.1.ratio.total_cmp(&b.1.ratio));
        // Wide intervals run out of the chart; estimates do not.
        let (least, most) = rows.iter().fold((1.0f64, 1.0f64), |(l, m), (_, j)| (l.min(j.ratio), m.max(j.ratio)));
        let room = (most / least).powf(0.15);
        let ends = rows.iter().flat_map(|(_, j)| [j.ratio, j.low.max(least / room), j.high.min(most * room)]);
        let scale = ratio_scale(ends);
        let ticks = ratio_ticks(&scale, 17.0);
        let one = scale.place(1.0);
        let mut body = String::new();
        let mean = analysis.summaries[k].means.get(&Quantity::Run);
        if let Some(mean) = mean.filter(|m| m.benches > 1) {
            body += &ratio_row("geometric mean", &mean.judged, &scale, one, " class=\"mean\"");
        }
        for (b, judged) in &rows {
            body += &ratio_row(&escape(&experiment.benches[*b].name), judged, &scale, one, "");
        }
        let failed: Vec<String> = (0..experiment.benches.len())
            .filter_map(|b| {
                let why = analysis.entry(b, k).failed.as_ref().or(analysis.entry(b, 0).failed.as_ref())?;
                Some(format!("<li><b>{}</b>: {}</li>", escape(&experiment.benches[b].name), escape(why)))
            })
            .collect();
        let failed =
            if failed.is_empty() { String::new() } else { format!("<p>Not compared:</p><ul class=\"failures\">{}</ul>", failed.concat()) };
        let _ = write!(
            text,
            "<div class=\"panel\" data-panel=\"ratio\" id=\"ratio-{k}\">\n<p class=\"caption\">Run time of <b>{}</b> <code>{}</code>, relative to \
             <b>A</b> <code>{}</code>. Left of 1 is faster; bars are 95 % intervals, arrows where they go on; the scale is logarithmic.</p>\n\
             <table class=\"plot ratios\">\n<thead><tr><th scope=\"col\">Program</th><th scope=\"col\" class=\"axis\"><span class=\"hide\">Chart</span>{}</th>\
             <th scope=\"col\" class=\"n\">{}/A</th><th scope=\"col\" class=\"n wide\">±</th><th scope=\"col\" class=\"verdict\">Verdict</th></tr></thead>\n\
             <tbody>{body}</tbody></table>\n{failed}</div>\n",
            letter(k),
            name(&short(analysis, k)),
            name(&short(analysis, 0)),
            axis(&scale, &ticks),
            letter(k),
        );
    }
    text
}

fn ratio_row(name: &str, judged: &Judged, scale: &Scale, one: f64, attributes: &str) -> String {
    let (low, high, at) = (scale.place(judged.low), scale.place(judged.high), scale.place(judged.ratio));
    let class = class(judged.verdict);
    // What goes on beyond the chart ends in an arrow.
    let arrow = |beyond: bool, at: &str, sign: &str| {
        if beyond {
            format!("<text x=\"{at}\" y=\"15\" text-anchor=\"{}\">{sign}</text>", if at == "0" { "start" } else { "end" })
        } else {
            String::new()
        }
    };
    let cut = arrow(!scale.holds(judged.low), "0", "◂") + &arrow(!scale.holds(judged.high), "100%", "▸");
    format!(
        "<tr{attributes}><th scope=\"row\">{name}</th><td class=\"drawn\"><svg class=\"{class}\" aria-hidden=\"true\" width=\"100%\" height=\"22\">\
         <line class=\"one\" x1=\"{one:.2}%\" x2=\"{one:.2}%\" y1=\"0\" y2=\"22\"/><line class=\"interval\" x1=\"{low:.2}%\" x2=\"{high:.2}%\" y1=\"11\" \
         y2=\"11\"/><circle cx=\"{at:.2}%\" cy=\"11\" r=\"4\"/>{cut}</svg></td><td class=\"n\">{}</td><td class=\"n wide\">{}</td><td class=\"verdict\">{}</td></tr>\n",
        ratio(judged.ratio),
        uncertainty(judged),
        badge(judged),
    )
}

fn axis(scale: &Scale, ticks: &[f64]) -> String {
    let mut text = String::from("<svg class=\"ticks\" aria-hidden=\"true\" width=\"100%\" height=\"16\">");
    for tick in ticks {
        let anchor = match scale.place(*tick) {
            p if p < 5.0 => "start",
            p if p > 95.0 => "end",
            _ => "middle",
        };
        let _ = write!(text, "<text x=\"{:.2}%\" y=\"12\" text-anchor=\"{anchor}\">{}</text>", scale.place(*tick), tick_text(*tick));
    }
    text + "</svg>"
}

/// Means of compile and run time as a plane, with the front of those that nothing beats in both.
pub fn tradeoff(analysis: &Analysis) -> String {
    let subjects = &analysis.experiment.subjects;
    let points: Vec<(usize, f64, f64, bool)> = (0..subjects.len())
        .filter_map(|k| {
            let summary = &analysis.summaries[k];
            let mean = |q: Quantity| if k == 0 { Some(1.0) } else { summary.means.get(&q).map(|m| m.judged.ratio) };
            Some((k, mean(Quantity::Compile)?, mean(Quantity::Run)?, summary.pareto?))
        })
        .collect();
    let across = ratio_scale(points.iter().map(|p| p.1));
    let up = ratio_scale(points.iter().map(|p| p.2));
    let (height, top, bottom) = (340.0, 12.0, 34.0);
    let y = |value: f64| height - bottom - up.place(value) / 100.0 * (height - top - bottom);
    let x = |value: f64| across.place(value);
    // Numbers of the vertical axis stand left of the drawing, in the padding of the figure: percentages are of the plane alone.
    let mut drawn = String::new();
    for tick in ratio_ticks(&up, 16.0) {
        let (at, class) = (y(tick), if tick == 1.0 { "one" } else { "grid" });
        let _ = write!(drawn, "<line class=\"{class}\" x1=\"0\" x2=\"100%\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>");
    }
    for tick in ratio_ticks(&across, 14.0) {
        let class = if tick == 1.0 { "one" } else { "grid" };
        let _ = write!(drawn, "<line class=\"{class}\" x1=\"{0:.2}%\" x2=\"{0:.2}%\" y1=\"{top}\" y2=\"{1}\"/>", x(tick), height - bottom);
        let _ = write!(
            drawn,
            "<text class=\"tick\" x=\"{:.2}%\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            x(tick),
            height - bottom + 15.0,
            tick_text(tick)
        );
    }
    let mut front: Vec<&(usize, f64, f64, bool)> = points.iter().filter(|p| p.3).collect();
    front.sort_by(|a, b| a.1.total_cmp(&b.1));
    for pair in front.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let _ = write!(
            drawn,
            "<line class=\"front\" x1=\"{0:.2}%\" x2=\"{1:.2}%\" y1=\"{2:.1}\" y2=\"{2:.1}\"/>",
            x(from.1),
            x(to.1),
            y(from.2)
        );
        let _ =
            write!(drawn, "<line class=\"front\" x1=\"{0:.2}%\" x2=\"{0:.2}%\" y1=\"{1:.1}\" y2=\"{2:.1}\"/>", x(to.1), y(from.2), y(to.2));
    }
    for (point, (dx, dy)) in points.iter().zip(labels(&points.iter().map(|p| (x(p.1) * 6.0, y(p.2))).collect::<Vec<_>>())) {
        let (k, compile, run, best) = point;
        let class = if *best { "point best" } else { "point" };
        let _ = write!(
            drawn,
            "<circle class=\"{class}\" cx=\"{0:.2}%\" cy=\"{1:.1}\" r=\"5\"><title>{2}: compile {3}, run {4}</title></circle>\
             <text class=\"name\" x=\"{0:.2}%\" y=\"{1:.1}\" dx=\"{dx}\" dy=\"{5}\" text-anchor=\"middle\">{6}</text>",
            x(*compile),
            y(*run),
            escape(&subjects[*k].name),
            ratio(*compile),
            ratio(*run),
            dy + 4.0,
            letter(*k),
        );
    }
    for tick in ratio_ticks(&up, 16.0) {
        let _ = write!(drawn, "<text class=\"tick\" x=\"-6\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", y(tick) + 4.0, tick_text(tick));
    }
    let middle = (height - bottom + top) / 2.0;
    let _ = write!(drawn, "<text class=\"tick\" transform=\"translate(-38 {middle}) rotate(-90)\" text-anchor=\"middle\">run time</text>");
    let _ = write!(drawn, "<text class=\"tick\" x=\"100%\" y=\"{}\" text-anchor=\"end\">compile time</text>", height - 2.0);
    let text = format!(
        "<p class=\"caption\">Geometric means relative to A, both scales logarithmic; down and to the left is better. The line joins those that no \
         other one beats in both.</p>\n<figure class=\"plane\"><svg role=\"img\" aria-label=\"Compile time against run time; the table below has the \
         numbers\" width=\"100%\" height=\"{height}\">{drawn}</svg></figure>\n"
    );
    let mut rows = String::new();
    for (k, compile, run, best) in &points {
        let front = if *best { "on the front" } else { "" };
        let _ = write!(
            rows,
            "<tr><th scope=\"row\"><b>{}</b> <code>{}</code></th><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{front}</td></tr>\n",
            letter(*k),
            name(&short(analysis, *k)),
            ratio(*compile),
            ratio(*run),
        );
    }
    text + &format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Compile time against run time\"><table class=\"plain\"><thead><tr><th scope=\"col\">Subject</th>\
         <th scope=\"col\" class=\"n\">Compile</th><th scope=\"col\" class=\"n\">Run</th><th scope=\"col\"></th></tr></thead><tbody>{rows}</tbody></table></div>\n"
    )
}

/// Where each point's letter stands, from the point: of eight places the one farthest from other points and letters, in pixels of a chart
/// 600 wide.
fn labels(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut taken: Vec<(f64, f64)> = points.to_vec();
    let mut offsets = Vec::new();
    for (at, (x, y)) in points.iter().enumerate() {
        let around = [(0.0, -14.0), (13.0, -9.0), (14.0, 0.0), (13.0, 10.0), (0.0, 14.0), (-13.0, 10.0), (-14.0, 0.0), (-13.0, -9.0)];
        let room = |(dx, dy): (f64, f64)| {
            let others = taken.iter().enumerate().filter(|(k, _)| *k != at);
            others.map(|(_, (a, b))| (a - x - dx).hypot(b - y - dy)).fold(40.0, f64::min)
        };
        // The first of equals.
        let best = around.into_iter().rev().max_by(|a, b| room(*a).total_cmp(&room(*b))).unwrap_or_default();
        taken.push((x + best.0, y + best.1));
        offsets.push(best);
    }
    offsets
}

/// Bytes of machine code of each subject, all programs together.
pub fn sizes(analysis: &Analysis) -> String {
    let subjects = &analysis.experiment.subjects;
    let of = |k: usize| analysis.summaries[k].totals.get(CODE_BYTES).copied();
    let most = (0..subjects.len()).filter_map(of).max().unwrap_or(1).max(1) as f64;
    let mut rows = String::new();
    for k in 0..subjects.len() {
        let Some(total) = of(k) else { continue };
        let ratio = analysis.summaries[k].counts.get(CODE_BYTES).copied().map_or("-".into(), ratio);
        let _ = write!(
            rows,
            "<tr><th scope=\"row\"><b>{}</b> <code>{}</code></th><td class=\"drawn\"><svg aria-hidden=\"true\" width=\"100%\" height=\"18\"><rect class=\"bar\" \
             x=\"0\" y=\"4\" height=\"10\" width=\"{:.2}%\"/></svg></td><td class=\"n\">{}</td><td class=\"n\">{ratio}</td></tr>\n",
            letter(k),
            name(&short(analysis, k)),
            total as f64 / most * 100.0,
            thousands(total),
        );
    }
    format!(
        "<p class=\"caption\">Bytes of machine code of all programs, and the geometric mean of the ratios to A. Where an engine does not tell, it is not here.</p>\n\
         <table class=\"plot sizes\"><thead><tr><th scope=\"col\">Subject</th><th scope=\"col\" class=\"axis\"><span class=\"hide\">Chart</span></th>\
         <th scope=\"col\" class=\"n\">Bytes</th><th scope=\"col\" class=\"n\">/A</th></tr></thead><tbody>{rows}</tbody></table>\n"
    )
}

/// A strip for each program and subject: a row of ticks for each process, warm-up pale.
pub fn samples(analysis: &Analysis) -> String {
    let experiment = analysis.experiment;
    let mut figures = String::new();
    for (b, bench) in experiment.benches.iter().enumerate() {
        let subjects: Vec<usize> = (0..experiment.subjects.len()).filter(|k| analysis.entry(b, *k).run().is_some()).collect();
        let all =
            || subjects.iter().flat_map(|k| &experiment.cell(b, *k).processes).flat_map(|p| &p.runs).map(|s| nanoseconds(analysis, s));
        let (least, most) = (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max));
        if most == 0.0 {
            continue;
        }
        let wide = most / least > 2.5;
        let (low, high) = (least / 1.005, most * 1.005);
        let scale = if wide { Scale::logarithmic(low, high) } else { Scale::linear(low, high) };
        let mut rows = String::new();
        for k in &subjects {
            rows += &strip(analysis, b, *k, &scale);
        }
        let form = if wide { "logarithmic" } else { "linear" };
        let _ = write!(
            figures,
            "<figure class=\"strip\" data-name=\"{0} {1}\"><figcaption>{0} <span>{1}</span></figcaption><table><caption class=\"hide\">Samples of {0}</caption>\
             <tbody>{rows}</tbody><tfoot><tr><td></td><td><span class=\"ends\"><span>{2}</span><span>{form}</span><span>{3}</span></span></td><td></td></tr></tfoot></table></figure>\n",
            escape(&bench.name),
            escape(&bench.group),
            time(least),
            time(most),
        );
    }
    format!(
        "<p class=\"caption\">Run times of each program. A line for each process, a tick for each run; pale ticks are warm-up, the bar is what the ratios are made of. \
         Each program has its own scale.</p>\n\
         <p class=\"controls\" hidden><label for=\"strip-search\">Programs</label> <input id=\"strip-search\" type=\"search\" placeholder=\"name or group\" \
         data-filter=\".strip\" autocomplete=\"off\"> <span class=\"count\" role=\"status\"></span></p>\n<div class=\"strips\">{figures}</div>\n"
    )
}

fn nanoseconds(analysis: &Analysis, sample: &Sample) -> f64 {
    match analysis.clock {
        Clock::Wall => sample.wall_ns.max(1) as f64,
        Clock::Cpu => sample.cpu_ns.unwrap_or(sample.wall_ns).max(1) as f64,
    }
}

fn strip(analysis: &Analysis, bench: usize, subject: usize, scale: &Scale) -> String {
    let processes = &analysis.experiment.cell(bench, subject).processes;
    let step = (18.0 / processes.len().max(1) as f64).clamp(2.0, 5.0);
    let height = step * processes.len() as f64 + 4.0;
    let mut drawn = String::new();
    for (at, process) in processes.iter().enumerate() {
        let top = 2.0 + step * at as f64;
        for (index, sample) in process.runs.iter().enumerate() {
            let class = if index < process.warmup as usize { " class=\"w\"" } else { "" };
            let _ = write!(
                drawn,
                "<line{class} x1=\"{0:.1}%\" x2=\"{0:.1}%\" y1=\"{top:.1}\" y2=\"{1:.1}\"/>",
                scale.place(nanoseconds(analysis, sample)),
                top + step - 0.8
            );
        }
    }
    let typical = analysis.entry(bench, subject).run().map_or(0.0, |t| t.ns);
    format!(
        "<tr><th scope=\"row\">{}</th><td><svg aria-hidden=\"true\" width=\"100%\" height=\"{height:.0}\">{drawn}<line class=\"typical\" x1=\"{1:.1}%\" x2=\"{1:.1}%\" y1=\"0\" y2=\"{height:.0}\"/></svg></td>\
         <td class=\"n\">{2}</td></tr>",
        letter(subject),
        scale.place(typical),
        time(typical),
    )
}
