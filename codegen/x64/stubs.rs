//! Code between Rust and compiled functions, made per signature by the runtime.
//!
//! An *entry stub* is `extern "C" fn(code, ctx, args, store) -> u32`: it calls compiled code with arguments from an array of 16-byte slots, leaves the
//! results there, and returns 0. Its frame, whose lowest address it notes in the store record (`ENTRY_SP`), looks the same for all signatures, so that a
//! trap anywhere above can leave through the *exit* code, which makes the newest entry stub return 1:
//! ```text
//! [sp] args | EXIT_PC | EXIT_FP | ENTRY_SP of the activation before | store | r15 r14 r13 r12 rbx | rbp | return address
//! ```
//! A *host stub* is what compiled code calls for a function of the host: the context register holds the host record {store record, function}, r10 the
//! caller's context. It notes where wasm was left, traps if too little stack is left, and calls
//! `extern "C" fn(record, caller, slots) -> u32`; not 0 means: leave through the newest entry stub.
//! A *builtin stub* notes where wasm was left and calls a function of the runtime with the same arguments.
use super::abi::{Convention, Place};
use super::regs::{Width, iced};
use crate::mach::flow::{Class, PReg};
use crate::mach::lower::class_of;
use crate::mach::tables::TrapRow;
use iced_x86::{Code as C, Encoder, Instruction, MemoryOperand, Register as R};
use samite_ir::translate::vmctx::{self, store_record};
use samite_ir::value::{Trap, Type};

/// Offset in the entry stub's frame, from `ENTRY_SP`, of the return address of the stub; its caller's rbp lies 8 below.
pub const ENTRY_FRAME_BYTES: u32 = 88;
/// Host record: address of the store record.
pub const HOST_STORE: u32 = 0;
/// Host record: the function to call.
pub const HOST_FUNCTION: u32 = 8;

/// Position-independent code and where it traps.
#[derive(Clone, Debug, Default)]
pub struct Stub {
    pub text: Vec<u8>,
    pub traps: Vec<TrapRow>,
}

struct Asm {
    encoder: Encoder,
    len: usize,
}

fn at(base: R, disp: u32) -> MemoryOperand {
    MemoryOperand::with_base_displ(base, i64::from(disp))
}

impl Asm {
    fn new() -> Asm {
        Asm { encoder: Encoder::new(64), len: 0 }
    }
    fn put(&mut self, i: Result<Instruction, iced_x86::IcedError>) {
        let i = i.expect("a stub's instructions are well formed");
        self.len += self.encoder.encode(&i, self.len as u64).expect("a stub's instructions encode");
    }
    fn push(&mut self, r: R) {
        self.put(Instruction::with1(C::Push_r64, r));
    }
    fn pop(&mut self, r: R) {
        self.put(Instruction::with1(C::Pop_r64, r));
    }
    fn mov(&mut self, to: R, from: R) {
        self.put(Instruction::with2(C::Mov_r64_rm64, to, from));
    }
    fn load(&mut self, to: R, from: MemoryOperand) {
        self.put(Instruction::with2(C::Mov_r64_rm64, to, from));
    }
    fn store(&mut self, to: MemoryOperand, from: R) {
        self.put(Instruction::with2(C::Mov_rm64_r64, to, from));
    }
    fn value_load(&mut self, ty: Type, to: PReg, from: MemoryOperand) {
        let code = super::lower::whole_load(ty);
        let width = match (class_of(ty), ty) {
            (Class::Vec, _) => Width::Xmm,
            (_, Type::I32) => Width::B32,
            _ => Width::B64,
        };
        self.put(Instruction::with2(code, iced(to, width), from));
    }
    fn value_store(&mut self, ty: Type, to: MemoryOperand, from: PReg) {
        let width = if class_of(ty) == Class::Vec { Width::Xmm } else { Width::B64 };
        self.put(Instruction::with2(super::lower::whole_store(ty), to, iced(from, width)));
    }
    /// A value from memory to memory, through r11 or, for vectors, xmm15.
    fn value_copy(&mut self, ty: Type, to: MemoryOperand, from: MemoryOperand) {
        let through = if class_of(ty) == Class::Vec { super::regs::xmm(15) } else { super::regs::RAX };
        self.value_load(ty, through, from);
        self.value_store(ty, to, through);
    }
    /// The end of the newest entry stub, once the stack pointer is its `ENTRY_SP`: restores everything and returns `eax`.
    fn leave_entry(&mut self) {
        self.put(Instruction::with2(C::Add_rm64_imm8, R::RSP, 8));
        self.pop(R::R10);
        self.pop(R::R11);
        self.pop(R::RDX);
        self.pop(R::RCX);
        self.store(at(R::RCX, store_record::EXIT_PC), R::R10);
        self.store(at(R::RCX, store_record::EXIT_FP), R::R11);
        self.store(at(R::RCX, store_record::ENTRY_SP), R::RDX);
        for r in [R::R15, R::R14, R::R13, R::R12, R::RBX, R::RBP] {
            self.pop(r);
        }
        self.put(Ok(Instruction::with(C::Retnq)));
    }
    fn done(mut self) -> Vec<u8> {
        self.encoder.take_buffer()
    }
}

