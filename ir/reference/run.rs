//! Executes prepared bodies on explicit stacks, as section 4.4 of the specification does: values, labels and frames.
use super::bulk;
use super::env::{Callee, Cause, Env, Frame, Options, Stop, Val};
use super::prepare::{Function, Instr, Prepared};
use crate::value::{self, Bits, Trap, Type};

/// Runs a defined function (its index among the defined ones) on `args`, which have the types of its parameters.
/// Reads `Env::options` and `Env::prepared` once, at the start.
pub fn invoke<E: Env>(env: &mut E, defined: u32, args: &[Val]) -> Result<Vec<Val>, Stop<E::Error>> {
    let prepared = env.prepared();
    let below = *env.stack_used();
    let mut machine =
        Machine { options: env.options(), prepared: &prepared, below, values: args.to_vec(), labels: Vec::new(), frames: Vec::new() };
    let outcome = machine.enter(env, defined).map_err(Stop::from).and_then(|()| machine.run(env));
    *env.stack_used() = below;
    match outcome {
        Ok(()) => Ok(machine.values),
        Err(mut stop) => {
            let instance = env.instance();
            stop.backtrace.extend(machine.frames.iter().rev().map(|f| f.position(instance)));
            Err(stop)
        }
    }
}

/// What a frame counts for in `Env::stack_used`, in values.
const FRAME_COST: u64 = 4;
/// What a label counts for.
const LABEL_COST: u64 = 2;

pub(super) struct Machine<'p> {
    pub(super) options: Options,
    prepared: &'p Prepared,
    /// `Env::stack_used` of the invocations below this one.
    below: u64,
    /// Of every frame: parameters, locals, operands. The parameters are the operands of the caller's call.
    pub(super) values: Vec<Val>,
    labels: Vec<Label>,
    frames: Vec<Activation<'p>>,
}

struct Activation<'p> {
    function: &'p Function,
    /// Position of the next instruction.
    next: usize,
    /// Where its parameters begin in `values`.
    base: usize,
    /// Where its labels begin; the first is the function's own.
    labels: usize,
}

/// Where a branch goes.
#[derive(Clone, Copy)]
struct Label {
    /// Number of values under the block's operands.
    height: usize,
    /// Number of values the branch takes along.
    arity: usize,
    /// After the block's end, or the `Loop` itself, which makes its label anew.
    target: usize,
}

impl Activation<'_> {
    fn position(&self, instance: u64) -> Frame {
        let offset = self.function.offsets[self.next.saturating_sub(1)];
        Frame { instance, function: self.function.index, offset }
    }
}

impl<'p> Machine<'p> {
    /// Runs until the first frame is left; its results are all that `values` then holds.
    fn run<E: Env>(&mut self, env: &mut E) -> Result<(), Stop<E::Error>> {
        while let Some(frame) = self.frames.last_mut() {
            let function = frame.function;
            match function.code.get(frame.next) {
                Some(instr) => {
                    frame.next += 1;
                    self.step(env, instr)?;
                }
                None => self.leave(),
            }
        }
        Ok(())
    }

    /// Makes the frame of a defined function whose arguments are the topmost values.
    fn enter<E: Env>(&mut self, env: &mut E, defined: u32) -> Result<(), Trap> {
        let function = self.prepared.function(env, defined);
        if self.used() + function.locals as u64 + FRAME_COST + LABEL_COST > self.options.max_stack {
            return Err(Trap::StackExhausted);
        }
        let base = self.values.len() - function.params;
        self.values.resize(self.values.len() + function.locals, Val::default());
        self.frames.push(Activation { function, next: 0, base, labels: self.labels.len() });
        self.push_label(0, function.results, function.code.len());
        env.poll()
    }

    /// The topmost frame has run to its end: only its results stay.
    fn leave(&mut self) {
        if let Some(frame) = self.frames.pop() {
            let results = self.values.len() - frame.function.results;
            self.values.drain(frame.base..results);
        }
    }

    /// Runs a function that is not of this instance, whose arguments are the topmost values.
    fn call_other<E: Env>(&mut self, env: &mut E, funcref: Bits, params: usize) -> Result<(), Stop<E::Error>> {
        let used = self.used();
        if used > self.options.max_stack {
            return Err(Trap::StackExhausted.into());
        }
        let args = self.values.split_off(self.values.len() - params);
        *env.stack_used() = used;
        let outcome = env.call(funcref, &args, &mut self.values);
        *env.stack_used() = self.below;
        outcome
    }

