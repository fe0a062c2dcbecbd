//! One line of JSON for each call.

use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;

use poolhouse_confirm::Warning;
use poolhouse_text::with_causes;
use serde_json::{Map, Value};

/// Where the lines go. Lambda keeps what a function writes to its standard output.
///
/// A line says what was decided, never about whom: no event, no address, no user name, no code is put into one.
#[derive(Clone)]
pub struct Log(Arc<dyn Fn(&str) + Send + Sync>);

impl Log {
    /// Lines to `sink`, each without its line break.
    pub fn to(sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(sink))
    }

    /// Lines to standard output.
    pub fn stdout() -> Self {
        Self::to(|line| {
            // One write for each line keeps lines whole. There is nowhere to report a log that cannot be written.
            let _ = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
        })
    }

    pub(crate) fn info(&self, line: Line) {
        self.write("INFO", line);
    }

    pub(crate) fn warn(&self, line: Line) {
        self.write("WARN", line);
    }

    pub(crate) fn error(&self, line: Line) {
        self.write("ERROR", line);
    }

    fn write(&self, level: &'static str, line: Line) {
        let mut whole = Map::new();
        whole.insert("level".to_owned(), level.into());
        whole.extend(line.0);
        (self.0)(&Value::Object(whole).to_string());
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Log")
    }
}

/// The members of one line, in the order they were added.
pub(crate) struct Line(Map<String, Value>);

impl Line {
    pub(crate) fn new(message: &str) -> Self {
        Self(Map::new()).with("message", message)
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// The warnings of a call, if it has any.
    pub(crate) fn warnings(self, warnings: &[Warning]) -> Self {
        match warnings {
            [] => self,
            warnings => self.with(
                "warnings",
                warnings.iter().map(Warning::to_string).collect::<Vec<_>>(),
            ),
        }
    }

    /// The errors behind an error, outermost first, in one text.
    pub(crate) fn caused_by(self, error: &dyn Error) -> Self {
        self.with("cause", with_causes(error))
    }
}
