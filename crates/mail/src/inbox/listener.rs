//! The inbox's SMTP server, for this machine only.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

use super::Inbox;
use super::session::Session;

/// Most clients at a time; the next one waits in the kernel's queue.
const MAX_CLIENTS: usize = 32;
/// How long to wait when the system has no more file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Milliseconds since the epoch, from whatever clock the program runs by.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Why the listener cannot serve.
#[derive(Debug)]
pub enum ListenError {
    /// Its address can be reached from other machines, and everybody there can read sign-in codes.
    NotLoopback,
    /// The socket is broken.
    Io(io::Error),
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotLoopback => "the inbox listens on loopback addresses only",
            Self::Io(_) => "the inbox's socket cannot be used",
        })
    }
}

impl Error for ListenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotLoopback => None,
            Self::Io(source) => Some(source),
        }
    }
}

/// Serves SMTP on `listener` and delivers what comes into `inbox`, until the future is dropped.
pub async fn listen(listener: TcpListener, inbox: Inbox, clock: Clock) -> Result<Infallible, ListenError> {
    if !listener.local_addr().map_err(ListenError::Io)?.ip().is_loopback() {
        return Err(ListenError::NotLoopback);
    }
    let permits = Arc::new(Semaphore::new(MAX_CLIENTS));
    let mut clients = tokio::task::JoinSet::new();
    loop {
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else {
            return Err(ListenError::Io(io::ErrorKind::BrokenPipe.into()));
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                clients.spawn(serve(stream, inbox.clone(), Arc::clone(&clock), permit));
            }
            // A client that is gone already, or too many open files: neither is a reason to stop.
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
        while clients.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, inbox: Inbox, clock: Clock, permit: OwnedSemaphorePermit) {
    if stream.set_nodelay(true).is_ok() {
        // A client that hangs up in mid-sentence has delivered nothing, and there is nobody to tell.
        let _ = Session::new(stream, &inbox, &*clock).run().await;
    }
    drop(permit);
}
