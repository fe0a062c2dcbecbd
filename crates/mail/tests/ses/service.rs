//! A service on loopback that hears requests and answers each as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use poolhouse_mail::ses::{SIGNING_NAME, Ses};
use poolhouse_outbound::aws::{Caller, Credentials, Service};
use poolhouse_outbound::http::{Endpoint, Proxies};
use poolhouse_outbound::{TlsSource, client_config};
use poolhouse_sigv4::{Presented, Request as Signed};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const NOW: i64 = 1_763_823_600;

/// What the service does once it has heard a request.
#[derive(Clone, Copy)]
pub enum Manner {
    /// Answers with this status, this error's name and this body.
    Answer(u16, &'static str, &'static str),
    /// Says nothing, and keeps the connection open.
    Silence,
    /// Hangs up.
    HangUp,
    /// Writes a byte of an answer every second.
    Drip,
    /// Writes an answer that never ends.
    Flood,
    /// Says something that is not HTTP, without having heard anything.
    Nonsense,
}

/// The service, and what it heard.
pub struct Heard {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Heard {
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&requests);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, manner, Arc::clone(&heard)));
            }
        });
        Self { address, requests }
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The one request's body, its signature checked.
    pub fn body(&self) -> Value {
        let requests = self.requests();
        let [request] = &requests[..] else {
            panic!("{requests:?}");
        };
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        assert_eq!(lines.next(), Some("POST /v2/email/outbound-emails HTTP/1.1"));
        let headers: Vec<(&str, &str)> = lines.map(|line| line.split_once(": ").unwrap()).collect();
        let signed = Signed {
            method: "POST",
            path: "/v2/email/outbound-emails",
            query: "",
            headers: &headers,
            body: body.as_bytes(),
        };
        let presented = Presented::parse(signed, SIGNING_NAME).unwrap();
        assert_eq!(
            (presented.access_key_id(), presented.region()),
            ("AKIATEST", "eu-central-1")
        );
        presented.verify(Some("a secret"), NOW).unwrap();
        serde_json::from_str(body).unwrap()
    }

    /// SES as a client of this service.
    pub fn ses(&self) -> Ses {
        ses(&format!("http://{}", self.address), None)
    }
}

/// SES at an endpoint.
pub fn ses(endpoint: &str, configuration_set: Option<&str>) -> Ses {
    let service = Service {
        label: "SES",
        signing_name: SIGNING_NAME,
        region: "eu-central-1".to_owned(),
        endpoint: Endpoint::parse(endpoint).unwrap(),
        caller: Caller {
            credentials: Arc::new(Credentials::new("AKIATEST", "a secret", None)),
            proxies: Proxies::default(),
            tls: TlsSource::lazy(|| {
                let provider = rustls::crypto::ring::default_provider();
                client_config(Arc::new(provider), rustls::RootCertStore::empty()).map(Arc::new)
            }),
            clock: Arc::new(|| Duration::from_secs(NOW.unsigned_abs())),
        },
    };
    Ses::new(service, configuration_set.map(str::to_owned))
}

async fn serve(mut stream: TcpStream, manner: Manner, heard: Arc<Mutex<Vec<String>>>) {
    if let Manner::Nonsense = manner {
        let _ = stream.write_all(b"220 relay.example ESMTP\r\n").await;
    }
    let Some(request) = hear(&mut stream).await else {
        return;
    };
    heard.lock().unwrap().push(request);
    match manner {
        Manner::Answer(status, error, body) => {
            let answer = format!(
                "HTTP/1.1 {status} Tested\r\nx-amzn-errortype: {error}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
        Manner::HangUp => return,
        Manner::Drip => {
            for byte in b"HTTP/1.1 200 OK\r\nx: ".iter().chain([b'x'].iter().cycle()) {
                if stream.write_all(&[*byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        Manner::Flood => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while stream.write_all(&[b' '; 65_536]).await.is_ok() {}
        }
        Manner::Silence | Manner::Nonsense => {}
    }
    let _ = stream.read_to_end(&mut Vec::new()).await;
}

/// One request, head and body; `None` if it breaks off.
async fn hear(stream: &mut TcpStream) -> Option<String> {
    let mut heard = Vec::new();
    loop {
        let mut piece = [0; 4096];
        match stream.read(&mut piece).await {
            Ok(read) if read > 0 => heard.extend_from_slice(&piece[..read]),
            _ => return None,
        }
        let text = String::from_utf8_lossy(&heard).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if body.len() == length.unwrap().parse::<usize>().unwrap() {
            return Some(text);
        }
    }
}
