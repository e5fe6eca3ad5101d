//! Choosing a register for a value that is visited, and keeping the state of the registers.
use super::busy::Stretch;
use super::cost::TURNS;
use super::{Bespoken, Piece, Scan, Visit, read_position, ties};
use crate::mach::flow::{PReg, RegSet, VReg};
use crate::regalloc::linear::Rank;
use crate::regalloc::live::{EARLY, GAP, MID, Need, Position};
use cranelift_entity::EntityRef;
use std::cmp::Reverse;

/// Saving a callee-saved register and restoring it, once per activation.
const SAVE: f32 = 1.6;
/// A move between registers.
const MOVE: f32 = 0.3;
/// How many sleeping pieces of a register, and ranges of them, are compared exactly.
const MOST_SLEEPERS: usize = 12;
const MOST_RANGES: usize = 48;
/// How many values a register is kept free for, how many arguments of a parameter are looked at, and how far back through ties.
const MOST_BESPOKEN: usize = 16;
const MOST_RELATIVES: usize = 6;
const MOST_TIES: usize = 6;

/// A register a value may have, and what for.
#[derive(Clone, Copy)]
struct Offer {
    cost: f32,
    reg: PReg,
    until: Position,
    /// The piece that has to go.
    evicted: Option<u32>,
}

