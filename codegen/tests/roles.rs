//! Operand roles, implicit registers and clobbers, compared with what iced says that the emitted instructions read and write.
//!
//! Allocators believe what a step declares, and their judge believes it too; so here the declarations are held against the machine. Steps
//! of real modules are emitted with their own number as wasm offset, so that line rows say which bytes belong to which step. Then:
//! - a step of one instruction reads exactly the registers of its inputs, and writes exactly those of its outputs and clobbers;
//! - a group of instructions reads, before it writes them, no other registers than those of its inputs, writes no others than
//!   those of its outputs, clobbers and the scratch registers r11 and xmm15, and all of its outputs;
//! - nothing that an allocator may put in the register of a plain input (`Use`) is written before the last read of that input.
#[path = "common/kernels.rs"]
mod kernels;
#[path = "common/scripts.rs"]
mod scripts;

use iced_x86::{Decoder, DecoderOptions, Instruction, InstructionInfoFactory, Mnemonic, OpAccess, Register};
use kernels::{Module, kernels};
use samite_codegen::driver::{self, Observer, Strategy, Worker};
use samite_codegen::mach::code::{Code, Target};
use samite_codegen::mach::flow::{Allocation, Class, Loc, Operand, PReg, RegSet, Role, Want};
use samite_codegen::mach::tables::Detail;
use samite_codegen::x64::X64;
use samite_codegen::x64::op::{Callee, Op};
use samite_codegen::x64::regs::{R11, xmm};
use samite_ir::ssa::Func;
use samite_ir::translate::decode;
use scripts::scripts;
use std::collections::{HashMap, HashSet};

#[test]
fn kernels_declare_what_they_do() {
    check_all(&kernels());
}

#[test]
fn modules_of_the_scripts_declare_what_they_do() {
    let seen = check_all(&scripts());
    // Opcodes seen as steps of one instruction: fewer would mean that the test does not look.
    assert!(seen.codes.len() > 240, "{} opcodes", seen.codes.len());
    for group in [
        "Set",
        "Move",
        "MoveVec",
        "TrapIf",
        "Divide",
        "Limit",
        "TableEntry",
        "Convert",
        "Call",
        "Const",
        "PoolConst",
        "ZeroVec",
        "OnesVec",
        "CmpXchg",
        "Retry",
    ] {
        assert!(seen.groups.contains_key(group), "no step is a {group}");
    }
}

/// Wrong declarations are noticed.
#[test]
fn lies_are_found_out() {
    let source = "(module (func (param i32 i32) (result i32) (i32.div_s (i32.rotl (local.get 0) (local.get 1)) (local.get 1))))";
    let bytes = wat::parse_str(source).expect("the source is text");
    let modules = [Module { name: "lies".into(), bytes }];
    let lies: [(&str, Lie); 4] = [
        ("the divisor is read early only", |code| {
            let first = code.flow.steps[division(code)].operands.start as usize;
            code.flow.operands[first + 1].role = Role::Use;
        }),
        ("a division leaves rdx alone", |code| {
            let step = division(code);
            code.flow.steps[step].clobbers = RegSet::EMPTY;
        }),
        ("a rotation does not read its count", |code| {
            let step = rotation(code);
            code.flow.steps[step].operands.end -= 1;
        }),
        ("a rotation writes r9", |code| {
            let step = rotation(code);
            code.flow.steps[step].clobbers = RegSet::of(&[PReg::new(Class::Int, 9)]);
        }),
    ];
    for (what, lie) in lies {
        let found = std::panic::catch_unwind(|| {
            let mut seen = Seen::default();
            let strategy = Strategy::BASELINE;
            let mut look = Look { seen: &mut seen, module: "lies", strategy: &strategy, function: 0, lie: Some(lie) };
            compile(&modules[0], &strategy, &mut look);
        });
        assert!(found.is_err(), "nobody noticed: {what}");
    }
}

fn division(code: &Code<X64>) -> usize {
    code.ops.iter().position(|op| matches!(op, Op::Divide { .. })).expect("a division")
}

