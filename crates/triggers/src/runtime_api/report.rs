//! The lines that Lambda writes around a call: `START`, `END`, `REPORT`, and `INIT_REPORT` where the start failed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::desk::Outcome;
use super::function::Function;
use super::host::{Host, Log, LogSource};
use crate::place::{InvokeError, report_of};

/// Writes these lines for one process.
pub(super) struct Reporter {
    function: Arc<str>,
    log: Log,
    memory_size: u32,
    pid: Option<u32>,
    born: Instant,
    /// How long the start took, until a call has reported it.
    init: Mutex<Option<Duration>>,
}

/// A call under way.
pub(super) struct Call<'a> {
    id: &'a str,
    started: Instant,
}

impl Reporter {
    /// For the process `pid` of `function`, which was started just now.
    pub(super) fn new(function: &Function, host: &Host, pid: Option<u32>) -> Self {
        Self {
            function: function.name.as_str().into(),
            log: Arc::clone(&host.log),
            memory_size: function.memory,
            pid,
            born: Instant::now(),
            init: Mutex::default(),
        }
    }

    /// The process asked for its first event, or will not.
    pub(super) fn initialised(&self, ready: &Result<(), InvokeError>) {
        let took = self.born.elapsed();
        match ready {
            Ok(()) => *self.init.lock().unwrap_or_else(PoisonError::into_inner) = Some(took),
            Err(error) => self.say(format_args!(
                "INIT_REPORT Init Duration: {}\tPhase: init\t{}",
                Milliseconds(took),
                Status(error)
            )),
        }
    }

    /// A call begins.
    pub(super) fn started<'a>(&self, id: &'a str) -> Call<'a> {
        self.say(format_args!("START RequestId: {id} Version: $LATEST"));
        Call {
            id,
            started: Instant::now(),
        }
    }

    /// A call ended so.
    pub(super) fn ended(&self, call: &Call<'_>, outcome: &Outcome) {
        let id = call.id;
        let report = Report {
            id,
            duration: call.started.elapsed(),
            memory_size: self.memory_size,
            max_memory_used: self.pid.and_then(max_memory_used),
            init: self.init.lock().unwrap_or_else(PoisonError::into_inner).take(),
            error: outcome.as_ref().err(),
        };
        self.say(format_args!("END RequestId: {id}"));
        self.say(format_args!("{report}"));
    }

    fn say(&self, line: fmt::Arguments<'_>) {
        (self.log)(&self.function, LogSource::Platform, &line.to_string());
    }
}

struct Report<'a> {
    id: &'a str,
    duration: Duration,
    memory_size: u32,
    /// In MB; not known of a process that is gone.
    max_memory_used: Option<u64>,
    /// In the first call of a process only.
    init: Option<Duration>,
    error: Option<&'a InvokeError>,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let duration = Milliseconds(self.duration);
        let billed = self.duration.as_micros().div_ceil(1000);
        write!(
            f,
            "REPORT RequestId: {}\tDuration: {duration}\tBilled Duration: {billed} ms",
            self.id
        )?;
        write!(f, "\tMemory Size: {} MB", self.memory_size)?;
        if let Some(used) = self.max_memory_used {
            write!(f, "\tMax Memory Used: {used} MB")?;
        }
        if let Some(init) = self.init {
            write!(f, "\tInit Duration: {}", Milliseconds(init))?;
        }
        match self.error {
            Some(error) => write!(f, "\t{}", Status(error)),
            None => Ok(()),
        }
    }
}

struct Milliseconds(Duration);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} ms", self.0.as_secs_f64() * 1000.0)
    }
}

/// How Lambda sums up what went wrong.
struct Status<'a>(&'a InvokeError);

impl fmt::Display for Status<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.0 {
            InvokeError::TimedOut => return f.write_str("Status: timeout"),
            InvokeError::Exited(_) | InvokeError::ExitedAtStart(_) => "Runtime.ExitError".to_owned(),
            InvokeError::Init(payload) => report_of(payload).0,
            InvokeError::TooLarge => "Function.ResponseSizeTooLarge".to_owned(),
            InvokeError::CannotStart(_) => "Runtime.InvalidEntrypoint".to_owned(),
            InvokeError::Unreachable(_) | InvokeError::Refused => "Sandbox.Failure".to_owned(),
        };
        write!(f, "Status: error\tError Type: {kind}")
    }
}

/// The most memory that a process has held at a time, in MB, as Linux keeps count of it.
fn max_memory_used(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = peak.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes.div_ceil(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(init: Option<Duration>, error: Option<&InvokeError>) -> String {
        let report = Report {
            id: "1b4f",
            duration: Duration::from_micros(12_341),
            memory_size: 128,
            max_memory_used: error.is_none().then_some(64),
            init,
            error,
        };
        report.to_string()
    }

    #[test]
    fn a_report_reads_as_lambda_writes_it() {
        let plain = "REPORT RequestId: 1b4f\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB";
        assert_eq!(report(None, None), format!("{plain}\tMax Memory Used: 64 MB"));
        assert_eq!(
            report(Some(Duration::from_millis(120)), None),
            format!("{plain}\tMax Memory Used: 64 MB\tInit Duration: 120.00 ms")
        );
        let statuses = [
            (InvokeError::TimedOut, "Status: timeout"),
            (
                InvokeError::Exited(String::new()),
                "Status: error\tError Type: Runtime.ExitError",
            ),
            (
                InvokeError::Init(br#"{"errorType":"Runtime.ImportModuleError"}"#.to_vec()),
                "Status: error\tError Type: Runtime.ImportModuleError",
            ),
            (
                InvokeError::Init(b"?".to_vec()),
                "Status: error\tError Type: Runtime.Unknown",
            ),
            (
                InvokeError::TooLarge,
                "Status: error\tError Type: Function.ResponseSizeTooLarge",
            ),
        ];
        for (error, status) in statuses {
            assert_eq!(report(None, Some(&error)), format!("{plain}\t{status}"));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_used_memory() {
        assert!(max_memory_used(std::process::id()).is_some_and(|used| used > 0));
        assert_eq!(max_memory_used(u32::MAX), None);
    }
}
