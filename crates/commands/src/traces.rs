//! Traces, where the configuration asks for them.

use std::time::Duration;

use poolhouse_config::settings::TraceSettings;
use poolhouse_pool::base::tls::source as public_tls;
use poolhouse_traces::{About, Traces};

use crate::error::CliError;
use crate::logging::Spans;
use crate::own_name;

/// How long what waits to be sent may hold up the end of the server.
const FAREWELL: Duration = Duration::from_secs(2);

/// Begins to send spans, if they are to be sent. To be called on the runtime that sends.
///
/// # Errors
/// When they cannot be sent there.
pub fn begin(settings: Option<TraceSettings>, spans: &Spans) -> Result<Option<Traces>, CliError> {
    let Some(TraceSettings { to, percent }) = settings else {
        return Ok(None);
    };
    let about = About {
        version: env!("CARGO_PKG_VERSION"),
        instance: own_name::host().unwrap_or_default(),
    };
    let failed = "traces cannot be sent; see endpoint under [traces]";
    let traces = Traces::begin(to, percent, public_tls(), about);
    let traces = traces.map_err(|error| CliError::new(failed).caused_by(error))?;
    spans.send_by(&traces)?;
    Ok(Some(traces))
}

/// Sends what waits.
pub async fn end(traces: Option<Traces>) {
    if let Some(traces) = traces {
        // It blocks the thread that it runs on, and is cut off with the process should it panic.
        let _ = tokio::task::spawn_blocking(move || traces.end(FAREWELL)).await;
    }
}
