//! Is this a function? Run after every pass in tests and fuzzing.
//!
//! What is checked, in three stages; the next is reached only if the one before found nothing:
//!
//! 1. Shape. The layout is not empty and names no block twice; nothing leads to the entry. Bodies follow one another in layout
//!    order without gaps and fill `Func::body`. Every body ends in its only terminator. An op is in one place: a body, or the
//!    parameters of the block that it names, at the index that it names. Results stand right behind their call, all, in order.
//!    Every id is in range. An edge belongs to one terminator (a switch may use it for several entries), says that it comes
//!    from there, and leads to a block of the layout.
//! 2. Types. Operands are ops of the layout, with a result of the type that the operator wants; operators exist at their type;
//!    i32 and f32 constants leave the upper half zero, vector constants the half that a V128 has not; lane numbers and shuffle
//!    indices are in range; target operators have the operands of their row; stores and atomic accesses use unsigned and whole forms; an access through a `HeapAddr` that may trap
//!    stays in its size. Edges have an argument of the right type for every parameter. Calls fit their signature, whose first
//!    parameter is the context, and a builtin has its own. The entry's parameters and every return fit the function's signature.
//! 3. Flow. Definitions dominate uses (in unreachable blocks: are in the layout). An edge to a block that is not later in the layout goes
//!    to one that dominates its source: loops are entered by their headers, as in wasm. `loop_depth` is at least the number
//!    of natural loops around the block. A V256 is in no signature and not live across a call.
//!
//! Linear but for V256 values, each of which costs as much as it is long-lived.
use super::cfg::Cfg;
use super::dom::Dom;
use super::func::{CallTarget, Func, Signature};
use super::loops::Loops;
use super::op::{Block, CallSite, Edge, Op, Value};
use super::text;
use crate::value::{BinOp, CmpOp, Extension, MemOp, Shape, TargetOp, Type, UnOp};
use cranelift_entity::packed_option::PackedOption;
use cranelift_entity::{EntityRef, PrimaryMap, SecondaryMap};
use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    Func,
    Block(Block),
    Value(Value),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    pub at: Place,
    pub message: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Place::Func => f.write_str(&self.message),
            Place::Block(b) => write!(f, "{b}: {}", self.message),
            Place::Value(v) => write!(f, "{v}: {}", self.message),
        }
    }
}

pub fn verify(f: &Func) -> Result<(), Vec<Error>> {
    let mut check =
        Verifier { f, errors: Vec::new(), place: SecondaryMap::new(), owner: SecondaryMap::new(), in_layout: SecondaryMap::new() };
    for stage in [Verifier::shape, Verifier::types, Verifier::flow] {
        stage(&mut check);
        if !check.errors.is_empty() {
            return Err(check.errors);
        }
    }
    Ok(())
}

/// For tests and tools: panics with the errors and the function.
pub fn assert_valid(f: &Func, after: &str) {
    if let Err(errors) = verify(f) {
        let list: Vec<_> = errors.iter().take(20).map(describe(f)).collect();
        panic!("invalid function after {after}:\n{}\n{f}", list.join("\n"));
    }
}

fn describe(f: &Func) -> impl Fn(&Error) -> String {
    |e| match e.at {
        Place::Value(v) if f.ops.is_valid(v) => format!("  {e}   in `{}`", text::line(f, v, &[])),
        _ => format!("  {e}"),
    }
}

struct Verifier<'a> {
    f: &'a Func,
    errors: Vec<Error>,
    /// Block of each live op, and position in the body, from 1; parameters have 0.
    place: SecondaryMap<Value, (PackedOption<Block>, u32)>,
    /// The terminator that an edge belongs to.
    owner: SecondaryMap<Edge, PackedOption<Value>>,
    in_layout: SecondaryMap<Block, bool>,
}

