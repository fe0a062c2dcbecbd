//! A program that runs beside us and is stopped with us.

use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::process;
use crate::Outcome;

/// How long a program may take to stop in good order before it is killed.
const PATIENCE: Duration = Duration::from_secs(15);

/// A running program. Dropping it stops it.
pub struct Background {
    pid: u32,
    ended: Receiver<Option<ExitStatus>>,
    status: Option<Option<ExitStatus>>,
}

impl Background {
    /// Starts a program without standard input.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(command: &mut Command) -> Outcome<Background> {
        spawn(command).map(Background::of)
    }

    /// The same, with its standard output to read.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn with_output(command: &mut Command) -> Outcome<(Background, ChildStdout)> {
        let mut child = spawn(command.stdout(Stdio::piped()))?;
        let output = child.stdout.take().ok_or("a program has no standard output")?;
        Ok((Background::of(child), output))
    }

    fn of(mut child: Child) -> Background {
        let pid = child.id();
        let (tell, ended) = channel();
        // The thread ends with the program. Nobody listens any more only when we are gone ourselves.
        thread::spawn(move || tell.send(child.wait().ok()));
        Background {
            pid,
            ended,
            status: None,
        }
    }

    /// The program's process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits until the program has ended, but no longer than `time`; says whether it has.
    pub fn ends_within(&mut self, time: Duration) -> bool {
        if self.status.is_none() {
            self.status = match self.ended.recv_timeout(time) {
                Ok(status) => Some(status),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => Some(None),
            };
        }
        self.status.is_some()
    }

    /// Asks the program to stop and waits until it has; kills it if it does not.
    pub fn stop(&mut self) {
        for signal in ["TERM", "KILL"] {
            if self.ends_within(Duration::ZERO) {
                return;
            }
            // A program that has just ended by itself cannot be signalled, and need not be.
            let _ = signal_process(self.pid, signal);
            if self.ends_within(PATIENCE) {
                return;
            }
        }
    }
}

fn spawn(command: &mut Command) -> Outcome<Child> {
    let name = command.get_program().to_string_lossy().into_owned();
    let spawned = command.stdin(Stdio::null()).spawn();
    spawned.map_err(|error| format!("{name} cannot be started: {error}").into())
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The shell's own `kill` is there on every machine; the program of that name is not.
fn signal_process(pid: u32, signal: &str) -> Outcome {
    let script = format!("kill -{signal} {pid}");
    process::run(Command::new("sh").args(["-c", &script]).stderr(Stdio::null()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_stopped_in_good_order_and_only_once() {
        let mut program = Background::start(Command::new("sleep").arg("600")).unwrap();
        assert!(!program.ends_within(Duration::ZERO));
        program.stop();
        assert!(program.ends_within(Duration::ZERO));
        program.stop();
    }

    #[test]
    fn a_program_that_ends_by_itself_is_noticed() {
        let mut program = Background::start(&mut Command::new("true")).unwrap();
        assert!(program.ends_within(PATIENCE));
    }
}
