//! Linear scan on SSA form (Wimmer and Franz, 2010; splitting after Wimmer and Mössenböck, "Optimized interval splitting in a linear scan register
//! allocator", 2005). Definitions are visited in order of position; each value gets a register for as long a piece of its life as possible. Pieces in
//! registers are all that is kept: wherever a value lives and has no piece, it is in memory, that is in its one slot (written once, at the definition, so
//! that spilling later costs no store), or nowhere at all if it can be made again (`remat`).
//!
//! ```text
//! visit v at p:  a register free for all the rest of its life, a hinted one if possible
//!                else the cheapest of: one that is free for a while; one taken from its occupant; none
//! what is left of v, or of the value that had to go, is visited again at its next read, before the loops around that read which it is outside of
//! ```
//! Costs are the guessed frequencies of `cost.rs`. A value that has to go leaves at the head of the outermost loop in which it has not been read: it
//! is in memory throughout the loop then, and no edge of the loop has to bring it back.
//!
//! Calls are not modelled as intervals of every register. `busy.rs` keeps one list of steps for all registers they clobber, so a value finds the first call
//! it lives across once, not once for every register.
//!
//! Pieces with holes share a register with others. By the dominance property of SSA a value that starts in a hole of another never meets it again, so
//! only pieces that start later than at their definition are compared with those that sleep in a hole; sleeping pieces are in a heap per register. Everything
//! is O(n log n) but for values with thousands of holes.
//!
//! Fixed operands are moves: an input is moved to its register in the gap before the step, an output out of it in the gap behind. A value may well live
//! in the fixed register before, then the move vanishes. An output that shares an input's register starts in the gap before, too.
use super::Context;
use super::live::{EARLY, GAP, LATE, Lives, MID, Need, Position, Read, at};
use crate::mach::flow::{Allocation, Block, Flow, PReg, RegFile, RegSet, Role, StepKind, VReg, Want};
use crate::mach::loops::Loops;
use busy::{Busy, Stretch, fixed_output};
use cost::Costs;
use cranelift_entity::EntityRef;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

mod busy;
mod cost;
mod finish;

/// Saving a callee-saved register and restoring it, once per activation.
const SAVE: f32 = 1.6;
/// Making a constant again, compared with a load.
const REMAT: f32 = 0.5;
/// A move between registers.
const MOVE: f32 = 0.3;
/// How many sleeping pieces of a register, and ranges of them, are compared exactly.
const MOST_SLEEPERS: usize = 12;
const MOST_RANGES: usize = 48;
/// How many values a register is kept free for, how many arguments of a parameter are looked at, and how far back through ties.
const MOST_BESPOKEN: usize = 16;
const MOST_RELATIVES: usize = 6;
const MOST_TIES: usize = 6;
/// How many blocks a value is kept in a register for that was brought back from memory, without being read; how many of its pieces are looked at.
const MOST_HEADS: usize = 40;
const MOST_PIECES: usize = 6;

/// Part of a value's life, in a register. Holes inside are not occupied.
#[derive(Clone, Copy, Debug)]
struct Piece {
    v: VReg,
    reg: PReg,
    start: Position,
    end: Position,
    /// It cannot be cut before this.
    hold: Position,
    /// The pieces of the same value before and after.
    before: Option<u32>,
    next: Option<u32>,
}

/// What happens at a position, most constrained first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Rank {
    /// Defined early, or read late: until the end of the step nobody may have its register.
    Through,
    /// Takes over an input's register.
    Tied,
    /// Read, or defined, by the step.
    Needed,
    /// A parameter, or what is read later: memory will do for now.
    Wished,
}

type Event = Reverse<(Position, Rank, u32)>;

#[derive(Debug, Default)]
struct Register {
    /// The piece that is there at the current position, its range and the end of that.
    active: Option<u32>,
    range: u32,
    until: Position,
    /// Pieces in holes: where they go on, the piece, the range.
    sleeping: BinaryHeap<Reverse<(Position, u32, u32)>>,
    /// Values that are not defined yet and would save a move by being here, and when. Others avoid the register if they can.
    bespoken: Vec<Bespoken>,
}

#[derive(Clone, Copy, Debug)]
struct Bespoken {
    v: VReg,
    start: Position,
    end: Position,
}

/// Buffers.
#[derive(Debug, Default)]
pub struct Memory {
    busy: Busy,
    costs: Costs,
    pieces: Vec<Piece>,
    /// By value: its first and last piece.
    chains: Vec<Option<(u32, u32)>>,
    registers: Vec<Register>,
    events: BinaryHeap<Event>,
    hits: Vec<(RegSet, Position)>,
    /// By value: where it is visited next; other events of it are out of date.
    pending: Vec<Position>,
    /// By value: has it been without a register?
    spilled: Vec<bool>,
    /// By value: the register in which it will be wanted, found by looking ahead.
    wishes: Vec<Option<PReg>>,
    /// By value: the parameter that it becomes, itself or by way of outputs that take over its register.
    futures: Vec<Option<VReg>>,
    /// By parameter: the register of an argument.
    leanings: Vec<Option<PReg>>,
    finish: finish::Memory,
}

