//! The log, on the standard error: lines for people on a terminal, JSON for everything else.

use std::io::{self, IsTerminal};
use std::panic;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;
use tracing_subscriber::reload::{self, Handle};
use tracing_subscriber::{Layer, Registry, fmt, registry};

use poolhouse_traces::{TARGET, Traces};

use crate::environment::Environment;
use crate::error::CliError;

type Sending = Option<Box<dyn Layer<Registry> + Send + Sync>>;

/// Where spans can be taken up once the configuration is known. Until then, and without one that asks for it, there are none.
pub struct Spans {
    layer: Handle<Sending, Registry>,
    filter: Handle<Targets, Registry>,
}

impl Spans {
    /// Has spans sent, and nothing that is logged.
    pub(crate) fn send_by(&self, traces: &Traces) -> Result<(), CliError> {
        let filter = Targets::new().with_target(TARGET, LevelFilter::INFO);
        let taken_up = self.layer.reload(Some(traces.layer()));
        let taken_up = taken_up.and_then(|()| self.filter.reload(filter));
        taken_up.map_err(|error| CliError::new("traces cannot be taken up").caused_by(error))
    }
}

/// Starts the log. Only the server's own words can be made more: libraries print what they send, and that holds secrets.
///
/// # Errors
/// When the environment asks for a level that there is not, or a log has been started.
pub fn start(environment: &Environment) -> Result<Spans, CliError> {
    let level = environment.level()?;
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("poolhouse", level)
        .with_target("function", level);
    let terminal = io::stderr().is_terminal();
    let (sending, layer) = reload::Layer::new(Sending::None);
    let (targets, handle) = reload::Layer::new(Targets::new());
    let people = terminal.then(|| fmt::layer().with_writer(io::stderr).with_target(false));
    let programs = (!terminal).then(|| fmt::layer().json().flatten_event(true).with_writer(io::stderr));
    let started = registry()
        .with(sending.with_filter(targets))
        .with(people.with_filter(filter.clone()))
        .with(programs.with_filter(filter))
        .try_init();
    started.map_err(|error| CliError::new("the log cannot be started").caused_by(error))?;
    panic::set_hook(Box::new(|panic| {
        // Where, and not what: a message may quote what somebody typed.
        let location = panic.location().map(ToString::to_string);
        tracing::error!(location, "panic");
    }));
    for unknown in environment.unknown() {
        tracing::warn!("{unknown}");
    }
    Ok(Spans {
        layer,
        filter: handle,
    })
}
