//! Frames: everything has a place of its own between the frame pointer and the stack pointer, and nothing moves the stack by an odd amount.
use iced_x86::{Decoder, DecoderOptions, Instruction, Mnemonic, OpKind, Register};
use samite_codegen::driver::{Strategy, compile_module};
use samite_codegen::mach::code::Code;
use samite_codegen::mach::flow::{Allocation, Class, Flow, PReg, RegSet, Slot};
use samite_codegen::x64::X64;
use samite_codegen::x64::frame::{Frame, UNCHECKED};
use samite_codegen::x64::regs::CALLEE_SAVED;
use samite_ir::translate::decode;

fn code(has_calls: bool, result_area: u32) -> Code<X64> {
    Code {
        flow: Flow::default(),
        ops: Vec::new(),
        offsets: Vec::new(),
        traps: Vec::new(),
        jump_tables: Vec::new(),
        pool: Vec::new(),
        has_calls,
        incoming: 0,
        incoming_at: Vec::new(),
        result_area,
    }
}

fn allocation(slots: &[u8], saved: RegSet) -> Allocation {
    let mut a = Allocation { saved, ..Allocation::default() };
    for bytes in slots {
        a.slots.push(*bytes);
    }
    a
}

#[test]
fn places_do_not_overlap() {
    let saved: Vec<PReg> = CALLEE_SAVED.iter().collect();
    let mut frames = 0;
    for pattern in 0..3u32.pow(6) {
        let slots: Vec<u8> = (0..6).map(|i| [8, 16, 32][(pattern / 3u32.pow(i) % 3) as usize]).collect();
        for count in 0..=saved.len() {
            for (has_calls, result_area) in [(false, 0), (true, 0), (true, 8), (true, 40)] {
                let slots = &slots[..(pattern % 7) as usize];
                let a = allocation(slots, RegSet::of(&saved[..count]));
                let f = Frame::new(&code(has_calls, result_area), &a);
                let mut places: Vec<(i32, i32)> =
                    slots.iter().enumerate().map(|(n, b)| (f.slot(Slot::from_u32(n as u32)), i32::from(*b))).collect();
                places.extend(saved[..count].iter().map(|r| (f.saved_at(*r), 8)));
                if result_area > 0 {
                    places.push((f.results, result_area as i32));
                }
                places.sort_unstable();
                let mut end = -(f.size as i32);
                for (start, bytes) in &places {
                    assert!(*start >= end && start % 8 == 0, "{places:?} in {f:?}");
                    end = start + bytes;
                }
                assert!(end <= 0, "{places:?} in {f:?}");
                assert_eq!(f.size % 16, 0);
                assert_eq!(f.frameless, !has_calls && places.is_empty());
                assert_eq!(f.has_check, has_calls || f.size > UNCHECKED);
                // Saved registers are pushed first, in the order of their numbers: the unwinder counts on it.
                for (n, r) in saved[..count].iter().enumerate() {
                    assert_eq!(f.saved_at(*r), -8 * (n as i32 + 1));
                }
                frames += 1;
            }
        }
    }
    assert!(frames > 10_000);
}

/// How the code moves the stack pointer, and what it does below the frame.
fn instructions(source: &str, strategy: &str, index: usize) -> Vec<Instruction> {
    let module = wat::parse_str(source).expect("the source is text");
    let decoded = decode(&module).expect("the source is valid");
    let strategy: Strategy = strategy.parse().expect("a strategy");
    let (image, _) = compile_module(&decoded, &module, &strategy).expect("the source compiles");
    let f = image.functions[index];
    let code = &image.text[f.start as usize..f.code_end as usize];
    Decoder::with_ip(64, code, u64::from(f.start), DecoderOptions::NONE).iter().collect()
}

fn immediate_of(list: &[Instruction], mnemonic: Mnemonic, register: Register) -> Option<u64> {
    let fits = |i: &&Instruction| i.mnemonic() == mnemonic && i.op0_register() == register && i.op1_kind() != OpKind::Register;
    list.iter().find(fits).map(|i| i.immediate(1))
}

