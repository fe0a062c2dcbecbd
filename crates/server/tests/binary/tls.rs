//! TLS in the server, as its clients see it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::{http1, http2};
use hyper::header::HeaderMap;
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use poolhouse_outbound::client_config;
use poolhouse_pool::base::tls::provider;
use poolhouse_pool::testing::Scratch;
use poolhouse_sigv4 as sigv4;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::program::{Server, json_of, refusal, run};

const NAME: &str = "pool.example.com";
const CONFIGURATION: &str = "[tls]\ncertificate = \"tls/chain.pem\"\nkey = \"tls/key.pem\"\n";

/// A certificate for the name, that trusts itself, in the files of the configuration.
fn certify(scratch: &Scratch) -> CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    let made = CertificateParams::new([NAME.to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    replace(&scratch.path().join("tls/chain.pem"), &made.pem());
    replace(&scratch.path().join("tls/key.pem"), &key.serialize_pem());
    made.der().clone()
}

/// Puts a file in the place of another, as tools for certificates do.
fn replace(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let draft = path.with_extension("new");
    fs::write(&draft, text).unwrap();
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o640)).unwrap();
    fs::rename(draft, path).unwrap();
}

fn trusting(certificates: &[&CertificateDer<'static>], protocols: &[&str]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add((*certificate).clone()).unwrap();
    }
    let mut config = client_config(provider(), roots).unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    config
}

async fn connect(server: &Server, config: ClientConfig) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(server.url.strip_prefix("https://").unwrap())
        .await
        .unwrap();
    let name = ServerName::try_from(NAME).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

fn protocol(stream: &TlsStream<TcpStream>) -> Option<String> {
    let name = stream.get_ref().1.alpn_protocol()?;
    Some(String::from_utf8(name.to_vec()).unwrap())
}

/// The only server's configuration that a client needs: TLS and nothing else.
fn started(scratch: &Scratch) -> Server {
    scratch.write("poolhouse.toml", CONFIGURATION);
    Server::start(scratch, &[])
}

/// One request on an HTTP/1.1 connection that stays.
async fn ask(sender: &mut http1::SendRequest<Full<Bytes>>, host: &str) -> (StatusCode, HeaderMap) {
    let request = Request::get("/health")
        .header("host", host)
        .body(Full::default())
        .unwrap();
    let answer = sender.send_request(request).await.unwrap();
    let (head, body) = answer.into_parts();
    assert_eq!(body.collect().await.unwrap().to_bytes(), "{\"status\":\"ok\"}");
    (head.status, head.headers)
}

async fn over_http_1(stream: TlsStream<TcpStream>) -> http1::SendRequest<Full<Bytes>> {
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

#[tokio::test]
async fn clients_speak_http_2_or_1_1_over_tls_1_2_or_1_3_and_nothing_in_the_clear() {
    let scratch = Scratch::default();
    let certificate = certify(&scratch);
    let server = started(&scratch);
    let https = |protocols: &[&str]| trusting(&[&certificate], protocols);
    for (offered, spoken) in [
        (&["h2", "http/1.1"][..], Some("h2")),
        (&["http/1.1"], Some("http/1.1")),
        (&[], None),
    ] {
        let stream = connect(&server, https(offered)).await.unwrap();
        assert_eq!(protocol(&stream).as_deref(), spoken);
        assert_eq!(
            stream.get_ref().1.protocol_version(),
            Some(ProtocolVersion::TLSv1_3)
        );
    }
    let only = |version: &'static SupportedProtocolVersion| {
        let with = ClientConfig::builder_with_provider(provider());
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).unwrap();
        with.with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth()
    };
    let older = connect(&server, only(&rustls::version::TLS12)).await.unwrap();
    assert_eq!(
        older.get_ref().1.protocol_version(),
        Some(ProtocolVersion::TLSv1_2)
    );
    // A browser is told to stay with TLS; not where other programs of a machine are reached by the same name.
    let mut sender = over_http_1(older).await;
    for (host, told) in [
        (NAME, Some("max-age=31536000")),
        ("localhost:443", None),
        ("127.0.0.1", None),
    ] {
        let (status, headers) = ask(&mut sender, host).await;
        let found = headers
            .get("strict-transport-security")
            .map(|value| value.to_str().unwrap());
        assert_eq!((status, found), (StatusCode::OK, told), "{host}");
    }
    let mut clear = TcpStream::connect(server.url.strip_prefix("https://").unwrap())
        .await
        .unwrap();
    clear
        .write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut said = Vec::new();
    let _ = clear.read_to_end(&mut said).await;
    assert!(!said.starts_with(b"HTTP"), "{said:?}");
    assert!(
        connect(&server, trusting(&[&certify(&scratch)], &[]))
            .await
            .is_err()
    );
    assert!(server.stop());
}

#[tokio::test]
async fn a_signed_call_works_by_http_2_many_at_a_time() {
    let scratch = Scratch::default();
    let certificate = certify(&scratch);
    let server = started(&scratch);
    let key = json_of(&run(&scratch, &["keys", "create", "--output", "json"]));
    let stream = connect(&server, trusting(&[&certificate], &["h2"]))
        .await
        .unwrap();
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let calls = (0..40).map(|_| {
        let (mut sender, request) = (sender.clone(), signed(&key));
        tokio::spawn(async move {
            sender.ready().await.unwrap();
            let answer = sender.send_request(request).await.unwrap();
            let status = answer.status();
            (status, answer.into_body().collect().await.unwrap().to_bytes())
        })
    });
    for call in calls.collect::<Vec<_>>() {
        let (status, body) = call.await.unwrap();
        assert_eq!(status, StatusCode::OK, "{body:?}");
        assert_eq!(
            serde_json::from_slice::<Value>(&body).unwrap(),
            json!({ "UserPools": [] })
        );
    }
    assert!(server.stop());
}

