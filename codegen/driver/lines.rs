//! DWARF for a compiled module, so that gdb, addr2line and perf say of an address where it comes from.
//!
//! Where the module says which source it was made from, an address comes from a line of that. Elsewhere it comes from the module itself, and
//! the line is the byte offset in it of the wasm operator: `app.wasm:6699` is what `samite objdump` shows as `@1a2b`. A line of a text that
//! nobody has (say of `samite print`, which numbers lines by how it prints) would claim more than is known.
//!
//! One compilation unit over the whole text and its line table; functions are found by their symbols. Addresses count from the start of `.text`,
//! which is at 0 in the file, so nothing is relocated.
use super::image::Image;
use gimli::write::{Address, AttributeValue, Dwarf, EndianVec, FileId, LineProgram, LineString, Sections, Unit};
use gimli::{Encoding, Format, LineEncoding, LittleEndian, SectionId};

/// From byte `offset` of the module on: file and line, counted from 1. None where the source is not known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    pub offset: u32,
    pub place: Option<(u32, u32)>,
}

/// What a module says of its source.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lines {
    /// Their names.
    pub files: Vec<String>,
    /// Sorted by offset.
    pub rows: Vec<Row>,
}

impl Lines {
    /// File and line of the wasm operator at a byte offset of the module.
    pub fn at(&self, offset: u32) -> Option<(u32, u32)> {
        let after = self.rows.partition_point(|r| r.offset <= offset);
        self.rows[after.checked_sub(1)?].place
    }
}

/// The sections, by name. `module`: what to call the module.
pub fn sections(image: &Image, module: &str, lines: &Lines) -> gimli::write::Result<Vec<(&'static str, Vec<u8>)>> {
    let encoding = Encoding { format: Format::Dwarf32, version: 5, address_size: 8 };
    let name = |s: &str| LineString::String(s.replace('\0', "_").into_bytes());
    let mut program = LineProgram::new(encoding, LineEncoding::default(), name("."), None, name(module), None);
    let dir = program.default_directory();
    let own = program.add_file(name(module), dir, None);
    let files: Vec<FileId> = lines.files.iter().map(|f| program.add_file(name(f), dir, None)).collect();
    for f in &image.functions {
        program.begin_sequence(Some(Address::Constant(f.start.into())));
        let rows = &image.lines[image.lines.partition_point(|r| r.pc < f.start)..];
        let mut before = None;
        for row in rows.iter().take_while(|r| r.pc < f.code_end) {
            let place = match lines.at(row.offset) {
                Some((file, line)) => (files[file as usize], line),
                None => (own, row.offset),
            };
            if before.replace(place) == Some(place) {
                continue;
            }
            let state = program.row();
            state.address_offset = (row.pc - f.start).into();
            (state.file, state.line) = (place.0, place.1.into());
            program.generate_row();
        }
        program.end_sequence((f.code_end - f.start).into());
    }
    let mut dwarf = Dwarf::new();
    let unit = dwarf.units.add(Unit::new(encoding, program));
    let unit = dwarf.units.get_mut(unit);
    let root = unit.root();
    let root = unit.get_mut(root);
    root.set(gimli::DW_AT_producer, AttributeValue::String(concat!("samite ", env!("CARGO_PKG_VERSION")).into()));
    root.set(gimli::DW_AT_name, AttributeValue::String(module.replace('\0', "_").into_bytes()));
    root.set(gimli::DW_AT_stmt_list, AttributeValue::LineProgramRef);
    root.set(gimli::DW_AT_low_pc, AttributeValue::Address(Address::Constant(0)));
    root.set(gimli::DW_AT_high_pc, AttributeValue::Udata(image.text.len() as u64));
    let mut sections = Sections::new(EndianVec::new(LittleEndian));
    dwarf.write(&mut sections)?;
    let mut out = Vec::new();
    sections.for_each(|id: SectionId, bytes| {
        if !bytes.slice().is_empty() {
            out.push((id.name(), bytes.slice().to_vec()));
        }
        gimli::write::Result::Ok(())
    })?;
    Ok(out)
}
