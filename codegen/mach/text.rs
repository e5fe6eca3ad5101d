//! Machine steps in text: one line a step, with virtual registers or, once allocated, with places, and the edits between.
use super::code::{Code, Target};
use super::flow::{Allocation, Block, Edit, Operand, Role, Want};
use std::fmt::Write;

/// What a line is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Of {
    Head,
    Block(Block),
    /// Index into `Allocation::edits`.
    Edit(u32),
    Step(u32),
    /// A way out of the block above.
    Edge,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Byte offset in the module of the wasm operator it comes from. An edit has that of its step.
    pub offset: Option<u32>,
    pub of: Of,
    /// Without the column of the offset.
    pub text: String,
}

pub fn lines<T: Target>(code: &Code<T>, allocation: Option<&Allocation>) -> Vec<Line> {
    let flow = &code.flow;
    let mut out = Vec::with_capacity(flow.steps.len() + 2 * flow.blocks.len());
    let mut edit = 0;
    if let Some(saved) = allocation.map(|a| a.saved).filter(|s| !s.is_empty()) {
        out.push(Line { offset: None, of: Of::Head, text: format!("saves {saved:?}") });
    }
    for (b, data) in &flow.blocks {
        let params: Vec<String> = flow.params(b).iter().map(|p| p.to_string()).collect();
        let cold = if data.cold { " cold" } else { "" };
        let text = format!("{b}({}): depth {}{cold}", params.join(", "), data.loop_depth);
        out.push(Line { offset: None, of: Of::Block(b), text });
        for step in data.steps.clone() {
            let offset = Some(code.offsets[step as usize]);
            while let Some((_, e)) = allocation.and_then(|a| a.edits.get(edit)).filter(|e| e.0 == step) {
                out.push(Line { offset, of: Of::Edit(edit as u32), text: show_edit(e) });
                edit += 1;
            }
            out.push(Line { offset, of: Of::Step(step), text: show_step(code, allocation, step) });
        }
        for &e in flow.succs(b) {
            let args: Vec<String> = flow.args(e).iter().map(|a| a.to_string()).collect();
            let text = format!("-> {}({})", flow.edges[e as usize].to, args.join(", "));
            out.push(Line { offset: None, of: Of::Edge, text });
        }
    }
    out
}

/// The lines with the offset where a step's is another than that of the step before.
pub fn print<T: Target>(code: &Code<T>, allocation: Option<&Allocation>) -> String {
    let mut out = String::new();
    let mut offset = None;
    for line in lines(code, allocation) {
        let column = match line.of {
            Of::Head | Of::Block(_) => String::new(),
            Of::Edit(_) | Of::Edge => " ".repeat(12),
            Of::Step(_) => match line.offset.filter(|at| offset.replace(*at) != Some(*at)) {
                Some(at) => format!("{at:>8x}  "),
                None => " ".repeat(10),
            },
        };
        let _ = writeln!(out, "{column}{}", line.text);
    }
    out
}

fn show_step<T: Target>(code: &Code<T>, allocation: Option<&Allocation>, step: u32) -> String {
    let mut out = T::show(&code.ops[step as usize]);
    let range = code.flow.steps[step as usize].operands.clone();
    for (i, o) in range.zip(code.flow.operands(step)) {
        let _ = write!(out, " {}", operand(o));
        if let Some(a) = allocation {
            let _ = write!(out, "={:?}", a.locs[i as usize]);
        }
    }
    if let Some(trap) = code.traps[step as usize] {
        let _ = write!(out, " !{}", trap.name());
    }
    let reported = allocation.and_then(|a| a.safepoints.binary_search_by_key(&step, |s| s.0).ok().map(|at| &a.safepoints[at].1));
    if let Some(slots) = reported {
        let _ = write!(out, " references in {slots:?}");
    }
    out
}

fn show_edit(e: &Edit) -> String {
    match e {
        Edit::Move { from, to, bytes } => format!("{to:?} <- {from:?}, {bytes} bytes"),
        Edit::Remat { value, to } => format!("{to:?} <- {value} again"),
    }
}

fn operand(o: &Operand) -> String {
    let role = match o.role {
        Role::Use => "",
        Role::UseLate => "late ",
        Role::Def => "def ",
        Role::DefEarly => "early ",
    };
    let want = match o.want {
        Want::Reg => String::new(),
        Want::RegOrSlot => "~".into(),
        Want::Fixed(r) => format!("@{r:?}"),
        Want::SameAs(n) => format!("@{n}"),
        Want::Incoming => "@caller".into(),
    };
    format!("[{role}{}{want}]", o.reg)
}