/// `ListUserPools`, signed with the name that HTTP/2 has among its own fields.
fn signed(key: &Value) -> Request<Full<Bytes>> {
    let body = "{\"MaxResults\":10}";
    let target = "AWSCognitoIdentityProviderService.ListUserPools";
    let headers = [
        ("host", NAME),
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", target),
    ];
    let asked = sigv4::Request {
        method: "POST",
        path: "/",
        query: "",
        headers: &headers,
        body: body.as_bytes(),
    };
    let text = |name: &str| key[name].as_str().unwrap().to_owned();
    let credentials = sigv4::Credentials::new(text("AccessKeyId"), text("SecretAccessKey"), None);
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut request = Request::post(format!("https://{NAME}/"));
    for (name, value) in &headers[1..] {
        request = request.header(*name, *value);
    }
    for (name, value) in sigv4::sign(&asked, &credentials, "us-east-1", "cognito-idp", &now) {
        request = request.header(name, value);
    }
    request.body(Full::from(body)).unwrap()
}

#[tokio::test]
async fn a_new_certificate_is_taken_up_and_no_connection_ends_for_it() {
    let scratch = Scratch::default();
    let first = certify(&scratch);
    let server = started(&scratch);
    let mut sender = over_http_1(connect(&server, trusting(&[&first], &[])).await.unwrap()).await;
    ask(&mut sender, NAME).await;
    let second = certify(&scratch);
    let shown = async || {
        let stream = connect(&server, trusting(&[&first, &second], &[])).await.unwrap();
        stream.get_ref().1.peer_certificates().unwrap()[0]
            .clone()
            .into_owned()
    };
    while shown().await != second {}
    ask(&mut sender, NAME).await;
    // The key of another certificate.
    let other = KeyPair::generate().unwrap().serialize_pem();
    replace(&scratch.path().join("tls/key.pem"), &other);
    let log = || fs::read_to_string(scratch.path().join("server.log")).unwrap();
    while !log().contains("the certificate has changed and cannot be used: the one before stays") {}
    assert_eq!(shown().await, second);
    let third = certify(&scratch);
    let shown = async || {
        let stream = connect(&server, trusting(&[&second, &third], &[])).await.unwrap();
        stream.get_ref().1.peer_certificates().unwrap()[0]
            .clone()
            .into_owned()
    };
    while shown().await != third {}
    ask(&mut sender, NAME).await;
    assert!(server.stop());
}

#[test]
fn files_that_cannot_be_used_are_refused_with_what_to_do() {
    let scratch = Scratch::default();
    certify(&scratch);
    scratch.write("poolhouse.toml", CONFIGURATION);
    let refused = |expected: &str| {
        let said = refusal(&scratch, &["serve", "--listen", "127.0.0.1:0"]);
        let expected =
            format!("poolhouse: TLS cannot be spoken; see certificate and key under [tls]: {expected}");
        assert!(said.starts_with(&expected), "{said}");
        let checked = run(&scratch, &["config", "check", "--listen", "127.0.0.1:0"]);
        let checked = String::from_utf8(checked.stdout).unwrap();
        assert!(
            checked.contains(expected.strip_prefix("poolhouse: ").unwrap()),
            "{checked}"
        );
    };
    let (chain, key) = (
        scratch.path().join("tls/chain.pem"),
        scratch.path().join("tls/key.pem"),
    );
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    refused("tls/key.pem may be read by everybody on this machine (mode 0644). Run: chmod o= tls/key.pem");
    replace(&key, &KeyPair::generate().unwrap().serialize_pem());
    refused(
        "the certificate tls/chain.pem cannot be used with this key. Name the key that it was issued for",
    );
    replace(&key, "nothing");
    refused("tls/key.pem holds no private key in PEM");
    replace(&chain, "nothing");
    refused("tls/chain.pem holds no certificate in PEM");
    fs::remove_file(&chain).unwrap();
    refused("tls/chain.pem cannot be read: No such file or directory");
}

#[tokio::test]
async fn functions_on_this_machine_reach_the_server_without_a_certificate() {
    let scratch = Scratch::default();
    certify(&scratch);
    let program = scratch.path().join("bootstrap");
    fs::write(
        &program,
        "#!/bin/sh\necho \"$AWS_ENDPOINT_URL\" > found.new && mv found.new found\n",
    )
    .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    scratch.write(
        "poolhouse.toml",
        &format!("{CONFIGURATION}[functions.own]\nprogram = \"bootstrap\"\n"),
    );
    let server = Server::start(&scratch, &[]);
    let found = loop {
        if let Ok(found) = fs::read_to_string(scratch.path().join("found")) {
            break found;
        }
    };
    let address = found.trim().strip_prefix("http://127.0.0.1:").unwrap();
    let answer = server.send_to(&format!("127.0.0.1:{address}"), "GET", "/health", "", "");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(server.stop());
}
