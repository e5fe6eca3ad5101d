//! The order of blocks that allocators are promised: reverse post-order with loops contiguous, without what no path reaches.
//!
//! Translation leaves wasm order, which is such an order, and passes mostly keep it. Where they took edges away so that only later blocks lead to
//! an earlier one, the order is made anew: topological without the edges back to loop headers; a loop is finished before what
//! follows it; among what may come next, the layout decides. Precondition: every loop has one entry, as in wasm.
use cranelift_entity::EntityRef;
use samite_ir::ssa::cfg::Cfg;
use samite_ir::ssa::dom::Dom;
use samite_ir::ssa::loops::{Loop, Loops};
use samite_ir::ssa::{Block, Func};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The blocks of a function in that order.
pub fn order(f: &Func) -> Vec<Block> {
    let mut led_to = vec![false; f.blocks.len()];
    led_to[f.entry().index()] = true;
    let mut from_later = false;
    let mut placed = vec![false; f.blocks.len()];
    let mut order = Vec::with_capacity(f.layout.len());
    for &b in &f.layout {
        if !led_to[b.index()] {
            // Out of reach, or reached only from later on: the edge there will tell.
            continue;
        }
        placed[b.index()] = true;
        order.push(b);
        f.for_each_successor(b, |e| led_to[f.edges[e].to.index()] = true);
    }
    for &b in &f.layout {
        from_later |= led_to[b.index()] && !placed[b.index()];
    }
    if from_later { anew(f) } else { order }
}

fn anew(f: &Func) -> Vec<Block> {
    let cfg = Cfg::new(f);
    let dom = Dom::new(f, &cfg);
    let loops = Loops::new(f, &cfg, &dom);
    let mut position = vec![0u32; f.blocks.len()];
    for (p, b) in f.layout.iter().enumerate() {
        position[b.index()] = p as u32;
    }
    // Edges that must be behind a block before it is placed.
    let mut waits = vec![0u32; f.blocks.len()];
    for &b in cfg.postorder() {
        f.for_each_successor(b, |e| {
            let to = f.edges[e].to;
            waits[to.index()] += u32::from(!dom.dominates(to, b));
        });
    }
    // What may be placed next, by the loop it is entered from; the last list is that of no loop.
    let outside = loops.loops.len();
    let mut ready: Vec<BinaryHeap<Reverse<(u32, Block)>>> = vec![BinaryHeap::new(); outside + 1];
    let list_of = |l: Option<Loop>| l.map_or(outside, |l| l.index());
    let around = |b: Block| match loops.innermost(b) {
        Some(l) if loops.loops[l].header == b => loops.loops[l].parent.expand(),
        other => other,
    };
    let mut order = Vec::with_capacity(f.layout.len());
    let mut current = None;
    ready[outside].push(Reverse((0, f.entry())));
    loop {
        let Some(Reverse((_, b))) = ready[list_of(current)].pop() else {
            match current {
                Some(l) => current = loops.loops[l].parent.expand(),
                None => break,
            }
            continue;
        };
        order.push(b);
        current = loops.innermost(b);
        f.for_each_successor(b, |e| {
            let to = f.edges[e].to;
            if !dom.dominates(to, b) {
                waits[to.index()] -= 1;
                if waits[to.index()] == 0 {
                    ready[list_of(around(to))].push(Reverse((position[to.index()], to)));
                }
            }
        });
    }
    assert_eq!(order.len(), cfg.postorder().len(), "function {} has a loop with two entries", f.index);
    order
}
