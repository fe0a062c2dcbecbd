//! Connections with TLS that keep the server waiting.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use poolhouse_config::settings::{Patience, TlsSettings};
use poolhouse_pool::base::tls::provider;
use poolhouse_pool::testing::Scratch;
use poolhouse_testkit::TestServer;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const NAME: &str = "pool.example.com";
/// Short, so that tests that wait for the server's patience to end do not wait long.
const SHORT: Duration = Duration::from_millis(50);
/// Long enough never to be what a test sees.
const LONG: Duration = Duration::from_secs(600);
/// How a handshake begins.
const BEGINNING: &[u8] = &[22, 3, 1, 2];

/// A server, its address, and who trusts it.
struct Bench {
    _scratch: Scratch,
    _server: TestServer,
    address: String,
    client: Arc<ClientConfig>,
}

impl Bench {
    async fn new(idle: Duration, head: Duration) -> Bench {
        let scratch = Scratch::default();
        let key = KeyPair::generate().unwrap();
        let made = CertificateParams::new([NAME.to_owned()])
            .unwrap()
            .self_signed(&key)
            .unwrap();
        scratch.write("chain.pem", &made.pem());
        scratch.write("key.pem", &key.serialize_pem());
        let tls = TlsSettings {
            certificate: scratch.path().join("chain.pem"),
            key: scratch.path().join("key.pem"),
            hsts: true,
        };
        std::fs::set_permissions(&tls.key, std::fs::Permissions::from_mode(0o600)).unwrap();
        let server = TestServer::with_edge(|edge| {
            edge.http.connections.patience = Patience {
                idle,
                head,
                write: LONG,
            };
            edge.tls = Some(tls);
        })
        .await;
        let mut roots = RootCertStore::empty();
        roots.add(made.der().clone()).unwrap();
        let client = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let url = server.listen().await;
        Bench {
            address: url.strip_prefix("http://").unwrap().to_owned(),
            _scratch: scratch,
            _server: server,
            client: Arc::new(client),
        }
    }

    /// What the server says until it hangs up on somebody who sends this and nothing more.
    async fn told(&self, sent: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(sent).await.unwrap();
        let mut said = Vec::new();
        // A reset is a way of hanging up, too.
        let _ = stream.read_to_end(&mut said).await;
        said
    }

    async fn connect(&self) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(&self.address).await.unwrap();
        let name = ServerName::try_from(NAME).unwrap();
        TlsConnector::from(self.client.clone())
            .connect(name, stream)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_handshake_that_does_not_end_is_cut_off_and_a_connection_after_one_is_idle() {
    let bench = Bench::new(LONG, 10 * SHORT).await;
    let mut connected = bench.connect().await;
    assert_eq!(bench.told(BEGINNING).await, b"");
    // It began to wait before the other one did, which is gone.
    connected
        .write_all(b"GET /health HTTP/1.1\r\nhost: pool.example.com\r\n\r\n")
        .await
        .unwrap();
    let mut said = [0; 15];
    connected.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"HTTP/1.1 200 OK");
}

#[tokio::test]
async fn a_connection_that_begins_no_handshake_is_closed_after_the_idle_time() {
    let bench = Bench::new(SHORT, LONG).await;
    assert_eq!(bench.told(b"").await, b"");
}
