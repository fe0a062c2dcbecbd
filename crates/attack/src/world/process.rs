//! Signals to other processes.

use std::fs;
use std::process::Stdio;

use tokio::process::Command;

use crate::attack::Outcome;

/// Sends a signal.
pub async fn signal(name: &str, pid: u32) -> Outcome {
    let status = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(pid.to_string())
        .status()
        .await?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("process {pid} took no signal {name}").into()),
    }
}

/// Kills a process that may be gone already, without waiting.
pub fn kill_now(pid: u32) {
    let mut kill = std::process::Command::new("kill");
    kill.arg("-KILL").arg(pid.to_string());
    // A process that is gone is what was wanted.
    let _ = kill.stderr(Stdio::null()).status();
}

/// The first process that this one has started.
pub fn child(pid: u32) -> Outcome<u32> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    let first = children.split_ascii_whitespace().next();
    Ok(first
        .ok_or("the program that watches has started nothing")?
        .parse()?)
}
