//! From pieces in registers to an answer: places of operands, moves where pieces begin, moves along edges, slots, reports at safepoints.
//!
//! At the ends of a block at most as many values are in registers as there are registers, everything else is in memory and stays there. So edges cost a
//! number of looks that does not depend on how many values are live: only what is in a register at the head of the target may need a move.
use super::busy::fixed_output;
use super::cost::Costs;
use super::{Piece, ties};
use crate::mach::dominators::Dominators;
use crate::mach::flow::{Allocation, Block, Edit, Flow, Loc, PReg, RegFile, RegSet, Slot, StepKind, VReg, Want};
use crate::mach::moves::{Move, Resolver};
use crate::regalloc::live::{EARLY, GAP, LATE, Lives, Need, Position, at};
use cranelift_entity::EntityRef;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Moves at a step are made in this order; those of one group at once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
enum Group {
    EdgeIn,
    Gap,
    EdgeOut,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Reg(PReg),
    /// The slot of a value, or nowhere, if it is made again.
    Memory(VReg),
}

/// A move to be made before a step.
#[derive(Clone, Copy, Debug)]
struct Pending {
    step: u32,
    group: Group,
    from: Place,
    to: Place,
    bytes: u8,
}

/// How far up the dominators are looked at: they can be as many as blocks.
const MOST_DOMINATORS: usize = 40;

fn common(d: &Dominators, mut p: Block, mut q: Block) -> Option<Block> {
    for _ in 0..MOST_DOMINATORS {
        if p == q {
            return Some(p);
        }
        if p > q { p = d.parent(p) } else { q = d.parent(q) }
    }
    None
}

/// A register's contents over a stretch that touches the end of a block.
#[derive(Clone, Copy, Debug)]
struct Stay {
    start: Position,
    end: Position,
    reg: PReg,
    v: VReg,
}

#[derive(Debug, Default)]
pub struct Memory {
    pending: Vec<Pending>,
    /// By value: a block that dominates all reads of its slot.
    used: Vec<Option<Block>>,
    dominators: Dominators,
    slots: Vec<Option<Slot>>,
    stays: Vec<Stay>,
    at_start: Vec<(PReg, VReg)>,
    at_end: Vec<(PReg, VReg)>,
    start_of: Vec<u32>,
    end_of: Vec<u32>,
    /// By block: where its part of `brought` and of `filled_params` starts.
    landings: Vec<(u32, u32)>,
    /// What is in a register at the head of a block, parameters aside, and whether its ranges are filled.
    brought: Vec<(VReg, PReg, bool)>,
    /// Where a parameter is at the head of its block, if it is read.
    filled_params: Vec<Option<Place>>,
    constants: Vec<(VReg, Place)>,
    buckets: Vec<u32>,
    sorted: Vec<Pending>,
}

pub struct Finish<'a> {
    pub flow: &'a Flow,
    pub file: &'a RegFile,
    pub lives: &'a Lives,
    pub pieces: &'a [Piece],
    pub chains: &'a [Option<(u32, u32)>],
    pub costs: &'a Costs,
    pub m: &'a mut Memory,
}

