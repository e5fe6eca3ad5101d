//! The loop tree: natural loops, one a header, nested. A value computed from the function; stale when a terminator changes.
//!
//! A loop is what can reach an edge back to its header without passing it; the header dominates it all. A retreating edge whose
//! target does not dominate its source closes no natural loop and is ignored.
//! Headers are taken innermost first and a block that is already in a loop is skipped to the outermost loop known so far, with
//! path halving, so the work is near-linear.
use super::cfg::Cfg;
use super::dom::Dom;
use super::func::Func;
use super::op::Block;
use cranelift_entity::packed_option::PackedOption;
use cranelift_entity::{EntityRef, PrimaryMap, entity_impl};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Loop(u32);
entity_impl!(Loop, "loop");

#[derive(Clone, Debug)]
pub struct LoopData {
    pub header: Block,
    /// The loop just around it.
    pub parent: PackedOption<Loop>,
    /// 1 for an outermost loop.
    pub depth: u16,
}

#[derive(Clone, Debug, Default)]
pub struct Loops {
    /// A loop comes after all that are nested in it.
    pub loops: PrimaryMap<Loop, LoopData>,
    /// Innermost loop by block.
    of: Vec<PackedOption<Loop>>,
    /// Scratch: a loop's outermost known ancestor, or something on the way there.
    outer: Vec<Loop>,
    work: Vec<Block>,
}

impl Loops {
    pub fn new(f: &Func, cfg: &Cfg, dom: &Dom) -> Loops {
        let mut loops = Loops::default();
        loops.compute(f, cfg, dom);
        loops
    }
    /// Like `new`, in memory already held.
    pub fn compute(&mut self, f: &Func, cfg: &Cfg, dom: &Dom) {
        let Loops { loops, of, outer, work } = self;
        loops.clear();
        outer.clear();
        of.clear();
        of.resize(f.blocks.len(), None.into());
        for &header in cfg.postorder() {
            work.extend(cfg.preds(header).iter().map(|e| f.edges[*e].from).filter(|from| dom.dominates(header, *from)));
            if work.is_empty() {
                continue;
            }
            let this = loops.push(LoopData { header, parent: None.into(), depth: 0 });
            outer.push(this);
            while let Some(b) = work.pop() {
                let entered = match of[b.index()].expand() {
                    None => {
                        of[b.index()] = this.into();
                        b
                    }
                    Some(inner) => {
                        let top = outermost(outer, inner);
                        if top == this {
                            continue;
                        }
                        loops[top].parent = this.into();
                        outer[top.index()] = this;
                        loops[top].header
                    }
                };
                if entered != header {
                    work.extend(cfg.preds(entered).iter().map(|e| f.edges[*e].from));
                }
            }
        }
        for k in (0..loops.len()).rev().map(Loop::new) {
            loops[k].depth = loops[k].parent.expand().map_or(0, |p| loops[p].depth).saturating_add(1);
        }
    }
    /// The innermost loop that a block is in.
    pub fn innermost(&self, b: Block) -> Option<Loop> {
        self.of[b.index()].expand()
    }
    /// How many loops a block is in.
    pub fn depth(&self, b: Block) -> u16 {
        self.innermost(b).map_or(0, |l| self.loops[l].depth)
    }
    pub fn is_header(&self, b: Block) -> bool {
        self.innermost(b).is_some_and(|l| self.loops[l].header == b)
    }
    /// Is a block in this loop, at whatever depth?
    pub fn contains(&self, l: Loop, b: Block) -> bool {
        let mut at = self.innermost(b);
        while let Some(inner) = at {
            if inner >= l {
                return inner == l;
            }
            at = self.loops[inner].parent.expand();
        }
        false
    }
}

fn outermost(outer: &mut [Loop], mut l: Loop) -> Loop {
    while outer[l.index()] != l {
        let next = outer[l.index()];
        outer[l.index()] = outer[next.index()];
        l = next;
    }
    l
}
