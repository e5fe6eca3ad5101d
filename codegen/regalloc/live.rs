//! Where each value lives: a short sorted list of ranges of positions, with holes, and its reads in order.
//!
//! A step has four positions, because an allocator must tell these apart:
//! `GAP` edits before the step are made (all reads, then all writes); `EARLY` it reads its inputs; `MID` its clobbers hit; `LATE` it writes.
//! A range is half open. Block boundaries lie at the `GAP` of a block's first step. What is moved out of a place in the gap before a step lives there up
//! to `EARLY`, so two values can swap places.
//!
//! SSA on a reducible graph in reverse post-order needs no fixed point (Wimmer and Franz, "Linear scan register allocation on SSA form",
//! 2010): a value is live at the entry of a loop that does not contain its definition exactly if it is live in all of the loop. Each value is walked by
//! itself from its last read upwards, a whole loop in one stride, so no live set of a block is ever built: sets over 100,000 blocks times
//! 50,000 values would be too large (Boissinot and others, "Computing liveness sets for SSA-form programs", 2011, compare the two).
use super::block_set::BlockSet;
use crate::mach::flow::{Block, Flow, Role, VReg, VRegData, Want};
use crate::mach::loops::{Loop, Loops};
use cranelift_entity::EntityRef;

/// Four per step.
pub type Position = u32;
pub const GAP: u32 = 0;
pub const EARLY: u32 = 1;
pub const MID: u32 = 2;
pub const LATE: u32 = 3;

pub fn at(step: u32, point: u32) -> Position {
    step * 4 + point
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    pub start: Position,
    pub end: Position,
}

/// What a read needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Need {
    /// A register at the step (`operand` is an index into `Flow::operands`).
    Reg,
    /// A register, or the slot.
    Any,
    /// It is moved from wherever it is, in the gap, to a fixed register.
    ToFixed,
    /// It is moved from wherever it is, in the gap, to the register of the output that shares this operand's register.
    ToSame,
    /// Another operand reads the same value `ToSame`; this one reads it there too.
    AlsoSame,
    /// It is moved along an edge (`operand` is an index into `Flow::edge_args`).
    ToParam,
}

#[derive(Clone, Copy, Debug)]
pub struct Read {
    pub step: u32,
    pub operand: u32,
    pub need: Need,
    pub late: bool,
}

impl Read {
    /// Where the value must still be in its place: the exclusive end of a range that ends with this read.
    pub fn end(&self) -> Position {
        match self.need {
            Need::Reg | Need::Any => at(self.step, if self.late { LATE } else { EARLY }) + 1,
            Need::ToFixed | Need::ToSame | Need::AlsoSame => at(self.step, GAP) + 1,
            Need::ToParam => at(self.step, EARLY) + 1,
        }
    }
}

/// Most blocks are visited for few values. Past this many visits (per block and read) values that would visit many more get their holes filled.
const VISITS_PER_BLOCK: usize = 32;
const VISITS_AFTER: usize = 64;

/// Lists by value, each in one vector.
#[derive(Debug, Default)]
pub struct Lives {
    ranges: Vec<Range>,
    ranges_of: Vec<(u32, u32)>,
    reads: Vec<Read>,
    reads_of: Vec<u32>,
    /// Values whose holes were filled to save time: they seem live where they are not even defined.
    pub filled: Vec<bool>,
    block_of: Vec<Block>,
    born: Vec<(Block, Position)>,
    next: Vec<u32>,
    /// Of one walk: blocks still to be visited, at whose ends the value is known to be live.
    pending: BlockSet,
    found: Vec<Range>,
}

impl Lives {
    pub fn ranges(&self, v: VReg) -> &[Range] {
        let (start, end) = self.ranges_of[v.index()];
        &self.ranges[start as usize..end as usize]
    }

    /// The bounds of `ranges(v)` in `all_ranges()`.
    pub fn range_bounds(&self, v: VReg) -> (u32, u32) {
        self.ranges_of[v.index()]
    }

    pub fn all_ranges(&self) -> &[Range] {
        &self.ranges
    }

    /// In order of position: of one step, those in the gap come first.
    pub fn reads(&self, v: VReg) -> &[Read] {
        &self.reads[self.reads_of[v.index()] as usize..self.reads_of[v.index() + 1] as usize]
    }

