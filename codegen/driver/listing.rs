//! An image as people read it: each function's instructions with what they come from, what a fault in them means, and whom they call.
//!
//! ```text
//! fib: offset 0x40, 61 bytes
//! @0021      40  55                       push     rbp
//!            41  48 89 e5                 mov      rbp, rsp
//! @002b      57  72 30                    jb       .l1
//!            5d  e8 de ff ff ff           call     fib
//!          .l1:
//! @0021      89  0f 0b                    ud2                              ; call stack exhausted
//! ```
//! Columns: byte offset in the module of the wasm operator (where it changes), offset in the text, bytes, instruction.
use super::image::{Image, Placement};
use crate::mach::tables::Emitted;
use crate::x64::disasm::{self, Access, Reference};
use samite_ir::translate::module::{ExternKind, ModuleInfo};
use samite_ir::value::Trap;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

/// One line of a function's listing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Where its bytes are in the text.
    pub place: Range<u32>,
    /// Something jumps here or reads this.
    pub label: Option<String>,
    pub text: String,
    /// Byte offset in the module of the wasm operator it comes from. None for data.
    pub wasm: Option<u32>,
    /// What a fault here means.
    pub trap: Option<Trap>,
    pub access: Access,
}

impl Line {
    /// The text, and what a fault means.
    pub fn noted(&self) -> String {
        let mut text = self.text.clone();
        note(&mut text, self, 0);
        text
    }
}

/// What to call each defined function: its name in the name section, or else one it is exported by, or else `f` and its index among the
/// defined functions, as the text forms of SSA and machine steps name it.
pub fn names(info: &ModuleInfo) -> Vec<String> {
    let mut names: Vec<Option<&str>> = vec![None; info.functions.len()];
    for export in info.exports.iter().rev().filter(|e| e.kind == ExternKind::Func) {
        names[export.index as usize] = Some(&export.name);
    }
    for (index, name) in &info.function_names {
        names[*index as usize] = Some(name);
    }
    let defined = names.split_off(info.imported_functions as usize);
    defined.into_iter().enumerate().map(|(i, n)| n.map_or_else(|| format!("f{i}"), printable)).collect()
}

/// Names come from the module: nothing in them may break a line or move a terminal's cursor.
fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() || c.is_whitespace() { '_' } else { c }).collect()
}

/// The lines of a function: instructions, then the constants and jump tables that they read. `names` by defined function, as `names` gives
/// them; one that is missing shows as `f3`.
pub fn lines(image: &Image, index: u32, names: &[String]) -> Vec<Line> {
    let callee = |_: u32, to: u32| image.entry_at(to).map_or_else(|| format!("{to:#x}"), |callee| name(names, callee));
    lines_calling(image, index, callee)
}

/// The lines of a function that was compiled by itself, and the bytes that they are of: offsets are its own, the distances of its calls are zero.
pub fn lines_alone(emitted: &Emitted, names: &[String]) -> (Vec<Line>, Vec<u8>) {
    let calls: BTreeMap<u32, u32> = emitted.relocs.iter().map(|r| (r.at + 4, r.target)).collect();
    let image =
        Image::link(vec![Emitted { relocs: Vec::new(), ..emitted.clone() }], Placement::InOrder).expect("one function is less than 2 GiB");
    let lines = lines_calling(&image, 0, |end, to| calls.get(&end).map_or_else(|| format!("{to:#x}"), |callee| name(names, *callee)));
    (lines, image.text)
}

fn name(names: &[String], function: u32) -> String {
    names.get(function as usize).cloned().unwrap_or_else(|| format!("f{function}"))
}

