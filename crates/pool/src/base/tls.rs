//! TLS towards relays: AWS-LC, and the roots that Mozilla trusts.

use std::sync::Arc;

use poolhouse_outbound::{TlsSource, client_config, roots};
use rustls::crypto::aws_lc_rs;

/// Made when the first connection asks for it.
pub fn source() -> TlsSource {
    TlsSource::lazy(|| client_config(Arc::new(aws_lc_rs::default_provider()), roots()).map(Arc::new))
}