fn rotation(code: &Code<X64>) -> usize {
    let is_rotation = |op: &Op| matches!(op, Op::Inst(i) if i.code == iced_x86::Code::Rol_rm32_CL);
    code.ops.iter().position(is_rotation).expect("a rotation")
}

/// Changes what steps declare, after allocation.
type Lie = fn(&mut Code<X64>);

/// How often each was checked.
#[derive(Default)]
struct Seen {
    codes: HashMap<iced_x86::Code, u64>,
    groups: HashMap<&'static str, u64>,
}

fn check_all(modules: &[Module]) -> Seen {
    let mut seen = Seen::default();
    // And for processors that this may not be.
    let wide: Strategy = "cpu=avx512".parse().expect("a strategy");
    for strategy in Strategy::covering().into_iter().chain([wide]) {
        for module in modules {
            let mut look = Look { seen: &mut seen, module: &module.name, strategy: &strategy, function: 0, lie: None };
            compile(module, &strategy, &mut look);
        }
    }
    seen
}

/// Compiles every function of a module with somebody looking on.
fn compile(module: &Module, strategy: &Strategy, observer: &mut dyn Observer) {
    let decoded = decode(&module.bytes).unwrap_or_else(|e| panic!("{}: {e}", module.name));
    let layout = driver::layout(&decoded).expect("a small instance record");
    let mut worker = Worker::default();
    for index in 0..decoded.info.bodies.len() as u32 {
        driver::compile_function(&mut worker, &decoded, &module.bytes, &layout, index, strategy, observer)
            .unwrap_or_else(|e| panic!("{}: {e}", module.name));
    }
}

struct Look<'a> {
    seen: &'a mut Seen,
    module: &'a str,
    strategy: &'a Strategy,
    function: u32,
    lie: Option<Lie>,
}

impl Observer for Look<'_> {
    fn ssa(&mut self, _pass: &str, func: &Func) {
        self.function = func.index;
    }
    fn allocated(&mut self, code: &Code<X64>, allocation: &Allocation) {
        let mut numbered = code.clone();
        for (step, offset) in numbered.offsets.iter_mut().enumerate() {
            *offset = step as u32;
        }
        let emitted = X64::emit(&numbered, allocation, Detail::Operators);
        let mut told = code.clone();
        if let Some(lie) = self.lie {
            lie(&mut told);
        }
        let code = &told;
        let bytes = &emitted.text[..emitted.code_len as usize];
        let instructions: Vec<Instruction> = Decoder::with_ip(64, bytes, 0, DecoderOptions::NONE).iter().collect();
        let starts: HashSet<u32> = code.flow.blocks.values().map(|b| b.steps.start).collect();
        for (n, row) in emitted.lines.iter().enumerate() {
            let end = emitted.lines.get(n + 1).map_or(emitted.code_len, |next| next.pc);
            let from = instructions.partition_point(|i| i.ip() < u64::from(row.pc));
            let to = instructions.partition_point(|i| i.ip() < u64::from(end));
            // Behind the last step of a block anything may stand.
            let step = row.offset;
            let ends = !starts.contains(&(step + 1));
            let list = &instructions[from..to];
            let is_cold_trap =
                matches!(code.ops[step as usize], Op::TrapIf(..)) && list.first().is_some_and(|i| i.mnemonic() == Mnemonic::Ud2);
            if !is_cold_trap && let Some(mine) = group(code, allocation, step, ends, list) {
                self.check(code, allocation, step, mine);
                match &code.ops[step as usize] {
                    Op::Inst(i) => *self.seen.codes.entry(i.code).or_default() += 1,
                    op => *self.seen.groups.entry(kind(op)).or_default() += 1,
                }
            }
        }
    }
}

