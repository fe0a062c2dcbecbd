//! Where the client gets its TLS settings from.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, RootCertStore};

type Made = Result<Arc<ClientConfig>, rustls::Error>;

/// TLS settings that a caller has, or can make when the first connection needs them.
///
/// A function that starts cold and mails over loopback, or not at all, never pays for a root store.
#[derive(Clone)]
pub struct TlsSource(Arc<dyn Fn() -> Made + Send + Sync>);

impl TlsSource {
    /// Settings that exist already.
    pub fn ready(config: Arc<ClientConfig>) -> Self {
        Self(Arc::new(move || Ok(Arc::clone(&config))))
    }

    /// Settings made once, at first use.
    pub fn lazy(make: impl Fn() -> Made + Send + Sync + 'static) -> Self {
        let made = OnceLock::new();
        Self(Arc::new(move || made.get_or_init(&make).clone()))
    }

    /// The settings.
    pub fn config(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        (self.0)()
    }
}

impl fmt::Debug for TlsSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsSource")
    }
}

/// Client settings without client certificates: TLS 1.2 and 1.3, the given provider, the given roots.
pub fn client_config(
    provider: Arc<CryptoProvider>,
    roots: RootCertStore,
) -> Result<ClientConfig, rustls::Error> {
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
