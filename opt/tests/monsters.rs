//! Functions as large as any module may have: passes neither overflow the stack nor make them much larger. Quadratic work would take minutes
//! here; how time grows is measured by `fuzz/examples/monsters.rs`.
mod common;

use common::module;
use samite_ir::ssa::verify::assert_valid;
use samite_ir::ssa::{Block, Edge, Func, Op, Region, Signature, SwitchData, Value};
use samite_ir::translate::vmctx::Layout;
use samite_ir::value::{BinOp, MemOp, Type};
use samite_opt::{Context, Options, Settings, run_observed};

/// A function of (context, i32) -> (i32) under construction.
struct Build {
    f: Func,
    bodies: Vec<(Block, Vec<Value>)>,
}

impl Build {
    fn new() -> Build {
        let mut f = Func { signature: Signature { params: vec![Type::I64, Type::I32], results: vec![Type::I32] }, ..Func::default() };
        let b = f.make_block();
        f.add_param(b, Type::I64, 0);
        f.add_param(b, Type::I32, 0);
        Build { f, bodies: vec![(b, Vec::new())] }
    }
    fn x(&self) -> Value {
        self.f.params(self.bodies[0].0)[1]
    }
    fn op(&mut self, op: Op) -> Value {
        let v = self.f.make(op, 0);
        self.bodies.last_mut().unwrap().1.push(v);
        v
    }
    fn edge(&mut self, to: Block, args: &[Value]) -> Edge {
        self.f.make_edge(self.bodies.last().unwrap().0, to, args)
    }
    fn start(&mut self, b: Block) {
        self.bodies.push((b, Vec::new()));
    }
    fn give_back(&mut self, v: Value) {
        let list = self.f.make_list(&[v]);
        self.op(Op::Return(list));
    }
    fn finish(self) -> Func {
        let Build { mut f, bodies } = self;
        f.set_bodies(bodies);
        f
    }
}

#[track_caller]
fn check(what: &str, f: &Func) {
    assert_valid(f, what);
    let module = module();
    let layout = Layout::new(&module).unwrap();
    let mut context = Context::default();
    for options in Options::all() {
        let settings = Settings { options, layout: &layout, memories: &module.memories };
        let mut g = f.clone();
        let size = |f: &Func| [f.ops.len(), f.body.len(), f.blocks.len(), f.edges.len()];
        let mut before = size(&g);
        run_observed(&mut g, &settings, &mut context, |pass, f| {
            // Checks of bounds are a few operations for each access, and a block.
            let after = size(f);
            for (before, after) in before.iter().zip(after) {
                assert!(after <= 8 * before + 16, "{what}: {} makes {after} of {before}", pass.name);
            }
            before = after;
        });
        assert_valid(&g, what);
    }
}

const MANY: usize = 100_000;

/// `block ... br_if 0 ... br_if 0 ... end`: a chain that leaves to one label at every step, with an argument.
#[test]
fn a_chain_of_exits() {
    let mut b = Build::new();
    let x = b.x();
    let exit = b.f.make_block();
    let result = b.f.add_param(exit, Type::I32, 0);
    for k in 0..MANY {
        let c = b.op(Op::Const(Type::I32, k as u64));
        let v = b.op(Op::Binary(BinOp::Add, Type::I32, x, c));
        let next = b.f.make_block();
        let (out, on) = (b.edge(exit, &[v]), b.edge(next, &[]));
        b.op(Op::Branch(v, out, on));
        b.start(next);
    }
    let e = b.edge(exit, &[x]);
    b.op(Op::Jump(e));
    b.start(exit);
    b.give_back(result);
    check("a chain of exits", &b.finish());
}

