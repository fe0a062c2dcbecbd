//! A mail server that keeps what it is sent.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use poolhouse_mail::inbox::{self, Inbox};
use tokio::net::TcpListener;

/// Mails that are kept: more than are ever waited for at once.
const CAPACITY: usize = 64;

/// Takes mail at an address from now on.
///
/// # Errors
/// If the address is in use.
pub async fn open(address: SocketAddr) -> Result<Inbox, Box<dyn Error + Send + Sync>> {
    let kept = Inbox::new(CAPACITY);
    let listener = TcpListener::bind(address).await?;
    // When a mail came does not matter here. If the listener breaks, the wait for the next mail says so.
    tokio::spawn(inbox::listen(listener, kept.clone(), Arc::new(|| 0)));
    Ok(kept)
}
