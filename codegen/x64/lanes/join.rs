//! Several instructions to one, where only one reads what the others make: rotations, and with AVX-512 bit operators of up to three operands.
//!
//! What is joined stays behind unread, for the passes to come. Nothing is taken into a loop that could leave it.
use super::super::cpu::Cpu;
use TargetOp::*;
use cranelift_entity::SecondaryMap;
use samite_ir::ssa::{Func, Op, Value};
use samite_ir::value::{TargetOp, Type};
use smallvec::SmallVec;

pub fn join(f: &mut Func, depths: &SecondaryMap<Value, u16>, cpu: Cpu) {
    let mut j = Joiner { uses: uses(f), f, depths, joined: SecondaryMap::new() };
    let mut orders: SecondaryMap<Value, Option<Value>> = SecondaryMap::new();
    // Readers come before what they read.
    for at in (0..j.f.body.len()).rev() {
        let v = j.f.body[at];
        if j.joined[v] || j.uses[v] == 0 {
            continue;
        }
        match j.rotation(v) {
            Some((32, n, x)) if cpu == Cpu::Avx512 => j.f.ops[v] = Op::Target1(Prold, Type::V128, n, x),
            Some((64, n, x)) if cpu == Cpu::Avx512 => j.f.ops[v] = Op::Target1(Prolq, Type::V128, n, x),
            Some((64, 32, x)) => j.f.ops[v] = Op::Target1(Pshufd, Type::V128, 0xb1, x),
            Some((width, n, x)) if n % 8 == 0 => {
                let (size, n) = (width / 8, n / 8);
                let bytes: [u8; 16] = std::array::from_fn(|k| k as u8 / size * size + (k as u8 + size - n) % size);
                let id = j.f.vectors.intern(u128::from_le_bytes(bytes));
                let order = j.f.make(Op::VConst(Type::V128, id), j.f.offsets[v]);
                orders[v] = Some(order);
                j.f.ops[v] = Op::Target2(Pshufb, Type::V128, 0, x, order);
            }
            _ if cpu == Cpu::Avx512 => j.ternary(v),
            _ => {}
        }
    }
    insert(f, &orders);
}

/// How often each value is read by what is not itself unread.
fn uses(f: &Func) -> SecondaryMap<Value, u32> {
    let mut uses = SecondaryMap::new();
    for &v in f.body.iter().rev() {
        let is_unread = uses[v] == 0 && matches!(f.ops[v], Op::Target1(..) | Op::Target2(..) | Op::Target3(..));
        if !is_unread {
            f.for_each_operand(v, |a| uses[a] += 1);
        }
    }
    uses
}

/// Puts a value in front of another.
fn insert(f: &mut Func, before: &SecondaryMap<Value, Option<Value>>) {
    if before.values().all(Option::is_none) {
        return;
    }
    let with = |f: &Func, b| f.body(b).iter().flat_map(|v| before[*v].into_iter().chain([*v])).collect();
    let bodies: Vec<_> = f.layout.iter().map(|b| (*b, with(f, *b))).collect();
    f.set_bodies(bodies);
}

struct Joiner<'a> {
    f: &'a mut Func,
    uses: SecondaryMap<Value, u32>,
    depths: &'a SecondaryMap<Value, u16>,
    joined: SecondaryMap<Value, bool>,
}

