//! One process of a function, with a Runtime API of its own.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, timeout, timeout_at};

use super::desk::{Desk, Event, Freezer, Outcome, Unusable, exit_text};
use super::function::Function;
use super::host::{Host, LogSource};
use super::http::{self, Session};
use super::lines;
use super::report::Reporter;
use crate::place::InvokeError;

/// How long the last lines of a process that ended may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A running process. Dropping it ends the process, and everything the process started, at once.
pub(super) struct Sandbox {
    desk: Arc<Desk>,
    reporter: Reporter,
    /// Dropping it, too, tells the warden to end the process.
    stop: oneshot::Sender<()>,
    warden: JoinHandle<()>,
}

impl Sandbox {
    /// Starts the function's program, with `instance` to tell it from the function's other processes.
    pub(super) async fn start(function: &Function, host: &Host, instance: &str) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let runtime_api = listener.local_addr()?.to_string();
        let mut process = Process::spawn(function, &runtime_api, instance)?;
        let desk = Arc::new(Desk::new(Box::new(Held(process.group.0))));
        let session = Session {
            desk: Arc::clone(&desk),
            function_arn: function.arn.clone(),
        };
        let logs = process.logs(function.name.as_str().into(), host);
        let reporter = Reporter::new(function, host, process.child.id());
        let (stop, stopped) = oneshot::channel();
        let warden = tokio::spawn(watch(process, listener, Arc::new(session), logs, stopped));
        Ok(Self {
            desk,
            reporter,
            stop,
            warden,
        })
    }

    /// Hands the process an event. `Err` gives the event back untouched: the process had ended before, and how.
    pub(super) async fn invoke(&self, event: Event, deadline: Instant) -> Result<Outcome, (Event, String)> {
        let assigned = match timeout_at(deadline, self.desk.assign(&event)).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(Unusable::Init(payload))) => return Ok(Err(InvokeError::Init(payload.into()))),
            Ok(Err(Unusable::Ended(how))) => return Err((event, how)),
            // It has not come back from the event before.
            Err(_) => return Ok(Err(InvokeError::TimedOut)),
        };
        let call = self.reporter.started(&event.id);
        let outcome = match timeout_at(deadline, assigned).await {
            Ok(Ok(outcome)) => outcome,
            // Nobody is left to answer.
            Ok(Err(_)) => Err(InvokeError::Exited(exit_text(&event.id, NO_REASON))),
            Err(_) => Err(InvokeError::TimedOut),
        };
        self.reporter.ended(&call, &outcome);
        Ok(outcome)
    }

    /// Waits until the new process asks for its first event.
    pub(super) async fn ready(&self, deadline: Instant) -> Result<(), InvokeError> {
        let ready = match timeout_at(deadline, self.desk.ready()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Unusable::Init(payload))) => Err(InvokeError::Init(payload.into())),
            Ok(Err(Unusable::Ended(how))) => Err(InvokeError::ExitedAtStart(how)),
            Err(_) => Err(InvokeError::TimedOut),
        };
        self.reporter.initialised(&ready);
        ready
    }

    /// Ends the process and waits until it is gone.
    pub(super) async fn stop(self) {
        drop(self.stop);
        // A warden that was itself stopped by the runtime has ended the process.
        let _ = self.warden.await;
    }
}

/// The process and its group: whatever it starts belongs to the group, unless it takes pains not to.
struct Process {
    /// First, so that the group is ended while the child still holds its number.
    group: Group,
    child: Child,
}

struct Group(Option<Pid>);

