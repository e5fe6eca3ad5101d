//! Instruction selection repeats and invents no access to memory (`papers/atomics.md`): another thread could tell on shared memory. That passes do not either is
//! judged by what runs, in `opt/tests/random.rs`; allocators repeat only what reads nothing (`mach/verify`).
//!
//! Every access of a function that may trap is one step that has the trap: there are at most as many such steps as there are such ops, and less where one
//! instruction reads and writes. Accesses that are proven have no trap to count by, so this is under `bounds=guard`.
#[path = "common/kernels.rs"]
mod kernels;
#[path = "common/scripts.rs"]
mod scripts;

use kernels::{Module, kernels};
use samite_codegen::driver::{self, Observer, Strategy, Worker};
use samite_codegen::mach::code::Code;
use samite_codegen::mach::flow::Allocation;
use samite_codegen::x64::X64;
use samite_ir::ssa::effects::{MayTrap, effects};
use samite_ir::ssa::{Func, Op};
use samite_ir::translate::decode;
use samite_ir::value::Trap;
use samite_opt::{Bounds, Passes};

#[test]
fn no_access_is_repeated() {
    let modules: Vec<Module> = kernels().into_iter().chain(scripts::scripts()).collect();
    for passes in Passes::ALL {
        let strategy = Strategy { passes: *passes, bounds: Bounds::Guard, ..Strategy::MAX };
        let mut look = Look { module: "", ops: 0, steps: 0, atomic: 0 };
        for module in &modules {
            look.module = &module.name;
            compile(module, &strategy, &mut look);
        }
        let Look { ops, steps, atomic, .. } = look;
        assert!(steps < ops, "{steps} steps of {ops} ops: none that reads and writes?");
        assert!(steps > ops / 2 && atomic > 50, "{steps} steps of {ops} ops, {atomic} of them atomic: too few");
    }
}

struct Look<'a> {
    module: &'a str,
    /// Of the function that is being compiled it is the last form.
    ops: usize,
    steps: usize,
    atomic: usize,
}

impl Look<'_> {
    fn may_fault(f: &Func) -> (usize, usize) {
        let touches = |op: Op| matches!(op, Op::Load { .. } | Op::Store { .. });
        let is_atomic = |op: Op| matches!(op, Op::AtomicLoad { .. } | Op::AtomicStore { .. } | Op::Rmw { .. } | Op::CmpXchg { .. });
        let faults = || f.body.iter().filter(|v| effects(f, **v).traps == MayTrap::Only(Trap::MemoryOutOfBounds));
        let atomic = faults().filter(|v| is_atomic(f.ops[**v])).count();
        (faults().filter(|v| touches(f.ops[**v])).count() + atomic, atomic)
    }
}

struct Watch<'a, 'b> {
    look: &'b mut Look<'a>,
    now: (usize, usize),
    function: u32,
}

impl Observer for Watch<'_, '_> {
    fn ssa(&mut self, _pass: &str, func: &Func) {
        self.now = Look::may_fault(func);
        self.function = func.index;
    }
    fn allocated(&mut self, code: &Code<X64>, _allocation: &Allocation) {
        let steps = code.traps.iter().filter(|t| **t == Some(Trap::MemoryOutOfBounds)).count();
        let (ops, atomic) = self.now;
        assert!(steps <= ops, "{} function {}: {steps} steps of {ops} ops", self.look.module, self.function);
        self.look.ops += ops;
        self.look.steps += steps;
        self.look.atomic += atomic;
    }
}

fn compile(module: &Module, strategy: &Strategy, look: &mut Look<'_>) {
    let decoded = decode(&module.bytes).unwrap_or_else(|e| panic!("{}: {e}", module.name));
    let layout = driver::layout(&decoded).expect("a small instance record");
    let mut worker = Worker::default();
    for index in 0..decoded.info.bodies.len() as u32 {
        let mut watch = Watch { look, now: (0, 0), function: index };
        driver::compile_function(&mut worker, &decoded, &module.bytes, &layout, index, strategy, &mut watch)
            .unwrap_or_else(|e| panic!("{}: {e}", module.name));
    }
}
