//! Cleans the control-flow graph: edges lead past empty blocks that head no loop, branches with one way are jumps, branches to a bare
//! trap are checks, straight lines are one block, what cannot be reached goes, and what ends in a trap is cold.
//!
//! The layout keeps wasm order; a block that is merged moves up behind its only predecessor. Loop depths are exact afterwards.
//! Linear: targets come first, so that every edge is led on at most once, and gets few arguments more by that.
use crate::replace::find;
use crate::{Context, Settings};
use cranelift_entity::{EntityRef, SecondaryMap};
use samite_ir::ssa::cfg::Cfg;
use samite_ir::ssa::{Block, Edge, Func, Op, Value};
use samite_ir::value::{CmpOp, Trap, Type};
use std::ops::Range;

pub fn run(f: &mut Func, _settings: &Settings<'_>, context: &mut Context) {
    let Context { cfg, dom, loops, map, body, edges, .. } = context;
    cfg.compute(f);
    thread(f, cfg, edges);
    let checks = terminators(f, cfg);
    cfg.compute(f);
    dom.compute(f, cfg);
    loops.compute(f, cfg, dom);
    for at in 0..f.layout.len() {
        let b = f.layout[at];
        f.blocks[b].loop_depth = loops.depth(b);
    }
    mark_cold(f, cfg);
    map.clear();
    map.extend(f.ops.keys());
    merge(f, cfg, &checks, map, body);
}

// ---- edges past empty blocks

/// An edge into an empty block with other ways in may get so many arguments more: each way copies them.
const MORE_ARGS: usize = 8;

/// Leads edges into blocks that only jump on to where those jump.
fn thread(f: &mut Func, cfg: &Cfg, edges: &mut Vec<Edge>) {
    let empty = empty_blocks(f, cfg);
    // An empty block comes before those that lead to it, as it is no loop's header.
    for &b in cfg.postorder() {
        edges.clear();
        f.for_each_distinct_successor(b, |e| edges.push(e));
        for &e in &*edges {
            let to = f.edges[e].to;
            if empty[to] {
                lead_on(f, e, to, cfg.preds(to).len() == 1);
            }
        }
    }
}

/// Blocks that do nothing but jump, and whose parameters only their jump uses. Headers of loops are none: past them the way in would
/// lead into the middle of the loop, and the layout would have a block that only later ones lead to.
fn empty_blocks(f: &Func, cfg: &Cfg) -> SecondaryMap<Block, bool> {
    let mut empty = SecondaryMap::new();
    let mut with_params = false;
    for &b in cfg.postorder() {
        let only_jumps = f.body(b).len() == 1 && matches!(f.ops[f.terminator(b)], Op::Jump(_));
        if only_jumps && b != f.entry() && !cfg.preds(b).iter().any(|e| cfg.is_retreating(f, *e)) {
            empty[b] = true;
            with_params |= !f.params(b).is_empty();
        }
    }
    if with_params {
        for &b in cfg.postorder() {
            for &v in f.body(b) {
                f.for_each_operand(v, |a| {
                    if let Op::Param(_, home, _) = f.ops[a]
                        && home != b
                        && empty[home]
                    {
                        empty[home] = false;
                    }
                });
            }
        }
    }
    empty
}

/// Makes an edge into a block that only jumps, perhaps the only one, go where that jumps.
fn lead_on(f: &mut Func, e: Edge, through: Block, only: bool) {
    let Op::Jump(next) = f.ops[f.terminator(through)] else { unreachable!("an empty block") };
    if !only && f.args(next).len() > f.args(e).len() + MORE_ARGS {
        return;
    }
    f.edges[e].to = f.edges[next].to;
    let arg = |a: &Value| match f.ops[*a] {
        Op::Param(_, home, n) if home == through => f.args(e)[n as usize],
        _ => *a,
    };
    let args: Vec<Value> = f.args(next).iter().map(arg).collect();
    f.edges[e].args = f.make_list(&args);
}

// ---- terminators

/// Ops to insert before terminators.
#[derive(Default)]
struct Checks {
    ops: Vec<Value>,
    of: SecondaryMap<Block, Range<u32>>,
}

/// Makes terminators whose ways are one jumps, and ways to a bare trap checks. Constant conditions are `gvn`'s.
fn terminators(f: &mut Func, cfg: &Cfg) -> Checks {
    let mut checks = Checks::default();
    // Blocks after those they lead to: what becomes a bare trap is one to them.
    for &b in cfg.postorder() {
        let start = checks.ops.len() as u32;
        let last = f.terminator(b);
        let mut op = f.ops[last];
        while let Some(simpler) = terminator(f, op, &mut checks) {
            op = simpler;
        }
        if let Op::Jump(e) = op
            && let Some((trap, at)) = bare_trap(f, &checks, e)
        {
            op = Op::Unreachable(trap);
            f.offsets[last] = at;
        }
        f.ops[last] = op;
        checks.of[b] = start..checks.ops.len() as u32;
    }
    checks
}

