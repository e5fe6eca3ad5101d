//! Loop rotation: `while (c) { ... }` becomes `if (c) do { ... } while (c)`, so that a turn of the loop has one jump instead of two, and what LICM
//! moves in front of the loop runs only if the loop does (Muchnick, "Advanced Compiler Design and Implementation", 1997, 18.6: loop inversion).
//!
//! Of a loop whose header tests whether to go on, the header is copied in front, as guard, and the header itself moves behind the loop's last
//! block; the block it goes on to is the header then. Each value of the old header that others read is two now, the guard's and the loop's, so the
//! blocks behind both get a parameter for it. Constants are not copied: the guard's serve all.
//!
//! Only where it pays and is simple: a short header without calls; some edge back is a plain jump (else the loop tests at its end already, as
//! what clang makes does); the way out leads behind the loop, not to a trap; its blocks read the header's values only where all ways come from the loop;
//! few values are read elsewhere. Linear: two walks over all ops, and only if some loop is such.
//!
//! Precondition: wasm order. It is kept: the guard stands where the header stood, and what was in the loop before the header now is entered behind it.
use crate::{Context, Settings};
use cranelift_entity::packed_option::PackedOption;
use cranelift_entity::{EntityRef, SecondaryMap};
use samite_ir::ssa::cfg::Cfg;
use samite_ir::ssa::dom::Dom;
use samite_ir::ssa::loops::Loops;
use samite_ir::ssa::{Block, Edge, Func, Op, Value};

/// Ops of a header, constants and the branch aside. Many loops have no turn: for them a copy is all cost.
const MOST_OPS: usize = 4;
/// Parameters that stand for values of a header: each may cost a copy in every turn, what is won is a jump.
const MOST_VALUES: u32 = 6;
/// Ways into the block behind the loop.
const MOST_WAYS: usize = 8;

pub fn run(f: &mut Func, _settings: &Settings<'_>, context: &mut Context) {
    if f.layout.iter().all(|b| f.blocks[*b].loop_depth == 0) {
        return;
    }
    let Context { cfg, dom, loops, rotate, body, .. } = context;
    cfg.compute(f);
    if !cfg.postorder().iter().any(|b| may_rotate(f, cfg, *b)) {
        return;
    }
    dom.compute(f, cfg);
    if dom.is_irreducible() {
        return;
    }
    loops.compute(f, cfg, dom);
    let Scratch { turned, roles } = rotate;
    find(f, cfg, dom, loops, turned);
    if turned.is_empty() {
        return;
    }
    survey(f, cfg, dom, turned, roles);
    if turned.iter().all(|t| t.is_refused) {
        return;
    }
    add_params(f, cfg, turned, roles);
    rename(f, cfg, dom, turned, roles);
    copy_headers(f, cfg, dom, turned, body);
}

/// Scratch memory.
#[derive(Default)]
pub struct Scratch {
    turned: Vec<Turned>,
    /// By value.
    roles: Vec<Role>,
}

/// A loop to rotate.
#[derive(Clone, Copy)]
struct Turned {
    header: Block,
    /// The header's ways into the loop and behind it.
    inside: Edge,
    outside: Edge,
    /// Where they lead.
    into: Block,
    behind: Block,
    /// All ways into the block behind it come from the loop, and they are few.
    is_closed: bool,
    /// Where in the layout its last block stands.
    last: u32,
    is_refused: bool,
}

/// What a value of a header is to the rest.
#[derive(Clone, Copy, Default)]
struct Role {
    /// Index of the loop plus one.
    of: u32,
    is_read_inside: bool,
    is_read_outside: bool,
    /// What stands for it there.
    inside: PackedOption<Value>,
    outside: PackedOption<Value>,
}

// ---- which loops

/// Is a block a short header with a branch? Says nothing about where that leads.
fn may_rotate(f: &Func, cfg: &Cfg, b: Block) -> bool {
    let is_copied = |v: &&Value| !matches!(f.ops[**v], Op::Const(..) | Op::VConst(..));
    matches!(f.ops[f.terminator(b)], Op::Branch(..))
        && f.body(b).iter().filter(is_copied).take(MOST_OPS + 2).count() <= MOST_OPS + 1
        && !f.body(b).iter().any(|v| matches!(f.ops[*v], Op::Call(_) | Op::Result(..)))
        && cfg.preds(b).iter().any(|e| cfg.is_retreating(f, *e) && matches!(f.ops[f.terminator(f.edges[*e].from)], Op::Jump(_)))
}

