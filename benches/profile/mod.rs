//! Where the time goes: samples of a thread, by function, and in functions by loop.
//!
//! ```text
//! loops      the loops of a function body, by the bytes they stand in
//! together   profiles of a program under several subjects, side by side
//! ```
//! A loop is a wasm `loop`, named by its byte offset in the module. What an operator's code costs counts for the innermost loop that the operator
//! stands in, also where a pass has moved the code out of it.
mod loops;
mod together;

use loops::Body;
use samite::{Engine, FrameInfo, Module, SampledAt, Sampler, Samples};
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use std::time::Duration;
pub use together::{Line, Share, together};

/// Between samples, if nobody says otherwise. Most kernels give no more than one in 4 ms.
pub const PERIOD: Duration = Duration::from_millis(1);

/// Fewer samples are chance.
const FEW: u64 = 20;

/// Shares of a thread's CPU time, in samples.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub samples: u64,
    /// Samples that were not kept: there were too many.
    pub lost: u64,
    /// On the way into wasm code or out of it.
    pub crossing: u64,
    /// Elsewhere in the process, no wasm code waiting.
    pub outside: u64,
    /// The most sampled first.
    pub functions: Vec<Function>,
    /// What wasm code called and waited for; the most sampled first.
    pub host: Vec<Host>,
}

/// A wasm function, itself: without what it calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    pub module: String,
    /// In the module's index space.
    pub index: u32,
    pub name: String,
    /// Of its body in the module, in bytes.
    pub offset: u64,
    pub samples: u64,
    /// Those with samples in or within them, in the order of the body; an inner one behind the one it is in.
    pub loops: Vec<Loop>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loop {
    /// Of the `loop` operator in the module, in bytes.
    pub offset: u64,
    /// 1 for one that is in no other.
    pub depth: u32,
    /// In the loop, inner ones among it.
    pub samples: u64,
    /// In the loop but in no inner one.
    pub own: u64,
}

/// A host function or a builtin operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// `module::name` of an import, or an operator such as `memory.copy`.
    pub what: String,
    /// The function that called it.
    pub caller: String,
    pub samples: u64,
}

/// Does something on this thread, and says where the time went. Modules that it makes must outlive `work`, or their samples are lost in `crossing`.
pub fn measure<R>(engine: &Engine, period: Duration, work: impl FnOnce() -> R) -> anyhow::Result<(R, Profile)> {
    let sampler = Sampler::start(engine, period)?;
    let result = work();
    Ok((result, Profile::of(&sampler.stop())))
}

impl Profile {
    pub fn of(samples: &Samples) -> Profile {
        let mut profile = Profile { samples: samples.total(), lost: samples.lost, ..Profile::default() };
        let mut bodies: Vec<(Module, u32, Body)> = Vec::new();
        let mut hosts: Vec<(Module, u32, Option<u64>, u64)> = Vec::new();
        for (place, count) in &samples.places {
            match place {
                SampledAt::Crossing => profile.crossing += count,
                SampledAt::Host(None) => profile.outside += count,
                SampledAt::Host(Some(frame)) => hosts.push((frame.module().clone(), frame.func_index(), offset(frame), *count)),
                SampledAt::Wasm(frame) => {
                    let at = body(&mut bodies, &mut profile.functions, frame);
                    profile.functions[at].samples += count;
                    if let Some(offset) = offset(frame) {
                        bodies[at].2.count(offset, *count);
                    }
                }
            }
        }
        for (function, (_, _, body)) in profile.functions.iter_mut().zip(&bodies) {
            function.loops = body.loops();
        }
        for (module, index, offset, samples) in hosts {
            let what = loops::callee(&module, index, offset);
            let caller = name(&module, index);
            match profile.host.iter_mut().find(|h| h.what == what && h.caller == caller) {
                Some(host) => host.samples += samples,
                None => profile.host.push(Host { what, caller, samples }),
            }
        }
        profile.functions.sort_by(|a, b| (b.samples, &a.module, a.index).cmp(&(a.samples, &b.module, b.index)));
        profile.host.sort_by(|a, b| (b.samples, &a.what, &a.caller).cmp(&(a.samples, &b.what, &b.caller)));
        profile
    }

    /// For people: shares of all samples; a line per function, its loops below it, then what is not wasm code.
    pub fn table(&self) -> String {
        let share = |count: u64| format!("{:5.1} %", 100.0 * count as f64 / self.samples.max(1) as f64);
        let mut out = format!("{} samples", self.samples);
        if self.lost > 0 {
            let _ = write!(out, "; {} more were not kept", self.lost);
        }
        if self.samples < FEW {
            let _ = write!(out, ": too few to say where the time goes; the program should run longer");
        }
        let _ = writeln!(out, "\n  share      self  where");
        for f in &self.functions {
            let looping: u64 = f.loops.iter().filter(|l| l.depth == 1).map(|l| l.samples).sum();
            let own = share(f.samples.saturating_sub(looping));
            let _ = writeln!(out, "{}  {own}  {} (function {} at {:#x}, {})", share(f.samples), f.name, f.index, f.offset, f.module);
            for l in &f.loops {
                let indent = "  ".repeat(l.depth as usize);
                let _ = writeln!(out, "{}  {}  {indent}loop at {:#x}", share(l.samples), share(l.own), l.offset);
            }
        }
        for h in &self.host {
            let _ = writeln!(out, "{0}  {0}  {1}, called by {2}", share(h.samples), h.what, h.caller);
        }
        for (what, count) in [("calls into and out of wasm", self.crossing), ("outside of wasm", self.outside)] {
            if count > 0 {
                let _ = writeln!(out, "{0}  {0}  ({what})", share(count));
            }
        }
        out
    }
}

/// The place of a frame's function in both lists.
fn body(bodies: &mut Vec<(Module, u32, Body)>, functions: &mut Vec<Function>, frame: &FrameInfo) -> usize {
    let (module, index) = (frame.module(), frame.func_index());
    let known = bodies.iter().position(|(m, i, _)| *i == index && Module::same(m, module));
    known.unwrap_or_else(|| {
        let body = Body::new(module, index);
        functions.push(Function {
            module: module.name().unwrap_or("module").to_string(),
            index,
            name: name(module, index),
            offset: body.offset(),
            samples: 0,
            loops: Vec::new(),
        });
        bodies.push((module.clone(), index, body));
        bodies.len() - 1
    })
}

fn offset(frame: &FrameInfo) -> Option<u64> {
    frame.module_offset().map(|offset| offset as u64)
}

fn name(module: &Module, index: u32) -> String {
    module.function_name(index).map_or_else(|| format!("function {index}"), str::to_string)
}

#[cfg(test)]
mod tests;
