//! The text form of a function: print and parse. Printing what was parsed gives the same text.
//!
//! ```text
//! func 3 (i64, i32) -> (i32)
//! sig0 = (i64, i32) -> (i32)
//!
//! b0(v0: i64, v1: i32):
//! @1a2b   v3: i32 = const 16
//! @1a2b   v4: i32 = add v1, v3
//! @1a2d   v9: i64 = load i64 constant [v0+80]
//! @1a2d   v5: i64 = heap_addr 0 v9 + v4 + 8 size 4
//! @1a2d   v6: i32 = load i32.16_u memory0 [v5]
//! @1a30   v7: i32 = i32.lt_s v6, v3
//! @1a31   branch v7, b1(v6), b2
//!
//! b1(v8: i32) depth 1 cold:
//! @1a35   v10: i32 = call f7 sig0(v0, v8)
//! @1a37   trap_if "integer overflow", v10
//! @1a38   store i32 memory0 proven [v5-4], v10
//! @1a39   v18: i32 = rmw add i32.8_u [v5], v6
//! @1a3a   switch v10, [b2, b1(v8)], b2
//! @1a3c   v11: v128 = vconst 0x0f0e0d0c0b0a09080706050403020100
//! @1a3d   v12: v128 = i8x16.add v11, v11
//! @1a3e   v13: i32 = i8x16.extract_lane_s 3 v12
//! @1a3f   v14: v128 = i32x4.replace_lane 1 v12, v13
//! @1a40   v15: v128 = shuffle [0 1 2 3 4 5 6 7 24 25 26 27 28 29 30 31] v11, v14
//! @1a41   v16: v256 = ymm.vpermq 27 v17
//! ```
//! The column in front is the wasm offset in hexadecimal (of a block's line: its first parameter's), left
//! out if zero. A value keeps its number, so a parsed function has dead ops where numbers are missing; ops without result
//! get numbers above all others. `;` starts a comment. A call of a pointer is `call [v1] caller v0 sig0(v2)`, of a builtin `call memory_grow sig0(v0, v1)`; more results stand
//! to the left as `v10: i32, v11: i64 = call`. An integer constant is decimal, any constant may be the hexadecimal of its bits.
//!
//! The parser accepts what the verifier may reject: it demands no more than that every line has a shape.
use super::func::{CallData, CallTarget, Func, Signature, SwitchData};
use super::op::{Block, Builtin, Edge, Op, Region, Sig, Value};
use crate::value::{
    BinOp, CmpOp, ConvOp, Extension, LaneBinOp, LaneShiftOp, LaneTernOp, LaneTest, LaneUnOp, MemOp, RmwOp, Shape, TargetOp, Trap, Type,
    UnOp, Wide,
};
use cranelift_entity::{EntityRef, SecondaryMap};
use std::fmt::{self, Display, Formatter, Write};

// ---- printing

/// What a line of the text form is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Of {
    /// The function's head and its signatures.
    Head,
    Block(Block),
    Op(Value),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Byte offset in the module of the wasm operator it comes from, if it comes from one; of a block, its first parameter's.
    pub offset: Option<u32>,
    pub of: Of,
    /// Without the column of the offset.
    pub text: String,
}

/// The lines of the text form; an empty one stands before each block.
pub fn lines(f: &Func) -> Vec<Line> {
    let head = |text| Line { offset: None, of: Of::Head, text };
    let mut out = vec![head(format!("func {} {}", f.index, f.signature))];
    out.extend(f.signatures.iter().map(|(k, s)| head(format!("{k} = {s}"))));
    for &b in &f.layout {
        out.push(block_line(f, b));
        let mut rest = f.body(b);
        while let [v, behind @ ..] = rest {
            let (results, behind) = behind.split_at(results_behind(f, *v, behind));
            out.push(Line { offset: offset(f, *v), of: Of::Op(*v), text: line(f, *v, results) });
            rest = behind;
        }
    }
    out
}

fn block_line(f: &Func, b: Block) -> Line {
    let data = &f.blocks[b];
    let params = f.params(b);
    let mut text = b.to_string();
    for (k, p) in params.iter().enumerate() {
        _ = write!(text, "{}{p}: {}", if k == 0 { "(" } else { ", " }, f.ty(*p));
    }
    text.push_str(if params.is_empty() { "" } else { ")" });
    if data.loop_depth != 0 {
        _ = write!(text, " depth {}", data.loop_depth);
    }
    text.push_str(if data.cold { " cold:" } else { ":" });
    Line { offset: params.first().and_then(|p| offset(f, *p)), of: Of::Block(b), text }
}