fn terminator(f: &mut Func, op: Op, checks: &mut Checks) -> Option<Op> {
    let same = |f: &Func, a: Edge, b: Edge| f.edges[a].to == f.edges[b].to && f.args(a) == f.args(b);
    match op {
        Op::Branch(_, yes, no) if same(f, yes, no) => Some(Op::Jump(yes)),
        Op::Branch(c, yes, no) => {
            if let Some((trap, at)) = bare_trap(f, checks, yes) {
                checks.ops.push(f.make(Op::TrapIf(trap, c), at));
                return Some(Op::Jump(no));
            }
            let (trap, at) = bare_trap(f, checks, no)?;
            let negated = match f.ops[c] {
                Op::Compare(op, ty, a, b) => op.negated().map(|op| Op::Compare(op, ty, a, b)),
                _ => None,
            };
            let negated = negated.unwrap_or_else(|| {
                let zero = f.make(Op::Const(Type::I32, 0), at);
                checks.ops.push(zero);
                Op::Compare(CmpOp::Eq, Type::I32, c, zero)
            });
            let negated = f.make(negated, at);
            checks.ops.extend([negated, f.make(Op::TrapIf(trap, negated), at)]);
            Some(Op::Jump(yes))
        }
        Op::Switch(i, s) => {
            let table = &f.switches[s];
            if table.edges.iter().all(|e| same(f, *e, table.default)) {
                return Some(Op::Jump(table.default));
            }
            match table.edges[..] {
                [zero] => Some(Op::Branch(i, table.default, zero)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The trap that an edge leads to without anything between, and its wasm offset.
fn bare_trap(f: &Func, checks: &Checks, e: Edge) -> Option<(Trap, u32)> {
    let to = f.edges[e].to;
    match (f.body(to), f.ops[f.terminator(to)]) {
        (&[v], Op::Unreachable(trap)) if checks.of[to].is_empty() => Some((trap, f.offsets[v])),
        _ => None,
    }
}

// ---- straight lines

/// Rebuilds the layout: without unreachable blocks, and with blocks that one jump leads to at the end of where it stood. The two
/// are in the same loops and as cold as each other.
fn merge(f: &mut Func, cfg: &Cfg, checks: &Checks, map: &mut [Value], body: &mut Vec<Value>) {
    // Blocks that one jump leads to. The entry is none: nothing leads there.
    let mut is_tail: SecondaryMap<Block, bool> = SecondaryMap::new();
    for &b in cfg.postorder() {
        if let Op::Jump(e) = f.ops[f.terminator(b)] {
            let to = f.edges[e].to;
            is_tail[to] = to != b && cfg.preds(to).len() == 1;
        }
    }
    let old = std::mem::take(&mut f.layout);
    let mut ranges = Vec::with_capacity(old.len());
    let mut replaced = false;
    body.clear();
    for &head in &old {
        if !cfg.is_reachable(head) || is_tail[head] {
            continue;
        }
        let start = body.len() as u32;
        let mut at = head;
        loop {
            let (last, ops) = f.body(at).split_last().expect("a terminator");
            let last = *last;
            body.extend_from_slice(ops);
            let range = &checks.of[at];
            body.extend_from_slice(&checks.ops[range.start as usize..range.end as usize]);
            match f.ops[last] {
                Op::Jump(e) if is_tail[f.edges[e].to] => {
                    at = f.edges[e].to;
                    for n in 0..f.params(at).len() {
                        map[f.params(at)[n].index()] = f.args(e)[n];
                        replaced = true;
                    }
                }
                _ => {
                    body.push(last);
                    break;
                }
            }
        }
        if at != head {
            let mut from = |e: Edge| f.edges[e].from = head;
            match f.ops[*body.last().expect("a terminator")] {
                Op::Jump(e) => from(e),
                Op::Branch(_, yes, no) => [yes, no].into_iter().for_each(from),
                Op::Switch(_, s) => {
                    f.switches[s].edges.iter().chain([&f.switches[s].default]).for_each(|e| f.edges[*e].from = head);
                }
                _ => {}
            }
        }
        f.layout.push(head);
        ranges.push(start..body.len() as u32);
    }
    for (n, range) in ranges.into_iter().enumerate() {
        f.blocks[f.layout[n]].body = range;
    }
    std::mem::swap(&mut f.body, body);
    if replaced {
        for at in 0..f.body.len() {
            f.map_operands(f.body[at], |a| find(map, a));
        }
    }
}

// ---- cold blocks

/// Cold is what ends in a trap, leads only to such, or is reached only from such.
fn mark_cold(f: &mut Func, cfg: &Cfg) {
    let entry = f.entry();
    for &b in cfg.postorder() {
        let mut leads = matches!(f.ops[f.terminator(b)], Op::Unreachable(_));
        let (mut any, mut all) = (false, true);
        f.for_each_successor(b, |e| {
            any = true;
            all &= f.blocks[f.edges[e].to].cold && !cfg.is_retreating(f, e);
        });
        leads |= any && all;
        f.blocks[b].cold |= leads && b != entry;
    }
    for &b in cfg.postorder().iter().rev() {
        let mut sources = cfg.preds(b).iter().filter(|e| !cfg.is_retreating(f, **e));
        let all = sources.all(|e| f.blocks[f.edges[*e].from].cold);
        f.blocks[b].cold |= all && b != entry;
    }
}
