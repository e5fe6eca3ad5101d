//! The source lines that a module was made from: DWARF in its custom sections, or a source map beside it.
//!
//! DWARF in wasm counts addresses from the first byte of the code section's contents ("DWARF for WebAssembly", 2020); a source map's
//! columns are byte offsets in the module. Both become rows: from this byte of the module on, this line of this file. What is
//! damaged or not there is no error: the module then simply has no source lines, which is what `read` says.
use samite_codegen::driver::lines::{Lines, Row};
use serde::Deserialize;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use wasmparser::{Parser, Payload};

/// Rows, and the text of the files that could be had.
#[derive(Default)]
pub struct Source {
    pub lines: Lines,
    /// By file of `lines`: its lines.
    pub texts: Vec<Option<Vec<String>>>,
}

/// What the module in `file` says of its source. None if it says nothing that can be used.
pub fn read(module: &[u8], file: &Path) -> Option<Source> {
    let mut sections: HashMap<&str, &[u8]> = HashMap::new();
    let mut code_start = 0;
    for payload in Parser::new(0).parse_all(module) {
        match payload.ok()? {
            Payload::CodeSectionStart { unchecked_range, .. } => code_start = unchecked_range.start as u32,
            Payload::CustomSection(section) => _ = sections.insert(section.name(), section.data()),
            _ => {}
        }
    }
    let found = match sections.get("sourceMappingURL") {
        Some(url) => source_map(url, file),
        None if sections.contains_key(".debug_line") => dwarf(&sections, code_start).ok(),
        None => None,
    };
    found.filter(|s| !s.lines.rows.is_empty())
}

type Slice<'a> = gimli::EndianSlice<'a, gimli::LittleEndian>;

fn dwarf(sections: &HashMap<&str, &[u8]>, code_start: u32) -> gimli::Result<Source> {
    let empty: &[u8] = &[];
    let load = |id: gimli::SectionId| -> gimli::Result<Slice<'_>> {
        Ok(Slice::new(sections.get(id.name()).unwrap_or(&empty), gimli::LittleEndian))
    };
    let dwarf = gimli::Dwarf::load(load)?;
    let mut files = Files::default();
    let mut units = dwarf.units();
    while let Some(header) = units.next()? {
        let unit = dwarf.unit(header)?;
        let unit = unit.unit_ref(&dwarf);
        let Some(program) = unit.line_program.clone() else { continue };
        let unit_dir = unit.comp_dir.map_or_else(String::new, |d| d.to_string_lossy().into_owned());
        let mut known: HashMap<u64, u32> = HashMap::new();
        let mut sequence: Vec<Row> = Vec::new();
        let mut rows = program.rows();
        while let Some((header, row)) = rows.next_row()? {
            let place = row.address().checked_add(u64::from(code_start)).and_then(|a| u32::try_from(a).ok());
            let Some(offset) = place else {
                // A tombstone: the linker threw this code away.
                sequence.clear();
                continue;
            };
            if row.end_sequence() {
                // Code that was thrown away may also stand at 0, where the section has its count of bodies.
                if sequence.first().is_some_and(|r| r.offset > code_start) {
                    files.rows.append(&mut sequence);
                    files.rows.push(Row { offset, place: None });
                }
                sequence.clear();
                continue;
            }
            let file = *known.entry(row.file_index()).or_insert_with(|| {
                let entry = row.file(header);
                let name = text(unit, entry.map(|f| f.path_name()));
                let dir = text(unit, entry.and_then(|f| f.directory(header)));
                files.add(Path::new(&unit_dir).join(dir).join(name))
            });
            let line = row.line().map_or(0, |l| l.get() as u32);
            sequence.push(Row { offset, place: (line > 0).then_some((file, line)) });
        }
    }
    Ok(files.finish(HashMap::new()))
}

fn text<'a>(unit: gimli::UnitRef<'_, Slice<'a>>, name: Option<gimli::AttributeValue<Slice<'a>>>) -> String {
    let found = name.and_then(|a| unit.attr_string(a).ok());
    found.map_or_else(String::new, |s| s.to_string_lossy().into_owned())
}

