//! The server's side of HTTP/1.1, as much of it as the tests' services need.

use std::net::SocketAddr;
use std::sync::Arc;

use poolhouse_sigv4::{Presented, Request as Signed};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::world::NOW;

/// A request, whole.
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Its body, once its signature for `service` is found to be that of the world's key in the world's region.
    pub fn signed_body(&self, service: &str) -> Value {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let signed = Signed {
            method: &self.method,
            path: &self.path,
            query: "",
            headers: &headers,
            body: &self.body,
        };
        let presented = Presented::parse(signed, service).unwrap();
        let key = (presented.access_key_id(), presented.region());
        assert_eq!(key, ("AKIATEST", "eu-central-1"));
        presented.verify(Some("a secret"), NOW).unwrap();
        assert_eq!(self.header("x-amz-security-token"), Some("a token"));
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// An answer. `None` from a handler closes the connection instead.
pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    /// Whether the connection is closed after it.
    pub close: bool,
}

impl Response {
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            close: false,
        }
    }
}

/// Serves `handler` on a loopback port of its own for as long as the runtime lives.
pub async fn serve<H, F>(handler: H) -> SocketAddr
where
    H: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Option<Response>> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let handler = Arc::new(handler);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let handler = Arc::clone(&handler);
            tokio::spawn(async move { converse(stream, &*handler).await });
        }
    });
    address
}

/// Serves `answer` in the same way; where it has none, the caller waits and hears nothing.
pub async fn serve_or_stay_silent(
    answer: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static,
) -> SocketAddr {
    serve(move |request| {
        let answer = answer(&request);
        async move {
            match answer {
                Some(answer) => Some(answer),
                None => std::future::pending().await,
            }
        }
    })
    .await
}

async fn converse<F: Future<Output = Option<Response>>>(stream: TcpStream, handler: &impl Fn(Request) -> F) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await {
        let Some(response) = handler(request).await else {
            return;
        };
        let mut head = format!(
            "HTTP/1.1 {} Tested\r\ncontent-length: {}\r\n",
            response.status,
            response.body.len()
        );
        for (name, value) in &response.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let whole = format!("{head}\r\n{}", response.body);
        if stream.write_all(whole.as_bytes()).await.is_err() || response.close {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    let mut words = line.split_ascii_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_owned(), value.trim().to_owned())),
            None => break,
        }
    }
    let request = Request {
        method,
        path,
        headers,
        body: Vec::new(),
    };
    let length = request
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request { body, ..request })
}
