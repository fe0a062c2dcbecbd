//! Where the client gets its TLS settings from.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};
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

/// The roots that Mozilla trusts.
pub fn roots() -> RootCertStore {
    RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    }
}

/// The same and those of a bundle in PEM, which `AWS_CA_BUNDLE` names where a company's proxy signs.
///
/// # Errors
/// The bundle cannot be read, or holds no certificate.
pub fn roots_with(bundle: &[u8]) -> Result<RootCertStore, BundleError> {
    with(roots(), bundle)
}

/// Those of a bundle in PEM and no others: where an operator has an authority of its own.
///
/// # Errors
/// As [`roots_with`].
pub fn roots_of(bundle: &[u8]) -> Result<RootCertStore, BundleError> {
    with(RootCertStore::empty(), bundle)
}

fn with(mut roots: RootCertStore, bundle: &[u8]) -> Result<RootCertStore, BundleError> {
    let mut found = 0;
    for certificate in CertificateDer::pem_slice_iter(bundle) {
        roots
            .add(certificate.map_err(BundleError::Pem)?)
            .map_err(BundleError::Certificate)?;
        found += 1;
    }
    match found {
        0 => Err(BundleError::Empty),
        _ => Ok(roots),
    }
}

/// What is wrong with a bundle of certificates.
#[derive(Debug)]
pub enum BundleError {
    /// It cannot be read as PEM.
    Pem(pem::Error),
    /// It is PEM, and has no certificate.
    Empty,
    /// A certificate that cannot be a root.
    Certificate(rustls::Error),
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pem(_) => "it cannot be read as PEM",
            Self::Empty => "it holds no certificate",
            Self::Certificate(_) => "it holds a certificate that cannot be a root",
        })
    }
}

impl Error for BundleError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Pem(source) => Some(source),
            Self::Certificate(source) => Some(source),
            Self::Empty => None,
        }
    }
}
