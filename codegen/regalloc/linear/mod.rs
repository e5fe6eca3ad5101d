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
//! The page on it is `papers/linear-scan.md`.
use super::Context;
use super::live::{EARLY, GAP, LATE, Lives, Need, Position, at};
use crate::mach::flow::{Allocation, Block, Flow, PReg, RegFile, RegSet, Role, VReg, Want};
use crate::mach::loops::Loops;
use busy::{Busy, Stretch, fixed_output};
use cost::Costs;
use cranelift_entity::EntityRef;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

mod busy;
mod choose;
mod cost;
mod finish;
mod hoist;
mod lose;

/// Part of a value's life, in a register. Holes inside are not occupied.
#[derive(Clone, Copy, Debug)]
struct Piece {
    v: VReg,
    reg: PReg,
    start: Position,
    end: Position,
    /// It cannot be cut before this.
    hold: Position,
    /// A read of its value, by index among them, that is not behind the next; it moves on when somebody looks.
    read: u32,
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
    /// The piece that is there at the current position, and its range.
    active: Option<u32>,
    range: u32,
    /// When that changes next: the range ends, or, if nobody is there, somebody wakes up.
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
    registers: [Register; PReg::COUNT],
    /// By loop: where it starts and ends.
    spans: Vec<(Position, Position)>,
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
    let saved = scan.saved.union(memory.busy.written_saved);
    finish::Finish { flow, file, lives, pieces: &memory.pieces, chains: &memory.chains, costs: &memory.costs, m: &mut memory.finish }
        .run(saved, resolver, moves, sequence)
}

impl Memory {
    fn start(&mut self, flow: &Flow, file: &RegFile, loops: &Loops, lives: &Lives) {
        self.busy.set_all(RegSet::of(&file.order[0]).union(RegSet::of(&file.order[1])));
        self.busy.build(flow, file.callee_saved);
        self.costs.build(flow, loops);
        self.costs.weigh(flow, loops, lives, &self.busy.calls);
        self.pieces.clear();
        self.chains.clear();
        self.chains.resize(flow.vregs.len(), None);
        let place = |b: Block| &flow.blocks[b].steps;
        self.spans.clear();
        self.spans.extend(loops.all.iter().map(|l| (at(place(l.header).start, GAP), at(place(l.last).end, GAP))));
        for r in &mut self.registers {
            r.active = None;
            r.until = Position::MAX;
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
    operands.iter().filter_map(move |o| {
        let Want::SameAs(with) = o.want else { return None };
        let input = operands[with as usize];
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
                        if o.want == Want::Incoming {
                            self.again(o.reg, at(step + 1, GAP));
                        } else if let Some(r) = fixed_output(operands, o) {
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
        self.push_piece(Piece { v, reg: r, start: born, end: out, hold: out, read: 0, before: None, next: None });
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
}

/// Where a read is, among the positions of its step: from wherever the value is in the gap, or at the step.
fn read_position(step: u32, need: Need) -> Position {
    match need {
        Need::Reg | Need::Any | Need::ToParam => at(step, EARLY),
        Need::ToFixed | Need::ToSame | Need::AlsoSame => at(step, GAP),
    }
}