fn offset(f: &Func, v: Value) -> Option<u32> {
    Some(f.offsets[v]).filter(|o| *o != 0)
}

impl Display for Func {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        for line in lines(self) {
            let column = line.offset.map_or_else(String::new, |o| format!("@{o:04x} "));
            match line.of {
                Of::Head => writeln!(out, "{}", line.text)?,
                Of::Block(_) => writeln!(out, "\n{column:8}{}", line.text)?,
                Of::Op(_) => writeln!(out, "{column:8}{}", line.text)?,
            }
        }
        Ok(())
    }
}

impl Display for Signature {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "({}) -> ({})", commas(&self.params), commas(&self.results))
    }
}

/// How many ops behind `v` are its results, in order; 0 if it is no call.
fn results_behind(f: &Func, v: Value, behind: &[Value]) -> usize {
    let is_result = |(n, r): &(usize, &Value)| matches!(f.ops[**r], Op::Result(_, of, k) if of == v && k as usize == *n);
    behind.iter().enumerate().take_while(is_result).count()
}

/// One op as the text form shows it, without the offset; with the `Result` ops that stand on its line.
pub fn line(f: &Func, v: Value, results: &[Value]) -> String {
    let mut out = String::new();
    let op = f.ops[v];
    for (k, r) in results.iter().enumerate() {
        _ = write!(out, "{}{r}: {}", if k == 0 { "" } else { ", " }, f.ty(*r));
    }
    if let Some(ty) = op.result_type() {
        _ = write!(out, "{v}: {ty}");
    }
    if !out.is_empty() {
        out.push_str(" = ");
    }
    match op {
        Op::Param(_, b, n) => _ = write!(out, "param {b} {n}"),
        Op::Result(_, of, n) => _ = write!(out, "result {n} {of}"),
        Op::Const(ty, bits) => constant(ty, bits, &mut out),
        Op::Unary(op, _, a) => _ = write!(out, "{op} {a}"),
        Op::Binary(op, _, a, b) => _ = write!(out, "{op} {a}, {b}"),
        Op::Compare(op, ty, a, b) => _ = write!(out, "{ty}.{op} {a}, {b}"),
        Op::Convert(op, a) => _ = write!(out, "{op} {a}"),
        Op::Select(_, c, a, b) => _ = write!(out, "select {c}, {a}, {b}"),
        Op::VConst(ty, id) => match ty {
            Type::V256 => _ = write!(out, "vconst 0x{:032x}{:032x}", f.vectors[id].high, f.vectors[id].low),
            _ => _ = write!(out, "vconst 0x{:032x}", f.vectors[id].low),
        },
        Op::LaneUnary(op, shape, a) => _ = write!(out, "{shape}.{op} {a}"),
        Op::LaneBinary(op, shape, a, b) => _ = write!(out, "{shape}.{op} {a}, {b}"),
        Op::LaneTernary(op, shape, a, b, c) => _ = write!(out, "{shape}.{op} {a}, {b}, {c}"),
        Op::LaneShift(op, shape, a, n) => _ = write!(out, "{shape}.{op} {a}, {n}"),
        Op::LaneTest(op, shape, a) => _ = write!(out, "{shape}.{op} {a}"),
        Op::Splat(shape, a) => _ = write!(out, "{shape}.splat {a}"),
        Op::ExtractLane(shape, extension, k, a) => {
            let extension = match shape {
                Shape::I8x16 | Shape::I16x8 => format!("_{extension}"),
                _ => String::new(),
            };
            _ = write!(out, "{shape}.extract_lane{extension} {k} {a}");
        }
        Op::ReplaceLane(shape, k, a, b) => _ = write!(out, "{shape}.replace_lane {k} {a}, {b}"),
        Op::Shuffle(id, a, b) => {
            let indices: Vec<String> = f.vectors[id].low.to_le_bytes().iter().map(u8::to_string).collect();
            _ = write!(out, "shuffle [{}] {a}, {b}", indices.join(" "));
        }
        Op::Target1(op, ty, imm, a) => _ = write!(out, "{} {a}", target(op, ty, imm)),
        Op::Target2(op, ty, imm, a, b) => _ = write!(out, "{} {a}, {b}", target(op, ty, imm)),
        Op::Target3(op, ty, imm, a, b, c) => _ = write!(out, "{} {a}, {b}, {c}", target(op, ty, imm)),
        Op::HeapAddr { mem, size, base, index, offset } => {
            _ = write!(out, "heap_addr {mem} {base} + {index} + {offset} size {size}");
        }
        Op::Load { op, proven, region, addr, disp } => {
            _ = write!(out, "load {op} {region}{} {}", proven_text(proven), Address(addr, disp));
        }
        Op::Store { op, proven, region, addr, disp, value } => {
            _ = write!(out, "store {op} {region}{} {}, {value}", proven_text(proven), Address(addr, disp));
        }
        Op::AtomicLoad { op, proven, addr } => _ = write!(out, "atomic_load {op}{} [{addr}]", proven_text(proven)),
        Op::AtomicStore { op, proven, addr, value } => _ = write!(out, "atomic_store {op}{} [{addr}], {value}", proven_text(proven)),
        Op::Rmw { op, how, proven, addr, value } => _ = write!(out, "rmw {op} {how}{} [{addr}], {value}", proven_text(proven)),
        Op::CmpXchg { how, proven, addr, expected, replacement } => {
            _ = write!(out, "cmpxchg {how}{} [{addr}], {expected}, {replacement}", proven_text(proven));
        }
        Op::Fence => out.push_str("fence"),
        Op::TrapIf(trap, c) => _ = write!(out, "trap_if \"{trap}\", {c}"),
        Op::Call(c) => {
            _ = match f.calls[c].target {
                CallTarget::Direct(k) => write!(out, "call f{k}"),
                CallTarget::Pointer { code, caller } => write!(out, "call [{code}] caller {caller}"),
                CallTarget::Builtin(b) => write!(out, "call {b}"),
            };
            _ = write!(out, " {}({})", f.calls[c].sig, commas(f.call_args(c)));
        }
        Op::Jump(e) => _ = write!(out, "jump {}", Target(f, e)),
        Op::Branch(c, yes, no) => _ = write!(out, "branch {c}, {}, {}", Target(f, yes), Target(f, no)),
        Op::Switch(i, s) => {
            let entries: Vec<_> = f.switches[s].edges.iter().map(|e| Target(f, *e)).collect();
            _ = write!(out, "switch {i}, [{}], {}", commas(&entries), Target(f, f.switches[s].default));
        }
        Op::Return(list) => {
            _ = write!(out, "return {}", commas(list.as_slice(&f.pool)));
            out.truncate(out.trim_end().len());
        }
        Op::Unreachable(trap) => _ = write!(out, "unreachable \"{trap}\""),
    }
    out
}

