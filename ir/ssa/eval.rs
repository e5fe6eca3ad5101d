//! Runs a function: what its text means, op by op. Used to compare a function before and after a pass.
//!
//! Everything outside of the function is a `World`: addresses are numbers that only it gives meaning to. A `HeapAddr` is the
//! number `base + index + offset`, modulo 2^64; whether it may be accessed the world decides, by region and address.
use super::func::{CallTarget, Func};
use super::op::{Builtin, Edge, Op, Region, Value};
pub use crate::value::Wide;
use crate::value::{self, MemOp, Trap, Type, atomic};
use cranelift_entity::SecondaryMap;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Access {
    pub region: Region,
    pub addr: u64,
    /// Bytes.
    pub width: u32,
}

/// What a call calls, its operands evaluated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callee {
    Direct(u32),
    Pointer { code: u64, caller: u64 },
    Builtin(Builtin),
}

/// Memory and other functions.
pub trait World {
    /// The bytes, little-endian, upper bits zero.
    fn load(&mut self, access: Access) -> Result<Wide, Trap>;
    fn store(&mut self, access: Access, value: Wide) -> Result<(), Trap>;
    /// An atomic op of shared memory is next, which makes this access, or a fence. What it reads and writes follows at once.
    fn synchronize(&mut self, _access: Option<Access>) {}
    /// As many results as the signature says.
    fn call(&mut self, callee: Callee, args: &[Wide]) -> Result<Vec<Wide>, Trap>;
}

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    Return(Vec<Wide>),
    Trap(Trap),
    /// The limit was reached; nothing is known.
    OutOfSteps,
}

/// Runs `f` for at most `steps` ops. Panics if a proven access traps, or where the verifier would object.
pub fn eval(f: &Func, args: &[Wide], world: &mut impl World, steps: u64) -> End {
    let mut run = Run { f, values: SecondaryMap::with_capacity(f.ops.len()), results: Vec::new(), args: Vec::new(), world };
    for (p, a) in f.params(f.entry()).iter().zip(args) {
        run.values[*p] = *a;
    }
    let mut block = f.entry();
    let mut left = steps;
    loop {
        for &v in f.body(block) {
            if left == 0 {
                return End::OutOfSteps;
            }
            left -= 1;
            match run.step(v) {
                Ok(None) => {}
                Ok(Some(Next::Edge(e))) => {
                    run.pass(e);
                    block = f.edges[e].to;
                }
                Ok(Some(Next::Return(values))) => return End::Return(values),
                Err(trap) => return End::Trap(trap),
            }
        }
    }
}

enum Next {
    Edge(Edge),
    Return(Vec<Wide>),
}

struct Run<'a, W> {
    f: &'a Func,
    values: SecondaryMap<Value, Wide>,
    /// Of the last call, for the `Result` ops behind it.
    results: Vec<Wide>,
    /// Scratch: arguments of an edge, all read before any parameter is written.
    args: Vec<Wide>,
    world: &'a mut W,
}