impl Scan<'_> {
    pub(super) fn visit(&mut self, v: VReg, p: Position, hold: Position, unsplit: bool) {
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
        let data = self.flow.vregs[s.v];
        let mut hits = std::mem::take(&mut self.m.hits);
        self.m.busy.clobber_hits(s, end, data.is_ref, self.lives, &mut hits);
        let clobbered = hits.iter().fold(RegSet::EMPTY, |set, h| set.union(h.0));
        let hints = self.hints(s.v, s.start);
        let order = &self.file.order[data.class as usize];
        let needed = hold > s.start;
        let mut chosen = None;
        for r in hints.into_iter().flatten() {
            self.settle(r);
            if self.is_free(r) && !clobbered.has(r) && !self.must_save(r) && self.until_claimed(r, visit) >= end {
                chosen = Some(r);
                break;
            }
        }
        let mut to_save = None;
        if chosen.is_none() {
            for &r in order {
                self.settle(r);
            }
            (chosen, to_save) = self.free_throughout(visit, order, clobbered);
        }
        if let Some(r) = chosen
            && (needed || self.is_worth_it(r, visit, end))
        {
            self.m.hits = hits;
            return self.assign(r, visit, end);
        }
        let none = Offer { cost: f32::MAX, reg: order[0], until: s.start, evicted: None };
        let mut best = if needed { none } else { Offer { cost: self.loss(visit, s.start), ..none } };
        if let Some(reg) = to_save
            && SAVE < best.cost
        {
            best = Offer { cost: SAVE, reg, until: end, evicted: None };
        }
        if let Some((reg, until)) = self.free_longest(visit, order, hints, &hits) {
            let cost = self.loss(visit, until);
            if cost <= best.cost {
                best = Offer { cost, reg, until, evicted: None };
            }
        }
        // What is merely wished for in the middle of a block takes nothing from others.
        if (needed || s.start % 4 == GAP)
            && let Some(offer) = self.cheapest_eviction(visit, order, &hits)
            && offer.cost < best.cost
        {
            best = offer;
        }
        self.m.hits = hits;
        if best.until == s.start {
            assert!(!needed, "linear: no register for {} at position {}", s.v, s.start);
            return self.again(s.v, s.start);
        }
        if let Some(piece) = best.evicted {
            self.evict(best.reg, piece);
        }
        self.assign(best.reg, visit, best.until);
    }

    /// A register that is free for all of the value's life; one that would be if it were saved.
    fn free_throughout(&self, visit: Visit, order: &[PReg], clobbered: RegSet) -> (Option<PReg>, Option<PReg>) {
        let (mut best, mut to_save) = (None, None);
        for &r in order {
            if !self.is_free(r) || clobbered.has(r) || self.until_claimed(r, visit) < visit.end {
                continue;
            }
            if self.must_save(r) {
                to_save = to_save.or(Some(r));
                continue;
            }
            // Leave alone those that survive calls, those where others belong, and those that a step will want soon.
            let rank = (!self.file.callee_saved.has(r), !self.is_bespoken(r, visit), self.m.busy.next_claim(r));
            if best.is_none_or(|(b, _)| rank > b) {
                best = Some((rank, r));
            }
        }
        (best.map(|b| b.1), to_save)
    }

    /// A register that is free for a part of the value's life that is worth while, and until when.
    fn free_longest(
        &self,
        visit: Visit,
        order: &[PReg],
        hints: [Option<PReg>; 4],
        hits: &[(RegSet, Position)],
    ) -> Option<(PReg, Position)> {
        let mut best: Option<(PReg, Position)> = None;
        for &r in order.iter().filter(|&&r| self.is_free(r)) {
            let until = self.free_but_for_occupant(r, visit, hits);
            if until < visit.end && best.is_none_or(|(_, b)| until > b || until == b && hints.contains(&Some(r))) {
                best = Some((r, until));
            }
        }
        best.filter(
            |&(r, until)| {
                if visit.hold > visit.s.start { until >= visit.hold } else { self.is_worth_it(r, visit, self.cut(visit, until)) }
            },
        )
    }

    /// The register that is cheapest to take from the value that is in it.
    fn cheapest_eviction(&mut self, visit: Visit, order: &[PReg], hits: &[(RegSet, Position)]) -> Option<Offer> {
        let mut best: Option<(f32, Offer)> = None;
        for &reg in order {
            let Some(piece) = self.m.registers[reg.index() % PReg::COUNT].active else { continue };
            let until = self.free_but_for_occupant(reg, visit, hits).min(visit.end);
            if until < visit.hold || until < visit.end && self.cut(visit, until) <= visit.s.start {
                continue;
            }
            let calls_until = (!hits.is_empty() && self.file.callee_saved.has(reg)).then_some(visit.end);
            let Some((cost, again)) = self.eviction(piece, calls_until) else { continue };
            let rest = if until < visit.end { self.loss(visit, until) } else { 0.0 };
            let cost = cost + rest;
            // Of values that cost the same, the one that is not needed for longest.
            let score = cost / ((again.max(visit.s.start) - visit.s.start) as f32 + 1.0);
            if best.is_none_or(|b| score < b.0) {
                best = Some((score, Offer { cost, reg, until, evicted: Some(piece) }));
            }
        }
        best.map(|b| b.1)
    }

    /// Do the reads until `until` outweigh the move or load that brings the value to `r`?
    fn is_worth_it(&self, r: PReg, visit: Visit, until: Position) -> bool {
        let Stretch { v, start, .. } = visit.s;
        if until <= start {
            return false;
        }
        let reads = self.lives.reads(v);
        let next = visit.read + reads[visit.read..].partition_point(|r| read_position(r.step, r.need) < until);
        let gain = self.m.costs.reads(self.lives, v, visit.read, next);
        let frequency = self.m.costs.frequency(self.block_at(start));
        let (_, born) = self.lives.born(v);
        let last = self.m.chains[v.index()].map(|(_, last)| &self.m.pieces[last as usize]).filter(|p| p.end == start);
        let cost = if start == born || last.is_some_and(|p| p.reg == r) {
            0.0
        } else if last.is_some() {
            MOVE * frequency
        } else if start % 4 == GAP {
            frequency / TURNS
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

    /// Would somebody else save a move by being there?
    fn is_bespoken(&self, r: PReg, visit: Visit) -> bool {
        let list = &self.m.registers[r.index() % PReg::COUNT].bespoken;
        list.iter().any(|b| b.start < visit.end && b.end > visit.s.start && b.v != visit.s.v)
    }

    /// `v`, not defined yet, would save a move in `r`; so would what it takes its register over from, back to position `from`.
    fn bespeak(&mut self, r: PReg, v: VReg, from: Position) {
        let (_, born) = self.lives.born(v);
        if born <= from || self.m.chains[v.index()].is_some() {
            return;
        }
        let now = self.position;
        let list = &mut self.m.registers[r.index() % PReg::COUNT].bespoken;
        list.retain(|b| b.end > now);
        if list.len() >= MOST_BESPOKEN {
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
        self.m.registers[r.index() % PReg::COUNT].bespoken.push(Bespoken { v, start, end });
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
        let register = &mut self.m.registers[r.index() % PReg::COUNT];
        if register.until > p {
            return;
        }
        let ranges = self.lives.all_ranges();
        loop {
            let (piece, mut range) = match register.active.take() {
                Some(piece) => (piece, register.range + 1),
                None => match register.sleeping.peek() {
                    Some(&Reverse((start, piece, range))) if start <= p => {
                        register.sleeping.pop();
                        (piece, range)
                    }
                    other => {
                        register.until = other.map_or(Position::MAX, |s| s.0.0);
                        return;
                    }
                },
            };
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
                    return;
                }
                register.sleeping.push(Reverse((start, piece, range)));
            }
        }
    }

    fn is_free(&self, r: PReg) -> bool {
        self.m.registers[r.index() % PReg::COUNT].active.is_none()
    }

    /// Until when a value could be in a register, but for clobbers and for who is there now.
    fn until_claimed(&self, r: PReg, visit: Visit) -> Position {
        let claimed = if self.m.busy.next_claim(r) >= visit.end { Position::MAX } else { self.m.busy.claim_hit(r, visit.s, self.lives) };
        if visit.unsplit { claimed } else { claimed.min(self.meets_sleeper(r, visit)) }
    }

    fn free_but_for_occupant(&self, r: PReg, visit: Visit, hits: &[(RegSet, Position)]) -> Position {
        let clobbered = hits.iter().filter(|h| h.0.has(r)).map(|h| h.1).min().unwrap_or(Position::MAX);
        clobbered.min(self.until_claimed(r, visit))
    }

    fn meets_sleeper(&self, r: PReg, visit: Visit) -> Position {
        let sleeping = &self.m.registers[r.index() % PReg::COUNT].sleeping;
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

    fn assign(&mut self, r: PReg, visit: Visit, until: Position) {
        let Visit { s, end, hold, .. } = visit;
        let longest = if until >= end { end } else { self.cut(visit, until) };
        let stop = self.trim(visit, longest);
        self.note(r);
        let piece =
            self.push_piece(Piece { v: s.v, reg: r, start: s.start, end: stop, hold, read: visit.read as u32, before: None, next: None });
        let range = self.lives.all_ranges()[s.range as usize];
        let register = &mut self.m.registers[r.index() % PReg::COUNT];
        debug_assert!(register.active.is_none() && range.start <= s.start);
        register.active = Some(piece);
        register.range = s.range;
        register.until = range.end.min(stop);
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
}
