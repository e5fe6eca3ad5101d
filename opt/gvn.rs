//! Global value numbering and rewriting in one copying walk.
//!
//! The dominator tree in preorder (which is also a topological order): every op's operands are final when it comes, it is
//! rewritten and either found among the ops that dominate it or copied (`writer`). Branches on what is known become jumps,
//! and what then cannot be reached is dropped; a parameter whose arguments are all one value, over the edges that are left,
//! is that value. Nothing moves: an op stays in its block and in its order, or goes.
//! Memory is known along extended basic blocks only: into a block with one edge, from the block before.
//!
//! Precondition: a valid function. So edges back lead to what dominates them, and what no edge forward reaches is not reached.
use crate::fold::{condition, decided};
use crate::memory::Saved;
use crate::writer::{Outcome, Truth, Writer};
use crate::{Context, Settings};
use cranelift_entity::EntityRef;
use samite_ir::ssa::cfg::Cfg;
use samite_ir::ssa::dom::Dom;
use samite_ir::ssa::{Block, Edge, Func, Op, Value};

pub fn run(f: &mut Func, settings: &Settings<'_>, context: &mut Context) {
    let Context { cfg, dom, state, map, edge_live, block_live, ranges, body, .. } = context;
    cfg.compute(f);
    dom.compute(f, cfg);
    map.clear();
    map.extend(f.ops.keys());
    edge_live.clear();
    edge_live.resize(f.edges.len(), false);
    block_live.clear();
    block_live.resize(f.blocks.len(), false);
    ranges.clear();
    ranges.resize(f.blocks.len(), 0..0);

    let writer = Writer::new(f, settings, state, body);
    let mut walk = Walk { w: writer, cfg, dom, map, edge_live, block_live, scopes: Vec::new(), ended: None };
    for &b in dom.preorder() {
        let start = walk.w.body.len() as u32;
        walk.block(b);
        ranges[b.index()] = start..walk.w.body.len() as u32;
    }
    walk.leave(u32::MAX);

    // From the order of the walk to that of the text.
    f.layout.retain(|b| block_live[b.index()]);
    f.body.clear();
    for &b in &f.layout {
        let r = &ranges[b.index()];
        let start = f.body.len() as u32;
        f.body.extend_from_slice(&body[r.start as usize..r.end as usize]);
        f.blocks[b].body = start..f.body.len() as u32;
    }
}

struct Walk<'a> {
    w: Writer<'a>,
    cfg: &'a Cfg,
    dom: &'a Dom,
    /// What stands for an op of the old body.
    map: &'a mut Vec<Value>,
    edge_live: &'a mut [bool],
    block_live: &'a mut [bool],
    /// Blocks on the way from the root, with the preorder number behind their subtree, and facts kept for later children.
    scopes: Vec<(Block, u32, Option<Saved>)>,
    /// The block whose end the facts of memory are of.
    ended: Option<Block>,
}

