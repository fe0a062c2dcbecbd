//! Handing lines over.

mod carried;
mod file;
mod syslog;
mod webhook;

use std::time::Duration;

use poolhouse_outbound::TlsSource;
use poolhouse_pool::base::clock::Millis;
use tokio::time::timeout;

pub(crate) use carried::Carried;

use crate::destination::Destination;
use crate::error::StreamError;

/// How long a destination may take for one batch.
const PATIENCE: Duration = Duration::from_secs(10);

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
                Destination::Syslog(to) => self.syslog.send(to, &self.tls, &self.host, lines).await,
                Destination::Webhook(to) => webhook::post(to, &self.tls, lines, now).await,
            }
        };
        timeout(PATIENCE, carried).await.map_err(|_| StreamError::Time)?
    }
}
