//! Every station of one function as data: the lines that `compile --emit` and `objdump` print, each with what links it to the others.
//!
//! ```text
//! ssa:translate  ssa:gvn ...  mach  regalloc  asm
//! ```
//! Lines of all stations carry the byte offset in the module of their wasm operator. Lines of SSA stations also carry the op's number, which it
//! keeps from pass to pass; steps of `mach` are those of `regalloc`; an instruction of `asm` knows the step or edit that it was emitted for. Costs
//! are counted by block of the machine flow. The function is compiled by itself: calls are not linked.
use super::listing;
use super::places::{self, Stretch};
use super::{Observer, Strategy, Worker, compile_function, layout};
use crate::mach::code::{Code, Target};
use crate::mach::flow::{Allocation, Block, Edit, Flow, Loc};
use crate::mach::loops::Loops;
use crate::mach::tables::{Detail, Emitted, Source};
use crate::mach::text as mach_text;
use crate::x64::X64;
use cranelift_entity::EntityRef;
use samite_ir::ssa::{Func, text as ssa_text};
use samite_ir::translate::decode::Decoded;
use samite_ir::translate::error::Error;
use serde::Serialize;

#[derive(Clone, Debug, Default, Serialize)]
pub struct Trace {
    pub stations: Vec<Station>,
    /// By block of the machine flow.
    pub blocks: Vec<BlockTrace>,
    pub loops: Vec<LoopTrace>,
    pub stretches: Vec<Stretch>,
    /// Bytes of each spill slot.
    pub slots: Vec<u8>,
    pub steps: u32,
    pub code_bytes: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    Ssa,
    Mach,
    Regalloc,
    Asm,
}

