//! The dominator tree. A value computed from the function; stale when a terminator changes.
//!
//! In a reducible graph, what comes before a block in reverse postorder settles its dominator: one pass, in which the nearest
//! common ancestor of the predecessors is found by jump pointers (Myers, "An applicative random-access stack", 1983), so the
//! whole is O(edges * log blocks) whatever the shape; a plain walk up the tree is quadratic for a long chain of `br_if`s to one
//! label. Wasm is reducible. Should a text or a pass make it otherwise, the iteration of Cooper, Harvey and Kennedy ("A simple,
//! fast dominance algorithm", 2001) goes on from that first pass to its fixed point.
use super::cfg::Cfg;
use super::func::Func;
use super::op::Block;
use cranelift_entity::EntityRef;

#[derive(Clone, Debug, Default)]
pub struct Dom {
    /// By position in reverse postorder; the entry is its own.
    idom: Vec<u32>,
    /// Depth in the tree, and an ancestor that is far enough to climb in logarithmic time; by position.
    depth: Vec<u32>,
    jump: Vec<u32>,
    /// Preorder number of each block and the end of its subtree's numbers, by block; empty range if unreachable.
    ranges: Vec<(u32, u32)>,
    /// Reachable blocks in preorder.
    preorder: Vec<Block>,
    /// Is some loop entered past its header?
    irreducible: bool,
    /// Scratch: subtree sizes, then next free numbers, by position.
    next: Vec<u32>,
}

impl Dom {
    pub fn new(f: &Func, cfg: &Cfg) -> Dom {
        let mut dom = Dom::default();
        dom.compute(f, cfg);
        dom
    }
    /// Like `new`, in memory already held.
    pub fn compute(&mut self, f: &Func, cfg: &Cfg) {
        self.first_pass(f, cfg);
        self.number(f, cfg);
        self.irreducible = cfg.postorder().iter().any(|&b| {
            let mut entries = cfg.preds(b).iter().filter(|e| cfg.is_retreating(f, **e));
            entries.any(|e| !self.dominates(b, f.edges[*e].from))
        });
        if self.irreducible {
            self.iterate(f, cfg);
            self.number(f, cfg);
        }
    }
    /// Does every path from the entry to `b` pass `a`? Each block dominates itself. False if either is unreachable.
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        let (start, end) = self.ranges[a.index()];
        let (at, after) = self.ranges[b.index()];
        at < after && start <= at && at < end
    }
    /// The nearest other block that dominates `b`; None for the entry and unreachable blocks.
    pub fn idom(&self, cfg: &Cfg, b: Block) -> Option<Block> {
        if !cfg.is_reachable(b) || cfg.number(b) == 0 {
            return None;
        }
        Some(at(cfg, self.idom[cfg.number(b) as usize]))
    }
    /// Reachable blocks, parents before children and children in reverse postorder. So every block also comes after all its
    /// predecessors but those that close loops: a walk in this order sees what dominates a block nested, and what flows into
    /// it finished.
    pub fn preorder(&self) -> &[Block] {
        &self.preorder
    }
    /// Where in `preorder` a reachable block stands, and where its subtree ends.
    pub fn subtree(&self, b: Block) -> (u32, u32) {
        self.ranges[b.index()]
    }
    /// Is some loop entered past its header? Never so in translated wasm.
    pub fn is_irreducible(&self) -> bool {
        self.irreducible
    }

    fn first_pass(&mut self, f: &Func, cfg: &Cfg) {
        let Dom { idom, depth, jump, .. } = self;
        idom.clear();
        depth.clear();
        jump.clear();
        for (n, &b) in cfg.postorder().iter().rev().enumerate() {
            if n == 0 {
                (idom.push(0), depth.push(0), jump.push(0));
                continue;
            }
            let sources = cfg.preds(b).iter().map(|e| cfg.number(f.edges[*e].from)).filter(|p| *p < n as u32);
            let parent = sources.reduce(|a, b| common_ancestor(depth, idom, jump, a, b));
            let parent = parent.expect("the walk reached the block through an earlier one");
            // Two jumps of the parent as one if they are of one length, else one step.
            let far = jump[parent as usize];
            let farther = jump[far as usize];
            let length = |from: u32, to: u32| depth[from as usize] - depth[to as usize];
            jump.push(if length(parent, far) == length(far, farther) { farther } else { parent });
            depth.push(depth[parent as usize] + 1);
            idom.push(parent);
        }
    }
    fn iterate(&mut self, f: &Func, cfg: &Cfg) {
        let idom = &mut self.idom;
        let mut changed = true;
        while changed {
            changed = false;
            for (n, &b) in cfg.postorder().iter().rev().enumerate().skip(1) {
                let sources = cfg.preds(b).iter().map(|e| cfg.number(f.edges[*e].from));
                let parent = sources.reduce(|mut a, mut b| {
                    while a != b {
                        while a > b {
                            a = idom[a as usize];
                        }
                        while b > a {
                            b = idom[b as usize];
                        }
                    }
                    a
                });
                let parent = parent.unwrap_or(0);
                changed |= idom[n] != parent;
                idom[n] = parent;
            }
        }
    }
    /// Preorder numbers without a walk: subtree sizes from the leaves up, then each child takes its parent's next free numbers.
    fn number(&mut self, f: &Func, cfg: &Cfg) {
        let Dom { idom, ranges, preorder, next, .. } = self;
        let n = idom.len();
        next.clear();
        next.resize(n, 1);
        for b in (1..n).rev() {
            next[idom[b] as usize] += next[b];
        }
        ranges.clear();
        ranges.resize(f.blocks.len(), (0, 0));
        preorder.clear();
        preorder.resize(n, Block::new(0));
        for b in 0..n {
            let size = next[b];
            let start = if b == 0 { 0 } else { next[idom[b] as usize] };
            if b != 0 {
                next[idom[b] as usize] += size;
            }
            next[b] = start + 1;
            let block = at(cfg, b as u32);
            ranges[block.index()] = (start, start + size);
            preorder[start as usize] = block;
        }
    }
}

fn at(cfg: &Cfg, number: u32) -> Block {
    cfg.postorder()[cfg.postorder().len() - 1 - number as usize]
}

fn common_ancestor(depth: &[u32], idom: &[u32], jump: &[u32], a: u32, b: u32) -> u32 {
    let (mut a, mut b) = (a as usize, b as usize);
    if depth[a] < depth[b] {
        std::mem::swap(&mut a, &mut b);
    }
    while depth[a] > depth[b] {
        let far = jump[a] as usize;
        a = if depth[far] >= depth[b] { far } else { idom[a] as usize };
    }
    // At one depth the jumps of two nodes are equally long.
    while a != b {
        let same = jump[a] == jump[b];
        let up = if same { idom } else { jump };
        (a, b) = (up[a] as usize, up[b] as usize);
    }
    a as u32
}
