//! Writes ops into a body under construction: every op is rewritten by the rules (`fold`), then hash-consed with what dominates
//! it, then appended. So rules see operands that are final, and what a rule makes is rewritten and shared like the rest.
//!
//! Scoped by the walk over the dominator tree: what is known in a block is known in all blocks that it dominates and forgotten
//! behind them, by undo logs. Equal ops that may trap are one: the first one trapped already.
use crate::fold::{self, Rewrite};
use crate::memory::{Access, Facts};
use crate::{Bounds, Settings};
use cranelift_entity::EntityRef;
use samite_ir::ssa::effects::effects;
use samite_ir::ssa::{Func, Op, Region, Value};
use samite_ir::value::{BinOp, CmpOp, MemOp, Trap, Type, UnOp};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

/// What became of an op.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Its value; for an op without result, the op as it was appended.
    Value(Value),
    /// It does nothing.
    Nothing,
    /// It always traps: nothing behind it runs.
    Trap(Trap),
}

/// Memory of a `Writer` that outlives a function.
#[derive(Default)]
pub struct State {
    table: Table,
    known: Known,
    pub facts: Facts,
    scopes: Vec<(usize, usize)>,
}

pub struct Writer<'a> {
    pub f: &'a mut Func,
    pub settings: &'a Settings<'a>,
    pub state: &'a mut State,
    pub body: &'a mut Vec<Value>,
    /// Wasm offset of the op being rewritten, for what stands for it.
    pub offset: u32,
}

impl<'a> Writer<'a> {
    /// Starts a function; `state` is empty of others.
    pub fn new(f: &'a mut Func, settings: &'a Settings<'a>, state: &'a mut State, body: &'a mut Vec<Value>) -> Self {
        state.table.reserve(f.body.len());
        debug_assert!(state.scopes.is_empty() && state.table.log.is_empty());
        state.facts.clear();
        body.clear();
        Writer { f, settings, state, body, offset: 0 }
    }
    pub fn op(&self, v: Value) -> Op {
        self.f.ops[v]
    }
    pub fn constant_of(&self, v: Value) -> Option<u64> {
        match self.f.ops[v] {
            Op::Const(_, bits) => Some(bits),
            _ => None,
        }
    }
    /// Are the bounds of a memory with indices of this type found by a compare, and is that still to come?
    pub fn compares(&self, index: Type) -> bool {
        self.settings.options.bounds == Bounds::Compare || index == Type::I64
    }

    pub fn open_scope(&mut self) {
        self.state.scopes.push((self.state.table.log.len(), self.state.known.log.len()));
    }
    pub fn close_scope(&mut self) {
        let (table, known) = self.state.scopes.pop().expect("a scope was opened");
        self.state.table.undo(table);
        self.state.known.undo(known);
    }

    pub fn constant(&mut self, ty: Type, bits: u64) -> Value {
        self.emit(Op::Const(ty, bits))
    }
    pub fn binary(&mut self, op: BinOp, ty: Type, a: Value, b: Value) -> Value {
        self.emit(Op::Binary(op, ty, a, b))
    }
    pub fn binary_const(&mut self, op: BinOp, ty: Type, a: Value, b: u64) -> Value {
        let b = self.constant(ty, b);
        self.binary(op, ty, a, b)
    }
    /// The value of an op that has one and does not always trap: rules make no others.
    pub fn emit(&mut self, op: Op) -> Value {
        match self.write(op, None) {
            Outcome::Value(v) => v,
            other => panic!("fold: {op:?} came to {other:?} in\n{}", self.f),
        }
    }

    /// Rewrites an op whose operands are final and appends what is left of it, as `own` if that names it.
    pub fn write(&mut self, op: Op, own: Option<Value>) -> Outcome {
        let mut op = op;
        while let Some(rewrite) = fold::simplify(self, op) {
            match rewrite {
                Rewrite::Op(simpler) => op = simpler,
                Rewrite::Value(v) => return Outcome::Value(v),
                Rewrite::Nothing => return Outcome::Nothing,
                Rewrite::Trap(trap) => return Outcome::Trap(trap),
            }
        }
        match op {
            Op::Const(..) | Op::Unary(..) | Op::Binary(..) | Op::Compare(..) | Op::Convert(..) | Op::Select(..) => {
                Outcome::Value(self.shared(op, own))
            }
            Op::VConst(..) | Op::LaneUnary(..) | Op::LaneBinary(..) | Op::LaneTernary(..) | Op::LaneShift(..) => {
                Outcome::Value(self.shared(op, own))
            }
            Op::LaneTest(..) | Op::Splat(..) | Op::ExtractLane(..) | Op::ReplaceLane(..) | Op::Shuffle(..) => {
                Outcome::Value(self.shared(op, own))
            }
            Op::Target1(..) | Op::Target2(..) | Op::Target3(..) => Outcome::Value(self.shared(op, own)),
            Op::HeapAddr { .. } | Op::Load { region: Region::CONSTANT, .. } => Outcome::Value(self.shared(op, own)),
            Op::Load { op: how, region, addr, disp, .. } => {
                let access = Access::new(self.f, how, region, addr, disp);
                if let Some((from, value)) = self.state.facts.find(&access) {
                    return Outcome::Value(self.reload(how, from, value));
                }
                let v = self.append(op, own);
                self.after_effects(v);
                if region != Region::EPOCH {
                    self.state.facts.learn(access, v);
                }
                Outcome::Value(v)
            }
            Op::Store { op: how, region, addr, disp, value, .. } => {
                let v = self.append(op, own);
                let access = Access::new(self.f, how, region, addr, disp);
                self.state.facts.forget(region, Some(&access));
                self.state.facts.learn(access, value);
                Outcome::Value(v)
            }
            Op::TrapIf(_, c) => {
                let v = self.append(op, own);
                self.learn(c, Truth::Zero);
                Outcome::Value(v)
            }
            _ => {
                let v = self.append(op, own);
                self.after_effects(v);
                Outcome::Value(v)
            }
        }
    }

