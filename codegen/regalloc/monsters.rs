//! Flows that are large in one respect, by name and size: what must not take more than a little over linear time.
use super::generate::{Builder, operand, x64};
use super::random::Random;
use crate::mach::flow::*;

pub const NAMES: [&str; 9] = ["locals-in-loop", "params", "diamonds", "calls", "nested", "nested-loops", "switch", "straight", "holes"];

pub fn monster(name: &str, n: usize) -> Flow {
    let mut b = Builder::default();
    let mut r = Random::new(7);
    let entry = b.block(0, false);
    b.step(StepKind::Plain, RegSet::EMPTY, &[]);
    let _ = entry;
    match name {
        "locals-in-loop" => locals_in_loop(&mut b, n),
        "params" => params(&mut b, n),
        "diamonds" => diamonds(&mut b, &mut r, n),
        "calls" => calls(&mut b, &mut r, n),
        "nested" => nested(&mut b, &mut r, n),
        "nested-loops" => nested_loops(&mut b, n),
        "switch" => switch(&mut b, n),
        "straight" => straight(&mut b, &mut r, n),
        "holes" => holes(&mut b, n),
        _ => panic!("no monster {name}"),
    }
    b.finish()
}

fn clobbers() -> RegSet {
    let file = x64();
    RegSet::of(&file.order.concat()).minus(file.callee_saved)
}

fn def(b: &mut Builder) -> VReg {
    let v = b.vreg(Class::Int, 8);
    b.step(StepKind::Plain, RegSet::EMPTY, &[operand(v, Role::Def, Want::Reg)]);
    v
}

/// `d = a op c`, two-address.
fn op(b: &mut Builder, a: VReg, c: VReg) -> VReg {
    let d = b.vreg(Class::Int, 8);
    let operands = [operand(d, Role::Def, Want::SameAs(1)), operand(a, Role::Use, Want::Reg), operand(c, Role::Use, Want::RegOrSlot)];
    b.step(StepKind::Plain, RegSet::EMPTY, &operands);
    d
}

fn test(b: &mut Builder, v: VReg) {
    b.step(StepKind::Plain, RegSet::EMPTY, &[operand(v, Role::Use, Want::Reg)]);
}

fn next(b: &Builder) -> Block {
    b.flow.blocks.next_key()
}

fn leave(b: &mut Builder) {
    b.step(StepKind::Plain, RegSet::EMPTY, &[]);
}

/// `n` values, all of them parameters of a loop that changes each.
fn locals_in_loop(b: &mut Builder, n: usize) {
    let start: Vec<VReg> = (0..n).map(|_| def(b)).collect();
    let header = next(b);
    b.jump(header, &start);
    b.block(1, false);
    let params: Vec<VReg> = (0..n).map(|_| b.vreg(Class::Int, 8)).collect();
    for &p in &params {
        b.param(header, p);
    }
    let args: Vec<VReg> = (0..n).map(|k| op(b, params[k], params[(k + 1) % n])).collect();
    test(b, args[0]);
    let latch = next(b);
    b.edge(latch, &[]);
    let out = b.edge(latch, &[]);
    b.block(1, false);
    b.jump(header, &args);
    let exit = b.block(0, false);
    b.set_args(out, exit, &[]);
    for &a in &args {
        test(b, a);
    }
    leave(b);
}

/// A diamond whose arms bring `n` values each.
fn params(b: &mut Builder, n: usize) {
    let v = def(b);
    test(b, v);
    let (left, right, join) = (Block::from_u32(1), Block::from_u32(2), Block::from_u32(3));
    b.edge(left, &[]);
    b.edge(right, &[]);
    for arm in 0..2 {
        b.block(0, false);
        let mut values: Vec<VReg> = (0..n).map(|_| def(b)).collect();
        if arm == 1 {
            values.reverse();
        }
        b.jump(join, &values);
    }
    b.block(0, false);
    let params: Vec<VReg> = (0..n).map(|_| b.vreg(Class::Int, 8)).collect();
    for &p in &params {
        b.param(join, p);
    }
    for &p in &params {
        test(b, p);
    }
    leave(b);
}

/// `n` diamonds in a row with thirty variables that they change, and thirty values that live across them all.
fn diamonds(b: &mut Builder, r: &mut Random, n: usize) {
    let across: Vec<VReg> = (0..30).map(|_| def(b)).collect();
    let mut now: Vec<VReg> = (0..30).map(|_| def(b)).collect();
    for _ in 0..n {
        let k = r.below(now.len());
        test(b, now[k]);
        let left = next(b).as_u32();
        let (left, right, join) = (Block::from_u32(left), Block::from_u32(left + 1), Block::from_u32(left + 2));
        b.edge(left, &[]);
        b.edge(right, &[]);
        for _ in 0..2 {
            b.block(0, false);
            let v = op(b, now[k], now[r.below(30)]);
            b.jump(join, &[v]);
        }
        b.block(0, false);
        now[k] = b.vreg(Class::Int, 8);
        b.param(join, now[k]);
        if r.chance(20) {
            test(b, across[r.below(30)]);
        }
    }
    for v in across.into_iter().chain(now) {
        test(b, v);
    }
    leave(b);
}

/// A straight line with a call every few steps, and hundreds of live values.
fn calls(b: &mut Builder, r: &mut Random, n: usize) {
    let arguments = [7, 6, 2, 1].map(|k| PReg::new(Class::Int, k));
    let mut now: Vec<VReg> = (0..300).map(|_| def(b)).collect();
    for _ in 0..n {
        for _ in 0..4 {
            let (j, k) = (r.below(300), r.below(300));
            now[k] = op(b, now[k], now[j]);
        }
        let d = b.vreg(Class::Int, 8);
        let mut operands: Vec<Operand> = arguments.iter().map(|&a| operand(now[r.below(300)], Role::Use, Want::Fixed(a))).collect();
        operands.push(operand(d, Role::Def, Want::Fixed(PReg::new(Class::Int, 0))));
        b.step(StepKind::Plain, clobbers(), &operands);
        now[r.below(300)] = d;
    }
    for v in now {
        test(b, v);
    }
    leave(b);
}

