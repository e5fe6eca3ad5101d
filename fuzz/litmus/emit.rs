//! A module of a test: for each thread a function that does the thread's part many times, at other places each time.
//!
//! As in Alglave et al., *Litmus: Running Tests Against Hardware* (TACAS 2011): locations are arrays, so that threads run freely through a batch and
//! nothing but the test's own accesses is between them. Where batches ask for it, threads meet before each time: all add to one counter and
//! look at it a limited number of times. That comes before the test's accesses in every thread, so it orders none of them.
use super::model::{Action, Change, Order, Patience, Program};
use wasm_encoder::{
    BlockType, CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection, Instruction, MemArg,
    MemArgTarget, MemoryType, Module, Ordering, TypeSection, ValType,
};

/// Names of what the module imports.
pub const MODULE: &str = "litmus";
pub const MEMORY: &str = "memory";
/// Lets other threads of the system run.
pub const PAUSE: &str = "pause";
/// Export: pages in, what `memory.grow` says out. Threads are exported by their numbers.
pub const GROW: &str = "grow";

/// Where the counter is by which threads meet.
pub const MEETING: u32 = 64;
/// An endless wait gives up after this time, nanoseconds: nobody has woken it, which the model forbids.
const LOST: i64 = 20_000_000_000;

/// Parameters of a thread's function, all i32.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arguments {
    /// Address of the first location, at first.
    pub base: u32,
    /// From one time to the next.
    pub stride: u32,
    /// From one location to the next.
    pub spacing: u32,
    pub count: u32,
    /// Address of this thread's results: 8 bytes a register, time after time.
    pub results: u32,
    /// How often to look at the meeting's counter before a pause; 0: do not meet.
    pub looks: u32,
    /// How often to pause before going on alone.
    pub pauses: u32,
    /// Before time `n` waste `n * factor & mask` turns of a loop.
    pub mask: u32,
    pub factor: u32,
    /// The length of the memory before the first time.
    pub pages: u32,
}

impl Arguments {
    pub fn list(&self) -> [u32; PARAMETERS as usize] {
        let places = [self.base, self.stride, self.spacing, self.count, self.results];
        let stress = [self.looks, self.pauses, self.mask, self.factor, self.pages];
        std::array::from_fn(|k| if k < 5 { places[k] } else { stress[k - 5] })
    }
}

const BASE: u32 = 0;
const STRIDE: u32 = 1;
const SPACING: u32 = 2;
const COUNT: u32 = 3;
const RESULTS: u32 = 4;
const LOOKS: u32 = 5;
const PAUSES: u32 = 6;
const MASK: u32 = 7;
const FACTOR: u32 = 8;
const GROWN_FROM: u32 = 9;
const PARAMETERS: u32 = 10;

/// The module, with a shared memory of `min` to `max` pages.
pub fn module(program: &Program, min: u64, max: u64) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function([ValType::I32], [ValType::I32]);
    types.ty().function([ValType::I32; PARAMETERS as usize], []);
    let mut imports = ImportSection::new();
    let memory = MemoryType { minimum: min, maximum: Some(max), memory64: false, shared: true, page_size_log2: None };
    imports.import(MODULE, MEMORY, EntityType::Memory(memory));
    imports.import(MODULE, PAUSE, EntityType::Function(0));
    let (mut functions, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
    functions.function(1);
    exports.export(GROW, ExportKind::Func, 1);
    let mut grow = Function::new([]);
    grow.instruction(&Instruction::LocalGet(0)).instruction(&Instruction::MemoryGrow(0)).instruction(&Instruction::End);
    code.function(&grow);
    for t in 0..program.threads.len() {
        functions.function(2);
        exports.export(&t.to_string(), ExportKind::Func, 2 + t as u32);
        code.function(&Thread::new(program, t).function());
    }
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
    module.finish()
}

/// Makes the function of one thread.
struct Thread<'a> {
    program: &'a Program,
    actions: &'a [Action],
    code: Vec<Instruction<'static>>,
    /// Types of locals after the parameters.
    locals: Vec<ValType>,
    /// The local of each location's address.
    places: Vec<u32>,
}

use Instruction as I;

