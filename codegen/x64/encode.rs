//! Steps and edits to bytes, through iced's `Encoder`.
use super::X64;
use super::frame::Frame;
use super::op::{Arg, Base, Callee, Compared, Cond, Inst, Mem, Op, Test};
use super::regs::{R11, RAX, RDX, Width, iced};
use crate::mach::buffer::{BranchForm, Buffer, Label, Pos};
use crate::mach::code::Code;
use crate::mach::flow::{Allocation, Block, Class, Edit, Loc, PReg, VReg};
use crate::mach::layout::{Layout, layout};
use crate::mach::tables::{CallReloc, ConstReloc, Detail, Emitted, LineRow, SafepointRow, Source, SourceRow, TrapRow};
use cranelift_entity::SecondaryMap;
use iced_x86::{Code as C, ConditionCode, Encoder, Instruction, MemoryOperand, Mnemonic, OpCodeOperandKind, OpKind, Register};
use samite_ir::translate::vmctx::{self, store_record};
use samite_ir::value::Trap;
use std::sync::OnceLock;

/// Steps of a block that is copied rather than jumped to.
const MOST_COPIED: usize = 16;

/// A jump, always or on a condition.
#[derive(Clone, Copy, Debug)]
pub struct Jump(ConditionCode);

impl BranchForm for Jump {
    fn size(self, long: bool) -> u32 {
        match (self.0, long) {
            (_, false) => 2,
            (ConditionCode::None, true) => 5,
            (_, true) => 6,
        }
    }
    fn write(self, long: bool, distance: i32, out: &mut Vec<u8>) {
        // The condition's number is its place in the opcode; iced lists them in that order from `o` on.
        let cc = (self.0 as u8).wrapping_sub(ConditionCode::o as u8);
        match (self.0, long) {
            (ConditionCode::None, false) => out.push(0xeb),
            (ConditionCode::None, true) => out.push(0xe9),
            (_, false) => out.push(0x70 | cc),
            (_, true) => out.extend([0x0f, 0x80 | cc]),
        }
        if long { out.extend(distance.to_le_bytes()) } else { out.push(distance as i8 as u8) }
    }
    fn pad(count: u32, out: &mut Vec<u8>) {
        let end = out.len() + count as usize;
        while out.len() < end {
            let rest = (end - out.len()).min(9);
            out.extend_from_slice(NOPS[rest - 1]);
        }
    }
}

