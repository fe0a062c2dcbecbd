//! TLS to the database: certificates are checked, always, against the host's name.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Socket;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_rustls::TlsConnector;

use super::address::TlsFiles;
use crate::StoreError;

/// Makes TLS connections, or refuses to where the address wants none.
#[derive(Clone)]
pub(super) struct Tls(Option<Arc<ClientConfig>>);

impl Tls {
    /// Reads the files, if there is to be TLS.
    pub(super) fn new(files: Option<&TlsFiles>, provider: &Arc<CryptoProvider>) -> Result<Self, StoreError> {
        let config = files.map(|files| config(files, provider)).transpose()?;
        Ok(Self(config.map(Arc::new)))
    }
}

fn config(files: &TlsFiles, provider: &Arc<CryptoProvider>) -> Result<ClientConfig, StoreError> {
    let refused = |error: rustls::Error| StoreError::Engine(Arc::new(error));
    let unread = |error: rustls::pki_types::pem::Error| StoreError::Engine(Arc::new(error));
    let certificates =
        |file| -> Result<Vec<CertificateDer<'static>>, _> { CertificateDer::pem_file_iter(file)?.collect() };
    let mut roots = RootCertStore::empty();
    match &files.roots {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            for certificate in certificates(file).map_err(unread)? {
                roots.add(certificate).map_err(refused)?;
            }
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(refused)?
        .with_root_certificates(roots);
    let mut config = match &files.own {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let key = PrivateKeyDer::from_pem_file(key).map_err(unread)?;
            builder
                .with_client_auth_cert(certificates(chain).map_err(unread)?, key)
                .map_err(refused)?
        }
    };
    // What a server of version 17 or later asks for where TLS begins without a word before it.
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(config)
}

impl MakeTlsConnect<Socket> for Tls {
    type Stream = Stream;
    type TlsConnect = Handshake;
    type Error = io::Error;

    fn make_tls_connect(&mut self, domain: &str) -> Result<Handshake, io::Error> {
        let Some(config) = &self.0 else {
            return Ok(Handshake(None));
        };
        let name = ServerName::try_from(domain.to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        Ok(Handshake(Some((TlsConnector::from(Arc::clone(config)), name))))
    }
}

/// One handshake to come.
pub(super) struct Handshake(Option<(TlsConnector, ServerName<'static>)>);

impl TlsConnect<Socket> for Handshake {
    type Stream = Stream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(async move {
            // Not asked for where the address wants no TLS.
            let (connector, name) = self.0.ok_or(io::ErrorKind::Unsupported)?;
            connector.connect(name, socket).await.map(Box::new).map(Stream)
        })
    }
}

/// An encrypted connection.
pub(super) struct Stream(Box<tokio_rustls::client::TlsStream<Socket>>);

impl TlsStream for Stream {
    /// The certificate was checked against the host's name, so nobody stands between for whom the binding would be.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, into)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
