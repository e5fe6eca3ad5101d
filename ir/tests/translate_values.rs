//! Are locals worth what they should be? Random structured functions are run twice: as the tree they were generated from, and as
//! the SSA that their translation gives. The functions do little but assign locals and jump about.
use samite_ir::ssa::eval::{Access, Callee, End, Wide, World, eval};
use samite_ir::ssa::verify;
use samite_ir::translate::vmctx::Layout;
use samite_ir::translate::{Interrupt, Options, Translator, decode};
use samite_ir::value::Trap;
use std::fmt::Write;

const SEEDS: u64 = 4_000;
const PARAMS: usize = 2;
const LOCALS: usize = 6;
/// The local that counts down at every loop header; at 0 the function returns.
const FUEL: usize = LOCALS;
const STEPS: i32 = 60;

enum Stmt {
    Set(usize, Expr),
    Block(Vec<Stmt>),
    Loop(Vec<Stmt>),
    If(Expr, Vec<Stmt>, Option<Vec<Stmt>>),
    Br(Jump),
    /// Condition and jump.
    BrIf(Expr, Jump),
    /// Index and jumps, the default last; all carry the value of the first.
    BrTable(Expr, Vec<Jump>),
    Return,
    Unreachable,
}

enum Expr {
    Const(i32),
    Local(usize),
    /// local.tee
    Tee(usize, Box<Expr>),
    Add(Box<Expr>, Box<Expr>),
    Mul(Box<Expr>, Box<Expr>),
    /// A block with a result.
    Block(Vec<Stmt>, Box<Expr>),
    /// An `if` with a result.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
}

struct Jump {
    depth: usize,
    /// For a label that takes a value.
    value: Option<Expr>,
}

#[test]
fn random_functions() {
    let mut translator = Translator::default();
    let (mut returned, mut trapped) = (0, 0);
    for seed in 0..SEEDS {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut generate = Generate { random: &mut random, labels: vec![Label::Value], size: 0 };
        let (body, result) = (generate.stmts(0), generate.expr(0));
        let text = module(&body, &result);
        let bytes = wat::parse_str(&text).unwrap_or_else(|e| panic!("seed {seed}: {e}\n{text}"));
        let module = decode(&bytes).expect("valid");
        let layout = Layout::new(&module.info).expect("small");
        for interrupt in [Interrupt::Off, Interrupt::Epoch] {
            let options = Options { interrupt, ..Options::default() };
            let code = &bytes[module.info.bodies[0].clone()];
            let func = translator.translate(&module, &layout, 0, code, &options).expect("valid");
            verify::assert_valid(&func, "translate");
            for arguments in [[0, 0], [1, 5], [7, -3]] {
                let mut run = Run { locals: [0; LOCALS + 1] };
                run.locals[..PARAMS].copy_from_slice(&arguments);
                run.locals[FUEL] = STEPS;
                let value = match run.stmts(&body) {
                    Flow::Next => run.expr(&result),
                    other => Err(other),
                };
                let expected = match value {
                    Ok(x) | Err(Flow::Jump(_, Some(x))) => End::Return(vec![Wide::from(x as u32)]),
                    Err(Flow::Return) => End::Return(vec![Wide::from(run.hash() as u32)]),
                    Err(Flow::Trap) => End::Trap(Trap::Unreachable),
                    Err(_) => unreachable!("a jump to the function's label has a value"),
                };
                let args = [Wide::from(1u64 << 40), Wide::from(arguments[0] as u32), Wide::from(arguments[1] as u32)];
                let end = eval(&func, &args, &mut Still, 1 << 22);
                assert_eq!(end, expected, "seed {seed} {arguments:?}\n{text}\n{func}");
                match end {
                    End::Return(_) => returned += 1,
                    _ => trapped += 1,
                }
            }
        }
    }
    assert!(returned > 10 * trapped && trapped > 0, "{returned} returned, {trapped} trapped");
}

/// A world in which nobody asks to stop: every field of the context is 0 but for the deadline.
struct Still;

