//! What a stream's destination gets, whatever happens on the way.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::Arc;

use poolhouse_audit::{
    Destination, Secret, StreamError, StreamSettings, Streamer, Syslog, SyslogTls, Webhook,
};
use poolhouse_pool::base::clock::Clock as _;
use poolhouse_pool::base::tls;
use poolhouse_pool::testing::{Scratch, TestPool};
use poolhouse_store::Memory;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;

struct Scene {
    server: TestPool,
    pool: String,
    scratch: Scratch,
}

impl Scene {
    async fn new() -> Scene {
        let server = TestPool::on(Arc::new(Memory::new()), 7, |_| {}).await;
        let pool = server.pool().await;
        // A stream begins behind that.
        server.clock().advance_seconds(1);
        Scene {
            server,
            pool,
            scratch: Scratch::default(),
        }
    }

    fn file(&self) -> Destination {
        Destination::File(self.scratch.path().join("audit.json"))
    }

    fn streamer(&self, to: Destination, server: &str) -> Streamer {
        let settings = StreamSettings {
            name: "siem".to_owned(),
            to,
        };
        let names = (server.to_owned(), "pool-1".to_owned());
        Streamer::new(&self.server.app().platform, &settings, tls::source(), names)
    }

    /// Does something that has an entry.
    async fn create(&self, name: &str) {
        let body = json!({ "UserPoolId": self.pool, "Username": name, "MessageAction": "SUPPRESS" });
        self.server.call("AdminCreateUser", body).await.ok();
    }

    fn passes(&self, seconds: i64) {
        self.server.clock().advance_seconds(seconds);
    }

    /// The lines of the file.
    fn lines(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.scratch.path().join("audit.json")).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// How often users were created according to the file.
    fn created(&self) -> usize {
        let lines = self.lines();
        lines
            .iter()
            .filter(|line| line["operation"] == "AdminCreateUser")
            .count()
    }
}

#[tokio::test]
async fn every_entry_is_sent_once_while_one_server_runs_and_nothing_secret_is_in_it() {
    let scene = Scene::new().await;
    let mut streamer = scene.streamer(scene.file(), "a");
    streamer.round().await.unwrap();
    for name in ["mara-one", "mara-two", "mara-three"] {
        scene.create(name).await;
        scene.passes(1);
        streamer.round().await.unwrap();
        streamer.round().await.unwrap();
    }
    assert_eq!(scene.created(), 3);
    for seconds in [10, 100, 200] {
        scene.passes(seconds);
        for _ in 0..20 {
            streamer.round().await.unwrap();
        }
    }
    assert_eq!(scene.created(), 3, "sent again");
    let text = scene.lines().iter().map(Value::to_string).collect::<String>();
    assert!(text.contains(&scene.pool) && !text.contains("mara"), "{text}");
}

#[tokio::test]
async fn a_server_that_starts_again_sends_the_last_two_minutes_again_and_no_more() {
    let scene = Scene::new().await;
    let mut first = scene.streamer(scene.file(), "a");
    first.round().await.unwrap();
    scene.create("early").await;
    scene.passes(1);
    first.round().await.unwrap();
    for _ in 0..40 {
        scene.passes(10);
        first.round().await.unwrap();
    }
    scene.create("late").await;
    scene.passes(1);
    first.round().await.unwrap();
    assert_eq!(scene.created(), 2);
    drop(first);

    let mut second = scene.streamer(scene.file(), "b");
    second.round().await.unwrap();
    assert_eq!(scene.created(), 2, "the first may still run");
    scene.create("meanwhile").await;
    scene.passes(61);
    second.round().await.unwrap();
    assert_eq!(scene.created(), 4, "the late one again, and the one in between");
}

#[tokio::test]
async fn of_two_servers_one_sends() {
    let scene = Scene::new().await;
    let mut streamers = [
        scene.streamer(scene.file(), "a"),
        scene.streamer(scene.file(), "b"),
    ];
    for name in ["one", "two", "three"] {
        for streamer in &mut streamers {
            streamer.round().await.unwrap();
        }
        scene.create(name).await;
        scene.passes(1);
        for streamer in &mut streamers {
            streamer.round().await.unwrap();
        }
    }
    assert_eq!(scene.created(), 3);
}

#[tokio::test]
async fn a_line_that_was_cut_off_stays_one_line_and_comes_again() {
    let scene = Scene::new().await;
    let mut streamer = scene.streamer(scene.file(), "a");
    streamer.round().await.unwrap();
    scene.create("one").await;
    scene
        .scratch
        .write("audit.json", "{\"cut\":1}\n{\"operation\":\"Admin");
    scene.passes(1);
    streamer.round().await.unwrap();
    let text = std::fs::read_to_string(scene.scratch.path().join("audit.json")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], ["{\"cut\":1}", "{\"operation\":\"Admin"]);
    assert_eq!(
        serde_json::from_str::<Value>(lines[2]).unwrap()["operation"],
        "AdminCreateUser"
    );
}

