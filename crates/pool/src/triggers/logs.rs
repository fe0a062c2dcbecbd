//! What functions print and what is said about their calls: a file for each function, `logs/<function>.log` in the data
//! directory.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::base::clock::Millis;

/// The largest file in bytes. A full one becomes `<function>.log.1`, in the place of the one before it.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The files. Each is opened at its function's first line.
pub struct FunctionLogs {
    folder: PathBuf,
    largest: u64,
    open: Mutex<BTreeMap<String, LogFile>>,
}

struct LogFile {
    /// `None` once it could not be written to: that is said once, and not for every line.
    file: Option<File>,
    length: u64,
}

impl FunctionLogs {
    /// Files in this folder, which is made when the first line comes.
    pub fn new(folder: PathBuf) -> FunctionLogs {
        FunctionLogs {
            folder,
            largest: LARGEST,
            open: Mutex::default(),
        }
    }

    /// Appends a line, with the time before it. What would steer a terminal is spelled out: functions print what strangers
    /// typed.
    pub fn write(&self, function: &str, now: Millis, line: &str) {
        let moment = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
        let line = format!("{moment:.3} {}\n", printable(line));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let name = file_name(function);
        let log = open.entry(name.clone()).or_insert_with(|| self.begin(&name));
        if let Err(error) = log.append(line.as_bytes(), || self.turn(&name), self.largest) {
            tracing::error!(
                function,
                error = &error as &dyn std::error::Error,
                "a function's log cannot be written; its lines are lost until the server starts again"
            );
            log.file = None;
        }
    }

    fn begin(&self, name: &str) -> LogFile {
        let opened = fs::create_dir_all(&self.folder).and_then(|()| self.create(name, false));
        let length = |file: &File| file.metadata().map_or(0, |found| found.len());
        match opened {
            Ok(file) => LogFile {
                length: length(&file),
                file: Some(file),
            },
            Err(error) => {
                let folder = self.folder.display();
                tracing::error!(%folder, error = &error as &dyn std::error::Error, "no log of a function can be kept");
                LogFile {
                    file: None,
                    length: 0,
                }
            }
        }
    }

    /// Puts the full file aside and begins a new one.
    fn turn(&self, name: &str) -> io::Result<File> {
        let full = self.folder.join(format!("{name}.1"));
        fs::rename(self.folder.join(name), full)?;
        self.create(name, true)
    }

    fn create(&self, name: &str, fresh: bool) -> io::Result<File> {
        let mut options = OpenOptions::new();
        // Functions print what they like, names and addresses among it.
        options.append(true).create(!fresh).create_new(fresh).mode(0o600);
        options.open(self.folder.join(name))
    }
}

impl LogFile {
    fn append(
        &mut self,
        line: &[u8],
        turn: impl FnOnce() -> io::Result<File>,
        largest: u64,
    ) -> io::Result<()> {
        if self.file.is_none() {
            return Ok(());
        }
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
        if self.length > 0 && self.length.saturating_add(length) > largest {
            self.file = Some(turn()?);
            self.length = 0;
        }
        self.length = self.length.saturating_add(length);
        self.file.as_mut().map_or(Ok(()), |file| file.write_all(line))
    }
}

/// A line without control characters, but for tabs.
fn printable(line: &str) -> String {
    let mut printable = String::with_capacity(line.len());
    for c in line.chars() {
        if c.is_control() && c != '\t' {
            printable.extend(c.escape_default());
        } else {
            printable.push(c);
        }
    }
    printable
}

/// A function's name as that of a file: whatever is not a letter, a digit, `-` or `_` could be a path.
fn file_name(function: &str) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || "-_".contains(c) {
            c
        } else {
            '_'
        }
    };
    format!("{}.log", function.chars().map(safe).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("poolhouse-logs-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn lines_are_kept_by_function_with_their_time_and_across_a_restart() {
        let folder = folder("lines");
        for line in ["first", "second"] {
            let logs = FunctionLogs::new(folder.clone());
            logs.write("2faCreate", Millis(1_700_000_000_123), line);
            logs.write("../other", Millis(0), "elsewhere");
        }
        assert_eq!(
            fs::read_to_string(folder.join("2faCreate.log")).unwrap(),
            "2023-11-14T22:13:20.123Z first\n2023-11-14T22:13:20.123Z second\n"
        );
        assert!(folder.join("___other.log").exists(), "a name is no path");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_a_function_prints_steers_no_terminal() {
        assert_eq!(
            printable("\u{1b}[2Jname\u{9b}31m\r\tä"),
            "\\u{1b}[2Jname\\u{9b}31m\\r\tä"
        );
    }

    #[test]
    fn a_function_that_prints_without_end_fills_two_files_and_no_more() {
        let folder = folder("full");
        let logs = FunctionLogs {
            largest: 100,
            ..FunctionLogs::new(folder.clone())
        };
        for number in 0..50 {
            logs.write("f", Millis(0), &format!("line {number}"));
        }
        let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        assert!(text("f.log").len() <= 100 && text("f.log.1").len() <= 100);
        assert!(text("f.log").ends_with("line 49\n"));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        fs::remove_dir_all(&folder).unwrap();
    }
}