impl World for Still {
    fn load(&mut self, access: Access) -> Result<Wide, Trap> {
        let deadline = samite_ir::translate::vmctx::store_record::DEADLINE;
        Ok(Wide::from(u64::from(access.addr == u64::from(deadline))))
    }
    fn store(&mut self, access: Access, _: Wide) -> Result<(), Trap> {
        panic!("{access:?}")
    }
    fn call(&mut self, callee: Callee, _: &[Wide]) -> Result<Vec<Wide>, Trap> {
        panic!("{callee:?}")
    }
}

// ---- running the tree

struct Run {
    locals: [i32; LOCALS + 1],
}

enum Flow {
    Next,
    /// Depth and value.
    Jump(usize, Option<i32>),
    Return,
    Trap,
}

impl Run {
    fn hash(&self) -> i32 {
        self.locals.iter().fold(0i32, |h, l| h.wrapping_mul(31).wrapping_add(*l))
    }
    fn stmts(&mut self, stmts: &[Stmt]) -> Flow {
        for s in stmts {
            match self.stmt(s) {
                Flow::Next => {}
                other => return other,
            }
        }
        Flow::Next
    }
    fn stmt(&mut self, stmt: &Stmt) -> Flow {
        match self.try_stmt(stmt) {
            Ok(flow) | Err(flow) => flow,
        }
    }
    fn try_stmt(&mut self, stmt: &Stmt) -> Result<Flow, Flow> {
        Ok(match stmt {
            Stmt::Set(local, e) => {
                self.locals[*local] = self.expr(e)?;
                Flow::Next
            }
            Stmt::Block(body) => leave(self.stmts(body)),
            Stmt::Loop(body) => loop {
                self.locals[FUEL] -= 1;
                if self.locals[FUEL] == 0 {
                    return Ok(Flow::Return);
                }
                match self.stmts(body) {
                    Flow::Jump(0, _) => {}
                    other => break leave(other),
                }
            },
            Stmt::If(c, yes, no) => {
                let arm = if self.expr(c)? != 0 { Some(yes) } else { no.as_ref() };
                arm.map_or(Flow::Next, |arm| leave(self.stmts(arm)))
            }
            Stmt::Br(j) => self.jump(j)?,
            Stmt::BrIf(c, j) => {
                let value = j.value.as_ref().map(|e| self.expr(e)).transpose()?;
                if self.expr(c)? != 0 { Flow::Jump(j.depth, value) } else { Flow::Next }
            }
            Stmt::BrTable(i, jumps) => {
                let value = jumps[0].value.as_ref().map(|e| self.expr(e)).transpose()?;
                let i = self.expr(i)? as u32 as usize;
                Flow::Jump(jumps[i.min(jumps.len() - 1)].depth, value)
            }
            Stmt::Return => Flow::Return,
            Stmt::Unreachable => Flow::Trap,
        })
    }
    fn jump(&mut self, j: &Jump) -> Result<Flow, Flow> {
        let value = j.value.as_ref().map(|e| self.expr(e)).transpose()?;
        Ok(Flow::Jump(j.depth, value))
    }
    fn expr(&mut self, e: &Expr) -> Result<i32, Flow> {
        Ok(match e {
            Expr::Const(x) => *x,
            Expr::Local(l) => self.locals[*l],
            Expr::Tee(l, e) => {
                self.locals[*l] = self.expr(e)?;
                self.locals[*l]
            }
            Expr::Add(a, b) => self.expr(a)?.wrapping_add(self.expr(b)?),
            Expr::Mul(a, b) => self.expr(a)?.wrapping_mul(self.expr(b)?),
            Expr::Block(body, result) => {
                let value = match self.stmts(body) {
                    Flow::Next => self.expr(result),
                    other => Err(other),
                };
                match value {
                    Err(Flow::Jump(0, value)) => value.expect("the label takes a value"),
                    Err(other) => return Err(leave(other)),
                    Ok(value) => value,
                }
            }
            Expr::If(c, yes, no) => {
                let value = if self.expr(c)? != 0 { self.expr(yes) } else { self.expr(no) };
                match value {
                    Err(Flow::Jump(0, value)) => value.expect("the label takes a value"),
                    Err(other) => return Err(leave(other)),
                    Ok(value) => value,
                }
            }
        })
    }
}