#[test]
fn a_large_frame_is_compared_whole() {
    let results = 1000;
    let source = format!(
        "(module (func $many (result {}) {}) (func $caller (call $many) {}))",
        "i64 ".repeat(results),
        "(i64.const 1)".repeat(results),
        "(drop)".repeat(results)
    );
    let list = instructions(&source, "max", 1);
    let size = immediate_of(&list, Mnemonic::Sub, Register::RSP).expect("a frame");
    assert!(size > 8 * 900, "{size}");
    // The limit plus the frame is what the stack pointer must not be below; the sum must not wrap.
    assert_eq!(immediate_of(&list, Mnemonic::Add, Register::R11), Some(size));
    let traps = list.iter().filter(|i| i.mnemonic() == Mnemonic::Jb).count();
    assert!(traps >= 2, "one for the carry, one for the limit");
    assert_eq!(immediate_of(&list, Mnemonic::Add, Register::RSP), Some(size));
}

#[test]
fn a_leaf_without_slots_has_no_frame() {
    let list = instructions(
        "(module (func (param i32 i32) (result i32) (i32.mul (local.get 0) (local.get 1))))",
        "passes=basic,regalloc=linear",
        0,
    );
    assert!(!list.iter().any(|i| matches!(i.mnemonic(), Mnemonic::Push | Mnemonic::Sub)));
    // Under the baseline the same function keeps its values in slots.
    let list = instructions("(module (func (param i32 i32) (result i32) (i32.mul (local.get 0) (local.get 1))))", "baseline", 0);
    assert_eq!(list[0].mnemonic(), Mnemonic::Push);
}

/// The most parameters that validation lets a function have is 1000.
#[test]
fn stack_arguments_are_popped_by_the_callee() {
    for count in [6, 7, 10, 1000] {
        let source = format!("(module (func (param {}) (result i64) (local.get {})))", "i64 ".repeat(count), count - 1);
        let list = instructions(&source, "max", 0);
        let last = list.last().expect("code");
        assert_eq!(last.mnemonic(), Mnemonic::Ret);
        let popped = if last.op_count() == 0 { 0 } else { last.immediate(0) };
        assert_eq!(popped, 8 * (count as u64 - 6), "{count} arguments");
    }
}

#[test]
fn callee_saved_registers_come_back() {
    let locals = 14;
    let mut body = String::new();
    for l in 1..=locals {
        body += &format!("(local.set {l} (i32.load offset={} (local.get 0)))", 4 * l);
    }
    body += "(i32.store (local.get 0) (i32.const 0))";
    let sum = (2..=locals).fold("(local.get 1)".to_string(), |sum, l| format!("(i32.add {sum} (local.get {l}))"));
    let source = format!("(module (memory 1) (func (param i32) (result i32) (local {}) {body} {sum}))", "i32 ".repeat(locals));
    let list = instructions(&source, "passes=none,regalloc=linear", 0);
    let of = |mnemonic: Mnemonic| list.iter().filter(move |i| i.mnemonic() == mnemonic).map(|i| i.op0_register());
    let pushed: Vec<Register> = of(Mnemonic::Push).collect();
    let mut popped: Vec<Register> = of(Mnemonic::Pop).collect();
    popped.reverse();
    assert!(pushed.len() > 3, "{pushed:?}");
    assert_eq!(pushed, popped);
    // Only those are ever written.
    let mut info = iced_x86::InstructionInfoFactory::new();
    for i in &list {
        for used in info.info(i).used_registers() {
            let full = used.register().full_register();
            let number = (full as u32).wrapping_sub(Register::RAX as u32);
            if number < 16 && CALLEE_SAVED.has(PReg::new(Class::Int, number as u8)) && full != Register::RSP {
                assert!(pushed.contains(&full), "{i} uses {full:?}, which is not saved");
            }
        }
    }
}
