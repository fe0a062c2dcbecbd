//! A relay that follows a script, and the mail the tests send to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use poolhouse_mail::inbox::Inbox;
use poolhouse_mail::smtp::{Relay, TlsSource};
use poolhouse_mail::{Address, Email, Envelope, Mailbox};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What the scripted relay does next.
#[derive(Clone)]
pub enum Step {
    /// Writes bytes at once.
    Say(&'static str),
    /// Writes one byte a second for ever, starting anew at the end of the text.
    Drip(&'static str),
    /// Writes the same bytes until the client hangs up.
    Flood(&'static str),
    /// Reads one line.
    Hear,
    /// Reads up to and with the final dot.
    HearMessage,
    /// Does nothing until the client hangs up.
    Stall,
    /// Makes the close that follows a reset instead of an orderly end.
    Reset,
    /// Does the server's side of a TLS handshake.
    Tls(TlsAcceptor),
}

/// A relay on loopback that plays one script for each connection, in order, and remembers what it heard.
pub struct ScriptedRelay {
    pub address: SocketAddr,
    heard: JoinHandle<Vec<String>>,
}

impl ScriptedRelay {
    pub async fn start(scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = tokio::spawn(async move {
            let mut heard = Vec::new();
            for script in scripts {
                let (stream, _) = listener.accept().await.unwrap();
                heard.push(play(stream, script).await);
            }
            heard
        });
        Self { address, heard }
    }

    pub fn relay(&self, parameters: &str) -> Relay {
        Relay::parse(&format!("smtp://{}{parameters}", self.address)).unwrap()
    }

    /// What was heard on each connection, once all scripts are played.
    pub async fn heard(self) -> Vec<String> {
        self.heard.await.unwrap()
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

async fn play(tcp: TcpStream, script: Vec<Step>) -> String {
    let resets = script.iter().any(|step| matches!(step, Step::Reset));
    if resets {
        tcp.set_zero_linger().unwrap();
    }
    let mut stream: Box<dyn Stream> = Box::new(tcp);
    let mut heard = String::new();
    for step in script {
        match step {
            Step::Say(text) => drop(stream.write_all(text.as_bytes()).await),
            Step::Hear => hear_until(&mut stream, &mut heard, "\n").await,
            Step::HearMessage => hear_until(&mut stream, &mut heard, "\r\n.\r\n").await,
            Step::Stall => drop(stream.read_to_end(&mut Vec::new()).await),
            Step::Drip(text) => {
                for byte in text.bytes().cycle() {
                    if stream.write_all(&[byte]).await.is_err() {
                        break;
                    }
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
            Step::Flood(text) => while stream.write_all(text.as_bytes()).await.is_ok() {},
            Step::Reset => return heard,
            Step::Tls(acceptor) => match acceptor.accept(stream).await {
                Ok(encrypted) => stream = Box::new(encrypted),
                Err(_) => return heard,
            },
        }
    }
    // Whatever else the client says, up to its end.
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    heard + &String::from_utf8_lossy(&rest)
}

async fn hear_until(stream: &mut Box<dyn Stream>, heard: &mut String, end: &str) {
    let from = heard.len();
    while !heard[from..].ends_with(end) {
        match stream.read_u8().await {
            Ok(byte) => heard.push(char::from(byte)),
            Err(_) => return,
        }
    }
}

/// TLS settings for relays that never ask for TLS.
pub fn no_tls() -> TlsSource {
    TlsSource::lazy(|| Err(rustls::Error::General("these tests use no TLS".to_owned())))
}

pub fn email() -> Email {
    Email {
        message_id: "challenge-1.1@example.com".to_owned(),
        date: 1_763_823_600,
        from: Mailbox::parse("Poolhouse <no-reply@example.com>").unwrap(),
        to: Address::parse("ada@example.com").unwrap(),
        reply_to: None,
        bounces_to: None,
        picture: None,
        subject: "Your sign-in code".to_owned(),
        text: "Your code is 123456.\n.\n.. dots\n".to_owned(),
        html: Some("<p>Your code is <b>123456</b>.</p>".to_owned()),
        language: Some("en".to_owned()),
    }
}

pub fn envelope() -> Envelope {
    email().envelope()
}

/// An inbox behind its listener, and the relay that leads to it.
pub async fn inbox() -> (Inbox, Relay) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let inbox = Inbox::new(100);
    tokio::spawn(poolhouse_mail::inbox::listen(
        listener,
        inbox.clone(),
        Arc::new(|| 1_763_823_600_123),
    ));
    (inbox, Relay::parse(&format!("smtp://{address}")).unwrap())
}