/// For compiled code with these parameters (the context not among them) and results.
pub fn entry(params: &[Type], results: &[Type]) -> Stub {
    let all: Vec<Type> = std::iter::once(Type::I64).chain(params.iter().copied()).collect();
    let convention = Convention::new(&all, results);
    let mut a = Asm::new();
    // rdi code, rsi ctx, rdx args, rcx store
    a.push(R::RBP);
    a.mov(R::RBP, R::RSP);
    for r in [R::RBX, R::R12, R::R13, R::R14, R::R15, R::RCX] {
        a.push(r);
    }
    for field in [store_record::ENTRY_SP, store_record::EXIT_FP, store_record::EXIT_PC] {
        a.put(Instruction::with1(C::Push_rm64, at(R::RCX, field)));
    }
    a.push(R::RDX);
    a.store(at(R::RCX, store_record::ENTRY_SP), R::RSP);
    a.mov(R::R11, R::RDI);
    a.mov(R::RDI, R::RSI);
    a.mov(R::R10, R::RDX);
    if convention.result_bytes > 0 {
        let bytes = convention.result_bytes.next_multiple_of(16);
        a.put(Instruction::with2(C::Sub_rm64_imm32, R::RSP, bytes as i32));
        a.mov(R::RSI, R::RSP);
    }
    if convention.stack_bytes > 0 {
        a.put(Instruction::with2(C::Sub_rm64_imm32, R::RSP, convention.stack_bytes as i32));
    }
    for (i, (&ty, place)) in params.iter().zip(&convention.params[1..]).enumerate() {
        if let Place::Memory(to) = *place {
            a.value_copy(ty, at(R::RSP, to), at(R::R10, 16 * i as u32));
        }
    }
    for (i, (&ty, place)) in params.iter().zip(&convention.params[1..]).enumerate() {
        if let Place::Reg(r) = *place {
            a.value_load(ty, r, at(R::R10, 16 * i as u32));
        }
    }
    // No wasm code called.
    a.put(Instruction::with2(C::Xor_r32_rm32, R::R10D, R::R10D));
    a.put(Instruction::with1(C::Call_rm64, R::R11));
    // The callee popped its arguments: the result area is on top.
    let saved = MemoryOperand::with_base_displ(R::RBP, -80);
    a.load(R::R10, saved);
    for (i, (&ty, place)) in results.iter().zip(&convention.results).enumerate() {
        if let Place::Reg(r) = *place {
            a.value_store(ty, at(R::R10, 16 * i as u32), r);
        }
    }
    for (i, (&ty, place)) in results.iter().zip(&convention.results).enumerate() {
        if let Place::Memory(from) = *place {
            a.value_copy(ty, at(R::R10, 16 * i as u32), at(R::RSP, from));
        }
    }
    a.put(Instruction::with2(C::Lea_r64_m, R::RSP, MemoryOperand::with_base_displ(R::RBP, -80)));
    a.put(Instruction::with2(C::Xor_r32_rm32, R::EAX, R::EAX));
    a.leave_entry();
    Stub { text: a.done(), traps: Vec::new() }
}

/// Where a trap goes on: with the stack pointer set to the newest `ENTRY_SP`, makes that entry stub return 1.
pub fn exit() -> Stub {
    let mut a = Asm::new();
    // What trapped may have been 256-bit code.
    a.put(Ok(Instruction::with(C::VEX_Vzeroupper)));
    a.put(Instruction::with2(C::Mov_r32_imm32, R::EAX, 1));
    a.leave_entry();
    Stub { text: a.done(), traps: Vec::new() }
}

