//! The baseline: every value has a slot of its own, the caller's if it arrives in one. Each step loads its inputs into registers and stores its outputs; nothing stays in a register between
//! steps. It is what other allocators are compared with when a program behaves differently under them.
use super::Context;
use super::live::{LATE, at};
use crate::mach::flow::{Allocation, Edit, Flow, Loc, RegFile, RegSet, Role, Slot, StepKind, VReg, Want};
use crate::mach::moves::Move;
use cranelift_entity::SecondaryMap;

pub fn run(flow: &Flow, file: &RegFile, context: &mut Context) -> Allocation {
    let mut a = Allocation { spilled_values: flow.vregs.len() as u32, slots: flow.incoming_slots(), ..Allocation::default() };
    let mut slots: SecondaryMap<VReg, Option<Slot>> = SecondaryMap::new();
    for (s, &v) in a.slots.keys().zip(&flow.incoming) {
        slots[v] = Some(s);
    }
    for (v, data) in &flow.vregs {
        slots[v] = slots[v].or_else(|| Some(a.slots.push(data.bytes.max(8))));
    }
    let slot = |v: VReg| Loc::Slot(slots[v].expect("every value has one"));
    a.locs = flow.operands.iter().map(|o| slot(o.reg)).collect();
    context.resolver.start();
    let mut written = RegSet::EMPTY;
    for (b, block) in &flow.blocks {
        for step in block.steps.clone() {
            let s = &flow.steps[step as usize];
            let operands = flow.operands(step);
            let locs = &mut a.locs[s.operands.start as usize..s.operands.end as usize];
            place(flow, step, locs, file);
            written = written.union(s.clobbers);
            if step + 1 == block.steps.end {
                context.moves.clear();
                for &e in flow.succs(b) {
                    let params = flow.params(flow.edges[e as usize].to);
                    for (&from, &to) in flow.args(e).iter().zip(params) {
                        context.moves.push(Move { from: slot(from), to: slot(to), bytes: flow.vregs[to].bytes });
                    }
                }
                context.sequence.clear();
                context.resolver.resolve(&context.moves, file.scratch, &mut a.slots, &mut context.sequence);
                a.edits.extend(context.sequence.iter().map(|&e| (step, e)));
            }
            for (o, &l) in operands.iter().zip(&*locs) {
                if let Loc::Reg(r) = l
                    && !o.role.is_def()
                {
                    written = written.with(r);
                    a.edits.push((step, Edit::Move { from: slot(o.reg), to: l, bytes: flow.vregs[o.reg].bytes }));
                }
            }
            for (o, &l) in operands.iter().zip(&*locs) {
                if let Loc::Reg(r) = l
                    && o.role.is_def()
                {
                    written = written.with(r);
                    a.edits.push((step + 1, Edit::Move { from: l, to: slot(o.reg), bytes: flow.vregs[o.reg].bytes }));
                }
            }
        }
    }
    a.saved = RegSet(written.0 & file.callee_saved.0);
    report(flow, context, &slots, &mut a);
    a
}

/// Chooses registers for one step. All inputs get different ones, unless they are fixed to the same.
fn place(flow: &Flow, step: u32, locs: &mut [Loc], file: &RegFile) {
    let operands = flow.operands(step);
    let clobbers = flow.steps[step as usize].clobbers;
    // Registers that are taken while inputs are read, and while outputs are written.
    let (mut early, mut late) = (RegSet::EMPTY, RegSet::EMPTY);
    for (o, l) in operands.iter().zip(&mut *locs) {
        if let Want::Fixed(r) = o.want {
            *l = Loc::Reg(r);
            match o.role {
                Role::Use => early = early.with(r),
                Role::Def => late = late.with(r),
                Role::UseLate | Role::DefEarly => (early, late) = (early.with(r), late.with(r)),
            }
        }
    }
    // The most constrained first.
    for pass in 0..4 {
        for n in 0..operands.len() {
            let o = operands[n];
            let tied = operands.iter().position(|d| d.want == Want::SameAs(n as u8));
            let (mine, taken) = match (o.role, o.want) {
                (_, Want::Fixed(_) | Want::RegOrSlot) if tied.is_none() => continue,
                (_, Want::SameAs(_) | Want::Incoming) => continue,
                (Role::Use, _) if tied.is_some_and(|d| operands[d].role == Role::DefEarly) => (0, early.union(late).union(clobbers)),
                (Role::Use, _) if tied.is_some() => (0, early.union(late)),
                (Role::UseLate | Role::DefEarly, _) => (1, early.union(late).union(clobbers)),
                (Role::Use, _) => (2, early),
                (Role::Def, _) => (3, late),
            };
            if mine != pass {
                continue;
            }
            let r = match o.want {
                Want::Fixed(r) => r,
                _ => {
                    let class = flow.vregs[o.reg].class;
                    let found = file.order[class as usize].iter().find(|&&r| !taken.has(r));
                    *found.unwrap_or_else(|| panic!("spill-all: step {step} needs more registers than there are"))
                }
            };
            locs[n] = Loc::Reg(r);
            if o.role != Role::Def {
                early = early.with(r);
            }
            if o.role != Role::Use || tied.is_some() {
                late = late.with(r);
            }
            if let Some(d) = tied {
                locs[d] = Loc::Reg(r);
            }
        }
    }
}

/// Every slot of a live reference is good at each safepoint.
fn report(flow: &Flow, context: &mut Context, slots: &SecondaryMap<VReg, Option<Slot>>, a: &mut Allocation) {
    if !flow.vregs.values().any(|d| d.is_ref) {
        return;
    }
    let Context { loops, lives, .. } = context;
    loops.build(flow);
    lives.build(flow, loops, |d| d.is_ref);
    let safepoints: Vec<u32> = (0..flow.steps.len() as u32).filter(|&s| flow.steps[s as usize].kind == StepKind::Safepoint).collect();
    let mut reports = vec![Vec::new(); safepoints.len()];
    for v in flow.vregs.keys() {
        for r in lives.ranges(v) {
            let first = safepoints.partition_point(|&s| at(s, LATE) <= r.start);
            for n in first..safepoints.len() {
                if at(safepoints[n], LATE) >= r.end {
                    break;
                }
                reports[n].extend(slots[v]);
            }
        }
    }
    a.safepoints = safepoints.into_iter().zip(reports).filter(|(_, slots)| !slots.is_empty()).collect();
}
