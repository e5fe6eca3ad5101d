//! Which registers steps claim for themselves, where: fixed operands, by register; clobbers, by set of registers, since all calls have the same.
use crate::mach::flow::{Flow, PReg, RegSet, Role, StepKind, VReg, Want};
use crate::regalloc::live::{EARLY, GAP, LATE, Lives, MID, Position, at};

/// More different clobber sets than a target has are listed register by register.
const MOST_SETS: usize = 8;

#[derive(Clone, Copy, Debug)]
struct Claim {
    start: Position,
    end: Position,
    /// The value that is in the register then, if it is read there: it may also live there.
    holds: Option<VReg>,
}

#[derive(Debug, Default)]
struct Clobbers {
    set: RegSet,
    steps: Vec<u32>,
    /// The first that is not before the current position.
    next: usize,
}

#[derive(Debug, Default)]
pub struct Busy {
    claims: [Vec<Claim>; PReg::COUNT],
    /// The next claim on each register, its start and end.
    next: [usize; PReg::COUNT],
    next_start: [Position; PReg::COUNT],
    next_end: [Position; PReg::COUNT],
    /// Registers of a set that steps write or clobber themselves.
    pub written_saved: RegSet,
    clobbers: Vec<Clobbers>,
    safepoints: Clobbers,
    /// By step: how many steps before it clobber registers.
    pub calls: Vec<u32>,
}

/// A stretch of a value's life: from `start` on, `range` being the first range that ends after it.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    pub v: VReg,
    pub start: Position,
    pub range: u32,
    pub last_range: u32,
}

impl Busy {
    pub fn build(&mut self, flow: &Flow, callee_saved: RegSet) {
        for list in &mut self.claims {
            list.clear();
        }
        self.next = [0; PReg::COUNT];
        let mut written = RegSet::EMPTY;
        self.clobbers.clear();
        self.safepoints.steps.clear();
        self.safepoints.next = 0;
        self.calls.clear();
        let mut calls = 0;
        let mut heads = flow.blocks.values().map(|b| b.steps.start).peekable();
        for (n, s) in flow.steps.iter().enumerate() {
            let step = n as u32;
            let is_head = heads.next_if_eq(&step).is_some();
            self.calls.push(calls);
            if s.kind == StepKind::Safepoint {
                self.safepoints.steps.push(step);
            }
            let operands = flow.operands(step);
            let mut add = |r: PReg, start, end, holds| self.claims[r.index()].push(Claim { start, end, holds });
            written = written.union(s.clobbers);
            for o in operands {
                match (o.want, o.role) {
                    (Want::Fixed(r), Role::Use) => add(r, at(step, EARLY), at(step, EARLY) + 1, Some(o.reg)),
                    (Want::Fixed(r), Role::UseLate) => add(r, at(step, EARLY), at(step, LATE) + 1, Some(o.reg)),
                    _ => {}
                }
            }
            // What a block brings along, reading nothing, is in its register from the edge on.
            let landing = is_head && operands.iter().all(|o| o.role.is_def());
            let outputs = operands.iter().filter_map(|o| fixed_output(operands, o).map(|r| (r, o.role)));
            // Until the moves in the gap behind the step.
            let end = at(step + 1, GAP) + 1;
            for (r, role) in outputs.clone() {
                if landing || role == Role::DefEarly {
                    add(r, at(step, if landing { GAP } else { EARLY }), end, None);
                }
            }
            if !s.clobbers.is_empty() {
                calls += 1;
                if let Some(c) = self.clobbers.iter_mut().find(|c| c.set == s.clobbers) {
                    c.steps.push(step);
                } else if self.clobbers.len() < MOST_SETS {
                    self.clobbers.push(Clobbers { set: s.clobbers, steps: vec![step], next: 0 });
                } else {
                    s.clobbers.iter().for_each(|r| add(r, at(step, MID), at(step, MID) + 1, None));
                }
            }
            for (r, role) in outputs {
                if !landing && role == Role::Def {
                    add(r, at(step, LATE), end, None);
                }
            }
        }
        for (n, list) in self.claims.iter().enumerate() {
            if !list.is_empty() {
                written = written.with(PReg::from_index(n));
            }
            (self.next_start[n], self.next_end[n]) = list.first().map_or((Position::MAX, Position::MAX), |c| (c.start, c.end));
        }
        self.written_saved = RegSet(written.0 & callee_saved.0);
    }