#[derive(Default)]
struct Files {
    paths: Vec<PathBuf>,
    rows: Vec<Row>,
}

impl Files {
    fn add(&mut self, path: PathBuf) -> u32 {
        let known = self.paths.iter().position(|p| *p == path);
        known.unwrap_or_else(|| {
            self.paths.push(path);
            self.paths.len() - 1
        }) as u32
    }
    /// `contents`: of files that came with their text. The others are read if they are here.
    fn finish(mut self, mut contents: HashMap<u32, String>) -> Source {
        self.rows.sort_by_key(|r| r.offset);
        // Where a sequence ends and another starts, the start holds.
        self.rows.dedup_by(|next, row| {
            row.offset == next.offset
                && (next.place.is_none()
                    || row.place.is_none() && {
                        *row = *next;
                        true
                    })
        });
        self.rows.dedup_by_key(|r| r.place);
        let text = |(n, path): (u32, &PathBuf)| contents.remove(&n).or_else(|| fs::read_to_string(path).ok());
        let texts = (0..).zip(&self.paths).map(text).map(|t| t.map(|t| t.lines().map(str::to_string).collect())).collect();
        let files = self.paths.iter().map(|p| p.display().to_string()).collect();
        Source { lines: Lines { files, rows: self.rows }, texts }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SourceMap {
    sources: Vec<Option<String>>,
    #[serde(default)]
    sources_content: Vec<Option<String>>,
    #[serde(default)]
    source_root: Option<String>,
    mappings: String,
}

/// The section holds a URL. Only a file beside the module is looked at: nothing is fetched.
fn source_map(section: &[u8], file: &Path) -> Option<Source> {
    let mut reader = wasmparser::BinaryReader::new(section, 0);
    let url = reader.read_string().ok()?;
    let name = url.strip_prefix("./").unwrap_or(url);
    if name.contains(':') || name.starts_with('/') || name.split('/').any(|part| part == "..") {
        return None;
    }
    let path = file.parent()?.join(name);
    let map: SourceMap = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
    let root = path.parent()?.join(map.source_root.as_deref().unwrap_or_default());
    let mut files = Files::default();
    let names = map.sources.iter().map(|s| s.as_deref().unwrap_or("unknown"));
    files.paths = names.map(|s| root.join(s)).collect();
    files.rows = mappings(map.mappings.as_bytes(), files.paths.len() as u32)?;
    let contents = (0..).zip(map.sources_content).filter_map(|(n, text)| Some((n, text?))).collect();
    Some(files.finish(contents))
}

/// Segments of the first line: distances in base 64 of column, file, line, and what does not matter here.
fn mappings(text: &[u8], files: u32) -> Option<Vec<Row>> {
    let mut rows = Vec::new();
    let (mut offset, mut file, mut line) = (0i64, 0i64, 0i64);
    let first = text.split(|c| *c == b';').next().unwrap_or_default();
    for segment in first.split(|c| *c == b',').filter(|s| !s.is_empty()) {
        let mut rest = segment;
        offset += number(&mut rest)?;
        let place = match rest {
            [] => None,
            _ => {
                file += number(&mut rest)?;
                line += number(&mut rest)?;
                Some((u32::try_from(file).ok().filter(|f| *f < files)?, u32::try_from(line + 1).ok()?))
            }
        };
        rows.push(Row { offset: u32::try_from(offset).ok()?, place });
    }
    Some(rows)
}

/// Five bits a digit, the lowest first; the sixth says that more follow; the lowest bit of all is the sign.
fn number(text: &mut &[u8]) -> Option<i64> {
    let mut value = 0i64;
    for shift in (0..60).step_by(5) {
        let (&digit, rest) = text.split_first()?;
        *text = rest;
        let digit = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        value |= i64::from(digit & 31) << shift;
        if digit & 32 == 0 {
            return Some(if value & 1 == 0 { value >> 1 } else { -(value >> 1) });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_are_read() {
        let row = |offset, place| Row { offset, place };
        // AAAA: all zero. gBACA: 16 bytes on, same file, a line on. C: a byte on, no source.
        assert_eq!(mappings(b"AAAA,gBACA,C;AAAA", 1), Some(vec![row(0, Some((0, 1))), row(16, Some((0, 2))), row(17, None)]));
        assert_eq!(mappings(b"AAAA,!", 1), None);
        assert_eq!(mappings(b"ACAA", 1), None);
        assert_eq!(number(&mut &b"D"[..]), Some(-1));
        assert_eq!(number(&mut &b"g"[..]), None);
    }

    /// A custom section.
    fn section(name: &str, data: &[u8]) -> Vec<u8> {
        let number = |mut n: usize| {
            let mut out = Vec::new();
            while n > 127 {
                out.push(n as u8 | 128);
                n >>= 7;
            }
            out.push(n as u8);
            out
        };
        let contents = [&number(name.len())[..], name.as_bytes(), data].concat();
        [&[0][..], &number(contents.len()), &contents].concat()
    }

    #[test]
    fn dwarf_is_read() {
        use gimli::write::{Address, AttributeValue, Dwarf, EndianVec, LineProgram, LineString, Sections, Unit};
        let mut module = crate::input::text_to_binary(Path::new("m"), b"(module (func (drop (i32.const 1))) (func))").unwrap();
        let bodies = samite_ir::translate::decode(&module).unwrap().info.bodies;
        // Contents of the code section start with the number of bodies, one byte, and the first body's size, one byte.
        let code_start = bodies[0].start - 2;
        let encoding = gimli::Encoding { format: gimli::Format::Dwarf32, version: 4, address_size: 4 };
        let name = |s: &str| LineString::String(s.into());
        let mut program = LineProgram::new(encoding, gimli::LineEncoding::default(), name("/d"), None, name("a.c"), None);
        let dir = program.default_directory();
        let file = program.add_file(name("a.c"), dir, None);
        let mut sequence = |start: usize, rows: &[(u64, u64)], end: u64| {
            program.begin_sequence(Some(Address::Constant(start as u64)));
            for &(offset, line) in rows {
                let row = program.row();
                (row.address_offset, row.line, row.file) = (offset, line, file);
                program.generate_row();
            }
            program.end_sequence(end);
        };
        // Code that the linker threw away, then the two bodies; the first has a part that comes from nowhere.
        sequence(0, &[(0, 99)], 40);
        sequence(bodies[0].start - code_start, &[(0, 7), (1, 8), (3, 0)], bodies[0].len() as u64);
        sequence(bodies[1].start - code_start, &[(0, 12)], bodies[1].len() as u64);
        let mut dwarf = Dwarf::new();
        let unit = dwarf.units.add(Unit::new(encoding, program));
        let root = dwarf.units.get(unit).root();
        let root = dwarf.units.get_mut(unit).get_mut(root);
        root.set(gimli::DW_AT_stmt_list, AttributeValue::LineProgramRef);
        root.set(gimli::DW_AT_comp_dir, AttributeValue::String(b"/d".to_vec()));
        let mut sections = Sections::new(EndianVec::new(gimli::LittleEndian));
        dwarf.write(&mut sections).unwrap();
        sections
            .for_each(|id, data| {
                module.extend(section(id.name(), data.slice()));
                gimli::write::Result::Ok(())
            })
            .unwrap();
        let source = read(&module, Path::new("m")).expect("it has lines");
        assert_eq!(source.lines.files, ["/d/a.c"]);
        let line = |body: usize, at: usize| source.lines.at((bodies[body].start + at) as u32).map(|p| p.1);
        assert_eq!([line(0, 0), line(0, 1), line(0, 2), line(0, 3), line(1, 0)], [Some(7), Some(8), Some(8), None, Some(12)]);
        assert_eq!(source.lines.at(code_start as u32), None);
        // Cut short it is no source, and no panic.
        let cut = section(".debug_line", &[1, 2, 3]);
        assert!(read(&[&crate::input::text_to_binary(Path::new("m"), b"(module)").unwrap()[..], &cut].concat(), Path::new("m")).is_none());
    }
}
