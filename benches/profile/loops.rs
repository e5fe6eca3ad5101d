//! Loops and calls of a function body, by the byte offsets of their operators.
use super::Loop;
use samite::{ExternType, Module};
use std::ops::Range;
use wasmparser::{FunctionBody, Operator, Parser, Payload};

/// A function body: its loops with what was counted in them.
pub struct Body {
    offset: u64,
    /// In the order of the body.
    loops: Vec<Counted>,
}

struct Counted {
    /// From the `loop` operator to its `end`, as bytes of the module.
    place: Range<u64>,
    depth: u32,
    own: u64,
}

impl Body {
    /// The body of a function that a module defines.
    pub fn new(module: &Module, index: u32) -> Body {
        let mut body = Body { offset: 0, loops: Vec::new() };
        let Some(parsed) = find(module, index) else { return body };
        body.offset = parsed.range().start;
        // For each open block: the loop it is.
        let mut open: Vec<Option<usize>> = Vec::new();
        for (offset, operator) in operators(&parsed) {
            match operator {
                Operator::Loop { .. } => {
                    let depth = 1 + open.iter().flatten().count() as u32;
                    open.push(Some(body.loops.len()));
                    body.loops.push(Counted { place: offset..u64::MAX, depth, own: 0 });
                }
                Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } => open.push(None),
                Operator::End => {
                    if let Some(Some(at)) = open.pop() {
                        body.loops[at].place.end = offset;
                    }
                }
                _ => {}
            }
        }
        body
    }
    pub fn offset(&self) -> u64 {
        self.offset
    }
    /// Counts for the innermost loop that the operator at an offset is in.
    pub fn count(&mut self, offset: u64, count: u64) {
        if let Some(innermost) = self.loops.iter_mut().rev().find(|l| l.place.contains(&offset)) {
            innermost.own += count;
        }
    }
    /// Those with something in them.
    pub fn loops(&self) -> Vec<Loop> {
        let all = self.loops.iter().map(|l| {
            let inside = self.loops.iter().filter(|inner| l.place.contains(&inner.place.start));
            Loop { offset: l.place.start, depth: l.depth, samples: inside.map(|inner| inner.own).sum(), own: l.own }
        });
        all.filter(|l| l.samples > 0).collect()
    }
}

fn find(module: &Module, index: u32) -> Option<FunctionBody<'_>> {
    let imported = module.imports().filter(|i| matches!(i.ty(), ExternType::Func(_))).count();
    let defined = (index as usize).checked_sub(imported)?;
    let bodies = Parser::new(0).parse_all(module.binary()).filter_map(|payload| match payload {
        Ok(Payload::CodeSectionEntry(body)) => Some(body),
        _ => None,
    });
    bodies.into_iter().nth(defined)
}

/// With their offsets in the module. The module is valid: it was compiled.
fn operators<'a>(body: &FunctionBody<'a>) -> Vec<(u64, Operator<'a>)> {
    let mut all = Vec::new();
    if let Ok(mut reader) = body.get_operators_reader() {
        while let Ok((operator, offset)) = reader.read_with_offset() {
            all.push((offset, operator));
        }
    }
    all
}

/// What the operator at an offset calls for, as people name it.
pub fn callee(module: &Module, index: u32, offset: Option<u64>) -> String {
    let body = find(module, index);
    let found = body.and_then(|body| operators(&body).into_iter().find(|(at, _)| Some(*at) == offset));
    match found.map(|(_, operator)| operator) {
        Some(Operator::Call { function_index } | Operator::ReturnCall { function_index }) => {
            let mut imports = module.imports().filter(|i| matches!(i.ty(), ExternType::Func(_)));
            imports.nth(function_index as usize).map_or("the runtime".into(), |i| format!("{}::{}", i.module(), i.name()))
        }
        Some(Operator::CallIndirect { .. } | Operator::CallRef { .. } | Operator::ReturnCallIndirect { .. }) => "a host function".into(),
        Some(Operator::MemoryGrow { .. }) => "memory.grow".into(),
        Some(Operator::MemoryCopy { .. }) => "memory.copy".into(),
        Some(Operator::MemoryFill { .. }) => "memory.fill".into(),
        Some(Operator::MemoryInit { .. }) => "memory.init".into(),
        Some(Operator::TableGrow { .. }) => "table.grow".into(),
        Some(Operator::TableCopy { .. }) => "table.copy".into(),
        Some(Operator::TableFill { .. }) => "table.fill".into(),
        Some(Operator::TableInit { .. }) => "table.init".into(),
        _ => "the runtime".into(),
    }
}
