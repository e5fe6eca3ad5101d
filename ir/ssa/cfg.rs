//! The control-flow graph of a function: predecessors, reachable blocks, postorder. A value computed from the function; stale
//! when a terminator changes.
//!
//! Only edges from reachable blocks are seen. An edge that several entries of a switch share is one edge.
use super::func::Func;
use super::op::{Block, Edge, Op};
use cranelift_entity::EntityRef;

#[derive(Clone, Debug, Default)]
pub struct Cfg {
    /// `edges[starts[b]..starts[b + 1]]` enter block `b`.
    starts: Vec<u32>,
    edges: Vec<Edge>,
    postorder: Vec<Block>,
    /// Position in reverse postorder by block; `UNREACHED` if there is none.
    number: Vec<u32>,
    /// Scratch: next successor to visit, by depth of the walk.
    stack: Vec<(Block, u32)>,
}

const UNREACHED: u32 = u32::MAX;

impl Cfg {
    pub fn new(f: &Func) -> Cfg {
        let mut cfg = Cfg::default();
        cfg.compute(f);
        cfg
    }
    /// Like `new`, in memory already held.
    pub fn compute(&mut self, f: &Func) {
        self.walk(f);
        let n = f.blocks.len();
        self.starts.clear();
        self.starts.resize(n + 1, 0);
        for &b in &self.postorder {
            f.for_each_distinct_successor(b, |e| self.starts[f.edges[e].to.index() + 1] += 1);
        }
        for b in 0..n {
            self.starts[b + 1] += self.starts[b];
        }
        self.edges.clear();
        self.edges.resize(self.starts[n] as usize, Edge::new(0));
        // In reverse postorder, so that predecessors are in that order too; `starts` is shifted by one block meanwhile.
        for &b in self.postorder.iter().rev() {
            f.for_each_distinct_successor(b, |e| {
                let at = &mut self.starts[f.edges[e].to.index()];
                self.edges[*at as usize] = e;
                *at += 1;
            });
        }
        self.starts.rotate_right(1);
        self.starts[0] = 0;
    }
    /// Edges that enter a block from reachable blocks, sources in reverse postorder.
    pub fn preds(&self, b: Block) -> &[Edge] {
        &self.edges[self.starts[b.index()] as usize..self.starts[b.index() + 1] as usize]
    }
    pub fn is_reachable(&self, b: Block) -> bool {
        self.number[b.index()] != UNREACHED
    }
    /// Reachable blocks, each after those that the walk reached through it.
    pub fn postorder(&self) -> &[Block] {
        &self.postorder
    }
    /// Position of a reachable block in reverse postorder; the entry's is 0.
    pub fn number(&self, b: Block) -> u32 {
        debug_assert!(self.is_reachable(b));
        self.number[b.index()]
    }
    /// Does an edge go back, or stay, in reverse postorder? In a reducible graph: does it close a loop?
    pub fn is_retreating(&self, f: &Func, e: Edge) -> bool {
        self.number(f.edges[e].to) <= self.number(f.edges[e].from)
    }

    /// Depth first with an explicit stack. Last successors first: their code comes last in wasm order, so that reverse postorder
    /// stays near it.
    fn walk(&mut self, f: &Func) {
        let Cfg { postorder, number, stack, .. } = self;
        postorder.clear();
        number.clear();
        number.resize(f.blocks.len(), UNREACHED);
        if f.layout.is_empty() {
            return;
        }
        number[f.entry().index()] = 0;
        stack.push((f.entry(), successor_count(f, f.entry())));
        while let Some((b, left)) = stack.last_mut() {
            let b = *b;
            if *left == 0 {
                postorder.push(b);
                stack.pop();
                continue;
            }
            *left -= 1;
            let to = f.edges[successor(f, b, *left)].to;
            if number[to.index()] == UNREACHED {
                number[to.index()] = 0;
                stack.push((to, successor_count(f, to)));
            }
        }
        for (n, b) in postorder.iter().rev().enumerate() {
            number[b.index()] = n as u32;
        }
    }
}

fn successor_count(f: &Func, b: Block) -> u32 {
    match f.ops[f.terminator(b)] {
        Op::Jump(_) => 1,
        Op::Branch(..) => 2,
        Op::Switch(_, s) => f.switches[s].edges.len() as u32 + 1,
        _ => 0,
    }
}

fn successor(f: &Func, b: Block, n: u32) -> Edge {
    match f.ops[f.terminator(b)] {
        Op::Jump(e) => e,
        Op::Branch(_, yes, no) => [yes, no][n as usize],
        Op::Switch(_, s) => f.switches[s].edges.get(n as usize).copied().unwrap_or(f.switches[s].default),
        ref other => unreachable!("no successor of {other:?}"),
    }
}