/// `callee` names a function, given where the call's instruction ends and where it leads.
fn lines_calling(image: &Image, index: u32, callee: impl Fn(u32, u32) -> String) -> Vec<Line> {
    let row = image.functions[index as usize];
    let end = image.end_of(index);
    let bytes = |r: Range<u32>| &image.text[r.start as usize..r.end as usize];
    let code = disasm::decode(bytes(row.start..row.code_end), row.start);
    let inside = |at: u32| (row.start..row.code_end).contains(&at);
    let is_constant = |at: u32| (image.constants..image.text.len() as u32).contains(&at);
    let mut jumps = Vec::new();
    let mut data = BTreeMap::new();
    // Numbered as they are met: their addresses depend on other functions.
    let mut met = Vec::new();
    for line in &code {
        match line.reference {
            Some(Reference::Jump(at)) if inside(at) => jumps.push(at),
            Some(Reference::Data { at, bytes }) if (row.code_end..end).contains(&at) || is_constant(at) => {
                data.entry(at).or_insert_with(|| {
                    met.push(at);
                    (bytes, line.mnemonic.as_str())
                });
            }
            _ => {}
        }
    }
    let data_end = |at: u32| {
        let limit = if is_constant(at) { image.text.len() as u32 } else { end };
        data.range(at + 1..).next().map_or(limit, |next| limit.min(*next.0))
    };
    let tables: BTreeMap<u32, Vec<u32>> =
        data.iter().filter(|(_, (size, _))| *size == 0).map(|(&at, _)| (at, table(bytes(at..data_end(at)), at, inside))).collect();
    jumps.extend(tables.values().flatten());
    jumps.sort_unstable();
    jumps.dedup();
    let label = |letter: char, n: usize| format!(".{letter}{}", n + 1);
    let code_label = |at: u32| jumps.binary_search(&at).ok().map(|n| label('l', n));
    let data_label = |at: u32| met.iter().position(|d| *d == at).map(|n| label('d', n));
    let mut out = Vec::with_capacity(code.len() + data.len());
    for line in &code {
        let place = match line.reference {
            Some(Reference::Jump(at) | Reference::Call(at)) => code_label(at).unwrap_or_else(|| callee(line.at + u32::from(line.len), at)),
            Some(Reference::Data { at, .. }) => data_label(at).unwrap_or_else(|| format!("{at:#x}")),
            None => String::new(),
        };
        let text = format!("{:<8} {}", line.mnemonic, line.operands.replace("{}", &place));
        out.push(Line {
            place: line.at..line.at + u32::from(line.len),
            label: code_label(line.at),
            text: text.trim_end().to_string(),
            wasm: image.wasm_offset(line.at),
            trap: image.trap_at(line.at).map(|r| r.trap),
            access: line.access,
        });
    }
    for &at in &met {
        let (size, reader) = data[&at];
        let (place, text) = match tables.get(&at) {
            Some(targets) => {
                let labels: Vec<String> = targets.iter().filter_map(|t| code_label(*t)).collect();
                (at..at + 4 * targets.len() as u32, format!("table    {}", labels.join(", ")))
            }
            None => {
                let place = at..(at + u32::from(size)).min(data_end(at));
                let text = constant(bytes(place.clone()), reader);
                (place, text)
            }
        };
        out.push(Line { place, label: data_label(at), text, wasm: None, trap: None, access: Access::default() });
    }
    out
}

/// Where the entries of a jump table lead: distances from the table, up to the first that does not lead into the function.
fn table(bytes: &[u8], at: u32, inside: impl Fn(u32) -> bool) -> Vec<u32> {
    let entries = bytes.chunks_exact(4).map(|e| at.wrapping_add(u32::from_le_bytes([e[0], e[1], e[2], e[3]])));
    entries.take_while(|t| inside(*t)).collect()
}

/// A constant as a number of the kind that its reader takes.
fn constant(bytes: &[u8], reader: &str) -> String {
    let number = match *bytes {
        [a, b, c, d] if reader.ends_with("ss") => format!(" ; {:?}", f32::from_le_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] if reader.ends_with("sd") => format!(" ; {:?}", f64::from_le_bytes([a, b, c, d, e, f, g, h])),
        _ => String::new(),
    };
    let digits: String = bytes.iter().rev().map(|b| format!("{b:02x}")).collect();
    format!("const    0x{digits}{number}")
}

/// A function's listing with offsets and bytes.
pub fn function(image: &Image, index: u32, names: &[String]) -> String {
    let row = image.functions[index as usize];
    let mut out = format!("{}: offset {:#x}, {} bytes", name(names, index), row.start, row.code_end - row.start);
    out.push_str(if row.frameless { ", no frame\n" } else { "\n" });
    print(&mut out, &lines(image, index, names), Some(&image.text));
    out
}

/// Only labels and instructions with their wasm offsets: what does not change when a neighbour grows.
pub fn function_text(image: &Image, index: u32, names: &[String]) -> String {
    let mut out = String::new();
    print(&mut out, &lines(image, index, names), None);
    out
}

/// All functions.
pub fn module(image: &Image, names: &[String]) -> String {
    let all: Vec<String> = (0..image.functions.len() as u32).map(|i| function(image, i, names)).collect();
    all.join("\n")
}

/// `bytes`: the image's text, if offsets and bytes are to be shown.
fn print(out: &mut String, lines: &[Line], bytes: Option<&[u8]>) {
    let mut wasm = None;
    for line in lines {
        if let Some(label) = &line.label {
            let indent = if bytes.is_some() { 9 } else { 7 };
            _ = writeln!(out, "{:indent$}{label}:", "");
        }
        let column = match line.wasm {
            Some(offset) if wasm != Some(offset) => format!("@{offset:04x}"),
            _ => String::new(),
        };
        wasm = line.wasm.or(wasm);
        let mut text = format!("{column:<8} ");
        if let Some(bytes) = bytes {
            let hex: Vec<String> = bytes[line.place.start as usize..line.place.end as usize].iter().map(|b| format!("{b:02x}")).collect();
            let (first, rest) = hex.split_at(hex.len().min(8));
            _ = write!(text, "{:>6x}  {:<24} {}", line.place.start, first.join(" "), line.text);
            note(&mut text, line, 76);
            for (n, more) in rest.chunks(8).enumerate() {
                _ = write!(text, "\n{:15}  {}", format!("{:>15x}", line.place.start + 8 * (n as u32 + 1)), more.join(" "));
            }
        } else {
            text.push_str(&line.text);
            note(&mut text, line, 48);
        }
        _ = writeln!(out, "{}", text.trim_end());
    }
}

fn note(text: &mut String, line: &Line, column: usize) {
    if let Some(trap) = line.trap {
        let pad = column.saturating_sub(text.chars().count());
        _ = write!(text, "{:pad$} ; {trap}", "");
    }
}
