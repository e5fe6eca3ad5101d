//! Moves on the way back of a loop are made before the branch that leads there, if that does no harm on the other way: then the block that was made
//! for them is empty, and the branch goes back by itself, where it would leave over a jump back.
use super::finish::Finish;
use crate::mach::flow::{Allocation, Block, Edit, Loc, RegSet};
use crate::regalloc::live::{GAP, at};

/// So many moves may be made in vain by whoever takes the other way.
const MOST_MOVES: usize = 6;

impl Finish<'_> {
    pub(super) fn hoist(&mut self, a: &mut Allocation) {
        let flow = self.flow;
        let mut rest = 0;
        let mut moved = false;
        for (b, block) in &flow.blocks {
            let step = block.steps.start;
            rest += a.edits[rest..].partition_point(|e| e.0 < step);
            if block.steps.len() != 1 || flow.succs(b).len() != 1 {
                continue;
            }
            let &[way_in] = flow.preds(b) else { continue };
            let from = flow.edges[way_in as usize].from;
            let &[yes, no] = flow.succs(from) else { continue };
            let other = flow.edges[if yes == way_in { no } else { yes } as usize].to;
            let count = a.edits[rest..].iter().take_while(|e| e.0 == step).count();
            if count == 0 || count > MOST_MOVES || self.costs.frequency(b) <= self.costs.frequency(other) {
                continue;
            }
            let edits = rest..rest + count;
            if let Some(written) = written(&a.edits[edits.clone()])
                && self.is_free_to_write(written, from, other, a)
            {
                let branch = flow.blocks[from].steps.end - 1;
                a.edits[edits].iter_mut().for_each(|e| e.0 = branch);
                moved = true;
                rest += count;
            }
        }
        if moved {
            a.edits.sort_by_key(|e| e.0);
        }
    }

    /// May the branch at the end of `from` come behind writes to these registers, though `other` is where it goes?
    fn is_free_to_write(&self, written: RegSet, from: Block, other: Block, a: &Allocation) -> bool {
        let flow = self.flow;
        let branch = &flow.steps[flow.blocks[from].steps.end as usize - 1];
        let reads = &a.locs[branch.operands.start as usize..branch.operands.end as usize];
        let head = at(flow.blocks[other].steps.start, GAP);
        branch.clobbers.is_empty()
            && !reads.iter().any(|l| matches!(l, Loc::Reg(r) if written.has(*r)))
            && !self.at_end(from).iter().any(|&(r, v)| written.has(r) && self.is_live(v, head))
    }
}

/// The registers that these write, if that is all they do.
fn written(edits: &[(u32, Edit)]) -> Option<RegSet> {
    let mut set = RegSet::EMPTY;
    for (_, edit) in edits {
        match *edit {
            Edit::Move { to: Loc::Reg(r), .. } | Edit::Remat { to: r, .. } => set = set.with(r),
            Edit::Move { to: Loc::Slot(_), .. } => return None,
        }
    }
    Some(set)
}