/// A target operator at its width, with its immediate if that is not 0.
fn target(op: TargetOp, ty: Type, imm: u8) -> String {
    let width = if ty == Type::V256 { "ymm" } else { "xmm" };
    if imm == 0 { format!("{width}.{op}") } else { format!("{width}.{op} {imm}") }
}

fn commas<T: Display>(list: &[T]) -> String {
    list.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

fn proven_text(proven: bool) -> &'static str {
    if proven { " proven" } else { "" }
}

/// A form that does not fit the type prints as bits, so that it survives.
fn constant(ty: Type, bits: u64, out: &mut String) {
    _ = match ty {
        Type::I32 if bits >> 32 == 0 => write!(out, "const {}", bits as i32),
        Type::I64 => write!(out, "const {}", bits as i64),
        Type::F32 if bits >> 32 == 0 => write!(out, "const {bits:#010x} ; {:?}", f32::from_bits(bits as u32)),
        Type::F64 => write!(out, "const {bits:#018x} ; {:?}", f64::from_bits(bits)),
        _ => write!(out, "const {bits:#x}"),
    };
}

struct Address(Value, i32);
impl Display for Address {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.1 {
            0 => write!(f, "[{}]", self.0),
            disp => write!(f, "[{}{disp:+}]", self.0),
        }
    }
}

