//! Machine steps in text: one line a step, with virtual registers or, once allocated, with places, and the edits between.
use super::code::{Code, Target};
use super::flow::{Allocation, Edit, Operand, Role, Slot, Want};
use std::fmt::Write;

pub fn print<T: Target>(code: &Code<T>, allocation: Option<&Allocation>) -> String {
    let mut out = String::new();
    let flow = &code.flow;
    let mut edit = 0;
    let mut offset = None;
    if let Some(saved) = allocation.map(|a| a.saved).filter(|s| !s.is_empty()) {
        let _ = writeln!(out, "saves {saved:?}");
    }
    for (b, data) in &flow.blocks {
        let params: Vec<String> = flow.params(b).iter().map(|p| p.to_string()).collect();
        let _ = write!(out, "{b}({})", params.join(", "));
        let cold = if data.cold { " cold" } else { "" };
        let _ = writeln!(out, ": depth {}{cold}", data.loop_depth);
        for step in data.steps.clone() {
            while let Some((_, e)) = allocation.and_then(|a| a.edits.get(edit)).filter(|e| e.0 == step) {
                let _ = writeln!(out, "            {}", show_edit(e));
                edit += 1;
            }
            let at = code.offsets[step as usize];
            match offset.replace(at) == Some(at) {
                true => out.push_str("          "),
                false => {
                    let _ = write!(out, "{at:>8x}  ");
                }
            }
            let _ = write!(out, "{}", T::show(&code.ops[step as usize]));
            let range = flow.steps[step as usize].operands.clone();
            for (i, o) in range.zip(flow.operands(step)) {
                let _ = write!(out, " {}", operand(o));
                if let Some(a) = allocation {
                    let _ = write!(out, "={:?}", a.locs[i as usize]);
                }
            }
            if let Some(trap) = code.traps[step as usize] {
                let _ = write!(out, " !{}", trap.name());
            }
            let at_step = |s: &&(u32, Vec<Slot>)| s.0 == step;
            if let Some((_, slots)) = allocation.and_then(|a| a.safepoints.iter().find(at_step)) {
                let _ = write!(out, " references in {slots:?}");
            }
            out.push('\n');
        }
        for &e in flow.succs(b) {
            let args: Vec<String> = flow.args(e).iter().map(|a| a.to_string()).collect();
            let _ = writeln!(out, "            -> {}({})", flow.edges[e as usize].to, args.join(", "));
        }
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
    };
    format!("[{role}{}{want}]", o.reg)
}