    /// Positions before `p` will not be asked for again.
    pub fn advance(&mut self, r: PReg, p: Position) {
        let n = r.index() % PReg::COUNT;
        if self.next_end[n] > p {
            return;
        }
        let list = &self.claims[n];
        let next = &mut self.next[n];
        while list.get(*next).is_some_and(|c| c.end <= p) {
            *next += 1;
        }
        (self.next_start[n], self.next_end[n]) = list.get(*next).map_or((Position::MAX, Position::MAX), |c| (c.start, c.end));
    }

    /// Where the life of `s` first meets each set of clobbers, into `hits`; the life ends at `end`. References are clobbered by safepoints as by a set of all registers.
    pub fn clobber_hits(&mut self, s: Stretch, end: Position, is_ref: bool, lives: &Lives, hits: &mut Vec<(RegSet, Position)>) {
        hits.clear();
        let safepoints = is_ref.then_some(&mut self.safepoints);
        for c in self.clobbers.iter_mut().chain(safepoints) {
            while c.steps.get(c.next).is_some_and(|&step| at(step, MID) < s.start) {
                c.next += 1;
            }
            if c.steps.get(c.next).is_none_or(|&step| at(step, MID) >= end) {
                continue;
            }
            let p = first_hit(&c.steps[c.next..], s, lives);
            if p != Position::MAX {
                hits.push((c.set, p));
            }
        }
    }

    pub fn set_all(&mut self, all: RegSet) {
        self.safepoints.set = all;
    }

    /// Where the life of `s` first meets a claim on `r`; `MAX` for never.
    pub fn claim_hit(&self, r: PReg, s: Stretch, lives: &Lives) -> Position {
        let ranges = &lives.all_ranges()[s.range as usize..s.last_range as usize];
        let n = r.index() % PReg::COUNT;
        let mut list = &self.claims[n][self.next[n]..];
        let mut n = 0;
        while let Some((c, rest)) = list.split_first() {
            while ranges[n].end <= c.start {
                n += 1;
                if n == ranges.len() {
                    return Position::MAX;
                }
            }
            let start = ranges[n].start.max(s.start);
            if c.end <= start {
                list = &list[skip(list, |c| c.end <= start)..];
            } else if c.holds == Some(s.v) {
                list = rest;
            } else {
                return c.start.max(start);
            }
        }
        Position::MAX
    }

    /// The next claim on `r` by a step, or clobber: how long a short value could stay there.
    pub fn next_claim(&self, r: PReg) -> Position {
        self.next_start[r.index() % PReg::COUNT]
    }
}

fn first_hit(mut steps: &[u32], s: Stretch, lives: &Lives) -> Position {
    let ranges = &lives.all_ranges()[s.range as usize..s.last_range as usize];
    let mut n = 0;
    while let Some(&step) = steps.first() {
        let p = at(step, MID);
        while ranges[n].end <= p {
            n += 1;
            if n == ranges.len() {
                return Position::MAX;
            }
        }
        let start = ranges[n].start.max(s.start);
        if p >= start {
            return p;
        }
        steps = &steps[skip(steps, |&step| at(step, MID) < start)..];
    }
    Position::MAX
}

/// How many at the beginning of a list, sorted so, `f` holds for; the answer is usually small.
fn skip<T>(list: &[T], f: impl Fn(&T) -> bool) -> usize {
    let mut step = 1;
    while step < list.len() && f(&list[step]) {
        step *= 2;
    }
    let from = step / 2;
    from + list[from..].partition_point(f)
}

/// The register in which an output is written, if there is no choice.
pub fn fixed_output(operands: &[crate::mach::flow::Operand], o: &crate::mach::flow::Operand) -> Option<PReg> {
    match o.want {
        Want::Fixed(r) if o.role.is_def() => Some(r),
        Want::SameAs(with) => match operands[with as usize].want {
            Want::Fixed(r) => Some(r),
            _ => None,
        },
        _ => None,
    }
}