impl Joiner<'_> {
    /// The width of lanes, by how much to the left, and of what, if the value is both parts of a rotation put together.
    fn rotation(&self, v: Value) -> Option<(u8, u8, Value)> {
        let Op::Target2(Por | Pxor | Paddw | Paddd | Paddq, _, _, a, b) = self.f.ops[v] else { return None };
        let (Op::Target1(first, _, _, x), Op::Target1(_, _, _, y)) = (self.f.ops[a], self.f.ops[b]) else { return None };
        if x != y || self.uses[a] != 1 || self.uses[b] != 1 {
            return None;
        }
        let (left, right) = if matches!(first, PsllwImm | PslldImm | PsllqImm) { (a, b) } else { (b, a) };
        let (Op::Target1(left, _, n, _), Op::Target1(right, _, m, _)) = (self.f.ops[left], self.f.ops[right]) else { return None };
        let width = match (left, right) {
            (PsllwImm, PsrlwImm) => 16,
            (PslldImm, PsrldImm) => 32,
            (PsllqImm, PsrlqImm) => 64,
            _ => return None,
        };
        (n > 0 && n < width && n + m == width).then_some((width, n, x))
    }

    /// Makes a value that is bit operators of at most three others one instruction, if it is two now, or a complement outside of loops, where the
    /// ones would have to be made.
    fn ternary(&mut self, v: Value) {
        let Some((a, b)) = self.bits(v) else { return };
        let mut inner: SmallVec<[Value; 8]> = SmallVec::from_slice(&[v]);
        let mut leaves: SmallVec<[Value; 4]> = SmallVec::new();
        self.add_leaves(&mut leaves, [a, b]);
        let mut at = 0;
        while at < leaves.len() {
            let x = leaves[at];
            let mut rest = leaves.clone();
            rest.remove(at);
            match self.bits(x) {
                Some((a, b)) if self.uses[x] == 1 && !self.joined[x] && !self.leaves_loop(x, v) => {
                    self.add_leaves(&mut rest, [a, b]);
                    if rest.len() <= 3 {
                        (leaves, at) = (rest, 0);
                        inner.push(x);
                        continue;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        let is_complement = matches!(self.f.ops[v], Op::Target2(Pxor, ..)) && leaves.len() == 1 && self.depths[v] == 0;
        if leaves.is_empty() || leaves.len() > 3 || inner.len() < 2 && !is_complement {
            return;
        }
        let imm = self.table(v, &inner, &leaves);
        let leaf = |n: usize| leaves[n.min(leaves.len() - 1)];
        self.f.ops[v] = Op::Target3(Pternlog, Type::V128, imm, leaf(0), leaf(1), leaf(2));
        for x in &inner[1..] {
            self.joined[*x] = true;
        }
    }

    fn bits(&self, v: Value) -> Option<(Value, Value)> {
        match self.f.ops[v] {
            Op::Target2(Pand | Pandn | Por | Pxor, Type::V128, _, a, b) => Some((a, b)),
            _ => None,
        }
    }
    /// All bits of a constant, if they are the same.
    fn same_bits(&self, v: Value) -> Option<u8> {
        match self.f.ops[v] {
            Op::VConst(Type::V128, id) => match self.f.vectors[id].low {
                0 => Some(0),
                u128::MAX => Some(0xff),
                _ => None,
            },
            _ => None,
        }
    }
    fn add_leaves(&self, leaves: &mut SmallVec<[Value; 4]>, new: [Value; 2]) {
        for x in new {
            if !leaves.contains(&x) && self.same_bits(x).is_none() {
                leaves.push(x);
            }
        }
    }
    /// Would `x` be moved out of a loop in which `v` is?
    fn leaves_loop(&self, x: Value, v: Value) -> bool {
        let mut depth = 0;
        self.f.for_each_operand(x, |a| depth = depth.max(self.depths[a]));
        depth < self.depths[v]
    }
    /// The immediate of `pternlog` that computes `v` of the leaves.
    fn table(&self, v: Value, inner: &[Value], leaves: &[Value]) -> u8 {
        if let Some(bits) = self.same_bits(v) {
            return bits;
        }
        if let Some(n) = leaves.iter().position(|x| *x == v) {
            return [0xf0, 0xcc, 0xaa][n];
        }
        debug_assert!(inner.contains(&v));
        let Op::Target2(op, _, _, a, b) = self.f.ops[v] else { unreachable!("{v} is a bit operator") };
        let (a, b) = (self.table(a, inner, leaves), self.table(b, inner, leaves));
        match op {
            Pand => a & b,
            Pandn => !a & b,
            Por => a | b,
            _ => a ^ b,
        }
    }
}
