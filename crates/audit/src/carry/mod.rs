//! Handing lines over.

mod file;
mod syslog;
mod webhook;

use std::time::Duration;

use poolhouse_outbound::TlsSource;
use poolhouse_pool::base::clock::Millis;
use serde_json::Value;
use tokio::time::timeout;

use crate::destination::Destination;
use crate::error::StreamError;
use crate::reading::Line;
use crate::shown::as_json;

/// How long a destination may take for one batch.
const PATIENCE: Duration = Duration::from_secs(10);

/// One line on its way.
pub(crate) struct Carried {
    /// When it happened.
    pub at: Millis,
    /// Whether it tells of something that was refused or went wrong.
    pub is_notice: bool,
    /// All of it.
    pub json: Value,
}

impl Carried {
    pub(crate) fn of(line: &Line) -> Carried {
        Carried {
            at: line.at(),
            is_notice: match line {
                Line::Entry(_, entry) => !matches!(entry.outcome.as_str(), "done" | "tokens"),
                Line::Refused { .. } => true,
            },
            json: as_json(line),
        }
    }
}

/// What carries lines to a destination.
pub(crate) struct Carrier {
    to: Destination,
    tls: TlsSource,
    /// What this machine is called.
    host: String,
    syslog: syslog::Kept,
}

impl Carrier {
    pub(crate) fn new(to: Destination, tls: TlsSource, host: String) -> Carrier {
        Carrier {
            to,
            tls,
            host,
            syslog: syslog::Kept::default(),
        }
    }

    /// Hands lines over, in their order; `now` is the time by this server.
    ///
    /// # Errors
    /// When the destination has not taken them, or has not said so. Some of them may have arrived.
    pub(crate) async fn carry(&mut self, lines: &[Carried], now: Millis) -> Result<(), StreamError> {
        let carried = async {
            match &self.to {
                Destination::File(path) => file::append(path, lines).await,
                Destination::Syslog(to) => self.syslog.send(to, &self.host, lines).await,
                Destination::Webhook(to) => webhook::post(to, &self.tls, lines, now).await,
            }
        };
        timeout(PATIENCE, carried).await.map_err(|_| StreamError::Time)?
    }
}
