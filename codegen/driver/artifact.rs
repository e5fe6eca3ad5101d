//! A compiled module as a file: an ELF object, so that `objdump`, `gdb`, `addr2line` and `perf` see its functions by name.
//!
//! | section | what |
//! |---|---|
//! | `.text` | the image's text, from a page boundary of the file to a page boundary, so that it can be mapped as it is |
//! | `.samite.header` | what it takes to use the rest (`Header`) |
//! | `.samite.functions` | per function: start, end of code, 1 if frameless |
//! | `.samite.traps`, `.samite.lines` | rows of the image's tables: pc, then trap code or wasm offset |
//! | `.samite.safepoints` | per row: pc, number of slots, slots |
//! | `.samite.module` | the whole wasm module: instantiation reads its declarations and data, `objdump` and the reference interpreter its bodies |
//! | `.symtab`, `.strtab` | a symbol per function, for the tools |
//! | `.debug_*` | if asked for: which line each address comes from (`lines.rs`): of the module's source, if the module names one, or else of the module itself, line = byte offset of the wasm operator |
//!
//! All numbers are little-endian u32 unless said otherwise. Behind the ELF file stand 16 bytes: `END`, and a checksum of all before them. The
//! checksum finds damage, not malice: whoever can write an artefact can make it do anything, so a runtime runs only those it has from a
//! trusted place. `read` itself is safe on any bytes: it checks every number that the rest of the house relies on, and runs nothing.
use super::Strategy;
use super::image::{FunctionRow, Image};
use crate::mach::tables::{LineRow, SafepointRow, TrapRow};
use object::read::elf::ElfFile64;
use object::write::{self, SectionId, Symbol, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, LittleEndian, Object as _, ObjectSection as _, SectionKind, SymbolFlags, SymbolKind,
    SymbolScope,
};
use samite_ir::ssa::Builtin;
use samite_ir::translate::decode::{Decoded, decode};
use samite_ir::translate::vmctx;
use samite_ir::value::Trap;
use std::fmt;
use std::ops::Range;

/// Grows with every change of the sections' contents.
const FORMAT: u32 = 2;
const HEADER_MAGIC: [u8; 8] = *b"samite\0\0";
const END: [u8; 8] = *b"samitend";
/// Of the text's place in the file.
const PAGE: usize = 4096;

/// What the code takes for granted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// Version of the compiler. Only the same one reads the file: code, tables and the instance record go together.
    pub version: String,
    pub strategy: Strategy,
    /// Instruction set extensions that the machine must have, by the names of `is_x86_feature_detected!`.
    pub cpu_features: Vec<String>,
    /// With `bounds=guard`: an access may touch any byte from a memory's base up to this many; those beyond its length must fault.
    pub memory_reach: u64,
}

/// A file that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Artifact<'a> {
    pub header: Header,
    pub image: Image,
    /// Where the image's text is in the file; the file goes on with padding up to a page boundary.
    pub text: Range<usize>,
    /// The wasm module.
    pub module: &'a [u8],
}

/// Why a file cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArtifactError {
    /// Byte of the file.
    pub offset: usize,
    pub message: String,
}

impl fmt::Display for ArtifactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a usable compiled module: {} (at byte {})", self.message, self.offset)
    }
}
impl std::error::Error for ArtifactError {}

type Result<T> = std::result::Result<T, ArtifactError>;

fn fail<T>(offset: usize, message: impl Into<String>) -> Result<T> {
    Err(ArtifactError { offset, message: message.into() })
}

/// Does the file say that it is a compiled module? (Any ELF file might be one.)
pub fn is_artifact(file: &[u8]) -> bool {
    file.starts_with(b"\x7fELF")
}

// ---- writing