/// Fills in the loops that can be rotated as far as their shape tells, inner ones before those around them.
fn find(f: &Func, cfg: &Cfg, dom: &Dom, loops: &Loops, turned: &mut Vec<Turned>) {
    let mut position = SecondaryMap::new();
    let mut last = vec![0; loops.loops.len()];
    for (at, &b) in f.layout.iter().enumerate() {
        position[b] = at as u32;
        if let Some(l) = loops.innermost(b) {
            last[l.index()] = at as u32;
        }
    }
    turned.clear();
    for (l, data) in &loops.loops {
        let own = last[l.index()];
        if let Some(parent) = data.parent.expand() {
            last[parent.index()] = last[parent.index()].max(own);
        }
        let header = data.header;
        if !may_rotate(f, cfg, header) {
            continue;
        }
        let Op::Branch(_, yes, no) = f.ops[f.terminator(header)] else { unreachable!("it ends in a branch") };
        let to = |e: Edge| f.edges[e].to;
        let (inside, outside) = match (loops.contains(l, to(yes)), loops.contains(l, to(no))) {
            (true, false) => (yes, no),
            (false, true) => (no, yes),
            _ => continue,
        };
        let (into, behind) = (to(inside), to(outside));
        let traps = matches!(f.ops[f.terminator(behind)], Op::Unreachable(_));
        if into == header || cfg.preds(into).len() > 1 || traps || position[behind] <= own {
            continue;
        }
        let ways = cfg.preds(behind);
        let is_closed = ways.len() <= MOST_WAYS && ways.iter().all(|e| *e == outside || dom.dominates(into, f.edges[*e].from));
        turned.push(Turned { header, inside, outside, into, behind, is_closed, last: own, is_refused: false });
    }
}

/// Finds where the headers' values are read, and refuses loops where two blocks behind them would not be enough to tell them apart.
fn survey(f: &Func, cfg: &Cfg, dom: &Dom, turned: &mut [Turned], roles: &mut Vec<Role>) {
    roles.clear();
    roles.resize(f.ops.len(), Role::default());
    for (k, t) in turned.iter().enumerate() {
        copied(f, t.header).for_each(|v| roles[v.index()].of = k as u32 + 1);
    }
    for &b in cfg.postorder() {
        for &v in f.body(b) {
            f.for_each_operand(v, |a| {
                let role = &mut roles[a.index()];
                if role.of == 0 {
                    return;
                }
                let t = &mut turned[role.of as usize - 1];
                if b == t.header {
                } else if dom.dominates(t.into, b) {
                    role.is_read_inside = true;
                } else if t.is_closed && dom.dominates(t.behind, b) {
                    role.is_read_outside = true;
                    // The other ways there hand it on.
                    role.is_read_inside |= cfg.preds(t.behind).len() > 1;
                } else {
                    t.is_refused = true;
                }
            });
        }
    }
    for t in turned {
        let reads = copied(f, t.header).map(|v| roles[v.index()]);
        t.is_refused |= reads.map(|r| u32::from(r.is_read_inside) + u32::from(r.is_read_outside)).sum::<u32>() > MOST_VALUES;
    }
}

/// The values of a header of which there will be two.
fn copied(f: &Func, header: Block) -> impl Iterator<Item = Value> + '_ {
    let ops = f.body(header).iter().filter(|v| f.ops[**v].result_type().is_some() && !is_constant(f, **v));
    f.params(header).iter().chain(ops).copied()
}

fn is_constant(f: &Func, v: Value) -> bool {
    matches!(f.ops[v], Op::Const(..) | Op::VConst(..))
}

// ---- how they change

/// Gives the blocks behind headers a parameter for each value that is read there.
fn add_params(f: &mut Func, cfg: &Cfg, turned: &[Turned], roles: &mut [Role]) {
    for t in turned.iter().filter(|t| !t.is_refused) {
        let values: Vec<Value> = copied(f, t.header).collect();
        for v in values {
            let (ty, offset) = (f.ty(v), f.offsets[v]);
            let role = &mut roles[v.index()];
            if role.is_read_inside {
                role.inside = f.add_param(t.into, ty, offset).into();
                add_arg(f, t.inside, v);
            }
            if role.is_read_outside {
                role.outside = f.add_param(t.behind, ty, offset).into();
                for &e in cfg.preds(t.behind) {
                    let arg = if e == t.outside { v } else { role.inside.expect("other ways come from inside") };
                    add_arg(f, e, arg);
                }
            }
        }
    }
}

