//! What a value loses without a register, where it had better give it up, and where it comes back.
use super::busy::Stretch;
use super::cost::{self, TURNS};
use super::{Scan, Visit, read_position};
use crate::mach::flow::{Block, PReg, VReg};
use crate::regalloc::linear::Rank;
use crate::regalloc::live::{EARLY, GAP, LATE, MID, Need, Position, Read, at};
use cranelift_entity::EntityRef;

/// Making a constant again, compared with a load.
const REMAT: f32 = 0.5;
/// How many blocks a value is kept in a register for that was brought back from memory, without being read; how many of its pieces are looked at.
const MOST_HEADS: usize = 40;
const MOST_PIECES: usize = 6;

impl Scan<'_> {
    pub(super) fn loop_start(&self, n: u32) -> Position {
        self.m.spans[n as usize].0
    }

    fn loop_end(&self, n: u32) -> Position {
        self.m.spans[n as usize].1
    }

    pub(super) fn block_at(&self, p: Position) -> Block {
        self.lives.block_of(p / 4)
    }

    /// Cost of the store, if a value that has been in registers so far goes to memory.
    fn store(&self, v: VReg) -> f32 {
        if self.flow.vregs[v].remat || self.m.spilled[v.index()] { 0.0 } else { self.m.costs.frequency(self.lives.born(v).0) }
    }

    /// The outermost loop that contains block `b` but not position `p`.
    fn loop_before(&self, b: Block, p: Position) -> Option<u32> {
        self.loops.around(b).take_while(|&n| !(self.loop_start(n) <= p && p < self.loop_end(n))).last()
    }

    /// What it costs to bring a value back that is in memory from `p` on, its next read being the `read`th: where, and how much.
    fn reload(&self, v: VReg, p: Position, read: usize) -> (Position, f32) {
        let reads = self.lives.reads(v);
        let home = self.block_at(p);
        // A loop around `p`, at whose head it was in a register, expects it there again.
        let born = self.lives.born(v).1;
        let before = reads[..read].last().map_or(0, |r| at(r.step, GAP));
        let wrapping = self.loops.around(home).take_while(|&n| born < self.loop_start(n)).find(|&n| before >= self.loop_start(n));
        // On one way or another, whether it is read before or not.
        let back = wrapping.map_or(0.0, |n| self.m.costs.frequency(self.loops.all[n as usize].header));
        if let Some(r) = reads.get(read)
            && wrapping.is_none_or(|n| at(r.step, GAP) < self.loop_end(n))
        {
            let b = self.lives.block_of(r.step);
            let f = match self.loop_before(b, p) {
                Some(n) => self.m.costs.frequency(self.loops.all[n as usize].header) / TURNS,
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

    pub(super) fn loss(&self, visit: Visit, p: Position) -> f32 {
        let v = visit.s.v;
        let reads = self.lives.reads(v);
        let read = visit.read + reads[visit.read..].partition_point(|r| read_position(r.step, r.need) < p);
        let clobbered = p % 4 == MID;
        self.loss_from(v, p, read, clobbered.then_some(visit.end)).0
    }

    /// What it costs to take its register from a piece now, and when it is read again. `None` if that cannot be.
    pub(super) fn eviction(&mut self, piece: u32, calls_until: Option<Position>) -> Option<(f32, Position)> {
        let p = self.position;
        let it = &mut self.m.pieces[piece as usize];
        let step = p / 4;
        if it.hold > if p % 4 == LATE { at(step, MID) } else { p } {
            return None;
        }
        let v = it.v;
        let reads = self.lives.reads(v);
        while reads.get(it.read as usize).is_some_and(|r| read_position(r.step, r.need) < p) {
            it.read += 1;
        }
        let read = it.read as usize;
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

    /// Where a piece that brings a value back from memory had better end. It is in a register at the head of every block inside, so every edge from a
    /// block where it is in memory has to bring it back, too. If that costs more than to load it again for its next read, it stays in memory.
    pub(super) fn trim(&self, visit: Visit, stop: Position) -> Position {
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
                for &e in flow.preds(b).iter().take(MOST_HEADS) {
                    let from = flow.edges[e as usize].from;
                    let end = at(flow.blocks[from].steps.end, GAP) - 1;
                    if from < b && !(start <= end && end < stop) && !self.is_in_register(v, end) {
                        edges += self.m.costs.frequency(from).min(self.m.costs.frequency(b));
                    }
                }
            }
            if edges > 0.0 {
                let load = match self.loop_before(home, last) {
                    Some(n) => self.m.costs.frequency(self.loops.all[n as usize].header) / TURNS,
                    None => self.m.costs.frequency(home) * cost::weight(r.need),
                };
                if edges > load {
                    return self.cut_behind(last, stop);
                }
            }
            last = last.max(r.end());
        }
        // Nobody reads it after that, but the head of a loop around may expect it in a register.
        let heads = self.loops.around(self.block_at(last - 1)).map(|n| self.loop_start(n)).take_while(|&head| head > born);
        for head in heads {
            if start <= head && head < stop || self.is_in_register(v, head) {
                return stop;
            }
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
    pub(super) fn cut(&self, visit: Visit, until: Position) -> Position {
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
        let heads = self.loops.around(self.block_at(until)).map(|n| self.loop_start(n));
        let found = heads.take_while(|&head| head >= after && head <= until).last();
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

    pub(super) fn evict(&mut self, r: PReg, piece: u32) {
        let p = self.position;
        let it = self.m.pieces[piece as usize];
        let cut = self.cut_between(it.v, it.start.max(it.hold), p).max(it.start);
        self.m.pieces[piece as usize].end = cut;
        let register = &mut self.m.registers[r.index() % PReg::COUNT];
        register.active = None;
        register.until = p;
        self.again(it.v, p);
    }

    /// Plans the next visit of a value that has no register from `p` on.
    pub(super) fn again(&mut self, v: VReg, p: Position) {
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