#[derive(Clone, Debug, Serialize)]
pub struct Station {
    /// `ssa:` and the pass, or the form's name.
    pub name: String,
    pub form: Form,
    pub lines: Vec<Line>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Line {
    pub text: String,
    /// Byte offset in the module of the wasm operator it comes from.
    pub offset: Option<u32>,
    pub of: Of,
    /// Of `asm`: where it is in the function, and its bytes.
    pub code: Option<Encoded>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Of {
    /// Heads, and in `asm` what sets up the frame.
    Head,
    /// Of SSA an SSA block, elsewhere one of the flow.
    Block(u32),
    /// An SSA op by its number.
    Op(u32),
    /// Index into the allocation's edits; in `asm` an instruction emitted for it.
    Edit(u32),
    Step(u32),
    Edge,
    /// Constants and jump tables behind the code, and labels.
    Data,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Encoded {
    pub at: u32,
    /// In hexadecimal.
    pub bytes: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct BlockTrace {
    pub first_step: u32,
    pub steps: u32,
    pub depth: u32,
    pub cold: bool,
    /// Index into `Trace::loops`: the innermost one around it.
    pub inside: Option<u32>,
    pub successors: Vec<u32>,
    pub costs: Costs,
}

/// Counts of what was emitted for a block; nothing here is measured. The function's entry counts for its first block.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Costs {
    pub instructions: u32,
    pub bytes: u32,
    /// Instructions with an operand in memory that they read, or write; slots of the frame included.
    pub loads: u32,
    pub stores: u32,
    pub calls: u32,
    /// Edits from a register to a slot, from a slot to a register, between registers, and constants made again.
    pub spills: u32,
    pub reloads: u32,
    pub moves: u32,
    pub remats: u32,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct LoopTrace {
    pub header: u32,
    /// The last block, inclusive.
    pub last: u32,
    pub parent: Option<u32>,
    pub depth: u32,
}

/// Compiles one function and records all stations. `names` as `listing::names` gives them.
pub fn trace(
    worker: &mut Worker,
    module: &Decoded,
    bytes: &[u8],
    index: u32,
    strategy: &Strategy,
    names: &[String],
) -> Result<Trace, Error> {
    let mut recorder = Recorder { names, trace: Trace::default(), block_of: Vec::new(), edits: Vec::new() };
    compile_function(worker, module, bytes, &layout(module)?, index, strategy, &mut recorder)?;
    Ok(recorder.trace)
}

struct Recorder<'a> {
    names: &'a [String],
    trace: Trace,
    /// By step: its block.
    block_of: Vec<u32>,
    /// By edit: the step it stands before.
    edits: Vec<u32>,
}

impl Observer for Recorder<'_> {
    fn ssa(&mut self, pass: &str, func: &Func) {
        let line = |l: ssa_text::Line| {
            let of = match l.of {
                ssa_text::Of::Head => Of::Head,
                ssa_text::Of::Block(b) => Of::Block(b.as_u32()),
                ssa_text::Of::Op(v) => Of::Op(v.as_u32()),
            };
            Line { text: l.text, offset: l.offset, of, code: None }
        };
        let lines = ssa_text::lines(func).into_iter().map(line).collect();
        self.trace.stations.push(Station { name: format!("ssa:{pass}"), form: Form::Ssa, lines });
    }

    fn mach(&mut self, code: &Code<X64>) {
        let lines = steps(code, None);
        self.trace.stations.push(Station { name: "mach".into(), form: Form::Mach, lines });
        self.trace.steps = code.ops.len() as u32;
        self.blocks(&code.flow);
    }

    fn allocated(&mut self, code: &Code<X64>, allocation: &Allocation) {
        let lines = steps(code, Some(allocation));
        self.trace.stations.push(Station { name: "regalloc".into(), form: Form::Regalloc, lines });
        self.trace.stretches = places::stretches(&code.flow, allocation);
        self.trace.slots = allocation.slots.values().copied().collect();
        self.edits = allocation.edits.iter().map(|e| e.0).collect();
        for &(step, edit) in &allocation.edits {
            let costs = &mut self.trace.blocks[self.block_of[step as usize] as usize].costs;
            *match edit {
                Edit::Move { from: Loc::Reg(_), to: Loc::Slot(_), .. } => &mut costs.spills,
                Edit::Move { from: Loc::Slot(_), .. } => &mut costs.reloads,
                Edit::Move { .. } => &mut costs.moves,
                Edit::Remat { .. } => &mut costs.remats,
            } += 1;
        }
    }

    fn detail(&self) -> Detail {
        Detail::Steps
    }

    fn emitted(&mut self, emitted: &Emitted) {
        self.trace.code_bytes = emitted.code_len;
        let mut lines = Vec::new();
        let (listed, text) = listing::lines_alone(emitted, self.names);
        for l in listed {
            let noted = l.noted();
            if let Some(label) = l.label {
                lines.push(Line { text: format!("{label}:"), offset: l.wasm, of: Of::Data, code: None });
            }
            let of = source(emitted, l.place.start);
            if l.wasm.is_some() {
                let block = match of {
                    Of::Step(s) => self.block_of[s as usize],
                    Of::Edit(e) => self.block_of[self.edits[e as usize] as usize],
                    _ => 0,
                };
                let costs = &mut self.trace.blocks[block as usize].costs;
                costs.instructions += 1;
                costs.bytes += l.place.len() as u32;
                costs.loads += u32::from(l.access.reads);
                costs.stores += u32::from(l.access.writes);
                costs.calls += u32::from(l.text.starts_with("call "));
            }
            let bytes = text[l.place.start as usize..l.place.end as usize].iter().map(|b| format!("{b:02x}")).collect();
            let code = Some(Encoded { at: l.place.start, bytes });
            lines.push(Line { text: noted, offset: l.wasm, of, code });
        }
        self.trace.stations.push(Station { name: "asm".into(), form: Form::Asm, lines });
    }
}

impl Recorder<'_> {
    fn blocks(&mut self, flow: &Flow) {
        let mut loops = Loops::default();
        loops.build(flow);
        let index = |b: Block| b.index() as u32;
        self.trace.loops = loops
            .all
            .iter()
            .map(|l| LoopTrace { header: index(l.header), last: index(l.last), parent: l.parent, depth: l.depth })
            .collect();
        for (b, data) in &flow.blocks {
            self.block_of.extend(data.steps.clone().map(|_| index(b)));
            self.trace.blocks.push(BlockTrace {
                first_step: data.steps.start,
                steps: data.steps.len() as u32,
                depth: u32::from(data.loop_depth),
                cold: data.cold,
                inside: loops.innermost(b),
                successors: flow.succs(b).iter().map(|e| index(flow.edges[*e as usize].to)).collect(),
                costs: Costs::default(),
            });
        }
    }
}

fn steps<T: Target>(code: &Code<T>, allocation: Option<&Allocation>) -> Vec<Line> {
    let line = |l: mach_text::Line| {
        let of = match l.of {
            mach_text::Of::Head => Of::Head,
            mach_text::Of::Block(b) => Of::Block(b.index() as u32),
            mach_text::Of::Edit(n) => Of::Edit(n),
            mach_text::Of::Step(n) => Of::Step(n),
            mach_text::Of::Edge => Of::Edge,
        };
        Line { text: l.text, offset: l.offset, of, code: None }
    };
    mach_text::lines(code, allocation).into_iter().map(line).collect()
}

/// What the instruction at `pc` was emitted for.
fn source(emitted: &Emitted, pc: u32) -> Of {
    if pc >= emitted.code_len {
        return Of::Data;
    }
    let after = emitted.sources.partition_point(|r| r.pc <= pc);
    match after.checked_sub(1).map(|n| emitted.sources[n].source) {
        None => Of::Head,
        Some(Source::Step(n)) => Of::Step(n),
        Some(Source::Edit(n)) => Of::Edit(n),
    }
}
