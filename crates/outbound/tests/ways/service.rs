//! A service, and calls to it.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use poolhouse_outbound::aws::{Caller, Credentials, Service};
use poolhouse_outbound::http::{Endpoint, Proxies};
use poolhouse_outbound::{TlsSource, client_config};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The requests that came, as lines of text: method, target, and the header that a proxy asks for.
pub type Heard = Arc<Mutex<Vec<String>>>;

/// A service at this URL, as it is called through these proxies.
pub fn service(url: &str, tls: TlsSource, variables: &[(&str, &str)]) -> Service {
    let proxies = Proxies::from_vars(|name| {
        let found = variables.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| (*value).to_owned())
    });
    Service {
        label: "the service",
        signing_name: "service",
        region: "eu-central-1".to_owned(),
        endpoint: Endpoint::parse(url).unwrap(),
        caller: Caller {
            credentials: Arc::new(Credentials::new("AKIATEST", "a secret", None)),
            tls,
            proxies: proxies.unwrap(),
            clock: Arc::new(|| Duration::from_secs(1_767_323_045)),
        },
    }
}

/// No TLS is needed.
pub fn no_tls() -> TlsSource {
    TlsSource::lazy(|| Err(rustls::Error::General("no TLS in this test".to_owned())))
}

pub async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A TLS service called `service.example`, and the client's side of its certificate.
pub async fn tls_service() -> (SocketAddr, TlsSource) {
    let made = rcgen::generate_simple_self_signed(["service.example".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        loop {
            let stream = listener.accept().await.unwrap().0;
            if let Ok(stream) = acceptor.accept(stream).await {
                serve(stream, Heard::default());
            }
        }
    });
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).unwrap();
    let config = client_config(provider, roots).unwrap();
    (address, TlsSource::ready(Arc::new(config)))
}

/// Serves HTTP on a connection: every request is answered with `done`.
pub fn serve<S>(stream: S, heard: Heard)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let answer = move |request: Request<Incoming>| {
        let proof = request.headers().get("proxy-authorization");
        let proof = proof.map_or("-", |value| value.to_str().unwrap());
        let line = format!("{} {} {proof}", request.method(), request.uri());
        heard.lock().unwrap().push(line);
        let answer: Result<_, Infallible> = Ok(Response::new(Full::<Bytes>::from("done")));
        std::future::ready(answer)
    };
    tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)));
}
