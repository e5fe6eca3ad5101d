//! Removes the uses of block parameters that are always one value: every argument is that value, or the parameter itself. What is
//! left of them, `dce` takes away.
//!
//! Source: Braun et al., "Simple and Efficient Construction of Static Single Assignment Form" (2013): in a reducible graph this
//! finds all. Linear: a parameter's arguments are read once, from the first on. Where two different ones block it, it waits for one
//! of them to be replaced and goes on from there; those read so far stay equal, whatever they are replaced by.
use crate::replace::find;
use crate::{Context, Settings};
use cranelift_entity::EntityRef;
use cranelift_entity::packed_option::PackedOption;
use samite_ir::ssa::cfg::Cfg;
use samite_ir::ssa::{Func, Op, Value};

pub fn run(f: &mut Func, _settings: &Settings<'_>, context: &mut Context) {
    let Context { cfg, map, work, params: waits, .. } = context;
    cfg.compute(f);
    map.clear();
    map.extend(f.ops.keys());
    waits.clear(f.ops.len());
    work.clear();
    let mut replaced = false;
    for &b in cfg.postorder().iter().rev() {
        if b == f.entry() {
            continue;
        }
        for &p in f.params(b) {
            work.push(p);
            while let Some(p) = work.pop() {
                if let Some(value) = the_value(f, cfg, map, waits, p) {
                    map[p.index()] = value;
                    replaced = true;
                    waits.wake(p, work);
                }
            }
        }
    }
    if !replaced {
        return;
    }
    for &b in cfg.postorder() {
        for at in f.blocks[b].body.clone() {
            f.map_operands(f.body[at as usize], |a| find(map, a));
        }
    }
}

/// The value that a parameter always is, if that is settled.
fn the_value(f: &Func, cfg: &Cfg, map: &mut [Value], waits: &mut Waits, p: Value) -> Option<Value> {
    if map[p.index()] != p {
        return None;
    }
    let Op::Param(_, b, n) = f.ops[p] else { unreachable!("a parameter") };
    let edges = cfg.preds(b);
    let mut at = waits.of[p.index()].at as usize;
    let mut only = waits.of[p.index()].only.expand().map(|v| find(map, v)).filter(|v| *v != p);
    while let Some(e) = edges.get(at) {
        let arg = find(map, f.args(*e)[n as usize]);
        match only {
            _ if arg == p => {}
            None => only = Some(arg),
            Some(v) if v == arg => {}
            Some(v) => {
                waits.wait(p, v);
                waits.wait(p, arg);
                break;
            }
        }
        at += 1;
    }
    waits.of[p.index()].at = at as u32;
    waits.of[p.index()].only = only.into();
    if at == edges.len() { only } else { None }
}

/// Who waits for a value to be replaced.
#[derive(Default)]
pub struct Waits {
    of: Vec<Wait>,
    /// Lists, threaded: who waits, and the next of the list plus one.
    nodes: Vec<(Value, u32)>,
}

#[derive(Clone, Copy, Default)]
struct Wait {
    /// Arguments read so far, and what all of them are but for the parameter itself.
    at: u32,
    only: PackedOption<Value>,
    /// Who waits for this value: the first node plus one.
    first: u32,
}

impl Waits {
    fn clear(&mut self, values: usize) {
        self.of.clear();
        self.of.resize(values, Wait::default());
        self.nodes.clear();
    }
    fn wait(&mut self, p: Value, until: Value) {
        let first = &mut self.of[until.index()].first;
        self.nodes.push((p, *first));
        *first = self.nodes.len() as u32;
    }
    fn wake(&mut self, v: Value, work: &mut Vec<Value>) {
        let mut next = std::mem::take(&mut self.of[v.index()].first);
        while next != 0 {
            let (p, after) = self.nodes[next as usize - 1];
            work.push(p);
            next = after;
        }
    }
}