struct Target<'a>(&'a Func, Edge);
impl Display for Target<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let args = self.0.args(self.1);
        write!(f, "{}", self.0.edges[self.1].to)?;
        if args.is_empty() { Ok(()) } else { write!(f, "({})", commas(args)) }
    }
}

// ---- parsing

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseError {
    /// Counted from 1.
    pub line: u32,
    pub message: String,
}

impl Display for ParseError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}
impl std::error::Error for ParseError {}

/// Lines, counted from 1, that blocks and values were parsed from.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    pub blocks: SecondaryMap<Block, u32>,
    pub values: SecondaryMap<Value, u32>,
}

pub fn parse(text: &str) -> Result<Func, ParseError> {
    parse_with_lines(text).map(|(f, _)| f)
}

pub fn parse_with_lines(text: &str) -> Result<(Func, Lines), ParseError> {
    let mut p = Parser { f: Func::default(), lines: Lines::default(), defined: SecondaryMap::new(), block: None };
    let mut line = 0;
    p.reserve_numbers(text).map_err(|message| ParseError { line, message })?;
    let mut started = false;
    for source in text.lines() {
        line += 1;
        let code = source.split_once(';').map_or(source, |(code, _)| code).trim();
        if code.is_empty() {
            continue;
        }
        let mut c = Cursor { rest: code };
        let done = if started { p.line(&mut c, line) } else { p.header(&mut c) };
        started = true;
        let done = done.and_then(|()| c.end());
        done.map_err(|message| ParseError { line, message })?;
    }
    p.end_block();
    if p.f.layout.is_empty() {
        return Err(ParseError { line, message: "a function has at least one block".into() });
    }
    Ok((p.f, p.lines))
}

type Parse<T> = Result<T, String>;

/// What a text may number its values up to: the arena is filled up to the highest.
const MAX_NUMBER: u32 = 1 << 24;

struct Parser {
    f: Func,
    lines: Lines,
    defined: SecondaryMap<Value, bool>,
    /// Where the lines go, and where its body starts.
    block: Option<(Block, u32)>,
}