    /// Where `reads(v)` begins in all reads.
    pub fn first_read(&self, v: VReg) -> u32 {
        self.reads_of[v.index()]
    }

    pub fn block_of(&self, step: u32) -> Block {
        self.block_of[step as usize]
    }

    /// Block and position of the definition.
    pub fn born(&self, v: VReg) -> (Block, Position) {
        self.born[v.index()]
    }

    /// Fills in the lives of the values for which `which` holds; all others have neither ranges nor reads.
    pub fn build(&mut self, flow: &Flow, loops: &Loops, which: impl Fn(&VRegData) -> bool) {
        self.list_reads(flow, &which);
        self.ranges.clear();
        self.ranges_of.clear();
        self.filled.clear();
        self.filled.resize(flow.vregs.len(), false);
        self.pending.reset(flow.blocks.len());
        let mut visits = VISITS_PER_BLOCK * (flow.blocks.len() + flow.steps.len()) + 100_000;
        for (v, data) in &flow.vregs {
            let start = self.ranges.len() as u32;
            if which(data) && self.born[v.index()].1 != Position::MAX {
                let limit = if data.is_ref { usize::MAX } else { visits.max(VISITS_AFTER) };
                let visited = self.walk(v, flow, loops, limit);
                visits = visits.saturating_sub(visited);
                self.ranges.extend(self.found.iter().rev());
            }
            self.ranges_of.push((start, self.ranges.len() as u32));
        }
    }

    fn list_reads(&mut self, flow: &Flow, which: &impl Fn(&VRegData) -> bool) {
        self.block_of.clear();
        self.block_of.reserve(flow.steps.len());
        self.born.clear();
        self.born.resize(flow.vregs.len(), (Block::from_u32(0), Position::MAX));
        let counts = &mut self.next;
        counts.clear();
        counts.resize(flow.vregs.len() + 1, 0);
        for o in flow.operands.iter().filter(|o| !o.role.is_def()) {
            counts[o.reg.index()] += 1;
        }
        for v in &flow.edge_args {
            counts[v.index()] += 1;
        }
        self.reads_of.clear();
        let mut total = 0;
        for (n, count) in counts.iter_mut().enumerate() {
            self.reads_of.push(total);
            let wanted = flow.vregs.get(VReg::from_u32(n as u32)).is_some_and(which);
            total += if wanted { *count } else { 0 };
            *count = if wanted { self.reads_of[n] } else { u32::MAX };
        }
        let nothing = Read { step: 0, operand: 0, need: Need::Any, late: false };
        self.reads.clear();
        self.reads.resize(total as usize, nothing);
        let (reads, next) = (&mut self.reads, &mut self.next);
        let mut add = |v: VReg, read: Read| {
            let n = &mut next[v.index()];
            if *n != u32::MAX {
                reads[*n as usize] = read;
                *n += 1;
            }
        };
        for (b, block) in &flow.blocks {
            let start = at(block.steps.start, GAP);
            for &p in flow.params(b) {
                self.born[p.index()] = (b, start);
            }
            for step in block.steps.clone() {
                self.block_of.push(b);
                let s = &flow.steps[step as usize];
                let operands = flow.operands(step);
                let mut add_if = |in_gap: bool| {
                    let mut others = false;
                    for (n, o) in operands.iter().enumerate().filter(|(_, o)| !o.role.is_def()) {
                        let need = need(n, operands);
                        if matches!(need, Need::Reg | Need::Any) == in_gap {
                            others = true;
                        } else {
                            add(o.reg, Read { step, operand: s.operands.start + n as u32, need, late: o.role == Role::UseLate });
                        }
                    }
                    others
                };
                if add_if(true) {
                    add_if(false);
                }
                for o in operands.iter().filter(|o| o.role.is_def()) {
                    let tied = matches!(o.want, Want::SameAs(with) if !matches!(operands[with as usize].want, Want::Fixed(_)));
                    let early = o.role == Role::DefEarly || tied;
                    self.born[o.reg.index()] = (b, at(step, if early { EARLY } else { LATE }));
                }
            }
            for &e in flow.succs(b) {
                let args = flow.edges[e as usize].args.clone();
                for n in args {
                    let step = block.steps.end - 1;
                    add(flow.edge_args[n as usize], Read { step, operand: n, need: Need::ToParam, late: false });
                }
            }
        }
    }