/// The no-operations of 1 to 9 bytes that the processor manuals recommend.
const NOPS: [&[u8]; 9] = [
    &[0x90],
    &[0x66, 0x90],
    &[0x0f, 0x1f, 0x00],
    &[0x0f, 0x1f, 0x40, 0x00],
    &[0x0f, 0x1f, 0x44, 0x00, 0x00],
    &[0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
    &[0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00],
    &[0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
    &[0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
];

/// What an operand of an instruction is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Reg(Width),
    Imm(OpKind),
    Other,
}

/// What instructions of an iced code have in common, looked up once per process.
#[derive(Clone, Copy)]
struct Form {
    kinds: [Kind; 4],
    /// Index into `Emitted::widths`.
    width: u8,
}

fn form(code: C) -> Form {
    // Over the number of codes that iced has (`Code::values().len()`); see the test.
    static FORMS: [OnceLock<Form>; 5120] = [const { OnceLock::new() }; 5120];
    *FORMS[code as usize].get_or_init(|| {
        use OpCodeOperandKind::*;
        let info = code.op_code();
        let kinds = std::array::from_fn(|i| {
            if i as u32 >= info.op_count() {
                return Kind::Other;
            }
            match info.op_kind(i as u32) {
                r8_or_mem | r8_reg | r8_opcode | cl | al => Kind::Reg(Width::B8),
                r16_or_mem | r16_reg | r16_rm | r16_opcode | ax => Kind::Reg(Width::B16),
                r32_or_mem | r32_reg | r32_rm | r32_opcode | r32_vvvv | eax => Kind::Reg(Width::B32),
                r64_or_mem | r64_reg | r64_rm | r64_opcode | r64_vvvv | rax => Kind::Reg(Width::B64),
                xmm_or_mem | xmm_reg | xmm_rm | xmm_vvvv | xmm_is4 => Kind::Reg(Width::Xmm),
                ymm_or_mem | ymm_reg | ymm_rm | ymm_vvvv | ymm_is4 => Kind::Reg(Width::Ymm),
                imm8 => Kind::Imm(OpKind::Immediate8),
                imm8sex16 => Kind::Imm(OpKind::Immediate8to16),
                imm8sex32 => Kind::Imm(OpKind::Immediate8to32),
                imm8sex64 => Kind::Imm(OpKind::Immediate8to64),
                imm16 => Kind::Imm(OpKind::Immediate16),
                imm32 => Kind::Imm(OpKind::Immediate32),
                imm32sex64 => Kind::Imm(OpKind::Immediate32to64),
                imm64 => Kind::Imm(OpKind::Immediate64),
                _ => Kind::Other,
            }
        });
        let has = |width| kinds.contains(&Kind::Reg(width));
        // Of the instructions on 128-bit registers, those without a vector length work on one lane; the moves to other registers have one.
        let lane = info.is_lig() || matches!(code.mnemonic(), Mnemonic::Vmovd | Mnemonic::Vmovq);
        let width = if has(Width::Ymm) { 2 } else { u8::from(has(Width::Xmm) && !lane) };
        Form { kinds, width }
    })
}

/// An operand with its place filled in.
#[derive(Clone, Copy)]
enum Place {
    Reg(PReg),
    Mem(Address),
    Imm(i64),
}

#[derive(Clone, Copy)]
struct Address {
    base: Register,
    index: Register,
    scale: u8,
    disp: i32,
}

impl Address {
    fn at(base: Register, disp: i32) -> Address {
        Address { base, index: Register::None, scale: 0, disp }
    }
}

/// Something behind the code that an instruction reads relative to its end.
#[derive(Clone, Copy)]
enum Data {
    Pool(u32),
    Table(u32),
}

/// A 4-byte field to be filled with the distance from `end` to some data.
struct DataRef {
    field: Pos,
    end: Pos,
    data: Data,
}

/// The same as an instruction of two operands, which is shorter, runs on more ports and sets flags: an address that is put where it came from.
fn shorter(code: C, places: &[Place]) -> Option<(C, [Place; 2])> {
    let (&[to @ Place::Reg(r), Place::Mem(m)], C::Lea_r32_m | C::Lea_r64_m) = (places, code) else { return None };
    let wide = code == C::Lea_r64_m;
    let pick = |c32, c64| if wide { c64 } else { c32 };
    let own = iced(r, Width::B64);
    if m.index == Register::None && m.base == own {
        let code = if i8::try_from(m.disp).is_ok() {
            pick(C::Add_rm32_imm8, C::Add_rm64_imm8)
        } else {
            pick(C::Add_rm32_imm32, C::Add_rm64_imm32)
        };
        return Some((code, [to, Place::Imm(m.disp.into())]));
    }
    let other = match m {
        Address { scale: 0, disp: 0, base, index } if base == own => index,
        Address { scale: 0, disp: 0, base, index } if index == own => base,
        _ => return None,
    };
    let other = PReg::new(Class::Int, (other as u32).checked_sub(Register::RAX as u32).filter(|n| *n < 16)? as u8);
    Some((pick(C::Add_r32_rm32, C::Add_r64_rm64), [to, Place::Reg(other)]))
}

/// What the zero flag is known to say of the register, at this width.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Flags {
    reg: PReg,
    /// None if the upper half is zero: either.
    width: Option<Width>,
    is: Says,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// And so the sign flag: those of the number.
    Zero,
    /// Set if it is this number.
    Is(i64),
    /// Set if it is what that place has.
    IsIn(Loc),
}

/// What of `before` is true after an instruction.
fn flags_after(before: Option<Flags>, code: C, kinds: [Kind; 4], places: &[Place]) -> Option<Flags> {
    use C::*;
    match (code, places) {
        (Add_r32_rm32 | Add_r64_rm64 | Add_rm32_imm8 | Add_rm64_imm8 | Add_rm32_imm32 | Add_rm64_imm32, [Place::Reg(r), ..])
        | (Sub_r32_rm32 | Sub_r64_rm64 | Neg_rm32 | Neg_rm64, [Place::Reg(r), ..])
        | (And_r32_rm32 | And_r64_rm64 | And_rm32_imm8 | And_rm64_imm8 | And_rm32_imm32 | And_rm64_imm32, [Place::Reg(r), ..])
        | (Or_r32_rm32 | Or_r64_rm64 | Or_rm32_imm8 | Or_rm64_imm8 | Or_rm32_imm32 | Or_rm64_imm32, [Place::Reg(r), ..])
        | (Xor_r32_rm32 | Xor_r64_rm64 | Xor_rm32_imm8 | Xor_rm64_imm8 | Xor_rm32_imm32 | Xor_rm64_imm32, [Place::Reg(r), ..]) => {
            match kinds[0] {
                Kind::Reg(width) => Some(Flags { reg: *r, width: Some(width), is: Says::Zero }),
                _ => None,
            }
        }
        // A shift by nothing leaves all flags as they were.
        (
            Shl_rm32_imm8 | Shr_rm32_imm8 | Sar_rm32_imm8 | Shl_rm64_imm8 | Shr_rm64_imm8 | Sar_rm64_imm8,
            [Place::Reg(r), Place::Imm(1..)],
        ) => {
            if let Kind::Reg(width) = kinds[0] {
                Some(Flags { reg: *r, width: Some(width), is: Says::Zero })
            } else {
                None
            }
        }
        // Moves leave flags alone; not so what they write.
        (Mov_r32_rm32 | Mov_r64_rm64 | Mov_r32_imm32 | Mov_rm64_r64 | Lea_r32_m | Lea_r64_m, [to, ..]) => {
            before.filter(|b| match to {
                Place::Reg(r) => *r != b.reg && b.is != Says::IsIn(Loc::Reg(*r)),
                // The place may be a slot of the frame.
                _ => !matches!(b.is, Says::IsIn(Loc::Slot(_))),
            })
        }
        _ => None,
    }
}

pub fn emit(code: &Code<X64>, allocation: &Allocation, detail: Detail) -> Emitted {
    let layout = layout(code, allocation);
    let mut labels = SecondaryMap::new();
    let mut buffer = Buffer::default();
    for &b in &layout.order {
        labels[b] = Some(buffer.label());
    }
    let mut e = Emitter {
        code,
        allocation,
        frame: Frame::new(code, allocation),
        layout: &layout,
        detail,
        labels,
        encoder: Encoder::new(64),
        len: 0,
        widths: [0; 3],
        buffer,
        cold: Vec::new(),
        traps: Vec::new(),
        lines: Vec::new(),
        safepoints: Vec::new(),
        sources: Vec::new(),
        relocs: Vec::new(),
        data: Vec::new(),
        remat: SecondaryMap::with_default(u32::MAX),
        locs: &[],
        trap: None,
        offset: 0,
        step: 0,
        flags: None,
        lock: false,
        uses_ymm: code.flow.vregs.values().any(|v| v.bytes == 32),
    };
    for (i, step) in code.flow.steps.iter().enumerate() {
        if let Some(first) = code.flow.operands(i as u32).first()
            && step.operands.len() == 1
            && code.flow.vregs[first.reg].remat
            && first.role.is_def()
        {
            e.remat[first.reg] = i as u32;
        }
    }
    e.prologue();
    for (i, &b) in layout.order.iter().enumerate() {
        e.block(b, layout.order.get(i + 1).copied());
    }
    e.cold_traps();
    e.finish()
}

struct ColdTrap {
    label: Label,
    trap: Trap,
    /// Of the wasm operator.
    offset: u32,
    step: u32,
}

struct Emitter<'a> {
    code: &'a Code<X64>,
    allocation: &'a Allocation,
    frame: Frame,
    layout: &'a Layout,
    detail: Detail,
    labels: SecondaryMap<Block, Option<Label>>,
    encoder: Encoder,
    /// Bytes emitted, branches not counted.
    len: usize,
    widths: [u64; 3],
    buffer: Buffer<Jump>,
    /// Traps out of line.
    cold: Vec<ColdTrap>,
    traps: Vec<(Pos, Trap)>,
    lines: Vec<(Pos, u32)>,
    safepoints: Vec<(Pos, Vec<u32>)>,
    sources: Vec<(Pos, Source)>,
    relocs: Vec<(Pos, u32)>,
    data: Vec<DataRef>,
    /// The step that defines a value which may be repeated.
    remat: SecondaryMap<VReg, u32>,
    // ---- the step being emitted
    locs: &'a [Loc],
    trap: Option<Trap>,
    offset: u32,
    step: u32,
    flags: Option<Flags>,
    /// The next instruction has the lock prefix.
    lock: bool,
    /// Upper halves of vector registers may be in use: legacy SSE code, which the host's may be, would wait for them.
    uses_ymm: bool,
}