/// The file for an image of `module` that was compiled with `strategy`. `names` by defined function; `debug` as `lines::sections` gives it.
pub fn write(image: &Image, module: &[u8], strategy: &Strategy, names: &[String], debug: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut elf = write::Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let text = elf.add_section(Vec::new(), b".text".to_vec(), SectionKind::Text);
    let mut bytes = image.text.clone();
    bytes.resize(bytes.len().next_multiple_of(PAGE), 0xcc);
    elf.set_section_data(text, bytes, PAGE as u64);
    add(&mut elf, ".samite.header", header(image, strategy));
    let functions = image.functions.iter().map(|f| [f.start, f.code_end, u32::from(f.frameless)]);
    add(&mut elf, ".samite.functions", numbers(functions.flatten()));
    add(&mut elf, ".samite.traps", numbers(image.traps.iter().flat_map(|r| [r.pc, u32::from(r.trap.code())])));
    add(&mut elf, ".samite.lines", numbers(image.lines.iter().flat_map(|r| [r.pc, r.offset])));
    let safepoints = image.safepoints.iter().flat_map(|r| [r.pc, r.slots.len() as u32].into_iter().chain(r.slots.iter().copied()));
    add(&mut elf, ".samite.safepoints", numbers(safepoints));
    add(&mut elf, ".samite.module", module.to_vec());
    for (name, bytes) in debug {
        let id = elf.add_section(Vec::new(), name.as_bytes().to_vec(), SectionKind::Debug);
        elf.set_section_data(id, bytes.clone(), 1);
    }
    add_symbols(&mut elf, text, image, names);
    seal(elf.write().expect("sections and symbols of known shapes are written"))
}

/// A symbol for each function, in the section `text` that holds the image's text. Functions without a name are called by their number.
pub fn add_symbols(elf: &mut write::Object<'_>, text: SectionId, image: &Image, names: &[String]) {
    for (index, f) in image.functions.iter().enumerate() {
        let name = names.get(index).cloned().unwrap_or_else(|| format!("f{index}"));
        elf.add_symbol(Symbol {
            // A symbol's name ends at the first zero.
            name: name.replace('\0', "_").into_bytes(),
            value: u64::from(f.start),
            size: u64::from(f.code_end - f.start),
            kind: SymbolKind::Text,
            scope: SymbolScope::Compilation,
            weak: false,
            section: SymbolSection::Section(text),
            flags: SymbolFlags::None,
        });
    }
}

/// Puts the checksum behind the ELF file.
pub fn seal(mut elf: Vec<u8>) -> Vec<u8> {
    let sum = checksum(&elf);
    elf.extend(END);
    elf.extend(sum.to_le_bytes());
    elf
}

fn add(elf: &mut write::Object<'_>, name: &str, bytes: Vec<u8>) -> SectionId {
    let id = elf.add_section(Vec::new(), name.as_bytes().to_vec(), SectionKind::Metadata);
    elf.set_section_data(id, bytes, 8);
    id
}

fn numbers(list: impl Iterator<Item = u32>) -> Vec<u8> {
    list.flat_map(u32::to_le_bytes).collect()
}

fn header(image: &Image, strategy: &Strategy) -> Vec<u8> {
    let mut out = HEADER_MAGIC.to_vec();
    out.extend(FORMAT.to_le_bytes());
    out.extend(contract().to_le_bytes());
    out.extend((image.text.len() as u64).to_le_bytes());
    out.extend(image.constants.to_le_bytes());
    out.extend(crate::x64::MEMORY_REACH.to_le_bytes());
    for text in [env!("CARGO_PKG_VERSION"), &strategy.to_string(), &strategy.cpu.features().join(",")] {
        out.extend((text.len() as u32).to_le_bytes());
        out.extend(text.as_bytes());
    }
    out
}

/// A number for everything outside of the image that compiled code relies on: codes of traps and builtins, offsets in the runtime's records. Two
/// builds of one version may differ in these.
fn contract() -> u64 {
    let names = Trap::ALL.iter().map(|t| t.name()).chain(Builtin::ALL.iter().map(|b| b.name()));
    let mut text = names.collect::<Vec<_>>().join("\n").into_bytes();
    let records = {
        use vmctx::{
            func_entry as entry, func_record as record, import, memory_record as memory, store_record as store, table_record as table,
        };
        [
            [vmctx::STORE, vmctx::BUILTINS, vmctx::EPOCH, vmctx::INTERRUPT_PAGE, vmctx::NULL_RECORD, vmctx::EXTERN_ENTRY_SIZE],
            [store::STACK_LIMIT, store::HOST_STACK_LIMIT, store::EXIT_FP, store::EXIT_PC, store::ENTRY_SP, store::DEADLINE],
            [memory::BASE, memory::LENGTH, table::ENTRIES, table::LENGTH, import::SIZE, import::RECORD],
            [entry::CODE, entry::CONTEXT, entry::SIGNATURE, entry::RECORD, entry::SIZE, import::CODE],
            [record::CODE, record::CONTEXT, record::SIGNATURE, record::RUNTIME, record::SIZE, import::CONTEXT],
        ]
    };
    text.extend(numbers(records.into_iter().flatten()));
    checksum(&text)
}

