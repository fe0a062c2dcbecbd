//! The signals that end a server.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep;

use poolhouse_commands::CliError;

/// The signals that ask a server to stop. Listened for before the server says that it is ready: its starter may
/// stop it at once.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn listen() -> Result<Signals, CliError> {
        let listen =
            |kind| signal(kind).map_err(|error| CliError::new("signals cannot be received").caused_by(error));
        Ok(Signals {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// Goes on serving for this time, in which load balancers notice that the server is not ready. A second signal ends it.
    pub(super) async fn drain(&mut self, time: Duration) {
        if time.is_zero() {
            return;
        }
        tracing::info!(seconds = time.as_secs(), "not ready any more, and about to stop");
        tokio::select! {
            () = sleep(time) => {}
            () = self.stop() => {}
        }
    }

    /// Returns at Ctrl-C or SIGTERM.
    pub(super) async fn stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
