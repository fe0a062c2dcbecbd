//! Fetching from addresses that strangers name: what leaves, and what does not.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, too")]

use std::convert::Infallible;
use std::io;
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
use poolhouse_outbound::guarded::{Asked, BoxFuture, Fetch, Guarded, Limits, Network, Unfetched};
use poolhouse_outbound::{TlsSource, client_config};
use rustls::pki_types::PrivateKeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

const LIMITS: Limits = Limits {
    wait: Duration::from_secs(3),
    bytes: 5 * 1024,
};

/// A network in which names have these addresses, each question the next of them, and all connections lead to one service.
struct Pretended {
    names: Vec<(&'static str, Vec<Vec<&'static str>>)>,
    service: SocketAddr,
    resolved: Mutex<Vec<String>>,
    connected: Mutex<Vec<SocketAddr>>,
    is_here: bool,
}

impl Network for Pretended {
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        let mut resolved = self.resolved.lock().unwrap();
        let before = resolved.iter().filter(|held| *held == host).count();
        resolved.push(host.to_owned());
        let answers = self.names.iter().find(|(name, _)| *name == host);
        let answer = answers.map(|(_, answers)| answers[before.min(answers.len() - 1)].clone());
        // An address is its own answer, as it is with the system's resolver.
        let literal = host.parse().ok().map(|ip| vec![SocketAddr::new(ip, port)]);
        let found = answer
            .map(|texts| {
                let address = |text: &&str| SocketAddr::new(text.parse().unwrap(), port);
                texts.iter().map(address).collect()
            })
            .or(literal);
        Box::pin(std::future::ready(
            found.ok_or_else(|| io::ErrorKind::NotFound.into()),
        ))
    }

    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        self.connected.lock().unwrap().push(address);
        Box::pin(TcpStream::connect(self.service))
    }

    fn is_here(&self, _: &TcpStream) -> bool {
        self.is_here
    }
}

/// A network with names, and what fetches through it from a TLS service called `app.example`.
async fn scene(names: Vec<(&'static str, Vec<Vec<&'static str>>)>) -> (Arc<Pretended>, Guarded) {
    let (service, tls) = service().await;
    let network = Arc::new(Pretended {
        names,
        service,
        resolved: Mutex::default(),
        connected: Mutex::default(),
        is_here: false,
    });
    (Arc::clone(&network), Guarded::new(tls).through(network))
}

async fn service() -> (SocketAddr, TlsSource) {
    let made = rcgen::generate_simple_self_signed(["app.example".to_owned()]).unwrap();
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
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let stream = listener.accept().await.unwrap().0;
            if let Ok(stream) = acceptor.accept(stream).await {
                let connection =
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer));
                tokio::spawn(connection);
            }
        }
    });
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).unwrap();
    let config = client_config(provider, roots).unwrap();
    (address, TlsSource::ready(Arc::new(config)))
}

/// What the service says, by path.
async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let build = Response::builder();
    let head = |name: &str| {
        let value = request.headers().get(name);
        value.map_or("-", |value| value.to_str().unwrap()).to_owned()
    };
    let response = match request.uri().path() {
        "/elsewhere" => build
            .status(302)
            .header("location", "https://inside.example/")
            .body(Full::default()),
        "/large" => build.body(Full::from(vec![b'a'; 5 * 1024 + 1])),
        "/packed" => build.header("content-encoding", "gzip").body(Full::from("x")),
        "/never" => std::future::pending().await,
        _ => build
            .header("content-type", "application/json")
            .body(Full::from(format!(
                "{} {} host={} agent={} encoding={} cookie={}",
                request.method(),
                request.uri(),
                head("host"),
                head("user-agent"),
                head("accept-encoding"),
                head("cookie"),
            ))),
    };
    Ok(response.unwrap())
}

