//! What a relay says. The first byte of the input chooses the relay and the mail; the rest is what the relay says, with a
//! NUL wherever it waits for us.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_mail::smtp::{Class, Connection, Deadlines, Phase, Relay, SendError, TlsSource};
use poolhouse_mail::{Address, Envelope};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::{Builder, Runtime};

use crate::input::Input;

const PASSWORD: &str = "hunter2";
const PLAIN: &[u8] = b"Subject: Your code\r\n\r\n123456\r\n.\r\n";
const EIGHT_BIT: &[u8] = "Subject: Your code\r\n\r\nfür Sie: 123456\r\n".as_bytes();

/// Whatever a relay says, the client comes to an end, says nothing but whole lines, keeps its password to itself where
/// somebody could listen, and knows whether the mail was written. A mail counts as accepted when it was written to its
/// last dot and the reply was a success, and as not sent only where it was not written or a refusal came.
pub(crate) fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let choice = input.byte();
    let relay = [
        "smtp://ada:hunter2@relay.example?tls=none",
        "smtp://relay.example?tls=none",
    ];
    let relay = Relay::parse(relay[usize::from(choice & 1)]).expect("a relay");
    let is_private = choice & 2 != 0;
    let message = if choice & 4 == 0 { PLAIN } else { EIGHT_BIT };
    let to = if choice & 8 == 0 {
        "mara@example.org"
    } else {
        "dörte@example.org"
    };
    let piece = 1 + usize::from(choice >> 4) * 64;
    let said = Said::default();
    let stream = Script::new(input.rest(), piece, said.clone());
    RUNTIME.with(|runtime| {
        runtime.block_on(converse(&relay, is_private, to, message, stream, &said));
    });
    let said = said.bytes();
    assert!(is_whole_lines(&said), "{said:?}");
    if !is_private {
        let password = [PASSWORD.to_owned(), STANDARD.encode(PASSWORD)];
        let text = String::from_utf8_lossy(&said);
        assert!(!password.iter().any(|password| text.contains(password)), "{text}");
    }
}

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
}

async fn converse(relay: &Relay, is_private: bool, to: &str, message: &[u8], stream: Script, said: &Said) {
    let tls = TlsSource::lazy(|| panic!("no relay of this target speaks TLS"));
    let deadlines = Deadlines::default();
    let connection = Connection::over(relay, &tls, stream, is_private, &deadlines).await;
    let mut connection = match connection {
        Ok(connection) => connection,
        Err(error) => {
            check(&error);
            assert_ne!(error.class(), Class::Unknown);
            return;
        }
    };
    let envelope = Envelope {
        from: Address::parse("no-reply@pool.example").expect("an address"),
        to: Address::parse(to).expect("an address"),
    };
    // A connection is used again as long as it is sound; a relay that never ends is one that never ends a mail.
    for _ in 0..3 {
        let before = said.bytes().len();
        let sent = connection.send(&envelope, message, &deadlines).await;
        let written = said.bytes().split_off(before);
        let is_written = written.ends_with(b"\r\n.\r\n") && contains(&written, b"DATA\r\n");
        match &sent.outcome {
            Ok(accepted) => {
                assert!(is_written && accepted.reply.code() < 300, "{accepted:?}");
                let text = accepted.reply.text();
                assert!(text.lines().count() <= 64);
                assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
                assert!(accepted.queue_text().chars().count() <= 256);
                let _ = (accepted.queue_id(), accepted.words());
            }
            Err(error) => {
                check(error);
                let refused = error.phase() == Phase::Accept && error.class() != Class::Unknown;
                assert_eq!(
                    is_written,
                    refused || error.class() == Class::Unknown,
                    "{error:?}: {written:?}"
                );
            }
        }
        match sent.connection {
            Some(sound) => connection = sound,
            None => return,
        }
    }
}

/// What an error says can be put into a log.
fn check(error: &SendError) {
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains(char::is_control) && text.len() < 1_000, "{text:?}");
        assert!(!text.contains(PASSWORD), "{text}");
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn is_whole_lines(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "");
    (bytes.is_empty() || bytes.ends_with(b"\r\n")) && !text.contains(['\r', '\n'])
}

/// What was said to the relay.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Said {
    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A relay that has made up its mind: after each of our turns it says its next piece, and at the end it hangs up.
struct Script {
    pieces: VecDeque<Vec<u8>>,
    ready: VecDeque<u8>,
    /// How much it gives at a time.
    at_once: usize,
    /// Whether we have said something since its last piece.
    was_told: bool,
    said: Said,
}

impl Script {
    fn new(script: &[u8], at_once: usize, said: Said) -> Script {
        Script {
            pieces: script.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect(),
            ready: VecDeque::new(),
            at_once,
            was_told: true,
            said,
        }
    }
}

impl AsyncRead for Script {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ready.is_empty() && self.was_told {
            self.was_told = false;
            let piece = self.pieces.pop_front().unwrap_or_default();
            self.ready.extend(piece);
        }
        let most = self.ready.len().min(self.at_once).min(into.remaining());
        let bytes: Vec<u8> = self.ready.drain(..most).collect();
        into.put_slice(&bytes);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Script {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.was_told = true;
        let mut said = self.said.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.extend_from_slice(bytes);
        drop(said);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