impl Finish<'_> {
    pub fn run(&mut self, saved: RegSet, resolver: &mut Resolver, moves: &mut Vec<Move>, sequence: &mut Vec<Edit>) -> Allocation {
        let flow = self.flow;
        let mut a = Allocation { saved, ..Allocation::default() };
        a.slots = flow.incoming_slots();
        a.locs = vec![Loc::Reg(self.file.scratch[0]); flow.operands.len()];
        self.m.pending.clear();
        self.m.used.clear();
        self.m.used.resize(flow.vregs.len(), None);
        self.m.dominators.build(flow);
        self.outputs(&mut a);
        for v in flow.vregs.keys() {
            self.value(v, &mut a);
        }
        self.stays();
        self.edges();
        self.slots(&mut a);
        self.stores();
        self.reports(&mut a);
        self.sequence(&mut a, resolver, moves, sequence);
        self.hoist(&mut a);
        a
    }

    fn first(&self, v: VReg) -> Option<&Piece> {
        self.chains[v.index()].map(|(first, _)| &self.pieces[first as usize])
    }

    /// Places of outputs, and of the inputs whose registers they take over.
    fn outputs(&mut self, a: &mut Allocation) {
        let flow = self.flow;
        for (step, s) in flow.steps.iter().enumerate() {
            let operands = flow.operands(step as u32);
            let base = s.operands.start as usize;
            for (n, o) in operands.iter().enumerate().filter(|(_, o)| o.role.is_def()) {
                if o.want == Want::Incoming {
                    a.locs[base + n] = Loc::Slot(Slot::from_u32(o.reg.as_u32()));
                    continue;
                }
                let r = fixed_output(operands, o).or_else(|| self.first(o.reg).map(|p| p.reg));
                let r = r.unwrap_or_else(|| panic!("linear: {} has no register where step {step} defines it", o.reg));
                a.locs[base + n] = Loc::Reg(r);
            }
        }
    }

    /// The slot of a value, which is read in block `b`, or at its end.
    fn memory(&mut self, v: VReg, b: Block) -> Place {
        let m = &mut *self.m;
        let known = &mut m.used[v.index()];
        *known = Some(match *known {
            None => b,
            Some(a) => common(&m.dominators, a, b).unwrap_or(self.lives.born(v).0),
        });
        Place::Memory(v)
    }

    fn push(&mut self, step: u32, group: Group, v: VReg, from: Place, to: Place) {
        if from != to {
            self.m.pending.push(Pending { step, group, from, to, bytes: self.flow.vregs[v].bytes });
        }
    }

    /// Reads of a value, and moves where its pieces begin.
    fn value(&mut self, v: VReg, a: &mut Allocation) {
        let (flow, lives, pieces) = (self.flow, self.lives, self.pieces);
        let chain = |n: u32| &pieces[n as usize];
        let (_, born) = lives.born(v);
        let mut next = self.chains[v.index()].map(|c| c.0);
        let mut before: Option<&Piece> = None;
        while let Some(n) = next {
            let p = chain(n);
            next = p.next;
            if p.start == p.end {
                continue;
            }
            if p.start != born && p.start % 4 != GAP {
                let from = match before {
                    Some(b) if b.end == p.start => Place::Reg(b.reg),
                    _ => self.memory(v, lives.block_of(p.start / 4)),
                };
                self.push(p.start / 4, Group::Gap, v, from, Place::Reg(p.reg));
            }
            before = Some(p);
        }
        let mut here = self.chains[v.index()].map(|c| c.0);
        for r in lives.reads(v) {
            let p = match r.need {
                Need::ToFixed | Need::ToSame => at(r.step, GAP),
                Need::Reg | Need::Any => at(r.step, EARLY),
                Need::ToParam => continue,
                Need::AlsoSame => {
                    let (d, _) = ties(flow, r.step).find(|t| t.1 == v).expect("a tie");
                    a.locs[r.operand as usize] = Loc::Reg(self.first(d).expect("a register").reg);
                    continue;
                }
            };
            while let Some(n) = here
                && chain(n).end <= p
            {
                here = chain(n).next;
            }
            let from = match here {
                Some(n) if chain(n).start <= p => Place::Reg(chain(n).reg),
                _ => self.memory(v, lives.block_of(r.step)),
            };
            let target = match r.need {
                Need::ToFixed => {
                    let Want::Fixed(r) = flow.operands[r.operand as usize].want else { unreachable!("ToFixed") };
                    r
                }
                Need::ToSame => {
                    let d = self.tied_output(r.step, r.operand);
                    self.first(d).expect("a register").reg
                }
                _ => match from {
                    Place::Reg(q) => q,
                    Place::Memory(_) => {
                        // Resolved when slots have numbers.
                        assert!(r.need == Need::Any && !flow.vregs[v].remat, "linear: {v} is read in memory by step {}", r.step);
                        a.locs[r.operand as usize] = Loc::Slot(Slot::from_u32(v.as_u32()));
                        continue;
                    }
                },
            };
            a.locs[r.operand as usize] = Loc::Reg(target);
            self.push(r.step, Group::Gap, v, from, Place::Reg(target));
        }
    }

    /// The output that takes over the register of an operand, by its index in `Flow::operands`.
    fn tied_output(&self, step: u32, operand: u32) -> VReg {
        let s = &self.flow.steps[step as usize];
        let operands = self.flow.operands(step);
        let n = (operand - s.operands.start) as u8;
        operands.iter().find(|o| o.want == Want::SameAs(n)).expect("a tie").reg
    }

    /// Where the end of a block is, for moves along its edges: they are made before the terminator of a block with one way out.
    fn end(&self, b: Block) -> Position {
        let last = self.flow.blocks[b].steps.end - 1;
        at(last, if self.flow.succs(b).len() == 1 { EARLY } else { LATE })
    }

    /// What is in which register at both ends of each block.
    fn stays(&mut self) {
        let (flow, lives) = (self.flow, self.lives);
        let mut stays = std::mem::take(&mut self.m.stays);
        stays.clear();
        for p in self.pieces.iter().filter(|p| p.start < p.end) {
            let ranges = lives.ranges(p.v);
            let first = if ranges[0].end > p.start { 0 } else { ranges.partition_point(|r| r.end <= p.start) };
            for r in &ranges[first..] {
                let (start, end) = (r.start.max(p.start), r.end.min(p.end));
                if start >= end {
                    break;
                }
                let b = lives.block_of(start / 4);
                if start == at(flow.blocks[b].steps.start, GAP) || end > self.end(b) {
                    stays.push(Stay { start, end, reg: p.reg, v: p.v });
                }
            }
        }
        stays.sort_unstable_by_key(|s| s.start);
        let Memory { at_start, at_end, start_of, end_of, .. } = &mut *self.m;
        for list in [&mut *at_start, at_end] {
            list.clear();
        }
        for list in [&mut *start_of, end_of] {
            list.clear();
            list.push(0);
        }
        // What is in each register now, in those that are set in `taken`.
        let mut now = [Stay { start: 0, end: 0, reg: self.file.scratch[0], v: VReg::from_u32(0) }; PReg::COUNT];
        let mut taken = RegSet::EMPTY;
        let mut rest = &stays[..];
        for (b, block) in &flow.blocks {
            let last = block.steps.end - 1;
            let head = at(block.steps.start, GAP);
            let tail = at(last, if flow.succs(b).len() == 1 { EARLY } else { LATE });
            for (p, out) in [(head, &mut *at_start), (tail, &mut *at_end)] {
                while let Some((s, others)) = rest.split_first()
                    && s.start <= p
                {
                    now[s.reg.index() % PReg::COUNT] = *s;
                    taken = taken.with(s.reg);
                    rest = others;
                }
                for r in taken.iter() {
                    let s = now[r.index() % PReg::COUNT];
                    if s.end > p {
                        out.push((r, s.v));
                    } else {
                        taken = taken.without(r);
                    }
                }
            }
            start_of.push(at_start.len() as u32);
            end_of.push(at_end.len() as u32);
        }
        self.m.stays = stays;
    }

    /// What edges bring to each block, in one place: targets of edges are anywhere in memory.
    fn landings(&mut self) {
        let flow = self.flow;
        let mut landings = std::mem::take(&mut self.m.landings);
        let mut brought = std::mem::take(&mut self.m.brought);
        let mut filled = std::mem::take(&mut self.m.filled_params);
        landings.clear();
        brought.clear();
        filled.clear();
        for (b, block) in &flow.blocks {
            let head = at(block.steps.start, GAP);
            landings.push((brought.len() as u32, filled.len() as u32));
            let starts = self.m.start_of[b.index()] as usize..self.m.start_of[b.index() + 1] as usize;
            for &(r, v) in &self.m.at_start[starts] {
                if self.lives.born(v) != (b, head) {
                    brought.push((v, r, self.lives.filled[v.index()]));
                }
            }
            for &param in flow.params(b) {
                let is_read = !self.lives.reads(param).is_empty();
                filled.push(is_read.then(|| match self.first(param) {
                    Some(p) if p.start == head && p.end > head => Place::Reg(p.reg),
                    _ => self.memory(param, b),
                }));
            }
        }
        landings.push((brought.len() as u32, filled.len() as u32));
        (self.m.landings, self.m.brought, self.m.filled_params) = (landings, brought, filled);
    }

    fn edges(&mut self) {
        self.landings();
        let flow = self.flow;
        for (from, block) in &flow.blocks {
            let ends = self.m.end_of[from.index()] as usize..self.m.end_of[from.index() + 1] as usize;
            let end = self.end(from);
            let succs = flow.succs(from);
            let mut there = [None; PReg::COUNT];
            for &(r, v) in &self.m.at_end[ends.clone()] {
                there[r.index() % PReg::COUNT] = Some(v);
            }
            for &e in succs {
                let to = flow.edges[e as usize].to;
                let (step, group) =
                    if succs.len() == 1 { (block.steps.end - 1, Group::EdgeOut) } else { (flow.blocks[to].steps.start, Group::EdgeIn) };
                let ((first, param), (last, _)) = (self.m.landings[to.index()], self.m.landings[to.index() + 1]);
                for n in first..last {
                    let (v, r, filled) = self.m.brought[n as usize];
                    if there[r.index() % PReg::COUNT] == Some(v) || filled && !self.is_live(v, end) {
                        continue;
                    }
                    let place = self.place(v, from, ends.clone());
                    self.push(step, group, v, place, Place::Reg(r));
                }
                for (n, &arg) in flow.args(e).iter().enumerate() {
                    if let Some(target) = self.m.filled_params[param as usize + n] {
                        let place = self.place(arg, from, ends.clone());
                        self.push(step, group, arg, place, target);
                    }
                }
            }
        }
    }

    /// What is in registers at the end of a block.
    pub(super) fn at_end(&self, b: Block) -> &[(PReg, VReg)] {
        &self.m.at_end[self.m.end_of[b.index()] as usize..self.m.end_of[b.index() + 1] as usize]
    }

    pub(super) fn is_live(&self, v: VReg, p: Position) -> bool {
        let ranges = self.lives.ranges(v);
        ranges.get(ranges.partition_point(|r| r.end <= p)).is_some_and(|r| r.start <= p)
    }

    /// Where `v` is at the end of block `b`, given what is in registers there.
    fn place(&mut self, v: VReg, b: Block, ends: std::ops::Range<usize>) -> Place {
        match self.m.at_end[ends].iter().find(|x| x.1 == v) {
            Some(x) => Place::Reg(x.0),
            None => self.memory(v, b),
        }
    }

    /// Gives a slot to each value that is ever read from memory. Values share one if their whole lives are apart.
    fn slots(&mut self, a: &mut Allocation) {
        let (flow, lives) = (self.flow, self.lives);
        if flow.vregs.values().any(|d| d.is_ref) {
            self.use_slots_of_references();
        }
        self.m.slots.clear();
        self.m.slots.resize(flow.vregs.len(), None);
        for (slot, &v) in a.slots.keys().zip(&flow.incoming) {
            self.m.slots[v.index()] = Some(slot);
        }
        let mut order: Vec<(Position, VReg)> = Vec::new();
        for v in flow.vregs.keys() {
            if self.m.used[v.index()].is_some() && self.m.slots[v.index()].is_none() && !flow.vregs[v].remat {
                order.push((lives.born(v).1, v));
            }
        }
        a.spilled_values = order.len() as u32;
        order.sort_unstable();
        let class_of = |bytes: u8| match bytes {
            ..=8 => 0,
            16 => 1,
            _ => 2,
        };
        let mut taken: BinaryHeap<Reverse<(Position, Slot)>> = BinaryHeap::new();
        let mut free: [Vec<Slot>; 3] = Default::default();
        for (start, v) in order {
            while let Some(&Reverse((end, s))) = taken.peek()
                && end <= start
            {
                taken.pop();
                free[class_of(a.slots[s])].push(s);
            }
            let bytes = flow.vregs[v].bytes.max(8);
            let s = free[class_of(bytes)].pop().unwrap_or_else(|| a.slots.push(bytes));
            self.m.slots[v.index()] = Some(s);
            let end = lives.ranges(v).last().expect("a life").end;
            taken.push(Reverse((end, s)));
        }
        for l in &mut a.locs {
            if let Loc::Slot(s) = l {
                *s = self.m.slots[s.index()].expect("a slot");
            }
        }
    }

    /// Each value in memory is written once: at its definition, or at the head of a block that runs less often, dominates all reads of the slot, and
    /// finds the value in a register. Parameters that start in memory are written by the edges.
    fn stores(&mut self) {
        let flow = self.flow;
        for v in flow.vregs.keys() {
            let Some(used) = self.m.used[v.index()].filter(|_| self.m.slots[v.index()].is_some()) else { continue };
            let (home, born) = self.lives.born(v);
            let Some(p) = self.first(v) else { continue };
            if p.start != born || p.start == p.end {
                continue;
            }
            let mut best = self.costs.frequency(home);
            let mut at = (if born % 4 == GAP { born / 4 } else { born / 4 + 1 }, p.reg);
            let mut b = used;
            for _ in 0..MOST_DOMINATORS {
                if b <= home {
                    break;
                }
                let f = self.costs.frequency(b);
                let heads = self.m.start_of[b.index()] as usize..self.m.start_of[b.index() + 1] as usize;
                if f < 0.9 * best
                    && let Some(&(r, _)) = self.m.at_start[heads].iter().find(|x| x.1 == v)
                {
                    best = f;
                    at = (flow.blocks[b].steps.start, r);
                }
                b = self.m.dominators.parent(b);
            }
            self.push(at.0, Group::Gap, v, Place::Reg(at.1), Place::Memory(v));
        }
    }

    /// References that live across a safepoint must be in their slots there, and are, because it clobbers all their registers.
    fn use_slots_of_references(&mut self) {
        let safepoints = self.safepoints();
        for v in self.flow.vregs.keys().filter(|&v| self.flow.vregs[v].is_ref) {
            for r in self.lives.ranges(v) {
                let n = safepoints.partition_point(|&s| at(s, LATE) <= r.start);
                for &s in safepoints[n..].iter().take_while(|&&s| at(s, LATE) < r.end) {
                    self.memory(v, self.lives.block_of(s));
                }
            }
        }
    }

    fn safepoints(&self) -> Vec<u32> {
        (0..self.flow.steps.len() as u32).filter(|&s| self.flow.steps[s as usize].kind == StepKind::Safepoint).collect()
    }

    fn reports(&mut self, a: &mut Allocation) {
        if !self.flow.vregs.values().any(|d| d.is_ref) {
            return;
        }
        let safepoints = self.safepoints();
        let mut reports = vec![Vec::new(); safepoints.len()];
        for v in self.flow.vregs.keys().filter(|&v| self.flow.vregs[v].is_ref) {
            for r in self.lives.ranges(v) {
                let first = safepoints.partition_point(|&s| at(s, LATE) <= r.start);
                for (n, &s) in safepoints.iter().enumerate().skip(first).take_while(|&(_, &s)| at(s, LATE) < r.end) {
                    let _ = s;
                    reports[n].push(self.m.slots[v.index()].expect("a slot"));
                }
            }
        }
        a.safepoints = safepoints.into_iter().zip(reports).filter(|(_, slots)| !slots.is_empty()).collect();
    }

    /// Sorts by step, then group: by counting, since there are as many as steps.
    fn sort(&mut self, pending: &mut Vec<Pending>) {
        let Memory { buckets, sorted, .. } = &mut *self.m;
        buckets.clear();
        buckets.resize(self.flow.steps.len() + 1, 0);
        for p in &*pending {
            buckets[p.step as usize + 1] += 1;
        }
        let mut total = 0;
        for b in buckets.iter_mut() {
            total += *b;
            *b = total;
        }
        sorted.clear();
        if let Some(&any) = pending.first() {
            sorted.resize(pending.len(), any);
        }
        for p in &*pending {
            let n = &mut buckets[p.step as usize];
            sorted[*n as usize] = *p;
            *n += 1;
        }
        std::mem::swap(pending, sorted);
        for group in pending.chunk_by_mut(|p, q| p.step == q.step) {
            if !group.is_sorted_by_key(|p| p.group) {
                group.sort_by_key(|p| p.group);
            }
        }
    }

    fn sequence(&mut self, a: &mut Allocation, resolver: &mut Resolver, moves: &mut Vec<Move>, sequence: &mut Vec<Edit>) {
        resolver.start();
        let mut pending = std::mem::take(&mut self.m.pending);
        self.sort(&mut pending);
        let mut rest = &pending[..];
        while let Some(first) = rest.first() {
            let n = rest.iter().take_while(|p| (p.step, p.group) == (first.step, first.group)).count();
            let (group, others) = rest.split_at(n);
            rest = others;
            moves.clear();
            self.m.constants.clear();
            // A value may be brought to the same register for two reasons.
            let mut brought = [None; PReg::COUNT];
            for p in group {
                if let Place::Reg(r) = p.to
                    && brought[r.index()].replace(p.from) == Some(p.from)
                {
                    continue;
                }
                let to = match p.to {
                    Place::Reg(r) => Loc::Reg(r),
                    Place::Memory(v) => match self.m.slots[v.index()] {
                        Some(s) => Loc::Slot(s),
                        // A constant parameter? Parameters are never constants.
                        None => unreachable!("linear: {v} has no slot"),
                    },
                };
                match p.from {
                    Place::Memory(v) if self.flow.vregs[v].remat => self.m.constants.push((v, p.to)),
                    Place::Memory(v) => moves.push(Move { from: Loc::Slot(self.m.slots[v.index()].expect("a slot")), to, bytes: p.bytes }),
                    Place::Reg(r) => moves.push(Move { from: Loc::Reg(r), to, bytes: p.bytes }),
                }
            }
            sequence.clear();
            resolver.resolve(moves, self.file.scratch, &mut a.slots, sequence);
            // Constants read nothing, so they come when everybody else has been read.
            for &(v, to) in &self.m.constants {
                let scratch = self.file.scratch[self.flow.vregs[v].class as usize];
                match to {
                    Place::Reg(r) => sequence.push(Edit::Remat { value: v, to: r }),
                    Place::Memory(p) => {
                        sequence.push(Edit::Remat { value: v, to: scratch });
                        let slot = self.m.slots[p.index()].expect("a slot");
                        sequence.push(Edit::Move { from: Loc::Reg(scratch), to: Loc::Slot(slot), bytes: self.flow.vregs[v].bytes });
                    }
                }
            }
            a.edits.extend(sequence.iter().map(|&e| (first.step, e)));
        }
        self.m.pending = pending;
    }
}