pub fn run(flow: &Flow, file: &RegFile, context: &mut Context) -> Allocation {
    let Context { loops, lives, linear: memory, resolver, moves, sequence } = context;
    loops.build(flow);
    lives.build(flow, loops, |_| true);
    memory.start(flow, file, loops, lives);
    let mut scan = Scan { flow, file, loops, lives, m: memory, position: 0, saved: RegSet::EMPTY };
    scan.run();
    let saved = scan.saved;
    finish::Finish { flow, file, lives, pieces: &memory.pieces, chains: &memory.chains, costs: &memory.costs, m: &mut memory.finish }
        .run(saved, resolver, moves, sequence)
}

impl Memory {
    fn start(&mut self, flow: &Flow, file: &RegFile, loops: &Loops, lives: &Lives) {
        self.busy.set_all(RegSet::of(&file.order[0]).union(RegSet::of(&file.order[1])));
        self.busy.build(flow);
        self.costs.build(flow, loops);
        self.costs.weigh(flow, loops, lives, &self.busy.calls);
        self.pieces.clear();
        self.chains.clear();
        self.chains.resize(flow.vregs.len(), None);
        self.registers.resize_with(PReg::COUNT, Register::default);
        for r in &mut self.registers {
            r.active = None;
            r.sleeping.clear();
            r.bespoken.clear();
        }
        self.events.clear();
        self.pending.clear();
        self.pending.resize(flow.vregs.len(), Position::MAX);
        self.spilled.clear();
        self.spilled.resize(flow.vregs.len(), false);
        self.leanings.clear();
        self.leanings.resize(flow.vregs.len(), None);
        self.look_ahead(flow);
    }

    /// Backwards: a value is wanted where it is read next in a fixed register, or where what takes over its register is wanted, or a parameter
    /// that it becomes.
    fn look_ahead(&mut self, flow: &Flow) {
        self.wishes.clear();
        self.wishes.resize(flow.vregs.len(), None);
        self.futures.clear();
        self.futures.resize(flow.vregs.len(), None);
        for (b, block) in flow.blocks.iter().rev() {
            for &e in flow.succs(b) {
                for (&a, &p) in flow.args(e).iter().zip(flow.params(flow.edges[e as usize].to)) {
                    self.wishes[a.index()] = self.wishes[p.index()];
                    self.futures[a.index()] = Some(p);
                }
            }
            for step in block.steps.clone().rev() {
                let operands = flow.operands(step);
                for o in operands.iter().filter(|o| !o.role.is_def()) {
                    if let Want::Fixed(r) = o.want {
                        self.wishes[o.reg.index()] = Some(r);
                    }
                }
                for (d, u) in ties(flow, step) {
                    let (wish, future) = (self.wishes[d.index()], self.futures[d.index()]);
                    let mine = &mut self.wishes[u.index()];
                    *mine = wish.or(*mine);
                    let mine = &mut self.futures[u.index()];
                    *mine = mine.or(future);
                }
            }
        }
    }
}

/// The outputs of a step that take over an input's register, with that input, unless it is fixed anyway.
fn ties(flow: &Flow, step: u32) -> impl Iterator<Item = (VReg, VReg)> {
    let operands = flow.operands(step);
    let copy = flow.steps[step as usize].kind == StepKind::Copy;
    operands.iter().enumerate().filter_map(move |(n, o)| {
        let with = match o.want {
            Want::SameAs(with) => with as usize,
            _ if copy && n == 0 => 1,
            _ => return None,
        };
        let input = operands[with];
        (!matches!(input.want, Want::Fixed(_))).then_some((o.reg, input.reg))
    })
}

/// Why a value wants a register.
#[derive(Clone, Copy, Debug)]
struct Visit {
    s: Stretch,
    end: Position,
    /// It must have one until here; the start if memory will do.
    hold: Position,
    /// It is visited at its definition, and its ranges are exact.
    unsplit: bool,
    /// Index among its reads of the first that is not before the start.
    read: usize,
}

struct Scan<'a> {
    flow: &'a Flow,
    file: &'a RegFile,
    loops: &'a Loops,
    lives: &'a Lives,
    m: &'a mut Memory,
    position: Position,
    saved: RegSet,
}

