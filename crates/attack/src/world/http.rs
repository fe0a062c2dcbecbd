//! HTTP/1.1 byte by byte: an attack sends what no client would.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::attack::Outcome;

/// A server that says nothing for this long hangs.
const PATIENCE: Duration = Duration::from_secs(70);

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (named, value) = line.split_once(':')?;
            named.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The error's name and message, or nothing for a success.
    pub fn error(&self) -> Option<String> {
        let body = self.json();
        let name = body["__type"].as_str()?;
        Some(format!(
            "{name}: {}",
            body["message"].as_str().unwrap_or_default()
        ))
    }

    /// Whether it gives somebody tokens.
    pub fn has_tokens(&self) -> bool {
        self.json()["AuthenticationResult"]["AccessToken"].is_string()
    }

    /// The answer of a success.
    ///
    /// # Errors
    /// With the server's words for anything else.
    pub fn ok(self) -> Outcome<Value> {
        match self.status {
            200 => Ok(self.json()),
            _ => Err(format!("refused with {} {}", self.status, self.text()).into()),
        }
    }
}

/// How long a body is.
enum Framing {
    Length(usize),
    Chunks,
}

async fn within<T>(reading: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    timeout(PATIENCE, reading)
        .await
        .map_err(|_| "the server does not answer")?
}

fn status(head: &str) -> Outcome<u16> {
    Ok(head.split(' ').nth(1).unwrap_or_default().parse()?)
}

/// A connection that stays open.
pub struct Connection {
    stream: BufReader<TcpStream>,
    /// Who is called.
    pub server: SocketAddr,
}

impl Connection {
    pub async fn open(server: SocketAddr) -> Outcome<Connection> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        Ok(Connection {
            stream: BufReader::new(stream),
            server,
        })
    }

    /// Sends these bytes and reads one answer.
    pub async fn exchange(&mut self, request: &[u8]) -> Outcome<Answer> {
        self.send(request).await?;
        self.read().await
    }

    /// Sends these bytes and reads the head of the answer: that to a HEAD request has no more.
    pub async fn exchange_head(&mut self, request: &[u8]) -> Outcome<Answer> {
        self.send(request).await?;
        let (head, _) = within(self.read_head()).await?;
        Ok(Answer {
            status: status(&head)?,
            head,
            body: Vec::new(),
        })
    }

    /// As [`exchange`](Self::exchange), on a new connection where this one has ended.
    pub async fn exchange_again(&mut self, request: &[u8]) -> Outcome<Answer> {
        match self.exchange(request).await {
            Ok(answer) => Ok(answer),
            Err(_) => {
                *self = Connection::open(self.server).await?;
                self.exchange(request).await
            }
        }
    }

    /// Sends these bytes.
    pub async fn send(&mut self, bytes: &[u8]) -> Outcome {
        Ok(self.stream.write_all(bytes).await?)
    }

    /// Reads one answer.
    pub async fn read(&mut self) -> Outcome<Answer> {
        within(self.read_answer()).await
    }

    /// Waits until the server closes, and throws away what it says before.
    pub async fn closed(&mut self) {
        let mut thrown = [0; 4096];
        while matches!(self.stream.read(&mut thrown).await, Ok(1..)) {}
    }

    async fn read_answer(&mut self) -> Outcome<Answer> {
        let (head, framing) = self.read_head().await?;
        let body = match framing {
            Framing::Length(length) => self.read_length(length).await?,
            Framing::Chunks => self.read_chunks().await?,
        };
        Ok(Answer {
            status: status(&head)?,
            head,
            body,
        })
    }

    async fn read_head(&mut self) -> Outcome<(String, Framing)> {
        let mut head = String::new();
        let mut length = None;
        let mut is_chunked = false;
        loop {
            let start = head.len();
            if self.stream.read_line(&mut head).await? == 0 {
                return Err("the server closed the connection".into());
            }
            let line = head[start..].trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = Some(value.trim().parse::<usize>()?);
            }
            is_chunked |= line == "transfer-encoding: chunked";
        }
        let framing = match (length, is_chunked) {
            (None, true) => Framing::Chunks,
            _ => Framing::Length(length.unwrap_or_default()),
        };
        Ok((head, framing))
    }

    async fn read_length(&mut self, length: usize) -> Outcome<Vec<u8>> {
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok(body)
    }

    async fn read_chunks(&mut self) -> Outcome<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).await?;
            let length = usize::from_str_radix(line.trim(), 16)?;
            // The chunk and the line break behind it.
            let chunk = self.read_length(length + 2).await?;
            body.extend_from_slice(&chunk[..length]);
            if length == 0 {
                return Ok(body);
            }
        }
    }
}
