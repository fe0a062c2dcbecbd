//! TLS towards clients: one certificate, read again when its files change.
//!
//! A new one holds for the handshakes that begin afterwards; connections that there are go on. Where it cannot be used, the one before
//! stays.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use zeroize::Zeroizing;

use poolhouse_config::settings::TlsSettings;
use poolhouse_pool::base::shutdown::Shutdown;
use poolhouse_pool::base::tls::provider;
use poolhouse_text::with_causes;

/// HTTP/2, as a handshake names it.
pub(super) const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";
/// How often the files are looked at.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(1);

/// Why there is no TLS with these files. Each says what to do.
#[derive(Debug)]
pub enum TlsError {
    /// A file cannot be read.
    Unreadable(PathBuf, io::Error),
    /// Everybody on the machine may read the key.
    Open(PathBuf, u32),
    /// There is no certificate in a file.
    NoCertificate(PathBuf),
    /// There is no private key in a file.
    NoKey(PathBuf),
    /// The two do not belong together, or are of a kind that is not known.
    Unusable(PathBuf, rustls::Error),
    /// The protocol cannot be set up.
    Protocol(rustls::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TlsError::Unreadable(path, _) => write!(f, "{} cannot be read", path.display()),
            TlsError::Open(path, mode) => write!(
                f,
                "{path} may be read by everybody on this machine (mode {mode:04o}). Run: chmod o= {path}",
                path = path.display()
            ),
            TlsError::NoCertificate(path) => {
                write!(f, "{} holds no certificate in PEM", path.display())
            }
            TlsError::NoKey(path) => write!(f, "{} holds no private key in PEM", path.display()),
            TlsError::Unusable(path, _) => write!(
                f,
                "the certificate {} cannot be used with this key. Name the key that it was issued for",
                path.display()
            ),
            TlsError::Protocol(_) => f.write_str("TLS cannot be set up"),
        }
    }
}

impl std::error::Error for TlsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TlsError::Unreadable(_, error) => Some(error),
            TlsError::Unusable(_, error) | TlsError::Protocol(error) => Some(error),
            TlsError::Open(..) | TlsError::NoCertificate(_) | TlsError::NoKey(_) => None,
        }
    }
}

/// The certificate that handshakes show.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// What tells one state of a file from another.
type Stamp = (u64, u64, u64, Option<SystemTime>);

/// TLS with the files that the settings name.
#[derive(Clone)]
pub struct Tls {
    settings: TlsSettings,
    current: Arc<Current>,
    config: Arc<ServerConfig>,
    /// The files as they were when they were last taken up or refused.
    known: [Option<Stamp>; 2],
    /// As they were at the last look.
    seen: [Option<Stamp>; 2],
}

impl Tls {
    /// Reads certificate and key.
    ///
    /// # Errors
    /// When they cannot be used.
    pub fn load(settings: &TlsSettings) -> Result<Tls, TlsError> {
        let known = stamps(settings);
        let current = Arc::new(Current(RwLock::new(Arc::new(read(settings)?))));
        let versions = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
        let mut config = versions
            .map_err(TlsError::Protocol)?
            .with_no_client_auth()
            .with_cert_resolver(current.clone());
        config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
        Ok(Tls {
            settings: settings.clone(),
            current,
            config: Arc::new(config),
            known,
            seen: known,
        })
    }

    /// Whether browsers are told to use TLS alone.
    pub(super) fn hsts(&self) -> bool {
        self.settings.hsts
    }

    /// What makes handshakes.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.clone())
    }

    /// Takes up what changes in the files, until told to stop.
    pub async fn watch(mut self, shutdown: Shutdown) {
        loop {
            tokio::select! {
                () = sleep(LOOKED_AT_EVERY) => self.look(),
                () = shutdown.requested() => return,
            }
        }
    }

    /// Looks at the files. They are two, and replaced one after the other: they count once they have been the same at two looks.
    fn look(&mut self) {
        let found = stamps(&self.settings);
        let has_settled = found == self.seen;
        self.seen = found;
        if !has_settled || found == self.known {
            return;
        }
        self.known = found;
        match read(&self.settings) {
            Ok(read) => {
                *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
                tracing::info!("the certificate has changed and is taken up");
            }
            Err(error) => {
                let error = with_causes(&error);
                tracing::error!(
                    error,
                    "the certificate has changed and cannot be used: the one before stays"
                );
            }
        }
    }
}

fn stamps(settings: &TlsSettings) -> [Option<Stamp>; 2] {
    [&settings.certificate, &settings.key].map(|file| {
        let found = fs::metadata(file).ok()?;
        Some((found.dev(), found.ino(), found.len(), found.modified().ok()))
    })
}

fn read(settings: &TlsSettings) -> Result<CertifiedKey, TlsError> {
    let TlsSettings { certificate, key, .. } = settings;
    let text = fs::read(certificate).map_err(|error| TlsError::Unreadable(certificate.clone(), error))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|_| TlsError::NoCertificate(certificate.clone()))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(certificate.clone()));
    }
    let private = PrivateKeyDer::from_pem_slice(&read_key(key)?).map_err(|_| TlsError::NoKey(key.clone()))?;
    CertifiedKey::from_der(chain, private, &provider())
        .map_err(|error| TlsError::Unusable(certificate.clone(), error))
}

fn read_key(path: &Path) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    let failed = |error| TlsError::Unreadable(path.to_owned(), error);
    let mut file = File::open(path).map_err(failed)?;
    let found = file.metadata().map_err(failed)?;
    let mode = found.permissions().mode() & 0o7777;
    if mode & 0o007 != 0 {
        return Err(TlsError::Open(path.to_owned(), mode));
    }
    let mut text = Zeroizing::new(Vec::with_capacity(
        usize::try_from(found.len()).unwrap_or_default() + 1,
    ));
    file.read_to_end(&mut text).map_err(failed)?;
    Ok(text)
}
