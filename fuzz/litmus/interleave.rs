//! Sequential consistency: what a program does if its threads take turns, one instruction at a time, over one memory.
//!
//! These outcomes are a part of what the memory model allows, and all of it for a program without data races, which is how tests hold the axioms
//! (`fuzz/litmus/model.rs`) against something that is obviously right. Outcomes beyond are called relaxed.
use super::model::{Action, Change, NOT_EQUAL, Outcome, Patience, Program, Span, TIMED_OUT, WOKEN};
use std::collections::{BTreeSet, HashSet};

/// What taking turns leads to.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Turns {
    pub outcomes: BTreeSet<Outcome>,
    /// Some turns end with everybody waiting.
    pub deadlocks: bool,
}

pub fn turns(program: &Program) -> Turns {
    let cells = program.locations.iter().map(|at| at.first + at.cells).max().unwrap_or(0);
    let start =
        State { cells: vec![0; cells], next: vec![0; program.threads.len()], registers: vec![0; program.registers], queue: Vec::new() };
    let (mut found, mut seen) = (Turns::default(), HashSet::new());
    let mut open = vec![start];
    while let Some(state) = open.pop() {
        let next: Vec<State> = (0..program.threads.len()).filter_map(|t| state.after(program, t)).collect();
        if next.is_empty() {
            if program.threads.iter().zip(&state.next).any(|(actions, next)| *next < actions.len()) {
                found.deadlocks = true;
                continue;
            }
            let finals = program.finals.iter().map(|l| state.read(program, program.locations[*l]));
            found.outcomes.insert(state.registers.iter().copied().chain(finals).collect());
        }
        open.extend(next.into_iter().filter(|next| seen.insert(next.clone())));
    }
    found
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct State {
    cells: Vec<u64>,
    /// The next action of each thread.
    next: Vec<usize>,
    registers: Vec<u64>,
    /// Threads that wait, the oldest first, and the cell they wait at.
    queue: Vec<(usize, usize)>,
}

impl State {
    fn read(&self, program: &Program, at: Span) -> u64 {
        (0..at.cells).fold(0, |value, k| value | self.cells[at.first + k] << (8 * program.cell_bytes * k as u32))
    }
    fn write(&mut self, program: &Program, at: Span, value: u64) {
        for k in 0..at.cells {
            self.cells[at.first + k] = program.cell(value, k);
        }
    }
    fn ends(&mut self, t: usize, result: Option<(usize, u64)>) {
        if let Some((register, value)) = result {
            self.registers[register] = value;
        }
        self.next[t] += 1;
    }

    /// What one turn of a thread leads to: nothing if it cannot go on.
    fn after(&self, program: &Program, t: usize) -> Option<State> {
        let mut state = self.clone();
        let action = *program.threads[t].get(self.next[t])?;
        if let Some(at) = self.queue.iter().position(|(waiter, _)| *waiter == t) {
            // Only time ends a wait by itself.
            let Action::Wait { patience: Patience::None, into, .. } = action else { return None };
            state.queue.remove(at);
            state.ends(t, Some((into, TIMED_OUT)));
            return Some(state);
        }
        let old = action.at().map_or(0, |at| self.read(program, at));
        let result = |into: Option<usize>, value| into.map(|register| (register, value));
        match action {
            Action::Load { into, .. } => state.ends(t, Some((into, old))),
            Action::Store { at, value, .. } => {
                state.write(program, at, value);
                state.ends(t, None);
            }
            Action::Change { at, change, value, into } => {
                let new = match change {
                    Change::Exchange => value,
                    Change::Add => program.wrap(old + value, at),
                };
                state.write(program, at, new);
                state.ends(t, result(into, old));
            }
            Action::CompareExchange { at, expected, replacement, into } => {
                if old == expected {
                    state.write(program, at, replacement);
                }
                state.ends(t, result(into, old));
            }
            Action::Fence => state.ends(t, None),
            Action::Wait { expected, into, .. } if old != expected => state.ends(t, Some((into, NOT_EQUAL))),
            Action::Wait { at, .. } => state.queue.push((t, at.first)),
            Action::Notify { at, count, into } => {
                let mut woken = 0;
                while woken < count.into()
                    && let Some(k) = state.queue.iter().position(|(_, cell)| *cell == at.first)
                {
                    let (waiter, _) = state.queue.remove(k);
                    let Action::Wait { into, .. } = program.threads[waiter][state.next[waiter]] else { unreachable!("it waits") };
                    state.ends(waiter, Some((into, WOKEN)));
                    woken += 1;
                }
                state.ends(t, result(into, woken));
            }
        }
        Some(state)
    }
}
