//! A mail relay that stops at a step of its conversation, or does there what no relay should.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::attack::Outcome;

/// A mail that has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(120);

/// The steps at which it stops answering. The recipient is known from `RCPT` on; those before are for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// It has been told the recipient, and does not answer.
    Recipient,
    /// It has been asked whether the mail may come.
    Data,
    /// It has half of the mail.
    HalfOfIt,
    /// It has the mail and keeps it, and does not say so.
    AllOfIt,
}

impl Step {
    pub const ALL: [Step; 4] = [Step::Recipient, Step::Data, Step::HalfOfIt, Step::AllOfIt];
}

/// What it has, and where it stops.
#[derive(Default)]
struct State {
    /// By recipient: it stops there at this step, once.
    stops: BTreeMap<String, Step>,
    /// By recipient: where it has stopped.
    stopped: BTreeMap<String, Step>,
    /// By recipient: the mails that came whole, byte by byte.
    mails: BTreeMap<String, Vec<Vec<u8>>>,
}

/// A relay that does as it is told.
#[derive(Clone)]
pub struct Relay {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    changed: watch::Sender<()>,
}

impl Relay {
    pub async fn open() -> Outcome<Relay> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let relay = Relay {
            address: listener.local_addr()?,
            state: Arc::default(),
            changed: watch::channel(()).0,
        };
        let own = relay.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let relay = own.clone();
                tokio::spawn(async move {
                    // A client that goes away in the middle is what this is for.
                    let _ = relay.converse(stream).await;
                });
            }
        });
        Ok(relay)
    }

    /// Stops at this step of the next mail to somebody.
    pub fn stop(&self, to: &str, step: Step) {
        self.state().stops.insert(to.to_owned(), step);
    }

    /// Waits until it has stopped for so many recipients.
    pub async fn stopped(&self, count: usize) -> Outcome {
        self.until(|state| (state.stopped.len() >= count).then_some(()))
            .await
    }

    /// The mails that came whole to somebody, once there are so many.
    pub async fn mails(&self, to: &str, count: usize) -> Outcome<Vec<Vec<u8>>> {
        self.until(|state| {
            let mails = state.mails.get(to)?;
            (mails.len() >= count).then(|| mails.clone())
        })
        .await
    }

    async fn until<T>(&self, found: impl Fn(&State) -> Option<T>) -> Outcome<T> {
        let mut changes = self.changed.subscribe();
        let wanted = async {
            loop {
                if let Some(value) = found(&self.state()) {
                    return Ok(value);
                }
                changes.changed().await?;
            }
        };
        timeout(PATIENCE, wanted)
            .await
            .map_err(|_| "the relay waited in vain")?
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.send_replace(());
    }

    /// Whether it stops here. Then it says nothing more on this connection.
    fn stops(&self, to: &str, step: Step) -> bool {
        let is_meant = self.state().stops.get(to) == Some(&step);
        if is_meant {
            self.change(|state| {
                state.stops.remove(to);
                state.stopped.insert(to.to_owned(), step);
            });
        }
        is_meant
    }

    async fn converse(&self, stream: TcpStream) -> Outcome {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 relay.example.com ready\r\n").await?;
        let (mut line, mut to) = (String::new(), String::new());
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let command = line.trim_end().to_ascii_uppercase();
            let answer: &[u8] = if command.starts_with("EHLO") {
                b"250 relay.example.com\r\n"
            } else if command.starts_with("RCPT") {
                to = address_in(&line);
                if self.stops(&to, Step::Recipient) {
                    return silence(stream).await;
                }
                b"250 fine\r\n"
            } else if command == "DATA" {
                if self.stops(&to, Step::Data) {
                    return silence(stream).await;
                }
                stream.write_all(b"354 go on\r\n").await?;
                if !self.take(&mut stream, &to).await? {
                    return silence(stream).await;
                }
                b"250 taken\r\n"
            } else if command == "QUIT" {
                b"221 bye\r\n"
            } else {
                b"250 fine\r\n"
            };
            stream.write_all(answer).await?;
        }
    }

    /// Reads a mail to its final dot; answers whether to say so.
    async fn take(&self, stream: &mut BufReader<TcpStream>, to: &str) -> Outcome<bool> {
        let mut mail = Vec::new();
        loop {
            let start = mail.len();
            if stream.read_until(b'\n', &mut mail).await? == 0 {
                return Err("the client went away".into());
            }
            if &mail[start..] == b".\r\n" {
                break;
            }
            if mail.len() > 400 && self.stops(to, Step::HalfOfIt) {
                return Ok(false);
            }
        }
        let says = !self.stops(to, Step::AllOfIt);
        self.change(|state| state.mails.entry(to.to_owned()).or_default().push(mail));
        Ok(says)
    }
}

/// Keeps the connection open and says nothing until the client goes.
async fn silence(mut stream: BufReader<TcpStream>) -> Outcome {
    let mut thrown = Vec::new();
    while stream.read_until(b'\n', &mut thrown).await? > 0 {
        thrown.clear();
    }
    Ok(())
}

fn address_in(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or_else(String::new, |(address, _)| address.to_owned())
}