fn add_arg(f: &mut Func, e: Edge, v: Value) {
    let Func { edges, pool, .. } = f;
    edges[e].args.push(v, pool);
}

/// Lets everything but the headers themselves read the new parameters, which have no role.
fn rename(f: &mut Func, cfg: &Cfg, dom: &Dom, turned: &[Turned], roles: &[Role]) {
    for &b in cfg.postorder() {
        for at in f.blocks[b].body.clone() {
            f.map_operands(f.body[at as usize], |a| {
                let Some(role) = roles.get(a.index()).filter(|r| r.of != 0) else { return a };
                let t = &turned[role.of as usize - 1];
                if t.is_refused || b == t.header {
                    return a;
                }
                let there = if dom.dominates(t.into, b) { role.inside } else { role.outside };
                there.expect("the survey saw it")
            });
        }
    }
}

/// Copies headers in front of their loops, and moves them behind.
fn copy_headers(f: &mut Func, cfg: &Cfg, dom: &Dom, turned: &[Turned], body: &mut Vec<Value>) {
    let mut guards: SecondaryMap<Block, PackedOption<Block>> = SecondaryMap::new();
    let mut copies: SecondaryMap<Value, PackedOption<Value>> = SecondaryMap::new();
    // All guards before their ways out: those may lead to other guards.
    for t in turned.iter().filter(|t| !t.is_refused) {
        let guard = f.make_block();
        f.blocks[guard].loop_depth = f.blocks[t.header].loop_depth.saturating_sub(1);
        f.blocks[guard].cold = f.blocks[t.header].cold;
        for n in 0..f.params(t.header).len() {
            let p = f.params(t.header)[n];
            copies[p] = f.add_param(guard, f.ty(p), f.offsets[p]).into();
        }
        for &e in cfg.preds(t.header) {
            if !dom.dominates(t.header, f.edges[e].from) {
                f.edges[e].to = guard;
            }
        }
        guards[t.header] = guard.into();
    }

    let mut moved: SecondaryMap<Block, Vec<Block>> = SecondaryMap::new();
    for t in turned.iter().filter(|t| !t.is_refused) {
        moved[f.layout[t.last as usize]].push(t.header);
    }
    body.clear();
    let old = std::mem::take(&mut f.layout);
    // What is not reached might still lead to a block that has got parameters.
    for &b in old.iter().filter(|b| cfg.is_reachable(**b)) {
        match guards[b].expand() {
            Some(guard) => copy_header(f, b, guard, &mut copies, body),
            None => place(f, b, body, |_, _| true),
        }
        // Constants are the guard's now.
        moved[b].iter().for_each(|header| place(f, *header, body, |f, v| !is_constant(f, v)));
    }
    std::mem::swap(&mut f.body, body);
}

fn copy_header(f: &mut Func, header: Block, guard: Block, copies: &mut SecondaryMap<Value, PackedOption<Value>>, body: &mut Vec<Value>) {
    let start = body.len() as u32;
    for at in f.blocks[header].body.clone() {
        let v = f.body[at as usize];
        if is_constant(f, v) {
            body.push(v);
            continue;
        }
        let copy_of = |a: Value| copies[a].expand().unwrap_or(a);
        let new = match f.ops[v] {
            Op::Branch(c, yes, no) => {
                let edge = |f: &mut Func, e: Edge| {
                    let args: Vec<Value> = f.args(e).iter().map(|a| copy_of(*a)).collect();
                    f.make_edge(guard, f.edges[e].to, &args)
                };
                let (yes, no) = (edge(f, yes), edge(f, no));
                f.make(Op::Branch(copy_of(c), yes, no), f.offsets[v])
            }
            // Its operands are in the op itself.
            op => {
                let new = f.make(op, f.offsets[v]);
                f.map_operands(new, copy_of);
                new
            }
        };
        copies[v] = new.into();
        body.push(new);
    }
    f.blocks[guard].body = start..body.len() as u32;
    f.layout.push(guard);
}

/// Puts a block, with those of its ops that `stays` wants, at the end of the layout.
fn place(f: &mut Func, b: Block, body: &mut Vec<Value>, stays: impl Fn(&Func, Value) -> bool) {
    let start = body.len() as u32;
    body.extend(f.body(b).iter().filter(|v| stays(f, **v)));
    f.blocks[b].body = start..body.len() as u32;
    f.layout.push(b);
}
