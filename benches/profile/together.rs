//! Profiles of the same program under several subjects, side by side: the same functions and loops in the same line.
use super::{Function, Profile};

/// A function, a loop in it (below the function it is in, deeper ones below those), or something that is not wasm code.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub what: String,
    /// 0 for functions and what is not wasm code.
    pub depth: u32,
    /// Of each profile that has it.
    pub shares: Vec<Option<Share>>,
}

/// Parts of all samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// With the loops inside.
    pub all: f64,
    /// Without them.
    pub own: f64,
}

/// Lines of which one subject at least spends so much of its time there. What is below goes into the last line.
pub const SEEN: f64 = 0.01;

/// All that is worth a line, the function with the largest share first. `None` is a subject that has no profile.
pub fn together(profiles: &[Option<&Profile>]) -> Vec<Line> {
    let part = |of: usize, samples: u64| samples as f64 / profiles[of].map_or(1, |p| p.samples.max(1)) as f64;
    let mut functions: Vec<(&Function, Vec<Option<&Function>>)> = Vec::new();
    let mut others: Vec<(String, Vec<u64>)> = Vec::new();
    for (at, profile) in profiles.iter().enumerate().filter_map(|(at, p)| Some((at, (*p)?))) {
        for f in &profile.functions {
            let known = functions.iter().position(|(other, _)| (&other.module, other.index) == (&f.module, f.index)).unwrap_or_else(|| {
                functions.push((f, vec![None; profiles.len()]));
                functions.len() - 1
            });
            functions[known].1[at] = Some(f);
        }
        let hosts = profile.host.iter().map(|h| (format!("{}, called by {}", h.what, h.caller), h.samples));
        let rest = [("(calls into and out of wasm)", profile.crossing), ("(outside of wasm)", profile.outside)];
        for (what, samples) in hosts.chain(rest.map(|(what, samples)| (what.to_string(), samples))) {
            let known = others.iter().position(|(other, _)| *other == what).unwrap_or_else(|| {
                others.push((what, vec![0; profiles.len()]));
                others.len() - 1
            });
            others[known].1[at] += samples;
        }
    }
    let share = |of: usize, all: u64, own: u64| profiles[of].map(|_| Share { all: part(of, all), own: part(of, own) });
    let mut groups: Vec<Vec<Line>> = Vec::new();
    for (first, all) in &functions {
        let of = |at: usize| match all[at] {
            Some(f) => {
                share(at, f.samples, f.samples - f.loops.iter().filter(|l| l.depth == 1).map(|l| l.samples).sum::<u64>().min(f.samples))
            }
            None => share(at, 0, 0),
        };
        let mut lines = vec![Line { what: first.name.clone(), depth: 0, shares: (0..profiles.len()).map(of).collect() }];
        let mut loops: Vec<(u64, u32)> = all.iter().flatten().flat_map(|f| &f.loops).map(|l| (l.offset, l.depth)).collect();
        loops.sort_unstable();
        loops.dedup();
        for (offset, depth) in loops {
            let of = |at: usize| {
                let found = all[at].and_then(|f| f.loops.iter().find(|l| l.offset == offset));
                found.map_or(share(at, 0, 0), |l| share(at, l.samples, l.own))
            };
            lines.push(Line { what: format!("loop at {offset:#x}"), depth, shares: (0..profiles.len()).map(of).collect() });
        }
        groups.push(lines);
    }
    for (what, samples) in others {
        let shares = samples.iter().enumerate().map(|(at, n)| share(at, *n, *n)).collect();
        groups.push(vec![Line { what, depth: 0, shares }]);
    }
    let size = |line: &Line| line.shares.iter().flatten().map(|s| s.all).fold(0.0, f64::max);
    groups.sort_by(|a, b| size(&b[0]).total_cmp(&size(&a[0])));
    let small: Vec<Line> = groups.iter().map(|lines| &lines[0]).filter(|line| size(line) < SEEN).cloned().collect();
    groups.retain(|lines| size(&lines[0]) >= SEEN);
    let mut lines: Vec<Line> = groups.into_iter().flatten().filter(|line| size(line) >= SEEN).collect();
    let sum = |at: usize| profiles[at].map(|_| small.iter().filter_map(|line| line.shares[at]).map(|s| s.all).sum::<f64>());
    let shares: Vec<Option<Share>> = (0..profiles.len()).map(|at| sum(at).map(|all| Share { all, own: all })).collect();
    if shares.iter().flatten().any(|s| s.all > 0.0) {
        lines.push(Line { what: "(elsewhere)".into(), depth: 0, shares });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::{Host, Loop};
    use super::*;

    fn function(index: u32, samples: u64, loops: &[(u64, u32, u64, u64)]) -> Function {
        let loops = loops.iter().map(|&(offset, depth, samples, own)| Loop { offset, depth, samples, own }).collect();
        Function { module: "m".into(), index, name: format!("f{index}"), offset: 0x10, samples, loops }
    }

    #[test]
    fn the_same_place_is_the_same_line() {
        let a = Profile {
            samples: 1000,
            functions: vec![function(1, 900, &[(0x30, 1, 700, 100), (0x40, 2, 600, 600)]), function(2, 95, &[])],
            crossing: 5,
            ..Profile::default()
        };
        let host = Host { what: "env::log".into(), caller: "f1".into(), samples: 20 };
        let b = Profile {
            samples: 200,
            functions: vec![function(2, 100, &[]), function(1, 80, &[(0x40, 2, 80, 80)])],
            host: vec![host],
            ..Profile::default()
        };
        let lines = together(&[Some(&a), None, Some(&b)]);
        let shown: Vec<(&str, u32)> = lines.iter().map(|l| (l.what.as_str(), l.depth)).collect();
        assert_eq!(
            shown,
            [("f1", 0), ("loop at 0x30", 1), ("loop at 0x40", 2), ("f2", 0), ("env::log, called by f1", 0), ("(elsewhere)", 0)]
        );
        assert_eq!(lines[0].shares, [Some(Share { all: 0.9, own: 0.2 }), None, Some(Share { all: 0.4, own: 0.4 })]);
        assert_eq!(lines[1].shares, [Some(Share { all: 0.7, own: 0.1 }), None, Some(Share { all: 0.0, own: 0.0 })]);
        assert_eq!(lines[5].shares, [Some(Share { all: 0.005, own: 0.005 }), None, Some(Share { all: 0.0, own: 0.0 })]);
        assert!(together(&[None]).is_empty());
    }
}