impl Group {
    fn end(&self) {
        if let Some(group) = self.0 {
            // It fails when nobody is left, which is what is wanted.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

/// A group that stands still while its function has nothing to do.
///
/// A killed group dies all the same. Should the server itself be killed, the system wakes the group with a hang-up: it
/// is then orphaned and has stopped processes.
struct Held(Option<Pid>);

impl Held {
    fn signal(&self, signal: Signal) {
        if let Some(group) = self.0 {
            // It fails when nobody is left; the call that is handed to nobody fails by itself.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Freezer for Held {
    fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    fn thaw(&self) {
        self.signal(Signal::CONT);
    }
}

impl Process {
    fn spawn(function: &Function, runtime_api: &str, instance: &str) -> io::Result<Self> {
        let child = Command::new(&function.program)
            .args(&function.arguments)
            .current_dir(&function.directory)
            .env_clear()
            .envs(function.process_environment(runtime_api, instance))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A group of its own also keeps the terminal's Ctrl-C from it: the server ends it in its own time.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| {
                // The system's error is the same for a program and a folder that are not there.
                let missing = match function.directory.is_dir() {
                    true => &function.program,
                    false => &function.directory,
                };
                io::Error::new(error.kind(), format!("{}: {error}", missing.display()))
            })?;
        let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Ok(Self {
            group: Group(group),
            child,
        })
    }

    fn logs(&mut self, name: Arc<str>, host: &Host) -> JoinSet<()> {
        let mut logs = JoinSet::new();
        let log = |name: Arc<str>| {
            let log = Arc::clone(&host.log);
            move |line: &str| log(&name, LogSource::Function, line)
        };
        if let Some(output) = self.child.stdout.take() {
            logs.spawn(lines::forward(output, log(Arc::clone(&name))));
        }
        if let Some(output) = self.child.stderr.take() {
            logs.spawn(lines::forward(output, log(name)));
        }
        logs
    }
}

/// Serves the process until it ends, or is told to.
async fn watch(
    mut process: Process,
    listener: TcpListener,
    session: Arc<Session>,
    mut logs: JoinSet<()>,
    stopped: oneshot::Receiver<()>,
) {
    let ended = tokio::select! {
        status = process.child.wait() => status,
        never = http::serve(listener, Arc::clone(&session)) => match never {},
        _ = stopped => {
            process.group.end();
            process.child.wait().await
        }
    };
    session
        .desk
        .end(&ended.map_or_else(|_| NO_REASON.to_owned(), describe));
    // What it started must not outlive it, nor keep its output open.
    process.group.end();
    let _ = timeout(LAST_WORDS, async { while logs.join_next().await.is_some() {} }).await;
}

const NO_REASON: &str = "Runtime exited without providing a reason";

/// What Lambda says about the end of a process.
fn describe(status: ExitStatus) -> String {
    if let Some(code) = status.code() {
        return match code {
            0 => NO_REASON.to_owned(),
            code => format!("Runtime exited with error: exit status {code}"),
        };
    }
    let name = match status.signal() {
        Some(1) => "hangup",
        Some(2) => "interrupt",
        Some(3) => "quit",
        Some(4) => "illegal instruction",
        Some(5) => "trace/breakpoint trap",
        Some(6) => "aborted",
        Some(7) => "bus error",
        Some(8) => "floating point exception",
        Some(9) => "killed",
        Some(11) => "segmentation fault",
        Some(13) => "broken pipe",
        Some(15) => "terminated",
        _ => return NO_REASON.to_owned(),
    };
    let core = if status.core_dumped() {
        " (core dumped)"
    } else {
        ""
    };
    format!("Runtime exited with error: signal: {name}{core}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_reads_as_lambda_describes_it() {
        // Wait statuses as the kernel encodes them: the exit code in the second byte, the signal in the first.
        let texts = [
            (0, "Runtime exited without providing a reason"),
            (127 << 8, "Runtime exited with error: exit status 127"),
            (9, "Runtime exited with error: signal: killed"),
            (
                11 | 0x80,
                "Runtime exited with error: signal: segmentation fault (core dumped)",
            ),
        ];
        for (status, text) in texts {
            assert_eq!(describe(ExitStatus::from_raw(status)), text);
        }
    }
}
