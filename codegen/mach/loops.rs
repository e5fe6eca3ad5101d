//! The loops of a flow, found from its back edges. Blocks stand in reverse post-order with loops contiguous, so a loop is a range of blocks: from its
//! header, the target of the back edges, to the last source of one. Blocks that leave the loop for good may stand inside the range and count as part of it.
use super::flow::{Block, Flow};
use cranelift_entity::EntityRef;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loop {
    pub header: Block,
    /// The last block, inclusive.
    pub last: Block,
    /// The loop around it.
    pub parent: Option<u32>,
    /// 1 for an outermost loop.
    pub depth: u32,
}

impl Loop {
    pub fn has(&self, b: Block) -> bool {
        self.header <= b && b <= self.last
    }
}

/// Nests deeper than this are looked at in parts: a walk outwards for each of many values must not take long.
const MOST_AROUND: usize = 12;

#[derive(Debug, Default)]
pub struct Loops {
    /// In order of headers.
    pub all: Vec<Loop>,
    innermost: Vec<Option<u32>>,
    stack: Vec<u32>,
}

impl Loops {
    pub fn build(&mut self, flow: &Flow) {
        self.all.clear();
        self.innermost.clear();
        self.stack.clear();
        for b in flow.blocks.keys() {
            while let Some(&top) = self.stack.last()
                && self.all[top as usize].last < b
            {
                self.stack.pop();
            }
            let from = |&e: &u32| flow.edges[e as usize].from;
            if let Some(last) = flow.preds(b).iter().map(from).filter(|&f| f >= b).max() {
                let n = self.all.len() as u32;
                let parent = self.stack.last().copied();
                self.all.push(Loop { header: b, last, parent, depth: self.stack.len() as u32 + 1 });
                // Outer loops end no earlier than inner ones: the first that reaches far enough ends the walk.
                for &outer in self.stack.iter().rev() {
                    let outer = &mut self.all[outer as usize];
                    if outer.last >= last {
                        break;
                    }
                    outer.last = last;
                }
                self.stack.push(n);
            }
            self.innermost.push(self.stack.last().copied());
        }
    }

    /// The innermost loop that contains `b`.
    pub fn innermost(&self, b: Block) -> Option<u32> {
        self.innermost[b.index()]
    }

    /// The loops that contain `b`, from the innermost outwards, at most `MOST_AROUND` of them.
    pub fn around(&self, b: Block) -> impl Iterator<Item = u32> {
        std::iter::successors(self.innermost(b), |&n| self.all[n as usize].parent).take(MOST_AROUND)
    }

    /// The outermost of them that does not contain `other`.
    pub fn outermost_without(&self, b: Block, other: Block) -> Option<Loop> {
        self.around(b).map(|n| self.all[n as usize]).take_while(|l| !l.has(other)).last()
    }
}