/// Loops in loops, each with parameters that no one changes.
#[test]
fn nested_loops() {
    let depth = 20_000;
    let mut b = Build::new();
    let mut v = b.x();
    let mut headers = Vec::new();
    for k in 0..depth {
        let header = b.f.make_block();
        b.f.blocks[header].loop_depth = k as u16 + 1;
        let e = b.edge(header, &[v]);
        b.op(Op::Jump(e));
        v = b.f.add_param(header, Type::I32, 0);
        b.start(header);
        headers.push((header, v));
    }
    for (k, (header, v)) in headers.into_iter().enumerate().rev() {
        let next = b.f.make_block();
        b.f.blocks[next].loop_depth = k as u16;
        let (back, on) = (b.edge(header, &[v]), b.edge(next, &[]));
        b.op(Op::Branch(v, back, on));
        b.start(next);
    }
    b.give_back(v);
    check("nested loops", &b.finish());
}

/// Loops in loops, and in the innermost products that could leave all of them.
#[test]
fn products_in_a_nest() {
    let mut b = Build::new();
    let context = b.f.params(b.bodies[0].0)[0];
    let x = b.x();
    let headers: Vec<_> = (0..20_000).map(|_| b.f.make_block()).collect();
    for (k, &header) in headers.iter().enumerate() {
        b.f.blocks[header].loop_depth = k as u16 + 1;
        let e = b.edge(header, &[]);
        b.op(Op::Jump(e));
        b.start(header);
    }
    for k in 0..20_000 {
        let c = b.op(Op::Const(Type::I32, 2 * k + 3));
        let value = b.op(Op::Binary(BinOp::Mul, Type::I32, x, c));
        b.op(Op::Store { op: MemOp::I32, proven: false, region: Region::memory(0), addr: context, disp: 0, value });
    }
    for (k, &header) in headers.iter().enumerate().rev() {
        let next = b.f.make_block();
        b.f.blocks[next].loop_depth = k as u16;
        let (back, on) = (b.edge(header, &[]), b.edge(next, &[]));
        b.op(Op::Branch(x, back, on));
        b.start(next);
    }
    b.give_back(x);
    check("products in a nest", &b.finish());
}

/// Empty blocks in a row, and a join of all of them.
#[test]
fn empty_blocks() {
    let mut b = Build::new();
    let x = b.x();
    let mut param = x;
    for _ in 0..MANY {
        let next = b.f.make_block();
        let e = b.edge(next, &[param]);
        b.op(Op::Jump(e));
        param = b.f.add_param(next, Type::I32, 0);
        b.start(next);
    }
    b.give_back(param);
    check("empty blocks in a row", &b.finish());

    let mut b = Build::new();
    let blocks: Vec<_> = (0..MANY).map(|_| b.f.make_block()).collect();
    let join = b.f.make_block();
    let result = b.f.add_param(join, Type::I32, 0);
    let mut edges: Vec<_> = blocks.iter().map(|to| b.edge(*to, &[])).collect();
    let default = edges.pop().unwrap();
    let s = b.f.switches.push(SwitchData { edges, default });
    b.op(Op::Switch(x, s));
    for block in blocks {
        b.start(block);
        let e = b.edge(join, &[x]);
        b.op(Op::Jump(e));
    }
    b.start(join);
    b.give_back(result);
    check("a wide switch", &b.finish());
}

/// A straight line of sums, loads and stores, all different and all alike.
#[test]
fn one_long_block() {
    for alike in [false, true] {
        let mut b = Build::new();
        let context = b.f.params(b.bodies[0].0)[0];
        let mut v = b.x();
        for k in 0..MANY {
            let c = b.op(Op::Const(Type::I32, if alike { 8 } else { 16 * k as u64 + 1 }));
            let other = b.op(Op::Binary(BinOp::Mul, Type::I32, v, c));
            let index = b.op(Op::Binary(BinOp::Xor, Type::I32, v, other));
            let addr = b.op(Op::HeapAddr { mem: 0, size: 4, base: context, index, offset: k as u32 });
            let (op, region) = (MemOp::I32, Region::memory(0));
            if k % 3 == 0 {
                b.op(Op::Store { op, proven: false, region, addr, disp: 0, value: v });
            } else {
                let loaded = b.op(Op::Load { op, proven: false, region, addr, disp: 0 });
                v = if alike { v } else { loaded };
            }
        }
        b.give_back(v);
        check("one long block", &b.finish());
    }
}