impl<'a> Emitter<'a> {
    // ---- instructions

    fn pos(&self) -> Pos {
        self.buffer.pos(self.len)
    }

    fn raw(&mut self, code: C, places: &[Place], rip: Option<Data>) {
        let Form { kinds, width } = form(code);
        self.widths[usize::from(width)] += 1;
        let mut i = Instruction::default();
        i.set_code(code);
        i.set_has_lock_prefix(std::mem::take(&mut self.lock));
        for (n, place) in places.iter().enumerate() {
            let n32 = n as u32;
            match (*place, kinds[n]) {
                (Place::Reg(r), Kind::Reg(width)) => {
                    i.set_op_kind(n32, OpKind::Register);
                    i.set_op_register(n32, iced(r, width));
                }
                (Place::Mem(m), _) => {
                    i.set_op_kind(n32, OpKind::Memory);
                    i.set_memory_base(m.base);
                    i.set_memory_index(m.index);
                    i.set_memory_index_scale(1 << m.scale);
                    i.set_memory_displacement64(i64::from(m.disp) as u64);
                    i.set_memory_displ_size(if m.base == Register::RIP { 8 } else { u32::from(m.disp != 0) });
                }
                (Place::Imm(value), Kind::Imm(kind)) => {
                    i.set_op_kind(n32, kind);
                    match kind {
                        OpKind::Immediate8 => i.set_immediate8(value as u8),
                        OpKind::Immediate8to16 => i.set_immediate8to16(value as i16),
                        OpKind::Immediate8to32 => i.set_immediate8to32(value as i32),
                        OpKind::Immediate8to64 => i.set_immediate8to64(value),
                        OpKind::Immediate16 => i.set_immediate16(value as u16),
                        OpKind::Immediate32 => i.set_immediate32(value as u32),
                        OpKind::Immediate32to64 => i.set_immediate32to64(value),
                        _ => i.set_immediate64(value as u64),
                    }
                }
                _ => panic!("{code:?} takes no such operand {n}"),
            }
        }
        if let Some(trap) = self.trap
            && places.iter().any(|p| matches!(p, Place::Mem(_)))
        {
            let pos = self.pos();
            self.traps.push((pos, trap));
        }
        let rip_at = if rip.is_some() { self.len as u64 } else { 0 };
        let size = self.encoder.encode(&i, rip_at).unwrap_or_else(|e| panic!("{code:?}: {e}"));
        if let Some(data) = rip {
            let start = self.len;
            let at = start + self.encoder.get_constant_offsets().displacement_offset();
            let (field, end) = (self.buffer.pos(at), self.buffer.pos(start + size));
            self.data.push(DataRef { field, end, data });
        }
        self.len += size;
        self.flags = flags_after(self.flags, code, kinds, places);
    }

