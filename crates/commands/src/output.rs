//! Running a command, and printing what it says.

use std::io::{self, Write};

use crate::error::CliError;

/// Runs a command that does one thing and ends.
pub(crate) fn once(work: impl Future<Output = Result<(), CliError>>) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::new("no threads can be started").caused_by(error))?;
    runtime.block_on(work)
}

/// Writes to the standard output, where scripts read.
pub fn print(text: &str) -> Result<(), CliError> {
    let written = writeln!(io::stdout(), "{text}");
    written.map_err(|error| CliError::new("the standard output cannot be written to").caused_by(error))
}