impl Parser {
    /// Fills the arena with dead ops for all numbers that occur, so that named values keep theirs.
    fn reserve_numbers(&mut self, text: &str) -> Parse<()> {
        let highest = |letter: char| {
            let codes = text.lines().map(|l| l.split(';').next().unwrap_or(""));
            let words = codes.flat_map(|l| l.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
            words.filter_map(|w| w.strip_prefix(letter)?.parse::<u32>().ok()).max()
        };
        let (values, blocks) = (highest('v'), highest('b'));
        if values.max(blocks) > Some(MAX_NUMBER) {
            return Err(format!("values and blocks are numbered up to {MAX_NUMBER}"));
        }
        for _ in 0..values.map_or(0, |n| n + 1) {
            self.f.make(Op::Unreachable(Trap::Unreachable), 0);
        }
        for _ in 0..blocks.map_or(0, |n| n + 1) {
            self.f.make_block();
        }
        Ok(())
    }

    fn header(&mut self, c: &mut Cursor) -> Parse<()> {
        c.expect("func")?;
        self.f.index = c.number()?;
        self.f.signature = c.signature()?;
        Ok(())
    }

    fn line(&mut self, c: &mut Cursor, line: u32) -> Parse<()> {
        let offset = if c.eat("@") { c.hex_number()? } else { 0 };
        if let Some(n) = c.id("sig") {
            c.expect("=")?;
            if self.f.signatures.len() != n as usize {
                return Err(format!("signatures are numbered in order; expected sig{}", self.f.signatures.len()));
            }
            let signature = c.signature()?;
            self.f.signatures.push(signature);
            return Ok(());
        }
        if let Some(n) = c.id("b") {
            return self.block_line(c, Block::new(n as usize), offset, line);
        }
        if self.block.is_none() {
            return Err("an op outside of a block".into());
        }
        self.op_line(c, offset, line)
    }

    fn block_line(&mut self, c: &mut Cursor, b: Block, offset: u32, line: u32) -> Parse<()> {
        self.end_block();
        if self.lines.blocks[b] != 0 {
            return Err(format!("{b} is here twice"));
        }
        self.lines.blocks[b] = line;
        if c.eat("(") {
            while !c.eat(")") {
                let (v, ty) = c.definition()?;
                let n = self.f.blocks[b].params.len(&self.f.pool) as u32;
                self.define(v, Op::Param(ty, b, n), offset, line)?;
                self.f.blocks[b].params.push(v, &mut self.f.pool);
                c.comma_unless(")")?;
            }
        }
        if c.eat("depth") {
            self.f.blocks[b].loop_depth = c.number()?.try_into().map_err(|_| "depth is 16 bits wide")?;
        }
        self.f.blocks[b].cold = c.eat("cold");
        c.expect(":")?;
        self.f.layout.push(b);
        self.block = Some((b, self.f.body.len() as u32));
        Ok(())
    }

    fn end_block(&mut self) {
        if let Some((b, start)) = self.block.take() {
            self.f.blocks[b].body = start..self.f.body.len() as u32;
        }
    }

    fn define(&mut self, v: Value, op: Op, offset: u32, line: u32) -> Parse<()> {
        if self.defined[v] {
            return Err(format!("{v} is defined twice"));
        }
        self.defined[v] = true;
        self.f.ops[v] = op;
        self.f.offsets[v] = offset;
        self.lines.values[v] = line;
        Ok(())
    }

    fn op_line(&mut self, c: &mut Cursor, offset: u32, line: u32) -> Parse<()> {
        let mut definitions = Vec::new();
        if c.rest.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            definitions.push(c.definition()?);
            while c.eat(",") {
                definitions.push(c.definition()?);
            }
            c.expect("=")?;
        }
        let ty = definitions.first().map(|d| d.1);
        let op = self.op(c, ty)?;
        let expected = op.result_type();
        match (op, expected, &definitions[..]) {
            (Op::Call(_), _, results) => {
                let call = self.f.make(op, offset);
                self.lines.values[call] = line;
                self.f.body.push(call);
                for (n, (v, ty)) in results.iter().enumerate() {
                    self.define(*v, Op::Result(*ty, call, n as u32), offset, line)?;
                    self.f.body.push(*v);
                }
            }
            (_, None, []) => {
                let v = self.f.make(op, offset);
                self.lines.values[v] = line;
                self.f.body.push(v);
            }
            (_, Some(ty), &[(v, named)]) if ty == named => {
                self.define(v, op, offset, line)?;
                self.f.body.push(v);
            }
            (_, Some(ty), _) => return Err(format!("this op has one result, of type {ty}")),
            (_, None, _) => return Err("this op has no result".into()),
        }
        Ok(())
    }