    fn reg(&self, n: u8) -> PReg {
        match self.locs[n as usize] {
            Loc::Reg(r) => r,
            Loc::Slot(_) => panic!("operand {n} of step {} must be in a register", self.step),
        }
    }
    fn address(&self, m: Mem) -> (Address, Option<Data>) {
        let index = m.index.map_or(Register::None, |n| iced(self.reg(n), Width::B64));
        let plain = |base, disp| Address { base, index, scale: m.scale, disp };
        match m.base {
            Base::O(n) => (plain(iced(self.reg(n), Width::B64), m.disp), None),
            Base::Incoming if self.frame.frameless => (plain(Register::RSP, m.disp + 8), None),
            Base::Incoming => (plain(Register::RBP, m.disp + 16), None),
            Base::Outgoing => (plain(Register::RSP, m.disp), None),
            Base::Results => (plain(Register::RBP, self.frame.results + m.disp), None),
            Base::Pool => (Address::at(Register::RIP, self.len as i32), Some(Data::Pool(m.disp as u32))),
            Base::None => panic!("step {} has no memory operand", self.step),
        }
    }
    fn place(&self, loc: Loc) -> Place {
        match loc {
            Loc::Reg(r) => Place::Reg(r),
            Loc::Slot(s) => Place::Mem(Address::at(if self.frame.frameless { Register::RSP } else { Register::RBP }, self.frame.slot(s))),
        }
    }
    fn inst(&mut self, i: &Inst) {
        let mut rip = None;
        let mut places = [Place::Imm(0); 4];
        let mut count = 0;
        for arg in i.args {
            places[count] = match arg {
                Arg::O(n) => self.place(self.locs[n as usize]),
                Arg::I => Place::Imm(i64::from(i.imm)),
                Arg::M | Arg::Locked => {
                    self.lock = arg == Arg::Locked;
                    let (address, data) = self.address(i.mem);
                    rip = data;
                    Place::Mem(address)
                }
                Arg::No => break,
            };
            count += 1;
        }
        let places = &places[..count];
        match shorter(i.code, places) {
            Some((code, places)) => self.raw(code, &places, None),
            None => self.raw(i.code, places, rip),
        }
    }
    /// The instruction of a test, unless the flags are right as they are.
    fn test(&mut self, t: &Test) {
        use C::*;
        let width = match t.inst.code {
            Test_rm32_r32 | Cmp_rm32_imm8 | Cmp_rm32_imm32 | Cmp_r32_rm32 => Width::B32,
            Test_rm64_r64 | Cmp_rm64_imm8 | Cmp_rm64_imm32 | Cmp_r64_rm64 => Width::B64,
            _ => return self.inst(&t.inst),
        };
        let loc = |n: u8| self.locs[n as usize];
        let is_test = matches!(t.inst.code, Test_rm32_r32 | Test_rm64_r64);
        let asked = match t.inst.args {
            [Arg::O(a), Arg::O(b), ..] if is_test => (loc(a) == loc(b)).then_some((loc(a), Says::Is(0))),
            [Arg::O(a), Arg::I, ..] => Some((loc(a), Says::Is(t.inst.imm.into()))),
            [Arg::O(a), Arg::O(b), ..] => Some((loc(a), Says::IsIn(loc(b)))),
            _ => None,
        };
        let is_equality = matches!(t.cond, Cond::One(ConditionCode::e | ConditionCode::ne));
        let known = self.flags.is_some_and(|f| match (f.is, asked) {
            _ if f.width.is_some_and(|w| w != width) => false,
            (Says::Zero, Some((at, Says::Is(0)))) => {
                let reads_sign = matches!(t.cond, Cond::One(ConditionCode::s | ConditionCode::ns));
                is_test && at == Loc::Reg(f.reg) && (is_equality || reads_sign)
            }
            (Says::IsIn(other), Some((at, Says::IsIn(with)))) => {
                is_equality && [(at, with), (with, at)].contains(&(Loc::Reg(f.reg), other))
            }
            (says, Some((at, asked))) => is_equality && at == Loc::Reg(f.reg) && says == asked,
            _ => false,
        });
        if !known {
            self.inst(&t.inst);
        }
    }
    fn rr(&mut self, code: C, a: PReg, b: PReg) {
        self.raw(code, &[Place::Reg(a), Place::Reg(b)], None);
    }
    fn ri(&mut self, code: C, a: PReg, imm: i64) {
        self.raw(code, &[Place::Reg(a), Place::Imm(imm)], None);
    }
    fn jump(&mut self, cc: ConditionCode, to: Label) {
        self.widths[0] += 1;
        self.buffer.branch(self.len, Jump(cc), to);
    }
    fn bind(&mut self, label: Label) {
        self.flags = None;
        self.buffer.bind(label, self.len);
    }
    /// An instruction on the stack pointer, which is no allocatable register.
    fn fixed(&mut self, i: Instruction) {
        self.widths[0] += 1;
        self.flags = None;
        self.len += self.encoder.encode(&i, 0).expect("a fixed instruction is well formed");
    }

    // ---- the function

    fn prologue(&mut self) {
        self.offset = self.code.offsets.first().copied().unwrap_or(0);
        self.line();
        if self.frame.frameless {
            return;
        }
        let saved: Vec<PReg> = self.frame.saved.iter().collect();
        let with = |code, a, b| Instruction::with2::<Register, Register>(code, a, b).expect("register form");
        self.fixed(Instruction::with1(C::Push_r64, Register::RBP).expect("push"));
        self.fixed(with(C::Mov_r64_rm64, Register::RBP, Register::RSP));
        if self.frame.has_check {
            let limit = Address::at(Register::R11, store_record::STACK_LIMIT as i32);
            let store = Address::at(Register::RDI, vmctx::STORE as i32);
            self.raw(C::Mov_r64_rm64, &[Place::Reg(R11), Place::Mem(store)], None);
            let trap = self.buffer.label();
            if self.frame.size > super::frame::UNCHECKED {
                self.raw(C::Mov_r64_rm64, &[Place::Reg(R11), Place::Mem(limit)], None);
                self.ri(C::Add_rm64_imm32, R11, i64::from(self.frame.size));
                self.jump(ConditionCode::b, trap);
                self.fixed(with(C::Cmp_r64_rm64, Register::RSP, Register::R11));
            } else {
                let m = MemoryOperand::with_base_displ_size(Register::R11, limit.disp.into(), u32::from(limit.disp != 0));
                self.fixed(Instruction::with2(C::Cmp_r64_rm64, Register::RSP, m).expect("cmp"));
            }
            self.jump(ConditionCode::b, trap);
            self.cold.push(ColdTrap { label: trap, trap: Trap::StackExhausted, offset: self.offset, step: self.step });
        }
        for r in &saved {
            self.raw(C::Push_r64, &[Place::Reg(*r)], None);
        }
        let rest = self.frame.size - 8 * saved.len() as u32;
        self.move_stack(-i64::from(rest));
    }

