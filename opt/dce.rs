//! Dead-code elimination: removes ops that do nothing but compute an unused value, block parameters that nothing uses, and
//! blocks that nothing reaches.
//!
//! Optimistic: only what an effect needs is marked, arguments of an edge only where the parameter is, so values that merely feed
//! themselves around a loop go too. A load whose value is unused stays if it may trap. Results of calls stay with their call.
use crate::{Context, Settings};
use cranelift_entity::EntityRef;
use samite_ir::ssa::cfg::Cfg;
use samite_ir::ssa::effects::effects;
use samite_ir::ssa::{Block, Edge, Func, Op, Value, ValueList};

pub fn run(f: &mut Func, _settings: &Settings<'_>, context: &mut Context) {
    let Context { cfg, live, work, .. } = context;
    cfg.compute(f);
    live.clear();
    live.resize(f.ops.len(), false);
    mark(f, cfg, live, work);
    sweep(f, cfg, live);
}

fn mark(f: &Func, cfg: &Cfg, live: &mut [bool], work: &mut Vec<Value>) {
    for &p in f.params(f.entry()) {
        live[p.index()] = true;
    }
    for &b in cfg.postorder() {
        for &v in f.body(b) {
            if matches!(f.ops[v], Op::Result(..)) {
                live[v.index()] = true;
            } else if !effects(f, v).is_removable() {
                reach(v, live, work);
            }
        }
    }
    while let Some(v) = work.pop() {
        match f.ops[v] {
            Op::Param(_, b, n) => {
                for e in cfg.preds(b) {
                    reach(f.args(*e)[n as usize], live, work);
                }
            }
            Op::Jump(_) => {}
            Op::Branch(c, ..) | Op::Switch(c, _) => reach(c, live, work),
            _ => f.for_each_operand(v, |a| reach(a, live, work)),
        }
    }
}

fn reach(v: Value, live: &mut [bool], work: &mut Vec<Value>) {
    if !std::mem::replace(&mut live[v.index()], true) {
        work.push(v);
    }
}

fn sweep(f: &mut Func, cfg: &Cfg, live: &[bool]) {
    f.layout.retain(|b| cfg.is_reachable(*b));
    // Arguments first: they are found by the parameters that still are.
    for at in 0..f.layout.len() {
        let b = f.layout[at];
        for k in 0..cfg.preds(b).len() {
            drop_args(f, cfg.preds(b)[k], b, live);
        }
    }
    for at in 0..f.layout.len() {
        drop_params(f, f.layout[at], live);
    }
    // Bodies shrink in place: they are in layout order but for blocks that are gone.
    let mut end = 0;
    for at in 0..f.layout.len() {
        let b = f.layout[at];
        let start = end;
        for old in f.blocks[b].body.clone() {
            let v = f.body[old as usize];
            f.body[end as usize] = v;
            end += u32::from(live[v.index()]);
        }
        f.blocks[b].body = start..end;
    }
    f.body.truncate(end as usize);
}

fn drop_args(f: &mut Func, e: Edge, to: Block, live: &[bool]) {
    let params = f.blocks[to].params;
    let mut args = f.edges[e].args;
    let Func { pool, .. } = f;
    let mut kept = 0;
    for n in 0..params.len(pool) {
        if live[params.as_slice(pool)[n].index()] {
            let slice = args.as_mut_slice(pool);
            slice[kept] = slice[n];
            kept += 1;
        }
    }
    shorten(&mut args, kept, f);
    f.edges[e].args = args;
}

fn drop_params(f: &mut Func, b: Block, live: &[bool]) {
    let mut params = f.blocks[b].params;
    let mut kept = 0;
    for n in 0..params.len(&f.pool) {
        let slice = params.as_mut_slice(&mut f.pool);
        let p = slice[n];
        if live[p.index()] {
            slice[kept] = p;
            if let Op::Param(_, _, index) = &mut f.ops[p] {
                *index = kept as u32;
            }
            kept += 1;
        }
    }
    shorten(&mut params, kept, f);
    f.blocks[b].params = params;
}

fn shorten(list: &mut ValueList, length: usize, f: &mut Func) {
    if length < list.len(&f.pool) {
        list.truncate(length, &mut f.pool);
    }
}