    /// The op behind `=`; `ty` is the type that the line gives its (first) result.
    fn op(&mut self, c: &mut Cursor, ty: Option<Type>) -> Parse<Op> {
        let name = c.word()?;
        let typed = || ty.ok_or_else(|| format!("{name} has a result: expected `v0: type =` before it"));
        Ok(match name {
            "const" => {
                let ty = typed()?;
                Op::Const(ty, c.constant(ty)?)
            }
            "select" => {
                let cond = c.value()?;
                let [a, b] = [c.comma_value()?, c.comma_value()?];
                Op::Select(typed()?, cond, a, b)
            }
            "param" => {
                let b = c.id("b").ok_or("expected a block")?;
                Op::Param(typed()?, Block::new(b as usize), c.number()?)
            }
            "result" => {
                let n = c.number()?;
                Op::Result(typed()?, c.value()?, n)
            }
            "heap_addr" => {
                let mem = c.byte()?;
                let base = c.value()?;
                c.expect("+")?;
                let index = c.value()?;
                c.expect("+")?;
                let offset = c.number()?;
                c.expect("size")?;
                Op::HeapAddr { mem, size: c.byte()?, base, index, offset }
            }
            "load" => {
                let (op, region, proven, addr, disp) = c.access()?;
                Op::Load { op, proven, region, addr, disp }
            }
            "store" => {
                let (op, region, proven, addr, disp) = c.access()?;
                Op::Store { op, proven, region, addr, disp, value: c.comma_value()? }
            }
            "atomic_load" => {
                let (op, proven, addr) = c.atomic_access()?;
                Op::AtomicLoad { op, proven, addr }
            }
            "atomic_store" => {
                let (op, proven, addr) = c.atomic_access()?;
                Op::AtomicStore { op, proven, addr, value: c.comma_value()? }
            }
            "rmw" => {
                let name = c.word()?;
                let op = RmwOp::from_name(name).ok_or_else(|| format!("no read-modify-write is called {name}"))?;
                let (how, proven, addr) = c.atomic_access()?;
                Op::Rmw { op, how, proven, addr, value: c.comma_value()? }
            }
            "cmpxchg" => {
                let (how, proven, addr) = c.atomic_access()?;
                Op::CmpXchg { how, proven, addr, expected: c.comma_value()?, replacement: c.comma_value()? }
            }
            "fence" => Op::Fence,
            "trap_if" => Op::TrapIf(c.trap()?, c.comma_value()?),
            "call" => self.call(c)?,
            "jump" => Op::Jump(self.target(c)?),
            "branch" => {
                let cond = c.value()?;
                c.expect(",")?;
                let yes = self.target(c)?;
                c.expect(",")?;
                Op::Branch(cond, yes, self.target(c)?)
            }
            "switch" => self.switch(c)?,
            "return" => {
                let values = if c.rest.is_empty() { Vec::new() } else { c.values("")? };
                Op::Return(self.f.make_list(&values))
            }
            "unreachable" => Op::Unreachable(c.trap()?),
            "vconst" => {
                let bits = c.vector()?;
                Op::VConst(typed()?, self.f.vectors.intern(bits))
            }
            "shuffle" => {
                c.expect("[")?;
                let mut indices = [0; 16];
                for n in &mut indices {
                    *n = c.byte()?;
                }
                c.expect("]")?;
                let indices = self.f.vectors.intern(u128::from_le_bytes(indices));
                Op::Shuffle(indices, c.value()?, c.comma_value()?)
            }
            _ => {
                if let Some(op) = ConvOp::from_name(name) {
                    Op::Convert(op, c.value()?)
                } else if let Some(op) = UnOp::from_name(name) {
                    Op::Unary(op, typed()?, c.value()?)
                } else if let Some(op) = BinOp::from_name(name) {
                    Op::Binary(op, typed()?, c.value()?, c.comma_value()?)
                } else if let Some((ty, op)) = name.split_once('.')
                    && let (Some(ty), Some(op)) = (Type::from_name(ty), CmpOp::from_name(op))
                {
                    Op::Compare(op, ty, c.value()?, c.comma_value()?)
                } else if let Some((shape, op)) = name.split_once('.')
                    && let Some(shape) = Shape::from_name(shape)
                    && let Some(op) = lanes(c, shape, op)?
                {
                    op
                } else if let Some((width, op)) = name.split_once('.')
                    && let Some(ty) = [("xmm", Type::V128), ("ymm", Type::V256)].iter().find(|w| w.0 == width).map(|w| w.1)
                    && let Some(op) = TargetOp::from_name(op)
                {
                    let imm = if c.rest.starts_with(|c: char| c.is_ascii_digit()) { c.byte()? } else { 0 };
                    match op.row().operands.len() {
                        1 => Op::Target1(op, ty, imm, c.value()?),
                        2 => Op::Target2(op, ty, imm, c.value()?, c.comma_value()?),
                        _ => Op::Target3(op, ty, imm, c.value()?, c.comma_value()?, c.comma_value()?),
                    }
                } else {
                    return Err(format!("no op is called {name}"));
                }
            }
        })
    }

    fn call(&mut self, c: &mut Cursor) -> Parse<Op> {
        let target = if c.eat("[") {
            let code = c.value()?;
            c.expect("]")?;
            c.expect("caller")?;
            CallTarget::Pointer { code, caller: c.value()? }
        } else if let Some(k) = c.id("f") {
            CallTarget::Direct(k)
        } else {
            let name = c.word()?;
            CallTarget::Builtin(Builtin::from_name(name).ok_or_else(|| format!("no builtin is called {name}"))?)
        };
        let sig = c.id("sig").ok_or("expected a signature such as sig0")?;
        c.expect("(")?;
        let args = c.values(")")?;
        let args = self.f.make_list(&args);
        Ok(Op::Call(self.f.calls.push(CallData { target, sig: Sig::new(sig as usize), args })))
    }

    fn switch(&mut self, c: &mut Cursor) -> Parse<Op> {
        let index = c.value()?;
        c.expect(",")?;
        c.expect("[")?;
        let mut edges = Vec::new();
        while !c.eat("]") {
            edges.push(self.target(c)?);
            c.comma_unless("]")?;
        }
        c.expect(",")?;
        let default = self.target(c)?;
        Ok(Op::Switch(index, self.f.switches.push(SwitchData { edges, default })))
    }