    fn move_stack(&mut self, by: i64) {
        let (code, n) = if by < 0 { (C::Sub_rm64_imm32, -by) } else { (C::Add_rm64_imm32, by) };
        if n == 0 {
            return;
        }
        let code = match (code, i8::try_from(n)) {
            (C::Sub_rm64_imm32, Ok(_)) => C::Sub_rm64_imm8,
            (_, Ok(_)) => C::Add_rm64_imm8,
            (code, Err(_)) => code,
        };
        self.fixed(Instruction::with2(code, Register::RSP, n as i32).expect("stack adjustment"));
    }

    /// Before anything else runs. No V256 lives across.
    fn zero_upper(&mut self) {
        if self.uses_ymm {
            self.fixed(Instruction::with(C::VEX_Vzeroupper));
        }
    }

    fn epilogue(&mut self) {
        self.zero_upper();
        if !self.frame.frameless {
            let saved: Vec<PReg> = self.frame.saved.iter().collect();
            self.move_stack(i64::from(self.frame.size) - 8 * saved.len() as i64);
            for r in saved.iter().rev() {
                self.raw(C::Pop_r64, &[Place::Reg(*r)], None);
            }
            self.fixed(Instruction::with1(C::Pop_r64, Register::RBP).expect("pop"));
        }
        match self.code.incoming {
            0 => self.fixed(Instruction::with(C::Retnq)),
            n => self.fixed(Instruction::with1(C::Retnq_imm16, n).expect("ret")),
        }
    }

    fn block(&mut self, b: Block, next: Option<Block>) {
        let label = self.labels[b].expect("every emitted block has a label");
        if self.layout.is_hot_loop(b) {
            self.buffer.align(self.len, 32, 31);
        }
        self.bind(label);
        self.steps(b, next);
    }

    fn steps(&mut self, b: Block, next: Option<Block>) {
        let steps = self.code.flow.blocks[b].steps.clone();
        let mut edit = self.allocation.edits.partition_point(|(s, _)| *s < steps.start);
        for step in steps {
            self.step = step;
            self.trap = None;
            while let Some(&(at, e)) = self.allocation.edits.get(edit)
                && at == step
            {
                self.source(Source::Edit(edit as u32));
                self.edit(e);
                edit += 1;
            }
            let range = &self.code.flow.steps[step as usize].operands;
            self.locs = &self.allocation.locs[range.start as usize..range.end as usize];
            self.trap = self.code.traps[step as usize];
            if self.offset != self.code.offsets[step as usize] {
                self.offset = self.code.offsets[step as usize];
                self.line();
            }
            self.source(Source::Step(step));
            self.op(b, self.code.ops[step as usize], next);
        }
    }

    fn line(&mut self) {
        let pos = self.pos();
        self.lines.push((pos, self.offset));
    }

    fn source(&mut self, source: Source) {
        if self.detail == Detail::Steps {
            let pos = self.pos();
            self.sources.push((pos, source));
        }
    }

    fn edit(&mut self, e: Edit) {
        match e {
            Edit::Move { from, to, bytes } => self.copy(from, to, bytes),
            Edit::Remat { value, to } => {
                let step = self.remat[value];
                assert!(step != u32::MAX, "{value} cannot be repeated");
                match self.code.ops[step as usize] {
                    Op::Const(bits) => self.constant(to, bits),
                    Op::ZeroVec => self.zero_vec(to),
                    Op::OnesVec { wide } => self.ones_vec(to, wide),
                    Op::PoolConst { index, code } => self.pool_const(to, index, code),
                    ref op => panic!("{op:?} cannot be repeated"),
                }
            }
        }
    }

    fn copy(&mut self, from: Loc, to: Loc, bytes: u8) {
        let class = |l: Loc| if let Loc::Reg(r) = l { Some(r.class()) } else { None };
        let class = class(to).or(class(from)).expect("no move is from slot to slot");
        let code = match (class, from, to) {
            // A 4-byte value in a general register has its upper half zero, in its slot too.
            (Class::Int, _, Loc::Reg(_)) if bytes == 4 => C::Mov_r32_rm32,
            (Class::Int, _, Loc::Reg(_)) => C::Mov_r64_rm64,
            (Class::Int, _, Loc::Slot(_)) => C::Mov_rm64_r64,
            (Class::Vec, Loc::Reg(_), Loc::Reg(_)) if bytes == 32 => C::VEX_Vmovaps_ymm_ymmm256,
            (Class::Vec, Loc::Reg(_), Loc::Reg(_)) => C::VEX_Vmovaps_xmm_xmmm128,
            (Class::Vec, Loc::Slot(_), _) => match bytes {
                32 => C::VEX_Vmovups_ymm_ymmm256,
                16 => C::VEX_Vmovups_xmm_xmmm128,
                _ => C::VEX_Vmovsd_xmm_m64,
            },
            (Class::Vec, Loc::Reg(_), Loc::Slot(_)) => match bytes {
                32 => C::VEX_Vmovups_ymmm256_ymm,
                16 => C::VEX_Vmovups_xmmm128_xmm,
                _ => C::VEX_Vmovsd_m64_xmm,
            },
        };
        let (from, to) = (self.place(from), self.place(to));
        self.raw(code, &[to, from], None);
    }

