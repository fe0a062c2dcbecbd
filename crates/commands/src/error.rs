//! Why a command failed.

use std::error::Error;
use std::fmt;

/// Why a command could not do what it was asked. Each says what to do.
#[derive(Debug)]
pub struct CliError {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl CliError {
    /// With what happened, and what to do.
    pub fn new(message: impl Into<String>) -> CliError {
        CliError {
            message: message.into(),
            source: None,
        }
    }

    /// The same, with its cause.
    pub fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> CliError {
        self.source = Some(cause.into());
        self
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for CliError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|cause| cause as &(dyn Error + 'static))
    }
}