/// The instructions of a step: those up to its next row, less those of the edits before the next step. None for steps whose end is not known
/// or which emit nothing.
fn group<'a>(code: &Code<X64>, allocation: &Allocation, step: u32, ends: bool, list: &'a [Instruction]) -> Option<&'a [Instruction]> {
    match code.ops[step as usize] {
        Op::Inst(_) | Op::Const(_) | Op::ZeroVec | Op::OnesVec { .. } | Op::PoolConst { .. } => list.get(..1),
        Op::Args | Op::Reserve(_) => None,
        Op::Jump | Op::Branch(_) | Op::JumpTable(_) | Op::Return | Op::Trap(_) => None,
        _ if !ends => None,
        _ => {
            let edits = allocation.edits.iter().filter(|(at, _)| *at == step + 1).count();
            list.len().checked_sub(edits).map(|n| &list[..n])
        }
    }
}

impl Look<'_> {
    fn check(&self, code: &Code<X64>, allocation: &Allocation, step: u32, mine: &[Instruction]) {
        let operands = code.flow.operands(step);
        let range = code.flow.steps[step as usize].operands.clone();
        let locs = &allocation.locs[range.start as usize..range.end as usize];
        let declared = Declared::new(operands, locs, code.flow.steps[step as usize].clobbers);
        let op = &code.ops[step as usize];
        let mut info = InstructionInfoFactory::new();
        let list: Vec<(RegSet, RegSet)> = mine.iter().map(|i| registers(&mut info, i, op)).collect();
        let text = || {
            let shown: Vec<String> = mine.iter().map(|i| i.to_string()).collect();
            let (module, strategy, function) = (self.module, self.strategy, self.function);
            let declared = format!("{} {operands:?} in {locs:?}", X64::show(op));
            format!("{module} function {function}, {strategy}: step {step}, {declared}\nemitted as: {}", shown.join("; "))
        };
        if let Op::Inst(_) = op {
            let [(reads, writes)] = list[..] else { panic!("{}", text()) };
            assert_eq!(reads, declared.reads, "reads\n{}", text());
            assert_eq!(writes, declared.writes, "writes\n{}", text());
        } else {
            let scratch = RegSet::of(&[R11, xmm(15)]);
            let (mut read, mut written) = (RegSet::EMPTY, RegSet::EMPTY);
            for &(reads, writes) in &list {
                read = read.union(reads.minus(written));
                written = written.union(writes);
            }
            // A group may read an output that it has written on some way only: its tied input then.
            let extra = read.minus(declared.reads);
            assert!(extra.is_empty(), "reads {extra:?}\n{}", text());
            let extra = written.minus(declared.writes).minus(scratch);
            assert!(matches!(op, Op::Call { .. }) || extra.is_empty(), "writes {extra:?}\n{}", text());
            // Clobbers are what may be written, outputs what is; a call writes where we do not see.
            let missing = declared.outputs.minus(written);
            assert!(matches!(op, Op::Call { .. }) || missing.is_empty(), "does not write {missing:?}\n{}", text());
        }
        self.check_order(operands, locs, code.flow.steps[step as usize].clobbers, &list, &text);
    }

    /// No plain input is read when an output or clobber that might share its register is written already.
    fn check_order(&self, operands: &[Operand], locs: &[Loc], clobbers: RegSet, list: &[(RegSet, RegSet)], text: &dyn Fn() -> String) {
        for (n, input) in operands.iter().enumerate().filter(|(_, o)| o.role == Role::Use) {
            let Loc::Reg(r) = locs[n] else { continue };
            // Read as another operand too, that must last longer, or tied to an output.
            let is_tied = operands.iter().any(|o| o.want == Want::SameAs(n as u8));
            let elsewhere = operands.iter().zip(locs).enumerate().any(|(m, (o, l))| m != n && *l == Loc::Reg(r) && o.role != Role::Def);
            if is_tied || elsewhere {
                continue;
            }
            let outputs = operands.iter().zip(locs).filter(|(o, _)| o.role == Role::Def).filter_map(|(o, l)| match *l {
                // Where they do share it, what is read then is the output.
                Loc::Reg(w) if w != r && w.class() == r.class() => Some((w, o.want)),
                _ => None,
            });
            let others = outputs.chain(clobbers.iter().filter(|w| w.class() == r.class()).map(|w| (w, Want::Fixed(w))));
            let spoiled: RegSet = others
                .filter(|(_, want)| match (input.want, want) {
                    (Want::Fixed(a), Want::Fixed(b)) => a == *b,
                    // The output sits in another input's register.
                    (_, Want::SameAs(k)) => operands[*k as usize].reg == input.reg,
                    _ => true,
                })
                .fold(RegSet::EMPTY, |set, (w, _)| set.with(w));
            let mut written = RegSet::EMPTY;
            for &(reads, writes) in list {
                let early = RegSet(written.0 & spoiled.0);
                assert!(!reads.has(r) || early.is_empty(), "reads {r:?} after writing {early:?}\n{}", text());
                written = written.union(writes);
            }
        }
    }
}