    fn constant(&mut self, to: PReg, bits: u64) {
        if bits == 0 {
            self.rr(C::Xor_r32_rm32, to, to);
        } else if bits <= u64::from(u32::MAX) {
            self.ri(C::Mov_r32_imm32, to, bits as i64);
        } else if i32::try_from(bits as i64).is_ok() {
            self.ri(C::Mov_rm64_imm32, to, bits as i64);
        } else {
            self.ri(C::Mov_r64_imm64, to, bits as i64);
        }
    }
    fn zero_vec(&mut self, to: PReg) {
        let r = Place::Reg(to);
        self.raw(C::VEX_Vxorps_xmm_xmm_xmmm128, &[r, r, r], None);
    }
    fn ones_vec(&mut self, to: PReg, wide: bool) {
        let r = Place::Reg(to);
        let code = if wide { C::VEX_Vpcmpeqd_ymm_ymm_ymmm256 } else { C::VEX_Vpcmpeqd_xmm_xmm_xmmm128 };
        self.raw(code, &[r, r, r], None);
    }
    fn pool_const(&mut self, to: PReg, index: u32, code: C) {
        let trap = self.trap.take();
        let at = Address::at(Register::RIP, self.len as i32);
        self.raw(code, &[Place::Reg(to), Place::Mem(at)], Some(Data::Pool(index)));
        self.trap = trap;
    }

    fn target(&self, b: Block, way: usize) -> Block {
        let edge = self.code.flow.succs(b)[way];
        self.layout.goal(self.code.flow.edges[edge as usize].to)
    }
    fn label(&self, b: Block) -> Label {
        self.labels[b].expect("a goal is an emitted block")
    }
    fn jump_to(&mut self, to: Block, next: Option<Block>) {
        if next == Some(to) {
            return;
        }
        if self.only_returns(to) {
            self.epilogue();
        } else if self.is_dispatch(to) {
            self.steps(to, None);
        } else {
            let to = self.label(to);
            self.jump(ConditionCode::None, to);
        }
    }
    /// Does the block do nothing but return, the results being in place? Then a copy of it is as good as a jump to it.
    fn only_returns(&self, b: Block) -> bool {
        let steps = &self.code.flow.blocks[b].steps;
        let at = self.allocation.edits.partition_point(|(s, _)| *s < steps.start);
        let has_edits = self.allocation.edits.get(at).is_some_and(|(s, _)| *s < steps.end);
        steps.len() == 1 && !has_edits && matches!(self.code.ops[steps.start as usize], Op::Return)
    }
    /// Does the block do little but look up where to go on? An interpreter's loop: with a copy behind every case, the processor can learn which
    /// case follows which.
    fn is_dispatch(&self, b: Block) -> bool {
        let steps = &self.code.flow.blocks[b].steps;
        let is_call = |op: &Op| matches!(op, Op::Call { .. });
        steps.len() <= MOST_COPIED
            && matches!(self.code.ops[steps.end as usize - 1], Op::JumpTable(_))
            && !self.code.ops[steps.start as usize..steps.end as usize].iter().any(is_call)
    }
    /// To `label` if the condition holds, else on.
    fn jump_if(&mut self, cond: Cond, label: Label) {
        match cond {
            Cond::One(cc) => self.jump(cc, label),
            Cond::FloatNotEqual => {
                self.jump(ConditionCode::ne, label);
                self.jump(ConditionCode::p, label);
            }
            Cond::FloatEqual => {
                let skip = self.buffer.label();
                self.jump(ConditionCode::p, skip);
                self.jump(ConditionCode::e, label);
                self.bind(skip);
            }
        }
    }

    fn op(&mut self, b: Block, op: Op, next: Option<Block>) {
        match op {
            Op::Args => {}
            Op::Const(bits) => self.constant(self.reg(0), bits),
            Op::ZeroVec => self.zero_vec(self.reg(0)),
            Op::OnesVec { wide } => self.ones_vec(self.reg(0), wide),
            Op::PoolConst { index, code } => self.pool_const(self.reg(0), index, code),
            Op::Inst(i) => self.inst(&i),
            Op::Convert(i) => {
                self.zero_vec(self.reg(0));
                self.inst(&i);
            }
            Op::Set(t) => self.set(&t),
            Op::Move { test, wide } => self.conditional_move(&test, wide),
            Op::MoveVec(t) => {
                self.test(&t);
                let skip = self.buffer.label();
                self.jump_if(t.cond.negated(), skip);
                let first = self.code.flow.steps[self.step as usize].operands.start as usize;
                let is_wide = self.code.flow.vregs[self.code.flow.operands[first].reg].bytes == 32;
                let code = if is_wide { C::VEX_Vmovaps_ymm_ymmm256 } else { C::VEX_Vmovaps_xmm_xmmm128 };
                self.rr(code, self.reg(0), self.reg(2));
                self.bind(skip);
            }
            Op::TrapIf(t, trap) => {
                self.test(&t);
                let label = self.buffer.label();
                self.jump_if(t.cond, label);
                self.cold.push(ColdTrap { label, trap, offset: self.offset, step: self.step });
            }
            Op::Divide { signed, wide, remainder, minus_one } => self.divide(signed, wide, remainder, minus_one),
            Op::CmpXchg { inst, extend, with } => {
                self.inst(&inst);
                let width = match (extend, inst.code) {
                    (Some(_), _) => None,
                    (None, C::Cmpxchg_rm64_r64) => Some(Width::B64),
                    _ => Some(Width::B32),
                };
                if let Some(code) = extend {
                    self.rr(code, RAX, RAX);
                }
                let is = match with {
                    None => return,
                    Some(Compared::With(imm)) => Says::Is(imm.into()),
                    Some(Compared::O(n)) => Says::IsIn(self.locs[n as usize]),
                };
                self.flags = Some(Flags { reg: RAX, width, is });
            }
            Op::Retry { compute, swap } => {
                let (again, copy) = (self.buffer.label(), self.reg(2));
                self.bind(again);
                let wide = swap == C::Cmpxchg_rm64_r64;
                let swap = Inst { code: swap, args: [Arg::Locked, Arg::O(2), Arg::No, Arg::No], ..compute };
                self.rr(if wide { C::Mov_r64_rm64 } else { C::Mov_r32_rm32 }, copy, RAX);
                self.inst(&compute);
                self.inst(&swap);
                self.jump(ConditionCode::ne, again);
            }
            // Below the stack pointer, where no value is waited for.
            Op::Fence => {
                let place = MemoryOperand::with_base_displ_size(Register::RSP, -64, 1);
                let mut fence = Instruction::with2(C::Or_rm32_imm8, place, 0).expect("or");
                fence.set_has_lock_prefix(true);
                self.fixed(fence);
            }
            Op::Limit(n) => {
                let (d, index) = (self.reg(0), self.reg(1));
                self.ri(C::Mov_r32_imm32, d, i64::from(n));
                self.rr(C::Cmp_r32_rm32, index, d);
                self.rr(C::Cmovb_r32_rm32, d, index);
            }
            Op::TableEntry(table) => {
                let (d, index) = (self.reg(0), self.reg(1));
                let at = Address::at(Register::RIP, self.len as i32);
                self.raw(C::Lea_r64_m, &[Place::Reg(R11), Place::Mem(at)], Some(Data::Table(table)));
                let entry = Address { base: Register::R11, index: iced(index, Width::B64), scale: 2, disp: 0 };
                self.raw(C::Movsxd_r64_rm32, &[Place::Reg(d), Place::Mem(entry)], None);
                self.rr(C::Add_r64_rm64, d, R11);
            }
            Op::Reserve(bytes) => self.move_stack(-i64::from(bytes)),
            Op::Call { callee } => self.call(callee),
            Op::Jump => {
                let to = self.target(b, 0);
                self.jump_to(to, next);
            }
            Op::Branch(t) => {
                self.test(&t);
                let (yes, no) = (self.target(b, 0), self.target(b, 1));
                if next == Some(yes) {
                    let no = self.label(no);
                    self.jump_if(t.cond.negated(), no);
                } else {
                    let label = self.label(yes);
                    self.jump_if(t.cond, label);
                    self.jump_to(no, next);
                }
            }
            Op::JumpTable(_) => self.raw(C::Jmp_rm64, &[Place::Reg(self.reg(0))], None),
            Op::Return => self.epilogue(),
            Op::Trap(trap) => {
                let pos = self.pos();
                self.traps.push((pos, trap));
                self.fixed(Instruction::with(C::Ud2));
            }
        }
    }

