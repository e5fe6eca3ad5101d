//! What a child is started through: it gets its place and its end before it becomes what it is.
//!
//! `samite bench-worker exec` puts itself on the core, asks to be killed when its parent dies, and becomes the program. So a peer, which
//! knows nothing of us, leaves no orphan either, whatever happens to the parent.
use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};
use rustix::thread::{CpuSet, sched_setaffinity};
use std::convert::Infallible;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// A process to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    pub program: OsString,
    pub args: Vec<OsString>,
    pub env: Vec<(String, String)>,
}

/// Ties this process to its parent, and to a core.
pub fn settle(parent: Option<i32>, core: Option<u32>) -> anyhow::Result<()> {
    if let Some(parent) = parent {
        set_parent_process_death_signal(Some(Signal::KILL)).context("cannot be tied to the parent")?;
        // It may have died before that.
        if getppid().map(Pid::as_raw_pid) != Some(parent) {
            bail!("the parent is gone");
        }
    }
    if let Some(core) = core {
        let mut set = CpuSet::new();
        set.set(core as usize);
        sched_setaffinity(None, &set).with_context(|| format!("cannot run on core {core}"))?;
    }
    Ok(())
}

/// Becomes the program.
pub fn exec(program: &OsString, args: &[OsString]) -> anyhow::Result<Infallible> {
    let error = Command::new(program).args(args).exec();
    Err(error).with_context(|| format!("cannot start {}", program.display()))
}
