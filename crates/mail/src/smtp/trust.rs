//! Certificates that are trusted in place of the public authorities.

use std::fmt;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

/// Settings that trust the certificates of this PEM text and nothing else: what they have signed, as a public authority's
/// would be checked, and the relay that shows one of them itself, whatever it says of names and dates.
pub(super) fn only(pem: &str, provider: &Arc<CryptoProvider>) -> Result<ClientConfig, TrustError> {
    let mut roots = RootCertStore::empty();
    let mut pinned = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|_| TrustError::Pem)?;
        roots
            .add(certificate.clone())
            .map_err(|_| TrustError::Certificate)?;
        pinned.push(certificate);
    }
    if pinned.is_empty() {
        return Err(TrustError::Empty);
    }
    let signed = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    let signed = signed.build().map_err(|_| TrustError::Certificate)?;
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let verifier = Arc::new(Trusted { pinned, signed });
    Ok(builder
        .map_err(|_| TrustError::Certificate)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// Checks as usual, and lets a certificate pass that was given to us by hand.
#[derive(Debug)]
struct Trusted {
    pinned: Vec<CertificateDer<'static>>,
    signed: Arc<WebPkiServerVerifier>,
}

impl ServerCertVerifier for Trusted {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        // Possession of its key is proved by the handshake's signature, which is always checked.
        if self.pinned.iter().any(|pinned| pinned == end_entity) {
            return Ok(ServerCertVerified::assertion());
        }
        self.signed
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.signed.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.signed.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.signed.supported_verify_schemes()
    }
}

/// Why a text names nobody to trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TrustError {
    /// A block that is not PEM.
    Pem,
    /// A certificate that cannot be read.
    Certificate,
    /// No certificate at all.
    Empty,
}

impl fmt::Display for TrustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pem => "cannot be used: it is not PEM",
            Self::Certificate => "cannot be used: it holds a certificate that cannot be read",
            Self::Empty => "cannot be used: it holds no certificate",
        })
    }
}
