//! Fetching from addresses that strangers name: client ids that are URLs, identity providers, their keys and metadata.
//!
//! What a URL leads to is looked at before anything is sent there. Its name is resolved once, every address that comes back must
//! be a public one, and the connection goes to that very address, so that a name cannot mean something else a moment later.
//! Redirects, proxies and compressed bodies are refused, time and size are bounded as a whole, and what is told of a failure says
//! nothing of what is behind the address.

mod address;
mod asked;
mod busy;
mod error;
mod exchange;
mod network;
mod target;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::tls::TlsSource;
pub use asked::{Asked, BoxFuture, Fetched, Limits};
use busy::Busy;
pub use error::Unfetched;
pub use network::{Network, System};
use target::Target;

/// What fetches.
pub trait Fetch: Send + Sync {
    /// Asks, and answers within these limits.
    fn send<'a>(&'a self, asked: Asked<'a>, limits: Limits) -> BoxFuture<'a, Result<Fetched, Unfetched>>;
}

/// What fetches from public addresses, and from nowhere else but what is allowed by name.
#[derive(Clone)]
pub struct Guarded {
    tls: TlsSource,
    allowed: Arc<BTreeSet<String>>,
    network: Arc<dyn Network>,
    busy: Arc<Busy>,
}

impl Guarded {
    /// By these TLS settings and the system's resolver.
    pub fn new(tls: TlsSource) -> Guarded {
        Guarded {
            tls,
            allowed: Arc::default(),
            network: Arc::new(System),
            busy: Arc::default(),
        }
    }

    /// The same, with hosts that may be anywhere and by plain HTTP: `127.0.0.1:8443`, exactly host and port.
    #[must_use]
    pub fn allowing(self, hosts: impl IntoIterator<Item = String>) -> Guarded {
        let hosts = hosts.into_iter().map(|host| host.to_ascii_lowercase());
        Guarded {
            allowed: Arc::new(hosts.collect()),
            ..self
        }
    }

    /// The same over another network, for tests.
    #[must_use]
    pub fn through(self, network: Arc<dyn Network>) -> Guarded {
        Guarded { network, ..self }
    }

    async fn answer(&self, asked: Asked<'_>, limits: Limits) -> Result<Fetched, Unfetched> {
        let target = Target::read(asked.url)?;
        let is_allowed = self.allowed.contains(&target.name());
        if !is_allowed {
            target.check()?;
        }
        let _turn = self.busy.turn(&target.name()).ok_or(Unfetched::Busy)?;
        let whole = async {
            let found = self.network.resolve(target.host(), target.port()).await;
            let addresses = found.map_err(Unfetched::Resolve)?;
            // One among them that is not public would be as good as all: which is taken, nobody knows.
            let is_fit = is_allowed || addresses.iter().all(|held| address::is_public(held.ip()));
            let Some(address) = addresses.first().filter(|_| is_fit) else {
                return Err(Unfetched::Address);
            };
            let tcp = self.network.connect(*address).await.map_err(Unfetched::Connect)?;
            if !is_allowed && self.network.is_here(&tcp) {
                return Err(Unfetched::Address);
            }
            exchange::over(tcp, &target, &self.tls, asked, limits.bytes).await
        };
        tokio::time::timeout(limits.wait, whole)
            .await
            .map_err(|_| Unfetched::TimedOut)?
    }
}

impl Fetch for Guarded {
    fn send<'a>(&'a self, asked: Asked<'a>, limits: Limits) -> BoxFuture<'a, Result<Fetched, Unfetched>> {
        Box::pin(self.answer(asked, limits))
    }
}