/// For host functions with these parameters (no context among them) and results.
pub fn host(params: &[Type], results: &[Type]) -> Stub {
    let all: Vec<Type> = std::iter::once(Type::I64).chain(params.iter().copied()).collect();
    let convention = Convention::new(&all, results);
    let mut a = Asm::new();
    a.push(R::RBP);
    a.mov(R::RBP, R::RSP);
    a.load(R::R11, at(R::RDI, HOST_STORE));
    // [rbp - 8] result area, [rbp - 16] store record, slots at the bottom. Compiled code does not keep the stack 16-aligned.
    let slots = params.len().max(results.len()) as u32;
    a.push(R::RSI);
    a.push(R::R11);
    a.put(Instruction::with2(C::Sub_rm64_imm32, R::RSP, (16 * slots) as i32));
    a.put(Instruction::with2(C::And_rm64_imm8, R::RSP, -16));
    a.put(Instruction::with2(C::Cmp_r64_rm64, R::RSP, at(R::R11, store_record::HOST_STACK_LIMIT)));
    // Over the `ud2` if there is room.
    a.put(Instruction::with_branch(C::Jae_rel8_64, a.len as u64 + 4));
    let traps = vec![TrapRow { pc: a.len as u32, trap: Trap::StackExhausted }];
    a.put(Ok(Instruction::with(C::Ud2)));
    for (i, (&ty, place)) in params.iter().zip(&convention.params[1..]).enumerate() {
        if let Place::Reg(r) = *place {
            a.value_store(ty, at(R::RSP, 16 * i as u32), r);
        }
    }
    for (i, (&ty, place)) in params.iter().zip(&convention.params[1..]).enumerate() {
        if let Place::Memory(from) = *place {
            a.value_copy(ty, at(R::RSP, 16 * i as u32), at(R::RBP, 16 + from));
        }
    }
    note_exit(&mut a);
    a.mov(R::RSI, R::R10);
    a.mov(R::RDX, R::RSP);
    a.put(Instruction::with1(C::Call_rm64, at(R::RDI, HOST_FUNCTION)));
    a.put(Instruction::with2(C::Test_rm32_r32, R::EAX, R::EAX));
    let mut exit = Asm::new();
    exit.load(R::R11, MemoryOperand::with_base_displ(R::RBP, -16));
    exit.load(R::RSP, at(R::R11, store_record::ENTRY_SP));
    exit.put(Instruction::with2(C::Mov_r32_imm32, R::EAX, 1));
    exit.leave_entry();
    let exit = exit.done();
    // Over the exit code if all went well: short form, since it is well under 128 bytes.
    a.put(Instruction::with_branch(C::Je_rel8_64, (a.len + 2 + exit.len()) as u64));
    let mut text = a.done();
    text.extend_from_slice(&exit);
    let mut a = Asm::new();
    if convention.result_bytes > 0 {
        a.load(R::R11, MemoryOperand::with_base_displ(R::RBP, -8));
    }
    for (i, (&ty, place)) in results.iter().zip(&convention.results).enumerate() {
        if let Place::Memory(to) = *place {
            a.value_copy(ty, at(R::R11, to), at(R::RSP, 16 * i as u32));
        }
    }
    for (i, (&ty, place)) in results.iter().zip(&convention.results).enumerate() {
        if let Place::Reg(r) = *place {
            a.value_load(ty, r, at(R::RSP, 16 * i as u32));
        }
    }
    a.mov(R::RSP, R::RBP);
    a.pop(R::RBP);
    match convention.stack_bytes {
        0 => a.put(Ok(Instruction::with(C::Retnq))),
        n => a.put(Instruction::with1(C::Retnq_imm16, n)),
    }
    text.extend_from_slice(&a.done());
    Stub { text, traps }
}

/// Notes the wasm frame that called (in the record that r11 points to). Uses rax.
fn note_exit(a: &mut Asm) {
    a.load(R::RAX, at(R::RBP, 0));
    a.store(at(R::R11, store_record::EXIT_FP), R::RAX);
    a.load(R::RAX, at(R::RBP, 8));
    a.store(at(R::R11, store_record::EXIT_PC), R::RAX);
}

/// For the runtime's function at `target`, an `extern "C"` function with at most six integer arguments, the context first.
pub fn builtin(target: u64) -> Stub {
    let mut a = Asm::new();
    a.push(R::RBP);
    a.mov(R::RBP, R::RSP);
    a.load(R::R11, at(R::RDI, vmctx::STORE));
    note_exit(&mut a);
    a.put(Instruction::with2(C::And_rm64_imm8, R::RSP, -16));
    a.put(Instruction::with2(C::Mov_r64_imm64, R::RAX, target));
    a.put(Instruction::with1(C::Call_rm64, R::RAX));
    a.mov(R::RSP, R::RBP);
    a.pop(R::RBP);
    a.put(Ok(Instruction::with(C::Retnq)));
    Stub { text: a.done(), traps: Vec::new() }
}
