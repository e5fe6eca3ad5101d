//! What the page knows, as compact JSON: one object for the module, one for each function shown.
//!
//! A line is an index into the function's texts, of which each is there once: most lines of a pass are those of the pass before. Lists that mostly grow
//! are written as differences. `page.js` reads it; the letters are explained here:
//!
//! ```text
//! t  texts, joined by line feeds          w  the stations that all strategies share: source (if known), wat
//! s  by strategy: n its stations, b blocks, l loops, r stretches of live ranges (value, place, from, to), m spill slots, k steps, y bytes
//! a station: n name, f form, t texts, o offsets, i ids; of asm also a addresses, x bytes in hexadecimal
//! offset: 0 for none, else 1 more than the distance from `at`, where the body begins
//! id: 8 times a number, and what it counts: 0 nothing, 1 a block, 2 an SSA op, 3 an edit, 4 a step, 5 an edge, 6 data
//! a block: first step, steps, depth, cold, innermost loop (-1: none), successors, costs in the order of `Costs`
//! ```
use super::wat;
use crate::source::Source;
use samite_codegen::driver::places::Stretch;
use samite_codegen::driver::trace::{self, Costs, Form, Of, Trace};
use serde::Serialize;
use std::collections::HashMap;
use std::ops::Range;

#[derive(Serialize)]
pub struct Module<'a> {
    pub name: String,
    pub bytes: usize,
    pub version: &'a str,
    pub strategies: Vec<String>,
    pub functions: Vec<Row<'a>>,
}

/// A function of the list.
#[derive(Serialize)]
pub struct Row<'a>(
    /// Index in the module.
    pub u32,
    pub &'a str,
    /// Bytes of its body.
    pub usize,
    /// 1 if it is shown, else 0.
    pub u8,
);

#[derive(Serialize)]
pub struct Function {
    at: usize,
    t: String,
    w: Vec<Station>,
    s: Vec<Compiled>,
}

#[derive(Serialize)]
struct Compiled {
    n: Vec<Station>,
    b: Vec<Block>,
    l: Vec<(u32, u32, i64, u32)>,
    r: Vec<i64>,
    m: Vec<u8>,
    k: u32,
    y: u32,
}

#[derive(Serialize)]
struct Block(u32, u32, u32, u8, i64, Vec<u32>, [u32; 9]);

#[derive(Serialize)]
struct Station {
    n: String,
    f: &'static str,
    t: Vec<i64>,
    o: Vec<i64>,
    i: Vec<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    a: Option<Vec<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
}

/// Puts a function's stations together. `source` of the module; `traces` by strategy.
pub fn function(body: &Range<usize>, wat: Vec<wat::Line>, source: Option<&Source>, traces: Vec<Trace>) -> Function {
    let mut texts = Texts::default();
    let wat: Vec<trace::Line> =
        wat.into_iter().map(|l| trace::Line { text: l.text, offset: Some(l.offset), of: Of::Head, code: None }).collect();
    let mut shared = Vec::new();
    if let Some(source) = source {
        let lines = source_lines(source, &wat);
        if !lines.is_empty() {
            shared.push(texts.station("source", "source", &lines, body.start));
        }
    }
    shared.push(texts.station("wat", "wat", &wat, body.start));
    let compiled = traces.into_iter().map(|t| texts.compiled(t, body.start)).collect();
    Function { at: body.start, t: texts.list.join("\n"), w: shared, s: compiled }
}

/// A line wherever the next operator comes from another line of the source.
fn source_lines(source: &Source, wat: &[trace::Line]) -> Vec<trace::Line> {
    let mut lines: Vec<trace::Line> = Vec::new();
    let mut before = None;
    for offset in wat.iter().filter_map(|l| l.offset) {
        let place = source.lines.at(offset);
        if before.replace(place) == Some(place) {
            continue;
        }
        let Some((file, line)) = place else { continue };
        let name = source.lines.files[file as usize].rsplit('/').next().unwrap_or_default();
        let code = source.texts[file as usize].as_ref().and_then(|t| t.get(line as usize - 1));
        let text = format!("{name}:{line}  {}", code.map_or("", |c| c.trim_end()));
        lines.push(trace::Line { text: text.trim_end().replace('\t', "    "), offset: Some(offset), of: Of::Head, code: None });
    }
    lines
}

#[derive(Default)]
struct Texts {
    list: Vec<String>,
    known: HashMap<String, usize>,
}

impl Texts {
    fn index(&mut self, text: &str) -> i64 {
        let known = self.known.get(text).copied().unwrap_or_else(|| {
            self.list.push(text.replace('\n', " "));
            self.known.insert(text.to_string(), self.list.len() - 1);
            self.list.len() - 1
        });
        known as i64
    }

    fn station(&mut self, name: &str, form: &'static str, lines: &[trace::Line], at: usize) -> Station {
        let offset = |l: &trace::Line| l.offset.map_or(0, |o| i64::from(o) - at as i64 + 1);
        let is_code = form == "asm";
        let address = |l: &trace::Line| l.code.as_ref().map_or(-1, |c| i64::from(c.at));
        let mut last = 0;
        // Labels stand where the next instruction does.
        let mut addresses: Vec<i64> = lines
            .iter()
            .rev()
            .map(|l| {
                last = if l.code.is_some() { address(l) } else { last };
                last
            })
            .collect();
        addresses.reverse();
        Station {
            n: name.to_string(),
            f: form,
            t: differences(lines.iter().map(|l| self.index(&l.text))),
            o: differences(lines.iter().map(offset)),
            i: differences(lines.iter().map(|l| id(l.of))),
            a: is_code.then(|| differences(addresses.into_iter())),
            // A label's are none.
            x: is_code.then(|| lines.iter().map(|l| l.code.as_ref().map_or("", |c| c.bytes.as_str())).collect::<Vec<_>>().join(" ")),
        }
    }

    fn compiled(&mut self, trace: Trace, at: usize) -> Compiled {
        let form = |f: Form| match f {
            Form::Ssa => "ssa",
            Form::Mach => "mach",
            Form::Regalloc => "regalloc",
            Form::Asm => "asm",
        };
        let stretch = |s: &Stretch| [s.value, s.place, s.from, s.to].map(i64::from);
        let block = |b: trace::BlockTrace| {
            let Costs { instructions, bytes, loads, stores, calls, spills, reloads, moves, remats } = b.costs;
            let costs = [instructions, bytes, loads, stores, calls, spills, reloads, moves, remats];
            Block(b.first_step, b.steps, b.depth, u8::from(b.cold), b.inside.map_or(-1, i64::from), b.successors, costs)
        };
        Compiled {
            n: trace.stations.iter().map(|s| self.station(&s.name, form(s.form), &s.lines, at)).collect(),
            b: trace.blocks.into_iter().map(block).collect(),
            l: trace.loops.iter().map(|l| (l.header, l.last, l.parent.map_or(-1, i64::from), l.depth)).collect(),
            r: trace.stretches.iter().flat_map(stretch).collect(),
            m: trace.slots,
            k: trace.steps,
            y: trace.code_bytes,
        }
    }
}

fn differences(list: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut last = 0;
    list.map(|n| n - std::mem::replace(&mut last, n)).collect()
}

fn id(of: Of) -> i64 {
    let (kind, n) = match of {
        Of::Head => (0, 0),
        Of::Block(n) => (1, n),
        Of::Op(n) => (2, n),
        Of::Edit(n) => (3, n),
        Of::Step(n) => (4, n),
        Of::Edge => (5, 0),
        Of::Data => (6, 0),
    };
    i64::from(n) * 8 + kind
}