    fn set(&mut self, t: &Test) {
        self.test(t);
        let d = self.reg(0);
        let setcc = |cc| match cc {
            ConditionCode::o => C::Seto_rm8,
            ConditionCode::no => C::Setno_rm8,
            ConditionCode::b => C::Setb_rm8,
            ConditionCode::ae => C::Setae_rm8,
            ConditionCode::e => C::Sete_rm8,
            ConditionCode::ne => C::Setne_rm8,
            ConditionCode::be => C::Setbe_rm8,
            ConditionCode::a => C::Seta_rm8,
            ConditionCode::s => C::Sets_rm8,
            ConditionCode::ns => C::Setns_rm8,
            ConditionCode::p => C::Setp_rm8,
            ConditionCode::np => C::Setnp_rm8,
            ConditionCode::l => C::Setl_rm8,
            ConditionCode::ge => C::Setge_rm8,
            ConditionCode::le => C::Setle_rm8,
            _ => C::Setg_rm8,
        };
        let one = |e: &mut Self, r, cc| e.raw(setcc(cc), &[Place::Reg(r)], None);
        self.trap = None;
        match t.cond {
            Cond::One(cc) => one(self, d, cc),
            Cond::FloatEqual => {
                one(self, d, ConditionCode::e);
                one(self, R11, ConditionCode::np);
                self.rr(C::And_r8_rm8, d, R11);
            }
            Cond::FloatNotEqual => {
                one(self, d, ConditionCode::ne);
                one(self, R11, ConditionCode::p);
                self.rr(C::Or_r8_rm8, d, R11);
            }
        }
        self.rr(C::Movzx_r32_rm8, d, d);
    }

    fn conditional_move(&mut self, t: &Test, wide: bool) {
        self.test(t);
        self.trap = None;
        let cmov = |cc| {
            let (c32, c64) = match cc {
                ConditionCode::o => (C::Cmovo_r32_rm32, C::Cmovo_r64_rm64),
                ConditionCode::no => (C::Cmovno_r32_rm32, C::Cmovno_r64_rm64),
                ConditionCode::b => (C::Cmovb_r32_rm32, C::Cmovb_r64_rm64),
                ConditionCode::ae => (C::Cmovae_r32_rm32, C::Cmovae_r64_rm64),
                ConditionCode::e => (C::Cmove_r32_rm32, C::Cmove_r64_rm64),
                ConditionCode::ne => (C::Cmovne_r32_rm32, C::Cmovne_r64_rm64),
                ConditionCode::be => (C::Cmovbe_r32_rm32, C::Cmovbe_r64_rm64),
                ConditionCode::a => (C::Cmova_r32_rm32, C::Cmova_r64_rm64),
                ConditionCode::s => (C::Cmovs_r32_rm32, C::Cmovs_r64_rm64),
                ConditionCode::ns => (C::Cmovns_r32_rm32, C::Cmovns_r64_rm64),
                ConditionCode::p => (C::Cmovp_r32_rm32, C::Cmovp_r64_rm64),
                ConditionCode::np => (C::Cmovnp_r32_rm32, C::Cmovnp_r64_rm64),
                ConditionCode::l => (C::Cmovl_r32_rm32, C::Cmovl_r64_rm64),
                ConditionCode::ge => (C::Cmovge_r32_rm32, C::Cmovge_r64_rm64),
                ConditionCode::le => (C::Cmovle_r32_rm32, C::Cmovle_r64_rm64),
                _ => (C::Cmovg_r32_rm32, C::Cmovg_r64_rm64),
            };
            if wide { c64 } else { c32 }
        };
        let d = Place::Reg(self.reg(0));
        let yes = self.place(self.locs[2]);
        match t.cond {
            Cond::One(cc) => self.raw(cmov(cc), &[d, yes], None),
            Cond::FloatNotEqual => {
                self.raw(cmov(ConditionCode::ne), &[d, yes], None);
                self.raw(cmov(ConditionCode::p), &[d, yes], None);
            }
            Cond::FloatEqual => {
                let skip = self.buffer.label();
                self.jump(ConditionCode::p, skip);
                self.raw(cmov(ConditionCode::e), &[d, yes], None);
                self.bind(skip);
            }
        }
    }