/// `n` nested blocks, each left from its middle to its end, with values that live through all of them.
fn nested(b: &mut Builder, r: &mut Random, n: usize) {
    let values: Vec<VReg> = (0..n.min(40_000)).map(|_| def(b)).collect();
    let mut out = Vec::new();
    for _ in 0..n {
        test(b, values[r.below(values.len())]);
        let stay = next(b);
        b.edge(stay, &[]);
        let split = b.edge(stay, &[]);
        b.block(0, false);
        let _ = def(b);
        out.push(split);
    }
    b.step(StepKind::Plain, RegSet::EMPTY, &[]);
    let mut fall = b.edge(Block::from_u32(0), &[]);
    // Each block that leaves jumps to the end of its own nest; edges with two ways get a block of their own there.
    for (k, split) in out.into_iter().enumerate().rev() {
        let own = b.block(0, false);
        b.set_args(split, own, &[]);
        b.step(StepKind::Plain, RegSet::EMPTY, &[]);
        let e = b.edge(Block::from_u32(0), &[]);
        let join = b.block(0, false);
        b.set_args(e, join, &[]);
        b.set_args(fall, join, &[]);
        test(b, values[k % values.len()]);
        b.step(StepKind::Plain, RegSet::EMPTY, &[]);
        fall = b.edge(Block::from_u32(0), &[]);
    }
    let end = b.block(0, false);
    b.set_args(fall, end, &[]);
    leave(b);
}

/// Loops `n` deep, at most 2,000, and beside each other; a value for each that is read outside and inside.
fn nested_loops(b: &mut Builder, n: usize) {
    let depth = n.min(500);
    let values: Vec<VReg> = (0..depth).map(|_| def(b)).collect();
    for _ in 0..n / depth {
        let mut headers = Vec::new();
        for (k, &v) in values.iter().enumerate() {
            let header = next(b);
            b.jump(header, &[]);
            b.block(k as u16 + 1, false);
            test(b, v);
            headers.push(header);
        }
        for (k, header) in headers.into_iter().enumerate().rev() {
            test(b, values[k / 2]);
            let latch = next(b);
            b.edge(latch, &[]);
            let out = b.edge(latch, &[]);
            b.block(k as u16 + 1, false);
            b.jump(header, &[]);
            let exit = b.block(k as u16, false);
            b.set_args(out, exit, &[]);
        }
    }
    for v in values {
        test(b, v);
    }
    leave(b);
}

/// A loop around a switch with `n` ways, as interpreters have it, with forty variables.
fn switch(b: &mut Builder, n: usize) {
    let start: Vec<VReg> = (0..40).map(|_| def(b)).collect();
    let header = next(b);
    b.jump(header, &start);
    b.block(1, false);
    let now: Vec<VReg> = (0..40).map(|_| b.vreg(Class::Int, 8)).collect();
    for &p in &now {
        b.param(header, p);
    }
    test(b, now[0]);
    let first = next(b).as_u32();
    for k in 0..n as u32 {
        b.edge(Block::from_u32(first + k), &[]);
    }
    for k in 0..n {
        b.block(1, false);
        let mut args = now.clone();
        args[k % 40] = op(b, now[k % 40], now[k * 7 % 40]);
        args[k * 3 % 40] = op(b, now[k * 3 % 40], now[k * 11 % 40]);
        b.jump(header, &args);
    }
}

/// One block with fifty live values.
fn straight(b: &mut Builder, r: &mut Random, n: usize) {
    let mut now: Vec<VReg> = (0..50).map(|_| def(b)).collect();
    for _ in 0..n {
        let (j, k) = (r.below(50), r.below(50));
        now[k] = op(b, now[k], now[j]);
    }
    for v in now {
        test(b, v);
    }
    leave(b);
}

/// `n` values that are each read in a few far-away places with holes in between: arms of diamonds that do not read them again.
fn holes(b: &mut Builder, n: usize) {
    let mut left_over: Vec<(VReg, u32)> = Vec::new();
    let mut out = Vec::new();
    for k in 0..n {
        let v = def(b);
        test(b, v);
        let stay = next(b);
        b.edge(stay, &[]);
        out.push((b.edge(stay, &[]), v));
        b.block(0, false);
        left_over.push((v, k as u32));
        test(b, left_over[k / 2].0);
    }
    leave(b);
    // The other ways of all those branches, far away, read the values.
    for (k, (e, v)) in out.iter().enumerate() {
        let own = b.block(0, true);
        b.set_args(*e, own, &[]);
        test(b, *v);
        test(b, out[k / 2].1);
        leave(b);
    }
}

/// What is measured: that twice the size takes little more than twice the time. Times on a shared machine are noisy, so the smallest of several counts.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::mach::verify::verify;
    use crate::regalloc::check::check;
    use crate::regalloc::{Context, How, run};

    #[test]
    fn monsters_are_allocated_right() {
        let mut context = Context::default();
        let file = x64();
        for name in NAMES {
            let flow = monster(name, 1000);
            verify(&flow, &file).unwrap_or_else(|e| panic!("{name}: {e:?}"));
            for how in How::ALL {
                let a = run(how, &flow, &file, &mut context);
                check(&flow, &file, &a).unwrap_or_else(|e| panic!("{} of {name}: {e:?}", how.name()));
            }
        }
    }
}