impl<W: World> Run<'_, W> {
    fn step(&mut self, v: Value) -> Result<Option<Next>, Trap> {
        let f = self.f;
        let result = match f.ops[v] {
            // Written by the edge that led here.
            Op::Param(..) => return Ok(None),
            Op::Result(_, _, n) => {
                self.values[v] = self.results[n as usize];
                return Ok(None);
            }
            Op::Const(_, bits) => bits,
            Op::Unary(op, ty, a) => value::unary(op, ty, self.bits(a)),
            Op::Binary(op, ty, a, b) => value::binary(op, ty, self.bits(a), self.bits(b))?,
            Op::Compare(op, ty, a, b) => value::compare(op, ty, self.bits(a), self.bits(b)),
            Op::Convert(op, a) => value::convert(op, self.bits(a))?,
            Op::Select(_, c, a, b) => {
                self.values[v] = self.values[if self.bits(c) != 0 { a } else { b }];
                return Ok(None);
            }
            Op::VConst(_, id) => return self.set(v, f.vectors[id]),
            Op::LaneUnary(op, shape, a) => return self.set(v, value::lane_unary(op, shape, self.vector(a))),
            Op::LaneBinary(op, shape, a, b) => return self.set(v, value::lane_binary(op, shape, self.vector(a), self.vector(b))),
            Op::LaneTernary(op, shape, a, b, c) => {
                return self.set(v, value::lane_ternary(op, shape, self.vector(a), self.vector(b), self.vector(c)));
            }
            Op::LaneShift(op, shape, a, n) => return self.set(v, value::lane_shift(op, shape, self.vector(a), self.bits(n))),
            Op::LaneTest(op, shape, a) => value::lane_test(op, shape, self.vector(a)),
            Op::Splat(shape, a) => return self.set(v, value::splat(shape, self.bits(a))),
            Op::ExtractLane(shape, extension, k, a) => value::extract_lane(shape, extension, k, self.vector(a)),
            Op::ReplaceLane(shape, k, a, b) => return self.set(v, value::replace_lane(shape, k, self.vector(a), self.bits(b))),
            Op::Shuffle(indices, a, b) => return self.set(v, value::shuffle(f.vectors[indices].low, self.vector(a), self.vector(b))),
            Op::Target1(op, ty, imm, a) => return self.set(v, op.eval(ty, [self.values[a], Wide::ZERO, Wide::ZERO], imm)),
            Op::Target2(op, ty, imm, a, b) => return self.set(v, op.eval(ty, [self.values[a], self.values[b], Wide::ZERO], imm)),
            Op::Target3(op, ty, imm, a, b, c) => {
                return self.set(v, op.eval(ty, [self.values[a], self.values[b], self.values[c]], imm));
            }
            Op::HeapAddr { base, index, offset, .. } => self.bits(base).wrapping_add(self.bits(index)).wrapping_add(u64::from(offset)),
            Op::Load { op, proven, region, addr, disp } => {
                let loaded = self.world.load(self.access(op, region, addr, disp));
                self.values[v] = extend(op, self.unless_proven(v, proven, loaded)?);
                return Ok(None);
            }
            Op::Store { op, proven, region, addr, disp, value } => {
                let value = self.values[value].truncated(op.width());
                let stored = self.world.store(self.access(op, region, addr, disp), value);
                self.unless_proven(v, proven, stored)?;
                return Ok(None);
            }
            Op::AtomicLoad { op, proven, addr } => self.atomic(v, op, proven, addr, |_| None)?,
            Op::AtomicStore { op, proven, addr, value } => {
                let access = self.access(op, Region::ANY_MEMORY, addr, 0);
                self.world.synchronize(Some(access));
                let stored = self.world.store(access, self.values[value].truncated(op.width()));
                self.unless_proven(v, proven, stored)?;
                return Ok(None);
            }
            Op::Rmw { op, how, proven, addr, value } => {
                let operand = self.bits(value);
                self.atomic(v, how, proven, addr, |old| Some(atomic::rmw(op, how.width(), old, operand)))?
            }
            Op::CmpXchg { how, proven, addr, expected, replacement } => {
                let (width, expected, replacement) = (how.width(), self.bits(expected), self.bits(replacement));
                // Without a match it writes nothing.
                let new = |old| Some(atomic::cmpxchg(width, old, expected, replacement)).filter(|_| old == expected & atomic::mask(width));
                self.atomic(v, how, proven, addr, new)?
            }
            Op::Fence => {
                self.world.synchronize(None);
                return Ok(None);
            }
            Op::TrapIf(trap, c) => return if self.bits(c) != 0 { Err(trap) } else { Ok(None) },
            Op::Call(c) => {
                let args: Vec<_> = f.call_args(c).iter().map(|a| self.values[*a]).collect();
                let callee = match f.calls[c].target {
                    CallTarget::Direct(k) => Callee::Direct(k),
                    CallTarget::Pointer { code, caller } => Callee::Pointer { code: self.bits(code), caller: self.bits(caller) },
                    CallTarget::Builtin(b) => Callee::Builtin(b),
                };
                self.results = self.world.call(callee, &args)?;
                assert_eq!(self.results.len(), f.signatures[f.calls[c].sig].results.len(), "results of {callee:?}");
                return Ok(None);
            }
            Op::Jump(e) => return Ok(Some(Next::Edge(e))),
            Op::Branch(c, yes, no) => return Ok(Some(Next::Edge(if self.bits(c) != 0 { yes } else { no }))),
            Op::Switch(i, s) => {
                let table = &f.switches[s];
                let entry = table.edges.get(self.bits(i) as usize).copied();
                return Ok(Some(Next::Edge(entry.unwrap_or(table.default))));
            }
            Op::Return(list) => {
                let values = list.as_slice(&f.pool).iter().map(|a| self.values[*a]).collect();
                return Ok(Some(Next::Return(values)));
            }
            Op::Unreachable(trap) => return Err(trap),
        };
        self.values[v] = Wide::from(result);
        Ok(None)
    }

    /// Reads, writes what `new` makes of that, gives what was read.
    fn atomic(&mut self, v: Value, op: MemOp, proven: bool, addr: Value, new: impl FnOnce(u64) -> Option<u64>) -> Result<u64, Trap> {
        let access = self.access(op, Region::ANY_MEMORY, addr, 0);
        self.world.synchronize(Some(access));
        let loaded = self.world.load(access);
        let old = self.unless_proven(v, proven, loaded)?.bits();
        if let Some(new) = new(old) {
            let stored = self.world.store(access, Wide::from(new));
            self.unless_proven(v, proven, stored)?;
        }
        Ok(old)
    }

    fn set(&mut self, v: Value, result: impl Into<Wide>) -> Result<Option<Next>, Trap> {
        self.values[v] = result.into();
        Ok(None)
    }
    fn bits(&self, v: Value) -> value::Bits {
        self.values[v].bits()
    }
    fn vector(&self, v: Value) -> u128 {
        self.values[v].low
    }

    fn access(&self, op: MemOp, region: Region, addr: Value, disp: i32) -> Access {
        let addr = self.bits(addr).wrapping_add(i64::from(disp) as u64);
        Access { region, addr, width: op.width() }
    }

    fn unless_proven<T>(&self, v: Value, proven: bool, done: Result<T, Trap>) -> Result<T, Trap> {
        if let (true, Err(trap)) = (proven, &done) {
            panic!("{v} is a proven access and ended in {trap:?}\n{}", self.f);
        }
        done
    }

    fn pass(&mut self, e: Edge) {
        let f = self.f;
        self.args.clear();
        self.args.extend(f.args(e).iter().map(|a| self.values[*a]));
        for (p, value) in f.params(f.edges[e].to).iter().zip(&self.args) {
            self.values[*p] = *value;
        }
    }
}

/// What a load makes of the bytes.
pub fn extend(op: MemOp, bytes: Wide) -> Wide {
    use MemOp::*;
    let from = match op {
        I32x8S | I64x8S => i64::from(bytes.bits() as i8),
        I32x16S | I64x16S => i64::from(bytes.bits() as i16),
        I64x32S => i64::from(bytes.bits() as i32),
        I32x8U | I32x16U | I64x8U | I64x16U | I64x32U | I32 | I64 | F32 | F64 | Ref => return bytes,
        V128 | V128x32Zero | V128x64Zero | V256 => return bytes,
    };
    Wide::from(if op.value_type() == Type::I32 { u64::from(from as u32) } else { from as u64 })
}