impl Walk<'_> {
    fn block(&mut self, b: Block) {
        self.leave(self.dom.subtree(b).0);
        self.scopes.push((b, self.dom.subtree(b).1, None));
        self.w.open_scope();
        if !self.enter(b) {
            return;
        }
        self.block_live[b.index()] = true;
        let body = self.w.f.blocks[b].body.clone();
        for at in body {
            let v = self.w.f.body[at as usize];
            if !self.op(v) {
                break;
            }
        }
        self.keep_facts(b);
    }

    /// Forgets what is known only in blocks whose subtree ends before this preorder number.
    fn leave(&mut self, number: u32) {
        while let Some(&(_, end, saved)) = self.scopes.last()
            && end <= number
        {
            self.scopes.pop();
            self.w.close_scope();
            if let Some(saved) = saved {
                self.w.state.facts.drop_saved(saved);
            }
        }
    }

    /// What is known at the start of a block. False if the block cannot be reached.
    fn enter(&mut self, b: Block) -> bool {
        let Walk { cfg, dom, .. } = *self;
        if self.cfg.number(b) == 0 {
            return true;
        }
        let idom = dom.idom(cfg, b).expect("not the entry");
        if !self.block_live[idom.index()] {
            return false;
        }
        let mut forward = 0;
        let mut backward = false;
        let mut only = None;
        for &e in cfg.preds(b) {
            if cfg.is_retreating(self.w.f, e) {
                backward = true;
            } else if self.edge_live[e.index()] {
                forward += 1;
                only = Some(e);
            }
        }
        let Some(first) = only else {
            return false;
        };
        self.params(b, first);
        if forward == 1 && !backward && self.w.f.edges[first].from == idom {
            self.from_dominator(idom, first);
        } else {
            self.w.state.facts.clear();
        }
        true
    }

    /// Parameters that every live edge gives one value are that value.
    fn params(&mut self, b: Block, first: Edge) {
        let cfg = self.cfg;
        let f = &*self.w.f;
        for (n, &p) in f.params(b).iter().enumerate() {
            let value = f.args(first)[n];
            let same = |e: &Edge| {
                let arg = f.args(*e)[n];
                if cfg.is_retreating(f, *e) { arg == p } else { !self.edge_live[e.index()] || arg == value }
            };
            // Arguments of finished blocks are final already; those of edges back are not.
            if cfg.preds(b).iter().all(same) {
                self.map[p.index()] = value;
            }
        }
    }

    /// One edge leads here, from the dominator: what its end knows holds, and which way its branch went.
    fn from_dominator(&mut self, idom: Block, e: Edge) {
        if self.ended != Some(idom) {
            let kept = self.scopes.iter().rev().find(|s| s.0 == idom).and_then(|s| s.2);
            match kept {
                Some(saved) => self.w.state.facts.restore(saved),
                None => self.w.state.facts.clear(),
            }
        }
        if let Op::Branch(c, yes, _) = self.w.op(self.w.f.terminator(idom)) {
            self.w.learn(c, if e == yes { Truth::NotZero } else { Truth::Zero });
        }
    }

    /// Facts of a block's end are kept if another block than the next starts with them.
    fn keep_facts(&mut self, b: Block) {
        self.ended = Some(b);
        let f = &*self.w.f;
        let next = self.dom.preorder().get(self.dom.subtree(b).0 as usize + 1).copied();
        let mut needed = false;
        f.for_each_successor(b, |e| {
            let to = f.edges[e].to;
            needed |= self.edge_live[e.index()] && Some(to) != next && self.cfg.preds(to).len() == 1;
        });
        if needed {
            self.scopes.last_mut().expect("the block's own scope").2 = Some(self.w.state.facts.save());
        }
    }

    /// Copies one op. False if nothing behind it runs.
    fn op(&mut self, v: Value) -> bool {
        let map = &*self.map;
        self.w.f.map_operands(v, |a| map.get(a.index()).copied().unwrap_or(a));
        self.w.offset = self.w.f.offsets[v];
        let op = self.w.op(v);
        if op.is_terminator() {
            self.terminator(v);
            return false;
        }
        if matches!(op, Op::Result(..)) {
            self.w.append(op, Some(v));
            return true;
        }
        match self.w.write(op, Some(v)) {
            Outcome::Value(same) => self.map[v.index()] = same,
            Outcome::Nothing => {}
            Outcome::Trap(trap) => {
                self.w.append(Op::Unreachable(trap), None);
                return false;
            }
        }
        true
    }

    fn terminator(&mut self, v: Value) {
        let mut op = self.w.op(v);
        while let Some(simpler) = self.simplify_terminator(op) {
            op = simpler;
        }
        self.w.append(op, Some(v));
        let edge_live = &mut *self.edge_live;
        match op {
            Op::Jump(e) => edge_live[e.index()] = true,
            Op::Branch(_, yes, no) => {
                edge_live[yes.index()] = true;
                edge_live[no.index()] = true;
            }
            Op::Switch(_, s) => {
                let table = &self.w.f.switches[s];
                table.edges.iter().chain([&table.default]).for_each(|e| edge_live[e.index()] = true);
            }
            _ => {}
        }
    }

    fn simplify_terminator(&self, op: Op) -> Option<Op> {
        let f = &*self.w.f;
        match op {
            Op::Branch(c, yes, no) => match decided(&self.w, c) {
                Some(Truth::NotZero) => Some(Op::Jump(yes)),
                Some(Truth::Zero) => Some(Op::Jump(no)),
                None if f.edges[yes].to == f.edges[no].to && f.args(yes) == f.args(no) => Some(Op::Jump(yes)),
                None => match condition(&self.w, c)? {
                    (x, Truth::NotZero) => Some(Op::Branch(x, yes, no)),
                    (x, Truth::Zero) => Some(Op::Branch(x, no, yes)),
                },
            },
            Op::Switch(i, s) => {
                let i = self.w.constant_of(i)?;
                let table = &f.switches[s];
                Some(Op::Jump(table.edges.get(i as usize).copied().unwrap_or(table.default)))
            }
            _ => None,
        }
    }
}
