//! Where each value is at each step, as an allocation has it: what a picture of live ranges and spills is drawn from.
//!
//! An allocation says where operands are and what moves between. Where a value is in between follows by walking the steps once, in the order of the
//! text, with the values that each place holds: allocators think in that order too. Where a block is entered from elsewhere a place may hold another
//! value than at the end of the block above: the first read tells, and the value is taken to be there since the block behind the last write to
//! the place. Values that nobody reads any more are left out, by their live ranges. So every read is where the picture has the value; before it,
//! after a jump, the picture may be a block early or late. It is for people; the judge of allocations is `regalloc/check.rs`.
use crate::mach::flow::{Allocation, Edit, Flow, Loc, PReg, VReg};
use crate::mach::loops::Loops;
use crate::regalloc::live::{GAP, Lives, at};
use cranelift_entity::{EntityRef, SecondaryMap};
use serde::Serialize;
use smallvec::SmallVec;
use std::collections::HashMap;

/// A value in one place, from a step to a step, inclusive.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Stretch {
    pub value: u32,
    /// A register's index, or 32 more than a slot's.
    pub place: u32,
    pub from: u32,
    pub to: u32,
}

fn place(l: Loc) -> u32 {
    match l {
        Loc::Reg(r) => r.index() as u32,
        Loc::Slot(s) => (PReg::COUNT + s.index()) as u32,
    }
}

/// In order of value, then of step.
pub fn stretches(flow: &Flow, allocation: &Allocation) -> Vec<Stretch> {
    let mut loops = Loops::default();
    loops.build(flow);
    let mut lives = Lives::default();
    lives.build(flow, &loops, |_| true);
    let holds = vec![Held::new(); PReg::COUNT + allocation.slots.len()];
    let free_since = vec![0; holds.len()];
    let mut walk = Walk { lives: &lives, holds, free_since, places: SecondaryMap::new(), out: HashMap::new() };
    let mut edit = 0;
    for (b, data) in &flow.blocks {
        for &e in flow.preds(b).iter().filter(|e| flow.edges[**e as usize].from.index() + 1 == b.index()) {
            for (&param, &arg) in flow.params(b).iter().zip(flow.args(e)) {
                for p in walk.places_of(arg) {
                    walk.put(param, p, data.steps.start);
                }
            }
        }
        for step in data.steps.clone() {
            while let Some((_, e)) = allocation.edits.get(edit).filter(|e| e.0 == step) {
                match *e {
                    Edit::Move { from, to, .. } => {
                        let values: Vec<VReg> = walk.holds[place(from) as usize].iter().map(|h| h.0).collect();
                        walk.set(place(to), &values, step, data.steps.end);
                    }
                    Edit::Remat { value, to } => walk.set(place(Loc::Reg(to)), &[value], step, data.steps.end),
                }
                edit += 1;
            }
            let range = flow.steps[step as usize].operands.clone();
            for (n, o) in range.clone().zip(flow.operands(step)).filter(|(_, o)| !o.role.is_def()) {
                walk.reads(o.reg, place(allocation.locs[n as usize]), step);
            }
            for r in flow.steps[step as usize].clobbers.iter() {
                walk.set(place(Loc::Reg(r)), &[], step, data.steps.end);
            }
            for (n, o) in range.zip(flow.operands(step)).filter(|(_, o)| o.role.is_def()) {
                walk.set(place(allocation.locs[n as usize]), &[o.reg], step, data.steps.end);
            }
        }
    }
    walk.finish(flow.steps.len() as u32)
}

/// Values, and the step since when.
type Held = SmallVec<[(VReg, u32); 1]>;

struct Walk<'a> {
    lives: &'a Lives,
    /// By place.
    holds: Vec<Held>,
    /// By place: the end of the block that last wrote it.
    free_since: Vec<u32>,
    /// Places that a value was put in; it may be gone from some.
    places: SecondaryMap<VReg, SmallVec<[u32; 2]>>,
    /// By value and place.
    out: HashMap<(u32, u32), Vec<(u32, u32)>>,
}

impl Walk<'_> {
    fn places_of(&self, v: VReg) -> Vec<u32> {
        self.places[v].iter().copied().filter(|p| self.holds[*p as usize].iter().any(|h| h.0 == v)).collect()
    }

    /// A value is in a place too.
    fn put(&mut self, v: VReg, place: u32, from: u32) {
        if self.holds[place as usize].iter().any(|h| h.0 == v) {
            return;
        }
        self.holds[place as usize].push((v, from));
        if !self.places[v].contains(&place) {
            self.places[v].push(place);
        }
    }

    fn reads(&mut self, v: VReg, place: u32, step: u32) {
        // If it is written in this very block, edits of the block have brought it.
        self.put(v, place, self.free_since[place as usize].min(step));
        // The step may overwrite what it reads.
        self.out.entry((v.as_u32(), place)).or_default().push((step, step + 1));
    }

    /// From `step` on a place holds these and no others. `block_end`: of the block of the step.
    fn set(&mut self, place: u32, values: &[VReg], step: u32, block_end: u32) {
        self.close(place, step);
        self.free_since[place as usize] = block_end;
        for &v in values {
            self.put(v, place, step);
        }
    }

    /// What a place holds ends before `step`.
    fn close(&mut self, place: u32, step: u32) {
        for (v, from) in std::mem::take(&mut self.holds[place as usize]) {
            let ranges = self.lives.ranges(v);
            let first = ranges.partition_point(|r| r.end <= at(from, GAP));
            // A range is of positions, four a step; it ends before `end`.
            for range in ranges[first..].iter().take_while(|r| r.start / 4 < step) {
                let (first, end) = (from.max(range.start / 4), step.min((range.end - 1) / 4 + 1));
                if first < end {
                    self.out.entry((v.as_u32(), place)).or_default().push((first, end));
                }
            }
        }
    }

    fn finish(mut self, steps: u32) -> Vec<Stretch> {
        (0..self.holds.len() as u32).for_each(|p| self.close(p, steps));
        let mut all = Vec::new();
        for ((value, place), mut parts) in self.out {
            parts.sort_unstable();
            // Parts that touch are one.
            parts.dedup_by(|next, part| {
                part.1 >= next.0 && {
                    part.1 = part.1.max(next.1);
                    true
                }
            });
            all.extend(parts.into_iter().map(|(from, end)| Stretch { value, place, from, to: end - 1 }));
        }
        all.sort_unstable_by_key(|s| (s.value, s.from, s.place));
        all
    }
}
