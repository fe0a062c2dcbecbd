//! From an address to a connection on whichever of its hosts takes writes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::Client;

use super::address::Address;
use super::fault;
use super::tls::Tls;
use crate::StoreError;

/// How long one host may take until it is ready, before the next is asked.
const ATTEMPT: Duration = Duration::from_secs(3);

/// Makes connections.
pub(super) struct Connector {
    address: Address,
    tls: Tls,
    /// The host that was asked with success last: a standby need not be asked every time.
    last: AtomicUsize,
}

impl Connector {
    pub(super) fn new(address: Address, tls: Tls) -> Self {
        Self {
            address,
            tls,
            last: AtomicUsize::new(0),
        }
    }

    /// A new connection to a host that takes writes. It lives as long as the client.
    pub(super) async fn connect(&self) -> Result<Client, StoreError> {
        let hosts = self.address.hosts();
        let last = self.last.load(Ordering::Relaxed);
        let mut error = fault::silent();
        for index in (0..hosts.len()).map(|step| (last + step) % hosts.len()) {
            match timeout(ATTEMPT, hosts[index].connect(self.tls.clone())).await {
                Ok(Ok((client, connection))) => {
                    // Its end is told to whoever waits for an answer on it.
                    tokio::spawn(async move { drop(connection.await) });
                    self.last.store(index, Ordering::Relaxed);
                    return Ok(client);
                }
                Ok(Err(failed)) => error = fault::unreachable(failed),
                Err(_) => {}
            }
        }
        Err(error)
    }
}