/// What a jump out of the inside of a construct is outside.
fn leave(flow: Flow) -> Flow {
    match flow {
        Flow::Jump(0, _) => Flow::Next,
        Flow::Jump(depth, value) => Flow::Jump(depth - 1, value),
        other => other,
    }
}

// ---- generating

#[derive(Clone, Copy, PartialEq)]
enum Label {
    Plain,
    Value,
}

struct Generate<'a> {
    random: &'a mut Random,
    /// Innermost last; the function's own is the first.
    labels: Vec<Label>,
    size: usize,
}

impl Generate<'_> {
    fn stmts(&mut self, depth: usize) -> Vec<Stmt> {
        (0..1 + self.random.below(5)).map(|_| self.stmt(depth)).collect()
    }
    fn inside<T>(&mut self, label: Label, make: impl FnOnce(&mut Self) -> T) -> T {
        self.labels.push(label);
        let made = make(self);
        self.labels.pop();
        made
    }
    fn stmt(&mut self, depth: usize) -> Stmt {
        self.size += 1;
        let deep = depth > 6 || self.size > 150;
        match self.random.below(if deep { 10 } else { 18 }) {
            0..=5 => Stmt::Set(self.random.below(LOCALS), self.expr(depth + 1)),
            6 => Stmt::BrIf(self.expr(depth + 1), self.jump(depth)),
            7 => Stmt::BrIf(self.expr(depth + 1), self.jump(depth)),
            8 => match self.random.below(8) {
                0 => Stmt::Return,
                1 => Stmt::Unreachable,
                2 => Stmt::BrTable(self.expr(depth + 1), self.jumps(depth)),
                3 => Stmt::Br(self.jump(depth)),
                _ => Stmt::Set(self.random.below(LOCALS), Expr::Const(self.random.below(3) as i32)),
            },
            9 => Stmt::BrIf(Expr::Local(self.random.below(LOCALS)), self.jump(depth)),
            10 | 11 => Stmt::Block(self.inside(Label::Plain, |g| g.stmts(depth + 1))),
            12 | 13 => Stmt::Loop(self.inside(Label::Plain, |g| g.stmts(depth + 1))),
            14 => {
                let condition = self.expr(depth + 1);
                Stmt::If(condition, self.inside(Label::Plain, |g| g.stmts(depth + 1)), None)
            }
            _ => {
                let condition = self.expr(depth + 1);
                let yes = self.inside(Label::Plain, |g| g.stmts(depth + 1));
                Stmt::If(condition, yes, Some(self.inside(Label::Plain, |g| g.stmts(depth + 1))))
            }
        }
    }
    fn jump(&mut self, depth: usize) -> Jump {
        let to = self.random.below(self.labels.len());
        let value = (self.labels[self.labels.len() - 1 - to] == Label::Value).then(|| self.expr(depth + 2));
        Jump { depth: to, value }
    }
    /// Jumps to labels of one kind, the value with the first.
    fn jumps(&mut self, depth: usize) -> Vec<Jump> {
        let first = self.jump(depth);
        let kind = self.labels[self.labels.len() - 1 - first.depth];
        let mut jumps = vec![first];
        for _ in 0..self.random.below(6) {
            let to = self.random.below(self.labels.len());
            if self.labels[self.labels.len() - 1 - to] == kind {
                jumps.push(Jump { depth: to, value: None });
            }
        }
        jumps
    }
    fn expr(&mut self, depth: usize) -> Expr {
        self.size += 1;
        let deep = depth > 6 || self.size > 150;
        match self.random.below(if deep { 5 } else { 12 }) {
            0 => Expr::Const(self.random.below(4) as i32),
            1..=4 => Expr::Local(self.random.below(LOCALS + 1)),
            5 => Expr::Tee(self.random.below(LOCALS), Box::new(self.expr(depth + 1))),
            6..=8 => Expr::Add(Box::new(self.expr(depth + 1)), Box::new(self.expr(depth + 1))),
            9 => Expr::Mul(Box::new(self.expr(depth + 1)), Box::new(self.expr(depth + 1))),
            10 => self.inside(Label::Value, |g| Expr::Block(g.stmts(depth + 1), Box::new(g.expr(depth + 1)))),
            _ => {
                let condition = Box::new(self.expr(depth + 1));
                let (yes, no) = self.inside(Label::Value, |g| (Box::new(g.expr(depth + 1)), Box::new(g.expr(depth + 1))));
                Expr::If(condition, yes, no)
            }
        }
    }
}

