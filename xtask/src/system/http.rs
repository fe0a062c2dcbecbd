//! HTTP/1.1 to a server on this machine: one request for each connection, which is all the commands need.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Outcome;

/// A server of ours that says nothing for this long hangs.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the machine may take to connect to itself.
const CONNECT: Duration = Duration::from_secs(2);

/// An answer.
pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// Sends a request and reads the answer to its end. `headers` are added to those that every request has.
///
/// # Errors
/// If the server is not there, or does not answer in HTTP.
pub fn request(
    server: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Outcome<Answer> {
    let mut stream = TcpStream::connect_timeout(&server, CONNECT)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {server}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(head.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    parse(&String::from_utf8(answer)?).ok_or_else(|| format!("{server} does not answer in HTTP").into())
}

fn parse(answer: &str) -> Option<Answer> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some(Answer {
        status,
        body: body.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_status_and_a_body() {
        let answer = parse("HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (400, "{}"));
        assert!(parse("SSH-2.0-OpenSSH_9.2\r\n").is_none());
    }
}