    fn target(&mut self, c: &mut Cursor) -> Parse<Edge> {
        let (from, _) = self.block.ok_or("an edge outside of a block")?;
        let to = Block::new(c.id("b").ok_or("expected a block")? as usize);
        let args = if c.eat("(") { c.values(")")? } else { Vec::new() };
        Ok(self.f.make_edge(from, to, &args))
    }
}

/// What stands behind the name of a vector operator, if it is one.
fn lanes(c: &mut Cursor, shape: Shape, name: &str) -> Parse<Option<Op>> {
    Ok(Some(if let Some(op) = LaneUnOp::from_name(name) {
        Op::LaneUnary(op, shape, c.value()?)
    } else if let Some(op) = LaneBinOp::from_name(name) {
        Op::LaneBinary(op, shape, c.value()?, c.comma_value()?)
    } else if let Some(op) = LaneTernOp::from_name(name) {
        Op::LaneTernary(op, shape, c.value()?, c.comma_value()?, c.comma_value()?)
    } else if let Some(op) = LaneShiftOp::from_name(name) {
        Op::LaneShift(op, shape, c.value()?, c.comma_value()?)
    } else if let Some(op) = LaneTest::from_name(name) {
        Op::LaneTest(op, shape, c.value()?)
    } else {
        match name {
            "splat" => Op::Splat(shape, c.value()?),
            "extract_lane_s" => Op::ExtractLane(shape, Extension::Signed, c.byte()?, c.value()?),
            "extract_lane" | "extract_lane_u" => Op::ExtractLane(shape, Extension::Unsigned, c.byte()?, c.value()?),
            "replace_lane" => Op::ReplaceLane(shape, c.byte()?, c.value()?, c.comma_value()?),
            _ => return Ok(None),
        }
    }))
}

