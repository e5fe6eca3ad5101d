//! Immediate dominators of a flow's blocks, in one pass: the graph is reducible and in reverse post-order, so that edges back cannot change what the
//! others have found (Cooper, Harvey and Kennedy, "A simple, fast dominance algorithm", 2001, iterate because they allow other graphs).
use super::flow::{Block, Flow};
use cranelift_entity::EntityRef;

#[derive(Debug, Default)]
pub struct Dominators {
    parent: Vec<Block>,
}

impl Dominators {
    pub fn build(&mut self, flow: &Flow) {
        self.parent.clear();
        self.parent.push(Block::new(0));
        for b in flow.blocks.keys().skip(1) {
            let mut found = None;
            for &e in flow.preds(b) {
                let p = flow.edges[e as usize].from;
                if p < b {
                    found = Some(found.map_or(p, |q| self.common(p, q)));
                }
            }
            self.parent.push(found.unwrap_or(Block::new(0)));
        }
    }

    /// The immediate dominator; the entry's is itself.
    pub fn parent(&self, b: Block) -> Block {
        self.parent[b.index()]
    }

    /// The nearest block that dominates both. Takes as many turns as there are dominators in between.
    pub fn common(&self, mut p: Block, mut q: Block) -> Block {
        while p != q {
            if p > q {
                p = self.parent(p);
            } else {
                q = self.parent(q);
            }
        }
        p
    }
}
