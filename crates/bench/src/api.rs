//! The API over one connection that stays open, as an SDK keeps it.

use std::error::Error;
use std::fmt;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// A connection to the server.
pub struct Api {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
}

/// The server's answer was an error.
#[derive(Debug)]
pub struct Refused {
    operation: &'static str,
    answer: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was refused: {}", self.operation, self.answer)
    }
}

impl Error for Refused {}

impl Api {
    /// Connects.
    pub async fn connect(server: SocketAddr) -> Result<Api, Box<dyn Error + Send + Sync>> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        Ok(Api {
            stream: BufReader::new(stream),
            host: server,
        })
    }

    /// Calls an operation that needs no signature.
    pub async fn call(
        &mut self,
        operation: &'static str,
        input: &Value,
    ) -> Result<Value, Box<dyn Error + Send + Sync>> {
        let body = input.to_string();
        let request = format!(
            "POST / HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-amz-json-1.1\r\n\
             x-amz-target: AWSCognitoIdentityProviderService.{operation}\r\ncontent-length: {}\r\n\r\n{body}",
            self.host,
            body.len(),
        );
        self.stream.write_all(request.as_bytes()).await?;
        let (status, answer) = self.answer().await?;
        if status != "200" {
            return Err(Refused { operation, answer }.into());
        }
        Ok(serde_json::from_str(&answer)?)
    }

    async fn answer(&mut self) -> Result<(String, String), Box<dyn Error + Send + Sync>> {
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line).await?;
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse()?
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok((status, String::from_utf8(body)?))
    }
}