/// xorshift64*
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n
    }
}

// ---- the tree as text

fn module(body: &[Stmt], result: &Expr) -> String {
    let mut out =
        format!("(module (func (param {}) (result i32) (local {})\n", "i32 ".repeat(PARAMS), { "i32 ".repeat(LOCALS + 1 - PARAMS) });
    write!(out, "i32.const {STEPS} local.set {FUEL}\n").expect("to a string");
    body.iter().for_each(|s| s.print(&mut out));
    result.print(&mut out);
    out + "))"
}

fn print_hash(out: &mut String) {
    *out += "i32.const 0 ";
    for l in 0..=LOCALS {
        write!(out, "i32.const 31 i32.mul local.get {l} i32.add ").expect("to a string");
    }
}

impl Stmt {
    fn print(&self, out: &mut String) {
        let list = |out: &mut String, stmts: &[Stmt]| stmts.iter().for_each(|s| s.print(out));
        match self {
            Stmt::Set(l, e) => {
                e.print(out);
                *out += &format!("local.set {l}\n");
            }
            Stmt::Block(body) => {
                *out += "block\n";
                list(out, body);
                *out += "end\n";
            }
            Stmt::Loop(body) => {
                *out += &format!("loop local.get {FUEL} i32.const 1 i32.sub local.tee {FUEL} i32.eqz if ");
                print_hash(out);
                *out += "return end\n";
                list(out, body);
                *out += "end\n";
            }
            Stmt::If(c, yes, no) => {
                c.print(out);
                *out += "if\n";
                list(out, yes);
                if let Some(no) = no {
                    *out += "else\n";
                    list(out, no);
                }
                *out += "end\n";
            }
            Stmt::Br(j) => {
                j.value.iter().for_each(|e| e.print(out));
                *out += &format!("br {}\n", j.depth);
            }
            Stmt::BrIf(c, j) => {
                j.value.iter().for_each(|e| e.print(out));
                c.print(out);
                *out += &format!("br_if {}\n", j.depth);
                *out += if j.value.is_some() { "drop\n" } else { "" };
            }
            Stmt::BrTable(i, jumps) => {
                jumps[0].value.iter().for_each(|e| e.print(out));
                i.print(out);
                *out += "br_table";
                jumps.iter().for_each(|j| *out += &format!(" {}", j.depth));
                *out += "\n";
            }
            Stmt::Return => {
                print_hash(out);
                *out += "return\n";
            }
            Stmt::Unreachable => *out += "unreachable\n",
        }
    }
}

impl Expr {
    fn print(&self, out: &mut String) {
        match self {
            Expr::Const(x) => *out += &format!("i32.const {x} "),
            Expr::Local(l) => *out += &format!("local.get {l} "),
            Expr::Tee(l, e) => {
                e.print(out);
                *out += &format!("local.tee {l} ");
            }
            Expr::Add(a, b) => {
                a.print(out);
                b.print(out);
                *out += "i32.add ";
            }
            Expr::Mul(a, b) => {
                a.print(out);
                b.print(out);
                *out += "i32.mul ";
            }
            Expr::Block(body, result) => {
                *out += "block (result i32)\n";
                body.iter().for_each(|s| s.print(out));
                result.print(out);
                *out += "end\n";
            }
            Expr::If(c, yes, no) => {
                c.print(out);
                *out += "if (result i32) ";
                yes.print(out);
                *out += "else ";
                no.print(out);
                *out += "end\n";
            }
        }
    }
}