    fn step<E: Env>(&mut self, env: &mut E, instr: &Instr) -> Result<(), Stop<E::Error>> {
        match *instr {
            // ---- control
            Instr::Unreachable => return Err(Trap::Unreachable.into()),
            Instr::Nop => {}
            Instr::Block { params, results, end } => self.push_label(params, results, end),
            Instr::Loop { params } => {
                let here = self.frame().next - 1;
                self.push_label(params, params, here);
                env.poll()?;
            }
            Instr::If { params, results, otherwise, end } => {
                let taken = self.pop() != 0;
                self.push_label(params, results, end);
                if !taken {
                    self.frame().next = otherwise;
                }
            }
            Instr::Else { end } => self.frame().next = end,
            Instr::End => {
                self.labels.pop();
            }
            Instr::Br(depth) => self.branch(depth),
            Instr::BrIf(depth) => {
                if self.pop() != 0 {
                    self.branch(depth);
                }
            }
            Instr::BrTable(ref depths) => {
                let index = (self.pop() as usize).min(depths.len() - 1);
                self.branch(depths[index]);
            }
            Instr::Return => {
                let outermost = self.labels.len() - 1 - self.frame().labels;
                self.branch(outermost as u32);
            }
            Instr::Call(defined) => self.enter(env, defined)?,
            Instr::CallImport { function, params } => {
                let funcref = env.ref_func(function);
                self.call_other(env, funcref, params)?;
            }
            Instr::CallIndirect { table, ty, params } => {
                let index = self.pop();
                if index >= env.table_size(table) {
                    return Err(Trap::UndefinedElement.into());
                }
                let funcref = env.table_get(table, index)?;
                if funcref == 0 {
                    return Err(Trap::UninitializedElement.into());
                }
                match env.callee(funcref, ty).ok_or(Trap::IndirectCallTypeMismatch)? {
                    Callee::Defined(defined) => self.enter(env, defined)?,
                    Callee::Other(funcref) => self.call_other(env, funcref, params)?,
                }
            }
            Instr::Unsupported(ref name) => return Err(Cause::Unsupported(name.to_string()).into()),

            // ---- operands and variables
            Instr::Drop => {
                self.pop_val();
            }
            Instr::Select => {
                let first = self.pop() != 0;
                let (b, a) = (self.pop_val(), self.pop_val());
                self.values.push(if first { a } else { b });
            }
            Instr::LocalGet(local) => {
                let val = *self.local(local);
                self.values.push(val);
            }
            Instr::LocalSet(local) => *self.local(local) = self.pop_val(),
            Instr::LocalTee(local) => *self.local(local) = self.values[self.values.len() - 1],
            Instr::GlobalGet(global) => self.values.push(env.global_get(global)),
            Instr::GlobalSet(global) => env.global_set(global, self.pop_val()),
            Instr::Const(bits) => self.push(bits),
            Instr::Vector(op) => self.vector(env, op)?,
            Instr::Atomic(op) => self.atomic(env, op)?,

            // ---- numbers
            Instr::IsZero => {
                let zero = self.pop() == 0;
                self.push(u64::from(zero));
            }
            Instr::Compare(op, ty) => {
                let (b, a) = (self.pop(), self.pop());
                self.push(value::compare(op, ty, a, b));
            }
            Instr::Unary(op, ty) => {
                let a = self.pop();
                self.push_computed(value::unary(op, ty, a), ty, op.computes_nan());
            }
            Instr::Binary(op, ty) => {
                let (b, a) = (self.pop(), self.pop());
                self.push_computed(value::binary(op, ty, a, b)?, ty, op.computes_nan());
            }
            Instr::Convert(op) => {
                let a = self.pop();
                self.push_computed(value::convert(op, a)?, op.types().1, op.computes_nan());
            }

            // ---- memories
            Instr::Load { op, memory, offset } => {
                let address = effective(self.pop(), offset)?;
                let mut bytes = [0; 8];
                env.memory_read(memory, address, &mut bytes[..op.width() as usize])?;
                self.push(value::loaded(op, Bits::from_le_bytes(bytes)));
            }
            Instr::Store { op, memory, offset } => {
                let val = self.pop();
                let address = effective(self.pop(), offset)?;
                env.memory_write(memory, address, &val.to_le_bytes()[..op.width() as usize])?;
            }
            Instr::MemorySize(memory) => self.push(env.memory_size(memory) / PAGE),
            Instr::MemoryGrow(memory) => {
                let delta = self.pop();
                self.push(env.memory_grow(memory, delta).unwrap_or(GROW_FAILED));
            }
            Instr::MemoryInit { memory, segment } => {
                let (length, from, to) = (self.pop(), self.pop(), self.pop());
                bulk::memory_init(env, memory, segment, to, from, length)?;
            }
            Instr::MemoryCopy { to: to_memory, from: from_memory } => {
                let (length, from, to) = (self.pop(), self.pop(), self.pop());
                bulk::memory_copy(env, (to_memory, to), (from_memory, from), length)?;
            }
            Instr::MemoryFill(memory) => {
                let (length, byte, to) = (self.pop(), self.pop(), self.pop());
                bulk::memory_fill(env, memory, to, byte as u8, length)?;
            }
            Instr::DataDrop(segment) => env.data_drop(segment),

            // ---- references and tables
            Instr::RefFunc(function) => self.push(env.ref_func(function)),
            Instr::TableGet(table) => {
                let index = self.pop();
                self.push(env.table_get(table, index)?);
            }
            Instr::TableSet(table) => {
                let (value, index) = (self.pop(), self.pop());
                env.table_set(table, index, value)?;
            }
            Instr::TableSize(table) => self.push(env.table_size(table)),
            Instr::TableGrow(table) => {
                let (delta, init) = (self.pop(), self.pop());
                self.push(env.table_grow(table, delta, init).unwrap_or(GROW_FAILED));
            }
            Instr::TableInit { table, segment } => {
                let (length, from, to) = (self.pop(), self.pop(), self.pop());
                bulk::table_init(env, table, segment, to, from, length)?;
            }
            Instr::TableCopy { to: to_table, from: from_table } => {
                let (length, from, to) = (self.pop(), self.pop(), self.pop());
                bulk::table_copy(env, (to_table, to), (from_table, from), length)?;
            }
            Instr::TableFill(table) => {
                let (length, value, to) = (self.pop(), self.pop(), self.pop());
                bulk::table_fill(env, table, to, value, length)?;
            }
            Instr::ElementDrop(segment) => env.element_drop(segment),
        }
        Ok(())
    }