impl Scan<'_> {
    fn run(&mut self) {
        let flow = self.flow;
        for (b, block) in &flow.blocks {
            let start = at(block.steps.start, GAP);
            self.visit_events(start, Rank::Through);
            for &p in flow.params(b) {
                if !self.lives.reads(p).is_empty() {
                    self.visit(p, start, start, true);
                }
            }
            for step in block.steps.clone() {
                let operands = flow.operands(step);
                let mut late = false;
                for rank in [Rank::Through, Rank::Tied] {
                    for o in operands.iter().filter(|o| o.role.is_def()) {
                        if fixed_output(operands, o).is_some() {
                            late |= rank == Rank::Through;
                            continue;
                        }
                        let (_, born) = self.lives.born(o.reg);
                        if born % 4 == LATE {
                            late = true;
                            continue;
                        }
                        let mine = if o.role == Role::DefEarly { Rank::Through } else { Rank::Tied };
                        if mine == rank {
                            self.visit_events(at(step, EARLY), rank);
                            self.visit(o.reg, at(step, EARLY), self.held(o.reg, step), true);
                        }
                    }
                }
                self.visit_events(at(step, EARLY) + 1, Rank::Through);
                if late {
                    for o in operands.iter().filter(|o| o.role.is_def()) {
                        if let Some(r) = fixed_output(operands, o) {
                            self.arrive(o.reg, r, step);
                        } else if self.lives.born(o.reg).1 % 4 == LATE {
                            self.visit(o.reg, at(step, LATE), self.held(o.reg, step), true);
                        }
                    }
                }
            }
        }
        debug_assert!(self.m.events.is_empty());
    }

    /// How long a value defined by a step must stay in its register: until it can be stored.
    fn held(&self, v: VReg, step: u32) -> Position {
        if self.lives.reads(v).is_empty() { at(step, LATE) + 1 } else { at(step + 1, EARLY) }
    }

    /// A value defined in a fixed register: a piece there until the gap, and an event for the rest.
    fn arrive(&mut self, v: VReg, r: PReg, step: u32) {
        let (_, born) = self.lives.born(v);
        let out = at(step + 1, EARLY);
        self.push_piece(Piece { v, reg: r, start: born, end: out, hold: out, before: None, next: None });
        self.note(r);
        if self.lives.ranges(v).last().is_some_and(|l| l.end > out) {
            self.plan(v, out, self.rank_at(v, out));
        }
    }

    fn plan(&mut self, v: VReg, p: Position, rank: Rank) {
        self.m.pending[v.index()] = p;
        self.m.events.push(Reverse((p, rank, v.as_u32())));
    }

    fn visit_events(&mut self, p: Position, rank: Rank) {
        while let Some(&Reverse((q, k, v))) = self.m.events.peek()
            && (q, k) < (p, rank)
        {
            self.m.events.pop();
            let v = VReg::from_u32(v);
            if self.m.pending[v.index()] == q {
                self.m.pending[v.index()] = Position::MAX;
                let hold = if k == Rank::Wished { q } else { self.read_hold(v, q) };
                self.visit(v, q, hold, false);
            }
        }
    }

    /// A value visited in the gap of a step that reads it: until when it must stay.
    fn read_hold(&self, v: VReg, p: Position) -> Position {
        let step = p / 4;
        let reads = self.lives.reads(v);
        let first = reads.partition_point(|r| r.step < step);
        let here = reads[first..].iter().take_while(|r| r.step == step);
        here.filter(|r| self.in_register(v, r.need)).map(|r| r.end()).max().unwrap_or(p)
    }

    /// How urgent a visit at `p` is.
    fn rank_at(&self, v: VReg, p: Position) -> Rank {
        let step = p / 4;
        let reads = self.lives.reads(v);
        let first = reads.partition_point(|r| r.step < step);
        let here = reads[first..].iter().take_while(|r| p % 4 == EARLY && r.step == step).filter(|r| self.in_register(v, r.need));
        here.map(|r| if r.late { Rank::Through } else { Rank::Needed }).min().unwrap_or(Rank::Wished)
    }

    /// Does such a read want a register, if it can have one?
    fn in_register(&self, v: VReg, need: Need) -> bool {
        match need {
            Need::Reg => true,
            Need::Any => self.flow.vregs[v].remat,
            _ => false,
        }
    }

    fn note(&mut self, r: PReg) {
        if self.file.callee_saved.has(r) {
            self.saved = self.saved.with(r);
        }
    }

    fn push_piece(&mut self, p: Piece) -> u32 {
        let n = self.m.pieces.len() as u32;
        let chain = &mut self.m.chains[p.v.index()];
        self.m.pieces.push(Piece { before: chain.map(|c| c.1), ..p });
        *chain = match *chain {
            None => Some((n, n)),
            Some((first, last)) => {
                self.m.pieces[last as usize].next = Some(n);
                Some((first, n))
            }
        };
        n
    }

    // ---- one value

    fn visit(&mut self, v: VReg, p: Position, hold: Position, unsplit: bool) {
        debug_assert!(p >= self.position, "{v} visited at {p} after {}", self.position);
        self.position = p;
        let (first, last_range) = self.lives.range_bounds(v);
        let ranges = &self.lives.all_ranges()[first as usize..last_range as usize];
        let skipped = if ranges[0].end > p { 0 } else { ranges.partition_point(|r| r.end <= p) };
        if skipped == ranges.len() {
            return;
        }
        if !unsplit && ranges[skipped].start > p {
            // It is in a hole: nothing to do before that ends.
            return self.plan(v, ranges[skipped].start, Rank::Wished);
        }
        let reads = self.lives.reads(v);
        let read = if unsplit { 0 } else { reads.partition_point(|r| read_position(r.step, r.need) < p) };
        let visit = Visit {
            s: Stretch { v, start: p, range: first + skipped as u32, last_range },
            end: ranges[ranges.len() - 1].end,
            hold,
            unsplit: unsplit && !self.lives.filled[v.index()],
            read,
        };
        self.choose(visit);
    }

    fn choose(&mut self, visit: Visit) {
        let Visit { s, end, hold, .. } = visit;
        let v = s.v;
        let data = self.flow.vregs[v];
        let mut hits = std::mem::take(&mut self.m.hits);
        self.m.busy.clobber_hits(s, data.is_ref, self.lives, &mut hits);
        let hints = self.hints(v, s.start);
        let order = &self.file.order[data.class as usize];
        for &r in order {
            self.settle(r);
        }
        let mut chosen = None;
        for r in hints.into_iter().flatten() {
            if self.free_until(r, visit, &hits) >= end && !self.must_save(r) {
                chosen = Some(r);
                break;
            }
        }
        // Free for all of its life; else free for the longest time.
        let (mut whole, mut whole_rank) = (None, (false, false, 0));
        let (mut part, mut part_until) = (None, s.start);
        let mut to_save = None;
        if chosen.is_none() {
            for &r in order {
                let until = self.free_until(r, visit, &hits);
                if until >= end {
                    if self.must_save(r) {
                        to_save = to_save.or(Some(r));
                        continue;
                    }
                    // Of those, leave alone the ones that survive calls, those where others belong, and those that a step will want soon.
                    let rank = (!self.file.callee_saved.has(r), !self.is_bespoken(r, visit), self.m.busy.next_claim(r));
                    if whole.is_none() || rank > whole_rank {
                        (whole, whole_rank) = (Some(r), rank);
                    }
                } else if until > part_until || until == part_until && part.is_some() && hints.contains(&Some(r)) {
                    (part, part_until) = (Some(r), until);
                }
            }
            chosen = whole;
        }
        let needed = hold > s.start;
        if let Some(r) = chosen
            && (needed || self.is_worth_it(visit, end))
        {
            self.m.hits = hits;
            return self.assign(r, visit, end);
        }
        let part = part.filter(|_| if needed { part_until >= hold } else { self.is_worth_it(visit, self.cut(visit, part_until)) });
        let partly = part.map(|r| (self.loss(visit, part_until), r));
        // What is merely wished for in the middle of a block takes nothing from others.
        let may_evict = needed || s.start % 4 == GAP;
        let eviction = if may_evict { self.best_eviction(visit, order, &hits) } else { None };
        self.m.hits = hits;
        let nothing = (!needed).then(|| self.loss(visit, s.start));
        let saving = to_save.map(|r| (SAVE, r));

        let mut best = nothing.unwrap_or(f32::MAX);
        let mut act = None;
        if let Some((cost, r)) = saving
            && cost < best
        {
            (best, act) = (cost, Some((r, end, None)));
        }
        if let Some((cost, r)) = partly
            && cost <= best
        {
            (best, act) = (cost, Some((r, part_until, None)));
        }
        if let Some((cost, r, until, piece)) = eviction
            && cost < best
        {
            (best, act) = (cost, Some((r, until, Some(piece))));
        }
        let _ = best;
        match act {
            None => {
                assert!(nothing.is_some(), "linear: no register for {v} at position {}", s.start);
                self.again(v, s.start);
            }
            Some((r, until, evicted)) => {
                if let Some(piece) = evicted {
                    self.evict(r, piece);
                }
                self.assign(r, visit, until);
            }
        }
    }

    /// Do the reads until `until` outweigh the load that brings the value there?
    fn is_worth_it(&self, visit: Visit, until: Position) -> bool {
        let Stretch { v, start, .. } = visit.s;
        if until <= start {
            return false;
        }
        let reads = self.lives.reads(v);
        let next = visit.read + reads[visit.read..].partition_point(|r| read_position(r.step, r.need) < until);
        let gain = self.m.costs.reads(self.lives, v, visit.read, next);
        let frequency = self.m.costs.frequency(self.block_at(start));
        let (_, born) = self.lives.born(v);
        let last = self.m.chains[v.index()].map(|(_, last)| self.m.pieces[last as usize].end);
        let cost = if start == born {
            0.0
        } else if last == Some(start) {
            MOVE * frequency
        } else if start % 4 == GAP {
            frequency / cost::TURNS
        } else {
            frequency
        };
        gain > cost
    }

    /// Would using the register cost a save and restore?
    fn must_save(&self, r: PReg) -> bool {
        self.file.callee_saved.has(r) && !self.saved.has(r)
    }

    /// Registers that would make a move vanish, best first.
    fn hints(&self, v: VReg, p: Position) -> [Option<PReg>; 4] {
        let mut hints = [None; 4];
        let (_, born) = self.lives.born(v);
        if p == born {
            if p % 4 == EARLY {
                hints[0] = ties(self.flow, p / 4).find(|t| t.0 == v).and_then(|t| self.last_register(t.1));
            }
            hints[2] = self.m.leanings[v.index()];
        } else {
            hints[0] = self.last_register(v);
        }
        hints[1] = self.m.wishes[v.index()];
        hints[3] = self.m.futures[v.index()].and_then(|p| self.first_register(p).or(self.m.leanings[p.index()]));
        hints
    }

    fn last_register(&self, v: VReg) -> Option<PReg> {
        self.m.chains[v.index()].map(|(_, last)| self.m.pieces[last as usize].reg)
    }

    fn first_register(&self, v: VReg) -> Option<PReg> {
        self.m.chains[v.index()].map(|(first, _)| self.m.pieces[first as usize].reg)
    }

    fn is_bespoken(&mut self, r: PReg, visit: Visit) -> bool {
        let p = self.position;
        let list = &mut self.m.registers[r.index()].bespoken;
        list.retain(|b| b.end > p);
        list.iter().any(|b| b.v != visit.s.v && b.start < visit.end)
    }

    /// `v`, not defined yet, would save a move in `r`; so would what it takes its register over from, back to position `from`.
    fn bespeak(&mut self, r: PReg, v: VReg, from: Position) {
        let (_, born) = self.lives.born(v);
        let list = &self.m.registers[r.index()].bespoken;
        if born <= from || list.len() >= MOST_BESPOKEN || self.m.chains[v.index()].is_some() {
            return;
        }
        let mut start = born;
        let mut d = v;
        for _ in 0..MOST_TIES {
            let Some((_, u)) = ties(self.flow, start / 4).find(|t| t.0 == d) else { break };
            let (_, before) = self.lives.born(u);
            if before < from || self.lives.reads(u).last().is_none_or(|r| r.step != start / 4) {
                break;
            }
            (start, d) = (before, u);
        }
        let end = self.lives.ranges(v).last().map_or(born, |r| r.end);
        self.m.registers[r.index()].bespoken.push(Bespoken { v, start, end });
    }

    /// A value is in `r` now: what else should be there, so that edges have nothing to move?
    fn bespeak_relatives(&mut self, r: PReg, v: VReg, start: Position) {
        let flow = self.flow;
        let (b, born) = self.lives.born(v);
        if born % 4 == GAP && start == born {
            // A parameter: the arguments that come around the loop.
            let Some(n) = flow.params(b).iter().position(|&p| p == v) else { return };
            let dead = self.lives.ranges(v).last().map_or(born, |r| r.end);
            for &e in flow.preds(b).iter().take(MOST_RELATIVES) {
                if flow.edges[e as usize].from >= b {
                    self.bespeak(r, flow.args(e)[n], dead - 1);
                }
            }
        }
        if let Some(read) = self.lives.reads(v).last()
            && read.need == Need::ToParam
        {
            // An argument: the parameter, and its other arguments.
            let home = self.lives.block_of(read.step);
            let edge = &flow.edges[flow.succs(home)[0] as usize];
            let n = (read.operand - edge.args.start) as usize;
            let param = flow.params(edge.to)[n];
            if edge.to > home {
                self.m.leanings[param.index()] = Some(r);
                self.bespeak(r, param, self.position);
                for &e in flow.preds(edge.to).iter().take(MOST_RELATIVES) {
                    self.bespeak(r, flow.args(e)[n], self.position);
                }
            }
        }
    }

    /// Brings the state of a register to the current position.
    fn settle(&mut self, r: PReg) {
        let p = self.position;
        self.m.busy.advance(r, p);
        let ranges = self.lives.all_ranges();
        let register = &mut self.m.registers[r.index()];
        loop {
            let (piece, mut range) = match register.active {
                Some(_) if register.until > p => return,
                Some(piece) => (piece, register.range + 1),
                None => match register.sleeping.peek() {
                    Some(&Reverse((start, piece, range))) if start <= p => {
                        register.sleeping.pop();
                        (piece, range)
                    }
                    _ => return,
                },
            };
            register.active = None;
            let it = &self.m.pieces[piece as usize];
            let last = self.lives.range_bounds(it.v).1;
            while range < last && ranges[range as usize].end <= p {
                range += 1;
            }
            if range < last && ranges[range as usize].start < it.end && it.end > p {
                let start = ranges[range as usize].start;
                if start <= p {
                    register.active = Some(piece);
                    register.range = range;
                    register.until = ranges[range as usize].end.min(it.end);
                } else {
                    register.sleeping.push(Reverse((start, piece, range)));
                }
            }
        }
    }

    /// Until when a value could be in `r`; its start, if somebody is there now.
    fn free_until(&self, r: PReg, visit: Visit, hits: &[(RegSet, Position)]) -> Position {
        if self.m.registers[r.index()].active.is_some() { visit.s.start } else { self.free_but_for_occupant(r, visit, hits) }
    }

    fn free_but_for_occupant(&self, r: PReg, visit: Visit, hits: &[(RegSet, Position)]) -> Position {
        let clobbered = hits.iter().filter(|h| h.0.has(r)).map(|h| h.1).min().unwrap_or(Position::MAX);
        let claimed = if self.m.busy.next_claim(r) >= visit.end { Position::MAX } else { self.m.busy.claim_hit(r, visit.s, self.lives) };
        let met = if visit.unsplit { Position::MAX } else { self.meets_sleeper(r, visit) };
        clobbered.min(claimed).min(met)
    }

    fn meets_sleeper(&self, r: PReg, visit: Visit) -> Position {
        let sleeping = &self.m.registers[r.index()].sleeping;
        let Some(&Reverse((first, ..))) = sleeping.peek() else { return Position::MAX };
        if first >= visit.end {
            return Position::MAX;
        }
        if sleeping.len() > MOST_SLEEPERS {
            return first;
        }
        let ranges = self.lives.all_ranges();
        let mine = &ranges[visit.s.range as usize..visit.s.last_range as usize];
        let mut found = Position::MAX;
        for &Reverse((_, piece, range)) in sleeping {
            let it = &self.m.pieces[piece as usize];
            let theirs = &ranges[range as usize..self.lives.range_bounds(it.v).1 as usize];
            let (mut n, mut m) = (0, 0);
            let mut met = Position::MAX;
            for turn in 0.. {
                let (Some(a), Some(b)) = (mine.get(n), theirs.get(m)) else { break };
                if b.start >= it.end {
                    break;
                }
                let start = a.start.max(b.start).max(visit.s.start);
                if start < a.end && start < b.end {
                    met = start;
                    break;
                }
                if turn > MOST_RANGES {
                    met = start.min(b.start);
                    break;
                }
                if a.end <= b.end { n += 1 } else { m += 1 }
            }
            found = found.min(met);
        }
        found.max(visit.s.start)
    }

    // ---- costs

    fn loop_start(&self, n: u32) -> Position {
        at(self.flow.blocks[self.loops.all[n as usize].header].steps.start, GAP)
    }

    fn loop_end(&self, n: u32) -> Position {
        at(self.flow.blocks[self.loops.all[n as usize].last].steps.end, GAP)
    }

    fn block_at(&self, p: Position) -> Block {
        self.lives.block_of(p / 4)
    }

    /// Cost of the store, if a value that has been in registers so far goes to memory.
    fn store(&self, v: VReg) -> f32 {
        if self.flow.vregs[v].remat || self.m.spilled[v.index()] { 0.0 } else { self.m.costs.frequency(self.lives.born(v).0) }
    }

    /// The outermost loop that contains block `b` but not position `p`.
    fn loop_before(&self, b: Block, p: Position) -> Option<u32> {
        let mut found = None;
        let mut next = self.loops.innermost(b);
        while let Some(n) = next
            && !(self.loop_start(n) <= p && p < self.loop_end(n))
        {
            found = Some(n);
            next = self.loops.all[n as usize].parent;
        }
        found
    }

    /// What it costs to bring a value back that is in memory from `p` on, its next read being the `read`th: where, and how much.
    fn reload(&self, v: VReg, p: Position, read: usize) -> (Position, f32) {
        let reads = self.lives.reads(v);
        let home = self.block_at(p);
        // A loop around `p`, at whose head it was in a register, expects it there again.
        let wraps = || -> Option<u32> {
            let mut n = self.loops.innermost(home)?;
            let born = self.lives.born(v).1;
            loop {
                let start = self.loop_start(n);
                if born >= start {
                    return None;
                }
                let before = reads[..read].last();
                if before.is_some_and(|r| at(r.step, GAP) >= start) {
                    return Some(n);
                }
                n = self.loops.all[n as usize].parent?;
            }
        };
        let wrapping = wraps();
        // On one way or another, whether it is read before or not.
        let back = wrapping.map_or(0.0, |n| self.m.costs.frequency(self.loops.all[n as usize].header));
        if let Some(r) = reads.get(read)
            && wrapping.is_none_or(|n| at(r.step, GAP) < self.loop_end(n))
        {
            let b = self.lives.block_of(r.step);
            let f = match self.loop_before(b, p) {
                Some(n) => self.m.costs.frequency(self.loops.all[n as usize].header) / cost::TURNS,
                None => self.m.costs.frequency(b) * cost::weight(r.need),
            };
            return (at(r.step, EARLY), f.max(back));
        }
        match wrapping {
            Some(n) => (self.loop_end(n), back),
            None => (self.lives.ranges(v).last().map_or(p, |r| r.end), 0.0),
        }
    }

    /// What a value loses that has no register from `p` on, its next read being the `read`th: one reload, or as many as a loop that
    /// starts here reads it, or, if `calls` are what drives it out, one after each of them.
    fn loss_from(&self, v: VReg, p: Position, read: usize, calls_until: Option<Position>) -> (f32, Position) {
        let (again, mut cost) = self.reload(v, p, read);
        let reads = self.lives.reads(v);
        let before = |p: Position| read + reads[read..].partition_point(|r| read_position(r.step, r.need) < p);
        if p % 4 == GAP
            && let Some(n) = self.loops.innermost(self.block_at(p))
            && self.loop_start(n) == p
        {
            cost = cost.max(self.m.costs.reads(self.lives, v, read, before(self.loop_end(n))));
        }
        if let Some(until) = calls_until {
            cost = cost.max(self.m.costs.reads_after_calls(self.lives, v, read, before(until)));
        }
        if self.flow.vregs[v].remat {
            cost *= REMAT;
        }
        (self.store(v) + cost, again)
    }

    fn loss(&self, visit: Visit, p: Position) -> f32 {
        let v = visit.s.v;
        let reads = self.lives.reads(v);
        let read = visit.read + reads[visit.read..].partition_point(|r| read_position(r.step, r.need) < p);
        let clobbered = p % 4 == MID;
        self.loss_from(v, p, read, clobbered.then_some(visit.end)).0
    }

    /// The register that is cheapest to take from the value that is in it: cost, register, how long it is free then, the piece that goes.
    fn best_eviction(&self, visit: Visit, order: &[PReg], hits: &[(RegSet, Position)]) -> Option<(f32, PReg, Position, u32)> {
        let crosses_call = hits.iter().any(|h| h.1 < visit.end);
        let mut best: Option<(f32, (f32, PReg, Position, u32))> = None;
        for &r in order {
            let Some(piece) = self.m.registers[r.index()].active else { continue };
            let until = self.free_but_for_occupant(r, visit, hits).min(visit.end);
            if until < visit.hold || until < visit.end && self.cut(visit, until) <= visit.s.start {
                continue;
            }
            let calls_until = (crosses_call && self.file.callee_saved.has(r)).then_some(visit.end);
            let Some((cost, again)) = self.eviction(piece, calls_until) else { continue };
            let rest = if until < visit.end { self.loss(visit, until) } else { 0.0 };
            let cost = cost + rest;
            // Of values that cost the same, the one that is not needed for longest.
            let score = cost / ((again.max(visit.s.start) - visit.s.start) as f32 + 1.0);
            if best.is_none_or(|b| score < b.0) {
                best = Some((score, (cost, r, until, piece)));
            }
        }
        best.map(|b| b.1)
    }

    /// What it costs to take its register from a piece now, and when it is read again. `None` if that cannot be.
    fn eviction(&self, piece: u32, calls_until: Option<Position>) -> Option<(f32, Position)> {
        let p = self.position;
        let it = &self.m.pieces[piece as usize];
        let step = p / 4;
        if it.hold > if p % 4 == LATE { at(step, MID) } else { p } {
            return None;
        }
        let v = it.v;
        let reads = self.lives.reads(v);
        let read = reads.partition_point(|r| read_position(r.step, r.need) < p);
        let mut extra = 0.0;
        if p % 4 == EARLY && reads[read..].iter().take_while(|r| r.step == step).any(|r| self.in_register(v, r.need)) {
            // It is read here: another register has to be found for it.
            extra = 4.0 * self.m.costs.frequency(self.block_at(p));
        }
        if p % 4 == LATE && reads[..read].iter().rev().take_while(|r| r.step == step).any(|r| r.late) {
            return None;
        }
        let (cost, again) = self.loss_from(v, p, read, calls_until);
        Some((cost + extra, again))
    }

    // ---- decisions

    fn assign(&mut self, r: PReg, visit: Visit, until: Position) {
        let Visit { s, end, hold, .. } = visit;
        let longest = if until >= end { end } else { self.cut(visit, until) };
        let stop = self.trim(visit, longest);
        self.note(r);
        let piece = self.push_piece(Piece { v: s.v, reg: r, start: s.start, end: stop, hold, before: None, next: None });
        let range = self.lives.all_ranges()[s.range as usize];
        let register = &mut self.m.registers[r.index()];
        debug_assert!(register.active.is_none());
        if range.start <= s.start {
            register.active = Some(piece);
            register.range = s.range;
            register.until = range.end.min(stop);
        } else {
            register.sleeping.push(Reverse((range.start, piece, s.range)));
        }
        self.bespeak_relatives(r, s.v, s.start);
        if stop < end {
            if stop % 4 == MID || stop < longest {
                self.again(s.v, stop);
            } else {
                // Perhaps another register is free by then.
                self.plan(s.v, stop, self.rank_at(s.v, stop));
            }
        }
    }

    /// Where a piece that brings a value back from memory had better end. It is in a register at the head of every block inside, so every edge from a
    /// block where it is in memory has to bring it back, too. If that costs more than to load it again for its next read, it stays in memory.
    fn trim(&self, visit: Visit, stop: Position) -> Position {
        let Stretch { v, start, range, last_range } = visit.s;
        let (_, born) = self.lives.born(v);
        if start == born || !self.m.spilled[v.index()] {
            return stop;
        }
        let flow = self.flow;
        let mut ranges = &self.lives.all_ranges()[range as usize..last_range as usize];
        let mut last = start.max(visit.hold);
        let mut b = self.block_at(start);
        let mut heads = 0;
        for r in self.lives.reads(v)[visit.read..].iter().take_while(|r| read_position(r.step, r.need) < stop) {
            let home = self.lives.block_of(r.step);
            let mut edges = 0.0;
            while b < home {
                b = Block::new(b.index() + 1);
                heads += 1;
                if heads > MOST_HEADS {
                    return self.cut_behind(last, stop);
                }
                let head = at(flow.blocks[b].steps.start, GAP);
                while ranges[0].end <= head {
                    ranges = &ranges[1..];
                }
                if ranges[0].start > head {
                    continue;
                }
                for &e in flow.preds(b) {
                    let from = flow.edges[e as usize].from;
                    let end = at(flow.blocks[from].steps.end, GAP) - 1;
                    if from < b && !(start <= end && end < stop) && !self.is_in_register(v, end) {
                        edges += self.m.costs.frequency(from).min(self.m.costs.frequency(b));
                    }
                }
            }
            if edges > 0.0 {
                let load = match self.loop_before(home, last) {
                    Some(n) => self.m.costs.frequency(self.loops.all[n as usize].header) / cost::TURNS,
                    None => self.m.costs.frequency(home) * cost::weight(r.need),
                };
                if edges > load {
                    return self.cut_behind(last, stop);
                }
            }
            last = last.max(r.end());
        }
        // Nobody reads it after that, but the head of a loop around may expect it in a register.
        let mut around = self.loops.innermost(self.block_at(last - 1));
        while let Some(n) = around
            && self.loop_start(n) > born
        {
            let head = self.loop_start(n);
            if start <= head && head < stop || self.is_in_register(v, head) {
                return stop;
            }
            around = self.loops.all[n as usize].parent;
        }
        self.cut_behind(last, stop)
    }

    /// Is it in a register at an earlier position? As far as can be seen from its last pieces.
    fn is_in_register(&self, v: VReg, p: Position) -> bool {
        let mut next = self.m.chains[v.index()].map(|c| c.1);
        for _ in 0..MOST_PIECES {
            let Some(n) = next else { return false };
            let piece = &self.m.pieces[n as usize];
            if piece.start <= p {
                return p < piece.end;
            }
            next = piece.before;
        }
        false
    }

    /// A position where a piece may be cut that ends with a read.
    fn cut_behind(&self, end: Position, stop: Position) -> Position {
        if end >= stop {
            return stop;
        }
        let is_inside = end % 4 == GAP && self.block_at(end) == self.block_at(end - 1);
        if is_inside { stop.min(end + EARLY) } else { end }
    }

    /// Where a piece must end if its register is taken at `until`: at the head of a loop in which it has not been read, if there is one.
    fn cut(&self, visit: Visit, until: Position) -> Position {
        self.cut_between(visit.s.v, visit.s.start.max(visit.hold), until)
    }

    /// The same, for a piece that may be cut from `from` on.
    fn cut_between(&self, v: VReg, from: Position, until: Position) -> Position {
        let step = until / 4;
        let reads = self.lives.reads(v);
        let earlier = reads.partition_point(|r| r.step < step);
        let here = reads[earlier..].iter().take_while(|r| r.step == step);
        // A read at the step itself that needs the register for longer than it can have it will find another one.
        let all_done = here.clone().all(|r| r.end() <= until);
        let stays = if all_done { here.map(Read::end).max() } else { None };
        let after = stays.or(reads[..earlier].last().map(Read::end)).map_or(from, |end| from.max(end));
        // Loops around `until` that start behind all of that.
        let mut found = None;
        let mut n = self.loops.innermost(self.block_at(until));
        while let Some(l) = n
            && self.loop_start(l) >= after
            && self.loop_start(l) <= until
        {
            found = Some(self.loop_start(l));
            n = self.loops.all[l as usize].parent;
        }
        if let Some(p) = found {
            p
        } else if until % 4 == GAP || until % 4 == EARLY {
            until
        } else if after <= at(step, EARLY) {
            // In the gap before the step.
            at(step, EARLY)
        } else {
            at(step, MID)
        }
    }

    fn evict(&mut self, r: PReg, piece: u32) {
        let p = self.position;
        let it = self.m.pieces[piece as usize];
        let cut = self.cut_between(it.v, it.start.max(it.hold), p).max(it.start);
        self.m.pieces[piece as usize].end = cut;
        self.m.registers[r.index()].active = None;
        self.again(it.v, p);
    }

    /// Plans the next visit of a value that has no register from `p` on.
    fn again(&mut self, v: VReg, p: Position) {
        self.m.spilled[v.index()] = true;
        let reads = self.lives.reads(v);
        let first = reads.partition_point(|r| read_position(r.step, r.need) < p);
        // A slot will do for a read at this very step: the value has just been refused a register here.
        let wants = |r: &&Read| self.in_register(v, r.need) || r.need == Need::Any && at(r.step, EARLY) > p;
        let Some(r) = reads[first..].iter().find(wants) else { return };
        match self.loop_before(self.lives.block_of(r.step), p) {
            Some(n) => self.plan(v, self.loop_start(n), Rank::Wished),
            None => self.plan(v, at(r.step, EARLY), self.rank_at(v, at(r.step, EARLY))),
        }
    }
}

/// Where a read is, among the positions of its step: from wherever the value is in the gap, or at the step.
fn read_position(step: u32, need: Need) -> Position {
    match need {
        Need::Reg | Need::Any | Need::ToParam => at(step, EARLY),
        Need::ToFixed | Need::ToSame | Need::AlsoSame => at(step, GAP),
    }
}
