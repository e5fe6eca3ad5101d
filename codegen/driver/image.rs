//! A module's machine code: one text section and sorted tables. Link-time work ends here: calls between functions are resolved, so the
//! text may be mapped anywhere. Constants that code reads from memory stand behind all functions, each once, however many read it.
use crate::mach::code::PoolConst;
use crate::mach::tables::{ConstReloc, Emitted, LineRow, SafepointRow, TrapRow};
use std::collections::HashMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionRow {
    /// Entry, as offset in the text.
    pub start: u32,
    /// End of its instructions; jump tables follow.
    pub code_end: u32,
    /// It keeps no frame (`mach::tables::Emitted::frameless`).
    pub frameless: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    pub text: Vec<u8>,
    /// Where in it the constants start that functions share.
    pub constants: u32,
    /// By index among the defined functions.
    pub functions: Vec<FunctionRow>,
    /// Indices of functions in the order in which they stand in the text.
    pub by_place: Vec<u32>,
    pub traps: Vec<TrapRow>,
    pub lines: Vec<LineRow>,
    pub safepoints: Vec<SafepointRow>,
}

/// Text beyond this could put a call out of reach of its 32-bit distance.
const MAX_TEXT: usize = 1 << 31;

/// Of function entries; loops inside are aligned relative to it.
const ALIGN: usize = 32;

/// Where functions are put. What a program means does not depend on it, its speed may by some percent: predictors and caches go by address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// In the order of their indices, close together.
    #[default]
    InOrder,
    /// In an order and with gaps (multiples of the alignment that functions always have, below 512 bytes) that follow from the seed.
    Random(u64),
}

impl Placement {
    /// The order of `count` functions, and the gap before each in that order.
    fn order(self, count: usize) -> Vec<(u32, usize)> {
        let mut order: Vec<(u32, usize)> = (0..count as u32).map(|index| (index, 0)).collect();
        if let Placement::Random(mut state) = self {
            // SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
            let mut random = |below: usize| {
                state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                ((z ^ (z >> 31)) % below as u64) as usize
            };
            for at in (1..count).rev() {
                order.swap(at, random(at + 1));
            }
            order.iter_mut().for_each(|(_, gap)| *gap = random(16) * ALIGN);
        }
        order
    }
}

/// The constants of all functions, in the order in which they are met.
#[derive(Default)]
struct Pool {
    numbers: HashMap<PoolConst, u32>,
    constants: Vec<PoolConst>,
    /// The constants are those of `constants`.
    relocs: Vec<ConstReloc>,
}

impl Pool {
    /// What the function that starts at `start` reads.
    fn add(&mut self, start: u32, constants: &[PoolConst], relocs: &[ConstReloc]) {
        for r in relocs {
            let c = constants[r.constant as usize];
            let constant = *self.numbers.entry(c).or_insert_with(|| {
                self.constants.push(c);
                self.constants.len() as u32 - 1
            });
            self.relocs.push(ConstReloc { at: r.at + start, end: r.end + start, constant });
        }
    }
    /// Behind the text, the widest first so that each is aligned.
    fn write(self, image: &mut Image) {
        let text = &mut image.text;
        image.constants = text.len() as u32;
        let mut places = vec![0u32; self.constants.len()];
        for bytes in [32u8, 16, 8, 4] {
            for (c, place) in self.constants.iter().zip(&mut places).filter(|(c, _)| c.bytes == bytes) {
                text.resize(text.len().next_multiple_of(bytes.into()), 0xcc);
                *place = text.len() as u32;
                text.extend_from_slice(&c.bits.to_le_bytes()[..bytes as usize]);
            }
        }
        for r in self.relocs {
            let distance = places[r.constant as usize].wrapping_sub(r.end);
            text[r.at as usize..r.at as usize + 4].copy_from_slice(&distance.to_le_bytes());
        }
    }
}

impl Image {
    /// Puts functions together. None if the text passes 2 GiB.
    pub fn link(functions: Vec<Emitted>, placement: Placement) -> Option<Image> {
        let mut image = Image::default();
        let order = placement.order(functions.len());
        let size = |f: &Emitted| f.text.len() + f.constants.iter().map(|c| usize::from(c.bytes)).sum::<usize>();
        let total: usize = functions.iter().zip(&order).map(|(f, (_, gap))| size(f) + gap + ALIGN - 1).sum::<usize>() + ALIGN;
        if total >= MAX_TEXT {
            return None;
        }
        image.text.reserve_exact(total);
        image.functions.resize(functions.len(), FunctionRow { start: 0, code_end: 0, frameless: false });
        image.traps.reserve_exact(functions.iter().map(|f| f.traps.len()).sum());
        image.lines.reserve_exact(functions.iter().map(|f| f.lines.len()).sum());
        let mut relocs = Vec::new();
        let mut pool = Pool::default();
        image.by_place = order.iter().map(|o| o.0).collect();
        let mut functions: Vec<Option<Emitted>> = functions.into_iter().map(Some).collect();
        for (index, gap) in order {
            let f = functions[index as usize].take().expect("each is placed once");
            image.text.resize(image.text.len().next_multiple_of(ALIGN) + gap, 0xcc);
            let start = image.text.len() as u32;
            image.text.extend_from_slice(&f.text);
            image.functions[index as usize] = FunctionRow { start, code_end: start + f.code_len, frameless: f.frameless };
            image.traps.extend(f.traps.iter().map(|r| TrapRow { pc: r.pc + start, ..*r }));
            image.lines.extend(f.lines.iter().map(|r| LineRow { pc: r.pc + start, ..*r }));
            image.safepoints.extend(f.safepoints.into_iter().map(|r| SafepointRow { pc: r.pc + start, ..r }));
            relocs.extend(f.relocs.iter().map(|r| (r.at + start, r.target)));
            pool.add(start, &f.constants, &f.const_relocs);
        }
        pool.write(&mut image);
        for (at, target) in relocs {
            let distance = image.functions[target as usize].start.wrapping_sub(at + 4);
            image.text[at as usize..at as usize + 4].copy_from_slice(&distance.to_le_bytes());
        }
        Some(image)
    }
    /// Which function an offset of the text is in.
    pub fn function_at(&self, pc: u32) -> Option<u32> {
        let after = self.by_place.partition_point(|f| self.functions[*f as usize].start <= pc);
        let index = self.by_place[after.checked_sub(1)?];
        (pc < self.functions[index as usize].code_end).then_some(index)
    }
    /// The function that starts at an offset of the text.
    pub fn entry_at(&self, pc: u32) -> Option<u32> {
        self.function_at(pc).filter(|f| self.functions[*f as usize].start == pc)
    }
    /// Where the next function starts, or those end: behind the jump tables of function `index`, and what fills the gap.
    pub fn end_of(&self, index: u32) -> u32 {
        let start = self.functions[index as usize].start;
        let after = self.by_place.partition_point(|f| self.functions[*f as usize].start <= start);
        self.by_place.get(after).map_or(self.constants, |next| self.functions[*next as usize].start)
    }
    /// Sets `by_place` from `functions`.
    pub fn sort(&mut self) {
        self.by_place = (0..self.functions.len() as u32).collect();
        self.by_place.sort_by_key(|f| self.functions[*f as usize].start);
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
