//! The first pass over a function body: validates it and writes down what the second pass wants to know in advance.
//!
//! That is: where each construct's `else` and `end` are, whether a jump leads to its label, and where each local is assigned.
//! Code that no path reaches is validated like any other but leaves no trace, and the second pass skips it by the same rules.
//! Positions are byte offsets in the module.
use super::decode::FEATURES;
use super::error::{Error, ErrorKind, Result};
use wasmparser::{BinaryReader, FuncValidator, ValType, ValidatorResources};

/// A reachable `block`, `loop`, `if`, or the function body itself (the first).
#[derive(Clone, Copy, Debug)]
pub(super) struct Construct {
    pub kind: ConstructKind,
    /// Where its `else` is.
    pub else_at: Option<u32>,
    pub end: u32,
    /// Something other than falling through leads to its label: its end gets a block, or the loop a header.
    /// For the function body: a conditional branch leads to its end.
    pub targeted: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ConstructKind {
    Function,
    Block,
    Loop,
    If,
}

/// An assignment to a local by `local.set` or `local.tee`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Assignment {
    pub local: u32,
    pub at: u32,
}

/// What the first pass learns about a function. Reused from function to function.
#[derive(Default)]
pub(super) struct Scan {
    /// In the order of their starts.
    pub constructs: Vec<Construct>,
    /// In the order of the text.
    pub assignments: Vec<Assignment>,
    /// Types of the declared locals, parameters not included: (number of declared locals up to here, type).
    pub locals: Vec<(u32, ValType)>,
    /// Number of operators, dead ones included.
    pub operators: u32,
    /// Where the operators start.
    pub code: usize,
    /// The constructs around the operator: indices in `constructs`, None for one in unreachable code.
    open: Vec<Option<u32>>,
}

impl Scan {
    /// Validates `body` (locals and code), which starts at byte `start` of the module.
    pub fn run(&mut self, validator: &mut FuncValidator<&ValidatorResources>, body: &[u8], start: usize) -> Result<()> {
        self.constructs.clear();
        self.assignments.clear();
        self.locals.clear();
        self.open.clear();
        self.operators = 0;
        let mut reader = BinaryReader::new_features(body, start as u64, FEATURES);
        self.declare_locals(validator, &mut reader)?;
        self.code = reader.original_position() as usize;
        let mut reachable = true;
        self.open(ConstructKind::Function, reachable);
        while !reader.eof() {
            let at = reader.original_position();
            let rest = &body[at as usize - start..];
            reader.visit_operator(&mut validator.visitor(at))??;
            self.operators += 1;
            // Valid from here on: the immediates can be read again without surprises.
            let opcode = rest[0];
            if !matches!(opcode, 0x00 | 0x02..=0x05 | 0x0b..=0x0f | 0x21 | 0x22) {
                continue;
            }
            let mut immediates = BinaryReader::new_features(&rest[1..], at + 1, FEATURES);
            match opcode {
                UNREACHABLE | RETURN => reachable = false,
                BLOCK => self.open(ConstructKind::Block, reachable),
                LOOP => self.open(ConstructKind::Loop, reachable),
                IF => self.open(ConstructKind::If, reachable),
                ELSE => {
                    if let Some(construct) = self.innermost() {
                        construct.else_at = Some(at as u32);
                        construct.targeted |= reachable;
                        reachable = true;
                    }
                }
                END => {
                    if let Some(construct) = self.innermost() {
                        construct.end = at as u32;
                        match construct.kind {
                            ConstructKind::Block => reachable |= construct.targeted,
                            ConstructKind::If => {
                                construct.targeted |= construct.else_at.is_none();
                                reachable |= construct.targeted;
                            }
                            ConstructKind::Loop | ConstructKind::Function => {}
                        }
                    }
                    self.open.pop();
                }
                BR => {
                    if reachable {
                        self.target(immediates.read_var_u32()?, false);
                    }
                    reachable = false;
                }
                BR_IF => {
                    if reachable {
                        self.target(immediates.read_var_u32()?, true);
                    }
                }
                BR_TABLE => {
                    if reachable {
                        for _ in 0..=immediates.read_var_u32()? {
                            self.target(immediates.read_var_u32()?, true);
                        }
                    }
                    reachable = false;
                }
                LOCAL_SET | LOCAL_TEE => {
                    if reachable {
                        self.assignments.push(Assignment { local: immediates.read_var_u32()?, at: at as u32 });
                    }
                }
                _ => unreachable!("filtered above"),
            }
        }
        reader.finish_expression(&validator.visitor(reader.original_position()))?;
        Ok(())
    }

    fn declare_locals(&mut self, validator: &mut FuncValidator<&ValidatorResources>, reader: &mut BinaryReader<'_>) -> Result<()> {
        let mut total: u32 = 0;
        for _ in 0..reader.read_var_u32()? {
            let at = reader.original_position();
            let count: u32 = reader.read()?;
            let ty: ValType = reader.read()?;
            validator.define_locals(at, count, ty)?;
            total = total.checked_add(count).ok_or_else(|| Error::new(ErrorKind::Limit, at as usize, "too many locals"))?;
            if count > 0 {
                self.locals.push((total, ty));
            }
        }
        Ok(())
    }

    fn open(&mut self, kind: ConstructKind, reachable: bool) {
        self.open.push(reachable.then_some(self.constructs.len() as u32));
        if reachable {
            self.constructs.push(Construct { kind, else_at: None, end: u32::MAX, targeted: false });
        }
    }

    fn innermost(&mut self) -> Option<&mut Construct> {
        let construct = self.open.last().copied()??;
        Some(&mut self.constructs[construct as usize])
    }

    /// A branch to the label `depth` constructs out.
    fn target(&mut self, depth: u32, conditional: bool) {
        let construct = self.open[self.open.len() - 1 - depth as usize];
        let construct = construct.expect("only reachable constructs are around a reachable branch");
        let construct = &mut self.constructs[construct as usize];
        construct.targeted |= conditional || construct.kind != ConstructKind::Function;
    }
}

const UNREACHABLE: u8 = 0x00;
const BLOCK: u8 = 0x02;
const LOOP: u8 = 0x03;
const IF: u8 = 0x04;
const ELSE: u8 = 0x05;
const END: u8 = 0x0b;
const BR: u8 = 0x0c;
const BR_IF: u8 = 0x0d;
const BR_TABLE: u8 = 0x0e;
const RETURN: u8 = 0x0f;
const LOCAL_SET: u8 = 0x21;
const LOCAL_TEE: u8 = 0x22;
