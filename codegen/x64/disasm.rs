//! Machine code and steps in text, for people.
//!
//! Machine code is read by capstone, in Intel's notation, and what that does not know yet (GFNI) by iced. (iced, which writes it, is asked by tests
//! whether it reads back the same.)
//! A step shows its operator and the instruction's operands: `#2` is operand 2 of the step, whose place the line lists behind.
use super::op::{Arg, Base, Callee, Cond, Inst, Mem, Op, Test};
use capstone::arch::x86::{ArchMode, ArchSyntax, X86InsnGroup, X86OperandType, X86Reg};
use capstone::arch::{ArchDetail, BuildsCapstone, BuildsCapstoneSyntax, DetailsArchInsn};
use capstone::{Capstone, InsnGroupId, RegId};
use iced_x86::{Code, Decoder, DecoderOptions, Formatter, IntelFormatter};

/// A place in the text that an instruction names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reference {
    /// Where it jumps.
    Jump(u32),
    Call(u32),
    /// What it reads, or takes the address of: so many bytes, 0 for an address.
    Data {
        at: u32,
        bytes: u8,
    },
}

/// What an instruction does to the memory that an operand of it names: a push or a call names none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Access {
    pub reads: bool,
    pub writes: bool,
}

/// An instruction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Offset in the text.
    pub at: u32,
    pub len: u8,
    pub mnemonic: String,
    /// With `{}` for what `reference` says, if there is one.
    pub operands: String,
    pub reference: Option<Reference>,
    pub access: Access,
}

/// Decodes the instructions in `code`, which stands at `start` in the text. Bytes that are no instruction give a line `(bad)` each.
pub fn decode(code: &[u8], start: u32) -> Vec<Line> {
    let capstone = Capstone::new().x86().mode(ArchMode::Mode64).syntax(ArchSyntax::Intel).detail(true).build();
    let mut capstone = capstone.expect("capstone knows x86-64");
    // The number behind a jump and the like shows as itself, not as a negative one.
    capstone.set_unsigned(false).expect("capstone has this option");
    let mut lines = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let here = start + at as u32;
        let found = capstone.disasm_count(&code[at..], u64::from(here), 1).ok();
        let found = found.as_ref().and_then(|list| list.first());
        let line = found.map_or_else(|| newer(here, &code[at..]), |i| instruction(&capstone, here, i));
        at += usize::from(line.len);
        lines.push(line);
    }
    lines
}

/// An instruction that capstone does not know, or one byte that is none.
fn newer(at: u32, code: &[u8]) -> Line {
    let i = Decoder::with_ip(64, code, at.into(), DecoderOptions::NONE).decode();
    let mut line = Line { at, len: 1, mnemonic: "(bad)".into(), operands: String::new(), reference: None, access: Access::default() };
    if i.is_invalid() {
        return line;
    }
    let mut text = String::new();
    IntelFormatter::new().format(&i, &mut text);
    let (mnemonic, operands) = text.split_once(' ').unwrap_or((&text, ""));
    line.mnemonic = mnemonic.into();
    line.operands = operands.replace(',', ", ");
    line.len = i.len() as u8;
    // All such instructions write registers.
    line.access.reads = i.memory_size().size() > 0;
    if i.is_ip_rel_memory_operand() {
        line.reference = Some(Reference::Data { at: i.ip_rel_memory_address() as u32, bytes: i.memory_size().size() as u8 });
        if let (Some(open), Some(close)) = (line.operands.find('['), line.operands.find(']')) {
            line.operands.replace_range(open + 1..close, "{}");
        }
    }
    line
}

fn instruction(capstone: &Capstone, at: u32, i: &capstone::Insn<'_>) -> Line {
    let mut line = Line {
        at,
        len: i.bytes().len() as u8,
        mnemonic: i.mnemonic().unwrap_or_default().to_string(),
        operands: i.op_str().unwrap_or_default().to_string(),
        reference: None,
        access: Access::default(),
    };
    let Ok(detail) = capstone.insn_detail(i) else { return line };
    let ArchDetail::X86Detail(x86) = detail.arch_detail() else { return line };
    let in_group = |group: X86InsnGroup::Type| detail.groups().contains(&InsnGroupId(group as u8));
    for operand in x86.operands() {
        if let (X86OperandType::Mem(_), Some(access)) = (&operand.op_type, operand.access)
            && !["lea", "nop"].contains(&line.mnemonic.as_str())
        {
            line.access.reads |= access.is_readable();
            line.access.writes |= access.is_writable();
        }
        match operand.op_type {
            X86OperandType::Imm(to) if in_group(X86InsnGroup::X86_GRP_JUMP) => {
                line.reference = Some(Reference::Jump(to as u32));
                line.operands = "{}".into();
            }
            X86OperandType::Imm(to) if in_group(X86InsnGroup::X86_GRP_CALL) => {
                line.reference = Some(Reference::Call(to as u32));
                line.operands = "{}".into();
            }
            X86OperandType::Mem(m) if m.base() == RegId(X86Reg::X86_REG_RIP as u16) => {
                let to = at.wrapping_add(u32::from(line.len)).wrapping_add(m.disp() as u32);
                let bytes = if line.mnemonic == "lea" { 0 } else { operand.size };
                line.reference = Some(Reference::Data { at: to, bytes });
                if let (Some(open), Some(close)) = (line.operands.find("[rip"), line.operands.find(']')) {
                    line.operands.replace_range(open + 1..close, "{}");
                }
            }
            _ => {}
        }
    }
    line
}

