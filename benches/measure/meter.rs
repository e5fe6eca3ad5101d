//! Clocks and counters around a piece of work, in the process that does it.
use crate::record::Sample;
use perf_event::events::Hardware;
use perf_event::{Builder, Counter, Group};
use rustix::time::{ClockId, clock_gettime};
use std::time::Instant;

/// Measures one thing at a time.
pub struct Meter {
    /// None where the kernel gives none.
    counters: Option<Counters>,
    cpu: u64,
    wall: Instant,
}

struct Counters {
    group: Group,
    cycles: Counter,
    instructions: Counter,
}

impl Default for Meter {
    fn default() -> Meter {
        Meter::new()
    }
}

impl Meter {
    pub fn new() -> Meter {
        Meter { counters: Counters::new().ok(), cpu: 0, wall: Instant::now() }
    }

    pub fn time<T>(&mut self, work: impl FnOnce() -> T) -> (T, Sample) {
        self.start();
        let done = work();
        (done, self.stop())
    }

    pub fn start(&mut self) {
        if let Some(counters) = &mut self.counters {
            // What cannot be reset cannot be read either.
            let _ = counters.group.reset().and_then(|()| counters.group.enable());
        }
        self.cpu = cpu_ns();
        self.wall = Instant::now();
    }

    /// What passed since the start.
    pub fn stop(&mut self) -> Sample {
        let wall = self.wall.elapsed();
        let cpu = cpu_ns() - self.cpu;
        let counted = self.counters.as_mut().and_then(Counters::stop);
        Sample {
            wall_ns: wall.as_nanos() as u64,
            cpu_ns: Some(cpu),
            cycles: counted.map(|(cycles, _)| cycles),
            instructions: counted.map(|(_, instructions)| instructions),
        }
    }
}

impl Counters {
    fn new() -> std::io::Result<Counters> {
        let mut group = Group::new()?;
        let cycles = group.add(&Builder::new(Hardware::CPU_CYCLES))?;
        let instructions = group.add(&Builder::new(Hardware::INSTRUCTIONS))?;
        Ok(Counters { group, cycles, instructions })
    }
    fn stop(&mut self) -> Option<(u64, u64)> {
        self.group.disable().ok()?;
        let counts = self.group.read().ok()?;
        // Counters that shared the hardware with others saw only part of it.
        let whole = counts.time_enabled() == counts.time_running();
        whole.then(|| (counts[&self.cycles], counts[&self.instructions]))
    }
}

/// CPU nanoseconds of this process, all threads.
fn cpu_ns() -> u64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// The most memory this process has had.
pub fn peak_rss() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_takes_time_and_memory() {
        let (sum, sample) = Meter::new().time(|| (0..1_000_000u64).map(std::hint::black_box).sum::<u64>());
        assert_eq!(sum, 499_999_500_000);
        assert!(sample.wall_ns > 0 && sample.cpu_ns.is_some_and(|ns| ns > 0), "{sample:?}");
        assert_eq!(sample.cycles.is_some(), sample.instructions.is_some());
        assert!(peak_rss().is_some_and(|bytes| bytes > 1 << 20));
    }
}
