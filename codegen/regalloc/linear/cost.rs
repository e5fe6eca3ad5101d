//! How often blocks run, as far as can be guessed from their shape, and what a value's reads weigh: sums, so that the weight of any stretch is a difference.
//!
//! The guess: a branch goes every way equally often, but seldom to a cold block and seldom out of a loop; a loop turns `TURNS` times. A block that is not
//! cold runs at least `SELDOM` times for each turn of the loop around it: behind ten checks that leave the function nothing would be left otherwise, nor
//! for any of an interpreter's hundred cases.
use crate::mach::flow::{Block, Flow, VReg};
use crate::mach::loops::Loops;
use crate::regalloc::live::{Lives, Need};
use cranelift_entity::EntityRef;

pub const TURNS: f32 = 8.0;
const COLD: f32 = 1.0 / 64.0;
const SELDOM: f32 = 0.25;
/// Eight loops deep is deep enough: sums of frequencies must not lose the small ones.
const MOST: f32 = 2e7;

/// What reading from memory costs, compared with a load of its own.
const FROM_SLOT: f32 = 0.6;

#[derive(Debug, Default)]
pub struct Costs {
    /// By block; the entry runs once.
    frequency: Vec<f32>,
    /// By block: the innermost loop from which it can go on to the next turn. Blocks in the range of a loop that leave it do not count.
    inside: Vec<Option<u32>>,
    /// By read: the weight of this and all earlier reads of the value.
    all: Vec<f64>,
    /// The same, of those reads that would need a reload if the value survived no call.
    after_calls: Vec<f64>,
}

impl Costs {
    pub fn build(&mut self, flow: &Flow, loops: &Loops) {
        self.inside.clear();
        self.inside.resize(flow.blocks.len(), None);
        for b in flow.blocks.keys().rev() {
            let mut best: Option<u32> = None;
            for &e in flow.succs(b) {
                let to = flow.edges[e as usize].to;
                let mut inside = if to <= b { loops.innermost(to) } else { self.inside[to.index()] };
                while let Some(n) = inside
                    && !loops.all[n as usize].has(b)
                {
                    inside = loops.all[n as usize].parent;
                }
                // Loops that contain the same block are nested; inner ones have higher numbers.
                best = best.max(inside);
            }
            self.inside[b.index()] = best;
        }
        self.frequency.clear();
        self.frequency.resize(flow.blocks.len(), 0.0);
        self.frequency[0] = 1.0;
        for (b, block) in &flow.blocks {
            let mut f = self.frequency[b.index()];
            let around = match self.inside[b.index()] {
                Some(n) if loops.all[n as usize].header == b => {
                    f = (f * TURNS).min(MOST);
                    f
                }
                Some(n) => self.frequency[loops.all[n as usize].header.index()],
                None => 1.0,
            };
            f = f.min(around);
            if !block.cold {
                f = f.max(around * SELDOM);
            }
            self.frequency[b.index()] = f;
            let share = |e: u32| {
                let to = flow.edges[e as usize].to;
                let leaves = self.inside[b.index()].is_some_and(|n| {
                    let mut inside = self.inside[to.index()];
                    while let Some(m) = inside
                        && m > n
                    {
                        inside = loops.all[m as usize].parent;
                    }
                    inside != Some(n)
                });
                let cold = flow.blocks[to].cold && !block.cold;
                (if leaves { 1.0 / TURNS } else { 1.0 }) * (if cold { COLD } else { 1.0 })
            };
            let total: f32 = flow.succs(b).iter().map(|&e| share(e)).sum();
            for &e in flow.succs(b) {
                let to = flow.edges[e as usize].to;
                if to > b {
                    let part = f * share(e) / total;
                    self.frequency[to.index()] += part;
                }
            }
        }
    }

    /// `calls` is by step: how many steps before it clobber registers.
    pub fn weigh(&mut self, flow: &Flow, loops: &Loops, lives: &Lives, calls: &[u32]) {
        self.all.clear();
        self.after_calls.clear();
        for v in flow.vregs.keys() {
            let (mut all, mut after) = (0.0, 0.0);
            let (home, born) = lives.born(v);
            let mut last = (home, if born == u32::MAX { 0 } else { calls[born as usize / 4 + usize::from(born % 4 == 3)] });
            for r in lives.reads(v) {
                let b = lives.block_of(r.step);
                let w = f64::from(self.frequency[b.index()] * weight(r.need));
                all += w;
                let passed = calls[r.step as usize];
                let wraps = || {
                    let in_loop = |n: u32| {
                        let l = loops.all[n as usize];
                        let steps = flow.blocks[l.header].steps.start..flow.blocks[l.last].steps.end - 1;
                        !l.has(last.0) && calls[steps.end as usize] > calls[steps.start as usize]
                    };
                    loops.innermost(b).is_some_and(in_loop)
                };
                if passed > last.1 || wraps() {
                    after += w;
                }
                last = (b, passed);
                self.all.push(all);
                self.after_calls.push(after);
            }
        }
    }

    pub fn frequency(&self, b: Block) -> f32 {
        self.frequency[b.index()]
    }

    /// Weight of the reads of `v` that are the `from`th up to, but without, the `to`th.
    pub fn reads(&self, lives: &Lives, v: VReg, from: usize, to: usize) -> f32 {
        difference(&self.all, lives.first_read(v) as usize, from, to)
    }

    /// The same, of reads after calls.
    pub fn reads_after_calls(&self, lives: &Lives, v: VReg, from: usize, to: usize) -> f32 {
        difference(&self.after_calls, lives.first_read(v) as usize, from, to)
    }
}

fn difference(sums: &[f64], first: usize, from: usize, to: usize) -> f32 {
    if from >= to {
        return 0.0;
    }
    let before = if from == 0 { 0.0 } else { sums[first + from - 1] };
    (sums[first + to - 1] - before) as f32
}

/// What a read costs if the value is in memory, for each time it runs.
pub fn weight(need: Need) -> f32 {
    match need {
        Need::Reg => 1.0,
        // The move would be there anyway, or not.
        Need::Any | Need::ToFixed | Need::ToSame | Need::ToParam => FROM_SLOT,
        Need::AlsoSame => 0.0,
    }
}
