//! A loop that ends when its counter was equal to a constant: `i' = i + k` goes back, and `i == c` decides. `i' == c + k` says the same (modulo 2^n), and leaves `i` dead
//! where the branch is, so that `i'` may be made in its register.
//!
//! What is looked at are blocks with a branch, one way of which leads back with `i'` for `i`. The comparison moves down to the branch, behind `i'`.
use crate::{Context, Settings};
use samite_ir::ssa::{Block, Edge, Func, Op, Value};
use samite_ir::value::{BinOp, CmpOp, Type};

/// How far above the branch the comparison is looked for.
const MOST_OPS: usize = 64;

/// The comparison, by its place in the block's body, and what it becomes.
struct Found {
    place: usize,
    compare: CmpOp,
    ty: Type,
    next: Value,
    constant: u64,
}

pub fn run(f: &mut Func, _settings: &Settings<'_>, context: &mut Context) {
    let body = &mut context.body;
    body.clear();
    for at in 0..f.layout.len() {
        let b = f.layout[at];
        let start = body.len() as u32;
        match find(f, b) {
            None => body.extend_from_slice(f.body(b)),
            Some(found) => {
                let compare = f.body(b)[found.place];
                let (branch, ops) = f.body(b).split_last().expect("a terminator");
                let branch = *branch;
                body.extend(ops.iter().filter(|v| **v != compare));
                let constant = f.make(Op::Const(found.ty, found.constant), f.offsets[compare]);
                f.ops[compare] = Op::Compare(found.compare, found.ty, found.next, constant);
                body.extend([constant, compare, branch]);
            }
        }
        f.blocks[b].body = start..body.len() as u32;
    }
    std::mem::swap(&mut f.body, body);
}

fn find(f: &Func, b: Block) -> Option<Found> {
    let ops = f.body(b);
    let Op::Branch(condition, yes, no) = f.ops[*ops.last()?] else { return None };
    let Op::Compare(compare @ (CmpOp::Eq | CmpOp::Ne), ty, counter, limit) = f.ops[condition] else { return None };
    let Op::Const(_, limit) = f.ops[limit] else { return None };
    let next = [yes, no].into_iter().find_map(|e| next_of(f, counter, e))?;
    let Op::Binary(BinOp::Add, _, a, k) = f.ops[next] else { return None };
    let Op::Const(_, step) = f.ops[k] else { return None };
    if a != counter {
        return None;
    }
    let below = ops.iter().rev().take(MOST_OPS).position(|v| *v == condition)?;
    let place = ops.len() - 1 - below;
    let mut is_read = false;
    for &v in &ops[place + 1..ops.len() - 1] {
        f.for_each_operand(v, |a| is_read |= a == condition);
    }
    let sum = limit.wrapping_add(step);
    let constant = if ty == Type::I32 { sum & 0xffff_ffff } else { sum };
    (!is_read).then_some(Found { place, compare, ty, next, constant })
}

/// What an edge brings for a parameter of the block that it leads to.
fn next_of(f: &Func, counter: Value, e: Edge) -> Option<Value> {
    let Op::Param(_, header, n) = f.ops[counter] else { return None };
    (f.edges[e].to == header).then(|| f.args(e)[n as usize])
}
