//! An open connection, and how it comes about.

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::PROXY_AUTHORIZATION;
use hyper::{HeaderMap, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::endpoint::Endpoint;
use super::error::HttpError;
use super::proxy::{Proxies, Proxy};
use crate::tls::TlsSource;

/// Largest answer in bytes: an event has at most 6 MiB, and the host may add a little.
const MAX_BODY: usize = 7 << 20;

/// An answer, its body whole.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most 7 MiB.
    pub body: Bytes,
}

impl Answer {
    /// A header's value, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// An open connection. It carries one request at a time and is kept alive between them. A request that is dropped
/// half-way closes it.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    forwarding: Option<Forwarding>,
}

/// What a proxy that forwards plain HTTP is told with each request.
struct Forwarding {
    proxy: Proxy,
    endpoint: Endpoint,
}

impl Connection {
    /// Connects, and does the TLS handshake if the endpoint asks for one.
    pub async fn open(endpoint: &Endpoint, tls: &TlsSource) -> Result<Self, HttpError> {
        let tcp = dial(endpoint.host(), endpoint.port()).await?;
        match endpoint.is_tls() {
            true => Self::over(encrypt(tcp, endpoint.host(), tls).await?).await,
            false => Self::over(tcp).await,
        }
    }

    /// The same by the proxy that `proxies` have for the endpoint, if they have one: TLS goes through a tunnel, in which
    /// the proxy sees nothing but the host's name; plain HTTP is forwarded.
    pub async fn open_by(endpoint: &Endpoint, tls: &TlsSource, proxies: &Proxies) -> Result<Self, HttpError> {
        let Some(proxy) = proxies.of(endpoint) else {
            return Self::open(endpoint, tls).await;
        };
        let tcp = dial(proxy.endpoint().host(), proxy.endpoint().port())
            .await
            .map_err(|error| HttpError::Proxy(Box::new(error)))?;
        if endpoint.is_tls() {
            let tunnel = tunnel(tcp, endpoint, proxy).await?;
            return Self::over(encrypt(tunnel, endpoint.host(), tls).await?).await;
        }
        let connection = Self::over(tcp).await?;
        Ok(Self {
            forwarding: Some(Forwarding {
                proxy: proxy.clone(),
                endpoint: endpoint.clone(),
            }),
            ..connection
        })
    }

    async fn over<S>(stream: S) -> Result<Self, HttpError>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(HttpError::Http)?;
        // The task ends with the sender. What ends it early comes back from the request that notices.
        tokio::spawn(connection);
        Ok(Self {
            sender,
            forwarding: None,
        })
    }

    /// Whether another request can go over it.
    pub fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }

    /// One request and its whole answer.
    pub async fn send(&mut self, mut request: Request<Full<Bytes>>) -> Result<Answer, HttpError> {
        if let Some(forwarding) = &self.forwarding {
            forwarding.address(&mut request)?;
        }
        self.sender.ready().await.map_err(HttpError::Http)?;
        let (head, body) = self
            .sender
            .send_request(request)
            .await
            .map_err(HttpError::Http)?
            .into_parts();
        let body = Limited::new(body, MAX_BODY)
            .collect()
            .await
            .map_err(HttpError::Body)?
            .to_bytes();
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
        })
    }
}

impl Forwarding {
    /// Makes it a request to the proxy: with the whole URL, and who we are. Neither is under a signature.
    fn address(&self, request: &mut Request<Full<Bytes>>) -> Result<(), HttpError> {
        let whole = Uri::builder().scheme("http").authority(self.endpoint.authority());
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = whole.path_and_query(path).build().map_err(HttpError::Request)?;
        if let Some(authorization) = self.proxy.authorization() {
            request
                .headers_mut()
                .insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        Ok(())
    }
}

/// Connects to a host and does the TLS handshake, for another protocol than HTTP.
///
/// # Errors
/// When nobody is there, or shows no certificate of this host's that the settings trust.
pub async fn open_tls(host: &str, port: u16, tls: &TlsSource) -> Result<TlsStream<TcpStream>, HttpError> {
    encrypt(dial(host, port).await?, host, tls).await
}

async fn dial(host: &str, port: u16) -> Result<TcpStream, HttpError> {
    let addresses: Vec<_> = lookup_host((host, port))
        .await
        .map_err(HttpError::Resolve)?
        .collect();
    let tcp = TcpStream::connect(&addresses[..])
        .await
        .map_err(HttpError::Connect)?;
    tcp.set_nodelay(true).map_err(HttpError::Connect)?;
    Ok(tcp)
}

async fn encrypt<S>(stream: S, host: &str, tls: &TlsSource) -> Result<TlsStream<S>, HttpError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = tls.config().map_err(HttpError::Tls)?;
    let name = ServerName::try_from(host.to_owned()).map_err(|_| HttpError::Name)?;
    TlsConnector::from(config)
        .connect(name, stream)
        .await
        .map_err(HttpError::Handshake)
}

/// Has the proxy open a way to the endpoint.
async fn tunnel(
    tcp: TcpStream,
    endpoint: &Endpoint,
    proxy: &Proxy,
) -> Result<TokioIo<hyper::upgrade::Upgraded>, HttpError> {
    let (mut sender, connection) = handshake(TokioIo::new(tcp)).await.map_err(HttpError::Http)?;
    tokio::spawn(connection.with_upgrades());
    let host = match endpoint.host().contains(':') {
        true => format!("[{}]:{}", endpoint.host(), endpoint.port()),
        false => format!("{}:{}", endpoint.host(), endpoint.port()),
    };
    let mut request = Request::connect(&host).header("host", &host);
    if let Some(authorization) = proxy.authorization() {
        request = request.header(PROXY_AUTHORIZATION, authorization);
    }
    let request = request
        .body(Full::<Bytes>::default())
        .map_err(HttpError::Request)?;
    let answer = sender.send_request(request).await.map_err(HttpError::Http)?;
    match answer.status() {
        status if status.is_success() => {
            let upgraded = hyper::upgrade::on(answer).await.map_err(HttpError::Http)?;
            Ok(TokioIo::new(upgraded))
        }
        status => Err(HttpError::ProxyRefused(status.as_u16())),
    }
}