/// Every step is a bijection of the state, so a change within one word always changes the result.
fn checksum(bytes: &[u8]) -> u64 {
    let mut h = bytes.len() as u64;
    let mut step = |word: u64| {
        h = (h ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        h ^= h >> 29;
    };
    let (words, rest) = bytes.as_chunks::<8>();
    words.iter().for_each(|w| step(u64::from_le_bytes(*w)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    step(u64::from_le_bytes(last));
    h
}

// ---- reading

/// Reads a file. Everything that `Image`'s functions and a runtime rely on is checked; what the code does is not.
pub fn read(file: &[u8]) -> Result<Artifact<'_>> {
    if !file.starts_with(b"\x7fELF") {
        return fail(0, "it is not an ELF file");
    }
    let damaged = "the file is cut off or damaged, or is an ELF file of another kind";
    let Some((elf, end)) = file.split_last_chunk::<16>() else { return fail(file.len(), damaged) };
    if end[..8] != END {
        return fail(elf.len(), damaged);
    }
    if end[8..] != checksum(elf).to_le_bytes() {
        return fail(elf.len() + 8, "the file is damaged: its checksum is wrong");
    }
    let parsed = ElfFile64::<LittleEndian>::parse(elf).or_else(|e| fail(0, format!("the file is damaged: {e}")))?;
    if parsed.architecture() != Architecture::X86_64 {
        return fail(18, format!("it is code for {:?}", parsed.architecture()));
    }
    let section = |name: &str| -> Result<Section<'_>> {
        let Some(section) = parsed.section_by_name(name) else { return fail(0, format!("it has no section {name}")) };
        let (start, size) = section.file_range().unwrap_or((0, 0));
        let range = usize::try_from(start).ok().zip(usize::try_from(size).ok());
        let range = range.and_then(|(start, size)| Some(start..start.checked_add(size)?));
        match range.and_then(|r| Some((r.start, elf.get(r)?))) {
            Some((start, bytes)) => Ok(Section { bytes, start, at: 0 }),
            None => fail(0, format!("section {name} lies outside of the file")),
        }
    };
    let (header, text_len, constants) = read_header(&mut section(".samite.header")?)?;
    let code = section(".text")?;
    let Some(text) = usize::try_from(text_len).ok().and_then(|n| code.bytes.get(..n)).filter(|t| t.len() < 1 << 31) else {
        return fail(code.start, "the text is shorter than the header says");
    };
    let mut image = Image { text: text.to_vec(), constants, ..Image::default() };
    image.functions = section(".samite.functions")?.rows(|s| {
        let [start, code_end, frameless] = [s.number()?, s.number()?, s.number()?];
        Ok(FunctionRow { start, code_end, frameless: frameless != 0 })
    })?;
    image.sort();
    image.traps = section(".samite.traps")?.rows(|s| {
        let pc = s.number()?;
        let code = s.number()?;
        let trap = u8::try_from(code).ok().and_then(Trap::from_code);
        let Some(trap) = trap else { return fail(s.place(), format!("{code} is no trap")) };
        Ok(TrapRow { pc, trap })
    })?;
    image.lines = section(".samite.lines")?.rows(|s| Ok(LineRow { pc: s.number()?, offset: s.number()? }))?;
    image.safepoints = section(".samite.safepoints")?.rows(|s| {
        let pc = s.number()?;
        let count = s.number()? as usize;
        let slots = s.take(count.checked_mul(4).unwrap_or(usize::MAX))?;
        let slots = slots.as_chunks::<4>().0.iter().map(|n| u32::from_le_bytes(*n)).collect();
        Ok(SafepointRow { pc, slots })
    })?;
    if let Some(what) = wrong_with(&image) {
        return fail(code.start, what);
    }
    let module = section(".samite.module")?.bytes;
    Ok(Artifact { header, image, text: code.start..code.start + text.len(), module })
}

impl Artifact<'_> {
    /// The module's declarations, which must be those that the code was made from.
    pub fn decode(&self) -> Result<Decoded> {
        let decoded = decode(self.module).or_else(|e| fail(0, format!("its wasm module is damaged: {e}")))?;
        if decoded.info.bodies.len() != self.image.functions.len() {
            return fail(0, "its code and its wasm module do not belong together");
        }
        Ok(decoded)
    }
}