impl<'a> Thread<'a> {
    fn new(program: &'a Program, t: usize) -> Thread<'a> {
        Thread { program, actions: &program.threads[t], code: Vec::new(), locals: Vec::new(), places: Vec::new() }
    }

    fn local(&mut self, ty: ValType) -> u32 {
        self.locals.push(ty);
        PARAMETERS + self.locals.len() as u32 - 1
    }

    fn put(&mut self, code: impl IntoIterator<Item = Instruction<'static>>) {
        self.code.extend(code);
    }

    fn function(mut self) -> Function {
        let (time, seen) = (self.local(ValType::I32), self.local(ValType::I32));
        for _ in 0..self.program.locations.len() {
            let place = self.local(ValType::I32);
            self.places.push(place);
        }
        self.put([I::LocalGet(COUNT), I::I32Eqz, I::If(BlockType::Empty), I::Return, I::End]);
        for k in 0..self.places.len() {
            let place = self.places[k];
            self.put([I::LocalGet(BASE), I::LocalGet(SPACING), I::I32Const(k as i32), I::I32Mul, I::I32Add, I::LocalSet(place)]);
        }
        self.put([I::Loop(BlockType::Empty)]);
        self.meet(seen);
        self.delay(time);
        let actions = self.actions;
        let registers: Vec<(u32, bool)> = actions.iter().filter_map(|action| self.act(action, time)).collect();
        for (k, (register, wide)) in registers.iter().enumerate() {
            let memarg = memarg(8 * k as u64, if *wide { 8 } else { 4 });
            self.put([I::LocalGet(RESULTS), I::LocalGet(*register)]);
            self.put([if *wide { I::I64Store(memarg) } else { I::I32Store(memarg) }]);
        }
        self.put([I::LocalGet(RESULTS), I::I32Const(8 * registers.len() as i32), I::I32Add, I::LocalSet(RESULTS)]);
        for place in self.places.clone() {
            self.put([I::LocalGet(place), I::LocalGet(STRIDE), I::I32Add, I::LocalSet(place)]);
        }
        self.put([I::LocalGet(time), I::I32Const(1), I::I32Add, I::LocalTee(time), I::LocalGet(COUNT), I::I32LtU, I::BrIf(0)]);
        self.put([I::End, I::End]);
        let mut function = Function::new_with_locals_types(self.locals);
        for instruction in &self.code {
            function.instruction(instruction);
        }
        function
    }

    /// Waits for the others, but not for long. `seen`: how many must have come.
    fn meet(&mut self, seen: u32) {
        let (looks, pauses) = (self.local(ValType::I32), self.local(ValType::I32));
        let counter = memarg(MEETING.into(), 4);
        let threads = self.program.threads.len() as i32;
        self.put([I::LocalGet(LOOKS), I::If(BlockType::Empty)]);
        self.put([I::I32Const(0), I::I32Const(1), I::I32AtomicRmwAdd(counter), I::Drop]);
        self.put([I::LocalGet(seen), I::I32Const(threads), I::I32Add, I::LocalSet(seen)]);
        self.put([I::LocalGet(LOOKS), I::LocalSet(looks), I::LocalGet(PAUSES), I::LocalSet(pauses)]);
        self.put([I::Block(BlockType::Empty), I::Loop(BlockType::Empty)]);
        self.put([I::I32Const(0), I::I32AtomicLoad(counter), I::LocalGet(seen), I::I32GeU, I::BrIf(1)]);
        self.put([I::LocalGet(looks), I::I32Const(1), I::I32Sub, I::LocalTee(looks), I::BrIf(0)]);
        self.put([I::LocalGet(pauses), I::I32Eqz, I::BrIf(1)]);
        self.put([I::LocalGet(pauses), I::I32Const(1), I::I32Sub, I::LocalSet(pauses), I::LocalGet(LOOKS), I::LocalSet(looks)]);
        self.put([I::Call(0), I::Br(0), I::End, I::End, I::End]);
    }

    fn delay(&mut self, time: u32) {
        let left = self.local(ValType::I32);
        self.put([I::LocalGet(time), I::LocalGet(FACTOR), I::I32Mul, I::LocalGet(MASK), I::I32And, I::LocalSet(left)]);
        self.put([I::Block(BlockType::Empty), I::Loop(BlockType::Empty), I::LocalGet(left), I::I32Eqz, I::BrIf(1)]);
        self.put([I::LocalGet(left), I::I32Const(1), I::I32Sub, I::LocalSet(left), I::Br(0), I::End, I::End]);
    }

    /// The local that keeps the result, and whether it is an i64.
    fn act(&mut self, action: &Action, time: u32) -> Option<(u32, bool)> {
        let Some(at) = action.at() else {
            self.put([I::AtomicFence(Ordering::SeqCst)]);
            return None;
        };
        let l = self.program.locations.iter().position(|l| l.has(at.first)).expect("a place in a location");
        if self.program.length == Some(l) {
            return self.act_on_length(action, time);
        }
        let offset = (at.first - self.program.locations[l].first) as u64 * u64::from(self.program.cell_bytes);
        let width = at.cells as u32 * self.program.cell_bytes;
        let memarg = memarg(offset, width);
        self.put([I::LocalGet(self.places[l])]);
        let number = |value: u64| if width == 8 { I::I64Const(value as i64) } else { I::I32Const(value as i32) };
        let (code, wide) = match *action {
            Action::Load { order, .. } => (vec![load(order, width)(memarg)], width == 8),
            Action::Store { order, value, .. } => (vec![number(value), store(order, width)(memarg)], false),
            Action::Change { change, value, .. } => (vec![number(value), rmw(change, width)(memarg)], width == 8),
            Action::CompareExchange { expected, replacement, .. } => {
                (vec![number(expected), number(replacement), compare_exchange(width)(memarg)], width == 8)
            }
            Action::Wait { expected, patience, .. } => {
                let timeout = match patience {
                    Patience::None => 0,
                    Patience::Endless => LOST,
                };
                let wait = if width == 8 { I::MemoryAtomicWait64(memarg) } else { I::MemoryAtomicWait32(memarg) };
                (vec![number(expected), I::I64Const(timeout), wait], false)
            }
            Action::Notify { count, .. } => {
                // Whatever the width of what is waited for.
                let memarg = MemArg { align: 2, ..memarg };
                (vec![I::I32Const(count as i32), I::MemoryAtomicNotify(memarg)], false)
            }
            Action::Fence => unreachable!("a fence has no place"),
        };
        self.put(code);
        match action {
            Action::Store { .. } => None,
            _ if action.into().is_none() => {
                self.put([I::Drop]);
                None
            }
            _ => {
                let register = self.local(if wide { ValType::I64 } else { ValType::I32 });
                self.put([I::LocalSet(register)]);
                Some((register, wide))
            }
        }
    }

    /// Before time `n` the memory has grown by `n` pages.
    fn act_on_length(&mut self, action: &Action, time: u32) -> Option<(u32, bool)> {
        match action {
            Action::Load { .. } => {
                let register = self.local(ValType::I32);
                self.put([I::MemorySize(0), I::LocalGet(GROWN_FROM), I::LocalGet(time), I::I32Add, I::I32GtU, I::LocalSet(register)]);
                Some((register, false))
            }
            Action::Change { change: Change::Add, value, into: None, .. } => {
                self.put([I::I32Const(*value as i32), I::MemoryGrow(0), I::Drop]);
                None
            }
            other => unreachable!("{other:?} of a length"),
        }
    }
}

fn memarg(offset: u64, width: u32) -> MemArg {
    MemArg { offset, align: width.trailing_zeros(), target: MemArgTarget::Memory(0), ordering: None }
}

type Make = fn(MemArg) -> Instruction<'static>;

fn load(order: Order, width: u32) -> Make {
    match (order, width) {
        (Order::Plain, 1) => I::I32Load8U,
        (Order::Plain, 2) => I::I32Load16U,
        (Order::Plain, 4) => I::I32Load,
        (Order::Plain, _) => I::I64Load,
        (Order::Atomic, 1) => I::I32AtomicLoad8U,
        (Order::Atomic, 2) => I::I32AtomicLoad16U,
        (Order::Atomic, 4) => I::I32AtomicLoad,
        (Order::Atomic, _) => I::I64AtomicLoad,
    }
}

fn store(order: Order, width: u32) -> Make {
    match (order, width) {
        (Order::Plain, 1) => I::I32Store8,
        (Order::Plain, 2) => I::I32Store16,
        (Order::Plain, 4) => I::I32Store,
        (Order::Plain, _) => I::I64Store,
        (Order::Atomic, 1) => I::I32AtomicStore8,
        (Order::Atomic, 2) => I::I32AtomicStore16,
        (Order::Atomic, 4) => I::I32AtomicStore,
        (Order::Atomic, _) => I::I64AtomicStore,
    }
}

fn rmw(change: Change, width: u32) -> Make {
    match (change, width) {
        (Change::Add, 1) => I::I32AtomicRmw8AddU,
        (Change::Add, 2) => I::I32AtomicRmw16AddU,
        (Change::Add, 4) => I::I32AtomicRmwAdd,
        (Change::Add, _) => I::I64AtomicRmwAdd,
        (Change::Exchange, 1) => I::I32AtomicRmw8XchgU,
        (Change::Exchange, 2) => I::I32AtomicRmw16XchgU,
        (Change::Exchange, 4) => I::I32AtomicRmwXchg,
        (Change::Exchange, _) => I::I64AtomicRmwXchg,
    }
}

fn compare_exchange(width: u32) -> Make {
    match width {
        1 => I::I32AtomicRmw8CmpxchgU,
        2 => I::I32AtomicRmw16CmpxchgU,
        4 => I::I32AtomicRmwCmpxchg,
        _ => I::I64AtomicRmwCmpxchg,
    }
}