/// Answers one request after the other with these, and returns what was asked.
async fn answers(listener: TcpListener, statuses: &[u16]) -> Vec<String> {
    let mut asked = Vec::new();
    for status in statuses {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut text = String::new();
        let mut bytes = [0; 4096];
        // The body is one object, and the last of the request.
        while !text.ends_with("}]}") {
            let count = stream.read(&mut bytes).await.unwrap();
            text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        }
        let answer = format!("HTTP/1.1 {status} said\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        asked.push(text);
    }
    asked
}

#[tokio::test]
async fn what_a_webhook_did_not_take_is_posted_again_signed() {
    let scene = Scene::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/in", listener.local_addr().unwrap());
    let webhook = Webhook::parse(&url, Secret("s3cret".to_owned())).unwrap();
    let mut streamer = scene.streamer(Destination::Webhook(webhook), "a");
    streamer.round().await.unwrap();
    scene.create("one").await;
    scene.passes(1);
    let server = tokio::spawn(async move { answers(listener, &[503, 204]).await });
    assert!(matches!(streamer.round().await, Err(StreamError::Refused(503))));
    streamer.round().await.unwrap();
    streamer.round().await.unwrap();
    let asked = server.await.unwrap();
    let now = scene.server.clock().now().seconds();
    for request in &asked {
        assert!(request.starts_with("POST /in HTTP/1.1\r\n"), "{request}");
        assert!(
            request.contains(&format!("poolhouse-signature: t={now},v1=")),
            "{request}"
        );
        assert!(request.contains("\"operation\":\"AdminCreateUser\""), "{request}");
    }
    let body = |request: &String| request.split("\r\n\r\n").nth(1).unwrap().to_owned();
    assert_eq!(body(&asked[0]), body(&asked[1]));
}

#[tokio::test]
async fn a_webhook_that_nobody_listens_at_is_told_and_loses_nothing() {
    let scene = Scene::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let webhook = Webhook::parse(&format!("http://{address}"), Secret("s".to_owned())).unwrap();
    let mut streamer = scene.streamer(Destination::Webhook(webhook), "a");
    streamer.round().await.unwrap();
    scene.create("one").await;
    for _ in 0..30 {
        scene.passes(60);
        assert!(matches!(streamer.round().await, Err(StreamError::Http(_))));
    }
    drop(streamer);
    scene.passes(61);
    scene.streamer(scene.file(), "b").round().await.unwrap();
    assert_eq!(scene.created(), 1, "half an hour later");
}

#[tokio::test]
async fn syslog_gets_a_message_for_each_entry() {
    let scene = Scene::new().await;
    let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let by_udp = Destination::Syslog(Syslog::Udp(udp.local_addr().unwrap().to_string()));
    let by_tcp = Destination::Syslog(Syslog::Tcp(tcp.local_addr().unwrap().to_string()));
    let mut streamer = scene.streamer(by_udp, "a");
    streamer.round().await.unwrap();
    scene.create("one").await;
    scene.passes(1);
    streamer.round().await.unwrap();
    let mut bytes = [0; 4096];
    let count = udp.recv(&mut bytes).await.unwrap();
    let datagram = std::str::from_utf8(&bytes[..count]).unwrap().to_owned();
    assert!(datagram.starts_with(
        "<86>1 2026-01-02T03:04:06Z pool-1 poolhouse - audit - {\"operation\":\"AdminCreateUser\""
    ));

    drop(streamer);
    scene.passes(61);
    scene.streamer(by_tcp, "b").round().await.unwrap();
    let (mut stream, _) = tcp.accept().await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert_eq!(
        text,
        format!("{} {datagram}", datagram.len()),
        "the same with its length"
    );
}

/// A syslog daemon's end of TLS, for this name, and the authority that it comes from, in PEM.
fn daemon(name: &str) -> (TlsAcceptor, String) {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(tls::provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), authority.pem())
}

/// The next message of a connection.
async fn message(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut length = 0;
    loop {
        match stream.read_u8().await.unwrap() {
            b' ' => break,
            digit => length = length * 10 + usize::from(digit - b'0'),
        }
    }
    let mut message = vec![0; length];
    stream.read_exact(&mut message).await.unwrap();
    String::from_utf8(message).unwrap()
}

#[tokio::test]
async fn a_syslog_daemon_that_speaks_tls_gets_every_message_on_one_connection() {
    let scene = Scene::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (acceptor, authority) = daemon("localhost");
    scene.scratch.write("ca.pem", &authority);
    let to = Destination::Syslog(Syslog::Tls(SyslogTls {
        host: "localhost".to_owned(),
        port: listener.local_addr().unwrap().port(),
        ca: Some(scene.scratch.path().join("ca.pem")),
    }));
    let daemon = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(stream).await.unwrap();
        [message(&mut stream).await, message(&mut stream).await]
    });
    let mut streamer = scene.streamer(to, "a");
    streamer.round().await.unwrap();
    for name in ["one", "two"] {
        scene.create(name).await;
        scene.passes(1);
        streamer.round().await.unwrap();
    }
    let messages = daemon.await.unwrap();
    assert!(messages[0].starts_with("<86>1 2026-01-02T03:04:06Z pool-1 poolhouse - audit - {"));
    assert!(messages[1].starts_with("<86>1 2026-01-02T03:04:07Z pool-1 poolhouse - audit - {"));
}

#[tokio::test]
async fn a_daemon_whose_certificate_is_not_its_own_or_not_trusted_gets_nothing() {
    for (name, is_trusted) in [("localhost", false), ("other.example", true)] {
        let scene = Scene::new().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (acceptor, authority) = daemon(name);
        scene.scratch.write("ca.pem", &authority);
        let to = Destination::Syslog(Syslog::Tls(SyslogTls {
            host: "localhost".to_owned(),
            port: listener.local_addr().unwrap().port(),
            ca: is_trusted.then(|| scene.scratch.path().join("ca.pem")),
        }));
        let daemon = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            acceptor.accept(stream).await.is_ok()
        });
        let mut streamer = scene.streamer(to, "a");
        streamer.round().await.unwrap();
        scene.create("one").await;
        scene.passes(1);
        let failed = streamer.round().await;
        assert!(matches!(failed, Err(StreamError::Tls(_))), "{name}: {failed:?}");
        assert!(!daemon.await.unwrap(), "{name}");
    }
}