/// The registers that a step says it touches.
struct Declared {
    reads: RegSet,
    outputs: RegSet,
    /// Outputs and clobbers.
    writes: RegSet,
}

impl Declared {
    fn new(operands: &[Operand], locs: &[Loc], clobbers: RegSet) -> Declared {
        let (mut reads, mut outputs) = (RegSet::EMPTY, RegSet::EMPTY);
        for (o, l) in operands.iter().zip(locs) {
            if let Loc::Reg(r) = *l {
                let set = if o.role.is_def() { &mut outputs } else { &mut reads };
                *set = set.with(r);
            }
        }
        Declared { reads, outputs, writes: outputs.union(clobbers) }
    }
}

fn kind(op: &Op) -> &'static str {
    match op {
        Op::Set(_) => "Set",
        Op::Move { .. } => "Move",
        Op::MoveVec(_) => "MoveVec",
        Op::TrapIf(..) => "TrapIf",
        Op::Divide { .. } => "Divide",
        Op::CmpXchg { .. } => "CmpXchg",
        Op::Retry { .. } => "Retry",
        Op::Limit(_) => "Limit",
        Op::TableEntry(_) => "TableEntry",
        Op::Convert(_) => "Convert",
        Op::Call { callee: Callee::Direct(_) | Callee::Pointer(_) | Callee::Memory(_) } => "Call",
        Op::Const(_) => "Const",
        Op::PoolConst { .. } => "PoolConst",
        Op::ZeroVec => "ZeroVec",
        Op::OnesVec { .. } => "OnesVec",
        _ => "another",
    }
}

/// Registers that an instruction reads and writes, whole ones; the stack and frame pointer, flags and the instruction pointer aside.
fn registers(info: &mut InstructionInfoFactory, i: &Instruction, op: &Op) -> (RegSet, RegSet) {
    // An idiom, whose result does not depend on what it reads.
    let zeroes = !matches!(op, Op::Inst(_)) && i.op_count() > 1 && {
        let last = i.op_register(i.op_count() - 1);
        let before = i.op_register(i.op_count() - 2);
        let name = format!("{:?}", i.mnemonic()).to_lowercase();
        last != Register::None && last == before && (name.contains("xor") || name == "vpcmpeqd")
    };
    let (mut reads, mut writes) = (RegSet::EMPTY, RegSet::EMPTY);
    for used in info.info(i).used_registers() {
        let full = used.register().full_register();
        let Some(r) = machine_register(full) else { continue };
        let (reading, writing) = match used.access() {
            OpAccess::None | OpAccess::NoMemAccess => (false, false),
            OpAccess::Read | OpAccess::CondRead => (true, false),
            OpAccess::Write => (false, true),
            // Written or kept: both.
            OpAccess::CondWrite | OpAccess::ReadWrite | OpAccess::ReadCondWrite => (true, true),
        };
        if reading && !zeroes {
            reads = reads.with(r);
        }
        if writing {
            writes = writes.with(r);
        }
    }
    (reads, writes)
}

fn machine_register(r: Register) -> Option<PReg> {
    if matches!(r, Register::RSP | Register::RBP) {
        return None;
    }
    if r.is_gpr64() {
        return Some(PReg::new(Class::Int, (r as u32 - Register::RAX as u32) as u8));
    }
    if r.is_zmm() {
        return Some(PReg::new(Class::Vec, (r as u32 - Register::ZMM0 as u32) as u8));
    }
    None
}