    /// Appends without a look.
    pub fn append(&mut self, op: Op, own: Option<Value>) -> Value {
        let v = match own {
            Some(v) => {
                self.f.ops[v] = op;
                v
            }
            None => self.f.make(op, self.offset),
        };
        self.body.push(v);
        v
    }

    /// Is a condition known here, because a branch or a check on it led here?
    pub fn truth(&self, c: Value) -> Option<Truth> {
        self.state.known.get(c)
    }
    /// A condition is known from here on.
    pub fn learn(&mut self, c: Value, truth: Truth) {
        let mut next = Some((c, truth));
        while let Some((c, truth)) = next {
            self.state.known.set(c, truth);
            next = match self.f.ops[c] {
                Op::Compare(op @ (CmpOp::Eq | CmpOp::Ne), ty, x, zero) if ty == Type::I32 && self.constant_of(zero) == Some(0) => {
                    Some((x, if op == CmpOp::Eq { truth.negated() } else { truth }))
                }
                _ => None,
            };
        }
    }

    fn after_effects(&mut self, v: Value) {
        if let Some(region) = effects(self.f, v).writes {
            self.state.facts.forget(region, None);
        }
    }

    fn shared(&mut self, op: Op, own: Option<Value>) -> Value {
        let key = canonical(op);
        let hash = self.state.table.hash(&key);
        match self.state.table.find(hash, |v| canonical(self.f.ops[v]) == key) {
            Ok(leader) => {
                // One address may serve accesses of several sizes.
                if let (Op::HeapAddr { size, .. }, Op::HeapAddr { size: known, .. }) = (op, &mut self.f.ops[leader]) {
                    *known = size.max(*known);
                }
                leader
            }
            Err(slot) => {
                let v = self.append(op, own);
                self.state.table.insert(slot, hash, v);
                v
            }
        }
    }

    /// What a load gives where an access of the same bytes loaded or stored `value`.
    fn reload(&mut self, how: MemOp, from: MemOp, value: Value) -> Value {
        use MemOp::*;
        let ty = how.value_type();
        match how {
            I32x8S | I64x8S => self.emit(Op::Unary(UnOp::Extend8S, ty, value)),
            I32x16S | I64x16S => self.emit(Op::Unary(UnOp::Extend16S, ty, value)),
            I64x32S => self.emit(Op::Unary(UnOp::Extend32S, ty, value)),
            I32x8U | I64x8U => self.binary_const(BinOp::And, ty, value, 0xff),
            I32x16U | I64x16U => self.binary_const(BinOp::And, ty, value, 0xffff),
            I64x32U => self.binary_const(BinOp::And, ty, value, 0xffff_ffff),
            I32 | I64 | F32 | F64 | V128 | V128x32Zero | V128x64Zero | V256 | Ref => {
                debug_assert_eq!(how, from);
                value
            }
        }
    }
}

/// Equal for ops that compute the same: operands of commutative operators in one order, and without what says nothing of the
/// value.
fn canonical(op: Op) -> Op {
    match op {
        Op::Binary(o, ty, a, b) if o.is_commutative() && a > b => Op::Binary(o, ty, b, a),
        Op::LaneBinary(o, shape, a, b) if o.is_commutative(shape) && a > b => Op::LaneBinary(o, shape, b, a),
        Op::LaneBinary(o, shape, a, b) if o.is_comparison() && a > b => Op::LaneBinary(o.swapped(), shape, b, a),
        Op::Compare(o, ty, a, b) if a > b => Op::Compare(o.swapped(), ty, b, a),
        Op::HeapAddr { mem, base, index, offset, .. } => Op::HeapAddr { mem, size: 0, base, index, offset },
        Op::Load { op, region, addr, disp, .. } => Op::Load { op, proven: true, region, addr, disp },
        _ => op,
    }
}

