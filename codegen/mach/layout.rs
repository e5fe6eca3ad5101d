//! The order in which blocks are emitted: flow order, cold blocks behind the others, blocks that only jump left out.
use super::code::{Code, Target};
use super::flow::{Allocation, Block};
use cranelift_entity::{EntityRef, EntitySet, SecondaryMap};

#[derive(Clone, Debug)]
pub struct Layout {
    pub order: Vec<Block>,
    /// Where a jump to a block really goes, past blocks that only jump on.
    pub goal: SecondaryMap<Block, Option<Block>>,
    /// Blocks that start a loop worth aligning: warm, small, with no loop inside.
    hot_loops: EntitySet<Block>,
}

impl Layout {
    pub fn goal(&self, b: Block) -> Block {
        self.goal[b].unwrap_or(b)
    }
    pub fn is_hot_loop(&self, b: Block) -> bool {
        self.hot_loops.contains(b)
    }
}

pub fn layout<T: Target>(code: &Code<T>, allocation: &Allocation) -> Layout {
    let flow = &code.flow;
    let has_edit = |step: u32| {
        let at = allocation.edits.partition_point(|(s, _)| *s < step);
        allocation.edits.get(at).is_some_and(|(s, _)| *s == step)
    };
    // Next block of a block that does nothing but jump. A block that jumps to itself stays: it is an endless loop.
    let next = |b: Block| {
        let data = &flow.blocks[b];
        let only = data.steps.len() == 1 && T::is_jump(&code.ops[data.steps.start as usize]) && !has_edit(data.steps.start);
        if !only || b.index() == 0 {
            return None;
        }
        Some(flow.edges[flow.succs(b)[0] as usize].to).filter(|to| *to != b)
    };
    let mut goal: SecondaryMap<Block, Option<Block>> = SecondaryMap::new();
    goal.resize(flow.blocks.len());
    // Backward, so that a chain of forward jumps is one step each; a jump back ends the chain.
    for i in (0..flow.blocks.len()).rev() {
        let b = Block::new(i);
        goal[b] = match next(b) {
            Some(to) if to.index() > i => Some(goal[to].unwrap_or(to)),
            // Two blocks that only jump to each other are an endless loop, of which this one stays.
            Some(to) if next(to).is_some() => None,
            other => other,
        };
    }
    let kept = || flow.blocks.keys().filter(|b| goal[*b].is_none());
    let warm = kept().filter(|b| b.index() == 0 || !flow.blocks[*b].cold);
    let cold = kept().filter(|b| b.index() != 0 && flow.blocks[*b].cold);
    let order = warm.chain(cold).collect();
    Layout { order, goal, hot_loops: hot_loops(code) }
}

/// Steps in a loop beyond which the place of its head matters little.
const SMALL_LOOP: u32 = 64;

fn hot_loops<T: Target>(code: &Code<T>) -> EntitySet<Block> {
    let flow = &code.flow;
    let mut found = EntitySet::new();
    let mut last_head = None;
    // Heads in order; a loop with another head inside it is not innermost.
    for (b, data) in &flow.blocks {
        for &e in flow.succs(b) {
            let head = flow.edges[e as usize].to;
            if head > b {
                continue;
            }
            let steps = data.steps.end - flow.blocks[head].steps.start;
            if steps <= SMALL_LOOP && !flow.blocks[head].cold && last_head.is_none_or(|inner| inner <= head) {
                found.insert(head);
            }
            last_head = last_head.max(Some(head));
        }
    }
    found
}