/// What is left of a line. Every method takes leading blanks too.
struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn end(&mut self) -> Parse<()> {
        self.blanks();
        if self.rest.is_empty() { Ok(()) } else { Err(format!("expected the end of the line, not {:?}", self.rest)) }
    }
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }
    /// Takes `text` if it is next; a word must also end there.
    fn eat(&mut self, text: &str) -> bool {
        self.blanks();
        let Some(rest) = self.rest.strip_prefix(text) else { return false };
        let is_word = text.ends_with(|c: char| c.is_ascii_alphanumeric());
        if is_word && rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            return false;
        }
        self.rest = rest;
        self.blanks();
        true
    }
    fn expect(&mut self, text: &str) -> Parse<()> {
        if self.eat(text) { Ok(()) } else { Err(format!("expected `{text}` at {:?}", self.rest)) }
    }
    fn comma_unless(&mut self, end: &str) -> Parse<()> {
        self.blanks();
        if self.rest.starts_with(end) { Ok(()) } else { self.expect(",") }
    }
    fn take(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        self.blanks();
        let end = self.rest.find(|c| !keep(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        self.blanks();
        taken
    }
    fn word(&mut self) -> Parse<&'a str> {
        let word = self.take(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        if word.is_empty() { Err(format!("expected a word at {:?}", self.rest)) } else { Ok(word) }
    }
    fn number(&mut self) -> Parse<u32> {
        let digits = self.take(|c| c.is_ascii_digit());
        digits.parse().map_err(|_| format!("expected a number of 32 bits at {digits:?} {:?}", self.rest))
    }
    fn hex_number(&mut self) -> Parse<u32> {
        let digits = self.take(|c| c.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16).map_err(|_| format!("expected hexadecimal digits at {digits:?} {:?}", self.rest))
    }
    fn byte(&mut self) -> Parse<u8> {
        let n = self.number()?;
        n.try_into().map_err(|_| format!("{n} does not fit a byte"))
    }
    /// `prefix` and a number, without anything between, if that is next.
    fn id(&mut self, prefix: &str) -> Option<u32> {
        self.blanks();
        let rest = self.rest.strip_prefix(prefix)?;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let n = rest[..end].parse().ok()?;
        self.rest = &rest[end..];
        self.blanks();
        Some(n)
    }
    fn value(&mut self) -> Parse<Value> {
        let n = self.id("v").ok_or_else(|| format!("expected a value at {:?}", self.rest))?;
        Ok(Value::new(n as usize))
    }
    fn comma_value(&mut self) -> Parse<Value> {
        self.expect(",")?;
        self.value()
    }
    /// Values up to `end`, or up to the end of the line if that is empty.
    fn values(&mut self, end: &str) -> Parse<Vec<Value>> {
        let mut values = Vec::new();
        loop {
            if (end.is_empty() && self.rest.is_empty()) || (!end.is_empty() && self.eat(end)) {
                return Ok(values);
            }
            if !values.is_empty() {
                self.expect(",")?;
            }
            values.push(self.value()?);
        }
    }
    fn ty(&mut self) -> Parse<Type> {
        let name = self.word()?;
        Type::from_name(name).ok_or_else(|| format!("no type is called {name}"))
    }
    fn definition(&mut self) -> Parse<(Value, Type)> {
        let v = self.value()?;
        self.expect(":")?;
        Ok((v, self.ty()?))
    }
    fn signature(&mut self) -> Parse<Signature> {
        let params = self.types()?;
        self.expect("->")?;
        Ok(Signature { params, results: self.types()? })
    }
    fn types(&mut self) -> Parse<Vec<Type>> {
        let mut types = Vec::new();
        self.expect("(")?;
        while !self.eat(")") {
            types.push(self.ty()?);
            self.comma_unless(")")?;
        }
        Ok(types)
    }
    fn trap(&mut self) -> Parse<Trap> {
        self.expect("\"")?;
        let (name, rest) = self.rest.split_once('"').ok_or("expected a closing quote")?;
        self.rest = rest;
        self.blanks();
        Trap::from_name(name).ok_or_else(|| format!("no trap is called {name:?}"))
    }
    fn constant(&mut self, ty: Type) -> Parse<u64> {
        let text = self.take(|c| c.is_ascii_alphanumeric() || c == '-');
        let bits = match (text.strip_prefix("0x"), ty) {
            (Some(hex), _) => u64::from_str_radix(hex, 16).ok(),
            (None, Type::I32) => text.parse::<i32>().ok().map(|n| u64::from(n as u32)),
            (None, Type::I64) => text.parse::<i64>().ok().map(|n| n as u64),
            (None, _) => None,
        };
        bits.ok_or_else(|| format!("{text:?} is no constant of type {ty}"))
    }
    /// `0x` and up to 64 hexadecimal digits.
    fn vector(&mut self) -> Parse<Wide> {
        let text = self.take(|c| c.is_ascii_alphanumeric());
        let digits = text.strip_prefix("0x").filter(|d| !d.is_empty() && d.len() <= 64 && d.is_ascii());
        let half = |d: &str| if d.is_empty() { Ok(0) } else { u128::from_str_radix(d, 16) };
        let read = digits.map(|d| d.split_at(d.len().saturating_sub(32))).and_then(|(high, low)| Some((half(high).ok()?, half(low).ok()?)));
        let (high, low) = read.ok_or_else(|| format!("{text:?} is no vector"))?;
        Ok(Wide { low, high })
    }
    fn mem_op(&mut self) -> Parse<MemOp> {
        let name = self.word()?;
        MemOp::from_name(name).ok_or_else(|| format!("no access is called {name}"))
    }
    fn atomic_access(&mut self) -> Parse<(MemOp, bool, Value)> {
        let (op, proven) = (self.mem_op()?, self.eat("proven"));
        self.expect("[")?;
        let addr = self.value()?;
        self.expect("]")?;
        Ok((op, proven, addr))
    }
    fn access(&mut self) -> Parse<(MemOp, Region, bool, Value, i32)> {
        let op = self.mem_op()?;
        let name = self.word()?;
        let region = Region::parse(name).ok_or_else(|| format!("no region is called {name}"))?;
        let proven = self.eat("proven");
        self.expect("[")?;
        let addr = self.value()?;
        let disp = self.take(|c| c.is_ascii_digit() || c == '-' || c == '+');
        let disp = if disp.is_empty() { Ok(0) } else { disp.parse() };
        let disp = disp.map_err(|_| "expected a displacement of 32 bits such as +8")?;
        self.expect("]")?;
        Ok((op, region, proven, addr, disp))
    }
}
