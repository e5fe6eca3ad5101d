//! The parent's end of a child: starts it, asks, waits no longer than it was told to, and leaves nothing behind.
use super::launch::Launch;
use super::{Hello, Reply, Request};
use anyhow::{Context, bail};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::process::CommandExt;
use std::process::{self, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A running child, in a process group of its own. Dropping it kills the group.
pub struct Child {
    process: process::Child,
    /// What it has said beyond the last line that was read.
    said: Vec<u8>,
    /// Its standard error, for the message when it dies.
    complaints: File,
    /// Set from outside to wait no longer.
    stop: Arc<AtomicBool>,
    /// Has its end been seen?
    gone: bool,
    pub hello: Hello,
}

impl Child {
    /// Starts it and reads its first line.
    pub fn spawn(launch: &Launch, timeout: Duration, stop: &Arc<AtomicBool>) -> anyhow::Result<Child> {
        let complaints = tempfile::tempfile()?;
        let mut command = Command::new(&launch.program);
        command.args(&launch.args).envs(launch.env.iter().cloned());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(complaints.try_clone()?).process_group(0);
        let process = command.spawn().with_context(|| format!("cannot start {}", launch.program.display()))?;
        let hello = Hello { engine: String::new(), version: String::new() };
        let mut child = Child { process, said: Vec::new(), complaints, stop: stop.clone(), gone: false, hello };
        let line = child.line(timeout)?;
        child.hello = serde_json::from_str(&line).with_context(|| format!("it does not speak our protocol: `{}`", shortened(&line)))?;
        Ok(child)
    }

    /// Asks, and waits for the answer. An answer that is an error is one here.
    pub fn ask(&mut self, request: &Request, timeout: Duration) -> anyhow::Result<Reply> {
        let line = serde_json::to_string(request)? + "\n";
        let input = self.process.stdin.as_mut().expect("it is piped");
        if let Err(error) = input.write_all(line.as_bytes()) {
            return Err(self.died().unwrap_or(error.into()));
        }
        let line = self.line(timeout)?;
        let reply: Reply = serde_json::from_str(&line).with_context(|| format!("not an answer: `{}`", shortened(&line)))?;
        match reply.error {
            Some(error) => bail!("{error}"),
            None => Ok(reply),
        }
    }

    fn line(&mut self, timeout: Duration) -> anyhow::Result<String> {
        let end = Instant::now() + timeout;
        loop {
            if let Some(at) = self.said.iter().position(|byte| *byte == b'\n') {
                let rest = self.said.split_off(at + 1);
                let line = std::mem::replace(&mut self.said, rest);
                return String::from_utf8(line).context("it answers something that is not UTF-8");
            }
            let left = end.saturating_duration_since(Instant::now());
            let output = self.process.stdout.as_mut().expect("it is piped");
            let ready = {
                let mut fds = [PollFd::new(&*output, PollFlags::IN)];
                match poll(&mut fds, Some(&Timespec::try_from(left)?)) {
                    Err(rustix::io::Errno::INTR) if self.stop.load(Ordering::Relaxed) => bail!("interrupted"),
                    Err(rustix::io::Errno::INTR) => continue,
                    other => other.context("cannot wait")?,
                }
            };
            if ready == 0 {
                self.kill();
                bail!("no answer within {timeout:?}");
            }
            let mut bytes = [0; 4096];
            match output.read(&mut bytes).context("cannot read its answer")? {
                0 => return Err(self.died().unwrap_or(anyhow::anyhow!("it closed its output"))),
                n => self.said.extend_from_slice(&bytes[..n]),
            }
        }
    }

    /// Why it is gone; None if it is still there after a while.
    fn died(&mut self) -> Option<anyhow::Error> {
        if !self.ends_within(Duration::from_secs(1)) {
            return None;
        }
        self.kill();
        let status = self.process.wait().ok()?;
        self.gone = true;
        let mut text = String::new();
        let _ = self.complaints.seek(SeekFrom::Start(0)).and_then(|_| self.complaints.read_to_string(&mut text));
        // The last line says it in Python and in ours, the first one elsewhere; a line that names an error beats both.
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let telling = text.lines().rev().map(str::trim).find(|line| line.contains("rror") || line.contains("panicked"));
        let line = telling.or(lines.next_back()).map(|line| format!(": {}", shortened(line)));
        Some(anyhow::anyhow!("it ended by {}{}", status_words(status), line.unwrap_or_default()))
    }
}

impl Child {
    /// Whatever it has started goes with it.
    fn kill(&self) {
        if let Some(group) = Pid::from_raw(self.process.id() as i32) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    /// Waits until it has ended, but leaves its number taken: that is its group's too.
    fn ends_within(&self, time: Duration) -> bool {
        let end = Instant::now() + time;
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        let Some(id) = Pid::from_raw(self.process.id() as i32) else { return true };
        loop {
            match waitid(WaitId::Pid(id), look) {
                Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(1)),
                Ok(None) => return false,
                _ => return true,
            }
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.gone {
            return;
        }
        // The end of its input is the end of a child that is well; the others are killed.
        drop(self.process.stdin.take());
        self.ends_within(Duration::from_millis(50));
        self.kill();
        let _ = self.process.wait();
    }
}

fn status_words(status: process::ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => status.to_string(),
    }
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(200).collect()
}