// ---- steps

/// The op of a step.
pub fn show(op: &Op) -> String {
    match op {
        Op::Args => "args".into(),
        Op::Const(bits) if *bits < 1 << 16 => format!("const #0, {bits}"),
        Op::Const(bits) => format!("const #0, {bits:#x}"),
        Op::PoolConst { index, code } => format!("{} #0, pool[{index}]", name(*code)),
        Op::ZeroVec => "zero #0".into(),
        Op::OnesVec { .. } => "ones #0".into(),
        Op::Inst(i) => inst(i),
        Op::Convert(i) => format!("zero+{}", inst(i)),
        Op::Set(t) => format!("set #0 if {}", test(t)),
        Op::Move { test: t, wide } => format!("move{} #0, #2 if {}", if *wide { 64 } else { 32 }, test(t)),
        Op::MoveVec(t) => format!("move_vec #0, #2 if {}", test(t)),
        Op::TrapIf(t, trap) => format!("trap \"{trap}\" if {}", test(t)),
        Op::Divide { signed, wide, remainder, minus_one } => format!(
            "{}_{}{} #1{}",
            if *remainder { "rem" } else { "div" },
            if *signed { 's' } else { 'u' },
            if *wide { 64 } else { 32 },
            if *minus_one { ", which may be -1" } else { "" }
        ),
        Op::CmpXchg { inst: i, extend, .. } => match extend {
            None => inst(i),
            Some(code) => format!("{}+{} #0", inst(i), name(*code)),
        },
        Op::Retry { compute, swap } => format!("retry {}; lock {} {}, #2", inst(compute), name(*swap), memory(&compute.mem)),
        Op::Fence => "fence".into(),
        Op::Limit(n) => format!("limit #0, #1, {n}"),
        Op::TableEntry(table) => format!("table_entry #0, table{table}[#1]"),
        Op::Reserve(bytes) => format!("reserve {bytes}"),
        Op::Call { callee: Callee::Direct(index) } => format!("call f{index}"),
        Op::Call { callee: Callee::Pointer(n) } => format!("call #{n}"),
        Op::Call { callee: Callee::Memory(m) } => format!("call {}", memory(m)),
        Op::Jump => "jump".into(),
        Op::Branch(t) => format!("branch if {}", test(t)),
        Op::JumpTable(table) => format!("jump #0 of table{table}"),
        Op::Return => "return".into(),
        Op::Trap(trap) => format!("trap \"{trap}\""),
    }
}

fn inst(i: &Inst) -> String {
    let mut out = if i.args.contains(&Arg::Locked) { format!("lock {}", name(i.code)) } else { name(i.code) };
    for (n, arg) in i.args.iter().take_while(|a| **a != Arg::No).enumerate() {
        out.push_str(if n == 0 { " " } else { ", " });
        match arg {
            Arg::O(n) => out.push_str(&format!("#{n}")),
            Arg::M | Arg::Locked => out.push_str(&memory(&i.mem)),
            Arg::I => out.push_str(&i.imm.to_string()),
            Arg::No => {}
        }
    }
    out
}

/// The instruction without its operands, but with the widths of its integer ones: `add32`, `movsx64.8`, `vcvttsd2si32`.
fn name(code: Code) -> String {
    let full = format!("{code:?}");
    let mut words = full.strip_prefix("VEX_").unwrap_or(&full).split('_');
    let mut out = words.next().unwrap_or_default().to_ascii_lowercase();
    let mut before = "";
    for word in words {
        let width = word.strip_prefix("rm").or(word.strip_prefix('r')).filter(|w| w.parse::<u8>().is_ok());
        match width {
            Some(w) if w != before => {
                if !before.is_empty() {
                    out.push('.');
                }
                out.push_str(w);
                before = w;
            }
            None if word == "ymm" && before.is_empty() => {
                out.push_str("256");
                before = "256";
            }
            _ => {}
        }
    }
    out
}

fn memory(m: &Mem) -> String {
    let mut out = String::from("[");
    match m.base {
        Base::None => {}
        Base::O(n) => out.push_str(&format!("#{n}")),
        Base::Incoming => out.push_str("incoming"),
        Base::Outgoing => out.push_str("outgoing"),
        Base::Results => out.push_str("results"),
        Base::Pool => return format!("pool[{}]", m.disp),
    }
    if let Some(n) = m.index {
        out.push_str(&format!("+#{n}"));
    }
    if m.scale > 0 {
        out.push_str(&format!("*{}", 1 << m.scale));
    }
    if m.disp != 0 {
        out.push_str(&format!("{:+}", m.disp));
    }
    out.push(']');
    out
}

fn test(t: &Test) -> String {
    let cond = match t.cond {
        Cond::One(c) => format!("{c:?}"),
        Cond::FloatEqual => "e and np".into(),
        Cond::FloatNotEqual => "ne or p".into(),
    };
    format!("{cond} of {}", inst(&t.inst))
}
