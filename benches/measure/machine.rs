//! Where it is measured: what explains numbers later, as far as the system tells.
use crate::record::Machine;
use std::collections::BTreeMap;
use std::fs;

/// This machine, now.
pub fn this() -> Machine {
    let cpuinfo = text("/proc/cpuinfo").unwrap_or_default();
    let of_cpu = |name: &str| {
        let line = cpuinfo.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == name))?;
        Some(line.split_once(':')?.1.trim().to_string())
    };
    let memory = text("/proc/meminfo").and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB").map(str::to_string))?;
        Some(line.parse::<u64>().ok()? << 10)
    });
    let mut facts = BTreeMap::new();
    let mut fact = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            facts.insert(name.to_string(), value);
        }
    };
    let flags = of_cpu("flags").unwrap_or_default();
    fact("microcode", of_cpu("microcode"));
    fact("virtual machine", flags.split_whitespace().any(|flag| flag == "hypervisor").then(|| "yes".into()));
    fact("frequency governor", text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
    fact("boost", text("/sys/devices/system/cpu/cpufreq/boost"));
    fact("no turbo", text("/sys/devices/system/cpu/intel_pstate/no_turbo"));
    fact("hyperthreads", text("/sys/devices/system/cpu/smt/control"));
    fact("address randomization", text("/proc/sys/kernel/randomize_va_space"));
    fact("huge pages", text("/sys/kernel/mm/transparent_hugepage/enabled").map(|line| chosen(&line)));
    fact("perf_event_paranoid", text("/proc/sys/kernel/perf_event_paranoid"));
    fact("cpu quota", text("/sys/fs/cgroup/cpu.max"));
    fact("load", text("/proc/loadavg").map(|line| line.split(' ').take(3).collect::<Vec<_>>().join(" ")));
    Machine {
        os: std::env::consts::OS.into(),
        kernel: text("/proc/sys/kernel/osrelease").unwrap_or_default(),
        arch: std::env::consts::ARCH.into(),
        cpu: of_cpu("model name").unwrap_or_default(),
        cores: std::thread::available_parallelism().map_or(1, |n| n.get()),
        memory_bytes: memory.unwrap_or(0),
        facts,
    }
}

/// A file that has one line.
fn text(path: &str) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_string())
}

/// `always [madvise] never` says that it is madvise.
fn chosen(line: &str) -> String {
    line.split(['[', ']']).nth(1).unwrap_or(line).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_there() {
        let machine = this();
        assert!(machine.cores > 0 && machine.memory_bytes > 1 << 20 && !machine.kernel.is_empty(), "{machine:?}");
        assert!(machine.facts.contains_key("load"));
        assert_eq!(chosen("always [madvise] never"), "madvise");
    }
}