    fn divide(&mut self, signed: bool, wide: bool, remainder: bool, minus_one: bool) {
        let divisor = self.reg(1);
        let skip = self.buffer.label();
        if minus_one {
            // The remainder by -1 is 0, also where the quotient overflows.
            self.rr(C::Xor_r32_rm32, RDX, RDX);
            self.ri(if wide { C::Cmp_rm64_imm8 } else { C::Cmp_rm32_imm8 }, divisor, -1);
            self.jump(ConditionCode::e, skip);
        }
        match (signed, wide) {
            (true, false) => self.fixed(Instruction::with(C::Cdq)),
            (true, true) => self.fixed(Instruction::with(C::Cqo)),
            (false, _) => self.rr(C::Xor_r32_rm32, RDX, RDX),
        }
        if let (Some(trap), false) = (self.trap, remainder) {
            let pos = self.pos();
            self.traps.push((pos, trap));
        }
        let code = match (signed, wide) {
            (true, false) => C::Idiv_rm32,
            (true, true) => C::Idiv_rm64,
            (false, false) => C::Div_rm32,
            (false, true) => C::Div_rm64,
        };
        self.raw(code, &[Place::Reg(divisor)], None);
        self.bind(skip);
        debug_assert!(self.reg(0) == if remainder { RDX } else { RAX });
    }

    fn call(&mut self, callee: Callee) {
        self.zero_upper();
        match callee {
            Callee::Direct(index) => {
                let i = Instruction::with_branch(C::Call_rel32_64, 5).expect("call");
                self.fixed(i);
                let at = self.buffer.pos(self.len - 4);
                self.relocs.push((at, index));
            }
            Callee::Pointer(n) => self.raw(C::Call_rm64, &[Place::Reg(self.reg(n))], None),
            Callee::Memory(m) => {
                let (address, data) = self.address(m);
                self.raw(C::Call_rm64, &[Place::Mem(address)], data);
            }
        }
        let rows = &self.allocation.safepoints;
        if let Ok(at) = rows.binary_search_by_key(&self.step, |r| r.0) {
            let slots = rows[at].1.iter().map(|s| -self.frame.slot(*s) as u32).collect();
            let pos = self.pos();
            self.safepoints.push((pos, slots));
        }
    }

    fn cold_traps(&mut self) {
        for ColdTrap { label, trap, offset, step } in std::mem::take(&mut self.cold) {
            self.bind(label);
            self.source(Source::Step(step));
            let pos = self.pos();
            self.lines.push((pos, offset));
            self.traps.push((pos, trap));
            self.fixed(Instruction::with(C::Ud2));
        }
    }

    fn finish(mut self) -> Emitted {
        let raw = self.encoder.take_buffer();
        let settled = self.buffer.finish(&raw);
        let mut text = settled.bytes.clone();
        let code_len = text.len() as u32;
        let mut table_at = vec![0u32; self.code.jump_tables.len()];
        for (b, data) in &self.code.flow.blocks {
            let last = data.steps.end - 1;
            let Op::JumpTable(table) = self.code.ops[last as usize] else { continue };
            if self.layout.goal[b].is_some() {
                continue;
            }
            text.resize(text.len().next_multiple_of(4), 0xcc);
            let start = text.len() as u32;
            table_at[table as usize] = start;
            for &way in &self.code.jump_tables[table as usize] {
                let edge = self.code.flow.succs(b)[way as usize];
                let to = self.layout.goal(self.code.flow.edges[edge as usize].to);
                let at = settled.label(self.labels[to].expect("a goal is an emitted block"));
                text.extend_from_slice(&(at.wrapping_sub(start)).to_le_bytes());
            }
        }
        let mut const_relocs = Vec::new();
        for r in &self.data {
            let (at, end) = (settled.at(r.field), settled.at(r.end));
            match r.data {
                Data::Pool(constant) => const_relocs.push(ConstReloc { at, end, constant }),
                Data::Table(i) => {
                    let distance = table_at[i as usize].wrapping_sub(end);
                    text[at as usize..at as usize + 4].copy_from_slice(&distance.to_le_bytes());
                }
            }
        }
        let mut traps: Vec<_> = self.traps.iter().map(|(p, t)| TrapRow { pc: settled.at(*p), trap: *t }).collect();
        traps.sort_by_key(|r| r.pc);
        let mut lines: Vec<_> = self.lines.iter().map(|(p, o)| LineRow { pc: settled.at(*p), offset: *o }).collect();
        lines.sort_by_key(|r| r.pc);
        Emitted {
            text,
            code_len,
            traps,
            lines,
            safepoints: self.safepoints.into_iter().map(|(p, slots)| SafepointRow { pc: settled.at(p), slots }).collect(),
            sources: self.sources.iter().map(|(p, source)| SourceRow { pc: settled.at(*p), source: *source }).collect(),
            relocs: self.relocs.iter().map(|(p, target)| CallReloc { at: settled.at(*p), target: *target }).collect(),
            constants: self.code.pool.clone(),
            const_relocs,
            frameless: self.frame.frameless,
            widths: self.widths,
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_code_has_its_cell() {
        assert!(iced_x86::Code::values().len() <= 5120);
    }
}
