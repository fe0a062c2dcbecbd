//! The API over one connection that stays open, as an SDK keeps it.

use std::error::Error;
use std::fmt;
use std::net::SocketAddr;

use poolhouse_pool::base::clock::{Clock as _, SystemClock};
use poolhouse_sigv4::{Credentials, Request, amz_date, sign};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// What is signed for: the server takes any region.
const REGION: &str = "us-east-1";
const SERVICE: &str = "cognito-idp";
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// A connection to the server.
pub struct Api {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
    key: Option<AccessKey>,
}

/// An access key as `poolhouse keys create` makes it.
pub struct AccessKey {
    pub id: String,
    pub secret: String,
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
            key: None,
        })
    }

    /// The same, with a key for what needs a signature.
    pub fn with_key(self, key: AccessKey) -> Api {
        Api {
            key: Some(key),
            ..self
        }
    }

    /// Calls an operation with the key's signature.
    pub async fn signed(
        &mut self,
        operation: &'static str,
        input: &Value,
    ) -> Result<Value, Box<dyn Error + Send + Sync>> {
        let key = self.key.as_ref().ok_or("there is no key to sign with")?;
        let (body, host) = (input.to_string(), self.host.to_string());
        let target = target(operation);
        let request = Request {
            method: "POST",
            path: "/",
            query: "",
            headers: &[
                ("host", &host),
                ("content-type", CONTENT_TYPE),
                ("x-amz-target", &target),
            ],
            body: body.as_bytes(),
        };
        let credentials = Credentials::new(&*key.id, &*key.secret, None);
        let signed = sign(
            &request,
            &credentials,
            REGION,
            SERVICE,
            &amz_date(SystemClock.now().seconds()),
        );
        let lines = signed.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        self.exchange(operation, &lines.collect::<String>(), &body).await
    }

    /// Calls an operation that needs no signature.
    pub async fn call(
        &mut self,
        operation: &'static str,
        input: &Value,
    ) -> Result<Value, Box<dyn Error + Send + Sync>> {
        self.exchange(operation, "", &input.to_string()).await
    }

    /// Sends a request with these header lines beside its own.
    async fn exchange(
        &mut self,
        operation: &'static str,
        lines: &str,
        body: &str,
    ) -> Result<Value, Box<dyn Error + Send + Sync>> {
        let request = format!(
            "POST / HTTP/1.1\r\nhost: {}\r\ncontent-type: {CONTENT_TYPE}\r\nx-amz-target: {}\r\n{lines}content-length: {}\r\n\r\n{body}",
            self.host,
            target(operation),
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

/// The header that names an operation.
fn target(operation: &str) -> String {
    format!("AWSCognitoIdentityProviderService.{operation}")
}
