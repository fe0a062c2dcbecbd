//! The log, on the standard error: lines for people on a terminal, JSON for everything else.

use std::io::{self, IsTerminal};
use std::panic;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;
use tracing_subscriber::{fmt, registry};

use poolhouse_commands::CliError;
use poolhouse_commands::Environment;

/// Starts the log. Only the server's own words can be made more: libraries print what they send, and that holds secrets.
pub(super) fn start(environment: &Environment) -> Result<(), CliError> {
    let level = environment.level()?;
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("poolhouse", level)
        .with_target("function", level);
    let terminal = io::stderr().is_terminal();
    let people = terminal.then(|| fmt::layer().with_writer(io::stderr).with_target(false));
    let programs = (!terminal).then(|| fmt::layer().json().flatten_event(true).with_writer(io::stderr));
    let started = registry().with(people).with(programs).with(filter).try_init();
    started.map_err(|error| CliError::new("the log cannot be started").caused_by(error))?;
    panic::set_hook(Box::new(|panic| {
        // Where, and not what: a message may quote what somebody typed.
        let location = panic.location().map(ToString::to_string);
        tracing::error!(location, "panic");
    }));
    for unknown in environment.unknown() {
        tracing::warn!("{unknown}");
    }
    Ok(())
}