#[tokio::test]
async fn a_public_name_is_asked_once_at_the_address_that_was_looked_at() {
    let (network, guarded) = scene(vec![(
        "app.example",
        vec![vec!["93.184.216.34"], vec!["127.0.0.1"]],
    )])
    .await;
    let asked = Asked::get("https://app.example/client.json?v=1");
    let fetched = guarded.send(asked, LIMITS).await.unwrap();
    assert_eq!(fetched.status, 200);
    assert!(fetched.is_json());
    assert_eq!(
        fetched.body,
        "GET /client.json?v=1 host=app.example agent=Poolhouse encoding=identity cookie=-"
    );
    assert_eq!(*network.resolved.lock().unwrap(), ["app.example"]);
    assert_eq!(
        *network.connected.lock().unwrap(),
        ["93.184.216.34:443".parse().unwrap()]
    );
    // The name means this machine by now: it is looked at again, and nothing leaves.
    let asked = Asked::get("https://app.example/client.json");
    let refused = guarded.send(asked, LIMITS).await.unwrap_err();
    assert!(matches!(refused, Unfetched::Address), "{refused}");
    assert_eq!(network.connected.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn o_37_of_forty_targets_inside_none_is_connected_to() {
    let inside = [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "100.64.1.1",
        "169.254.169.254",
        "172.20.0.1",
        "192.168.0.10",
        "198.18.0.1",
        "224.0.0.251",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "fc00::7",
        "fd00:ec2::254",
        "fe80::1",
        "ff02::1",
        "2002:7f00:1::",
        "2001:db8::1",
    ];
    let mut names: Vec<(&str, Vec<Vec<&str>>)> = inside
        .iter()
        .map(|address| {
            let name: &'static str =
                Box::leak(format!("n{}.example", address.replace([':', '.'], "-")).into_boxed_str());
            (name, vec![vec![*address]])
        })
        .collect();
    names.push(("mixed.example", vec![vec!["93.184.216.34", "10.0.0.1"]]));
    names.push(("mixed6.example", vec![vec!["2606:4700::1111", "::1"]]));
    names.push(("none.example", vec![vec![]]));
    let mut urls: Vec<String> = names
        .iter()
        .map(|(name, _)| format!("https://{name}/c"))
        .collect();
    let literal = |address: &&str| match address.contains(':') {
        true => format!("https://[{address}]/c"),
        false => format!("https://{address}/c"),
    };
    urls.extend(inside.iter().map(literal));
    urls.extend(
        [
            "http://app.example/c",
            "https://app.example:8443/c",
            "https://user@app.example/c",
            "https://localhost/c",
            "https://localhost./c",
            "https://2130706433/c",
            "https://017700000001/c",
            "https://0x7f000001/c",
            "https://0x7f.1/c",
            "https://127.1/c",
            "https://app.example\\@127.0.0.1/c",
            "https://app.example#@127.0.0.1/c",
            "https://127.0.0.1%2f.example/c",
            "gopher://127.0.0.1/c",
            "file:///etc/passwd",
        ]
        .map(str::to_owned),
    );
    assert!(urls.len() >= 60, "{}", urls.len());
    let (network, guarded) = scene(names).await;
    for url in &urls {
        let refused = guarded.send(Asked::get(url), LIMITS).await;
        assert!(refused.is_err(), "{url}");
    }
    assert_eq!(*network.connected.lock().unwrap(), []);
}

#[tokio::test]
async fn o_37_an_address_of_this_machines_own_hears_nothing_though_it_looks_public() {
    let (service, tls) = service().await;
    let network = Arc::new(Pretended {
        names: vec![("app.example", vec![vec!["93.184.216.34"]])],
        service,
        resolved: Mutex::default(),
        connected: Mutex::default(),
        is_here: true,
    });
    let guarded = Guarded::new(tls).through(network);
    let refused = guarded.send(Asked::get("https://app.example/c"), LIMITS).await;
    assert!(matches!(refused, Err(Unfetched::Address)), "{refused:?}");
}

#[tokio::test]
async fn o_37_what_leads_elsewhere_or_is_too_much_is_refused() {
    let (network, guarded) = scene(vec![("app.example", vec![vec!["93.184.216.34"]])]).await;
    for (path, is_it) in [
        (
            "elsewhere",
            (|error| matches!(error, Unfetched::Redirect)) as fn(&Unfetched) -> bool,
        ),
        ("large", |error| matches!(error, Unfetched::Body(_))),
        ("packed", |error| matches!(error, Unfetched::Encoded)),
    ] {
        let url = format!("https://app.example/{path}");
        let refused = guarded.send(Asked::get(&url), LIMITS).await.unwrap_err();
        assert!(is_it(&refused), "{path}: {refused:?}");
    }
    assert_eq!(network.connected.lock().unwrap().len(), 3, "nobody follows");
}

#[tokio::test]
async fn o_37_a_server_that_never_answers_is_given_up() {
    let (_, guarded) = scene(vec![("app.example", vec![vec!["93.184.216.34"]])]).await;
    let limits = Limits {
        wait: Duration::from_millis(300),
        ..LIMITS
    };
    let refused = guarded
        .send(Asked::get("https://app.example/never"), limits)
        .await;
    assert!(matches!(refused, Err(Unfetched::TimedOut)), "{refused:?}");
}

#[tokio::test]
async fn a_host_whose_certificate_is_anothers_is_sent_nothing() {
    let (_, guarded) = scene(vec![("other.example", vec![vec!["93.184.216.34"]])]).await;
    let refused = guarded.send(Asked::get("https://other.example/c"), LIMITS).await;
    assert!(matches!(refused, Err(Unfetched::Handshake(_))), "{refused:?}");
}

#[tokio::test]
async fn only_what_is_allowed_by_host_and_port_may_be_inside() {
    let (network, guarded) = scene(vec![("app.example", vec![vec!["10.0.0.7"]])]).await;
    let guarded = guarded.allowing(["app.example:8443".to_owned()]);
    let asked =
        Asked::post("https://app.example:8443/token", "a=1".to_owned()).with("cookie", "c=1".to_owned());
    let fetched = guarded.send(asked, LIMITS).await.unwrap();
    assert_eq!(
        fetched.body,
        "POST /token host=app.example:8443 agent=Poolhouse encoding=identity cookie=c=1"
    );
    for url in ["https://app.example/c", "https://app.example:8444/c"] {
        assert!(guarded.send(Asked::get(url), LIMITS).await.is_err(), "{url}");
    }
    assert_eq!(network.connected.lock().unwrap().len(), 1);
}
