//! Who calls AWS in tests.

use std::sync::Arc;
use std::time::Duration;

use poolhouse_outbound::TlsSource;
use poolhouse_outbound::aws::{Caller, CredentialSource, Credentials};
use poolhouse_outbound::http::Proxies;

use crate::base::clock::Clock;

/// A caller with these credentials by this clock, without TLS: what tests call is on this machine.
pub fn aws(credentials: Arc<dyn CredentialSource>, clock: Arc<dyn Clock>) -> Caller {
    Caller {
        credentials,
        tls: TlsSource::lazy(|| Err(rustls::Error::General("no TLS in this test".to_owned()))),
        proxies: Proxies::default(),
        clock: Arc::new(move || Duration::from_millis(u64::try_from(clock.now().0).unwrap_or(0))),
    }
}

/// An access key that no service knows.
pub fn nobodys_key() -> Arc<dyn CredentialSource> {
    Arc::new(Credentials::new(
        "AKIATEST",
        "a secret that only tests know",
        None,
    ))
}