impl Verifier<'_> {
    fn fail(&mut self, at: Place, message: impl Into<String>) {
        self.errors.push(Error { at, message: message.into() });
    }

    // ---- 1. shape

    fn shape(&mut self) {
        let f = self.f;
        if f.layout.is_empty() {
            return self.fail(Place::Func, "the layout is empty");
        }
        for &b in &f.layout {
            if !f.blocks.is_valid(b) {
                return self.fail(Place::Block(b), "no such block");
            }
            if std::mem::replace(&mut self.in_layout[b], true) {
                self.fail(Place::Block(b), "is in the layout twice");
            }
        }
        let mut end = 0;
        for &b in &f.layout {
            let body = &f.blocks[b].body;
            if body.start != end || body.end < body.start || body.end as usize > f.body.len() {
                return self.fail(Place::Block(b), format!("its body is {body:?}, the one before ends at {end}"));
            }
            end = body.end;
        }
        if end as usize != f.body.len() {
            self.fail(Place::Func, format!("the last body ends at {end} of {}", f.body.len()));
        }
        for &b in &f.layout {
            for (n, &v) in f.params(b).iter().enumerate() {
                self.put(v, b, 0);
                if f.ops.is_valid(v) && !matches!(f.ops[v], Op::Param(_, of, k) if of == b && k as usize == n) {
                    self.fail(Place::Block(b), format!("{v} is not its parameter {n}"));
                }
            }
            self.body_shape(b);
        }
        let entry = f.entry();
        for &b in &f.layout {
            for &v in f.body(b) {
                self.ids(b, v);
            }
        }
        if self.errors.is_empty() {
            for &b in &f.layout {
                f.for_each_successor(b, |e| {
                    if f.edges[e].to == entry {
                        self.fail(Place::Value(f.terminator(b)), "leads to the entry");
                    }
                });
            }
        }
    }

    fn put(&mut self, v: Value, b: Block, position: u32) {
        if !self.f.ops.is_valid(v) {
            return self.fail(Place::Block(b), format!("{v} does not exist"));
        }
        if self.place[v].0.is_some() {
            return self.fail(Place::Value(v), "is in the layout twice");
        }
        self.place[v] = (b.into(), position);
    }

    fn body_shape(&mut self, b: Block) {
        let f = self.f;
        let body = f.body(b);
        if body.is_empty() {
            return self.fail(Place::Block(b), "has no terminator");
        }
        for (at, &v) in body.iter().enumerate() {
            self.put(v, b, at as u32 + 1);
            if !f.ops.is_valid(v) {
                continue;
            }
            match f.ops[v] {
                op if op.is_terminator() != (at + 1 == body.len()) => {
                    let message = if op.is_terminator() { "a terminator inside a body" } else { "no terminator at the end" };
                    self.fail(Place::Value(v), message);
                }
                Op::Param(..) => self.fail(Place::Value(v), "a parameter in a body"),
                Op::Result(_, call, n) => {
                    let before = at.checked_sub(n as usize + 1).map(|k| body[k]);
                    if before != Some(call) || !matches!(f.ops.get(call), Some(Op::Call(_))) {
                        self.fail(Place::Value(v), format!("is not {n} behind its call"));
                    }
                }
                Op::Call(c) => {
                    let results = body[at + 1..].iter().take_while(|r| matches!(f.ops.get(**r), Some(Op::Result(..)))).count();
                    let sig = f.calls.get(c).and_then(|c| f.signatures.get(c.sig));
                    if let Some(sig) = sig
                        && sig.results.len() != results
                    {
                        self.fail(Place::Value(v), format!("has {results} results, its signature {}", sig.results.len()));
                    }
                }
                _ => {}
            }
        }
    }

    fn ids(&mut self, b: Block, v: Value) {
        let f = self.f;
        let valid = match f.ops[v] {
            Op::Call(c) => self.valid(v, c, &f.calls) && self.valid(v, f.calls[c].sig, &f.signatures),
            Op::VConst(_, id) | Op::Shuffle(id, ..) => {
                if f.vectors.get(id).is_none() {
                    self.fail(Place::Value(v), format!("{id} does not exist"));
                }
                f.vectors.get(id).is_some()
            }
            Op::Jump(e) => self.edge(b, v, e),
            Op::Branch(_, yes, no) => {
                if yes == no {
                    self.fail(Place::Value(v), "both ways are one edge");
                }
                self.edge(b, v, yes) && self.edge(b, v, no)
            }
            Op::Switch(_, s) => {
                self.valid(v, s, &f.switches) && {
                    let table = &f.switches[s];
                    table.edges.iter().chain([&table.default]).all(|e| self.edge(b, v, *e))
                }
            }
            _ => true,
        };
        if valid {
            f.for_each_operand(v, |a| _ = self.valid(v, a, &f.ops));
        }
    }

    fn valid<K: EntityRef + fmt::Display, T>(&mut self, at: Value, k: K, map: &PrimaryMap<K, T>) -> bool {
        if !map.is_valid(k) {
            self.fail(Place::Value(at), format!("{k} does not exist"));
        }
        map.is_valid(k)
    }

    fn edge(&mut self, b: Block, v: Value, e: Edge) -> bool {
        let f = self.f;
        if !self.valid(v, e, &f.edges) || !self.valid(v, f.edges[e].to, &f.blocks) {
            return false;
        }
        if self.owner[e].expand().is_some_and(|o| o != v) {
            self.fail(Place::Value(v), format!("{e} belongs to another terminator too"));
        }
        self.owner[e] = v.into();
        if f.edges[e].from != b {
            self.fail(Place::Value(v), format!("{e} says that it comes from {}", f.edges[e].from));
        }
        if !self.in_layout[f.edges[e].to] {
            self.fail(Place::Value(v), format!("leads to {}, which is not in the layout", f.edges[e].to));
            return false;
        }
        true
    }

    // ---- 2. types

    fn types(&mut self) {
        let f = self.f;
        for &b in &f.layout {
            for &v in f.body(b) {
                let errors = self.errors.len();
                f.for_each_operand(v, |a| self.operand(v, a));
                if self.errors.len() == errors {
                    self.op(v);
                }
            }
        }
        let entry = f.params(f.entry()).iter().map(|p| f.ty(*p));
        if !entry.eq(f.signature.params.iter().copied()) {
            self.fail(Place::Block(f.entry()), format!("its parameters are not those of the signature, {}", f.signature));
        }
    }

    fn operand(&mut self, v: Value, a: Value) {
        if self.place[a].0.is_none() {
            self.fail(Place::Value(v), format!("{a} is in no block"));
        } else if self.f.ops[a].result_type().is_none() && !matches!(self.f.ops[v], Op::Result(..)) {
            self.fail(Place::Value(v), format!("{a} has no result"));
        }
    }

    fn want(&mut self, v: Value, a: Value, ty: Type) {
        let is = self.f.ty(a);
        if is != ty {
            self.fail(Place::Value(v), format!("{a} is {is}, not {ty}"));
        }
    }

    fn op(&mut self, v: Value) {
        let f = self.f;
        let here = Place::Value(v);
        match f.ops[v] {
            Op::Param(..) | Op::Unreachable(_) => {}
            Op::Result(ty, call, n) => {
                let Op::Call(c) = f.ops[call] else { unreachable!("stage 1") };
                let expected = f.signatures[f.calls[c].sig].results[n as usize];
                if ty != expected {
                    self.fail(here, format!("result {n} is {expected}, not {ty}"));
                }
            }
            Op::Const(ty, bits) => {
                if matches!(ty, Type::V128 | Type::V256) {
                    self.fail(here, "a scalar constant of a vector type");
                }
                if ty.bytes() == 4 && bits >> 32 != 0 {
                    self.fail(here, format!("a constant of type {ty} has bits above 32"));
                }
            }
            Op::Unary(op, ty, a) => {
                self.exists(v, unary_exists(op, ty), ty);
                self.want(v, a, ty);
            }
            Op::Binary(op, ty, a, b) => {
                self.exists(v, binary_exists(op, ty), ty);
                self.want(v, a, ty);
                self.want(v, b, ty);
            }
            Op::Compare(op, ty, a, b) => {
                self.exists(v, compare_exists(op, ty), ty);
                self.want(v, a, ty);
                self.want(v, b, ty);
            }
            Op::Convert(op, a) => self.want(v, a, op.types().0),
            Op::Select(ty, c, a, b) => {
                self.want(v, c, Type::I32);
                self.want(v, a, ty);
                self.want(v, b, ty);
            }
            Op::VConst(ty, id) => match ty {
                Type::V128 if f.vectors[id].high != 0 => self.fail(here, "a V128 constant has bits above 128"),
                Type::V128 | Type::V256 => {}
                _ => self.fail(here, format!("a vector constant of type {ty}")),
            },
            Op::LaneUnary(op, shape, a) => self.lanes(v, op.exists(shape), shape, &[a]),
            Op::LaneBinary(op, shape, a, b) => self.lanes(v, op.exists(shape), shape, &[a, b]),
            Op::LaneTernary(op, shape, a, b, c) => self.lanes(v, op.exists(shape), shape, &[a, b, c]),
            Op::LaneTest(op, shape, a) => self.lanes(v, op.exists(shape), shape, &[a]),
            Op::LaneShift(op, shape, a, count) => {
                self.lanes(v, op.exists(shape), shape, &[a]);
                self.want(v, count, Type::I32);
            }
            Op::Splat(shape, a) => self.want(v, a, shape.scalar()),
            Op::ExtractLane(shape, extension, k, a) => {
                self.lane_number(v, shape, k);
                if extension == Extension::Signed && !matches!(shape, Shape::I8x16 | Shape::I16x8) {
                    self.fail(here, format!("a lane of {shape} is not extended"));
                }
                self.want(v, a, Type::V128);
            }
            Op::ReplaceLane(shape, k, a, b) => {
                self.lane_number(v, shape, k);
                self.want(v, a, Type::V128);
                self.want(v, b, shape.scalar());
            }
            Op::Shuffle(id, a, b) => {
                if f.vectors[id].high != 0 || f.vectors[id].low.to_le_bytes().iter().any(|n| *n >= 32) {
                    self.fail(here, "an index that is not below 32");
                }
                self.want(v, a, Type::V128);
                self.want(v, b, Type::V128);
            }
            Op::Target1(op, ty, _, a) => self.target(v, op, ty, &[a]),
            Op::Target2(op, ty, _, a, b) => self.target(v, op, ty, &[a, b]),
            Op::Target3(op, ty, _, a, b, c) => self.target(v, op, ty, &[a, b, c]),
            Op::HeapAddr { base, index, .. } => {
                self.want(v, base, Type::I64);
                if !f.ty(index).is_int() {
                    self.fail(here, format!("{index} is {}, not an index", f.ty(index)));
                }
            }
            Op::Load { op, proven, addr, disp, .. } => self.access(v, op, proven, addr, disp),
            Op::Store { op, proven, addr, disp, value, .. } => {
                use MemOp::*;
                if matches!(op, I32x8S | I32x16S | I64x8S | I64x16S | I64x32S) {
                    self.fail(here, "a store with sign extension");
                }
                if matches!(op, V128x32Zero | V128x64Zero) {
                    self.fail(here, "a store of part of a vector");
                }
                self.access(v, op, proven, addr, disp);
                self.want(v, value, op.value_type());
            }
            Op::AtomicLoad { op, proven, addr } => self.atomic(v, op, proven, addr, &[]),
            Op::AtomicStore { op, proven, addr, value } => self.atomic(v, op, proven, addr, &[value]),
            Op::Rmw { how, proven, addr, value, .. } => self.atomic(v, how, proven, addr, &[value]),
            Op::CmpXchg { how, proven, addr, expected, replacement } => self.atomic(v, how, proven, addr, &[expected, replacement]),
            Op::Fence => {}
            Op::TrapIf(_, c) | Op::Branch(c, ..) | Op::Switch(c, _) => self.want(v, c, Type::I32),
            Op::Call(c) => self.call(v, c),
            Op::Jump(_) => {}
            Op::Return(list) => self.list(v, "result", list.as_slice(&f.pool), &f.signature.results),
        }
        if f.ops[v].is_terminator() {
            let b = self.place[v].0.expect("a live op");
            f.for_each_distinct_successor(b, |e| {
                let params: Vec<_> = f.params(f.edges[e].to).iter().map(|p| f.ty(*p)).collect();
                self.list(v, &format!("argument for {}", f.edges[e].to), f.args(e), &params);
            });
        }
    }

    fn exists(&mut self, v: Value, exists: bool, ty: Type) {
        if !exists {
            self.fail(Place::Value(v), format!("the operator does not exist at {ty}"));
        }
    }

    fn lanes(&mut self, v: Value, exists: bool, shape: Shape, operands: &[Value]) {
        if !exists {
            self.fail(Place::Value(v), format!("the operator does not exist at {shape}"));
        }
        operands.iter().for_each(|a| self.want(v, *a, Type::V128));
    }

    fn lane_number(&mut self, v: Value, shape: Shape, k: u8) {
        if u32::from(k) >= shape.lanes() {
            self.fail(Place::Value(v), format!("{shape} has no lane {k}"));
        }
    }

    fn target(&mut self, v: Value, op: TargetOp, ty: Type, operands: &[Value]) {
        self.exists(v, op.exists(ty), ty);
        let types: Vec<Type> = op.operands(ty).collect();
        self.list(v, "operand", operands, &types);
    }

    fn access(&mut self, v: Value, op: MemOp, proven: bool, addr: Value, disp: i32) {
        self.want(v, addr, Type::I64);
        if let Op::HeapAddr { size, .. } = self.f.ops[addr]
            && !proven
            && (disp < 0 || disp as u32 + op.width() > u32::from(size))
        {
            self.fail(Place::Value(v), format!("{} bytes at {disp} of an address of {size} bytes", op.width()));
        }
    }

    fn atomic(&mut self, v: Value, op: MemOp, proven: bool, addr: Value, values: &[Value]) {
        use MemOp::*;
        if !matches!(op, I32 | I32x8U | I32x16U | I64 | I64x8U | I64x16U | I64x32U) {
            self.fail(Place::Value(v), format!("an atomic access as {op}"));
        }
        self.access(v, op, proven, addr, 0);
        values.iter().for_each(|a| self.want(v, *a, op.value_type()));
    }

    fn call(&mut self, v: Value, c: CallSite) {
        let f = self.f;
        let sig = &f.signatures[f.calls[c].sig];
        self.list(v, "argument", f.call_args(c), &sig.params);
        if sig.params.first() != Some(&Type::I64) {
            self.fail(Place::Value(v), "the signature does not start with the context, i64");
        }
        match f.calls[c].target {
            CallTarget::Direct(_) => {}
            CallTarget::Pointer { code, caller } => {
                self.want(v, code, Type::I64);
                self.want(v, caller, Type::I64);
            }
            CallTarget::Builtin(b) => {
                let (params, results) = b.signature();
                // What goes into a table of externrefs travels as the handle that it is.
                let fits = |(own, takes): (&Type, &Type)| own == takes || (*own, *takes) == (Type::Ref, Type::I64);
                let same = sig.params.len() == params.len() && sig.params.iter().zip(params).all(fits);
                if !same || sig.results != results {
                    let own = Signature { params: params.into(), results: results.into() };
                    self.fail(Place::Value(v), format!("the signature of {b} is {own}"));
                }
            }
        }
    }

    fn list(&mut self, v: Value, what: &str, values: &[Value], types: &[Type]) {
        if values.len() != types.len() {
            return self.fail(Place::Value(v), format!("{} values, expected {}, one per {what}", values.len(), types.len()));
        }
        for (a, ty) in values.iter().zip(types) {
            self.want(v, *a, *ty);
        }
    }

    // ---- 3. flow

    fn flow(&mut self) {
        let f = self.f;
        let cfg = Cfg::new(f);
        let dom = Dom::new(f, &cfg);
        let loops = Loops::new(f, &cfg, &dom);
        let mut passed: SecondaryMap<Block, bool> = SecondaryMap::new();
        for &b in &f.layout {
            if !cfg.is_reachable(b) {
                continue;
            }
            for &v in f.body(b) {
                let (_, position) = self.place[v];
                f.for_each_operand(v, |a| {
                    let (home, at) = self.place[a];
                    let home = home.expect("stage 2");
                    if home == b && at >= position {
                        self.fail(Place::Value(v), format!("{a} comes later"));
                    } else if !dom.dominates(home, b) {
                        self.fail(Place::Value(v), format!("{a} in {home} does not dominate it"));
                    }
                });
            }
            passed[b] = true;
            f.for_each_distinct_successor(b, |e| {
                let to = f.edges[e].to;
                if passed[to] && !dom.dominates(to, b) {
                    self.fail(Place::Value(f.terminator(b)), format!("leads back to {to}, which does not dominate it"));
                }
            });
            if f.blocks[b].loop_depth < loops.depth(b) {
                let (says, is) = (f.blocks[b].loop_depth, loops.depth(b));
                self.fail(Place::Block(b), format!("says that its loop depth is {says}; it is {is}"));
            }
        }
        self.wide_vectors(&cfg);
    }

    /// Walks back from each use of a V256 to its definition; no call may be on the way.
    fn wide_vectors(&mut self, cfg: &Cfg) {
        let f = self.f;
        let is_wide = |v: Value| f.ops[v].result_type() == Some(Type::V256);
        let signatures = f.signatures.values().chain([&f.signature]);
        if signatures.flat_map(|s| s.params.iter().chain(&s.results)).any(|t| *t == Type::V256) {
            self.fail(Place::Func, "a V256 in a signature");
        }
        if !f.ops.keys().any(is_wide) {
            return;
        }
        // Positions of calls, by block.
        let mut calls: SecondaryMap<Block, Vec<u32>> = SecondaryMap::new();
        for &b in &f.layout {
            let in_body = f.body(b).iter().enumerate().filter(|(_, v)| matches!(f.ops[**v], Op::Call(_)));
            calls[b].extend(in_body.map(|(at, _)| at as u32 + 1));
        }
        let mut seen: SecondaryMap<Block, PackedOption<Value>> = SecondaryMap::new();
        let mut work = Vec::new();
        for &b in f.layout.iter().filter(|b| cfg.is_reachable(**b)) {
            for &v in f.body(b) {
                f.for_each_operand(v, |a| {
                    if is_wide(a) {
                        work.push((a, b, self.place[v].1));
                    }
                });
                while let Some((a, b, until)) = work.pop() {
                    let (home, at) = self.place[a];
                    let here = home == b.into() && at < until;
                    let from = if here { at + 1 } else { 0 };
                    if calls[b].iter().any(|c| (from..until).contains(c)) {
                        self.fail(Place::Value(a), format!("a V256, live across a call in {b}"));
                    } else if !here {
                        let preds = cfg.preds(b).iter().map(|e| f.edges[*e].from);
                        let new = preds.filter(|p| std::mem::replace(&mut seen[*p], a.into()) != a.into());
                        work.extend(new.map(|p| (a, p, u32::MAX)));
                    }
                }
            }
        }
    }
}

fn unary_exists(op: UnOp, ty: Type) -> bool {
    use UnOp::*;
    match op {
        Clz | Ctz | Popcnt | Extend8S | Extend16S => ty.is_int(),
        Extend32S => ty == Type::I64,
        FAbs | FNeg | FSqrt | FCeil | FFloor | FTrunc | FNearest => ty.is_float(),
    }
}

fn binary_exists(op: BinOp, ty: Type) -> bool {
    if op.is_float() { ty.is_float() } else { ty.is_int() }
}

/// A reference can be compared with null.
fn compare_exists(op: CmpOp, ty: Type) -> bool {
    match op {
        CmpOp::Eq | CmpOp::Ne => ty.is_int() || ty == Type::Ref,
        _ if op.is_float() => ty.is_float(),
        _ => ty.is_int(),
    }
}
