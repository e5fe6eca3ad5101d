//! A module's machine code: one text section and sorted tables. Link-time work ends here: calls between functions are resolved, so the
//! text may be mapped anywhere.
use crate::mach::tables::{Emitted, LineRow, SafepointRow, TrapRow};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionRow {
    /// Entry, as offset in the text.
    pub start: u32,
    /// End of its instructions; constants and jump tables follow.
    pub code_end: u32,
    /// It keeps no frame (`mach::tables::Emitted::frameless`).
    pub frameless: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    pub text: Vec<u8>,
    /// By index among the defined functions, which is also their order in the text.
    pub functions: Vec<FunctionRow>,
    pub traps: Vec<TrapRow>,
    pub lines: Vec<LineRow>,
    pub safepoints: Vec<SafepointRow>,
}

/// Text beyond this could put a call out of reach of its 32-bit distance.
const MAX_TEXT: usize = 1 << 31;

/// Of function entries; loops inside are aligned relative to it.
const ALIGN: usize = 32;

impl Image {
    /// Puts functions together, in the order of their indices. None if the text passes 2 GiB.
    pub fn link(functions: Vec<Emitted>) -> Option<Image> {
        let mut image = Image::default();
        let total: usize = functions.iter().map(|f| f.text.len() + ALIGN - 1).sum();
        if total >= MAX_TEXT {
            return None;
        }
        image.text.reserve_exact(total);
        image.functions.reserve_exact(functions.len());
        image.traps.reserve_exact(functions.iter().map(|f| f.traps.len()).sum());
        image.lines.reserve_exact(functions.iter().map(|f| f.lines.len()).sum());
        let mut relocs = Vec::new();
        for f in functions {
            image.text.resize(image.text.len().next_multiple_of(ALIGN), 0xcc);
            let start = image.text.len() as u32;
            image.text.extend_from_slice(&f.text);
            image.functions.push(FunctionRow { start, code_end: start + f.code_len, frameless: f.frameless });
            image.traps.extend(f.traps.iter().map(|r| TrapRow { pc: r.pc + start, ..*r }));
            image.lines.extend(f.lines.iter().map(|r| LineRow { pc: r.pc + start, ..*r }));
            image.safepoints.extend(f.safepoints.into_iter().map(|r| SafepointRow { pc: r.pc + start, ..r }));
            relocs.extend(f.relocs.iter().map(|r| (r.at + start, r.target)));
        }
        for (at, target) in relocs {
            let distance = image.functions[target as usize].start.wrapping_sub(at + 4);
            image.text[at as usize..at as usize + 4].copy_from_slice(&distance.to_le_bytes());
        }
        Some(image)
    }
    /// Which function an offset of the text is in.
    pub fn function_at(&self, pc: u32) -> Option<u32> {
        let after = self.functions.partition_point(|f| f.start <= pc);
        let index = after.checked_sub(1)?;
        (pc < self.functions[index].code_end).then_some(index as u32)
    }
    /// The trap that a fault at exactly this offset of the text means.
    pub fn trap_at(&self, pc: u32) -> Option<TrapRow> {
        self.traps.binary_search_by_key(&pc, |r| r.pc).ok().map(|i| self.traps[i])
    }
    /// Byte offset in the module of the wasm operator that the code at `pc` comes from.
    pub fn wasm_offset(&self, pc: u32) -> Option<u32> {
        let f = &self.functions[self.function_at(pc)? as usize];
        let after = self.lines.partition_point(|r| r.pc <= pc);
        let row = self.lines.get(after.checked_sub(1)?)?;
        (row.pc >= f.start).then_some(row.offset)
    }
}