    /// To the label `depth` blocks out, which is left with all inside it.
    fn branch(&mut self, depth: u32) {
        let index = self.labels.len() - 1 - depth as usize;
        let label = self.labels[index];
        self.labels.truncate(index);
        self.values.drain(label.height..self.values.len() - label.arity);
        self.frame().next = label.target;
    }

    /// A label over the topmost `params` values.
    fn push_label(&mut self, params: usize, arity: usize, target: usize) {
        self.labels.push(Label { height: self.values.len() - params, arity, target });
    }

    /// The result of an operator; `computes_nan` says whether `nan=canonical` concerns it.
    fn push_computed(&mut self, bits: Bits, ty: Type, computes_nan: bool) {
        let canonical = self.options.canonical_nans && computes_nan;
        self.push(if canonical { value::canonical_nan(ty, bits) } else { bits });
    }

    pub(super) fn push(&mut self, bits: Bits) {
        self.values.push(Val::from_bits(bits));
    }
    pub(super) fn pop(&mut self) -> Bits {
        self.pop_val().bits()
    }
    pub(super) fn pop_val(&mut self) -> Val {
        self.values.pop().expect("ir/reference: validated code pops what it pushed")
    }
    fn local(&mut self, local: usize) -> &mut Val {
        let base = self.frame().base;
        &mut self.values[base + local]
    }
    fn frame(&mut self) -> &mut Activation<'p> {
        self.frames.last_mut().expect("ir/reference: an instruction runs in a frame")
    }
    /// Size of all stacks, in values.
    fn used(&self) -> u64 {
        let own = self.values.len() as u64 + self.labels.len() as u64 * LABEL_COST + self.frames.len() as u64 * FRAME_COST;
        self.below + own
    }
}

const PAGE: u64 = 65536;
/// What `memory.grow` and `table.grow` give when they fail: -1, an i32.
const GROW_FAILED: Bits = u32::MAX as u64;

/// Index plus offset, without wrapping.
pub(super) fn effective(index: u64, offset: u64) -> Result<u64, Trap> {
    index.checked_add(offset).ok_or(Trap::MemoryOutOfBounds)
}