fn read_header(s: &mut Section<'_>) -> Result<(Header, u64, u32)> {
    if s.take(8)? != HEADER_MAGIC {
        return fail(s.start, "its header is not one of Samite's");
    }
    let format = s.number()?;
    if format != FORMAT {
        return fail(s.start + 8, format!("its format is number {format}, this program reads {FORMAT}: compile the module again"));
    }
    let made_for = s.wide()?;
    let text_len = s.wide()?;
    let constants = s.number()?;
    let memory_reach = s.wide()?;
    let version = s.text()?.to_string();
    let place = s.place();
    if version != env!("CARGO_PKG_VERSION") {
        return fail(place, format!("it was made by version {version}, this is {}: compile the module again", env!("CARGO_PKG_VERSION")));
    }
    if made_for != contract() {
        return fail(s.start + 12, "it was made by another build of this version: compile the module again");
    }
    let place = s.place();
    let strategy: Strategy = s.text()?.parse().or_else(|e| fail(place, e))?;
    let cpu_features = s.text()?.split(',').filter(|f| !f.is_empty()).map(str::to_string).collect();
    Ok((Header { version, strategy, cpu_features, memory_reach }, text_len, constants))
}

/// What the image's tables promise: functions without overlap; rows sorted and within code.
fn wrong_with(image: &Image) -> Option<&'static str> {
    let mut end = 0;
    for f in image.by_place.iter().map(|f| &image.functions[*f as usize]) {
        if f.start < end || f.code_end <= f.start || f.code_end as usize > image.text.len() {
            return Some("its functions overlap or lie outside of the text");
        }
        end = f.code_end;
    }
    if image.constants < end || image.constants as usize > image.text.len() {
        return Some("its constants overlap functions or lie outside of the text");
    }
    let in_code = |pc: u32| image.function_at(pc).is_some();
    if !image.traps.is_sorted_by(|a, b| a.pc < b.pc) || !image.traps.iter().all(|r| in_code(r.pc)) {
        return Some("its trap table is out of order or names places outside of the code");
    }
    // A row may stand at the end of code that emitted nothing.
    if !image.lines.is_sorted_by_key(|r| r.pc) || image.lines.iter().any(|r| r.pc as usize > image.text.len()) {
        return Some("its line table is out of order or names places outside of the text");
    }
    // A return address may be the end of a function that never returns.
    let returns = |pc: u32| pc > 0 && in_code(pc - 1);
    if !image.safepoints.is_sorted_by(|a, b| a.pc < b.pc) || !image.safepoints.iter().all(|r| returns(r.pc)) {
        return Some("its safepoint table is out of order or names places outside of the code");
    }
    None
}

/// Bytes of a section and how far they are read.
struct Section<'a> {
    bytes: &'a [u8],
    /// In the file.
    start: usize,
    at: usize,
}

impl<'a> Section<'a> {
    fn place(&self) -> usize {
        self.start + self.at
    }
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let Some(bytes) = self.bytes[self.at..].get(..count) else { return fail(self.place(), "a table ends too early") };
        self.at += count;
        Ok(bytes)
    }
    fn number(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into().expect("four bytes")))
    }
    fn wide(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.take(8)?.try_into().expect("eight bytes")))
    }
    fn text(&mut self) -> Result<&'a str> {
        let count = self.number()? as usize;
        let place = self.place();
        str::from_utf8(self.take(count)?).or_else(|_| fail(place, "a text in the header is not UTF-8"))
    }
    /// Rows up to the end. Nothing is sized by a count that the file merely claims.
    fn rows<T>(mut self, mut row: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        while self.at < self.bytes.len() {
            rows.push(row(&mut self)?);
        }
        Ok(rows)
    }
}
