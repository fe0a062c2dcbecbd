//! TLS towards relays and functions elsewhere: AWS-LC, and the roots that Mozilla trusts.

use std::sync::Arc;

use poolhouse_outbound::{TlsSource, client_config};
use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs;

/// Made when the first connection asks for it.
pub fn source() -> TlsSource {
    TlsSource::lazy(|| {
        let roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        client_config(Arc::new(aws_lc_rs::default_provider()), roots).map(Arc::new)
    })
}