/// What is known of a condition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Truth {
    Zero,
    NotZero,
}

impl Truth {
    pub fn negated(self) -> Truth {
        match self {
            Truth::Zero => Truth::NotZero,
            Truth::NotZero => Truth::Zero,
        }
    }
}

/// Conditions decided on the way here.
#[derive(Default)]
struct Known {
    of: Vec<Option<Truth>>,
    /// Each with what was known before.
    log: Vec<(Value, Option<Truth>)>,
}

impl Known {
    fn get(&self, v: Value) -> Option<Truth> {
        self.of.get(v.index()).copied().flatten()
    }
    fn set(&mut self, v: Value, truth: Truth) {
        if self.of.len() <= v.index() {
            self.of.resize(v.index() + 1, None);
        }
        let before = self.of[v.index()].replace(truth);
        self.log.push((v, before));
    }
    fn undo(&mut self, mark: usize) {
        for (v, before) in self.log.drain(mark..).rev() {
            self.of[v.index()] = before;
        }
    }
}

/// Open addressing with linear probing. Entries leave in the reverse of the order in which they came, so the probes of those
/// that stay are as they were. Functions choose the keys, so the hash has a factor that they cannot know; nothing that comes out
/// depends on it.
struct Table {
    /// Hash, and value plus one; 0 is a free slot.
    slots: Vec<(u32, u32)>,
    /// The slots in use are the first `1 << bits`: as many as what dominates a block needs, not all ops, so that they stay in the cache.
    bits: u32,
    /// Taken slots, in order.
    log: Vec<u32>,
    /// Odd.
    factor: u64,
}

impl Default for Table {
    fn default() -> Table {
        Table { slots: Vec::new(), bits: 0, log: Vec::new(), factor: RandomState::new().hash_one(0) | 1 }
    }
}

/// A free slot, for `Table::insert`.
struct Slot(usize);

impl Table {
    /// Starts a function of so many ops.
    fn reserve(&mut self, ops: usize) {
        const FIRST: usize = 1 << 12;
        self.resize((2 * ops).next_power_of_two().clamp(64, FIRST));
    }
    /// Room for `size`, a power of two.
    fn resize(&mut self, size: usize) {
        if self.slots.len() < size {
            self.slots.resize(size, (0, 0));
        }
        self.bits = size.trailing_zeros();
        let mut log = std::mem::take(&mut self.log);
        let entries: Vec<_> = log.drain(..).map(|slot| std::mem::take(&mut self.slots[slot as usize])).collect();
        self.log = log;
        for (hash, v) in entries {
            let Err(slot) = self.find(hash, |_| false) else { unreachable!("nothing is equal") };
            self.take(slot, (hash, v));
        }
    }
    fn hash(&self, op: &Op) -> u32 {
        let mut hasher = Multiply { hash: 0, factor: self.factor };
        op.hash(&mut hasher);
        (hasher.hash >> 32) as u32
    }
    fn find(&self, hash: u32, mut is: impl FnMut(Value) -> bool) -> Result<Value, Slot> {
        // The upper bits of a product depend on all bits of its factors.
        let mut at = (hash >> (32 - self.bits)) as usize;
        let mask = (1 << self.bits) - 1;
        loop {
            match self.slots[at] {
                (_, 0) => return Err(Slot(at)),
                (h, v) if h == hash && is(Value::from_u32(v - 1)) => return Ok(Value::from_u32(v - 1)),
                _ => at = (at + 1) & mask,
            }
        }
    }
    /// At most three quarters are taken.
    fn insert(&mut self, slot: Slot, hash: u32, v: Value) {
        self.take(slot, (hash, v.as_u32() + 1));
        if 4 * self.log.len() > 3 << self.bits {
            self.resize(2 << self.bits);
        }
    }
    fn take(&mut self, slot: Slot, entry: (u32, u32)) {
        self.slots[slot.0] = entry;
        self.log.push(slot.0 as u32);
    }
    fn undo(&mut self, mark: usize) {
        for slot in self.log.drain(mark..) {
            self.slots[slot as usize] = (0, 0);
        }
    }
}

/// Rotate, xor, multiply by an odd number: ops are a few small integers.
struct Multiply {
    hash: u64,
    factor: u64,
}

impl Multiply {
    fn add(&mut self, n: u64) {
        self.hash = (self.hash.rotate_left(5) ^ n).wrapping_mul(self.factor);
    }
}

impl Hasher for Multiply {
    fn finish(&self) -> u64 {
        self.hash
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.add(u64::from(*b)));
    }
    fn write_u8(&mut self, n: u8) {
        self.add(u64::from(n));
    }
    fn write_u32(&mut self, n: u32) {
        self.add(u64::from(n));
    }
    fn write_u64(&mut self, n: u64) {
        self.add(n);
    }
    fn write_usize(&mut self, n: usize) {
        self.add(n as u64);
    }
}