    /// Leaves the ranges of `v` in `self.found`, last first. Returns how many blocks were visited.
    fn walk(&mut self, v: VReg, flow: &Flow, loops: &Loops, limit: usize) -> usize {
        self.found.clear();
        let (home, born) = self.born[v.index()];
        let reads = &self.reads[self.reads_of[v.index()] as usize..self.reads_of[v.index() + 1] as usize];
        let Some(last) = reads.last() else {
            // Never read: it occupies the place where it is written.
            let end = if flow.blocks[home].steps.start * 4 == born { born + 1 } else { (born | LATE) + 1 };
            self.found.push(Range { start: born, end });
            return 0;
        };
        let mut left = reads.len();
        if self.block_of[last.step as usize] == home {
            self.found.push(Range { start: born, end: last_end(reads) });
            return 0;
        }
        // The blocks that are still to be visited are those at whose ends it is known to be live, and those of reads to come; highest first.
        let mut visits = 0;
        loop {
            let from_read = reads[..left].last().map(|r| self.block_of[r.step as usize]);
            let mut b = from_read.unwrap_or(home);
            let mut live_out = false;
            if let Some(top) = self.pending.highest()
                && top >= b
            {
                b = top;
                live_out = true;
                self.pending.remove(top);
            }
            let steps = &flow.blocks[b].steps;
            let first = reads[..left].partition_point_from_end(|r| self.block_of[r.step as usize] == b);
            let end = if live_out { at(steps.end, GAP) } else { last_end(&reads[first..left]) };
            left = first;
            if b == home {
                push(&mut self.found, Range { start: born, end });
                break;
            }
            visits += 1;
            if visits > limit {
                // All of the rest in one piece.
                self.filled[v.index()] = true;
                self.pending.remove_range(home..=b);
                push(&mut self.found, Range { start: at(steps.start, GAP), end });
                push(&mut self.found, Range { start: born, end: at(steps.start, GAP) });
                break;
            }
            let mut header = b;
            if let Some(Loop { header: h, last, .. }) = loops.outermost_without(b, home) {
                header = h;
                push(&mut self.found, Range { start: at(flow.blocks[h].steps.start, GAP), end: at(flow.blocks[last].steps.end, GAP) });
                left = reads[..left].partition_point_from_end(|r| self.block_of[r.step as usize] >= h);
                // None of the loop's blocks is of interest any more.
                self.pending.remove_range(h..=b);
            } else {
                push(&mut self.found, Range { start: at(steps.start, GAP), end });
            }
            for &e in flow.preds(header) {
                let p = flow.edges[e as usize].from;
                if p < header {
                    self.pending.insert(p);
                }
            }
        }
        debug_assert!(self.pending.highest().is_none());
        visits
    }
}

/// Adds a range before all others; `ranges` has the last one first.
fn push(ranges: &mut Vec<Range>, r: Range) {
    if r.start == r.end {
        return;
    }
    match ranges.last_mut() {
        Some(l) if l.start == r.end => l.start = r.start,
        _ => ranges.push(r),
    }
}

fn last_end(reads: &[Read]) -> Position {
    let step = reads[reads.len() - 1].step;
    reads.iter().rev().take_while(|r| r.step == step).map(Read::end).max().unwrap_or(0)
}

trait FromEnd<T> {
    /// How many are left after removing those at the end for which `f` holds.
    fn partition_point_from_end(&self, f: impl Fn(&T) -> bool) -> usize;
}

impl<T> FromEnd<T> for [T] {
    fn partition_point_from_end(&self, f: impl Fn(&T) -> bool) -> usize {
        self.iter().rposition(|x| !f(x)).map_or(0, |n| n + 1)
    }
}

/// How operand `n`, an input, is read.
fn need(n: usize, operands: &[crate::mach::flow::Operand]) -> Need {
    let o = operands[n];
    if matches!(o.want, Want::Fixed(_)) {
        return Need::ToFixed;
    }
    for d in operands {
        if let Want::SameAs(with) = d.want {
            if with as usize == n {
                return Need::ToSame;
            }
            // The register holds the value until the output is written, so it may be read twice.
            if d.role == Role::Def
                && o.role == Role::Use
                && operands[with as usize].reg == o.reg
                && !matches!(operands[with as usize].want, Want::Fixed(_))
            {
                return Need::AlsoSame;
            }
        }
    }
    if o.want == Want::RegOrSlot { Need::Any } else { Need::Reg }
}
