//! TLS towards AWS: Mozilla's roots, and those of `AWS_CA_BUNDLE` where a company's proxy signs.

use std::error::Error;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use poolhouse_outbound::{TlsSource, client_config};
use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};

/// TLS 1.2 and 1.3, no client certificates.
///
/// # Errors
/// The bundle cannot be read, or holds no certificate.
pub(crate) fn tls(ca_bundle: Option<&Path>) -> Result<TlsSource, TlsError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(path) = ca_bundle {
        let mut found = 0;
        for certificate in CertificateDer::pem_file_iter(path).map_err(TlsError::Bundle)? {
            roots
                .add(certificate.map_err(TlsError::Bundle)?)
                .map_err(TlsError::Tls)?;
            found += 1;
        }
        if found == 0 {
            return Err(TlsError::Empty);
        }
    }
    let config = client_config(Arc::new(aws_lc_rs::default_provider()), roots).map_err(TlsError::Tls)?;
    Ok(TlsSource::ready(Arc::new(config)))
}

/// Why TLS cannot be set up.
#[derive(Debug)]
pub(crate) enum TlsError {
    /// The file of `AWS_CA_BUNDLE` cannot be read as PEM.
    Bundle(pem::Error),
    /// It is PEM, and has no certificate.
    Empty,
    /// The library refuses.
    Tls(rustls::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TlsError::Bundle(_) => "the file that AWS_CA_BUNDLE names cannot be read as PEM certificates",
            TlsError::Empty => "the file that AWS_CA_BUNDLE names has no certificate in it",
            TlsError::Tls(_) => "TLS could not be set up",
        })
    }
}

impl Error for TlsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            TlsError::Bundle(source) => Some(source),
            TlsError::Tls(source) => Some(source),
            TlsError::Empty => None,
        }
    }
}
